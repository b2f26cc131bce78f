//! Connections that only read, a few at a time.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::Error;

/// Reads at the same time; SQLite's are short, and the machine is shared with the hub.
const READERS: usize = 4;

pub(super) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut free = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let connection = super::open(path)?;
            connection.pragma_update(None, "query_only", "ON")?;
            free.push(connection);
        }
        Ok(Self {
            free: Arc::new(Mutex::new(free)),
            places: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// Ends the reads under way and lets go of the file.
    pub(super) async fn end(&self) {
        let all = u32::try_from(READERS).expect("they are few");
        if let Ok(_places) = self.places.acquire_many(all).await {
            self.places.close();
            self.free
                .lock()
                .expect("no reader panics with the lock")
                .clear();
        }
    }

    /// Runs `read` on a free connection, off the async threads.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.places.clone().acquire_owned().await;
        let place = place.map_err(|_| Error::Unavailable("this node stops".to_owned()))?;
        let free = self.free.clone();
        let on_a_free_one = move || {
            // Kept to the end even if nobody waits any more: as many connections as places.
            let _place = place;
            let connection = free.lock().expect("no reader panics with the lock").pop();
            let connection = connection.expect("as many connections as places");
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&connection)));
            free.lock()
                .expect("no reader panics with the lock")
                .push(connection);
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        match tokio::task::spawn_blocking(on_a_free_one).await {
            Ok(outcome) => outcome,
            Err(failed) => Err(Error::Unavailable(format!("a read failed: {failed}"))),
        }
    }
}
