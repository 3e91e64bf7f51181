//! What the beginning of a file settles: dialect, preset, shape, columns.

use super::chosen::{Chosen, choose};
use super::columns::{Columns, HeaderLine, Role, assign, is_named};
use super::date::DateOrder;
use super::dialect::{Dialect, detect_dialect};
use super::furniture::{Furniture, Titles};
use super::head::{first_values, read_header, wider_record};
use super::header::{self, Unit};
use super::labels::{self, LabelAsk, LabelsFound, read_headers};
use super::load::LoadOptions;
use super::number::Mark;
use super::preset;
use super::report;
use super::shape::plan::Plan;
use super::shape::rules::{AmountIs, Per, Rules, per, without_unused};
use super::shape::{Shape, Signs};
use super::source::{Sample, Source};
use super::vocabulary;
use crate::error::{Code, Errors, Message, Place};
use crate::policies::{Basis, Policies};

/// A file whose beginning was read.
#[derive(Clone)]
pub(super) struct Opened {
    /// Where it stands among the inputs.
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) sample: Sample,
    pub(super) dialect: Dialect,
    pub(super) columns: Columns,
    pub(super) shape_origin: String,
    pub(super) rules: Rules,
    /// How long the amounts of spans are for, and by what.
    pub(super) per: Option<(Per, String)>,
    pub(super) labels: LabelsFound,
    pub(super) titles: Titles,
    /// By what amounts stand in the month they were billed in.
    pub(super) billed: Option<String>,
    pub(super) chosen: Option<Chosen>,
    pub(super) header_place: Place,
    /// The settings and policies with what the preset says.
    pub(super) options: LoadOptions,
    pub(super) policies: Policies,
}

/// What a pass reads by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) mark: Mark,
    pub(super) order: DateOrder,
}

impl Opened {
    /// Finds dialect, preset, shape and columns from the beginning of a file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, and a source that cannot be read.
    pub(super) fn of(
        number: usize,
        source: &mut Source,
        options: &LoadOptions,
        policies: &Policies,
    ) -> Result<Opened, Errors> {
        let placed = |message: Message| Errors::from(numbered(message, number));
        let sample = source.sample(options.encoding).map_err(placed)?;
        let name = source.name().to_owned();
        let mut dialect = detect_dialect(&sample.text, sample.complete, options.delimiter, &name)
            .map_err(placed)?;
        let titles = report::cut_titles(&sample, &mut dialect);
        let (cells, header_place) =
            read_header(&sample, &dialect, number, &name).map_err(placed)?;
        let line = HeaderLine {
            cells: &cells,
            place: header_place.clone(),
            wider: wider_record(&sample, &dialect, cells.len()),
        };
        let chosen = choose(options, &cells, &titles.text, &header_place)?;
        let (mut options, mut policies) = (options.clone(), policies.clone());
        if let Some(chosen) = &chosen {
            chosen.complete(&mut options, &mut policies, &header_place)?;
        }
        let values = |column: usize| first_values(&sample, &dialect, column);
        let (shape, shape_origin) = shape(&options, &line, chosen.is_some(), &values)?;
        let columns = columns(&options, &line, shape, chosen.as_ref(), &values)?;
        if options.scale.is_none() {
            refuse_scaled(&columns, &titles, &header_place)?;
        }
        let per = columns
            .shape
            .has_spans()
            .then(|| per(&columns, options.per, &header_place));
        let per = per.transpose()?;
        let columns = match &per {
            Some((per, _)) => without_unused(columns, *per),
            None => columns,
        };
        let of_preset = chosen.as_ref().map(|chosen| chosen.rules(&cells));
        let labels = if columns.shape == Shape::Wide {
            labels(&columns, titles.year, &options, &policies, &header_place)?
        } else {
            LabelsFound::default()
        };
        let billed = billed(&columns, &titles, labels.amount_word, &values);
        Ok(Opened {
            number,
            name,
            billed,
            rules: rules(&options, &columns, per.as_ref(), of_preset),
            sample,
            dialect,
            columns,
            shape_origin,
            per,
            labels,
            titles,
            chosen,
            header_place,
            options,
            policies,
        })
    }

    /// True if lines stand around the rows for certain, or nearly so.
    pub(super) fn is_report(&self) -> bool {
        !self.titles.lines.is_empty() || self.columns.header[0].is_empty()
    }

    /// The whole file as a place.
    pub(super) fn place(&self) -> Place {
        Place {
            file_number: self.number,
            ..Place::file(&self.name)
        }
    }

    /// True if amounts are in minor units: as was said, else by the header.
    pub(super) fn is_minor(&self) -> bool {
        let amount = self.columns.name(Role::Amount).unwrap_or_default();
        match self.options.unit {
            Some(unit) => unit == Unit::Minor,
            None => header::is_minor(amount),
        }
    }

    /// What threads need to know to read the rows.
    pub(super) fn plan<'p>(&'p self, guess: &Guess, furniture: Option<&'p Furniture>) -> Plan<'p> {
        let amount = self.columns.name(Role::Amount).unwrap_or_default();
        Plan {
            columns: &self.columns,
            dialect: &self.dialect,
            filters: &self.options.filters,
            file: (self.number, &self.name),
            mark: (guess.mark, self.options.decimal.is_some()),
            order: (guess.order, self.options.date_order.is_some()),
            fiscal_year: self.policies.fiscal_year,
            empty_amount: self.policies.empty_amount,
            duplicates: self.policies.duplicates,
            through: self.policies.through,
            currency: self.policies.currency.as_deref(),
            rates: self.options.rates.as_deref(),
            header_currency: header::currency_of(amount)
                .or(self.labels.currency)
                .or(self.titles.currency),
            is_minor: self.is_minor(),
            has_others: self.options.files > 1,
            drop_row: self.options.drop_row.as_ref(),
            is_minor_sure: self.options.unit.is_some()
                && !self.options.origin("unit").starts_with("preset "),
            rules: &self.rules,
            furniture,
            periods: &self.labels.labels,
            totals: &self.labels.totals,
            origins: &self.options.origins,
            factor: self.options.scale.unwrap_or_default().factor(),
            wanted: None,
        }
    }
}

/// What shows that amounts stand in the month they were billed in: the title of an accounting report, a date of
/// invoices, or an interval beside the amount that is longer than a month.
fn billed(
    columns: &Columns,
    titles: &Titles,
    word: Option<&str>,
    values: &dyn Fn(usize) -> Vec<String>,
) -> Option<String> {
    const DATES: &[&str] = &[
        "invoice date",
        "invoicedate",
        "billed date",
        "billing date",
        "transaction date",
    ];
    let amount = columns.name(Role::Amount).or(word).unwrap_or_default();
    if header::basis(amount).0 == Basis::Stock || titles.amount_word.is_some() {
        return None;
    }
    if let Some(report) = titles.report {
        return Some(format!(
            "the title says `{report}`, which is what was billed"
        ));
    }
    if columns.shape != Shape::Long {
        return None;
    }
    let date = columns.name(Role::Date).unwrap_or_default();
    if header::forms(date)
        .iter()
        .any(|form| DATES.contains(&form.as_str()))
    {
        return Some(format!("`{date}` is the date of an invoice"));
    }
    let names = Role::Interval.synonyms()[0];
    let interval = (0..columns.header.len())
        .find(|index| is_named(&columns.header[*index], Role::Interval, names))?;
    let is_long = |value: &String| {
        let months = vocabulary::interval(value).and_then(vocabulary::Interval::months);
        months.is_some_and(|(numerator, denominator)| numerator > denominator)
    };
    let value = values(interval).into_iter().find(is_long)?;
    Some(format!("`{}` says `{value}`", columns.header[interval]))
}

/// What a row is: as was said, else as the columns show.
fn shape(
    options: &LoadOptions,
    line: &HeaderLine<'_>,
    is_preset: bool,
    values: &dyn Fn(usize) -> Vec<String>,
) -> Result<(Shape, String), Message> {
    let signs = Signs {
        cells: line.cells,
        wanted: &options.columns,
        values,
    };
    if let Some(shape) = options.shape {
        let origin = options.origin("shape");
        // Lines of invoices without a time of service count in the month they were billed in.
        return Ok(
            if shape == Shape::Invoices && !is_preset && !signs.have_service() {
                (
                    Shape::Long,
                    format!("{origin}: no column holds a time of service"),
                )
            } else {
                (shape, origin)
            },
        );
    }
    match signs.shape() {
        Ok((shape, evidence)) => Ok((shape, format!("detected: {evidence}"))),
        Err(message) => Err(message.at(line.place.clone())),
    }
}

/// Where everything stands.
fn columns(
    options: &LoadOptions,
    line: &HeaderLine<'_>,
    shape: Shape,
    chosen: Option<&Chosen>,
    values: &dyn Fn(usize) -> Vec<String>,
) -> Result<Columns, Errors> {
    let preset = chosen.map(|chosen| chosen.roles(line.cells));
    let (wanted, origins) = (&options.columns, &options.origins);
    let columns = assign(line, shape, preset.as_ref(), wanted, origins);
    columns.map_err(|errors| match chosen {
        Some(chosen) => chosen.explain(errors),
        None => as_list(errors, line.cells, values, &line.place),
    })
}

/// The columns of periods, of a wide file.
fn labels(
    columns: &Columns,
    year_of_titles: Option<i32>,
    options: &LoadOptions,
    policies: &Policies,
    header_place: &Place,
) -> Result<LabelsFound, Errors> {
    let ask = LabelAsk {
        order: options.date_order,
        fiscal: policies.fiscal_year,
        is_fiscal_known: policies.is_set("fiscal-year-start"),
        year: options.year.or(year_of_titles),
        first_period: options.first_period,
        periods: options.periods,
    };
    let placed = |message: Message| message.at(header_place.clone());
    let found = read_headers(&columns.header, &ask)
        .map_err(|messages| Errors::from(messages.into_iter().map(placed).collect::<Vec<_>>()))?;
    if found.labels.is_empty() {
        let message = Message::new(Code::MissingColumn, "no column is named after a period");
        return Err(Errors::from(
            placed(message).expected("headers such as `2024-01` or `Jan 2024`"),
        ));
    }
    Ok(found)
}

/// Where the columns of a list of customers as of one day were asked of it: that it is one.
fn as_list(
    errors: Errors,
    cells: &[String],
    values: &dyn Fn(usize) -> Vec<String>,
    header_place: &Place,
) -> Errors {
    let Some(list) = preset::list_without_periods(cells, labels::count(cells)) else {
        return errors;
    };
    let mut customers = values(list.customer);
    let rows = customers.len();
    customers.sort_unstable();
    customers.dedup();
    if customers.len() < rows {
        return errors;
    }
    let (customer, amount) = (&cells[list.customer], &cells[list.amount]);
    Errors::from(preset::list_refused(customer, amount, header_place.clone()))
}

/// What rows mean beyond their cells, as far as settings say so.
fn rules(
    options: &LoadOptions,
    columns: &Columns,
    per: Option<&(Per, String)>,
    preset: Option<Rules>,
) -> Rules {
    // A run rate is of all units by its name.
    let words = header::words(columns.name(Role::Amount).unwrap_or_default());
    let is_total = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "mrr"
                | "arr"
                | "acv"
                | "tcv"
                | "recurring"
                | "total"
                | "subtotal"
                | "line"
                | "lineamount"
                | "charge"
                | "sales"
                | "revenue"
        )
    });
    let total = is_total.then_some(AmountIs::Total);
    let folded = |words: &[String]| words.iter().map(|word| header::folded(word)).collect();
    Rules {
        keep_status: folded(&options.keep_status),
        drop_status: folded(&options.drop_status),
        amount_is: options.amount_is.or(total),
        per: per.map(|(per, _)| *per).unwrap_or_default(),
        ..preset.unwrap_or_default()
    }
}

/// Asks where the amount's header says that amounts are in thousands or millions.
fn refuse_scaled(columns: &Columns, titles: &Titles, header_place: &Place) -> Result<(), Errors> {
    let name = columns.name(Role::Amount).unwrap_or_default();
    let (scale, headline) = match (header::scale_of(name), titles.scale) {
        (Some(scale), _) => (
            scale,
            format!(
                "the header `{name}` says that amounts are in {}",
                scale.word()
            ),
        ),
        (None, Some(scale)) => (
            scale,
            format!(
                "a title above the header says that amounts are in {}",
                scale.word()
            ),
        ),
        (None, None) => return Ok(()),
    };
    let word = scale.word();
    let message = Message::new(Code::ScaledAmounts, headline)
        .at(header_place.clone())
        .help(format!(
            "pass `--scale {word}`, or `--scale units` if they are not"
        ));
    Err(Errors::from(message))
}

/// A message that knows which file it is about.
pub(super) fn numbered(mut message: Message, number: usize) -> Message {
    if let Some(place) = &mut message.place {
        place.file_number = number;
    }
    message
}
