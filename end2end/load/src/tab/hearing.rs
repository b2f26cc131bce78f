//! What the nodes tell a tab.

use client::Engine;
use protocol::{Cid, Event};

use super::Tab;
use crate::ledger::{Fate, Written};
use crate::world::Sent;

impl Tab {
    pub(super) async fn hear(&mut self, text: &str) {
        let event: Event = match serde_json::from_str(text) {
            Ok(event) => event,
            Err(error) => return self.judge(Err(format!("hears {text}: {error}"))),
        };
        let heard = self.witness.hear(&event);
        self.judge(heard);
        match &event {
            Event::Welcome { rooms, .. } => {
                self.seen.know(rooms);
                let open = self.engine.as_ref().map(Engine::room);
                let open = rooms.iter().find(|room| Some(&room.id) == open);
                self.awaited = open.map(|room| (room.id.clone(), room.top));
                self.is_reconnected = false;
                self.has_changed = true;
            }
            Event::Rooms { rooms, .. } => self.seen.know(rooms),
            Event::Accepted { cid, seq, .. } => self.answered(cid, Fate::Stored(*seq)),
            Event::Entry(entry) => {
                let told = self.seen.of(&entry.room);
                told.take(std::slice::from_ref(entry), &[]);
                self.time(&entry.cid);
            }
            Event::Entries {
                room,
                entries,
                closed,
                aside,
                ..
            } => {
                let told = self.seen.of(room);
                told.take(entries, closed);
                told.take_aside(aside);
            }
            _ => {}
        }
        let refused = match &event {
            Event::Rejected { cid, reason, .. } if !reason.is_retryable() => {
                self.answered(cid, Fate::Refused(*reason));
                Some(cid.clone())
            }
            _ => None,
        };
        self.tell(|engine, now| engine.hear(now, event)).await;
        if let Some(cid) = refused {
            self.tell(|engine, _| engine.discard(&cid)).await;
        }
    }

    fn answered(&self, cid: &Cid, fate: Fate) {
        let written = Written::parse(cid).filter(|written| written.tab == self.nth);
        let written = written.ok_or_else(|| format!("is told of {cid}"));
        let ledger = &self.world.ledger;
        self.judge(written.and_then(|written| ledger.answer(written, fate)));
        if let (Some(written), Fate::Stored(_)) = (Written::parse(cid), fate) {
            self.world.answer(written);
        }
    }

    /// How long a message of another node was on its way.
    fn time(&self, cid: &Cid) {
        let here = self.engine.as_ref().map(Engine::node);
        if let Some(sent) = self.send_of(cid)
            && here.is_some_and(|here| here != sent.node)
        {
            self.world.other_node.count(sent.at.elapsed());
            let after = sent.answered.map(|answered| answered.elapsed());
            self.world.after_answer.count(after.unwrap_or_default());
        }
    }

    fn send_of(&self, cid: &Cid) -> Option<Sent> {
        self.world.send_of(Written::parse(cid)?)
    }
}
