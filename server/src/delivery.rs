//! Keeps the hub's rooms contiguous: from the backplane when it tells, from the log when it does not.

mod holding;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use metrics::counter;
use protocol::{Entry, Page, RoomId};
use tokio::sync::{RwLock, mpsc};

use crate::backplane::{Backplane, Counters, Heard};
use crate::failpoint::{self, Point};
use crate::frame::{Frame, Topic};
use crate::hub::{Delivery as Delivered, Hub};
use crate::measure::{HOLES_HEALED, HOLES_READ, LOG_READS, TAIL_FOUND};
use crate::store::{self, Log, Reader, Span};

/// How long a missing frame may still come by the backplane before the log is read.
const HOLE_WAIT: Duration = Duration::from_millis(10);

/// How long to wait when the log cannot be read.
const RETRY_WAIT: Duration = Duration::from_millis(100);

/// How often the log's tail is looked at, at least, while the backplane is suspect.
const SUSPECT_LOOK: Duration = Duration::from_millis(150);

/// Entries one read for the hub takes.
const READ_ENTRIES: usize = 500;

/// Places one read of the tail takes.
const TAIL_PLACES: usize = 1_000;

pub struct Delivery {
    pub hub: Hub,
    pub log: Box<dyn Log>,
    backplane: Box<dyn Backplane>,
    healthy: AtomicBool,
    /// How far the tail has been looked at.
    offset: AtomicU64,
    holes: mpsc::UnboundedSender<RoomId>,
    /// Nothing is unfollowed while something is being followed, so that a room let go and held again is followed. Following goes
    /// side by side: each of many users who come at once has an inbox.
    following: RwLock<()>,
}

impl Delivery {
    /// Rooms with a hole come out of the receiver, each once until it is healed; it goes to [`heal`](Self::heal).
    pub async fn start(
        log: Box<dyn Log>,
        backplane: Box<dyn Backplane>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<RoomId>), store::Error> {
        // What is stored from here on is found by the tail; what was before, by who opens its room.
        let mut offset = 0;
        while let Some(last) = log.tail(offset, TAIL_PLACES).await?.last() {
            offset = last.offset;
        }
        let (holes, found) = mpsc::unbounded_channel();
        let delivery = Self {
            hub: Hub::default(),
            log,
            backplane,
            healthy: AtomicBool::new(true),
            offset: AtomicU64::new(offset),
            holes,
            following: RwLock::default(),
        };
        Ok((delivery, found))
    }

    /// Reads a room's log.
    pub async fn read(
        &self,
        reader: Reader<'_>,
        room: &RoomId,
        span: Span,
    ) -> Result<Page, store::Error> {
        let of = if room.is_inbox() { "inboxes" } else { "rooms" };
        counter!(LOG_READS, "of" => of).increment(1);
        self.log.read(reader, room, span).await
    }

    /// Delivers a stored entry here, and tells the other nodes.
    pub fn spread(&self, entry: Entry) {
        let room = entry.room.clone();
        let frame = Frame::entry(entry);
        self.deliver(&room, frame.clone());
        self.publish(&frame);
    }

    /// The same with each of these.
    pub fn spread_all(&self, entries: impl IntoIterator<Item = Entry>) {
        entries.into_iter().for_each(|entry| self.spread(entry));
    }

    /// Tells something that is no entry to those who follow its topic, this node included.
    pub fn publish(&self, frame: &Frame) {
        if failpoint::pass(Point::Publish) {
            self.backplane.publish(frame);
        }
    }

    pub fn backplane_counters(&self) -> &Counters {
        self.backplane.counters()
    }

    pub fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    /// Follows what every node hears.
    pub async fn follow_all(&self) {
        if let Err(error) = self.backplane.follow(&[Topic::All]).await {
            tracing::warn!(%error, "following later");
        }
    }

    /// Takes an entry's frame from the backplane, or the backplane's word on itself.
    pub fn hear(&self, heard: Heard) {
        match heard {
            Heard::Frame(frame) => {
                if let Topic::Room(room) = frame.topic.clone() {
                    if frame.seq == 0 {
                        self.hub.tell_room(&room, frame);
                    } else {
                        tracing::debug!(%room, seq = frame.seq, cid = frame.read_entry().map(|entry| String::from(entry.cid)), "heard");
                        self.deliver(&room, frame);
                    }
                }
            }
            Heard::Healthy => self.healthy.store(true, Ordering::Relaxed),
            Heard::Suspect => self.healthy.store(false, Ordering::Relaxed),
        }
    }

    /// Heals holes, for ever: a missing frame gets a moment to come, then the log is read once.
    pub async fn heal(&self, mut holes: mpsc::UnboundedReceiver<RoomId>) {
        let mut waiting: Vec<(RoomId, u64)> = Vec::new();
        loop {
            if waiting.is_empty() {
                let Some(room) = holes.recv().await else {
                    return;
                };
                waiting.extend(self.hole(room));
            }
            while let Ok(room) = holes.try_recv() {
                waiting.extend(self.hole(room));
            }
            if self.is_healthy() {
                tokio::time::sleep(HOLE_WAIT).await;
            }
            for (room, awaited) in std::mem::take(&mut waiting) {
                match self.hole(room) {
                    None => counter!(HOLES_HEALED).increment(1),
                    Some((room, missing)) if missing == awaited => self.read_hole(&room).await,
                    // That one came; another one has not had its moment.
                    another => waiting.extend(another),
                }
            }
        }
    }

    /// The room with the seq it waits for, if it still does.
    fn hole(&self, room: RoomId) -> Option<(RoomId, u64)> {
        let missing = self.hub.missing(&room)?;
        Some((room, missing))
    }

    async fn read_hole(&self, room: &RoomId) {
        counter!(HOLES_READ).increment(1);
        while let Err(error) = self.fill(room).await {
            tracing::warn!(%error, %room, "cannot fill a hole yet");
            tokio::time::sleep(RETRY_WAIT).await;
        }
        self.hub.healed(room);
    }

    /// Watches the log's tail: finds what no frame told of. It alone saves the last message of a quiet room when a node dies
    /// between commit and publish. Returns only when the log is no longer the one that was opened, with the reason: nothing
    /// that this node knows of it holds any more.
    pub async fn watch_tail(&self) -> store::Error {
        loop {
            self.changed().await;
            let mut is_told = false;
            while let Err(error) = self.look_at_tail().await {
                if matches!(error, store::Error::Replaced(_)) {
                    return error;
                }
                if !std::mem::replace(&mut is_told, true) {
                    tracing::warn!(%error, "cannot read the log's tail yet");
                }
                tokio::time::sleep(RETRY_WAIT).await;
            }
        }
    }

    /// Returns when the log may have changed; while nothing is heard by the backplane, soon, however seldom the store looks.
    async fn changed(&self) {
        let mut changed = self.log.changed();
        loop {
            match tokio::time::timeout(SUSPECT_LOOK, &mut changed).await {
                Err(_) if self.is_healthy() => {}
                _ => return,
            }
        }
    }

    async fn look_at_tail(&self) -> Result<(), store::Error> {
        loop {
            let offset = self.offset.load(Ordering::Relaxed);
            let places = self.log.tail(offset, TAIL_PLACES).await?;
            let Some(last) = places.last() else {
                return Ok(());
            };
            let is_new = |place: &&store::Place| {
                self.hub
                    .cursor(&place.room)
                    .is_some_and(|cursor| cursor < place.seq)
            };
            if self.is_healthy() && places.iter().any(|place| is_new(&place)) {
                tokio::time::sleep(HOLE_WAIT).await; // most are on their way
            }
            let mut rooms: Vec<&RoomId> = places
                .iter()
                .filter(is_new)
                .map(|place| &place.room)
                .collect();
            rooms.sort();
            rooms.dedup();
            for room in rooms {
                tracing::debug!(%room, "found in the log, not by the backplane");
                counter!(TAIL_FOUND).increment(1);
                self.fill(room).await?;
            }
            self.offset.store(last.offset, Ordering::Relaxed);
        }
    }

    /// Delivers what the log has beyond the hub's cursor.
    async fn fill(&self, room: &RoomId) -> Result<(), store::Error> {
        while let Some(seq) = self.hub.cursor(room) {
            let span = Span::After {
                seq,
                limit: READ_ENTRIES,
            };
            let entries = self.read(Reader::Node, room, span).await?.entries;
            let is_all = entries.len() < READ_ENTRIES;
            for entry in entries {
                self.deliver(room, Frame::entry(entry));
            }
            if is_all {
                break;
            }
        }
        Ok(())
    }

    fn deliver(&self, room: &RoomId, frame: Frame) {
        let delivered = self.hub.deliver(room, frame);
        self.note(room, delivered);
    }

    fn note(&self, room: &RoomId, delivered: Delivered) {
        if delivered == Delivered::Hole {
            // At most one entry a room, so the channel stays as short as the list of rooms.
            // Only while the node stops is there nobody left to read the log.
            let _ = self.holes.send(room.clone());
        }
    }
}
