//! A log, a node that serves it, and a network nobody would want, in one thread.

use std::collections::VecDeque;

use client::Start;
use fastrand::Rng;
use protocol::{Command, Cursor, Entry, Event, Page, Reason, RoomId, RoomState};

use crate::ann::{A, Ann, B, entry, id, person, start};

/// More than this missed, and the newest page comes afresh.
const RESUME_MAX: u64 = 12;
const PAGE: u64 = 8;

/// A log, a node that serves it, and a network nobody would want.
pub(crate) struct World {
    pub(crate) ann: Ann,
    pub(crate) rng: Rng,
    pub(crate) epoch: u32,
    pub(crate) log: Vec<Entry>,
    socket: Socket,
    /// Frames on their way to Ann.
    pub(crate) wire: VecDeque<Event>,
    /// Dials and hang-ups of Ann's that are done.
    dials: usize,
    hang_ups: usize,
    fetches: usize,
    /// What Ann wrote, in order.
    pub(crate) written: Vec<String>,
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
        let log: Vec<Entry> = (1..=rng.u64(0..30)).map(crate::ann::bobs).collect();
        let newest = log[log.len().saturating_sub(PAGE as usize)..].to_vec();
        let ann = Ann::arrives_with(Start {
            seed,
            ..start(newest, &[A, B])
        });
        let mut world = Self {
            ann,
            rng,
            epoch: 1,
            log,
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

    pub(crate) fn top(&self) -> u64 {
        self.log.len() as u64
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.ann.now += ms;
        self.ann.engine.tick(self.ann.now);
        self.settle();
    }

    pub(crate) fn ann_writes(&mut self) {
        let cid = self.ann.says(&format!("a{}", self.written.len() + 1));
        self.written.push(cid.to_string());
    }

    pub(crate) fn ann_scrolls_up(&mut self) {
        self.ann.scrolls_up();
        self.settle();
    }

    pub(crate) fn bob_posts(&mut self) {
        let seq = self.top() + 1;
        self.append(entry(
            seq,
            "Bob",
            &format!("b{}-{seq}", self.epoch),
            &format!("b{seq}"),
        ));
        self.settle();
    }

    fn append(&mut self, entry: Entry) {
        self.log.push(entry.clone());
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
        let kept = self.rng.usize(0..=self.log.len());
        self.log.truncate(kept);
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
            Command::Hello { cursors, .. } => {
                self.socket = Socket::Welcome;
                self.welcome(cursors.get(&RoomId::lobby()));
            }
            Command::Send { cid, .. } if self.rng.u32(0..10) == 0 => {
                let (reason, retry_after_ms) = (Reason::StoreBusy, Some(self.rng.u64(0..2_000)));
                self.wire.push_back(Event::Rejected {
                    cid,
                    reason,
                    retry_after_ms,
                });
            }
            Command::Send { cid, room, body } => {
                let known = self
                    .log
                    .iter()
                    .find(|entry| entry.cid == cid)
                    .map(|entry| entry.seq);
                let seq = known.unwrap_or(self.top() + 1);
                let accepted = Event::Accepted {
                    cid: cid.clone(),
                    room,
                    seq,
                    at: seq,
                };
                let answer_first = self.rng.bool();
                if answer_first {
                    self.wire.push_back(accepted.clone());
                }
                if known.is_none() {
                    self.append(entry(seq, "Ann", cid.as_str(), &body));
                }
                if !answer_first {
                    self.wire.push_back(accepted);
                }
            }
            Command::Heartbeat => self.wire.push_back(Event::Heartbeat),
            Command::Typing { .. } => {}
        }
    }

    fn welcome(&mut self, cursor: Option<&Cursor>) {
        let (room, top) = (RoomId::lobby(), self.top());
        self.wire.push_back(Event::Welcome {
            session: id("s1"),
            me: person("Ann"),
            epoch: id(&format!("e{}", self.epoch)),
            token: "ticket".to_owned(),
            nodes: vec![A.to_owned(), B.to_owned()],
            rooms: vec![RoomState {
                id: room.clone(),
                name: "Lobby".to_owned(),
                top,
            }],
        });
        let seq = cursor
            .filter(|cursor| self.knows(cursor))
            .map(|cursor| cursor.seq);
        let (fresh, from) = match seq {
            Some(seq) if top - seq <= RESUME_MAX => (false, seq),
            _ => (true, top.saturating_sub(PAGE)),
        };
        let missed = &self.log[from as usize..];
        let mut fresh = fresh;
        for chunk in missed.chunks(5) {
            self.wire.push_back(Event::Entries {
                room: room.clone(),
                fresh,
                entries: chunk.to_vec(),
                closed: vec![],
            });
            fresh = false;
        }
        if missed.is_empty() && fresh {
            self.wire.push_back(Event::Entries {
                room,
                fresh,
                entries: vec![],
                closed: vec![],
            });
        }
    }

    fn knows(&self, cursor: &Cursor) -> bool {
        let at = cursor
            .seq
            .checked_sub(1)
            .and_then(|at| self.log.get(at as usize));
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
        let to = before.saturating_sub(1).min(self.top()) as usize;
        let entries = self.log[to.saturating_sub(PAGE as usize)..to].to_vec();
        let page = Page {
            epoch: id(&format!("e{}", self.epoch)),
            top: self.top(),
            entries,
            closed: vec![],
            ended: false,
        };
        if self.rng.u32(0..4) == 0 {
            self.ann.engine.page_failed(self.ann.now);
        } else {
            self.ann.engine.page(self.ann.now, page);
        }
        self.ann.acts();
    }
}
