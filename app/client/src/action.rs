//! What the engine asks its driver to do.

use protocol::{Command, RoomId};

use crate::Outgoing;

/// What the driver does, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Open a WebSocket to this address (`ws://host:port/ws?room=lobby`) and tell `opened`, then `hear` for each frame, then `closed`.
    /// There is one socket at a time: from here on nothing may be told of an earlier one. To whom can open streams
    /// (`know_streams`) it may be one (`http://host:port/stream?room=lobby`): what is said here of sockets is then meant of it.
    Connect { url: String },
    /// Send this as one JSON text frame on the open socket.
    Transmit(Command),
    /// Close the socket (also while it is still connecting) with this code and forget it: its `closed` is not told any more.
    Disconnect { code: u16 },
    /// `GET` this page of the room's older entries, with `Authorization: Bearer` and the token if there is one, and tell `page`
    /// with what came or `page_failed`, and with the room.
    Fetch {
        room: RoomId,
        url: String,
        token: Option<String>,
    },
    /// Keep this, in place of what was kept before, until the page is loaded again (see `restore`). Empty: forget it.
    Persist(Vec<Outgoing>),
    /// Load the page again: it is too old, or somebody has to sign in.
    Reload,
    /// Something that is read from the engine is another now; at most once in a list of actions, at its end.
    Changed,
}
