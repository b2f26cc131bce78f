//! What is shown.

use std::sync::Arc;

use protocol::{Person, Reason, RoomId};

use super::Engine;
use crate::{Failed, Gone, Line, Link, Millis, RoomView};

impl Engine {
    pub fn link(&self) -> Link {
        self.connection.link()
    }

    /// Why a node has closed the connection for good, and what it said about it; none while there is a newer one.
    pub fn last_word(&self) -> Option<(Reason, &str)> {
        let (reason, message) = self.connection.last_word.as_ref()?;
        Some((*reason, message))
    }

    /// The rooms one is in, in the order of the list: those with a name by it, the lobby first, then those of people, the
    /// latest first.
    pub fn rooms(&self) -> Vec<RoomView> {
        self.rooms.views(&self.me)
    }

    /// The room on the screen.
    pub fn room(&self) -> &RoomId {
        &self.rooms.here().state.id
    }

    /// The room on the screen as the list has it.
    pub fn here(&self) -> RoomView {
        self.rooms.here().view(&self.me, true)
    }

    /// What was read of the room on the screen when it was opened; none if nothing was unread.
    pub fn new_since(&self) -> Option<u64> {
        self.rooms.here().new_since
    }

    /// The room that went last, until [`forget_gone`](Self::forget_gone).
    pub fn gone(&self) -> Option<&Gone> {
        self.gone.as_ref()
    }

    /// What the list shows, in order: what is stored by seq, notices after the entry they came
    /// after, then what is on its way. One's own changes show before they are stored.
    pub fn lines(&self) -> Vec<Line> {
        let here = self.rooms.here();
        let mut lines = vec![];
        let mut notices = here.notices.iter().peekable();
        for (seq, line) in here.timeline.lines() {
            while let Some((_, notice)) = notices.next_if(|(after, _)| *after < seq) {
                lines.push(Line::Notice(notice.clone()));
            }
            lines.push(self.foreseen(line));
        }
        lines.extend(notices.map(|(_, notice)| Line::Notice(notice.clone())));
        let messages = self.outbox.messages(self.room());
        lines.extend(messages.map(|message| self.foreseen(Line::Message(message.clone()))));
        lines
    }

    /// What was refused and has no line of its own, in the order written.
    pub fn failed_changes(&self) -> Vec<Failed> {
        let has_no_line =
            |failed: &Failed| failed.kind.is_change() || !self.rooms.has(&failed.room);
        self.outbox.refusals().filter(has_no_line).collect()
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

    /// Whether it is known what the room on the screen holds, even if that is nothing; until then `lines` shows less.
    pub fn is_filled(&self) -> bool {
        self.rooms.here().timeline.last().is_some()
    }

    /// Whether there is something before the first line.
    pub fn has_older(&self) -> bool {
        self.rooms.here().timeline.has_older()
    }

    /// Whether a page of older entries is on its way.
    pub fn older_is_loading(&self) -> bool {
        self.rooms.here().older.is_loading()
    }

    pub fn me(&self) -> &Person {
        &self.me
    }

    /// The base address now in use, for pages and forms too.
    pub fn node(&self) -> &str {
        self.connection.nodes.current()
    }

    /// Stands in for the cookie at a node the page did not come from.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Where the page has to go on whenever it is loaded anew, and the token that lets it in: at the node that it talks to, if it
    /// came from another one.
    pub fn elsewhere(&self) -> Option<(&str, &str)> {
        let nodes = &self.connection.nodes;
        let is_there = self.connection.is_live() && !nodes.is_home();
        is_there.then_some((nodes.current(), self.token()?))
    }

    fn foreseen(&self, line: Line) -> Line {
        let Line::Message(mut message) = line else {
            return line;
        };
        for (change, is_under_way) in self.outbox.changes(self.room()) {
            if message.seq.is_some() && change.target_seq() == message.seq {
                let message = Arc::make_mut(&mut message);
                message.foresee(change.kind, &change.body, &self.me);
                message.changing |= is_under_way;
            }
        }
        Line::Message(message)
    }
}
