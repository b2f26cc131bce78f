//! What somebody does at a tab.

use std::sync::Arc;

use client::{Engine, Line, Message, Millis, Sending};
use protocol::{Cid, Kind, Reason, RoomId};

use super::{Tab, Written};

const EMOJI: [&str; 2] = ["👍", "🎉"];

impl Tab {
    /// Writes a message, now and then as an answer, if the page is there.
    pub fn write(self: &Arc<Self>) {
        let answered = self.any_message(|_| true);
        let answered = answered.filter(|_| self.cluster.chance.permille(200));
        let body = format!("{} of {}", self.tries() + 1, self.name);
        self.say(Kind::Posted, &body, |engine, now, cid| match answered {
            Some(seq) => engine.reply(now, cid, seq, &body, now),
            None => engine.send(now, cid, &body, now),
        });
    }

    /// Changes what one wrote, takes it back, or sets an emoji beside what anybody wrote.
    pub fn change(self: &Arc<Self>) {
        let mine = self.any_message(|message| message.mine);
        let any = self.any_message(|_| true);
        let emoji = EMOJI[self.cluster.chance.one_of(EMOJI.len())];
        match (self.cluster.chance.number(0..=9), mine, any) {
            (0..4, Some(seq), _) => {
                let body = format!("{}, as {} has it now", self.tries() + 1, self.name);
                self.say(Kind::Edited, &body, |engine, now, cid| {
                    engine.edit(now, cid, seq, &body, now)
                });
            }
            (4..6, Some(seq), _) => self.say(Kind::Deleted, "", |engine, now, cid| {
                engine.delete(now, cid, seq, now)
            }),
            (6..9, _, Some(seq)) => self.say(Kind::Reacted, emoji, |engine, now, cid| {
                engine.react(now, cid, seq, emoji, true, now)
            }),
            (_, _, Some(seq)) => self.say(Kind::Unreacted, emoji, |engine, now, cid| {
                engine.react(now, cid, seq, emoji, false, now)
            }),
            _ => {}
        }
    }

    /// Puts another of the rooms on the screen.
    pub fn turn(self: &Arc<Self>) {
        let rooms = self.rooms();
        if !rooms.is_empty() {
            let room = &rooms[self.cluster.chance.one_of(rooms.len())];
            self.turn_to(room);
        }
    }

    pub fn turn_to(self: &Arc<Self>, room: &RoomId) {
        self.note(format_args!("turns to {room}"));
        self.tell(|engine, now| engine.open_room(now, room));
    }

    /// Looks at all there is on the screen.
    pub fn look(self: &Arc<Self>) {
        if let Some(seq) = self.last_seq() {
            self.tell(|engine, now| engine.seen(now, seq));
        }
    }

    /// The rooms in its list.
    pub fn rooms(&self) -> Vec<RoomId> {
        let rooms = self.read(|engine| engine.rooms().into_iter().map(|room| room.id).collect());
        rooms.unwrap_or_default()
    }

    /// The newest message of the log that is shown.
    pub fn last_seq(&self) -> Option<u64> {
        let seq = |line: &Line| match line {
            Line::Message(message) => message.seq,
            Line::Notice(_) | Line::Fact(_) => None,
        };
        self.read(|engine| engine.lines().iter().filter_map(seq).max())?
    }

    /// A stored message on the screen that stands.
    fn any_message(&self, is_wanted: impl Fn(&Message) -> bool) -> Option<u64> {
        let seq = |line: &Line| match line {
            Line::Message(message) if is_wanted(message) && !message.deleted => {
                message.seq.filter(|_| message.state == Sending::Sent)
            }
            _ => None,
        };
        let seqs = self.read(|engine| engine.lines().iter().filter_map(seq).collect::<Vec<u64>>());
        let seqs = seqs.filter(|seqs| !seqs.is_empty())?;
        Some(seqs[self.cluster.chance.one_of(seqs.len())])
    }

    fn tries(&self) -> u64 {
        self.state().tries
    }

    fn say(
        self: &Arc<Self>,
        kind: Kind,
        body: &str,
        say: impl FnOnce(&mut Engine, Millis, Cid) -> Result<(), Reason>,
    ) {
        let nth = {
            let mut state = self.state();
            state.tries += 1;
            state.tries
        };
        let cid: Cid = format!("{}-{nth}", self.name).parse().expect("an id");
        let room = self.state().room.clone();
        let written = Written {
            room,
            cid: cid.clone(),
            kind,
            body: body.to_owned(),
        };
        let said = self.tell(|engine, now| say(engine, now, cid.clone()));
        if said == Some(Ok(())) {
            self.note(format_args!("says {cid}, {kind:?}"));
            self.state().written.push(written);
        }
    }
}
