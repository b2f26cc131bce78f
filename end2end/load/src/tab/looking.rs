//! What the one at the tab sees: the list, again and again.

use std::time::Duration;

use client::Engine;
use protocol::Page;
use protocol::limits::PAGE_ENTRIES;
use tokio::time::Instant;

use super::Tab;

/// How long a picture stays at least.
pub(super) const FRAME: Duration = Duration::from_millis(50);

/// Ticks between two close looks at every line.
const LOOK_AGAIN_TICKS: u32 = 8;

impl Tab {
    pub(super) async fn tick(&mut self) {
        self.ticked += 1;
        self.tell(Engine::tick).await;
        self.has_changed |= self.shown.has_gap();
        if self.ticked.is_multiple_of(LOOK_AGAIN_TICKS)
            && let Some(engine) = &self.engine
        {
            let (lines, ledger) = (engine.lines(), &self.world.ledger);
            let looked = self.shown.look_again(&lines, engine.has_older(), ledger);
            self.judge(looked);
        }
    }

    /// Looks at the list as it is now, and asks for what is missing above it, as a reader who scrolls up to where they were.
    pub(super) async fn draw(&mut self) {
        self.drawn = Instant::now();
        self.has_changed = false;
        let Some(engine) = &self.engine else { return };
        let (lines, ledger) = (engine.lines(), &self.world.ledger);
        let looked = self.shown.look(&lines, engine.has_older(), ledger);
        self.judge(looked);
        let last = self.shown.last();
        // All who look have read it, as the page has them say.
        self.tell(|engine, now| engine.seen(now, last)).await;
        let shows_newest = self.awaited.is_some_and(|top| self.shown.last() >= top);
        if let Some(lost) = self.lost.filter(|_| shows_newest) {
            if !std::mem::replace(&mut self.is_reconnected, true) {
                self.world.reconnected.count(lost.elapsed());
            }
            if !self.shown.has_gap() {
                self.world.caught_up.count(lost.elapsed());
                self.lost = None;
            }
        }
        if self.shown.has_gap_above() {
            self.tell(Engine::older).await;
        } else {
            self.tell(|engine, _| engine.trim()).await;
            self.read_back();
        }
    }

    /// Reads pages of what was missed in several absences, one after the other, beside the list: to scroll up to it would be to
    /// load again all that was shown meanwhile.
    fn read_back(&mut self) {
        if let (true, None, Some(engine)) = (self.shown.has_gap(), &self.history, &self.engine) {
            let (node, room) = (engine.node(), engine.room());
            let before = self.shown.whole_to() + 1 + PAGE_ENTRIES as u64;
            let url = format!("{node}/rooms/{room}/entries?before={before}&limit={PAGE_ENTRIES}");
            let token = engine.token().map(str::to_owned);
            let is_home = node == self.home;
            self.history = Some(Box::pin(self.visitor.clone().older(url, token, is_home)));
        }
    }

    pub(super) async fn read_on(&mut self, page: Option<Page>) {
        // One that did not come is asked for again with the next picture.
        if let Some(page) = page {
            let ledger = &self.world.ledger;
            let looked = self.shown.look_at_page(&page.entries, ledger);
            self.judge(looked);
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
