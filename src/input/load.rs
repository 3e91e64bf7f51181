//! The whole way: every source read, in as many passes as its columns need, into one ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::Wanted;
use super::date::DateOrder;
use super::encoding::Encoding;
use super::file::{FileRead, FileReader};
use super::filter::Filter;
use super::header::{Scale, Unit};
use super::map::MapFile;
use super::number::Mark;
use super::pattern::Pattern;
use super::preset::Preset;
use super::shape::rules::{AmountIs, Per};
use super::shape::{EndRule, History, Shape};
use super::source::Source;
use super::summary::{self, FileSummary, Head, Trait};
use super::trace::Retrace;
use super::traits::Beginning;
use crate::error::{Errors, Message};
use crate::ledger::{Attribute, Books, Contract, Rates};
use crate::policies::{Basis, Policies};
use crate::units::{Grain, Month};

/// How to read: everything that is not detected.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own, not a state"
)]
pub struct LoadOptions {
    /// The columns named.
    pub columns: Wanted,
    /// The filters, in the order of `columns.filters`.
    pub filters: Vec<Filter>,
    /// The delimiter.
    pub delimiter: Option<u8>,
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The decimal mark of the amounts.
    pub decimal: Option<Mark>,
    /// How many units an amount of 1 stands for.
    pub scale: Option<Scale>,
    /// The order of day and month.
    pub date_order: Option<DateOrder>,
    /// What a row is.
    pub shape: Option<Shape>,
    /// How much of the past the input holds.
    pub history: Option<History>,
    /// Whether an end is the last day or the day after it.
    pub end: Option<EndRule>,
    /// What an amount beside a quantity is.
    pub amount_is: Option<AmountIs>,
    /// How long the amount of a contract is for.
    pub per: Option<Per>,
    /// Statuses that count.
    pub keep_status: Vec<String>,
    /// Statuses that don't.
    pub drop_status: Vec<String>,
    /// True if contracts may all be running.
    pub allows_no_churn: bool,
    /// True if contracts are handed out beside the ledger.
    pub keeps_contracts: bool,
    /// The grain of the columns of periods that count.
    pub periods: Option<Grain>,
    /// The year of periods that name none.
    pub year: Option<i32>,
    /// Rows one of whose cells matches are left out.
    pub drop_row: Option<Pattern>,
    /// True if an input without a history is an error.
    pub is_strict: bool,
    /// How many files there are; amounts of several have to be of one unit.
    pub files: usize,
    /// True if lines that are named like totals are kept as customers.
    pub keeps_totals: bool,
    /// The preset to read by, or `none`; without one it is recognised.
    pub preset: Option<String>,
    /// The presets that are known.
    pub presets: Vec<Preset>,
    /// What an amount counts.
    pub unit: Option<Unit>,
    /// The month that counted periods count from.
    pub first_period: Option<Month>,
    /// The rates that amounts in other currencies are converted at; without them they are left out.
    pub rates: Option<Arc<Rates>>,
    /// How many threads read rows; at least one.
    pub threads: usize,
    /// Which ids are one customer.
    pub map: Option<MapFile>,
    /// Which flag or line gave a setting, by its name, for messages.
    pub origins: BTreeMap<&'static str, String>,
}

impl LoadOptions {
    /// Where a value that was set came from: `flag`, or a line of a settings file.
    #[must_use]
    pub fn origin(&self, setting: &str) -> String {
        let in_file = self.origins.get(setting).cloned();
        in_file.unwrap_or_else(|| "flag".to_owned())
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Loaded {
    /// The ledgers.
    pub books: Books,
    /// What the map of ids did to them.
    pub mapped: Option<Mapped>,
    /// Every file and how it was read, in the order given.
    pub files: Vec<FileSummary>,
    /// The header of the amount column: what amounts are called, and what the basis is detected from.
    pub amount_column: String,
    /// The header of the product column where `--by` names it.
    pub product_column: Option<String>,
    /// The headers of the columns of `--by`.
    pub by: Vec<String>,
    /// The values of the column of the signup, if one is named.
    pub signup: Option<Attribute>,
    /// What a row is.
    pub shape: Shape,
    /// How much of the past the input holds.
    pub history: History,
    /// What amounts are where the shape says so, and by what.
    pub basis: Option<(Basis, String)>,
    /// The policies with what the preset says where nobody said otherwise.
    pub policies: Policies,
    /// The export of the same vendor that holds more of the past.
    pub better: Option<String>,
    /// The rates that amounts were converted at.
    pub rates: Option<Arc<Rates>>,
    /// The contracts, where they were asked for and rows are contracts or versions of them.
    pub contracts: Vec<Contract>,
    /// What a careful colleague would mention.
    pub warnings: Vec<Message>,
}

/// What a map of ids did.
#[derive(Debug)]
pub struct Mapped {
    /// The file.
    pub file: MapFile,
    /// The ids whose rows count as another's: which, whose, and from which month on.
    pub merged: Vec<(String, String, Month)>,
    /// The ledgers without it, for what it does to NRR.
    pub unmapped: Books,
}

/// Told how many bytes of all sources were read so far.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// Reads every source into one ledger.
///
/// # Shape
///
/// Rows are added up as they are read; memory grows with customers × months. A file is read once where
/// its beginning already settles the decimal mark and the date order, else twice; a pipe that may need
/// a second pass is kept in a temporary file without a name.
///
/// # Errors
///
/// Every error of every file, in order of file and line.
pub fn load(
    sources: Vec<Source>,
    options: &LoadOptions,
    policies: &Policies,
    progress: Progress<'_>,
) -> Result<Loaded, Errors> {
    let read = |reader: FileReader, add: Progress<'_>| Ok((reader.read(add)?, ()));
    let read = each_file(sources, options, policies, progress, read)?;
    summary::close(read.into_iter().map(|(file, ())| file).collect())
}

/// The same, with what reads the rows behind the ledger's cells again. A pipe is kept in a temporary file for it.
///
/// # Errors
///
/// Those of [`load`].
pub fn load_to_trace(
    sources: Vec<Source>,
    options: &LoadOptions,
    policies: &Policies,
    progress: Progress<'_>,
) -> Result<(Loaded, Retrace), Errors> {
    let read = |reader: FileReader, add: Progress<'_>| reader.read_to_trace(add);
    let read = each_file(sources, options, policies, progress, read)?;
    let (files, readers): (Vec<FileRead>, Vec<_>) = read.into_iter().unzip();
    let head = files.first().map(Head::of);
    let kept = files
        .iter()
        .flat_map(|file| file.found.kept.iter().cloned());
    let kept = kept.collect();
    let loaded = summary::close(files)?;
    let Some(head) = head else {
        return Err(Errors::from(Vec::new()));
    };
    Ok((loaded, Retrace::new(readers, kept, head)))
}

/// Reads every file.
fn each_file<T>(
    sources: Vec<Source>,
    options: &LoadOptions,
    policies: &Policies,
    progress: Progress<'_>,
    read: impl Fn(FileReader, Progress<'_>) -> Result<(FileRead, T), Errors>,
) -> Result<Vec<(FileRead, T)>, Errors> {
    let options = &LoadOptions {
        files: sources.len(),
        ..options.clone()
    };
    let mut errors = Vec::new();
    let mut all: Vec<(FileRead, T)> = Vec::new();
    let mut bytes_before = 0;
    for (number, source) in sources.into_iter().enumerate() {
        let add = |bytes: u64| progress(bytes_before + bytes);
        match FileReader::open(number, source, options, policies)
            .and_then(|reader| read(reader, &add))
        {
            Ok(file) => {
                bytes_before += file.0.seen.bytes_read;
                all.push(file);
            }
            Err(failed) => errors.push(failed),
        }
    }
    if errors.is_empty() {
        Ok(all)
    } else {
        Err(summary::joined(errors))
    }
}

/// What the beginnings of files show, by file: delimiter and columns. For those who look at files whose rows
/// cannot be read; a file whose beginning cannot be is left out.
#[must_use]
pub fn look(
    sources: Vec<Source>,
    options: &LoadOptions,
    policies: &Policies,
) -> Vec<(String, Vec<Trait>)> {
    let opened = (0..)
        .zip(sources)
        .filter_map(|(number, source)| FileReader::open(number, source, options, policies).ok());
    let seen = |file: FileReader| {
        let beginning = Beginning {
            dialect: &file.start.dialect,
            columns: &file.start.columns,
            shape_origin: &file.start.shape_origin,
            chosen: file.start.chosen.as_ref(),
            options: &file.start.options,
        };
        (file.source.name().to_owned(), beginning.traits())
    };
    opened.map(seen).collect()
}
