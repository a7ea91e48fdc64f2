//! Tells systemd how the daemon is: ready, alive, stopping.
//!
//! The watchdog is fed only while the store answers, so that a daemon that merely exists is started anew.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::engine::Engine;

/// Says that the daemon is ready.
pub fn ready() {
    tell(&[sd_notify::NotifyState::Ready]);
}

/// Says that the daemon is stopping.
pub fn stopping() {
    tell(&[sd_notify::NotifyState::Stopping]);
}

/// Feeds the watchdog, if there is one, until `stop`.
pub async fn keep_alive(engine: Engine, stop: CancellationToken) {
    // Whoever returns before `stop` is taken for dead.
    let Some(limit) = sd_notify::watchdog_enabled() else { return stop.cancelled().await };
    let mut ticks = tokio::time::interval((limit / 3).max(Duration::from_millis(100)));
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        if engine.store().read(|r| r.journal_end()).await.is_ok() {
            tell(&[sd_notify::NotifyState::Watchdog]);
        }
    }
}

fn tell(state: &[sd_notify::NotifyState<'_>]) {
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(state);
}
