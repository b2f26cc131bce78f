//! Somebody's stream: what they say by POST, and what they are told.

use std::collections::BTreeMap;

use protocol::{Command, Cursor, Entry, Epoch, Event, Kind, RoomId, VERSION};
use reqwest::{RequestBuilder, Response};
use tokio::time::timeout;

use crate::world::person::cid;
use crate::world::{Node, PATIENCE, Visitor};

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    Frame(Box<Event>),
    Ping,
    /// A comment: the stream is there.
    Sign,
    Close(u16),
    /// The answer is at its end.
    End,
}

/// One stream, and what was heard over it.
pub struct Listener {
    answer: Response,
    buffer: String,
    /// What it is called in posts.
    pub name: String,
    pub entries: Vec<Entry>,
    pub token: String,
    pub epoch: Epoch,
    http: reqwest::Client,
    url: String,
}

impl Listener {
    /// A stream without a hello.
    pub async fn connects(node: &Node, visitor: &Visitor) -> Self {
        let request = visitor.request(node, "GET", "/stream");
        Self::over(request, node).await
    }

    pub async fn over(request: RequestBuilder, node: &Node) -> Self {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        let mut listener = Self {
            answer,
            buffer: String::new(),
            name: String::new(),
            entries: Vec::new(),
            token: String::new(),
            epoch: "none".parse().expect("an id"),
            http: reqwest::Client::new(),
            url: format!("{}/stream", node.url),
        };
        let first = listener.takes().await.expect("an event");
        let name = first.strip_prefix("event: stream\ndata: ");
        listener.name = name.expect("its name comes first").to_owned();
        listener
    }

    /// A stream, and the lobby from its newest page on.
    pub async fn enters(node: &Node, visitor: &Visitor) -> Self {
        let mut listener = Self::connects(node, visitor).await;
        listener.says_hello(None, BTreeMap::new()).await;
        listener.is_welcome().await;
        listener
    }

    pub async fn says_hello(&mut self, token: Option<String>, cursors: BTreeMap<RoomId, Cursor>) {
        let hello = Command::Hello {
            version: VERSION,
            token,
            open: RoomId::lobby(),
            cursors,
        };
        assert_eq!(self.sends(&hello).await, 204);
    }

    pub async fn is_welcome(&mut self) {
        let welcome = self.hears().await;
        let Event::Welcome { token, epoch, .. } = welcome else {
            panic!("no welcome but {welcome:?}")
        };
        (self.token, self.epoch) = (token, epoch);
        self.hears_until(|event| matches!(event, Event::Online { .. }).then_some(()))
            .await;
    }

    /// Posts a command; the status of the answer.
    pub async fn sends(&self, command: &Command) -> u16 {
        self.posts(&serde_json::to_string(command).expect("it serialises"))
            .await
    }

    /// Posts this as a command; the status of the answer.
    pub async fn posts(&self, frame: &str) -> u16 {
        self.posts_to(&self.url, frame).await
    }

    /// The same to the address of another node.
    pub async fn posts_to(&self, url: &str, frame: &str) -> u16 {
        let body = format!("{}\n{frame}", self.name);
        let posted = self.http.post(url).body(body).send().await;
        posted.expect("an answer").status().as_u16()
    }

    /// Posts to the lobby and waits until it is stored.
    pub async fn says(&mut self, body: &str) -> u64 {
        let wanted = cid();
        let send = Command::Send {
            cid: wanted.clone(),
            room: RoomId::lobby(),
            kind: Kind::Posted,
            target: None,
            body: body.to_owned(),
        };
        assert_eq!(self.sends(&send).await, 204);
        self.hears_until(|event| match event {
            Event::Accepted { cid, seq, .. } if *cid == wanted => Some(*seq),
            Event::Rejected { cid, reason, .. } if *cid == wanted => panic!("refused: {reason:?}"),
            _ => None,
        })
        .await
    }

    /// Waits until the lobby has shown this message.
    pub async fn sees(&mut self, body: &str) {
        while !self.entries.iter().any(|entry| entry.body == body) {
            self.hears().await;
        }
    }

    pub fn bodies(&self) -> Vec<&str> {
        let bodies = self.entries.iter().map(|entry| entry.body.as_str());
        bodies.collect()
    }

    pub async fn hears_until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let hearing = async {
            loop {
                if let Some(found) = wanted(&self.hears().await) {
                    return found;
                }
            }
        };
        let found = timeout(PATIENCE, hearing).await;
        found.expect("what is waited for comes in time")
    }

    /// The next event; a ping is answered.
    pub async fn hears(&mut self) -> Event {
        loop {
            match self.is_told_next().await {
                Told::Frame(event) => return *event,
                Told::Ping => assert_eq!(self.posts("").await, 204),
                Told::Sign => {}
                other => panic!("not an event: {other:?}"),
            }
        }
    }

    /// Hears until it is told why it ends, which is the last it is told.
    pub async fn is_closed(&mut self) -> u16 {
        let closed = async {
            loop {
                match self.is_told_next().await {
                    Told::Close(code) => return code,
                    Told::End => panic!("it ends without a reason"),
                    _ => {}
                }
            }
        };
        let code = timeout(PATIENCE, closed).await.expect("it closes in time");
        assert_eq!(self.is_told_next().await, Told::End);
        code
    }

    pub async fn is_told_next(&mut self) -> Told {
        let taken = timeout(2 * PATIENCE, self.takes()).await;
        let Some(event) = taken.expect("something comes in time") else {
            return Told::End;
        };
        if event == ":" {
            return Told::Sign;
        }
        if event == "event: ping\ndata: ping" {
            return Told::Ping;
        }
        if let Some(code) = event.strip_prefix("event: close\ndata: ") {
            return Told::Close(code.parse().expect("a code"));
        }
        let frame = event.strip_prefix("data: ").expect("a frame");
        let event: Event = serde_json::from_str(frame).expect("an event");
        self.keep(&event);
        Told::Frame(Box::new(event))
    }

    /// The lines of the next event; none at the end.
    async fn takes(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let event = event.to_owned();
                self.buffer = rest.to_owned();
                return Some(event);
            }
            let chunk = self.answer.chunk().await.expect("the stream works")?;
            // An event is one chunk here, so no character is cut.
            self.buffer += std::str::from_utf8(&chunk).expect("UTF-8");
        }
    }

    fn keep(&mut self, event: &Event) {
        match event {
            Event::Entries { fresh, entries, .. } => {
                if *fresh {
                    self.entries.clear();
                }
                self.entries.extend(entries.iter().cloned());
            }
            Event::Entry(entry) => self.entries.push(entry.clone()),
            _ => {}
        }
    }
}
