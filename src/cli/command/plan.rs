//! `nrr plan`: what churn, contraction or expansion would have to be, and the base carried forward.

use super::super::args::PlanArgs;
use super::super::config::config;
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::calc::{bridge, compute, with_files};
use super::customers::period_needed;
use crate::error::{Code, Errors, Message};
use crate::metrics::{Goal, Lever, PlanAsk, plan};
use crate::output::{PlanReport, render};
use crate::policies::{Method, Policies};
use crate::text;
use crate::units::Amount;

/// The highest target, as a fraction: beyond it a `%` was typed that is none.
const TARGET_MAX: i128 = 100;

/// The largest multiple of churned revenue.
const MULTIPLE_MAX: i128 = 1_000;

/// Reads, computes, prints.
pub(in crate::cli) fn run(args: &PlanArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let ask = ask(args)?;
    let periods = args.periods();
    let config = config(&args.read, &periods, context.common, context.environment)?;
    context.refuse_unused(&config)?;
    refuse_method(&config.policies)?;
    let (mut loaded, target) = context.load(&args.read, &config)?;
    let bridged = bridge(&mut loaded)?;
    let policies = report::detected(&loaded.policies, &loaded);
    refuse_method(&policies)?;
    if config.ask.period.is_none() {
        let message = period_needed(context.command, &config, &policies, &loaded);
        return Err(with_files(Errors::from(message), &loaded).into());
    }
    let report = compute(&config, &loaded.policies, &loaded, &bridged)?;
    let plans = report.records.iter().filter_map(|one| plan(one, &ask));
    let document = PlanReport {
        plans: plans.collect(),
        report,
        ask,
    };
    context.write(target, |look, out| {
        render(&document, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        let warnings = &document.report.warnings;
        context.write_words(&document.report, &[], warnings);
    }
    Ok(())
}

/// Levers are sums of one comparison, or of the months on its way; other methods give none.
fn refuse_method(policies: &Policies) -> Result<(), Message> {
    let why = match policies.method {
        Method::PointToPoint | Method::Summed => return Ok(()),
        Method::Compound => "it multiplies monthly rates, and no sum lacks anything",
        Method::TrailingAverage => {
            "it adds up twelve comparisons, and what they lack is none of the period"
        }
    };
    let method = policies.method.word();
    let headline =
        format!("a rate of `method {method}` has no churn, contraction or expansion to plan");
    Err(Message::new(Code::MethodWithoutPlan, headline)
        .found(format!(
            "`method {method}` ({}): {why}",
            policies.origin("method")
        ))
        .expected("`method point-to-point` or `method summed`")
        .help("`--method point-to-point`"))
}

/// What was asked for.
///
/// # Errors
///
/// [`Code::BadValue`] for what is no percentage, share or multiple.
fn ask(args: &PlanArgs) -> Result<PlanAsk, Message> {
    let (goal, flag, typed) = match (&args.target, &args.target_grr) {
        (_, Some(typed)) => (Goal::Grr, "target-grr", typed.as_str()),
        (Some(typed), None) => (Goal::Nrr, "target", typed.as_str()),
        (None, None) => {
            return Err(Message::new(Code::Usage, "no target was given")
                .help("`--target 110%` is one of NRR")
                .help("`--target-grr 90%` is one of GRR"));
        }
    };
    let most = if goal == Goal::Grr { 1 } else { TARGET_MAX };
    let target = target(flag, typed)?;
    if target > Amount::new(most, 0) {
        let expected = match goal {
            Goal::Grr => "at most 100%: nobody counts for more than at the opening",
            Goal::Nrr => "at most 10000%",
        };
        return Err(refused(flag, typed).expected(expected));
    }
    Ok(PlanAsk {
        goal,
        target,
        shares: shares(&args.shares, goal)?,
        years: args.years,
        multiple: args.multiple.as_deref().map(multiple).transpose()?,
    })
}

fn refused(flag: &str, typed: &str) -> Message {
    let headline = format!("`--{flag}` does not take `{typed}`");
    Message::new(Code::BadValue, headline)
}

/// A target as a fraction: a percentage, or below 2 a number with a point, as `nrr check` reads it.
fn target(flag: &str, typed: &str) -> Result<Amount, Message> {
    let plain = Amount::parse_plain(typed).filter(|_| !typed.starts_with('-'));
    let is_fraction =
        |one: &Amount| typed.contains('.') && one.scale() <= 6 && *one < Amount::new(2, 0);
    let found = Amount::parse_percent(typed).or_else(|| plain.filter(is_fraction));
    let is_nothing = [found, plain].into_iter().flatten().any(Amount::is_zero);
    if is_nothing || typed.starts_with('-') {
        return Err(refused(flag, typed).expected("a target above 0, such as 90%"));
    }
    found.ok_or_else(|| {
        let message = refused(flag, typed).expected(
            "a percentage such as 90%, with at most four decimals, or a fraction such as 0.9",
        );
        let meant = plain.map_or_else(Vec::new, |number| meant(typed, number));
        let sound = meant.into_iter();
        let sound = sound.filter(|percent| Amount::parse_percent(percent).is_some());
        sound.fold(message, |message, percent| {
            message.help(format!("`--{flag} {percent}`"))
        })
    })
}

/// The percentages that a number without a sign can stand for: small ones are fractions, large ones lack the sign, and
/// between them nobody can tell.
fn meant(typed: &str, number: Amount) -> Vec<String> {
    let mut meant = Vec::new();
    if number <= Amount::new(10, 0) {
        let hundredfold = number.units().checked_mul(100);
        let hundredfold = hundredfold.map(|units| Amount::new(units, number.scale()).trimmed());
        meant.extend(hundredfold.map(|percent| format!("{percent}%")));
    }
    if number > Amount::new(2, 0) {
        meant.push(format!("{typed}%"));
    }
    meant
}

/// A share as a fraction; `part` is what was typed for its lever.
fn share(part: &str, value: &str) -> Result<Amount, Message> {
    Amount::parse_percent(value).ok_or_else(|| {
        refused("shares", part).expected("a percentage such as 90%, with at most four decimals")
    })
}

fn shares(typed: &[String], goal: Goal) -> Result<Option<[Amount; 3]>, Message> {
    if typed.is_empty() {
        return Ok(None);
    }
    let all = typed.join(",");
    let words = Lever::ALL.map(Lever::word);
    let mut shares: [Option<Amount>; 3] = [None; 3];
    for part in typed {
        let expected = "shares such as churn=50%,contraction=20%,expansion=30%";
        let Some((word, value)) = part.split_once('=') else {
            return Err(refused("shares", part).expected(expected));
        };
        let Some(place) = words.iter().position(|known| *known == word.trim()) else {
            let message = refused("shares", part).expected(text::list(&words, "or"));
            let near = text::nearest(word, words);
            return Err(match near {
                Some(near) => message.help(format!("`--shares {}`", all.replace(word, near))),
                None => message,
            });
        };
        let share = share(part, value.trim())?;
        if shares[place].replace(share).is_some() {
            let headline = format!("`--shares` names {} twice", words[place]);
            return Err(Message::new(Code::BadValue, headline));
        }
    }
    let shares = shares.map(|share| share.unwrap_or(Amount::ZERO));
    let sum: Amount = shares.into_iter().sum();
    if sum != Amount::new(1, 0) {
        let percent = Amount::new(sum.units(), sum.scale().saturating_sub(2)).trimmed();
        return Err(refused("shares", &all)
            .found(format!("they add up to {percent}%"))
            .expected("100%"));
    }
    if goal == Goal::Grr && !shares[2].is_zero() {
        return Err(refused("shares", &all)
            .expected("no share of expansion with `--target-grr`: it is no part of GRR"));
    }
    Ok(Some(shares))
}

fn multiple(typed: &str) -> Result<Amount, Message> {
    let is_sound = |multiple: &Amount| {
        let most = Amount::new(MULTIPLE_MAX, 0).units_at(multiple.scale());
        !typed.starts_with('-')
            && multiple.scale() <= 4
            && most.is_some_and(|most| multiple.units() <= most)
    };
    let multiple = Amount::parse_plain(typed).filter(is_sound);
    multiple.ok_or_else(|| {
        refused("multiple", typed)
            .expected("a number from 0 to 1000 with at most four decimals, such as 1.5")
    })
}
