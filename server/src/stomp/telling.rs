//! What a client is told: the session's events as messages of its subscriptions.

use protocol::{Cid, Command, Entry, Event, Kind, Name, RoomId};

use super::body::Shown;
use super::client::Client;
use super::destination::Ear;
use super::end::{End, busy};
use super::present::Change;
use super::saying::No;
use crate::chat::Refusal;

/// In whose name the server speaks; nobody else may have it.
const OURSELVES: &str = "Confab";

impl Client {
    pub(super) async fn tell_event(&mut self, event: Event) -> Result<(), End> {
        let Some(inside) = &mut self.inside else {
            return Ok(());
        };
        match event {
            Event::Welcome { rooms, .. } => {
                inside.learn(rooms);
                inside.is_welcome = true;
                let receipt = inside.receipt.take();
                self.come_in_everywhere().await?;
                self.acknowledge(receipt.as_deref());
            }
            Event::Rooms { rooms, .. } => {
                for room in inside.learn(rooms) {
                    let cursor = None;
                    inside.does(&Command::Open { room, cursor })?;
                }
            }
            Event::RoomGone { room, message } => self.tell_gone(&room, message),
            Event::Entry(entry) => self.tell_entries(vec![entry], false),
            Event::Entries { entries, fresh, .. } => self.tell_entries(entries, fresh),
            Event::Online { people, count, .. } => {
                let change = inside.present.replace(people, count);
                self.tell_change(&change);
            }
            Event::OnlineChanged { joined, left, .. } => {
                let change = inside.present.change(joined, left);
                self.tell_change(&change);
            }
            Event::Accepted { cid, .. } => self.tell_answer(&cid, Ok(()))?,
            Event::Rejected {
                cid,
                reason,
                retry_after_ms,
            } => {
                let refusal = Refusal {
                    reason,
                    retry_after_ms,
                };
                self.tell_answer(&cid, Err(refusal))?;
            }
            Event::Error { message, .. } => inside.last_word = Some(message),
            Event::TryAgain { retry_after_ms } => {
                inside.last_word = Some(busy(retry_after_ms.div_ceil(1_000)));
            }
            _ => {}
        }
        Ok(())
    }

    /// What became of a send.
    fn tell_answer(&mut self, cid: &Cid, answer: Result<(), Refusal>) -> Result<(), End> {
        let inside = self.inside.as_mut();
        let Some(pending) = inside.and_then(|inside| inside.pending.remove(cid)) else {
            return Ok(());
        };
        let receipt = pending.receipt.as_deref();
        match answer {
            Ok(()) => {
                self.acknowledge(receipt);
                Ok(())
            }
            Err(refusal) => self.refuse(refusal.into(), &pending.destination, receipt),
        }
    }

    fn tell_entries(&mut self, entries: Vec<Entry>, is_whole: bool) {
        let Some(inside) = &mut self.inside else {
            return;
        };
        for entry in inside.fresh(entries, is_whole) {
            self.tell_entry(&entry);
        }
    }

    fn tell_entry(&mut self, entry: &Entry) {
        let Some(inside) = &self.inside else {
            return;
        };
        let is_direct = inside.is_direct(&entry.room);
        let (kind, sender, content) = match entry.kind {
            // Of what was taken back nothing is left to show.
            Kind::Posted | Kind::Notice if !entry.body.is_empty() => {
                ("CHAT", entry.name.as_str(), entry.body.as_str())
            }
            Kind::Added if !is_direct => ("JOIN", entry.body.as_str(), ""),
            Kind::Removed if !is_direct => ("LEAVE", entry.body.as_str(), ""),
            _ => return,
        };
        let recipient = if is_direct {
            inside.recipient(entry)
        } else {
            None
        };
        let json = Shown {
            kind,
            sender,
            content,
            recipient,
            room: Some(&entry.room),
            seq: Some(entry.seq),
            timestamp: Some(entry.at),
            reason: None,
        }
        .json();
        let id = format!("{}-{}", entry.room, entry.seq);
        let hears = |ear: &Ear| match ear {
            Ear::Room(room) => *room == entry.room,
            Ear::Direct(_) => is_direct,
            Ear::Errors => false,
        };
        self.message(&json, &id, hears);
    }

    fn tell_change(&mut self, change: &Change) {
        self.tell_own_join();
        for (kind, names) in [("LEAVE", &change.left), ("JOIN", &change.joined)] {
            for name in names {
                self.tell_presence(kind, name);
            }
        }
    }

    /// The user's own coming, to who listens to it.
    pub(super) fn tell_own_join(&mut self) {
        let in_lobby = |ear: &Ear| *ear == Ear::Room(RoomId::lobby());
        let is_heard = self.subscriptions.iter().any(|known| in_lobby(&known.ear));
        let inside = self.inside.as_mut().filter(|_| is_heard);
        if let Some(name) = inside.and_then(|inside| inside.present.own_join()) {
            self.tell_presence("JOIN", &name);
        }
    }

    fn tell_presence(&mut self, kind: &str, name: &Name) {
        let lobby = RoomId::lobby();
        let json = Shown {
            kind,
            sender: name.as_str(),
            room: Some(&lobby),
            ..Shown::default()
        }
        .json();
        let id = self.next_id();
        self.message(&json, &id, |ear| *ear == Ear::Room(lobby.clone()));
    }

    /// The user is out of a room.
    fn tell_gone(&mut self, room: &RoomId, why: Option<String>) {
        let Some(inside) = &mut self.inside else {
            return;
        };
        if let Some(known) = inside.rooms.get_mut(room) {
            known.is_in = false;
        }
        let name = inside.me.name.clone();
        let why = why.unwrap_or_else(|| "you are not in this room any more".to_owned());
        let json = Shown {
            kind: "LEAVE",
            sender: name.as_str(),
            content: &why,
            room: Some(room),
            ..Shown::default()
        }
        .json();
        let id = self.next_id();
        self.message(&json, &id, |ear| *ear == Ear::Room(room.clone()));
    }

    /// Shows a refusal where the client looks: to its errors, or else where it sent to, or else where it listens. One that
    /// listens nowhere, or waits for a receipt, is told by an ERROR, which ends the connection.
    pub(super) fn refuse(
        &mut self,
        no: No,
        destination: &str,
        receipt: Option<&str>,
    ) -> Result<(), End> {
        let ears: Vec<&Ear> = self.subscriptions.iter().map(|known| &known.ear).collect();
        let own = Ear::parse(destination).ok();
        let own = own.as_ref().unwrap_or(&Ear::Errors);
        let found = [&Ear::Errors, own]
            .into_iter()
            .find(|ear| ears.contains(ear));
        let shown_to = found.or_else(|| ears.first().copied()).cloned();
        let (None, Some(shown_to)) = (receipt, shown_to) else {
            return Err(End::refused(no.says, receipt));
        };
        let json = Shown {
            // Pages show what they take for a message of somebody.
            kind: if shown_to == Ear::Errors {
                "ERROR"
            } else {
                "CHAT"
            },
            sender: OURSELVES,
            content: &no.says,
            reason: Some(&no.reason),
            ..Shown::default()
        }
        .json();
        let id = self.next_id();
        self.message(&json, &id, |ear| *ear == shown_to);
        Ok(())
    }

    /// A message for each subscription that hears it.
    fn message(&mut self, json: &str, id: &str, hears: impl Fn(&Ear) -> bool) {
        for nth in 0..self.subscriptions.len() {
            let known = &self.subscriptions[nth];
            if !hears(&known.ear) {
                continue;
            }
            let mut headers = vec![
                ("destination", known.destination.as_str()),
                ("content-type", "application/json"),
                ("message-id", id),
            ];
            headers.extend(known.id.as_deref().map(|id| ("subscription", id)));
            let frame = self.write("MESSAGE", &headers, json);
            self.tell.push(frame);
        }
    }

    /// An id of what stands in no log.
    fn next_id(&mut self) -> String {
        self.told += 1;
        format!("{}-{}", self.id, self.told)
    }
}
