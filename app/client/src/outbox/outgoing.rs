//! A send as it is kept.

use protocol::{Cid, Command, Epoch, Kind, Reason, RoomId, Target, UserId};
use serde::{Deserialize, Serialize};

/// A message, or a change of one, not known to be stored, as it is kept over a reload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    pub cid: Cid,
    /// Who wrote it; restored for nobody else.
    pub sender: UserId,
    pub room: RoomId,
    /// A message, or a change of one.
    #[serde(default)]
    pub kind: Kind,
    /// The message it answers or changes.
    #[serde(default)]
    pub target: Option<Target>,
    /// The log it was written for. Its target is a place in that one.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    pub body: String,
    /// When it was written, in milliseconds since 1970 UTC.
    pub at: u64,
}

/// A send that was refused and has no line of its own: a change, or one to a room one is not in any more. `retry` or
/// `discard` it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub cid: Cid,
    pub room: RoomId,
    pub kind: Kind,
    /// The new text, or an emoji.
    pub body: String,
    pub reason: Reason,
}

impl Outgoing {
    pub(super) fn command(&self) -> Command {
        let Self {
            cid,
            room,
            kind,
            target,
            body,
            ..
        } = self.clone();
        Command::Send {
            cid,
            room,
            kind,
            target,
            body,
        }
    }

    /// Whether it means the same message in this log.
    pub(super) fn is_for(&self, epoch: &Epoch) -> bool {
        self.target.is_none() || self.epoch.as_ref() == Some(epoch)
    }

    /// The message it answers or changes.
    pub(crate) fn target_seq(&self) -> Option<u64> {
        self.target.as_ref().and_then(Target::seq)
    }
}
