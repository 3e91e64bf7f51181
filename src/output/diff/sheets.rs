//! The tables of `nrr diff`: both figures, what settings did, what the data did.

use std::collections::BTreeSet;

use super::super::escape;
use super::super::report::Input;
use super::super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use super::{DiffReport, NO_BASE, between, files};
use crate::metrics::{ChangeKind, ChangedCustomer, Effects, NoRate, Rollforward};
use crate::text;
use crate::units::{Amount, Difference, Month, Ratio};

/// What is read of a figure.
type Read<T> = fn(&Rollforward) -> T;

/// What stands before the effect of a customer, the rows behind it, and the effect of the month.
type Row<'a> = ([Cell; 5], [Cell; 2], Option<&'a Result<Effects, NoRate>>);

impl DiffReport {
    /// Both figures side by side.
    pub(super) fn figures(&self) -> Sheet {
        let mut sheet = Sheet::new(
            Form::Grid,
            vec![
                column("", false, Group::Core),
                column("Old", true, Group::Core),
                column("New", true, Group::Core),
                column("Change", true, Group::Core),
            ],
        );
        let (old, new) = (&self.first, &self.new);
        let text = |text: &str| Cell::Text(text.to_owned());
        let files = |input: &Input| Cell::Text(escape::terminal(&files(input)).into_owned());
        sheet.push(
            Kind::Body,
            vec![
                text("File"),
                files(&self.old_input),
                files(&self.report.input),
                Cell::Blank,
            ],
        );
        let rates: [(&str, Read<Ratio>); 3] = [
            ("NRR", Rollforward::nrr),
            ("GRR", Rollforward::grr),
            ("Logo retention", Rollforward::logo_retention),
        ];
        for (label, rate) in rates {
            let moved = rate(new).minus(rate(old));
            let moved = moved.map_or(Cell::Undefined(self.no_rate().to_owned()), Cell::Points);
            let cells = [rate(old), rate(new)].map(percent);
            sheet.push(
                Kind::Total,
                [text(label)]
                    .into_iter()
                    .chain(cells)
                    .chain([moved])
                    .collect(),
            );
        }
        let amounts: [(&str, Read<i128>); 4] = [
            ("Opening", |sums| sums.opening),
            ("Retained", |sums| sums.retained),
            ("Retained, capped", |sums| sums.retained_capped),
            ("Closing", |sums| sums.closing),
        ];
        for (label, units) in amounts {
            let scale = old.scale.max(new.scale);
            let [before, after] = [old, new].map(|sums| {
                let amount = sums.amount(units(sums));
                let units = amount.units_at(scale);
                units.map_or(amount, |units| Amount::new(units, scale))
            });
            let change = after.checked_add(-before).map_or(Cell::Blank, Cell::Amount);
            sheet.push(
                Kind::Body,
                vec![
                    text(label),
                    Cell::Amount(before),
                    Cell::Amount(after),
                    change,
                ],
            );
        }
        sheet
    }

    /// Why the rates have no difference.
    pub(super) fn no_rate(&self) -> &'static str {
        NoRate::between(&self.first, &self.new).map_or(NO_BASE, NoRate::reason)
    }

    /// What settings do, one after the other.
    pub(super) fn settings(&self) -> Option<Sheet> {
        if self.steps.is_empty() {
            return None;
        }
        let mut sheet = Sheet::new(
            Form::Grid,
            vec![
                column("Setting", false, Group::Core),
                column("Old", false, Group::Core),
                column("New", false, Group::Core),
                column("NRR then", true, Group::Movements),
                column("GRR then", true, Group::Detail),
                column("Effect on NRR", true, Group::Core),
                column("Effect on GRR", true, Group::Detail),
            ],
        );
        for step in &self.steps {
            for (place, one) in (1..).zip(&step.settings) {
                let value = |value: &Option<String>| match value {
                    Some(value) => Cell::Text(escape::terminal(value).into_owned()),
                    None => Cell::Text("not set".to_owned()),
                };
                let mut cells = vec![
                    Cell::Text(one.name.to_owned()),
                    value(&one.old),
                    value(&one.new),
                ];
                if place == step.settings.len() {
                    cells.extend([percent(step.after.nrr()), percent(step.after.grr())]);
                    cells.extend(points(step.effects(), NO_BASE));
                } else {
                    cells.extend([const { Cell::Blank }; 4]);
                }
                sheet.push(Kind::Body, cells);
            }
        }
        let whole = between(&self.first, &self.old);
        let mut cells = vec![
            Cell::Text("all settings".to_owned()),
            Cell::Blank,
            Cell::Blank,
        ];
        cells.extend([percent(self.old.nrr()), percent(self.old.grr())]);
        cells.extend(points(whole, NO_BASE));
        sheet.push(Kind::Total, cells);
        sheet.notes.push(
            "settings are changed one after the other on the old export, in this order; what the data did follows, by the settings in force"
                .to_owned(),
        );
        if self.steps.iter().any(|step| step.settings.len() > 1) {
            sheet.notes.push(
                "a setting without figures can be measured with the next one only".to_owned(),
            );
        }
        Some(sheet)
    }

    /// What the data did, customer by customer; a customer's effect stands in its first row, and what each of its
    /// months does beside.
    pub(super) fn customers(&self) -> Sheet {
        let shown = self.shown();
        let has_several = shown.iter().any(|customer| customer.months.len() > 1);
        let mut columns = vec![
            column("Customer", false, Group::Core),
            column("Month", false, Group::Core),
            column("Old", true, Group::Core),
            column("New", true, Group::Core),
            column("Kind", false, Group::Core),
            column("Effect on NRR", true, Group::Core),
            column("Effect on GRR", true, Group::Movements),
        ];
        columns.push(column("Old row", true, Group::Detail));
        columns.push(column("New row", true, Group::Detail));
        if has_several {
            columns.push(column("Month on NRR", true, Group::Detail));
            columns.push(column("Month on GRR", true, Group::Detail));
        }
        let form = if shown.is_empty() {
            Form::Plain
        } else {
            Form::Grid
        };
        let mut sheet = Sheet::new(form, columns);
        for customer in shown {
            for (place, (own, rows, month)) in (0..).zip(self.rows_of(customer)) {
                let effects = match place {
                    0 => effect_cells(&customer.effects),
                    _ => [Cell::Blank, Cell::Blank],
                };
                let month = month.map_or([Cell::Blank, Cell::Blank], effect_cells);
                let month = month.into_iter().filter(|_| has_several);
                let cells = own.into_iter().chain(effects).chain(rows).chain(month);
                sheet.push(Kind::Body, cells.collect());
            }
        }
        let blank = |count: usize| std::iter::repeat_with(|| Cell::Blank).take(count);
        let last = if has_several { 4 } else { 2 };
        let others = &self.changes.customers[shown.len()..];
        if !others.is_empty() {
            let label = text::count(others.len() as u64, "more customer");
            let effects = effect_cells(&sum(others));
            let cells = std::iter::once(Cell::Text(label)).chain(blank(4));
            sheet.push(
                Kind::Body,
                cells.chain(effects).chain(blank(last)).collect(),
            );
            sheet.notes.push(format!(
                "`--top {}` lists all customers, and so does `--format csv`{}",
                self.changes.customers.len(),
                if self.top.is_some() {
                    " without `--top`"
                } else {
                    ""
                }
            ));
        }
        if !shown.is_empty() {
            let label = Cell::Text("all customers".to_owned());
            let effects = effect_cells(&self.changes.effects);
            let cells = std::iter::once(label).chain(blank(4)).chain(effects);
            sheet.push(Kind::Total, cells.chain(blank(last)).collect());
        }
        sheet.notes.extend(self.notes());
        sheet
    }

    /// The rows of one customer without its effect.
    fn rows_of<'a>(&self, customer: &'a ChangedCustomer) -> Vec<Row<'a>> {
        let name = match &customer.old_name {
            Some(old) => format!("{} (was {old})", customer.customer),
            None => customer.customer.clone(),
        };
        let mut name = Cell::Text(escape::terminal(&name).into_owned());
        let mut rows = Vec::new();
        if customer.old_name.is_some() {
            let first = std::mem::replace(&mut name, Cell::Blank);
            let kind = Cell::Text(ChangeKind::Renamed.word().to_owned());
            let own = [first, Cell::Blank, Cell::Blank, Cell::Blank, kind];
            rows.push((own, [Cell::Blank, Cell::Blank], None));
        }
        for month in &customer.months {
            let amount = |amount: Option<Amount>| amount.map_or(Cell::Blank, Cell::Amount);
            let own = [
                std::mem::replace(&mut name, Cell::Blank),
                Cell::Text(self.month(month)),
                amount(month.old),
                amount(month.new),
                Cell::Text(month.kind.word().to_owned()),
            ];
            let behind = self.rows_behind(customer, month.month).map(|behind| {
                let line = behind.map(|one| (one.line, one.rows));
                line.map_or(Cell::Blank, |(line, rows)| {
                    Cell::Text(match rows {
                        1 => line.to_string(),
                        rows => format!("{line} +{}", rows - 1),
                    })
                })
            });
            rows.push((own, behind, Some(&month.effects)));
        }
        rows
    }

    /// What rows cannot say.
    pub(super) fn notes(&self) -> Vec<String> {
        let changes = &self.changes;
        let mut notes = Vec::new();
        let (old, new) = (&self.old_input, &self.report.input);
        let period = self.label(|record| record.period).unwrap_or_default();
        if old.fingerprint == new.fingerprint {
            notes.push("the two exports are the same, byte for byte".to_owned());
        } else if changes.customers.is_empty() {
            notes.push(format!(
                "nothing that decides {period} is another in the new export"
            ));
        }
        let (elsewhere, renamed) = (changes.elsewhere, changes.renamed_elsewhere);
        if elsewhere > 0 {
            let verb = if elsewhere == 1 { "differs" } else { "differ" };
            notes.push(format!(
                "{} outside of what {period} reads {verb}",
                text::count(elsewhere, "customer-month")
            ));
        }
        if renamed > 0 {
            let verb = if renamed == 1 { "has" } else { "have" };
            notes.push(format!(
                "{} without revenue in what {period} reads {verb} another name",
                text::count(renamed, "customer")
            ));
        }
        notes.extend(self.note_of_rates());
        if (old.first, old.last) != (new.first, new.last) {
            notes.push(format!(
                "the old export covers {} to {}, the new one {} to {}",
                old.first, old.last, new.first, new.last
            ));
        }
        notes
    }
}

impl DiffReport {
    /// At which rates amounts stand that depend on it.
    fn note_of_rates(&self) -> Option<String> {
        let months = self.changes.customers.iter().flat_map(|one| &one.months);
        let rates = months.filter_map(|one| Some((one.month, one.rates_of?)));
        let rates: BTreeSet<(Month, Month)> = rates.collect();
        let moved = rates.iter().filter(|(month, of)| month != of);
        let moved: Vec<String> = moved
            .map(|(month, of)| format!("{month} at the rates of {of}"))
            .collect();
        if rates.is_empty() {
            return None;
        }
        Some(if moved.is_empty() {
            "amounts in other currencies are at the rates of their own month; effects at the closing are at those of the opening"
                .to_owned()
        } else {
            let moved = text::examples(&moved, moved.len());
            format!(
                "amounts in other currencies are {moved}, as effects are; of other months at their own"
            )
        })
    }
}

/// The effects of several together.
fn sum(customers: &[ChangedCustomer]) -> Result<Effects, NoRate> {
    let (mut nrr, mut grr) = (Difference::none(), Difference::none());
    for customer in customers {
        let own = customer.effects.as_ref().map_err(|none| *none)?;
        (nrr, grr) = (nrr.plus(&own.nrr), grr.plus(&own.grr));
    }
    Ok(Effects { nrr, grr })
}

fn column(heading: &str, is_right: bool, group: Group) -> Column {
    Column {
        heading: heading.to_owned(),
        is_right,
        group,
    }
}

fn percent(ratio: Ratio) -> Cell {
    if ratio.is_defined() {
        Cell::Percent(ratio)
    } else {
        Cell::Undefined(NO_BASE.to_owned())
    }
}

fn points(pair: Option<[Difference; 2]>, reason: &str) -> [Cell; 2] {
    match pair {
        Some(pair) => pair.map(Cell::Points),
        None => [reason, reason].map(|reason| Cell::Undefined(reason.to_owned())),
    }
}

fn effect_cells(effects: &Result<Effects, NoRate>) -> [Cell; 2] {
    match effects {
        Ok(effects) => [&effects.nrr, &effects.grr].map(|one| Cell::Points(one.clone())),
        Err(none) => [none, none].map(|none| Cell::Undefined(none.reason().to_owned())),
    }
}
