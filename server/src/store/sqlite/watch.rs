//! Notices that the file has changed, or another one stands in its place, whoever did it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;

use super::Fence;

/// How often to look. A look reads one number in shared memory, and asks which file stands at the path.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A thread that looks at `PRAGMA data_version` and at the file; it ends when the watch is dropped.
pub(super) struct Watch {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    changed: Notify,
    is_ending: AtomicBool,
    ended: Notify,
}

impl Watch {
    pub(super) fn start(connection: Connection, fence: Arc<Fence>) -> Self {
        let shared = Arc::<Shared>::default();
        let told = shared.clone();
        std::thread::Builder::new()
            .name("store watch".to_owned())
            .spawn(move || {
                look(&connection, &fence, &told);
                drop(connection);
                told.ended.notify_one();
            })
            .expect("the system has a thread for us");
        Self { shared }
    }

    /// Returns after the next change, or at once if there was one since the last call.
    pub(super) async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Returns when the file is let go of.
    pub(super) async fn end(&self) {
        self.shared.is_ending.store(true, Ordering::Relaxed);
        self.shared.ended.notified().await;
    }
}

fn look(connection: &Connection, fence: &Fence, told: &Arc<Shared>) {
    let mut known = None;
    while Arc::strong_count(told) > 1 && !told.is_ending.load(Ordering::Relaxed) {
        if fence.database.is_still_there().is_err() {
            told.changed.notify_one(); // who looks at the tail learns what is wrong
        }
        match connection.pragma_query_value(None, "data_version", |row| row.get(0)) {
            Ok(version) if known != Some(version) => {
                known = Some::<i64>(version);
                told.changed.notify_one();
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot look for changes of the store")
            }
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
