//! Somebody's socket: what they say, and what they are told.

use std::collections::BTreeMap;

use futures_util::{SinkExt as _, StreamExt as _};
use protocol::{
    Cid, Command, Cursor, Entry, Epoch, Event, Kind, Person, Reason, RoomId, RoomState, VERSION,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::person::cid;
use super::{Node, PATIENCE};

/// One socket, and what it has heard.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The room on the screen.
    pub room: RoomId,
    /// Its entries, in the order heard.
    pub entries: Vec<Entry>,
    /// The rooms one is in, as they were told last.
    pub rooms: BTreeMap<RoomId, RoomState>,
    /// The token of the welcome.
    pub token: String,
    pub nodes: Vec<String>,
    pub epoch: Epoch,
    /// Who is online stands still, as they were told last.
    is_stale: bool,
}

impl Client {
    pub async fn connect(
        node: &Node,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let url = format!("{}/ws", node.url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("an address");
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, value.parse().expect("a header"));
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self {
            socket,
            room: RoomId::lobby(),
            entries: Vec::new(),
            rooms: BTreeMap::new(),
            token: String::new(),
            nodes: Vec::new(),
            epoch: "none".parse().expect("an id"),
            is_stale: false,
        })
    }

    pub async fn says_hello(&mut self, token: Option<String>, cursors: BTreeMap<RoomId, Cursor>) {
        let open = self.room.clone();
        self.sends(&Command::Hello {
            version: VERSION,
            token,
            open,
            cursors,
        })
        .await;
    }

    /// Shows another room, from its newest page on.
    pub async fn opens(&mut self, room: &RoomId) {
        self.room = room.clone();
        self.entries.clear();
        let (room, cursor) = (room.clone(), None);
        self.sends(&Command::Open { room, cursor }).await;
        let room = self.room.clone();
        let is_there = |event: &Event| match event {
            Event::Entries { room: told, .. } if *told == room => Some(true),
            Event::RoomGone { room: told, .. } if *told == room => Some(false),
            _ => None,
        };
        assert!(self.hears_until(is_there).await, "{room} is there");
    }

    /// Waits until they are told that they are in this room.
    pub async fn is_let_into(&mut self, room: &RoomId) {
        while !self.rooms.contains_key(room) {
            self.hears().await;
        }
    }

    /// Waits until the room is gone for them; why, as they are told.
    pub async fn is_put_out_of(&mut self, room: &RoomId) -> Option<String> {
        let gone = self.hears_until(|event| match event {
            Event::RoomGone {
                room: told,
                message,
            } if told == room => Some(message.clone()),
            _ => None,
        });
        gone.await
    }

    /// Hears the welcome, the entries missed and who is online.
    pub async fn is_welcome(&mut self) {
        let welcome = self.hears().await;
        let Event::Welcome {
            token,
            nodes,
            epoch,
            ..
        } = welcome
        else {
            panic!("no welcome but {welcome:?}")
        };
        (self.token, self.nodes, self.epoch) = (token, nodes, epoch);
        self.hears_until(|event| matches!(event, Event::Online { .. }).then_some(()))
            .await;
    }

    pub async fn sends(&mut self, command: &Command) {
        let json = serde_json::to_string(command).expect("it serialises");
        self.sends_raw(Message::text(json)).await;
    }

    pub async fn sends_raw(&mut self, message: Message) {
        self.socket.send(message).await.expect("the socket is open");
    }

    /// Writes bytes below the WebSocket.
    pub async fn writes(&mut self, bytes: &[u8]) {
        use tokio::io::AsyncWriteExt as _;
        let MaybeTlsStream::Plain(stream) = self.socket.get_mut() else {
            panic!("no TLS here")
        };
        stream.write_all(bytes).await.expect("the socket is open");
    }

    /// Posts to the room on the screen and waits until it is stored.
    pub async fn says(&mut self, body: &str) -> u64 {
        let cid = cid();
        self.posts(&cid, body).await;
        self.is_answered(&cid)
            .await
            .unwrap_or_else(|reason| panic!("refused: {reason:?}"))
    }

    pub async fn posts(&mut self, cid: &Cid, body: &str) {
        let send = Command::Send {
            kind: Kind::Posted,
            target: None,
            cid: cid.clone(),
            room: self.room.clone(),
            body: body.to_owned(),
        };
        self.sends(&send).await;
    }

    /// The answer to a send: its seq, or why not.
    pub async fn is_answered(&mut self, wanted: &Cid) -> Result<u64, Reason> {
        self.hears_until(|event| match event {
            Event::Accepted { cid, seq, .. } if cid == wanted => Some(Ok(*seq)),
            Event::Rejected { cid, reason, .. } if cid == wanted => Some(Err(*reason)),
            _ => None,
        })
        .await
    }

    /// Waits until the room on the screen has shown this message.
    pub async fn sees(&mut self, body: &str) {
        if self.entries.iter().any(|entry| entry.body == body) {
            return;
        }
        self.hears_until(|event| match event {
            Event::Entry(entry) => (entry.body == body).then_some(()),
            Event::Entries { entries, .. } => {
                entries.iter().any(|entry| entry.body == body).then_some(())
            }
            _ => None,
        })
        .await;
    }

    /// Waits until who is online stands still, or does not any more.
    pub async fn is_told_stale(&mut self, stale: bool) {
        while self.is_stale != stale {
            self.hears().await;
        }
    }

    /// Waits until the next change of the online list that has this name, and checks that it is a join, or a leave.
    pub async fn is_told(&mut self, name: &str, joined: bool) {
        let names = |people: &[Person]| people.iter().any(|person| person.name.as_str() == name);
        let told = self.hears_until(|event| match event {
            Event::OnlineChanged { joined, .. } if names(joined) => Some(true),
            Event::OnlineChanged { left, .. } if names(left) => Some(false),
            _ => None,
        });
        assert_eq!(told.await, joined, "{name} came: true, went: false");
    }

    /// The bodies seen, in order.
    pub fn bodies(&self) -> Vec<&str> {
        self.entries
            .iter()
            .map(|entry| entry.body.as_str())
            .collect()
    }

    pub async fn hears_until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let hearing = async {
            loop {
                let event = self.hears().await;
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        // Around the whole: a heartbeat would begin each single wait anew.
        let found = timeout(PATIENCE, hearing).await;
        found.expect("what is waited for comes in time")
    }

    pub async fn hears(&mut self) -> Event {
        loop {
            match self.receives().await {
                Message::Text(text) => {
                    let event = serde_json::from_str(&text).expect("an event");
                    self.keep(&event);
                    return event;
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not an event: {other:?}"),
            }
        }
    }

    /// The next event, or the code of the close.
    pub async fn hears_or_is_closed(&mut self) -> Result<Event, u16> {
        loop {
            match self.receives().await {
                Message::Text(text) => {
                    let event = serde_json::from_str(&text).expect("an event");
                    self.keep(&event);
                    return Ok(event);
                }
                Message::Close(frame) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                _ => {}
            }
        }
    }

    /// Hears until the other side closes, and tells its code.
    pub async fn is_closed(&mut self) -> u16 {
        let closed = async {
            loop {
                if let Err(code) = self.hears_or_is_closed().await {
                    return code;
                }
            }
        };
        // Around the whole: a ping would begin each single wait anew.
        timeout(PATIENCE, closed).await.expect("it closes in time")
    }

    /// Says goodbye; returns when the node has let it go.
    pub async fn leaves(mut self) {
        self.sends_raw(Message::Close(None)).await;
        self.is_cut().await;
    }

    /// Hears until the connection is gone, whatever way it went.
    pub async fn is_cut(&mut self) {
        let gone = async { while let Some(Ok(_)) = self.socket.next().await {} };
        timeout(PATIENCE, gone)
            .await
            .expect("the connection ends in time");
    }

    async fn receives(&mut self) -> Message {
        let message = timeout(PATIENCE, self.socket.next())
            .await
            .expect("something comes in time");
        message
            .expect("the socket is open")
            .expect("the socket works")
    }

    fn keep(&mut self, event: &Event) {
        match event {
            Event::Entries {
                room,
                fresh,
                entries,
                ..
            } if *room == self.room => {
                if *fresh {
                    self.entries.clear();
                }
                self.entries.extend(entries.iter().cloned());
            }
            Event::Entry(entry) if entry.room == self.room => self.entries.push(entry.clone()),
            Event::Welcome { rooms, .. } | Event::Rooms { rooms, .. } => {
                let rooms = rooms.iter().cloned();
                self.rooms.extend(rooms.map(|room| (room.id.clone(), room)));
            }
            Event::RoomGone { room, .. } => drop(self.rooms.remove(room)),
            Event::OnlineStale { stale } => self.is_stale = *stale,
            _ => {}
        }
    }
}
