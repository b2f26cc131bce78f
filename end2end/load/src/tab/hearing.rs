//! What the nodes tell a tab.

use client::Engine;
use protocol::{Cid, Event, RoomId};

use super::Tab;
use crate::ledger::Written;
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
                let lobby = rooms.iter().find(|room| room.id == RoomId::lobby());
                self.awaited = lobby.map(|room| room.top);
                self.is_reconnected = false;
                self.has_changed = true;
            }
            Event::Accepted { cid, seq, .. } => {
                let written = Written::parse(cid).filter(|written| written.tab == self.nth);
                let written = written.ok_or_else(|| format!("is told of {cid}"));
                let ledger = &self.world.ledger;
                self.judge(written.and_then(|written| ledger.accept(written, *seq)));
                if let Some(written) = Written::parse(cid) {
                    self.world.answer(written);
                }
            }
            Event::Entry(entry) => self.time(&entry.cid),
            Event::Rejected { cid, reason, .. } if !reason.is_retryable() => {
                self.judge(Err(format!("is refused {cid}: {reason:?}")));
            }
            _ => {}
        }
        self.tell(|engine, now| engine.hear(now, event)).await;
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
