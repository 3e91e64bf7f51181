//! Which column holds what: header names to roles, by what was typed or by synonyms.

use std::collections::BTreeMap;

use super::header;
pub use super::role::Role;
use super::shape::Shape;
use crate::error::{Code, Errors, Message, Place};
use crate::text;

/// Which line of a settings file gave a setting, by its name; for messages.
pub type Origins = BTreeMap<&'static str, String>;

/// What was typed for columns.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// For each role in the order of [`Role::ALL`], the column named for it.
    pub roles: [Option<String>; Role::COUNT],
    /// The column of the signup, where it makes the cohorts.
    pub signup: Option<String>,
    /// The columns of `--by`.
    pub by: Vec<String>,
    /// The columns of `--where`.
    pub filters: Vec<String>,
    /// True if units are parents, so that a column has to hold them.
    pub has_parents: bool,
}

/// Where everything stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The header's cells, trimmed.
    pub header: Vec<String>,
    /// What a row is.
    pub shape: Shape,
    /// For each role in the order of [`Role::ALL`], its column; those that the shape needs are always there.
    pub roles: Roles,
    /// The columns of `--by`; before them that of the signup, if one is named.
    pub by: Vec<usize>,
    /// The columns of `--where`.
    pub filters: Vec<usize>,
    /// For each role, who said so.
    pub by_whom: [ByWhom; Role::COUNT],
    /// A column of yearly run rates beside the amount's monthly ones: in every row twelve times the amount, or it is
    /// asked which counts.
    pub yearly_twin: Option<usize>,
}

/// For each role in the order of [`Role::ALL`], its column.
pub type Roles = [Option<usize>; Role::COUNT];

/// Who said which column holds a role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByWhom {
    /// Its header.
    #[default]
    Header,
    /// A person, with a flag or in a settings file.
    Person,
    /// The preset in force.
    Preset,
}

impl Columns {
    /// The column of a role.
    #[must_use]
    pub fn of(&self, role: Role) -> Option<usize> {
        self.roles[role as usize]
    }

    /// The columns whose values are kept for each row: those of `--by`, then that of the parent.
    pub fn attributes(&self) -> impl Iterator<Item = usize> {
        self.by.iter().copied().chain(self.of(Role::Parent))
    }

    /// True if `--by` names the product column: then each product is netted on its own.
    #[must_use]
    pub fn counts_products(&self) -> bool {
        self.of(Role::Product)
            .is_some_and(|product| self.by.contains(&product))
    }

    /// The header of a role's column.
    #[must_use]
    pub fn name(&self, role: Role) -> Option<&str> {
        self.of(role).map(|index| self.header[index].as_str())
    }
}

/// The header line and where it stands, for messages.
pub struct HeaderLine<'a> {
    /// The cells, trimmed.
    pub cells: &'a [String],
    /// The file and line with the header as excerpt.
    pub place: Place,
    /// The first row with more cells than the header: its line and how many.
    pub wider: Option<(u64, usize)>,
}

/// Finds the column of every role that a shape has, of `--by` and of `--where`. A preset's columns stand where
/// nobody named others, and then no header is guessed at.
///
/// # Errors
///
/// Everything that is missing, named but not there, doubtful, doubled or given two jobs.
pub fn assign(
    line: &HeaderLine<'_>,
    shape: Shape,
    preset: Option<&Roles>,
    wanted: &Wanted,
    origins: &Origins,
) -> Result<Columns, Errors> {
    let mut finder = Finder {
        line,
        shape,
        origins,
        errors: Vec::new(),
        is_reported: [false; Role::COUNT],
        yearly_twin: None,
    };
    let mut roles: Roles = [None; Role::COUNT];
    let mut by_whom = [ByWhom::Header; Role::COUNT];
    for role in Role::ALL {
        let Some(name) = wanted.roles[role as usize].as_deref() else {
            continue;
        };
        by_whom[role as usize] = ByWhom::Person;
        if !is_left_out(role, name, line) {
            roles[role as usize] = finder.named(name, role.setting());
        }
    }
    for role in Role::ALL {
        let is_open = by_whom[role as usize] == ByWhom::Header;
        if let Some(columns) = preset.filter(|_| is_open) {
            // A column that a person named for something else is that.
            let column = columns[role as usize].filter(|column| !roles.contains(&Some(*column)));
            roles[role as usize] = column;
            by_whom[role as usize] = ByWhom::Preset;
        } else if is_open && shape.roles().contains(&role) {
            let taken = roles;
            roles[role as usize] = finder.recognised(role, &taken);
        }
    }
    let by = finder.traits(wanted);
    finder.parent(wanted, &mut roles, &mut by_whom);
    let filters: Vec<usize> = wanted
        .filters
        .iter()
        .filter_map(|name| finder.named(name, "where"))
        .collect();
    let status = roles[Role::Status as usize];
    let is_trait = status.is_some_and(|status| by.contains(&status) || filters.contains(&status));
    if is_trait && by_whom[Role::Status as usize] == ByWhom::Header {
        // Whoever segments or filters by it has decided what its values mean.
        roles[Role::Status as usize] = None;
    }
    finder.report_missing(&roles, &by_whom);
    finder.report_shared(&roles);
    if finder.errors.is_empty() {
        return Ok(Columns {
            header: line.cells.to_vec(),
            shape,
            roles,
            by,
            filters,
            by_whom,
            yearly_twin: finder.yearly_twin,
        });
    }
    Err(Errors::from(finder.errors))
}

/// True for `--product none`: no column has the role, whatever its header says.
fn is_left_out(role: Role, name: &str, line: &HeaderLine<'_>) -> bool {
    let can_be = !matches!(
        role,
        Role::Customer | Role::Date | Role::Amount | Role::Parent
    );
    can_be && name == "none" && !line.cells.iter().any(|cell| cell == "none")
}

struct Finder<'a> {
    line: &'a HeaderLine<'a>,
    shape: Shape,
    origins: &'a Origins,
    errors: Vec<Message>,
    /// For each role, true if what is wrong with it was said already.
    is_reported: [bool; Role::COUNT],
    yearly_twin: Option<usize>,
}

impl Finder<'_> {
    /// The columns of `--by`, each once; before them that of the signup.
    fn traits(&mut self, wanted: &Wanted) -> Vec<usize> {
        let signup = wanted.signup.as_ref();
        let signup = signup.and_then(|name| self.named(name, "signup"));
        let mut by: Vec<usize> = Vec::new();
        for name in &wanted.by {
            let column = self.named(name, "by");
            by.extend(column.filter(|column| !by.contains(column)));
        }
        signup.into_iter().chain(by).collect()
    }

    /// The column that was typed, by number `#3` or by its header.
    fn named(&mut self, name: &str, setting: &str) -> Option<usize> {
        let cells = self.line.cells;
        if let Some(number) = name
            .strip_prefix('#')
            .and_then(|digits| digits.parse::<usize>().ok())
        {
            let index = number.checked_sub(1).filter(|index| *index < cells.len());
            if index.is_none() {
                let headline = format!("there is no column `{name}`");
                let found = format!(
                    "{}, `#1` to `#{}`",
                    text::count(cells.len() as u64, "column"),
                    cells.len()
                );
                self.errors.push(
                    Message::new(Code::UnknownColumn, headline)
                        .at(self.line.place.clone())
                        .found(found),
                );
            }
            return index;
        }
        let exact = matching(cells, |cell| cell == name.trim());
        let found = if exact.is_empty() {
            matching(cells, |cell| header::folded(cell) == header::folded(name))
        } else {
            exact
        };
        match found.as_slice() {
            [index] => Some(*index),
            [] => {
                self.unknown(name, setting);
                None
            }
            several => {
                self.doubled(name, several, setting);
                None
            }
        }
    }

    /// The column that a name recognises, if one does so best.
    fn recognised(&mut self, role: Role, taken: &Roles) -> Option<usize> {
        let cells = self.line.cells;
        for names in self.shape.synonyms(role) {
            let is_one = |index: usize| is_named(&cells[index], role, names);
            let stands = |index: usize| !cells[index].is_empty() || index == 0;
            let free =
                |index: &usize| !taken.contains(&Some(*index)) && stands(*index) && is_one(*index);
            let found: Vec<usize> = (0..cells.len()).filter(free).collect();
            match found.as_slice() {
                [] => {}
                [index] => {
                    let with_tax = self.with_other_tax(role, *index);
                    if with_tax.len() > 1 {
                        self.doubtful(role, &with_tax);
                        return None;
                    }
                    return Some(*index);
                }
                [one, other] if role == Role::Amount && self.are_twins(*one, *other) => {
                    let is_yearly = has_word(&cells[*one], "arr");
                    let (monthly, yearly) = if is_yearly {
                        (other, one)
                    } else {
                        (one, other)
                    };
                    self.yearly_twin = Some(*yearly);
                    return Some(*monthly);
                }
                several => {
                    self.doubtful(role, several);
                    return None;
                }
            }
        }
        None
    }

    /// An amount that does not say whether it holds tax, with those beside it that do say so.
    fn with_other_tax(&self, role: Role, index: usize) -> Vec<usize> {
        const NET: &[&str] = &["net", "excl", "excluding", "exclusive", "netto", "subtotal"];
        const GROSS: &[&str] = &["gross", "incl", "including", "inclusive", "brutto"];
        const AMOUNTS: &[&str] = &[
            "amount", "total", "price", "revenue", "value", "sum", "betrag",
        ];
        const RATES: &[&str] = &["mrr", "arr", "acv", "recurring"];
        let says = |index: usize, meant: &[&str]| {
            let words = header::words(&self.line.cells[index]);
            words.iter().any(|word| meant.contains(&word.as_str()))
        };
        if role != Role::Amount || says(index, NET) || says(index, RATES) {
            return vec![index];
        }
        let others = (0..self.line.cells.len()).filter(|other| {
            let says_tax = says(*other, NET) || says(*other, GROSS);
            *other != index && says_tax && says(*other, AMOUNTS)
        });
        std::iter::once(index).chain(others).collect()
    }

    /// Finds the column of the parent where units are parents; nobody else looks at it.
    fn parent(&mut self, wanted: &Wanted, roles: &mut Roles, by_whom: &mut [ByWhom; Role::COUNT]) {
        let role = Role::Parent as usize;
        if !wanted.has_parents {
            roles[role] = None;
            return;
        }
        if roles[role].is_none() && wanted.roles[role].is_none() {
            by_whom[role] = ByWhom::Header;
            roles[role] = self.recognised(Role::Parent, &roles.clone());
        }
        if roles[role].is_none() && self.errors.is_empty() {
            let mut message = super::missing::missing(self.line, roles, &[Role::Parent]);
            let origin = self.origins.get("level");
            message = message.note(match origin {
                Some(origin) => format!("`level parent` was set by {origin}"),
                None => "`--level parent` counts the customers of one parent as one".to_owned(),
            });
            if message.help.is_empty() {
                let help = "add the column of parents to the export, and name it: `--parent COL`";
                message = message.help(help);
            }
            self.errors.push(message);
        }
    }

    /// True for `mrr` beside `arr`.
    fn are_twins(&self, one: usize, other: usize) -> bool {
        let says = |index: usize, word: &str| has_word(&self.line.cells[index], word);
        says(one, "mrr") && says(other, "arr") || says(one, "arr") && says(other, "mrr")
    }

    fn unknown(&mut self, name: &str, setting: &str) {
        let known: Vec<&str> = self.line.cells.iter().map(String::as_str).collect();
        let mut message = Message::new(Code::UnknownColumn, format!("there is no column `{name}`"))
            .at(self.line.place.clone())
            .found(format!("columns {}", list_columns(&known)));
        if let Some(origin) = self.origins.get(setting) {
            message = message.note(format!("`{setting}` was set by {origin}"));
        }
        if let Some(near) = text::nearest(name, known.iter().copied()) {
            let value = if setting == "where" {
                format!("{near}=VALUE")
            } else {
                near.to_owned()
            };
            message = message.help(format!("`--{setting} {}`", quoted(&value)));
        }
        self.errors.push(message);
    }

    /// Several columns could have a role.
    fn doubtful(&mut self, role: Role, found: &[usize]) {
        self.is_reported[role as usize] = true;
        let names: Vec<&str> = found
            .iter()
            .map(|index| self.line.cells[*index].as_str())
            .collect();
        if names.windows(2).all(|pair| pair[0] == pair[1]) {
            return self.doubled(names[0], found, role.setting());
        }
        let ticked: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let headline = format!(
            "{} could hold the {}",
            text::list(&ticked, "and"),
            role.noun()
        );
        let mut message = Message::new(Code::AmbiguousColumn, headline).at(self.line.place.clone());
        let flags: Vec<String> = names
            .iter()
            .map(|name| format!("`--{} {}`", role.setting(), quoted(name)))
            .collect();
        message = message.help(format!("say which: {}", text::list(&flags, "or")));
        self.errors.push(message);
    }

    /// A header that stands twice, and is needed.
    fn doubled(&mut self, name: &str, found: &[usize], setting: &str) {
        let numbers: Vec<String> = found
            .iter()
            .map(|index| format!("#{}", index + 1))
            .collect();
        let headline = format!(
            "the header `{name}` stands over {}",
            text::count(found.len() as u64, "column")
        );
        let flags: Vec<String> = numbers
            .iter()
            .map(|number| format!("`--{setting} \"{number}\"`"))
            .collect();
        let message = Message::new(Code::DuplicateHeader, headline)
            .at(self.line.place.clone())
            .found(format!("columns {}", text::list(&numbers, "and")))
            .help(format!("say which: {}", text::list(&flags, "or")));
        self.errors.push(message);
    }

    fn report_missing(&mut self, roles: &Roles, by_whom: &[ByWhom; Role::COUNT]) {
        let is_open = |role: &Role| by_whom[*role as usize] != ByWhom::Person;
        let needed = self.shape.needed().iter().copied();
        let missing: Vec<Role> = needed
            .filter(|role| roles[*role as usize].is_none())
            .filter(|role| is_open(role) && !self.is_reported[*role as usize])
            .collect();
        if !missing.is_empty() {
            let message = super::missing::missing(self.line, roles, &missing);
            self.errors.push(message);
        }
    }

    fn report_shared(&mut self, roles: &Roles) {
        for (index, later) in Role::ALL.into_iter().enumerate() {
            let twin = Role::ALL
                .into_iter()
                .take(index)
                .find(|role| roles[*role as usize] == roles[later as usize]);
            if let (Some(column), Some(role)) = (roles[later as usize], twin) {
                let name = &self.line.cells[column];
                let headline = format!(
                    "`{name}` was named as the {} and as the {}",
                    role.noun(),
                    later.noun()
                );
                self.errors.push(
                    Message::new(Code::ColumnTwice, headline)
                        .at(self.line.place.clone())
                        .help(format!(
                            "name another column with `--{}` or `--{}`",
                            role.setting(),
                            later.setting()
                        )),
                );
            }
        }
    }
}

fn has_word(header: &str, word: &str) -> bool {
    header::words(header).iter().any(|found| found == word)
}

/// True if a header is one of a role's names, in any of its forms.
pub(super) fn is_named(cell: &str, role: Role, names: &[&str]) -> bool {
    let is_known = |form: &str| names.contains(&form);
    let folded = header::folded(cell);
    let in_minor =
        header::without_minor(&folded).filter(|_| matches!(role, Role::Amount | Role::Balance));
    let mut forms = header::forms(cell).into_iter();
    forms.any(|form| is_known(&form)) || in_minor.is_some_and(is_known)
}

fn matching(cells: &[String], is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
    (0..cells.len())
        .filter(|index| is_meant(&cells[*index]))
        .collect()
}

/// A column as it is typed: by its header, or by its number where that is empty.
#[must_use]
pub fn typed(header: &[String], column: usize) -> String {
    match header.get(column) {
        Some(name) if !name.is_empty() => name.clone(),
        _ => format!("#{}", column + 1),
    }
}

/// A value as a shell takes it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.=".contains(c));
    // Double quotes hold in every shell; what they do not keep as it is needs single ones.
    if is_plain {
        text.to_owned()
    } else if text.contains(['"', '$', '`', '\\', '!', '%']) {
        format!("'{}'", text.replace('\'', r"'\''"))
    } else {
        format!("\"{text}\"")
    }
}

fn list_columns(names: &[&str]) -> String {
    let shown: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !name.is_empty())
        .collect();
    let ticked: Vec<String> = shown
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    match shown.len() - ticked.len() {
        0 => text::list(&ticked, "and"),
        more => format!("{} and {more} more", ticked.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(header: &str, wanted: &Wanted) -> Result<Columns, Vec<String>> {
        let cells: Vec<String> = header.split(',').map(str::to_owned).collect();
        let line = HeaderLine {
            cells: &cells,
            place: Place::line("a.csv", 1),
            wider: None,
        };
        assign(&line, Shape::Long, None, wanted, &Origins::new()).map_err(|errors| {
            errors
                .list
                .iter()
                .map(|error| format!("{}: {}", error.code, error.headline))
                .collect()
        })
    }

    fn roles(header: &str) -> Result<Vec<Option<usize>>, Vec<String>> {
        let columns = assigned(header, &Wanted::default())?;
        Ok(columns.roles[..Role::LONG].to_vec())
    }

    #[test]
    fn synonyms_find_their_roles() {
        assert_eq!(
            roles("customer_id,date,amount,currency,segment,product"),
            Ok(vec![Some(0), Some(1), Some(2), Some(3), Some(5)])
        );
        assert_eq!(
            roles("Account,Month,MRR (USD)"),
            Ok(vec![Some(0), Some(1), Some(2), None, None])
        );
        assert_eq!(
            roles("customerId,Reporting Month,amount_in_cents"),
            Ok(vec![Some(0), Some(1), Some(2), None, None])
        );
    }

    #[test]
    fn an_id_beats_a_name_and_a_name_an_email() {
        assert_eq!(
            roles("email,customer name,customer id,month,mrr").unwrap()[0],
            Some(2)
        );
        assert_eq!(roles("email,customer name,month,mrr").unwrap()[0], Some(1));
    }

    #[test]
    fn strong_names_win_and_equals_are_asked_about() {
        assert_eq!(
            roles("customer,date,month,amount,mrr").unwrap()[..3],
            [Some(0), Some(2), Some(4)]
        );
        let twins = assigned("customer,month,arr,mrr", &Wanted::default()).unwrap();
        assert_eq!(
            (twins.of(Role::Amount), twins.yearly_twin),
            (Some(3), Some(2))
        );
        assert_eq!(
            roles("customer,month,mrr,acv"),
            Err(vec![
                "ambiguous-column: `mrr` and `acv` could hold the amount".into()
            ])
        );
        assert_eq!(
            roles("customer,month,mrr,mrr"),
            Err(vec![
                "duplicate-header: the header `mrr` stands over 2 columns".into()
            ])
        );
    }

    #[test]
    fn amounts_with_and_without_tax_are_asked_about_unless_one_says_that_it_is_net() {
        for header in [
            "customer,month,amount,amount incl tax",
            "customer,month,amount,amount excl. VAT",
        ] {
            assert!(
                roles(header).unwrap_err()[0].starts_with("ambiguous-column"),
                "{header}"
            );
        }
        assert_eq!(
            roles("customer,month,net amount,tax,gross amount").unwrap()[2],
            Some(2)
        );
        assert_eq!(roles("customer,month,mrr,net revenue").unwrap()[2], Some(2));
    }

    #[test]
    fn missing_columns_are_all_reported() {
        let missing = roles("region,month,owner").unwrap_err();
        assert_eq!(
            missing,
            ["missing-column: no column holds the customer or the amount"]
        );
    }

    #[test]
    fn a_named_column_wins_by_header_or_number() {
        let mut wanted = Wanted {
            by: vec!["Region".into()],
            ..Wanted::default()
        };
        wanted.roles[0] = Some("#3".into());
        let columns = assigned("customer_id,month,payer,mrr,region", &wanted).unwrap();
        assert_eq!((columns.of(Role::Customer), columns.by), (Some(2), vec![4]));
        wanted.roles[0] = Some("#9".into());
        assert_eq!(
            assigned("a,month,mrr,region", &wanted).unwrap_err(),
            ["unknown-column: there is no column `#9`"]
        );
    }

    #[test]
    fn one_column_has_one_job() {
        let mut wanted = Wanted::default();
        wanted.roles[0] = Some("month".into());
        wanted.roles[1] = Some("month".into());
        let errors = assigned("customer,month,mrr", &wanted).unwrap_err();
        assert_eq!(
            errors,
            ["column-twice: `month` was named as the customer and as the period"]
        );
    }
}
