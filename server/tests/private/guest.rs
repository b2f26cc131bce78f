//! One socket of somebody, and what it has been told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Message;
use protocol::{Command, Cursor, Entry, Event, Gap, RoomId, RoomState, VERSION};
use server::node::Node;
use server::session::{self, Arrival};
use server::socket::Socket;
use server::store::random_id;
use tokio::time::{sleep, timeout};

use crate::in_process::{self, GuestEnd};
use crate::place::Somebody;

/// In the test's own time: when it has passed, all that was to happen has.
pub const A_WHILE: Duration = Duration::from_secs(1);

pub struct Guest {
    wire: GuestEnd,
    room: RoomId,
    /// The seqs told of the room, in order.
    pub seqs: Vec<u64>,
    pub closed: Vec<Gap>,
    /// Whether the last entries told took the place of those before.
    pub was_fresh: bool,
    /// The last entry of the room.
    pub last: Option<Entry>,
    /// What was told when the room was gone, if it is.
    pub gone: Option<Option<String>>,
    /// The rooms told, and told again.
    pub rooms: Vec<RoomState>,
    /// Everything that was told, as text.
    pub told: Vec<String>,
    pub close: Option<u16>,
}

impl Guest {
    /// Opens a socket and the room, and is told all there is.
    pub async fn enters(node: &Arc<Node>, who: &Somebody, room: &RoomId) -> Self {
        Self::comes_back(node, who, room, None).await
    }

    /// Opens a socket and the room from this place on.
    pub async fn comes_back(
        node: &Arc<Node>,
        who: &Somebody,
        room: &RoomId,
        cursor: Option<Cursor>,
    ) -> Self {
        let mut guest = Self::arrives(node, who, room, cursor);
        guest.listens().await;
        guest
    }

    /// Opens a socket, and has heard nothing yet.
    pub fn arrives(
        node: &Arc<Node>,
        who: &Somebody,
        room: &RoomId,
        cursor: Option<Cursor>,
    ) -> Self {
        let (near, far) = in_process::connect();
        tokio::spawn(session::run(Arrival {
            chat: node.chat.clone(),
            admission: node.admission.clone(),
            socket: Socket::simulated(Box::new(near)),
            token: Some(who.token.clone()),
            id: random_id::<8, _>(),
        }));
        let mut guest = Self {
            wire: far,
            room: room.clone(),
            seqs: Vec::new(),
            closed: Vec::new(),
            was_fresh: false,
            last: None,
            gone: None,
            rooms: Vec::new(),
            told: Vec::new(),
            close: None,
        };
        guest.says(&Command::Hello {
            version: VERSION,
            token: None,
            open: room.clone(),
            cursors: BTreeMap::from_iter(cursor.map(|cursor| (room.clone(), cursor))),
        });
        guest
    }

    /// Gathers what is told of this room from here on, whatever room is open.
    pub fn gathers(&mut self, room: &RoomId) {
        self.room = room.clone();
        self.seqs.clear();
    }

    /// Opens the room from this place on.
    pub async fn opens(&mut self, cursor: Option<Cursor>) {
        let room = self.room.clone();
        self.says(&Command::Open { room, cursor });
        self.listens().await;
    }

    /// Opens the room from where it was left.
    pub async fn opens_again(&mut self) {
        let cursor = self.last.as_ref().map(|last| Cursor {
            epoch: "e1".parse().expect("an id"),
            seq: last.seq,
            tag: Some(last.tag()),
        });
        self.opens(cursor).await;
    }

    pub fn says(&mut self, command: &Command) {
        let text = serde_json::to_string(command).expect("a command is JSON");
        let _ = self.wire.to_node.send(Message::text(text)); // who has closed does not listen
    }

    pub fn stops_reading(&self) {
        self.wire.stops_reading();
    }

    /// Takes all there is, and what is still to come.
    pub async fn reads_on(&mut self) {
        self.wire.reads_on();
        self.listens().await;
    }

    /// Takes what comes in a while.
    pub async fn listens(&mut self) {
        sleep(A_WHILE).await;
        while let Ok(message) = self.wire.from_node.try_recv() {
            self.takes(message);
        }
    }

    /// The code it is closed with, and after what time.
    pub async fn is_closed(&mut self, time: Duration) -> Option<u16> {
        let closing = async {
            while self.close.is_none() {
                let Some(message) = self.wire.from_node.recv().await else {
                    return;
                };
                self.takes(message);
            }
        };
        let _ = timeout(time, closing).await; // the code tells
        self.close
    }

    fn takes(&mut self, message: Message) {
        match message {
            Message::Text(text) => {
                self.told.push(text.to_string());
                self.hears(serde_json::from_str(&text).expect("an event"));
            }
            Message::Close(frame) => self.close = frame.map(|frame| frame.code),
            _ => {}
        }
    }

    fn hears(&mut self, event: Event) {
        match event {
            Event::Entry(entry) if entry.room == self.room => {
                self.seqs.push(entry.seq);
                self.last = Some(entry);
            }
            Event::Entries {
                room,
                fresh,
                entries,
                closed,
                ..
            } if room == self.room => {
                if fresh {
                    self.seqs.clear();
                    self.closed.clear();
                }
                self.was_fresh = fresh;
                self.seqs.extend(entries.iter().map(|entry| entry.seq));
                self.closed.extend(closed);
                self.last = entries.into_iter().last().or(self.last.take());
            }
            Event::RoomGone { room, message } if room == self.room => self.gone = Some(message),
            Event::Welcome { rooms, .. } => self.rooms = rooms,
            Event::Rooms { rooms, .. } => {
                if rooms.iter().any(|room| room.id == self.room) {
                    self.gone = None;
                }
                self.rooms.extend(rooms);
            }
            _ => {}
        }
    }
}
