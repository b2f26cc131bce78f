//! A send on its way, and how far it has come.

use std::sync::Arc;

use protocol::{Person, Reason};

use super::Outgoing;
use crate::{Message, Millis, Quote, Sending};

#[derive(Debug)]
pub(super) struct Item {
    pub(super) outgoing: Outgoing,
    pub(super) progress: Progress,
    /// A node may have stored it, though no answer says so.
    pub(super) may_be_stored: bool,
    /// Its line; a change has none.
    pub(super) message: Option<Arc<Message>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Progress {
    Pending {
        not_before: Millis,
    },
    InFlight {
        since: Millis,
    },
    Unknown,
    Failed(Reason),
    /// Stored at this seq; the entry has not come yet.
    Accepted {
        seq: u64,
        at: u64,
    },
}

impl Item {
    pub(super) fn new(outgoing: Outgoing, sender: &Person, reply: Option<Quote>) -> Self {
        let message = outgoing.kind.is_posted().then(|| {
            Arc::new(Message {
                cid: outgoing.cid.clone(),
                sender: sender.clone(),
                body: outgoing.body.clone(),
                at: outgoing.at,
                seq: None,
                state: Sending::Pending,
                mine: true,
                edited: false,
                deleted: false,
                reactions: vec![],
                reply,
                changing: false,
                mentions_me: false,
            })
        });
        Self {
            outgoing,
            progress: Progress::Pending { not_before: 0 },
            may_be_stored: false,
            message,
        }
    }

    pub(super) fn go(&mut self, progress: Progress) {
        self.progress = progress;
        let Some(message) = &mut self.message else {
            return;
        };
        let message = Arc::make_mut(message);
        message.cid = self.outgoing.cid.clone();
        (message.seq, message.state) = match progress {
            Progress::Pending { .. } | Progress::InFlight { .. } => (None, Sending::Pending),
            Progress::Unknown => (None, Sending::Unknown),
            Progress::Failed(reason) => (None, Sending::Failed(reason)),
            Progress::Accepted { seq, at } => {
                message.at = at;
                (Some(seq), Sending::Sent)
            }
        };
    }

    /// Refused, as what it answers or changes is not there any more. An answer can be sent again, as a message of its own.
    pub(super) fn lose_target(&mut self) {
        if let Some(message) = &mut self.message {
            self.outgoing.target = None;
            Arc::make_mut(message).reply = None;
        }
        self.go(Progress::Failed(Reason::MessageUnknown));
    }

    /// Neither answered for good nor stored.
    pub(super) fn is_under_way(&self) -> bool {
        !matches!(
            self.progress,
            Progress::Failed(_) | Progress::Accepted { .. }
        )
    }
}
