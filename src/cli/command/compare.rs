//! `nrr compare`: one period under every definition, and why they differ.

use super::super::args::CompareArgs;
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::calc;
use crate::error::{Code, Errors, Message};
use crate::input::Loaded;
use crate::input::shape::Shape;
use crate::ledger::{Books, Bridged};
use crate::metrics::{Asked, Comparison, compare};
use crate::output::{CompareReport, CompareRow, Definition, Report, render};
use crate::policies::{Basis, DEFINITIONS, NamedDefinition, Origin, Policies};
use crate::units::Period;

/// What the choices in force are called beside the definitions that come with the program.
const CHOSEN: &str = "chosen";

/// Reads once, measures by every definition, prints.
pub(in crate::cli) fn run(args: &CompareArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    if args.read.settings.value("by").is_some() {
        let headline = "`nrr compare` measures the whole, and takes no `--by`";
        return Err(Failure::from(Message::new(Code::Usage, headline).help(
            "see the segments under one definition with `nrr calc --definition NAME --by COL`",
        )));
    }
    if args.read.settings.value("sensitivity").is_some() {
        let headline = "`nrr compare` takes no `--sensitivity`";
        let help =
            "try every choice on one definition with `nrr calc --definition NAME --sensitivity`";
        return Err(Failure::from(
            Message::new(Code::Usage, headline).help(help),
        ));
    }
    let mut config = config(
        &args.read,
        &args.periods(),
        context.common,
        context.environment,
    )?;
    let Some(period) = config.ask.period else {
        return Err(Failure::from(Message::new(
            Code::Usage,
            "no period was given",
        )));
    };
    config.load.columns.by.clear();
    config.is_sensitive = false;
    let in_force = std::mem::take(&mut config.policies);
    config.policies = in_force.as_standard();
    let (mut loaded, target) = context.load(&args.read, &config)?;
    let bridged = bridge(&mut loaded);
    let bridged = bridged.map_err(|message| calc::with_files(Errors::from(message), &loaded))?;
    let other = other_reading(args, &config, &loaded, &mut context);
    let asked = Question {
        config: &config,
        readings: &Readings {
            loaded: &loaded,
            other: &other,
        },
        bridged: &bridged,
        in_force: &in_force,
        period,
    };
    let compared = asked.report()?;
    context.write(target, |look, out| {
        render(&compared, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        context.write_words(&compared.report, &[], &compared.report.warnings);
    }
    Ok(())
}

/// Fills the short absences that `grace` asks for; who measures revenue is refused for it later.
fn bridge(loaded: &mut Loaded) -> Result<Vec<Bridged>, Message> {
    let mut policies = report::detected(&loaded.policies, loaded);
    let stock = policies.set("basis", "stock", Origin::Default);
    debug_assert!(stock.is_ok(), "stock is a basis");
    report::bridge(&policies, loaded)
}

/// The same files read under the other basis, where that decides what a row becomes, or why they were not.
fn other_reading(
    args: &CompareArgs,
    config: &Config,
    loaded: &Loaded,
    context: &mut Context<'_, '_>,
) -> Option<Result<Loaded, String>> {
    if loaded.shape != Shape::Invoices {
        return None;
    }
    let basis = match report::detected(&loaded.policies, loaded).basis {
        Basis::Stock => "flow",
        Basis::Flow => "stock",
    };
    let mut policies = config.policies.clone();
    let origin = Origin::Definition(format!("basis {basis}"));
    let set = policies.set("basis", basis, origin);
    debug_assert!(set.is_ok(), "both are a basis");
    let said = |message: Option<&Message>| {
        message.map_or_else(String::new, |message| message.headline.clone())
    };
    let read = match context.read_again(&args.read, config, &policies) {
        Some(Ok(mut loaded)) => match bridge(&mut loaded) {
            Ok(_) => Ok(loaded),
            Err(message) => Err(message.headline),
        },
        Some(Err(errors)) => Err(said(errors.list.first())),
        None => Err(format!(
            "as `basis {basis}` invoices are read a second time, and standard input can be read once"
        )),
    };
    Some(read)
}

/// What was read, by the basis it was read under.
struct Readings<'a> {
    loaded: &'a Loaded,
    other: &'a Option<Result<Loaded, String>>,
}

impl<'a> Readings<'a> {
    fn loaded(&self, policies: &Policies) -> Result<&'a Loaded, String> {
        let own = report::detected(&self.loaded.policies, self.loaded).basis;
        match self.other {
            Some(other) if policies.basis != own => other.as_ref().map_err(String::clone),
            _ => Ok(self.loaded),
        }
    }

    fn books(&self, policies: &Policies) -> Result<&'a Books, String> {
        if policies.grace > 0 && policies.basis == Basis::Flow {
            return Err("`grace` is set, and amounts are revenue over time".to_owned());
        }
        self.loaded(policies).map(|loaded| &loaded.books)
    }
}

/// What is compared.
struct Question<'a> {
    config: &'a Config,
    readings: &'a Readings<'a>,
    bridged: &'a [Bridged],
    /// The choices as flags, files and definitions make them.
    in_force: &'a Policies,
    period: Period,
}

/// One definition to measure by.
struct Candidate {
    policies: Policies,
    caution: &'static str,
}

impl Question<'_> {
    fn report(&self) -> Result<CompareReport, Failure> {
        let (candidates, in_force, notes) = self.candidates();
        let all: Vec<Policies> = candidates.iter().map(|one| one.policies.clone()).collect();
        let books = |policies: &Policies| self.readings.books(policies);
        let rows = compare(&all, self.period, &books, self.config.confidence);
        let is_empty = |row: &Comparison| row.record.rollforward().is_none();
        let chosen = &all[in_force];
        if rows.iter().all(is_empty) {
            // What stops all of them is the answer.
            return Err(match self.calculated(chosen) {
                Err(errors) => Failure::from(errors),
                Ok(_) => Failure::from(Message::new(Code::Usage, "no definition can be measured")),
            });
        }
        let mut report = self
            .calculated(chosen)
            .unwrap_or_else(|_| self.declared(chosen));
        for row in rows.iter().filter(|row| row.number != in_force) {
            self.add_warnings(&all[row.number], row, &mut report);
        }
        let own = rows.iter().filter(|row| row.number == in_force);
        report.records = own.map(|row| row.record.clone()).collect();
        report.is_single = true;
        let row = |comparison: Comparison| {
            let candidate = &candidates[comparison.number];
            CompareRow {
                definition: self.definition(&candidate.policies),
                caution: candidate.caution,
                is_in_force: comparison.number == in_force,
                comparison,
            }
        };
        Ok(CompareReport {
            rows: rows.into_iter().map(row).collect(),
            report,
            notes,
        })
    }

    /// Every definition, where the one in force stands among them, and what is to be said of it.
    fn candidates(&self) -> (Vec<Candidate>, usize, Vec<String>) {
        let base = &self.readings.loaded.policies;
        let complete = |policies: &Policies| {
            let loaded = self.readings.loaded;
            report::detected(policies, loaded)
        };
        let mut all: Vec<Candidate> = DEFINITIONS
            .iter()
            .map(|definition| Candidate {
                policies: complete(&base.under(definition)),
                caution: definition.caution,
            })
            .collect();
        let mut chosen = complete(&base.with_measuring(self.in_force));
        let fingerprint = chosen.fingerprint(&[]);
        let is_same = |one: &Candidate| one.policies.fingerprint(&[]) == fingerprint;
        let name = self.in_force.definition.clone();
        if let Some(index) = all.iter().position(is_same) {
            let same = all[index].policies.definition.clone();
            let note = format!("`{name}` makes the same choices as `{same}`");
            return (
                all,
                index,
                (name != same).then_some(note).into_iter().collect(),
            );
        }
        chosen.definition = match NamedDefinition::named(&name) {
            Some(_) => CHOSEN.to_owned(),
            None => name,
        };
        all.push(Candidate {
            policies: chosen,
            caution: "",
        });
        let last = all.len() - 1;
        (all, last, Vec::new())
    }

    /// What `nrr calc` says under these choices.
    fn calculated(&self, policies: &Policies) -> Result<Report, Errors> {
        match self.readings.loaded(policies) {
            Ok(loaded) => {
                self.readings
                    .books(policies)
                    .map_err(|reason| Errors::from(Message::new(Code::GraceOnFlow, reason)))?;
                calc::compute(self.config, policies, loaded, self.bridged)
            }
            Err(reason) => Err(Errors::from(Message::new(Code::CannotRead, reason))),
        }
    }

    /// The declaration alone, where there are no figures.
    fn declared(&self, policies: &Policies) -> Report {
        let origin = self.config.load.origin("where");
        let filters = (self.config.load.filters.as_slice(), origin.as_str());
        report::declared(policies, filters, self.read_for(policies))
    }

    /// What was chosen, without what was read: nobody is looked at.
    fn definition(&self, policies: &Policies) -> Definition {
        let origin = self.config.load.origin("where");
        let filters = (self.config.load.filters.as_slice(), origin.as_str());
        report::definition(policies, filters, self.read_for(policies))
    }

    fn read_for(&self, policies: &Policies) -> &Loaded {
        let loaded = self.readings.loaded(policies);
        loaded.unwrap_or(self.readings.loaded)
    }

    /// What has to be known beside the figures of another definition than the one in force, where it is not
    /// said already.
    fn add_warnings(&self, policies: &Policies, row: &Comparison, report: &mut Report) {
        let (Ok(loaded), Some(_)) = (self.readings.loaded(policies), row.record.rollforward())
        else {
            return;
        };
        let asked = Asked::one(self.period, policies);
        for warning in report::cautions(policies, loaded, &asked, &row.record) {
            let is_known =
                |known: &Message| known.code == warning.code && known.headline == warning.headline;
            if !report.warnings.iter().any(is_known) {
                let note = format!("it is about the definition `{}`", policies.definition);
                report.warnings.push(warning.note(note));
            }
        }
    }
}
