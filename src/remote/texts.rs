//! The fixed shell texts that hosts run; the files beside this one hold them.
//!
//! POSIX sh, tried with dash, bash and busybox. A text travels over standard input, followed by one line per value
//! and, for some, a body; only its length stands on the command line, so no value can ever be read as a command. The
//! boot command is one that every login shell reads alike.

use std::sync::LazyLock;

const FRAME: &str = include_str!("host/frame.sh");
const STATE: &str = include_str!("host/state.sh");
const STOP: &str = include_str!("host/stop.sh");

/// Returns the command that reads a text of this length from its standard input and runs it.
pub(super) fn boot(length: usize) -> String {
    format!("exec sh -c 'eval \"$(dd bs=1 count={length} 2>/dev/null)\"'")
}

/// Starts a step.
pub(super) fn start() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let run = include_str!("host/run.sh");
        let start = include_str!("host/start.sh").replace("#RUN#\n", &format!("{STOP}{run}"));
        format!("{FRAME}{STATE}{start}")
    });
    &TEXT
}

/// Tells the state of a step.
pub(super) fn status() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{FRAME}{STATE}state\n"));
    &TEXT
}

/// Waits for the end of a step, tells its state and prints a part of its log.
pub(super) fn follow() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{FRAME}{STATE}{}", include_str!("host/follow.sh")));
    &TEXT
}

/// Prints a part of a step's log.
pub(super) fn log() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{FRAME}{}", include_str!("host/log.sh")));
    &TEXT
}

/// Ends a step.
pub(super) fn cancel() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{FRAME}{STATE}{STOP}{}", include_str!("host/cancel.sh")));
    &TEXT
}

/// Runs commands that only look.
pub(super) fn look() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{FRAME}{STOP}{}", include_str!("host/look.sh")));
    &TEXT
}

/// Takes the environment for a release.
pub(super) fn take() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{FRAME}{}", include_str!("host/take.sh")));
    &TEXT
}

/// Gives the environment back.
pub(super) fn give_back() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{FRAME}{}", include_str!("host/give-back.sh")));
    &TEXT
}

/// Tells who has taken the environment.
pub(super) fn holder() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{FRAME}{}", include_str!("host/holder.sh")));
    &TEXT
}
