//! RFC 6455 from the outside: the groups of cases the Autobahn suite has for servers, written as raw frames to a real node.

#[path = "../world/mod.rs"]
mod world;

mod closing;
mod fragments;
mod framing;
mod limits;
mod text;

use protocol::Reason;
use world::raw::{FIN, Heard, Raw, TEXT, close, frame};
use world::{Node, Visitor, World};

pub const HEARTBEAT: &[u8] = br#"{"type":"heartbeat"}"#;

/// What a client writes, in these pieces, and what it then hears.
pub struct Case {
    name: String,
    pieces: Vec<Vec<u8>>,
    answers: Vec<Answer>,
}

#[derive(Debug, Clone)]
pub enum Answer {
    Heartbeat,
    /// An in-band error; the session lives on.
    Error(Reason),
    Pong(Vec<u8>),
    /// A close with one of these codes.
    Closed(&'static [u16]),
}

impl Case {
    /// `frames` are written at once; after the answers the session must live, unless the last of them is a close.
    pub fn new(name: impl Into<String>, frames: &[Vec<u8>], answers: &[Answer]) -> Self {
        Self {
            name: name.into(),
            pieces: vec![frames.concat()],
            answers: answers.to_vec(),
        }
    }

    pub fn closed(name: impl Into<String>, frames: &[Vec<u8>], codes: &'static [u16]) -> Self {
        Self::new(name, frames, &[Answer::Closed(codes)])
    }

    /// The same, written byte by byte.
    pub fn dripped(self) -> Self {
        let pieces = self.pieces.concat();
        Self {
            name: format!("{}, byte by byte", self.name),
            pieces: pieces.chunks(1).map(<[u8]>::to_vec).collect(),
            ..self
        }
    }

    async fn run(&self, node: &Node, cookie: &str) -> Result<(), String> {
        let mut raw = Raw::enters(node, cookie).await;
        for piece in &self.pieces {
            raw.writes(piece).await;
        }
        for wanted in &self.answers {
            let heard = answer(&mut raw).await;
            if !wanted.is(&heard) {
                return Err(format!("{wanted:?} was expected, but came {heard:?}"));
            }
        }
        match self.answers.last() {
            Some(Answer::Closed(_)) => ends(&mut raw).await,
            _ => lives(&mut raw).await,
        }
    }
}

impl Answer {
    fn is(&self, heard: &Heard) -> bool {
        match (self, heard) {
            (Self::Heartbeat, Heard::Text(text)) => text == r#"{"type":"heartbeat"}"#,
            (Self::Error(reason), Heard::Text(text)) => {
                let reason = serde_json::to_string(reason).expect("it serialises");
                text.starts_with(&format!(r#"{{"type":"error","reason":{reason}"#))
            }
            (Self::Pong(payload), Heard::Pong(heard)) => payload == heard,
            (Self::Closed(codes), Heard::Close(code)) => codes.contains(code),
            _ => false,
        }
    }
}

async fn lives(raw: &mut Raw) -> Result<(), String> {
    raw.writes(&frame(FIN | TEXT, HEARTBEAT)).await;
    match answer(raw).await {
        heard if Answer::Heartbeat.is(&heard) => Ok(()),
        heard => Err(format!("the session should live, but came {heard:?}")),
    }
}

/// A close is the last that comes, and it was no reset that might have overtaken it.
async fn ends(raw: &mut Raw) -> Result<(), String> {
    raw.writes(&close(1000, b"")).await;
    match raw.hears().await {
        Heard::End => Ok(()),
        heard => Err(format!(
            "nothing should follow the close, but came {heard:?}"
        )),
    }
}

/// What comes next, but for pings and what others do.
async fn answer(raw: &mut Raw) -> Heard {
    loop {
        let heard = raw.hears().await;
        let is_news =
            |text: &str| !text.contains(r#""type":"error""#) && !text.contains("heartbeat");
        match &heard {
            Heard::Ping => {}
            Heard::Text(text) if is_news(text) => {}
            _ => return heard,
        }
    }
}

/// Runs all cases on a node of their own and tells all that failed.
async fn check(cases: Vec<Case>) {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut failed = Vec::new();
    for case in &cases {
        if let Err(why) = case.run(&node, &visitor.cookie).await {
            failed.push(format!("{}: {why}", case.name));
        }
    }
    println!("{} cases", cases.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
