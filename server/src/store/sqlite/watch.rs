//! Notices that the file has changed, whoever changed it.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;

/// How often to look. A look reads one number in shared memory.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A thread that looks at `PRAGMA data_version`; it ends when the watch is dropped.
pub(super) struct Watch {
    changed: Arc<Notify>,
}

impl Watch {
    pub(super) fn start(connection: Connection) -> Self {
        let changed = Arc::new(Notify::new());
        let told = changed.clone();
        std::thread::Builder::new()
            .name("store watch".to_owned())
            .spawn(move || {
                let mut known = None;
                while Arc::strong_count(&told) > 1 {
                    match connection.pragma_query_value(None, "data_version", |row| row.get(0)) {
                        Ok(version) if known != Some(version) => {
                            known = Some::<i64>(version);
                            told.notify_one();
                        }
                        Ok(_) => {}
                        Err(error) => {
                            tracing::warn!(%error, "cannot look for changes of the store")
                        }
                    }
                    std::thread::sleep(LOOK_EVERY);
                }
            })
            .expect("the system has a thread for us");
        Self { changed }
    }

    /// Returns after the next change, or at once if there was one since the last call.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}
