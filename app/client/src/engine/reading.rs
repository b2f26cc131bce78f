//! What is shown.

use protocol::{Person, RoomId};

use super::Engine;
use crate::{Line, Link, Millis};

impl Engine {
    pub fn link(&self) -> Link {
        self.connection.link()
    }

    /// What the list shows, in order: what is stored by seq, notices after the entry they came
    /// after, then what is on its way.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = vec![];
        let mut notices = self.notices.iter().peekable();
        for (seq, message) in self.timeline.messages() {
            while let Some((_, notice)) = notices.next_if(|(after, _)| *after < seq) {
                lines.push(Line::Notice(notice.clone()));
            }
            lines.push(Line::Message(message.clone()));
        }
        lines.extend(notices.map(|(_, notice)| Line::Notice(notice.clone())));
        lines.extend(self.outbox.messages(&self.room).cloned().map(Line::Message));
        lines
    }

    /// Who is online and known by name, oneself included, sorted by name. While the link is down,
    /// the list of before.
    pub fn people(&self) -> &[Person] {
        &self.roster.people
    }

    /// How many are online.
    pub fn count(&self) -> u64 {
        self.roster.count
    }

    /// Whether the node says that the online list may be out of date.
    pub fn online_is_stale(&self) -> bool {
        self.roster.is_stale
    }

    /// Who is writing, never oneself.
    pub fn typists(&self, now: Millis) -> Vec<Person> {
        self.typists.at(now)
    }

    /// Whether there is something before the first line.
    pub fn has_older(&self) -> bool {
        self.timeline.has_older()
    }

    /// Whether a page of older entries is on its way.
    pub fn older_is_loading(&self) -> bool {
        self.older.is_loading()
    }

    pub fn me(&self) -> &Person {
        &self.me
    }

    pub fn room(&self) -> &RoomId {
        &self.room
    }

    /// The base address now in use, for pages and forms too.
    pub fn node(&self) -> &str {
        self.connection.nodes.current()
    }

    /// Stands in for the cookie at a node the page did not come from.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}
