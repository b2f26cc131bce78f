//! Ann: an engine with a clock, a socket that only notes what was done with it, and words for both.

use client::{Action, Engine, Line, Millis, Outgoing, Sending, Start};
use protocol::{
    Cid, Command, Cursor, Entry, Epoch, Event, Kind, Name, Page, Person, Reason, RoomId, RoomState,
};

pub(crate) const A: &str = "http://a:8080";
pub(crate) const B: &str = "http://b:8081";

pub(crate) fn person(name: &str) -> Person {
    Person {
        id: id(&name.to_lowercase()),
        name: Name::parse(name).expect("a name"),
    }
}

pub(crate) fn id<T: std::str::FromStr<Err = protocol::BadId>>(text: &str) -> T {
    text.parse().expect("an id")
}

pub(crate) fn entry(seq: u64, who: &str, cid: &str, body: &str) -> Entry {
    let Person { id: sender, name } = person(who);
    let (room, kind) = (RoomId::lobby(), Kind::Posted);
    Entry {
        room,
        seq,
        offset: seq,
        sender,
        name,
        cid: id(cid),
        kind,
        target: None,
        body: body.to_owned(),
        enclosed: None,
        at: seq,
    }
}

/// What Bob said at this place.
pub(crate) fn bobs(seq: u64) -> Entry {
    entry(seq, "Bob", &format!("b{seq}"), &format!("{seq}"))
}

pub(crate) fn run(seqs: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    seqs.map(bobs).collect()
}

pub(crate) fn start(entries: Vec<Entry>, nodes: &[&str]) -> Start {
    Start {
        me: person("Ann"),
        nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        epoch: id("e1"),
        room: RoomId::lobby(),
        top: entries.last().map_or(0, |entry| entry.seq),
        entries,
        closed: vec![],
        aside: vec![],
        rooms: vec![],
        online_version: 1,
        online_count: 2,
        online: vec![person("Ann"), person("Bob")],
        seed: 7,
    }
}

pub(crate) struct Ann {
    pub(crate) engine: Engine,
    pub(crate) now: Millis,
    pub(crate) nodes: Vec<String>,
    pub(crate) dialled: Vec<String>,
    pub(crate) hung_up: Vec<u16>,
    pub(crate) said: Vec<Command>,
    pub(crate) fetched: Vec<String>,
    pub(crate) kept: Vec<Outgoing>,
    pub(crate) reloads: usize,
    sends: usize,
}

impl Ann {
    /// Her page holds Bob's 1, 2, 3; she has not connected yet.
    pub(crate) fn arrives() -> Self {
        Self::arrives_with(start(run(1..=3), &[A, B]))
    }

    pub(crate) fn arrives_with(start: Start) -> Self {
        Self {
            nodes: start.nodes.clone(),
            engine: Engine::new(start),
            now: 1_000_000,
            dialled: vec![],
            hung_up: vec![],
            said: vec![],
            fetched: vec![],
            kept: vec![],
            reloads: 0,
            sends: 0,
        }
    }

    /// Like [`Self::arrives`], connected and caught up.
    pub(crate) fn is_in() -> Self {
        let mut ann = Self::arrives();
        ann.connects(3);
        ann
    }

    /// Connects at once, at a node whose log goes up to `top`.
    pub(crate) fn connects(&mut self, top: u64) {
        self.engine.connect(self.now);
        self.acts();
        self.gets_in(top);
    }

    /// The socket she dialled opens, and a node says welcome.
    pub(crate) fn gets_in(&mut self, top: u64) {
        self.opens();
        self.said.clear();
        self.is_welcomed("e1", top);
    }

    pub(crate) fn opens(&mut self) {
        self.engine.opened(self.now);
        self.acts();
    }

    pub(crate) fn is_welcomed(&mut self, epoch: &str, top: u64) {
        let nodes = self.nodes.clone();
        self.hears(Event::Welcome {
            session: id("s1"),
            me: person("Ann"),
            epoch: id::<Epoch>(epoch),
            token: "ticket".to_owned(),
            nodes,
            rooms: vec![RoomState {
                id: RoomId::lobby(),
                name: "Lobby".to_owned(),
                top,
                ..RoomState::default()
            }],
            more: false,
        });
    }

    pub(crate) fn hears(&mut self, event: Event) {
        self.engine.hear(self.now, event);
        self.acts();
    }

    pub(crate) fn hears_entry(&mut self, entry: Entry) {
        self.hears(Event::Entry(entry));
    }

    pub(crate) fn hears_entries(&mut self, fresh: bool, entries: Vec<Entry>) {
        self.hears(Event::Entries {
            room: RoomId::lobby(),
            fresh,
            entries,
            closed: vec![],
            aside: vec![],
        });
    }

    pub(crate) fn is_accepted(&mut self, cid: &Cid, seq: u64) {
        let room = RoomId::lobby();
        self.hears(Event::Accepted {
            cid: cid.clone(),
            room,
            seq,
            at: seq,
        });
    }

    pub(crate) fn is_rejected(&mut self, cid: &Cid, reason: Reason, retry_after_ms: Option<u64>) {
        self.hears(Event::Rejected {
            cid: cid.clone(),
            reason,
            retry_after_ms,
        });
    }

    pub(crate) fn says(&mut self, body: &str) -> Cid {
        self.sends += 1;
        let cid: Cid = id(&format!("a{}", self.sends));
        self.engine
            .send(self.now, cid.clone(), body, 0)
            .expect("a body that fits");
        self.acts();
        cid
    }

    pub(crate) fn loses_the_socket(&mut self, code: u16) {
        self.engine.closed(self.now, code);
        self.acts();
    }

    /// Time passes as on a page one looks at.
    pub(crate) fn waits(&mut self, ms: Millis) {
        let until = self.now + ms;
        while self.now < until {
            self.now = (self.now + 250).min(until);
            self.engine.tick(self.now);
            self.acts();
        }
    }

    /// Waits until she dials again; how long that took.
    pub(crate) fn waits_to_dial(&mut self) -> Millis {
        let (began, dialled) = (self.now, self.dialled.len());
        while self.dialled.len() == dialled {
            assert!(self.now < began + 60_000, "she does not dial");
            self.waits(10);
        }
        self.now - began
    }

    /// Time passes and no timer runs until the end of it.
    pub(crate) fn sleeps(&mut self, ms: Millis) {
        self.now += ms;
        self.engine.tick(self.now);
        self.acts();
    }

    pub(crate) fn wakes(&mut self) {
        self.engine.wake(self.now);
        self.acts();
    }

    pub(crate) fn scrolls_up(&mut self) {
        self.engine.older(self.now);
        self.acts();
    }

    pub(crate) fn gets_page(&mut self, entries: Vec<Entry>) {
        self.gets(Page {
            epoch: id("e1"),
            top: 0,
            entries,
            closed: vec![],
            aside: vec![],
            ended: false,
        });
    }

    /// What she fetched of the room on her screen.
    pub(crate) fn gets(&mut self, page: Page) {
        let room = self.engine.room().clone();
        self.engine.page(self.now, &room, page);
        self.acts();
    }

    /// The cids she said since last asked, in order.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let said = std::mem::take(&mut self.said).into_iter();
        said.filter_map(|command| match command {
            Command::Send { cid, .. } => Some(cid.to_string()),
            _ => None,
        })
        .collect()
    }

    /// The cursor of the hello just said.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        match self.said.last() {
            Some(Command::Hello { cursors, .. }) => cursors.get(&RoomId::lobby()).cloned(),
            other => panic!("no hello was said, but {other:?}"),
        }
    }

    /// The list as text: `Bob: 1`, `Ann: hi …` while pending, `+Cyd -Dan`.
    pub(crate) fn list(&self) -> Vec<String> {
        self.engine.lines().iter().map(text).collect()
    }

    #[track_caller]
    pub(crate) fn shows(&self, lines: &[&str]) {
        assert_eq!(self.list(), lines);
    }

    /// Does what the engine asks for, as far as it can be noted.
    pub(crate) fn acts(&mut self) {
        for action in self.engine.take_actions() {
            match action {
                Action::Connect { url } => self.dialled.push(url),
                Action::Transmit(command) => self.said.push(command),
                Action::Disconnect { code } => self.hung_up.push(code),
                Action::Fetch { url, .. } => self.fetched.push(url),
                Action::Persist(outbox) => self.kept = outbox,
                Action::Reload => self.reloads += 1,
                Action::Changed => {}
            }
        }
    }
}

fn text(line: &Line) -> String {
    let names = |sign: &str, people: &[Person]| -> Vec<String> {
        people
            .iter()
            .map(|person| format!("{sign}{}", person.name))
            .collect()
    };
    match line {
        Line::Message(message) => {
            let state = match message.state {
                Sending::Sent => String::new(),
                Sending::Pending => " …".to_owned(),
                Sending::Unknown => " ?".to_owned(),
                Sending::Failed(reason) => format!(" !{reason:?}"),
            };
            format!("{}: {}{state}", message.sender.name, message.body)
        }
        Line::Notice(notice) => [names("+", &notice.joined), names("-", &notice.left)]
            .concat()
            .join(" "),
        Line::Fact(fact) => {
            let text = fact
                .who
                .as_ref()
                .map_or(fact.text.as_str(), |who| who.name.as_str());
            format!("{} {:?} {text}", fact.by.name, fact.kind)
        }
    }
}
