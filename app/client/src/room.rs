//! What a client knows of one room.

use protocol::{Entry, Kind, LastLine, Person, RoomState};

use crate::attendance::Attendance;
use crate::message::excerpt;
use crate::notices::Notices;
use crate::older::Older;
use crate::timeline::Timeline;
use crate::unread::Unread;
use crate::{Fact, RoomView};

#[derive(Debug)]
pub(crate) struct Room {
    /// What it is; its counts stand in `unread`.
    pub(crate) state: RoomState,
    pub(crate) unread: Unread,
    /// Empty until the room is opened, and when it was not for long.
    pub(crate) timeline: Timeline,
    pub(crate) notices: Notices,
    pub(crate) attendance: Attendance,
    pub(crate) older: Older,
    /// What was read when the room was opened, if something was unread.
    pub(crate) new_since: Option<u64>,
    /// How far a node knows that it was read.
    pub(crate) read_told: u64,
    /// Asked for, with `open` or in the hello, and not answered yet.
    pub(crate) is_asked: bool,
    /// One is in it, as far as the last list goes that was told to its end.
    pub(crate) is_listed: bool,
    /// It stands in the list that is told, as far as that goes.
    pub(crate) is_told: bool,
    /// Which opening of a room was the last one of this.
    pub(crate) opening: u64,
    /// The seq of `state.last`, if it came as an entry.
    last_seq: u64,
}

impl Room {
    pub(crate) fn new(state: RoomState, me: &Person) -> Self {
        let mut room = Self {
            state: RoomState {
                id: state.id.clone(),
                ..RoomState::default()
            },
            unread: Unread::default(),
            timeline: Timeline::new(me.clone()),
            notices: Notices::default(),
            attendance: Attendance::default(),
            older: Older::default(),
            new_since: None,
            read_told: 0,
            is_asked: false,
            is_listed: true,
            is_told: true,
            opening: 0,
            last_seq: 0,
        };
        room.told(state);
        room
    }

    /// A node says how the room stands.
    pub(crate) fn told(&mut self, state: RoomState) {
        self.unread.told(&state, &self.timeline);
        self.read_told = state.read;
        (self.is_listed, self.is_told) = (true, true);
        self.last_seq = 0;
        self.state = state;
    }

    /// Forgets what the log of before said.
    pub(crate) fn forget(&mut self) {
        self.timeline.clear();
        self.notices.clear();
        self.older.done();
        self.unread = Unread::default();
        (self.read_told, self.new_since) = (0, None);
    }

    /// Counts an entry, once: what is told of the room goes up to it from now on.
    pub(crate) fn count(&mut self, entry: &Entry, me: &Person) {
        if !self.unread.reach(entry.seq) {
            return;
        }
        match entry.kind {
            Kind::Posted | Kind::Notice => self.count_message(entry, me),
            Kind::Edited | Kind::Deleted => {
                let target = entry.target.as_ref().and_then(protocol::Target::seq);
                self.count_change(entry, target.unwrap_or(0), me);
            }
            Kind::Renamed => entry.body.clone_into(&mut self.state.name),
            Kind::Described => entry.body.clone_into(&mut self.state.topic),
            _ => self.count_person(entry),
        }
    }

    fn count_message(&mut self, entry: &Entry, me: &Person) {
        if entry.body.is_empty() {
            return; // taken back by now
        }
        if entry.sender != me.id {
            let mentions = me.name.is_mentioned_in(&entry.body);
            self.unread.count(entry.seq, mentions);
        }
        self.last_seq = entry.seq;
        self.state.last = Some(LastLine {
            name: entry.name.clone(),
            body: excerpt(&entry.body),
            at: entry.at,
        });
    }

    fn count_change(&mut self, entry: &Entry, target: u64, me: &Person) {
        if entry.kind == Kind::Deleted {
            let message = self.timeline.message(target);
            // Whose it was is known where it is held; mostly it is the one who takes it back.
            let mine = message.map_or(entry.sender == me.id, |message| message.mine);
            if !mine {
                let mentions = message.is_some_and(|message| message.mentions_me);
                self.unread.uncount(target, mentions);
            }
        }
        if self.may_be_last(target)
            && let Some(last) = &mut self.state.last
        {
            // Where a node told the last line, nobody knows which message that is: old words are no words then.
            let is_known = target == self.last_seq;
            let body = is_known.then(|| excerpt(&entry.body));
            last.body = body.unwrap_or_default();
        }
    }

    /// Whether the message there may be the last one: one that is newer and stands says no.
    fn may_be_last(&self, target: u64) -> bool {
        if self.last_seq > 0 {
            return target == self.last_seq;
        }
        let newest = self.timeline.newest().and_then(|message| message.seq);
        newest.is_none_or(|newest| newest <= target)
    }

    fn count_person(&mut self, entry: &Entry) {
        let Some(Fact {
            who: Some(who),
            kind,
            ..
        }) = Fact::of(entry)
        else {
            return;
        };
        if self.state.kind.is_personal() {
            self.state.people.retain(|person| person.id != who.id);
            if kind == Kind::Added {
                self.state.people.push(who);
            }
        }
    }

    /// Whether all is held that is known to be there.
    pub(crate) fn is_whole(&self) -> bool {
        let last = self.timeline.last();
        last.is_some_and(|last| last >= self.unread.top())
    }

    /// The room as the list shows it to `me`.
    pub(crate) fn view(&self, me: &Person, is_open: bool) -> RoomView {
        let (state, count) = (&self.state, self.unread.now());
        RoomView {
            id: state.id.clone(),
            kind: state.kind,
            title: self.title(me),
            topic: state.topic.clone(),
            unread: count.unread,
            mentions: count.mentions,
            last: self.last(),
            muted: state.muted,
            owned: state.owned,
            people: state.people.clone(),
            is_open,
        }
    }

    /// The room's name; one without is called by the others in it.
    pub(crate) fn title(&self, me: &Person) -> String {
        let state = &self.state;
        if !state.name.is_empty() {
            return state.name.clone();
        }
        let mut title = String::new();
        for person in state.people.iter().filter(|person| person.id != me.id) {
            if !title.is_empty() {
                title.push_str(", ");
            }
            title.push_str(person.name.as_str());
        }
        if title.is_empty() {
            title.push_str(state.id.as_str());
        }
        title
    }

    /// The newest message that stands, as it is now where it is held.
    fn last(&self) -> Option<LastLine> {
        let newest = self.timeline.newest().filter(|_| self.is_whole());
        let of = |message: &crate::Message| LastLine {
            name: message.sender.name.clone(),
            body: excerpt(&message.body),
            at: message.at,
        };
        let told = || self.state.last.clone();
        // One without words only keeps the room's place among the others.
        let last = newest.map(of).or_else(told);
        last.filter(|last| !last.body.is_empty())
    }
}
