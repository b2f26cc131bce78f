//! What the one at the tab sees: the list, again and again.

use std::time::Duration;

use client::Engine;
use protocol::limits::PAGE_ENTRIES;
use protocol::{Page, RoomId};
use tokio::time::Instant;

use super::Tab;
use crate::shown::List;

/// How long a picture stays at least.
pub(super) const FRAME: Duration = Duration::from_millis(50);

/// Ticks between two close looks at every line.
const LOOK_AGAIN_TICKS: u32 = 8;

impl Tab {
    pub(super) async fn tick(&mut self) {
        self.ticked += 1;
        self.tell(Engine::tick).await;
        let Some((room, list)) = self.list() else {
            return;
        };
        self.has_changed |= self.tour.is_some() || self.seen.of(&room).has_gap();
        if self.ticked.is_multiple_of(LOOK_AGAIN_TICKS) {
            let ledger = (&self.world.ledger, room.as_str());
            let looked = list.look_again(self.seen.of(&room), ledger);
            self.judge(looked);
        }
    }

    /// The room on the screen, and what is shown of it.
    fn list(&self) -> Option<(RoomId, List)> {
        let engine = self.engine.as_ref()?;
        let list = List {
            lines: engine.lines(),
            has_older: engine.has_older(),
        };
        Some((engine.room().clone(), list))
    }

    /// Looks at the list as it is now, and asks for what is missing above it, as a reader who scrolls up to where they were.
    pub(super) async fn draw(&mut self) {
        self.drawn = Instant::now();
        self.has_changed = false;
        let Some((room, list)) = self.list() else {
            return;
        };
        let told = self.seen.of(&room);
        let looked = list.look(told, (&self.world.ledger, room.as_str()));
        let (last, has_gap) = (told.last(), told.has_gap());
        let above = list.first().saturating_sub(1);
        let has_gap_above = has_gap && told.whole_to() < above && !told.has(above);
        self.judge(looked);
        // All who look have read it, as the page has them say.
        self.tell(|engine, now| engine.seen(now, last)).await;
        self.catches_up();
        if has_gap_above {
            self.tell(Engine::older).await;
        } else {
            self.tell(|engine, _| engine.trim()).await;
            self.read_back();
        }
        if self.tour.is_some() {
            self.walk_on(room, list).await;
        }
    }

    /// Notes how long the tab was behind, if a node's death or a long sleep is what it comes back from.
    fn catches_up(&mut self) {
        let (Some(lost), Some((room, top))) = (self.lost, &self.awaited) else {
            return;
        };
        let told = self.seen.of(room);
        let (shows_newest, has_gap) = (told.last() >= *top, told.has_gap());
        if !shows_newest {
            return;
        }
        if !std::mem::replace(&mut self.is_reconnected, true) {
            self.world.reconnected.count(lost.elapsed());
        }
        if !has_gap {
            self.world.caught_up.count(lost.elapsed());
            self.lost = None;
        }
    }

    /// In the end: when all of a room is there, keeps its list and puts the next one on the screen.
    async fn walk_on(&mut self, room: RoomId, list: List) {
        let (Some(rooms), Some(engine)) = (&self.tour, &self.engine) else {
            return;
        };
        // A room that this page has not opened yet shows nothing, and of one it knows nothing of before it nothing was told.
        if !engine.is_filled() || engine.here().unread > 0 {
            return;
        }
        let told = self.seen.rooms.get(&room);
        let is_there = |told: &&crate::told::Told| {
            let is_whole = rooms.get(&room).is_none_or(|top| told.whole_to() >= *top);
            is_whole && list.last() == told.last_message()
        };
        let is_there = told.filter(is_there).is_some();
        // Who came back sees that they did, and what they saw before further up.
        if list.last() == 0 && list.has_older {
            self.tell(Engine::older).await;
            return;
        }
        if !is_there {
            return;
        }
        self.seen.lists.insert(room, list);
        let is_new = |room: &&RoomId| !self.seen.lists.contains_key(*room);
        if let Some(next) = rooms.keys().find(is_new).cloned() {
            self.tell(|engine, now| engine.open_room(now, &next)).await;
            self.has_changed = true;
        }
    }

    /// Reads pages of what was missed in several absences, one after the other, beside the list: to scroll up to it would be to
    /// load again all that was shown meanwhile.
    fn read_back(&mut self) {
        let (Some(engine), None) = (&self.engine, &self.history) else {
            return;
        };
        let (node, room) = (engine.node().to_owned(), engine.room().clone());
        let token = engine.token().map(str::to_owned);
        let told = self.seen.of(&room);
        if told.has_gap() {
            let before = told.whole_to() + 1 + PAGE_ENTRIES as u64;
            let url = format!("{node}/rooms/{room}/entries?before={before}&limit={PAGE_ENTRIES}");
            let older = self.visitor.clone().older(url, token, node == self.home);
            self.history = Some(Box::pin(async move { (room, older.await) }));
        }
    }

    pub(super) async fn read_on(&mut self, room: &RoomId, page: Option<Page>) {
        // One that did not come is asked for again with the next picture.
        if let Some(page) = page {
            let told = self.seen.of(room);
            told.take(&page.entries, &page.closed);
            told.take_aside(&page.aside);
            self.read_back();
        }
    }

    pub(super) fn judge(&self, truth: Result<(), String>) {
        if let Err(wrong) = truth {
            self.world
                .ledger
                .broken(format!("tab {} {wrong}", self.nth));
        }
    }
}
