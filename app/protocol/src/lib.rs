//! What the browser and the server say to each other.
//!
//! A client sends [`Command`]s and hears [`Event`]s, each one JSON object in one WebSocket text frame. Facts that stay are
//! [`Entry`]s of a room's log. No command carries a sender: the session says who speaks. `tests/literals.rs` holds the JSON of
//! every frame; a change there is a change of the protocol and takes a new [`VERSION`].

mod close;
mod command;
#[cfg(feature = "enclosed")]
mod enclosed;
mod entry;
mod event;
mod flat_event;
mod ids;
pub mod limits;
mod reason;
mod room;
#[cfg(not(feature = "enclosed"))]
mod skipped;
mod text;

pub use close::{Close, Next};
pub use command::{Command, Cursor};
#[cfg(feature = "enclosed")]
pub use enclosed::{Enclosed, Label, TooMuch};
pub use entry::{Entry, Gap, Kind, Page, Tag};
pub use event::{Event, Person, Signal};
pub use ids::{BadId, Cid, Epoch, NodeId, RoomId, SessionId, SignInId, Target, UserId};
pub use reason::Reason;
pub use room::{LastLine, RoomKind, RoomState};
#[cfg(not(feature = "enclosed"))]
pub use skipped::Enclosed;
pub use text::{Body, Name, RoomName, Topic};

/// The version a client names in its hello. A server that speaks another one closes with [`Close::Version`].
pub const VERSION: u32 = 1;
