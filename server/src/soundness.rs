//! Looks from time to time whether what was added to the log is where it must be.

use metrics::counter;

use crate::measure::{CHECKED, FAULTS};
use crate::store::Log;

/// Entries one read takes: it is over before anybody who waits for the store notices.
const SLICE_ENTRIES: usize = 5_000;

/// How far the log has been looked at.
#[derive(Debug, Default)]
pub struct Soundness {
    offset: u64,
}

impl Soundness {
    /// Looks at what came since the last look; counts and logs what is wrong. If the log cannot be read, the next look goes on
    /// from there.
    pub async fn look(&mut self, log: &dyn Log) {
        let (mut entries, mut faults) = (0, 0);
        loop {
            let checked = match log.check(self.offset, SLICE_ENTRIES).await {
                Ok(checked) => checked,
                Err(error) => return tracing::warn!(%error, "cannot check the log now"),
            };
            counter!(CHECKED).increment(checked.entries);
            counter!(FAULTS).increment(checked.faults.len() as u64);
            for fault in &checked.faults {
                tracing::error!(%fault, "the log has a fault: run `confab check`");
            }
            self.offset = checked.offset;
            entries += checked.entries;
            faults += checked.faults.len();
            if checked.entries < SLICE_ENTRIES as u64 {
                return tracing::debug!(entries, faults, "checked");
            }
        }
    }
}
