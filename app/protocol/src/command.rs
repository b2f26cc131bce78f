//! What a client wishes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Cid, Epoch, Kind, RoomId, Tag, Target};

/// A wish from a client: one JSON object with its `type`. None has a sender; the session is the sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// The first frame of every session; answered by `welcome`.
    Hello {
        version: u32,
        /// Stands in for the cookie on a host that has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The room on the screen.
        open: RoomId,
        /// The last place seen, by room.
        #[serde(default)]
        cursors: BTreeMap<RoomId, Cursor>,
    },
    /// Store a message, or what changes one; answered by `accepted` or `rejected` with the same cid. Sent again after a lost
    /// answer it is stored once, and the first answer comes back.
    Send {
        cid: Cid,
        room: RoomId,
        /// `posted` unless said: one may also send `edited`, `deleted`, `reacted` and `unreacted`.
        #[serde(default, skip_serializing_if = "Kind::is_posted")]
        kind: Kind,
        /// The seq of the message it answers or changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Target>,
        body: String,
    },
    /// Show a room one is in; answered by its `entries` after the cursor, at least one frame of them, or by `room_gone`.
    Open {
        room: RoomId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<Cursor>,
    },
    /// All of the room up to this seq has been on the screen, on whichever device.
    Read { room: RoomId, seq: u64 },
    /// Tell who stands in the list beside this room; answered by `people`.
    People { room: RoomId },
    /// Somebody is writing in this room; said at most each [`TYPING_EVERY_SECS`](crate::limits::TYPING_EVERY_SECS).
    Typing { room: RoomId },
    /// The client is there; answered by `heartbeat`.
    Heartbeat,
}

/// The last place a client has seen of a room. Another epoch or tag, or a seq above the top, is a log the server does not
/// know: it answers with a fresh page, never a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub epoch: Epoch,
    pub seq: u64,
    /// The tag of the entry at `seq`; none at 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
}
