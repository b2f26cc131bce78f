//! What somebody writes at a tab.

use client::{Line, Message, Sending};
use protocol::{Kind, RoomId};

use super::Tab;
use crate::ledger::Written;
use crate::world::time_of_day;

/// How often somebody turns to another room before they write, and to the lobby among those, of a hundred.
const TURNS_PERCENT: u32 = 8;
const LOBBY_PERCENT: u32 = 40;

/// Lines at the end of the list that somebody answers or changes.
const NEAR: usize = 40;

impl Tab {
    pub(super) async fn write(&mut self) {
        self.next_write += self.world.pace.every.unwrap_or_default();
        if self.world.pace.is_varied && fastrand::u32(0..100) < TURNS_PERCENT {
            self.turn().await;
        }
        // Sometimes several at once: they have to stay in order.
        for _ in 0..fastrand::u8(1..=3) {
            let (kind, target) = if self.world.pace.is_varied {
                self.wish()
            } else {
                (Kind::Posted, None)
            };
            if !self.say(kind, target).await {
                return;
            }
        }
    }

    /// Puts another of the rooms on the screen.
    async fn turn(&mut self) {
        let Some(engine) = &self.engine else { return };
        let rooms = engine.rooms();
        let room = fastrand::choice(&rooms).filter(|_| fastrand::u32(0..100) >= LOBBY_PERCENT);
        let room = room.map_or(RoomId::lobby(), |room| room.id.clone());
        self.tell(|engine, now| engine.open_room(now, &room)).await;
        self.has_changed = true;
    }

    /// Mostly a message, sometimes an answer; or a change of what oneself wrote, or a sign beside what anybody wrote.
    fn wish(&self) -> (Kind, Option<u64>) {
        let mine = self.near(|message| message.mine);
        let any = self.near(|_| true);
        let wish = match fastrand::u32(0..100) {
            0..64 => (Kind::Posted, None),
            64..72 => (Kind::Posted, any),
            72..82 => (Kind::Edited, mine),
            82..86 => (Kind::Deleted, mine),
            86..95 => (Kind::Reacted, any),
            _ => (Kind::Unreacted, any),
        };
        let lacks_target = wish.0 != Kind::Posted && wish.1.is_none();
        if lacks_target {
            (Kind::Posted, None)
        } else {
            wish
        }
    }

    /// The place of a stored message near the end of the list that stands.
    fn near(&self, is_wanted: impl Fn(&Message) -> bool) -> Option<u64> {
        let lines = self.engine.as_ref()?.lines();
        let near = lines.iter().rev().take(NEAR);
        let seqs = near.filter_map(|line| match line {
            Line::Message(message) if is_wanted(message) && !message.deleted => {
                message.seq.filter(|_| message.state == Sending::Sent)
            }
            _ => None,
        });
        fastrand::choice(seqs.collect::<Vec<u64>>())
    }

    /// Whether it is on its way.
    async fn say(&mut self, kind: Kind, target: Option<u64>) -> bool {
        let world = self.world.clone();
        let Some(room) = self.engine.as_ref().map(|engine| engine.room().clone()) else {
            return false;
        };
        let sends = &world.ledger.sends[self.nth];
        let nth = sends.write(room, kind, target);
        let written = Written { tab: self.nth, nth };
        let (cid, says, at) = (written.cid(), written.says(kind), time_of_day());
        let sent = self.tell(|engine, now| match (kind, target) {
            (Kind::Edited, Some(seq)) => engine.edit(now, cid, seq, &says, at),
            (Kind::Deleted, Some(seq)) => engine.delete(now, cid, seq, at),
            (Kind::Reacted, Some(seq)) => engine.react(now, cid, seq, &says, true, at),
            (Kind::Unreacted, Some(seq)) => engine.react(now, cid, seq, &says, false, at),
            (_, Some(seq)) => engine.reply(now, cid, seq, &says, at),
            (_, None) => engine.send(now, cid, &says, at),
        });
        let is_sent = matches!(sent.await, Some(Ok(())));
        if !is_sent {
            sends.take_back();
        }
        is_sent
    }
}
