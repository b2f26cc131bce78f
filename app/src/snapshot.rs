//! What a room's page knows when it is made.

use client::Start;
use leptos::prelude::use_context;
use protocol::{Cid, Entry, Epoch, Gap, Person, Reason, RoomState};
use serde::{Deserialize, Serialize};

use crate::{Language, Theme, browser, json};

/// A room as the server knows it when it makes the page. Shown as HTML at once, and taken over by
/// the island.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub me: Person,
    pub room: RoomState,
    pub epoch: Epoch,
    /// A contiguous run of the room, oldest first; the newest page unless an older one was asked
    /// for.
    pub entries: Vec<Entry>,
    /// What of the run the reader may not see.
    #[serde(default)]
    pub closed: Vec<Gap>,
    /// See [`Page::aside`](protocol::Page).
    #[serde(default)]
    pub aside: Vec<Entry>,
    /// The rooms one is in, the room shown among them.
    #[serde(default)]
    pub rooms: Vec<RoomState>,
    /// The version of the online list.
    pub version: u64,
    /// How many are online.
    pub count: u64,
    /// Who is online; some of them if they are many.
    pub people: Vec<Person>,
    /// Who is listed beside the room, and how many they are; those online where it is not told.
    #[serde(default)]
    pub attendance: Option<(u64, Vec<Person>)>,
    /// The live nodes' addresses, this one first.
    pub nodes: Vec<String>,
    /// Of the plain form's next message.
    pub cid: Cid,
    /// What the plain form sent and was refused, to be corrected.
    #[serde(default)]
    pub refused: Option<(Reason, String)>,
}

impl Snapshot {
    /// Whether nothing is newer than what the page shows: only then it goes on live.
    pub fn is_newest(&self) -> bool {
        self.entries
            .last()
            .map_or(self.room.top == 0, |entry| entry.seq >= self.room.top)
    }

    pub(crate) fn start(&self, seed: u64) -> Start {
        Start {
            me: self.me.clone(),
            nodes: self.nodes.clone(),
            epoch: self.epoch.clone(),
            room: self.room.id.clone(),
            entries: self.entries.clone(),
            closed: self.closed.clone(),
            aside: self.aside.clone(),
            rooms: self.rooms.clone(),
            top: self.room.top,
            online_version: self.version,
            online_count: self.count,
            online: self.people.clone(),
            seed,
        }
    }
}

/// All that the room's page is made from: what the island takes over in the browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) snapshot: Snapshot,
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    /// The page's own address.
    pub(crate) path: String,
}

impl Given {
    /// Where it lies in the page.
    pub(crate) const ID: &str = "given";

    /// For a `<script>` that is no script: as JSON that cannot end it.
    #[cfg(feature = "ssr")]
    pub(crate) fn to_page(&self) -> String {
        json::write(self).replace('<', r"\u003c")
    }

    /// On the server, what the page is being made from; in the browser, what lies in it.
    pub(crate) fn here() -> Option<Self> {
        if cfg!(target_arch = "wasm32") {
            json::read(&browser::text_of(Self::ID))
        } else {
            use_context()
        }
    }
}
