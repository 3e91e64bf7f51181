//! What a run takes from the process around it: variables and the working folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The variables that matter and the folder that settings are looked for from.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<&'static str, String>,
    folder: Option<PathBuf>,
}

/// The variables that are read; any other has no influence.
const READ: &[&str] = &["NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"];

impl Environment {
    /// The process's own.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the rim: the one place that reads the environment"
    )]
    pub fn of_process() -> Environment {
        let read = |name: &&'static str| Some((*name, std::env::var(name).ok()?));
        Environment {
            variables: READ.iter().filter_map(read).collect(),
            folder: std::env::current_dir().ok(),
        }
    }

    /// One without variables, in a folder; for tests.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Environment {
        Environment {
            variables: BTreeMap::new(),
            folder: Some(folder.into()),
        }
    }

    /// The working folder, if it still exists.
    #[must_use]
    pub fn folder(&self) -> Option<&PathBuf> {
        self.folder.as_ref()
    }

    /// The columns that `COLUMNS` gives.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        self.variables
            .get("COLUMNS")?
            .parse()
            .ok()
            .filter(|columns| *columns > 0)
    }

    /// Whether to color what goes to a stream, where the flag leaves it to us.
    #[must_use]
    pub fn wants_color(&self, is_terminal: bool) -> bool {
        let is_set = |name| {
            self.variables
                .get(name)
                .is_some_and(|value: &String| !value.is_empty())
        };
        let forced = self
            .variables
            .get("CLICOLOR_FORCE")
            .is_some_and(|value| !value.is_empty() && value != "0");
        let is_dumb = self
            .variables
            .get("TERM")
            .is_some_and(|term| term == "dumb");
        !is_set("NO_COLOR") && (forced || (is_terminal && !is_dumb))
    }
}
