//! What a check found: one record a rule, a table for people, and one message a failure.

use std::io::{self, Write};

use super::check_words::{Line, holds, line, message, restated_field};
use super::document::Document;
use super::escape;
use super::fields::{self, Wire};
use super::head;
use super::message::effect_on_nrr;
use super::number;
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind as RowKind, Sheet};
use super::{Format, Look, github, junit, render, sarif};
use crate::check::{Finding, Kind, Restatement, Rule, Target};
use crate::error::{Code, Message, Place};
use crate::text;
use crate::units::Amount;

/// The name of the JSON form of `nrr check`.
pub(super) const SCHEMA: &str = "nrr.check/1";

/// The fields of a record.
pub(super) const FIELDS: [&str; 20] = [
    "code",
    "level",
    "message",
    "count",
    "places",
    "effect_on_nrr",
    "found",
    "required",
    "difference",
    "passed",
    "rule",
    "name",
    "owner",
    "period",
    "subject",
    "field",
    "unit",
    "undefined",
    "definition",
    "input_fingerprint",
];

/// How many failures are drawn for people; all are in the formats for machines.
const DRAWN: usize = 20;

/// How many rules a table shows; beyond that only those that fail.
const ROWS: usize = 200;

/// The result of `nrr check`.
pub struct CheckReport {
    /// What is declared with it, and what was found that does not fail.
    pub report: Report,
    /// The rules.
    pub rules: Vec<Rule>,
    /// What each came to.
    pub findings: Vec<Finding>,
    /// The tier of findings about the data.
    pub tier: &'static str,
    /// What is to be said below the table.
    pub notes: Vec<String>,
    /// The files and the choices to type again; nothing for a pipe.
    pub again: Option<String>,
}

/// How a check is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckFormat {
    /// As every result.
    Plain(Format),
    /// As test cases, for whatever shows those.
    Junit,
    /// As workflow commands of GitHub Actions.
    Github,
    /// As results of a static analysis.
    Sarif,
}

impl CheckFormat {
    /// The words of the formats that only a check has.
    pub const WORDS: [&str; 3] = ["junit", "github", "sarif"];

    /// The format of one of these words.
    #[must_use]
    pub fn parse(word: &str) -> Option<CheckFormat> {
        match word {
            "junit" => Some(CheckFormat::Junit),
            "github" => Some(CheckFormat::Github),
            "sarif" => Some(CheckFormat::Sarif),
            _ => None,
        }
    }

    /// True if the failures stand in the result as messages for people.
    #[must_use]
    pub const fn has_messages(self) -> bool {
        matches!(
            self,
            CheckFormat::Github | CheckFormat::Plain(Format::Table | Format::Markdown)
        )
    }
}

/// Writes a check in a format.
///
/// # Errors
///
/// Those of the writer.
pub fn render_check(
    report: &CheckReport,
    format: CheckFormat,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        CheckFormat::Plain(format) => render(report, format, look, out),
        CheckFormat::Junit => junit::write(report, out),
        CheckFormat::Github => github::write(report, out),
        CheckFormat::Sarif => sarif::write(report, out),
    }
}

/// Writes what kept a check from being run where a format has a place for it; a message without one stands at this file.
///
/// # Errors
///
/// Those of the writer.
pub fn render_check_errors(
    errors: &[Message],
    file: &str,
    format: CheckFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        CheckFormat::Plain(_) => Ok(()),
        CheckFormat::Junit => junit::write_errors(errors, file, out),
        CheckFormat::Github => github::write_errors(errors, file, out),
        CheckFormat::Sarif => sarif::write_messages(errors, file, out),
    }
}

impl CheckReport {
    /// True if every rule holds.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.iter().all(Finding::passed)
    }

    /// What is to be said of every failure, in order.
    #[must_use]
    pub fn failures(&self) -> Vec<Message> {
        self.failing()
            .filter_map(|finding| message(self, finding))
            .collect()
    }

    fn failing(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.passed())
    }

    /// How many rules were checked and how many fail, in words.
    #[must_use]
    pub fn summary(&self) -> String {
        let failed = self.failing().count() as u64;
        let all = text::count(self.findings.len() as u64, "check");
        match failed {
            0 => format!("{all}, none failed"),
            failed => format!("{all}, {} failed", text::grouped(failed)),
        }
    }

    /// The command that lists the customers behind a failure.
    pub(super) fn customers_command(&self, target: &Target) -> Option<String> {
        use crate::check::Subject;
        let again = self.again.as_ref()?;
        let period = target.period.label(target.fiscal_year);
        let by = match &target.subject {
            Subject::Segment(parts) => {
                let columns = parts.iter().map(|(column, _)| column.as_str());
                let columns: Vec<&str> = columns.collect();
                format!(" --by {}", columns.join(","))
            }
            _ => String::new(),
        };
        Some(format!("nrr customers {again} --period {period}{by}"))
    }

    /// The command that says why a figure is another one than it was; none where the data are the same, or hold nothing
    /// to compare.
    pub(super) fn diff_command(&self, restated: &Restatement) -> Option<String> {
        if restated.same_input || restated.is_gone {
            return None;
        }
        let is_one = self.report.input.files.len() == 1;
        let again = self.again.as_deref().filter(|_| is_one);
        let (new, period) = (again.unwrap_or("NEW"), &restated.period);
        Some(format!("nrr diff OLD {new} --period {period}"))
    }

    /// The place of a finding: where the data are at fault, or else where the rule stands.
    pub(super) fn place(&self, finding: &Finding) -> Option<Place> {
        let own = message(self, finding).and_then(|message| message.place);
        own.or_else(|| self.rules[finding.rule()?].place.clone())
    }

    /// The only file, or the first one: where to point when nothing better is known.
    pub(super) fn file(&self) -> &str {
        let first = self.report.input.files.first();
        first.map_or("nrr.toml", |file| &file.name)
    }

    /// The records of one finding: one, but for a restated record one a field.
    fn values(&self, finding: &Finding) -> Vec<Vec<Wire>> {
        let shown = line(self, finding);
        let message = message(self, finding);
        let rule = finding.rule().map(|number| &self.rules[number]);
        let base = Shared {
            code: code(finding, message.as_ref()),
            passed: finding.passed(),
            places: self.place(finding).map(|place| place_text(&place)),
            text: message
                .as_ref()
                .map_or_else(|| holds(self, finding), |one| one.headline.clone()),
            count: message.as_ref().and_then(|one| one.count),
            effect: message
                .as_ref()
                .and_then(|one| effect_on_nrr(one.effect.as_deref()?))
                .map(|effect| effect.get().to_owned()),
            rule,
            line: &shown,
            definition: head::definition(&self.report, fields::DIGITS),
            input: self.report.input.fingerprint.clone(),
        };
        match finding {
            Finding::Target(target) => {
                vec![base.record(&Numbers::of_target(target, &self.rules[target.rule]))]
            }
            Finding::Counted { rule, found, .. } => {
                let required = self.rules[*rule].bound.number;
                let difference = Amount::new(i128::from(*found), 0).checked_add(-required);
                vec![base.record(&Numbers {
                    found: Some(found.to_string()),
                    required: Some(required.to_string()),
                    difference: difference.map(|one| one.to_string()),
                    unit: Some("count"),
                    ..Numbers::default()
                })]
            }
            Finding::Restated(restated) => {
                let fields = restated.fields.iter();
                let record = |one| {
                    let text = restated_field(restated, one);
                    let own = Shared {
                        text,
                        count: None,
                        ..base.clone()
                    };
                    own.record(&Numbers::of_restated(one))
                };
                fields.map(record).collect()
            }
            _ => vec![base.record(&Numbers::default())],
        }
    }

    fn sheet(&self) -> Sheet {
        let is_long = self.findings.len() > ROWS;
        let shown: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|finding| !is_long || !finding.passed())
            .take(ROWS)
            .collect();
        let lines: Vec<Line> = shown.iter().map(|finding| line(self, finding)).collect();
        let has = |read: fn(&Rule) -> bool| self.rules.iter().any(read);
        let has_names = has(|rule| rule.name.is_some());
        let has_owners = has(|rule| rule.owner.is_some());
        let has_subjects = lines.iter().any(|line| !line.subject.is_empty());
        let mut columns = vec![column("Rule", false, Group::Core)];
        columns.extend(has_names.then(|| column("Name", false, Group::Detail)));
        columns.extend(has_owners.then(|| column("Owner", false, Group::Core)));
        columns.push(column("Period", false, Group::Core));
        columns.extend(has_subjects.then(|| column("Of", false, Group::Core)));
        columns.push(column("Found", true, Group::Core));
        columns.push(column("Required", true, Group::Core));
        columns.push(column("Difference", true, Group::Detail));
        columns.push(column("Result", false, Group::Core));
        let mut sheet = Sheet::new(Form::Grid, columns);
        for (finding, line) in shown.iter().zip(lines) {
            let rule = finding.rule().map(|number| &self.rules[number]);
            let said = |read: fn(&Rule) -> Option<&String>| {
                cell(rule.and_then(read).map_or("", String::as_str))
            };
            let mut cells = vec![cell(&line.rule)];
            cells.extend(has_names.then(|| said(|rule| rule.name.as_ref())));
            cells.extend(has_owners.then(|| said(|rule| rule.owner.as_ref())));
            cells.push(cell(&line.period));
            cells.extend(has_subjects.then(|| cell(&line.subject)));
            cells.extend([&line.found, &line.required, &line.difference].map(|text| cell(text)));
            cells.push(cell(if finding.passed() { "passed" } else { "failed" }));
            sheet.push(RowKind::Body, cells);
        }
        sheet.notes.clone_from(&self.notes);
        sheet.notes.push(self.summary());
        if is_long {
            let hidden = (self.findings.len() - sheet.rows.len()) as u64;
            sheet.notes.push(format!(
                "{} not shown, those that fail first; `--format csv` has all",
                text::count(hidden, "more check")
            ));
        }
        let failed = self.failing().count();
        if failed > DRAWN {
            let more = text::count((failed - DRAWN) as u64, "more failure");
            sheet.notes.push(format!(
                "{more} not explained below; `--format json` has all"
            ));
        }
        sheet
    }
}

/// What all records of a finding have in common.
#[derive(Clone)]
struct Shared<'a> {
    code: Option<Code>,
    passed: bool,
    places: Option<String>,
    text: String,
    count: Option<u64>,
    effect: Option<String>,
    rule: Option<&'a Rule>,
    line: &'a Line,
    definition: String,
    input: String,
}

/// The numbers of a record, as they are printed for machines.
#[derive(Default)]
struct Numbers {
    found: Option<String>,
    required: Option<String>,
    difference: Option<String>,
    field: Option<String>,
    unit: Option<&'static str>,
    /// Why there is no number.
    undefined: Option<String>,
}

impl Numbers {
    fn of_target(target: &Target, rule: &Rule) -> Numbers {
        let found = target.found.as_ref().ok();
        Numbers {
            found: found.and_then(number::plain_quantity),
            required: number::plain_quantity(&target.required),
            difference: found
                .and_then(|found| number::plain_quantity(&found.less(&target.required))),
            field: Some(rule.measure.name()),
            unit: Some(unit(target.required.kind)),
            undefined: target.found.as_ref().err().cloned(),
        }
    }

    fn of_restated(restated: &crate::check::baseline::Restated) -> Numbers {
        let pair = restated.old.zip(restated.new);
        let difference = pair.and_then(|(old, new)| new.checked_add(-old));
        Numbers {
            found: restated.new.map(|new| new.to_string()),
            required: restated.old.map(|old| old.to_string()),
            difference: difference.map(|one| one.to_string()),
            field: Some(restated.field.to_owned()),
            unit: crate::metrics::registry::field(restated.field)
                .map(|field| unit(crate::check::kind_of(field.unit))),
            undefined: None,
        }
    }
}

/// What a number is in, in one word.
const fn unit(kind: Kind) -> &'static str {
    match kind {
        Kind::Amount | Kind::Average => "amount",
        Kind::Count => "count",
        Kind::Percent | Kind::Points => "fraction",
        Kind::Quotient => "quotient",
    }
}

impl Shared<'_> {
    fn record(&self, numbers: &Numbers) -> Vec<Wire> {
        let text = |text: Option<String>| text.map_or(Wire::Null, Wire::Text);
        let digits = |digits: &Option<String>| digits.clone().map_or(Wire::Null, Wire::Number);
        let filled = |said: &str| text((!said.is_empty()).then(|| said.to_owned()));
        vec![
            text(self.code.map(|code| code.name().to_owned())),
            Wire::Text(if self.passed { "passed" } else { "failed" }.to_owned()),
            Wire::Text(self.text.clone()),
            digits(&self.count.map(|count| count.to_string())),
            text(self.places.clone()),
            digits(&self.effect),
            digits(&numbers.found),
            digits(&numbers.required),
            digits(&numbers.difference),
            Wire::Flag(self.passed),
            Wire::Text(self.line.rule.clone()),
            text(self.rule.and_then(|rule| rule.name.clone())),
            text(self.rule.and_then(|rule| rule.owner.clone())),
            filled(&self.line.period),
            filled(&self.line.subject),
            text(numbers.field.clone()),
            text(numbers.unit.map(str::to_owned)),
            text(numbers.undefined.clone()),
            Wire::Text(self.definition.clone()),
            Wire::Text(self.input.clone()),
        ]
    }
}

/// The code that a finding has, or would have if it failed.
pub(super) fn code(finding: &Finding, message: Option<&Message>) -> Option<Code> {
    let own = message.map(|message| message.code);
    own.or(match finding {
        Finding::Target(_) => Some(Code::TargetMissed),
        Finding::Counted { .. } | Finding::Clean(_) => None,
        Finding::Control(_) => Some(Code::ControlTotal),
        Finding::Data(message)
        | Finding::OtherDefinition(message)
        | Finding::Uncompared(message) => Some(message.code),
        Finding::AsBefore { .. } | Finding::Restated(_) => Some(Code::Restated),
    })
}

/// A place as an editor jumps to it.
fn place_text(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    }
}

fn column(heading: &str, is_right: bool, group: Group) -> Column {
    Column {
        heading: heading.to_owned(),
        is_right,
        group,
    }
}

fn cell(text: &str) -> Cell {
    if text.is_empty() {
        Cell::Blank
    } else {
        Cell::Text(escape::terminal(text).into_owned())
    }
}

impl Document for CheckReport {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        FIELDS.map(str::to_owned).to_vec()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        Box::new(
            self.findings
                .iter()
                .flat_map(|finding| self.values(finding)),
        )
    }

    fn messages(&self) -> Vec<Message> {
        let failing = self.failing().take(DRAWN);
        let failures = failing.filter_map(|finding| message(self, finding));
        failures
            .chain(self.report.warnings.iter().cloned())
            .collect()
    }

    fn sheets(&self) -> Vec<Sheet> {
        vec![self.sheet()]
    }
}
