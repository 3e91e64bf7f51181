//! What every command that reads files does alike: its inputs, its output file, the bar, the words beside
//! the result.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Streams;
use super::args::{self, Common, ReadArgs};
use super::config::{Config, Set};
use super::environment::Environment;
use super::exit::Failure;
use super::message::{Messenger, color};
use super::output_file::{OutputFile, cannot_write};
use super::progress::Bar;
use crate::error::{Code, Errors, Message, Place};
use crate::input::map::{MapFile, read_map};
use crate::input::rates::read_rates;
use crate::input::source::Source;
use crate::input::{LoadOptions, Loaded, Progress, Retrace, Trait, load, load_to_trace, look};
use crate::ledger::Rates;
use crate::metrics::{ControlTotal, months};
use crate::output::{Beginning, Look, Report, render_beginnings, render_declaration};
use crate::policies::{Origin, Policies};

/// What a command works with besides its own arguments.
pub(super) struct Context<'a, 's> {
    /// The command's name, for help.
    pub(super) command: &'static str,
    /// What every command takes.
    pub(super) common: &'a Common,
    /// Variables and the working folder.
    pub(super) environment: &'a Environment,
    /// Where it reads and writes.
    pub(super) streams: &'a mut Streams<'s>,
    /// How it says things.
    pub(super) messenger: &'a Messenger,
    /// Standard input, where it was copied to be read more than once.
    pub(super) pipe: Option<Source>,
}

/// Where a result goes: a file and its name, or standard output.
pub(super) struct Target {
    file: Option<(String, OutputFile)>,
}

impl Target {
    /// Standard output.
    pub(super) const fn stdout() -> Target {
        Target { file: None }
    }
}

impl Context<'_, '_> {
    /// Reads the inputs into one ledger and proves the control totals.
    pub(super) fn load(
        &mut self,
        args: &ReadArgs,
        config: &Config,
    ) -> Result<(Loaded, Target), Failure> {
        let (mut loaded, target) = self.read(args, config)?;
        prove(&mut loaded, config)?;
        Ok((loaded, target))
    }

    /// Refuses flags that the command shows nothing of; a settings file can hold them all the same, for other commands.
    pub(super) fn refuse_unused(&self, config: &Config) -> Result<(), Message> {
        let unused = args::unused(self.command);
        // Commands that take no segments, or one period, say what to type instead.
        let says_itself = |name: &str| match name {
            "by" => true,
            "every" => !matches!(self.command, "inspect" | "ledger"),
            _ => false,
        };
        let is_meant = |set: &&Set| unused.contains(&set.name) && !says_itself(set.name);
        let mut typed = config.set.iter().filter(|set| set.origin == "flag");
        let Some(Set { name, .. }) = typed.find(is_meant) else {
            return Ok(());
        };
        let headline = format!("`nrr {}` takes no `--{name}`", self.command);
        let help = format!("`nrr calc` takes `--{name}`");
        Err(Message::new(Code::Usage, headline).help(help))
    }

    /// Reads the inputs into one ledger; the output is opened before, so that a bad path fails at once.
    pub(super) fn read(
        &mut self,
        args: &ReadArgs,
        config: &Config,
    ) -> Result<(Loaded, Target), Failure> {
        self.read_by(args, config, load)
    }

    /// The same, with what reads the rows behind the ledger's cells again.
    pub(super) fn load_to_trace(
        &mut self,
        args: &ReadArgs,
        config: &Config,
    ) -> Result<(Loaded, Retrace, Target), Failure> {
        let ((mut loaded, retrace), target) = self.read_by(args, config, load_to_trace)?;
        prove(&mut loaded, config)?;
        Ok((loaded, retrace, target))
    }

    fn read_by<T>(
        &mut self,
        args: &ReadArgs,
        config: &Config,
        load: impl FnOnce(Vec<Source>, &LoadOptions, &Policies, Progress<'_>) -> Result<T, Errors>,
    ) -> Result<(T, Target), Failure> {
        let target = self.target(args, config)?;
        Ok((self.read_sources(args, config, load)?, target))
    }

    /// Where the result goes, once it is known to be none of the files that are read.
    pub(super) fn target(&self, args: &ReadArgs, config: &Config) -> Result<Target, Message> {
        refuse_overwriting(args, config, self.environment)?;
        self.open(args)
    }

    /// False if the output is one of the files that are read.
    pub(super) fn may_write(&self, args: &ReadArgs, config: &Config) -> bool {
        refuse_overwriting(args, config, self.environment).is_ok()
    }

    /// Reads the inputs into one ledger to be traced, for a command that has others beside them.
    pub(super) fn read_files(
        &mut self,
        args: &ReadArgs,
        config: &Config,
    ) -> Result<(Loaded, Retrace), Failure> {
        self.read_sources(args, config, load_to_trace)
    }

    fn read_sources<T>(
        &mut self,
        args: &ReadArgs,
        config: &Config,
        load: impl FnOnce(Vec<Source>, &LoadOptions, &Policies, Progress<'_>) -> Result<T, Errors>,
    ) -> Result<T, Failure> {
        let sources = sources(args, self)?;
        let options = self.options(config, &config.policies)?;
        let bar = Bar::new(
            sources.iter().map(Source::size).sum(),
            self.streams.stderr_is_terminal && !self.common.quiet,
        );
        let loaded = load(sources, &options, &config.policies, &|bytes| {
            bar.set(bytes);
        });
        bar.finish();
        Ok(loaded?)
    }

    /// Reads the inputs once more under other choices; `None` if one of them is a pipe.
    pub(super) fn read_again(
        &self,
        args: &ReadArgs,
        config: &Config,
        policies: &Policies,
    ) -> Option<Result<Loaded, Errors>> {
        self.read_again_by(args, config, policies, load)
    }

    /// The same, to be traced.
    pub(super) fn read_files_again(
        &self,
        args: &ReadArgs,
        config: &Config,
    ) -> Option<Result<(Loaded, Retrace), Errors>> {
        self.read_again_by(args, config, &config.policies, load_to_trace)
    }

    fn read_again_by<T>(
        &self,
        args: &ReadArgs,
        config: &Config,
        policies: &Policies,
        load: impl FnOnce(Vec<Source>, &LoadOptions, &Policies, Progress<'_>) -> Result<T, Errors>,
    ) -> Option<Result<T, Errors>> {
        if args.files.is_empty() {
            return None;
        }
        let folder = self.environment.folder();
        let source = |name: &String| match name.as_str() {
            "-" => self.pipe.as_ref().map(Source::again),
            name => Some(Source::path_in(folder, name)),
        };
        let sources: Option<Vec<Source>> = args.files.iter().map(source).collect();
        let sources = sources?;
        let options = self.options(config, policies);
        Some(options.and_then(|options| load(sources, &options, policies, &|_| {})))
    }

    /// Copies standard input to a temporary file without a name, so that it can be read as often as a file.
    ///
    /// # Errors
    ///
    /// Those of [`Source::spool`].
    pub(super) fn keep_pipe(&mut self) -> Result<(), Message> {
        let reader = std::mem::replace(&mut self.streams.stdin, Box::new(io::empty()));
        let mut pipe = Source::stdin(reader);
        pipe.spool()?;
        self.pipe = Some(pipe);
        Ok(())
    }

    /// Shows people what the beginnings of files say, where reading them stopped; a pipe can be read only
    /// once, and is left out.
    pub(super) fn show_beginnings(
        &mut self,
        args: &ReadArgs,
        config: &Config,
    ) -> Result<(), Failure> {
        let files = args.files.iter().filter(|name| *name != "-");
        let folder = self.environment.folder();
        let sources = files.map(|name| Source::path_in(folder, name)).collect();
        let seen = look(sources, &config.load, &config.policies);
        if seen.is_empty() || args.output.is_some() {
            return Ok(());
        }
        let plain = |found: Trait| (found.name, found.value, found.origin);
        let seen: Vec<Beginning> = seen
            .into_iter()
            .map(|(name, traits)| Beginning {
                name,
                traits: traits.into_iter().map(plain).collect(),
            })
            .collect();
        self.write(Target::stdout(), |look, out| {
            render_beginnings(&seen, config.format, look, out)?;
            out.flush()
        })
    }

    /// How to read, with the files that choices name.
    fn options(&self, config: &Config, policies: &Policies) -> Result<LoadOptions, Errors> {
        Ok(LoadOptions {
            map: self.map(config, policies)?,
            rates: rates(policies, self.environment)?.map(Arc::new),
            ..config.load.clone()
        })
    }

    /// The file of ids that are one customer, if one is named.
    fn map(&self, config: &Config, policies: &Policies) -> Result<Option<MapFile>, Errors> {
        let Some(name) = &policies.map else {
            return Ok(None);
        };
        let name = beside_settings(name, policies.origin("map"));
        let source = Source::path_in(self.environment.folder(), &name);
        Ok(Some(read_map(source, &config.load)?))
    }

    /// Opens the output file, if one is named.
    pub(super) fn open(&self, args: &ReadArgs) -> Result<Target, Message> {
        let file = args.output.as_deref().map(|name| {
            let file = OutputFile::create(name, self.environment.folder())?;
            Ok::<_, Message>((name.to_owned(), file))
        });
        Ok(Target {
            file: file.transpose()?,
        })
    }

    /// Writes a result to where it goes, as wide and as colored as that is.
    pub(super) fn write(
        &mut self,
        target: Target,
        render: impl FnOnce(&Look, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let is_terminal = self.streams.stdout_is_terminal && target.file.is_none();
        let width = if is_terminal {
            self.streams.terminal_width
        } else {
            self.environment.columns()
        };
        let look = Look {
            width,
            color: target.file.is_none() && color(self.common.color, self.environment, is_terminal),
        };
        match target.file {
            None => render(&look, self.streams.stdout).map_err(Failure::Stdout),
            Some((name, mut file)) => {
                render(&look, &mut file).map_err(|error| cannot_write(&name, &error))?;
                Ok(file.finish(&name)?)
            }
        }
    }

    /// What bare records cannot say: the declaration, further lines, and warnings; as JSON lines only the
    /// warnings, and nothing where quiet was asked for.
    pub(super) fn write_words(&mut self, report: &Report, lines: &[String], warnings: &[Message]) {
        if !self.common.quiet {
            // Words beside the result: a standard error that went away is no reason to fail.
            let _ = write_words(report, lines, warnings, self.messenger, self.streams.stderr);
        }
    }

    /// A line about what was done, but where quiet was asked for.
    pub(super) fn say(&mut self, line: &str) {
        if !self.common.quiet && self.messenger.is_text() {
            let _ = writeln!(self.streams.stderr, "{line}");
        }
    }

    /// Warnings beside a result that does not hold them, but where quiet was asked for.
    pub(super) fn write_warnings(&mut self, warnings: &[Message]) {
        if !self.common.quiet {
            let stderr = &mut *self.streams.stderr;
            let mut warnings = warnings.iter();
            let _ = warnings.try_for_each(|warning| self.messenger.write(warning, stderr));
        }
    }
}

fn write_words(
    report: &Report,
    lines: &[String],
    warnings: &[Message],
    messenger: &Messenger,
    out: &mut dyn Write,
) -> io::Result<()> {
    if messenger.is_text() {
        let look = Look {
            width: None,
            color: messenger.color,
        };
        render_declaration(report, &look, out)?;
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    let mut warnings = warnings.iter();
    warnings.try_for_each(|warning| messenger.write(warning, out))
}

/// Compares the ledger with every control total; those that hold stand among the traits of the input.
pub(super) fn prove(loaded: &mut Loaded, config: &Config) -> Result<(), Errors> {
    let totals = &config.control_totals;
    if totals.is_empty() {
        return Ok(());
    }
    let missed: Vec<Message> = missed(loaded, config).into_iter().flatten().collect();
    if !missed.is_empty() {
        return Err(Errors::from(missed));
    }
    let origin = config.load.origin("control-total");
    let typed: Vec<&str> = totals.iter().map(|total| total.typed.as_str()).collect();
    if let Some(first) = loaded.files.first_mut() {
        first.traits.push(Trait {
            name: "control-total",
            value: typed.join(", "),
            origin: format!("{origin}: the amounts add up to it"),
        });
    }
    Ok(())
}

/// What is wrong with each control total; `None` with one that holds.
pub(super) fn missed(loaded: &Loaded, config: &Config) -> Vec<Option<Message>> {
    let fiscal = config.policies.fiscal_year;
    let months = months(&loaded.books.customers);
    let check = |total: &ControlTotal| total.check(&loaded.books.customers, &months, fiscal).err();
    let place = |message: Message| match loaded.files.first() {
        Some(file) => message.at(Place::file(&file.name)),
        None => message,
    };
    let origin = config.load.origin("control-total");
    let placed = |message: Message| match origin.as_str() {
        "flag" => place(message),
        line => place(message).note(format!("`control-total` was set by {line}")),
    };
    let said = |message: Message| placed(message).help("`nrr inspect` shows the sum of each month");
    let totals = config.control_totals.iter();
    totals.map(|total| check(total).map(said)).collect()
}

/// The rates that other currencies are converted at, where a file of them is named.
///
/// # Errors
///
/// [`Code::UnfitSetting`] where what goes with it is missing, and what is wrong with the file.
fn rates(policies: &Policies, environment: &Environment) -> Result<Option<Rates>, Errors> {
    let needs = |name: &str, other: &str, help: &str| {
        let headline = format!("`{name}` has nothing to act on without `{other}`");
        Errors::from(
            Message::new(Code::UnfitSetting, headline)
                .note(format!("set by {}", policies.origin(name)))
                .help(help),
        )
    };
    let Some(file) = &policies.fx_rates else {
        if policies.is_set("fx") {
            let help = "name the file of rates with `--fx-rates FILE`, or leave out `fx`";
            return Err(needs("fx", "fx-rates", help));
        }
        return Ok(None);
    };
    let Some(kept) = &policies.currency else {
        let help = "say what to convert to, such as `--currency USD`";
        return Err(needs("fx-rates", "currency", help));
    };
    let name = beside_settings(file, policies.origin("fx-rates"));
    let source = Source::path_in(environment.folder(), &name);
    read_rates(source, kept, policies.fx).map(Some)
}

/// A file that a setting names: from the working folder, or from that of the settings file which names it.
pub(super) fn beside_settings(file: &str, origin: &Origin) -> String {
    let (Origin::File(line) | Origin::Definition(line)) = origin else {
        return file.to_owned();
    };
    let settings = line
        .rsplit_once(':')
        .map_or(line.as_str(), |(name, _)| name);
    let folder = Path::new(settings).parent().unwrap_or(Path::new(""));
    folder.join(file).display().to_string()
}

/// A result is never written over the data, or the choices, that it was made from.
fn refuse_overwriting(
    args: &ReadArgs,
    config: &Config,
    environment: &Environment,
) -> Result<(), Message> {
    let folder = environment.folder().cloned().unwrap_or_default();
    let real = |path: &Path| {
        let path = std::fs::canonicalize(folder.join(path)).ok();
        path.filter(|path| path.is_file())
    };
    let Some(name) = args.output.as_deref() else {
        return Ok(());
    };
    let Some(target) = real(Path::new(name)) else {
        return Ok(());
    };
    let inputs = args.files.iter().map(|file| ("the input", file.into()));
    let policies = &config.policies;
    let choices = [("map", &policies.map), ("fx-rates", &policies.fx_rates)];
    let choices = choices.into_iter().filter_map(|(choice, file)| {
        let file = beside_settings(file.as_ref()?, policies.origin(choice));
        Some(("the file of a choice,", PathBuf::from(file)))
    });
    let settings = config.read_from.iter().cloned();
    let settings = settings.map(|file| ("a file that this run reads,", file));
    let mut all = inputs.chain(choices).chain(settings);
    match all.find(|(_, file)| real(file).as_ref() == Some(&target)) {
        None => Ok(()),
        Some((what, file)) => {
            let file = file.strip_prefix(&folder).unwrap_or(&file);
            let headline = format!(
                "`--output {name}` would replace {what} `{}`",
                file.display()
            );
            Err(Message::new(Code::Usage, headline).help("name another file"))
        }
    }
}

/// The inputs in the order given; a pipe if none is named.
fn sources(args: &ReadArgs, context: &mut Context<'_, '_>) -> Result<Vec<Source>, Message> {
    let Context {
        command,
        environment,
        streams,
        pipe,
        ..
    } = context;
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
            .help(format!("name one: `nrr {command} revenue.csv`"))
            .help(format!(
                "or pipe into it: `gzip -dc revenue.csv.gz | nrr {command} -`"
            )));
    }
    let mut source = |name: &str| match (name, &*pipe) {
        ("-", Some(pipe)) => pipe.again(),
        ("-", None) => {
            let empty = Box::new(std::io::empty());
            Source::stdin(std::mem::replace(&mut streams.stdin, empty))
        }
        _ => Source::path_in(environment.folder(), name),
    };
    if args.files.is_empty() {
        return Ok(vec![source("-")]);
    }
    Ok(args.files.iter().map(|name| source(name)).collect())
}
