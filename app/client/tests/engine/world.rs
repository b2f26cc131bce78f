//! A log, a node that serves it, and a network nobody would want, in one thread.

use std::collections::VecDeque;

use client::Start;
use fastrand::Rng;
use protocol::{Command, Cursor, Entry, Event, Page, Reason, RoomId, RoomState};

use crate::ann::{A, Ann, B, bobs, entry, id, person, start};
use crate::house::{lobby, plans, private, there};

/// More than this missed, and the newest page comes afresh.
const RESUME_MAX: u64 = 12;
const PAGE: u64 = 8;

/// A log, a node that serves it, and a network nobody would want.
pub(crate) struct World {
    pub(crate) ann: Ann,
    pub(crate) rng: Rng,
    pub(crate) epoch: u32,
    /// What the lobby has, and the private room.
    logs: [Vec<Entry>; 2],
    socket: Socket,
    /// Frames on their way to Ann.
    pub(crate) wire: VecDeque<Event>,
    /// Dials and hang-ups of Ann's that are done.
    dials: usize,
    hang_ups: usize,
    fetches: usize,
    /// What Ann wrote, in order, and where.
    pub(crate) written: Vec<(RoomId, String)>,
    /// The epoch of the last welcome she heard.
    pub(crate) heard_epoch: u32,
}

#[derive(PartialEq, Clone, Copy)]
pub(crate) enum Socket {
    None,
    Opening,
    Open,
    /// Said hello: hears what is new.
    Welcome,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut log = |room: RoomId| -> Vec<Entry> {
            let seqs = 1..=rng.u64(0..30);
            seqs.map(|seq| there(&room, bobs(seq))).collect()
        };
        let logs = [log(RoomId::lobby()), log(plans())];
        let newest = logs[0][logs[0].len().saturating_sub(PAGE as usize)..].to_vec();
        let ann = Ann::arrives_with(Start {
            seed,
            rooms: rooms(&logs),
            ..start(newest, &[A, B])
        });
        let mut world = Self {
            ann,
            rng,
            epoch: 1,
            logs,
            socket: Socket::None,
            wire: VecDeque::new(),
            dials: 0,
            hang_ups: 0,
            fetches: 0,
            written: vec![],
            heard_epoch: 1,
        };
        world.ann.engine.connect(world.ann.now);
        world.settle();
        world
    }

    pub(crate) fn log(&self, room: &RoomId) -> &Vec<Entry> {
        &self.logs[usize::from(*room == plans())]
    }

    /// Ann's screen shows this log.
    pub(crate) fn here(&self) -> &Vec<Entry> {
        self.log(self.ann.engine.room())
    }

    fn top(&self, room: &RoomId) -> u64 {
        self.log(room).len() as u64
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.ann.now += ms;
        self.ann.engine.tick(self.ann.now);
        self.settle();
    }

    pub(crate) fn ann_writes(&mut self) {
        let room = self.ann.engine.room().clone();
        let cid = self.ann.says(&format!("a{}", self.written.len() + 1));
        self.written.push((room, cid.to_string()));
    }

    pub(crate) fn ann_turns_to(&mut self, room: &RoomId) {
        self.ann.turns_to(room);
        self.settle();
    }

    pub(crate) fn ann_scrolls_up(&mut self) {
        self.ann.scrolls_up();
        self.settle();
    }

    pub(crate) fn bob_posts_in(&mut self, room: &RoomId) {
        let seq = self.top(room) + 1;
        let cid = format!("b{}-{room}-{seq}", self.epoch);
        let posted = entry(seq, "Bob", &cid, &format!("b{seq}"));
        self.append(there(room, posted));
        self.settle();
    }

    fn append(&mut self, entry: Entry) {
        self.logs[usize::from(entry.room == plans())].push(entry.clone());
        if self.socket == Socket::Welcome {
            self.wire.push_back(Event::Entry(entry));
        }
    }

    pub(crate) fn open(&mut self) {
        if self.socket == Socket::Opening {
            self.socket = Socket::Open;
            self.ann.opens();
            self.settle();
        }
    }

    pub(crate) fn cut(&mut self) {
        if self.socket != Socket::None {
            self.socket = Socket::None;
            self.wire.clear();
            self.ann.loses_the_socket(1006);
        }
    }

    pub(crate) fn deliver(&mut self) {
        if let Some(event) = self.wire.pop_front() {
            if matches!(event, Event::Welcome { .. }) {
                self.heard_epoch = self.epoch;
            }
            self.ann.hears(event);
        }
    }

    pub(crate) fn lose_frame(&mut self) {
        self.wire.pop_front();
    }

    pub(crate) fn double_frame(&mut self) {
        if let Some(event) = self.wire.front().cloned() {
            self.wire.push_front(event);
        }
    }

    pub(crate) fn swap_frames(&mut self) {
        if self.wire.len() >= 2 && !matches!(self.wire[0], Event::Welcome { .. }) {
            self.wire.swap(0, 1);
        }
    }

    /// The operator puts back an older log.
    pub(crate) fn restore(&mut self) {
        self.cut();
        self.epoch += 1;
        for log in &mut self.logs {
            log.truncate(self.rng.usize(0..=log.len()));
        }
        self.settle();
    }

    /// Does what Ann's engine asked for: answers what she said, fetches, hangs up and dials.
    pub(crate) fn settle(&mut self) {
        self.ann.acts();
        for command in std::mem::take(&mut self.ann.said) {
            self.answer(command);
        }
        if self.ann.hung_up.len() > self.hang_ups || self.ann.dialled.len() > self.dials {
            let dials = self.ann.dialled.len() > self.dials;
            self.socket = if dials { Socket::Opening } else { Socket::None };
            self.wire.clear();
            (self.hang_ups, self.dials) = (self.ann.hung_up.len(), self.ann.dialled.len());
        }
        while self.fetches < self.ann.fetched.len() {
            self.fetches += 1;
            self.serve_page();
        }
    }

    fn answer(&mut self, command: Command) {
        match command {
            Command::Hello { cursors, open, .. } => {
                self.socket = Socket::Welcome;
                self.welcome();
                self.serve(&open, cursors.get(&open));
            }
            Command::Open { room, cursor } => self.serve(&room, cursor.as_ref()),
            Command::Send { cid, .. } if self.rng.u32(0..10) == 0 => {
                let (reason, retry_after_ms) = (Reason::StoreBusy, Some(self.rng.u64(0..2_000)));
                self.wire.push_back(Event::Rejected {
                    cid,
                    reason,
                    retry_after_ms,
                });
            }
            Command::Send {
                cid, room, body, ..
            } => {
                let mut known = self.log(&room).iter();
                let known = known.find(|entry| entry.cid == cid).map(|entry| entry.seq);
                let seq = known.unwrap_or(self.top(&room) + 1);
                let accepted = Event::Accepted {
                    cid: cid.clone(),
                    room: room.clone(),
                    seq,
                    at: seq,
                };
                let answer_first = self.rng.bool();
                if answer_first {
                    self.wire.push_back(accepted.clone());
                }
                if known.is_none() {
                    self.append(there(&room, entry(seq, "Ann", cid.as_str(), &body)));
                }
                if !answer_first {
                    self.wire.push_back(accepted);
                }
            }
            Command::Heartbeat => self.wire.push_back(Event::Heartbeat),
            Command::Typing { .. } | Command::Read { .. } | Command::People { .. } => {}
        }
    }

    fn welcome(&mut self) {
        self.wire.push_back(Event::Welcome {
            session: id("s1"),
            me: person("Ann"),
            epoch: id(&format!("e{}", self.epoch)),
            token: "ticket".to_owned(),
            nodes: vec![A.to_owned(), B.to_owned()],
            rooms: rooms(&self.logs),
            more: false,
        });
    }

    fn serve(&mut self, room: &RoomId, cursor: Option<&Cursor>) {
        let (top, seq) = (
            self.top(room),
            cursor.filter(|cursor| self.knows(room, cursor)),
        );
        let (fresh, from) = match seq.map(|cursor| cursor.seq) {
            Some(seq) if top - seq <= RESUME_MAX => (false, seq),
            _ => (true, top.saturating_sub(PAGE)),
        };
        let missed = self.log(room)[from as usize..].to_vec();
        let pieces = missed.chunks(5).map(<[Entry]>::to_vec);
        let pieces: Vec<_> = if missed.is_empty() {
            vec![vec![]]
        } else {
            pieces.collect()
        };
        for (nth, entries) in pieces.into_iter().enumerate() {
            self.wire.push_back(Event::Entries {
                room: room.clone(),
                fresh: fresh && nth == 0,
                entries,
                closed: vec![],
                aside: vec![],
            });
        }
    }

    fn knows(&self, room: &RoomId, cursor: &Cursor) -> bool {
        let at = cursor
            .seq
            .checked_sub(1)
            .and_then(|at| self.log(room).get(at as usize));
        cursor.epoch == id(&format!("e{}", self.epoch))
            && (cursor.seq == 0 || at.is_some_and(|entry| Some(entry.tag()) == cursor.tag))
    }

    fn serve_page(&mut self) {
        let url = &self.ann.fetched[self.fetches - 1];
        let before = url
            .split("before=")
            .nth(1)
            .and_then(|rest| rest.split('&').next());
        let before: u64 = before
            .and_then(|text| text.parse().ok())
            .expect("a place in the url");
        let room = if url.contains("/plans/") {
            plans()
        } else {
            RoomId::lobby()
        };
        let to = before.saturating_sub(1).min(self.top(&room)) as usize;
        let entries = self.log(&room)[to.saturating_sub(PAGE as usize)..to].to_vec();
        let page = Page {
            epoch: id(&format!("e{}", self.epoch)),
            top: self.top(&room),
            entries,
            closed: vec![],
            aside: vec![],
            ended: false,
        };
        if self.rng.u32(0..4) == 0 {
            self.ann.engine.page_failed(self.ann.now, &room);
        } else {
            self.ann.engine.page(self.ann.now, &room, page);
        }
        self.ann.acts();
    }
}

fn rooms(logs: &[Vec<Entry>; 2]) -> Vec<RoomState> {
    vec![lobby(logs[0].len() as u64), private(logs[1].len() as u64)]
}
