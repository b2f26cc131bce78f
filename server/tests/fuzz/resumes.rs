//! What clients say when they come back, to a whole node with a log of its own.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::ws::Message;
use bolero::check;
use protocol::{Close, Command, Cursor, Entry, Epoch, Event, Kind, Name, Person, RoomId, limits};
use server::node::Node;
use server::session::{self, Arrival};
use server::socket::Socket;
use server::store::memory::Memory;
use server::store::{Draft, Reader, Span, Token};

use crate::damage::{corpus, damaged, damages};
use crate::in_process::{self, GuestEnd, open};

/// A little more than a resume brings.
const ENTRIES: usize = limits::RESUME_ENTRIES_MAX + 20;

/// Longer than any answer takes; nobody waits for it, as the clock is the test's.
const A_WHILE: Duration = Duration::from_millis(500);

/// Places whose tags the corpus knows as TAG7 and TAG400: one further back than a resume goes, one not.
const SEEN: [usize; 2] = [7, 400];

struct Room {
    runtime: tokio::runtime::Runtime,
    node: std::sync::Arc<Node>,
    ann: Person,
    token: Token,
    /// How often a cursor was known and gone on from.
    gone_on: Cell<usize>,
}

impl Room {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let (node, ann, token) = runtime.block_on(talked_in());
        Self {
            runtime,
            node,
            ann,
            token,
            gone_on: Cell::new(0),
        }
    }

    /// A session whose frames are these lines. Checks what it is told.
    fn takes(&mut self, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return; // the WebSocket lets none through
        };
        let log = self.runtime.block_on(self.read());
        let mut text = text.to_owned();
        for seq in SEEN {
            let tag = String::from(log[seq - 1].tag());
            text = text.replace(&format!("TAG{seq}"), &tag);
        }
        let grown = self.runtime.block_on(self.talks(&text));
        if grown > 2 * ENTRIES {
            *self = Self::new();
        }
    }

    /// The length of the log afterwards.
    async fn talks(&self, text: &str) -> usize {
        let log = self.read().await;
        let (near, mut far) = in_process::connect();
        let session = tokio::spawn(session::run(Arrival {
            chat: self.node.chat.clone(),
            admission: self.node.admission.clone(),
            socket: Socket::simulated(Box::new(near)),
            token: Some(self.token.clone()),
            id: "session".parse().expect("an id"),
        }));
        let mut lines = text.split('\n');
        let hello = lines.next().unwrap_or_default();
        let greeting = says(&mut far, hello).await;
        let goes_on = check_greeting(hello, &greeting, &log, self.node.chat.delivery.log.epoch());
        self.gone_on.set(self.gone_on.get() + usize::from(goes_on));
        let mut is_closed = matches!(greeting[..], [.., Err(_)]);
        while let Some(line) = lines.next().filter(|_| !is_closed) {
            let answer = says(&mut far, line).await;
            is_closed = check_answer(line, &answer);
        }
        drop(far);
        session.await.expect("no session panics");
        let grown = self.read().await;
        assert_eq!(grown[..log.len()], log, "what is stored stays");
        assert!(
            grown[log.len()..]
                .iter()
                .all(|entry| entry.sender == self.ann.id)
        );
        grown.len()
    }

    async fn read(&self) -> Vec<Entry> {
        let log = &self.node.chat.delivery.log;
        let all = Span::After {
            seq: 0,
            limit: 1_000_000,
        };
        let page = log.read(Reader::Node, &RoomId::lobby(), all).await;
        page.expect("the lobby is there").entries
    }
}

/// A node alone, with a lobby somebody has talked in.
async fn talked_in() -> (std::sync::Arc<Node>, Person, Token) {
    let store = Memory::new("e1".parse().expect("an id")).open();
    let name = Name::parse("Ann").expect("a name");
    let (ann, token) = store.directory.join(name).await.expect("the name is free");
    for nth in 0..ENTRIES {
        let draft = Draft {
            room: RoomId::lobby(),
            sender: ann.clone(),
            cid: format!("before-{nth}").parse().expect("an id"),
            kind: Kind::Posted,
            target: None,
            body: nth.to_string(),
            enclosed: None,
            at: nth as u64,
        };
        store.log.append(draft).await.expect("it is stored");
    }
    (open(store).await, ann, token)
}

/// Says one frame, and tells all that comes then; the close as its code.
async fn says(client: &mut GuestEnd, frame: &str) -> Vec<Result<Event, u16>> {
    client.says(frame);
    tokio::time::sleep(A_WHILE).await;
    let event = |message| match message {
        Message::Text(text) => Some(Ok(serde_json::from_str(&text).expect("an event"))),
        Message::Close(frame) => Some(Err(frame.map_or(1005, |frame| frame.code))),
        _ => None,
    };
    client.takes_all().into_iter().filter_map(event).collect()
}

/// A hello gets a welcome and exactly what was missed of the open room, or a fresh page; anything else gets a true close.
/// Tells whether a cursor was gone on from.
fn check_greeting(hello: &str, told: &[Result<Event, u16>], log: &[Entry], epoch: &Epoch) -> bool {
    let Some(Ok(Event::Welcome { .. })) = told.first() else {
        let closes = [Close::NoHello, Close::Version, Close::Policy].map(|close| Err(close.code()));
        assert!(matches!(told, [only] if closes.contains(only)), "{told:?}");
        return false;
    };
    let hello = serde_json::from_str(hello).expect("only a hello is welcome");
    let Command::Hello { open, cursors, .. } = hello else {
        panic!("welcome: {hello:?}");
    };
    if open != RoomId::lobby() {
        return false;
    }
    let runs = told.iter().filter_map(|event| match event {
        Ok(Event::Entries { fresh, entries, .. }) => Some((*fresh, entries.clone())),
        _ => None,
    });
    let (fresh, runs): (Vec<bool>, Vec<Vec<Entry>>) = runs.unzip();
    let told = runs.concat();
    let is_known = |cursor: &&Cursor| {
        let seen = cursor.seq.checked_sub(1).map(|at| log.get(at as usize));
        let tag = seen.map(|entry| entry.map(Entry::tag));
        cursor.epoch == *epoch && tag.is_none_or(|tag| tag.is_some() && tag == cursor.tag)
    };
    let known = cursors.get(&open).filter(is_known);
    let missed = known.map(|cursor| &log[cursor.seq as usize..]);
    match missed.filter(|missed| missed.len() <= limits::RESUME_ENTRIES_MAX) {
        Some(missed) => {
            assert!(!fresh.contains(&true), "a known cursor is gone on from");
            assert_eq!(told, missed);
            true
        }
        None => {
            assert!(fresh[0] && !fresh[1..].contains(&true), "{fresh:?}");
            assert_eq!(told, log[log.len() - limits::PAGE_ENTRIES..]);
            false
        }
    }
}

/// Each frame gets its one answer, but for who is put out. Tells whether that happened.
fn check_answer(frame: &str, told: &[Result<Event, u16>]) -> bool {
    if let [.., Err(code)] = told {
        let closes = [Close::Policy, Close::Flooding].map(Close::code);
        assert!(closes.contains(code), "{frame}: {code}");
        return true;
    }
    let answers = told.iter().filter(|event| {
        !matches!(
            event,
            Ok(Event::Entry(_) | Event::Typing { .. } | Event::PeopleChanged { .. })
        )
    });
    let answers: Vec<_> = answers.collect();
    let is_right = match serde_json::from_str(frame) {
        Ok(Command::Send { cid: sent, .. }) => {
            matches!(answers[..], [Ok(Event::Accepted { cid, .. } | Event::Rejected { cid, .. })] if *cid == sent)
        }
        Ok(Command::Open { .. } | Command::Read { .. } | Command::Typing { .. }) => {
            answers.is_empty()
        }
        Ok(Command::People { .. }) => matches!(answers[..], [] | [Ok(Event::People { .. })]),
        Ok(Command::Heartbeat) => matches!(answers[..], [Ok(Event::Heartbeat)]),
        Ok(Command::Hello { .. }) | Err(_) => matches!(answers[..], [Ok(Event::Error { .. })]),
    };
    assert!(is_right, "{frame}: {answers:?}");
    false
}

#[test]
fn any_words_get_their_answers_and_what_was_missed() {
    let room = AssertUnwindSafe(RefCell::new(Room::new()));
    for bytes in corpus("resumes") {
        room.borrow_mut().takes(&bytes);
    }
    assert!(room.borrow().gone_on.get() > 1, "the corpus knows a tag");
    check!(name = "resumes").for_each(|bytes: &[u8]| room.borrow_mut().takes(bytes));
}

#[test]
fn damaged_words_get_their_answers_and_what_was_missed() {
    let room = AssertUnwindSafe(RefCell::new(Room::new()));
    let corpus = corpus("resumes");
    check!(name = "resumes_damaged")
        .with_generator(damages())
        .for_each(|damage| room.borrow_mut().takes(&damaged(&corpus, damage)));
}
