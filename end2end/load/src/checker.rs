//! Whether the log keeps what was promised: reads it once, from its first entry to its last.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Entry, Kind, Reason, RoomId, Target, UserId};

use crate::bits::Bits;
use crate::ledger::{Fate, Ledger, Send, Written, hash};
use crate::verdict::Verdict;

pub struct Checker<'a> {
    ledger: &'a Ledger,
    senders: Vec<Sender<'a>>,
    rooms: BTreeMap<RoomId, Room>,
    verdict: Verdict,
}

/// What was read of one room.
#[derive(Default)]
struct Room {
    top: u64,
    /// Messages of which some text is gone, and those that were taken back.
    blank: BTreeSet<u64>,
    deleted: BTreeSet<u64>,
    /// Messages of which some text stands.
    said: Bits,
}

/// What was read of one tab's sends.
struct Sender<'a> {
    id: &'a str,
    seen: Bits,
    /// The newest in each room.
    newest: BTreeMap<RoomId, u64>,
}

impl<'a> Checker<'a> {
    /// `people` are those at the tabs, in their order.
    pub fn new(ledger: &'a Ledger, people: &'a [UserId]) -> Self {
        let sender = |id: &'a UserId| Sender {
            id: id.as_str(),
            seen: Bits::default(),
            newest: BTreeMap::new(),
        };
        Self {
            ledger,
            senders: people.iter().map(sender).collect(),
            rooms: BTreeMap::new(),
            verdict: Verdict::default(),
        }
    }

    /// Takes the next entry of the log; of each room they come in their order.
    pub fn read(&mut self, entry: &Entry) {
        if !self.rooms.contains_key(&entry.room) {
            self.rooms.insert(entry.room.clone(), Room::default());
        }
        let read = self.rooms.get_mut(&entry.room).expect("it is there now");
        let place = read.top + 1;
        read.top = entry.seq;
        if entry.seq != place {
            let (room, seq) = (&entry.room, entry.seq);
            self.strange(format!("the log has {seq} of {room} at place {place}"));
        }
        if !entry.kind.is_said() && !entry.kind.is_change() {
            return; // who came and went
        }
        self.verdict.stored += 1;
        let written = Written::parse(&entry.cid).filter(|written| {
            let sender = self.senders.get(written.tab);
            sender.is_some_and(|sender| sender.id == entry.sender.as_str())
        });
        let sent = written.and_then(|written| {
            let sent = self.ledger.sends[written.tab].get(written.nth);
            Some((written, sent?))
        });
        match sent {
            Some((written, sent)) => self.read_sent(entry, (written, &sent)),
            None => self.strange(format!("nobody wrote {} at {}", entry.cid, entry.seq)),
        }
    }

    fn read_sent(&mut self, entry: &Entry, (written, sent): (Written, &Send)) {
        let (room, seq) = (&entry.room, entry.seq);
        let target = sent.target.map(Target::message);
        let is_so = (room, entry.kind, &entry.target) == (&sent.room, sent.kind, &target);
        let is_blank = entry.body.is_empty() && !matches!(entry.kind, Kind::Deleted);
        if !is_so || !is_blank && entry.body != written.says(sent.kind) {
            self.strange(format!("{written} is something else at {seq} of {room}"));
        }
        self.note_text(entry, sent.target);
        match sent.fate {
            Fate::Stored(told) if told != seq => {
                self.strange(format!("{written} was answered to be at {told}, not {seq}"));
            }
            Fate::Refused(why) => {
                self.strange(format!("{written} was refused ({why:?}) and is at {seq}"));
            }
            Fate::Stored(_) | Fate::Unknown => {}
        }
        let shown = self.ledger.shown_at(room.as_str(), seq);
        if shown.is_some_and(|shown| shown != hash(entry.sender.as_str(), entry.cid.as_str())) {
            self.verdict.differing += 1;
            self.verdict
                .tell(format!("a list shows something else at {seq} of {room}"));
        }
        self.read_order(entry, written);
    }

    fn read_order(&mut self, entry: &Entry, written: Written) {
        let seq = entry.seq;
        let sender = &mut self.senders[written.tab];
        let newest = sender.newest.entry(entry.room.clone()).or_default();
        if !sender.seen.insert(written.nth) {
            self.verdict.doubled += 1;
            self.verdict
                .tell(format!("{written} is at {seq} a second time"));
        } else if written.nth < *newest {
            self.verdict.reordered += 1;
            self.verdict
                .tell(format!("{written} is at {seq}, after a later one"));
        } else {
            *newest = written.nth;
        }
    }

    /// The text of what is taken back has to be gone, and no other.
    fn note_text(&mut self, entry: &Entry, target: Option<u64>) {
        let Some(room) = self.rooms.get_mut(&entry.room) else {
            return;
        };
        let is_posted = entry.kind == Kind::Posted;
        let message = if is_posted { Some(entry.seq) } else { target };
        let message = message.unwrap_or_default();
        match entry.kind {
            Kind::Deleted => room.deleted.insert(message),
            Kind::Posted | Kind::Edited if entry.body.is_empty() => room.blank.insert(message),
            Kind::Posted | Kind::Edited => room.said.insert(message),
            _ => false,
        };
    }

    /// The log is read. The highest seq of each room, and the verdict.
    pub fn end(mut self) -> (BTreeMap<RoomId, u64>, Verdict) {
        for tab in 0..self.senders.len() {
            for nth in 1..=self.ledger.sends[tab].written() {
                if !self.senders[tab].seen.has(nth) {
                    self.miss(Written { tab, nth });
                }
            }
        }
        let mut tops = BTreeMap::new();
        for (id, room) in std::mem::take(&mut self.rooms) {
            for seq in room.blank.difference(&room.deleted) {
                self.strange(format!("the text of {seq} of {id} is gone"));
            }
            for seq in room.deleted.iter().filter(|seq| room.said.has(**seq)) {
                self.strange(format!("{seq} of {id} was taken back, and its text stands"));
            }
            tops.insert(id, room.top);
        }
        (tops, self.verdict)
    }

    /// What was written and is not in the log.
    fn miss(&mut self, written: Written) {
        let sent = self.ledger.sends[written.tab].get(written.nth);
        let sent = sent.expect("it was written");
        let room = &sent.room;
        match sent.fate {
            Fate::Stored(seq) => {
                self.verdict.lost += 1;
                self.verdict.tell(format!(
                    "{written} was stored at {seq} of {room}, and is lost"
                ));
            }
            Fate::Unknown => self.strange(format!("{written} was written, and is not there")),
            // Out of the room by then.
            Fate::Refused(Reason::RoomUnknown) if *room != RoomId::lobby() => {}
            Fate::Refused(Reason::MessageUnknown) if self.is_taken_back(&sent) => {}
            Fate::Refused(why) => self.strange(format!("{written} in {room} was refused: {why:?}")),
        }
    }

    fn is_taken_back(&self, sent: &Send) -> bool {
        let room = self.rooms.get(&sent.room);
        let is_so = |target: u64| room.is_some_and(|room| room.deleted.contains(&target));
        sent.target.is_some_and(is_so)
    }

    fn strange(&mut self, what: String) {
        self.verdict.strange += 1;
        self.verdict.tell(what);
    }
}

#[cfg(test)]
mod tests;
