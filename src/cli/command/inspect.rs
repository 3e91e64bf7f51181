//! `nrr inspect`: what the loader sees, and what a careful colleague would mention.

use super::super::args::{InspectArgs, PeriodArgs};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::{Context, prove};
use super::super::report;
use super::calc;
use crate::error::{CODES, Code, Message};
use crate::input::Loaded;
use crate::ledger::Bridged;
use crate::metrics::{findings, months};
use crate::output::{Inspection, Report, render};
use crate::policies::Origin;
use crate::text;

/// Reads, looks, prints.
pub(in crate::cli) fn run(args: &InspectArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let rule = args.rule.as_deref().map(code).transpose()?;
    let config = config(
        &args.read,
        &PeriodArgs::default(),
        context.common,
        context.environment,
    )?;
    context.refuse_unused(&config)?;
    let (mut loaded, target) = match context.read(&args.read, &config) {
        Ok(loaded) => loaded,
        Err(failure) => {
            // What can be seen of a file that cannot be read helps to mend it.
            context.show_beginnings(&args.read, &config)?;
            return Err(failure);
        }
    };
    for file in &mut loaded.files {
        file.traits.push(file.way.clone());
    }
    // A total that is missed is looked for in the months, so these are shown before it stops the run.
    let proof = prove(&mut loaded, &config);
    let bridged = calc::bridge(&mut loaded)?;
    let mut report = looked_at(&config, &loaded, &bridged);
    if let Some(rule) = rule {
        report.warnings.retain(|finding| finding.code == rule);
    }
    let inspection = Inspection {
        report,
        months: months(&loaded.books.customers),
        fiscal_year: config.policies.fiscal_year,
        rule: rule.map(Code::name),
    };
    context.write(target, |look, out| {
        render(&inspection, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        // The findings are the result: said once.
        context.write_words(&inspection.report, &[], &[]);
    }
    Ok(proof?)
}

/// The code of a rule.
fn code(name: &str) -> Result<Code, Message> {
    Code::named(name).ok_or_else(|| {
        let message = Message::new(
            Code::UnknownCode,
            format!("`--rule` does not take `{name}`"),
        );
        match text::nearest(name, CODES.iter().map(|code| code.name())) {
            Some(near) => message.help(format!("`--rule {near}`")),
            None => message
                .expected("the code of a finding, such as `equal-rows`")
                .help("`nrr explain` lists them"),
        }
    })
}

/// Choices under which a calculation goes on where it would stop, and the warning that then says so.
const LENIENT: [(&str, &str, Code); 2] = [
    ("missing-months", "zero", Code::EmptyMonth),
    ("negatives", "clip", Code::ClippedRevenue),
];

/// What was read, with every finding of a calculation over all periods: what would stop it, and the warnings
/// it would have without that.
fn looked_at(config: &Config, loaded: &Loaded, bridged: &[Bridged]) -> Report {
    let detected = report::detected(&loaded.policies, loaded);
    let origin = config.load.origin("where");
    let mut looked = report::declared(&detected, (&config.load.filters, &origin), loaded);
    let mut policies = loaded.policies.clone();
    let (mut errors, mut said): (Vec<Message>, Vec<Code>) = (Vec::new(), Vec::new());
    let mut lenient = LENIENT.into_iter();
    loop {
        match calc::compute(config, &policies, loaded, bridged) {
            Ok(calculated) => {
                looked.warnings = calculated.warnings;
                break;
            }
            Err(stopped) => {
                let new = stopped.list.into_iter();
                errors.extend(new.filter(|error| !said.contains(&error.code)));
                said.extend(errors.iter().map(|error| error.code));
            }
        }
        let Some((name, value, warning)) = lenient.next() else {
            break;
        };
        if policies.set(name, value, Origin::Default).is_ok() {
            said.push(warning);
        }
    }
    // Those of a calculation are about the months that it reads; here all months count.
    let all = findings(&loaded.books.customers, &detected);
    said.extend(all.iter().map(|finding| finding.code));
    looked
        .warnings
        .retain(|warning| !said.contains(&warning.code));
    looked.warnings.extend(all);
    errors.append(&mut looked.warnings);
    looked.warnings = errors;
    looked
}
