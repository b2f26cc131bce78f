//! How a connection ends: what is told last, and what becomes of the session and the guest.

use std::time::Duration;

use protocol::Close;
use tokio::time::timeout;

use super::client::Client;
use super::end::End;

/// How long a session may take to end: as long as a node waits for it.
const END_MAX: Duration = Duration::from_secs(8);

impl Client {
    /// Says goodbye when all that was sent before is stored.
    pub(super) fn go_if_answered(&mut self) -> Result<(), End> {
        let waits = self
            .inside
            .as_ref()
            .is_some_and(|inside| !inside.pending.is_empty());
        if waits || self.leaving.is_none() {
            return Ok(());
        }
        let receipt = self.leaving.take().flatten();
        self.acknowledge(receipt.as_deref());
        Err(Close::Normal.into())
    }

    /// Tells why, then has the session end, and the guest with it: the name is free again.
    pub(super) async fn ends(mut self, end: End) {
        tracing::info!(session = %self.id, code = end.close.code(), "a STOMP client has gone");
        if let Some(says) = &end.says {
            let mut headers = vec![("message", says.as_str()), ("content-type", "text/plain")];
            if self.version.is_none() {
                headers.push(("version", "1.2,1.1,1.0"));
            }
            headers.extend(
                end.receipt
                    .as_deref()
                    .map(|receipt| ("receipt-id", receipt)),
            );
            let error = self.write("ERROR", &headers, says);
            self.tell.push(error);
        }
        if end.close != Close::Slow {
            let _ = self.flush().await; // who is gone does not hear it
        }
        let Self {
            node,
            outside,
            inside,
            guest,
            ..
        } = self;
        let left = async {
            if let Some(inside) = inside {
                // One that does not end in time is ended by the sign-out.
                let _ = timeout(END_MAX, inside.ends()).await;
            }
            if let Some(visit) = guest
                && let Err(error) = node.chat.sign_out(&visit.token).await
            {
                tracing::warn!(%error, "a guest's name stays taken");
            }
        };
        tokio::join!(outside.close(end.close), left);
    }
}
