//! `nrr calc`: the main job.

use std::io::{self, Write};

use super::super::Streams;
use super::super::args::{CalcArgs, Common};
use super::super::config::{CalcConfig, calc_config};
use super::super::environment::Environment;
use super::super::exit::Failure;
use super::super::message::{Messenger, color};
use super::super::output_file::{OutputFile, cannot_write};
use super::super::progress::Bar;
use super::super::report;
use crate::error::{Code, Errors, Message, Place};
use crate::input::source::Source;
use crate::input::{Loaded, load};
use crate::metrics::{Asked, PeriodProblem, calc};
use crate::output::{Look, Report, render, render_declaration};
use crate::policies::Policies;
use crate::text;
use crate::units::Period;

/// Reads, computes, prints.
pub(in crate::cli) fn run(
    args: &CalcArgs,
    common: &Common,
    environment: &Environment,
    streams: &mut Streams<'_>,
    messenger: &Messenger,
) -> Result<(), Failure> {
    let config = calc_config(args, common, environment)?;
    let sources = sources(args, environment, streams)?;
    refuse_overwriting(args, environment)?;
    let output = args
        .output
        .as_deref()
        .map(|name| Ok::<_, Message>((name, OutputFile::create(name, environment.folder())?)));
    let output = output.transpose()?;
    let bar = Bar::new(
        sources.iter().map(Source::size).sum(),
        streams.stderr_is_terminal && !common.quiet,
    );
    let loaded = load(sources, &config.load, &config.policies, &|bytes| {
        bar.set(bytes);
    });
    bar.finish();
    let report = compute(&config, loaded?)?;
    let is_terminal = streams.stdout_is_terminal && output.is_none();
    let width = if is_terminal {
        streams.terminal_width
    } else {
        environment.columns()
    };
    let look = Look {
        width,
        color: output.is_none() && color(common.color, environment, is_terminal),
    };
    match output {
        None => render(&report, config.format, &look, streams.stdout).map_err(Failure::Stdout)?,
        Some((name, mut file)) => {
            let written = render(&report, config.format, &look, &mut file);
            written.map_err(|error| cannot_write(name, &error))?;
            file.finish(name)?;
        }
    }
    if !config.format.is_declared() && !common.quiet {
        // Words beside the result: a standard error that went away is no reason to fail.
        let _ = write_words(&report, messenger, streams.stderr);
    }
    Ok(())
}

/// A result is never written over the data it was made from.
fn refuse_overwriting(args: &CalcArgs, environment: &Environment) -> Result<(), Message> {
    let real = |name: &str| {
        let folder = environment.folder().cloned().unwrap_or_default();
        std::fs::canonicalize(folder.join(name))
            .ok()
            .filter(|path| path.is_file())
    };
    let Some((name, target)) = args
        .output
        .as_deref()
        .and_then(|name| Some((name, real(name)?)))
    else {
        return Ok(());
    };
    match args
        .files
        .iter()
        .find(|file| real(file).as_ref() == Some(&target))
    {
        None => Ok(()),
        Some(file) => Err(Message::new(
            Code::Usage,
            format!("`--output {name}` would replace the input `{file}`"),
        )
        .help("name another file")),
    }
}

/// What bare records cannot say: the declaration and the warnings; as JSON lines only the warnings.
fn write_words(report: &Report, messenger: &Messenger, out: &mut dyn Write) -> io::Result<()> {
    if messenger.is_text() {
        let look = Look {
            width: None,
            color: messenger.color,
        };
        render_declaration(report, &look, out)?;
    }
    report
        .warnings
        .iter()
        .try_for_each(|warning| messenger.write(warning, out))
}

/// The inputs in the order given; a pipe if none is named.
fn sources(
    args: &CalcArgs,
    environment: &Environment,
    streams: &mut Streams<'_>,
) -> Result<Vec<Source>, Message> {
    let is_pipe = |name: &&String| *name == "-";
    let named_pipes = args.files.iter().filter(is_pipe).count();
    if named_pipes > 1 {
        return Err(
            Message::new(Code::RepeatedFile, "standard input was named twice")
                .help("name `-` once"),
        );
    }
    if args.files.is_empty() && streams.stdin_is_terminal {
        return Err(Message::new(Code::Usage, "no file was given")
            .help("name one: `nrr calc revenue.csv`")
            .help("or pipe into it: `gzip -dc revenue.csv.gz | nrr calc -`"));
    }
    let mut stdin = Some(std::mem::replace(
        &mut streams.stdin,
        Box::new(std::io::empty()),
    ));
    let mut source = |name: &str| match (name, stdin.take_if(|_| name == "-")) {
        (_, Some(reader)) => Source::stdin(reader),
        _ => Source::path_in(environment.folder(), name),
    };
    if args.files.is_empty() {
        return Ok(vec![source("-")]);
    }
    Ok(args.files.iter().map(|name| source(name)).collect())
}

fn compute(config: &CalcConfig, mut loaded: Loaded) -> Result<Report, Errors> {
    let policies = report::detected(&config.policies, &loaded.amount_column);
    let bridged = report::bridge(&policies, &mut loaded)
        .map_err(|message| with_files(Errors::from(message), &loaded))?;
    let loaded = &loaded;
    let ledger = &loaded.ledger;
    let in_file = |errors: Errors| with_files(errors, loaded);
    let asked: Asked = config
        .ask
        .on(ledger, &policies)
        .map_err(|problem| match problem {
            // The flags alone are at odds, whatever the file holds.
            PeriodProblem::Reversed(..) => Errors::from(unusable_range(problem, &policies, loaded)),
            _ => in_file(Errors::from(unusable_range(problem, &policies, loaded))),
        })?;
    let calculation = calc(ledger, loaded.products.as_ref(), &asked, &policies).map_err(in_file)?;
    let question = report::Question {
        policies: &policies,
        filters: (&config.load.filters, &config.load.origin("where")),
        loaded,
        bridged: &bridged,
        asked: &asked,
    };
    Ok(report::build(&question, calculation))
}

/// Names the files in errors about what they hold together: no line can be named there.
fn with_files(mut errors: Errors, loaded: &Loaded) -> Errors {
    let names: Vec<&str> = loaded.files.iter().map(|file| file.name.as_str()).collect();
    for message in errors
        .list
        .iter_mut()
        .filter(|message| message.place.is_none())
    {
        message.place = names.first().map(|name| Place::file(*name));
        if names.len() > 1 {
            let more = text::examples(&names[1..], names.len() - 1);
            *message = message.clone().note(format!("read together with {more}"));
        }
    }
    errors
}

fn unusable_range(problem: PeriodProblem, policies: &Policies, loaded: &Loaded) -> Message {
    let horizon = format!(
        "the data cover {} to {}",
        loaded.ledger.first(),
        loaded.ledger.last()
    );
    match problem {
        PeriodProblem::Reversed(from, to) => Message::new(
            Code::UnusableRange,
            format!("the range from {from} to {to} ends before it starts"),
        )
        .help(format!("`--from {to} --to {from}`")),
        PeriodProblem::Unaligned(period, grain) => {
            let label = period.label(policies.fiscal_year);
            let headline = format!("{label} is no whole number of {}", grain.plural());
            let whole = Period::holding(period.last(), grain, policies.fiscal_year);
            Message::new(Code::UnusableRange, headline)
                .found(horizon)
                .help(format!(
                    "the {} around it is `{}`",
                    grain.word(),
                    whole.label(policies.fiscal_year)
                ))
        }
        PeriodProblem::NoneInData(grain) => Message::new(
            Code::UnusableRange,
            format!("no whole {} lies in the data", grain.word()),
        )
        .found(horizon)
        .help("`--every month`, or take the months there are with `--partial allow`"),
    }
}
