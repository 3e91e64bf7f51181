//! The bar on standard error while a long read goes on.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a read may take before a bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that appears only on a terminal, and only where reading takes longer than a second.
pub(super) struct Bar {
    total: Option<u64>,
    started: Instant,
    shown: Option<OnceLock<ProgressBar>>,
}

impl Bar {
    /// A bar over so many bytes, or none if nobody looks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the rim: only when to show the bar depends on the clock"
    )]
    pub(super) fn new(total: Option<u64>, is_wanted: bool) -> Bar {
        Bar {
            total,
            started: Instant::now(),
            shown: is_wanted.then(OnceLock::new),
        }
    }

    /// Says how many bytes were read so far.
    pub(super) fn set(&self, bytes: u64) {
        let Some(shown) = &self.shown else { return };
        if shown.get().is_some() || self.started.elapsed() > PATIENCE {
            shown.get_or_init(|| self.draw()).set_position(bytes);
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        if let Some(bar) = self.shown.and_then(OnceLock::into_inner) {
            bar.finish_and_clear();
        }
    }

    fn draw(&self) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(self.total, ProgressDrawTarget::stderr());
        let form = match self.total {
            Some(_) => "reading {bar:30} {bytes} of {total_bytes}, {eta} left",
            None => "reading {spinner} {bytes}",
        };
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        bar
    }
}
