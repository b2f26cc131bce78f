//! The other end of a client's session, and what it has told of its user's rooms.

use std::collections::HashMap;

use axum::extract::ws::Message;
use protocol::{Cid, Close, Command, Entry, Kind, Person, RoomId, RoomKind, RoomState, VERSION};
use tokio::sync::mpsc;

use super::end::End;
use super::present::Present;
use crate::pipe::SessionEnd;

/// Commands that may wait for the session: above what one may say at once.
const COMMANDS_MAX: usize = 256;

/// Events that may wait to be translated.
const EVENTS_MAX: usize = 16;

pub(super) struct Inside {
    pub(super) me: Person,
    say: mpsc::Sender<Message>,
    told: mpsc::Receiver<Message>,
    pub(super) is_welcome: bool,
    /// Told when it is welcome.
    pub(super) receipt: Option<String>,
    pub(super) rooms: HashMap<RoomId, Room>,
    /// Sends that are not answered yet.
    pub(super) pending: HashMap<Cid, Pending>,
    pub(super) present: Present,
    /// Why it is about to end.
    pub(super) last_word: Option<String>,
}

/// A room, as far as the client was told it.
pub(super) struct Room {
    kind: RoomKind,
    pub(super) is_in: bool,
    /// Everything up to here was told, or was before this client.
    told: u64,
    /// The others in it, where it is called by them.
    people: Vec<Person>,
}

/// What is to be answered when a send is.
pub(super) struct Pending {
    pub(super) receipt: Option<String>,
    /// Where its refusal is shown.
    pub(super) destination: String,
}

impl Inside {
    /// A session's two ends; the session's own is to be run.
    pub(super) fn new(me: Person, receipt: Option<String>) -> (Self, SessionEnd<Message>) {
        let (say, commands) = mpsc::channel(COMMANDS_MAX);
        let (tell, told) = mpsc::channel(EVENTS_MAX);
        let inside = Self {
            present: Present::new(me.clone()),
            me,
            say,
            told,
            is_welcome: false,
            receipt,
            rooms: HashMap::new(),
            pending: HashMap::new(),
            last_word: None,
        };
        (inside, SessionEnd::new(commands, tell, Some))
    }

    /// What the session tells next; none: it has ended. Cancel safe.
    pub(super) async fn hears(&mut self) -> Option<Message> {
        self.told.recv().await
    }

    /// Says hello. What came before is left to those who ask for it.
    pub(super) fn hello(&self) -> Result<(), End> {
        self.does(&Command::Hello {
            version: VERSION,
            token: None,
            open: RoomId::lobby(),
            cursors: Default::default(),
        })
    }

    pub(super) fn does(&self, command: &Command) -> Result<(), End> {
        let json = serde_json::to_string(command).expect("a command serialises");
        self.says(Message::Text(json.into()))
    }

    /// It is there: while this is, its client is.
    pub(super) fn lives(&self) -> Result<(), End> {
        self.says(Message::Pong(Default::default()))
    }

    /// Never waits: a session that waits for us to listen would wait for ever.
    fn says(&self, message: Message) -> Result<(), End> {
        let said = self.say.try_send(message);
        match said {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Close::Flooding.into()),
            _ => Ok(()), // who has ended tells why
        }
    }

    /// Says goodbye, and waits until the session has stored what it was given.
    pub(super) async fn ends(self) {
        let Self { say, mut told, .. } = self;
        drop(say);
        while told.recv().await.is_some() {}
    }

    /// The rooms one is in. Those to be asked for, as what is in them is new.
    pub(super) fn learn(&mut self, states: Vec<RoomState>) -> Vec<RoomId> {
        let is_welcome = self.is_welcome;
        let mut unread = Vec::new();
        for state in states {
            if state.id.is_inbox() {
                continue;
            }
            let is_new = !self.rooms.contains_key(&state.id);
            let is_unread = is_new && is_welcome && state.kind != RoomKind::Public;
            if is_unread {
                unread.push(state.id.clone());
            }
            let me = &self.me.id;
            let room = self.rooms.entry(state.id).or_insert(Room {
                kind: state.kind,
                is_in: true,
                told: if is_unread { 0 } else { state.top },
                people: Vec::new(),
            });
            room.kind = state.kind;
            room.is_in = true;
            room.people = state.people;
            room.people.retain(|person| person.id != *me);
        }
        unread
    }

    pub(super) fn is_in(&self, room: &RoomId) -> bool {
        self.rooms.get(room).is_some_and(|room| room.is_in)
    }

    /// Takes those of a run's entries that are not told yet and are to be shown, once and in order. A run that replaces what
    /// was known begins where one was let in.
    pub(super) fn fresh(&mut self, entries: Vec<Entry>, is_whole: bool) -> Vec<Entry> {
        let me = self.me.id.as_str();
        let let_in = |entry: &Entry| {
            entry.kind == Kind::Added && entry.target.as_ref().is_some_and(|who| who.as_str() == me)
        };
        let start = if is_whole {
            entries.iter().rposition(let_in)
        } else {
            None
        };
        let entries = entries.into_iter().skip(start.unwrap_or(0));
        entries.filter(|entry| self.is_next(entry)).collect()
    }

    fn is_next(&mut self, entry: &Entry) -> bool {
        if entry.room.is_inbox() {
            return false;
        }
        // One that is shown with its first entry is told of after it.
        let room = self.rooms.entry(entry.room.clone()).or_insert(Room {
            kind: RoomKind::Unknown,
            is_in: true,
            told: 0,
            people: Vec::new(),
        });
        let is_next = entry.seq > room.told;
        room.told = room.told.max(entry.seq);
        is_next
    }

    /// Whether it is for the user alone: said by somebody to them or by them, or by a program.
    pub(super) fn is_direct(&self, room: &RoomId) -> bool {
        let kind = self.rooms.get(room).map(|room| room.kind);
        kind == Some(RoomKind::Direct) || room.reader().is_some()
    }

    /// To whom something in a talk of two is said.
    pub(super) fn recipient(&self, entry: &Entry) -> Option<&str> {
        if entry.sender != self.me.id {
            return Some(self.me.name.as_str());
        }
        let other = self.rooms.get(&entry.room)?.people.first()?;
        Some(other.name.as_str())
    }
}
