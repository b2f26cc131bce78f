//! How it stands with a tab, for whoever asks.

use std::collections::{BTreeMap, BTreeSet};

use client::{Engine, Link};
use protocol::{RoomId, UserId};

use super::Tab;
use crate::ledger::hash;

/// How it stands with a tab.
pub struct Report {
    pub is_live: bool,
    /// Nothing is on its way.
    pub is_empty: bool,
    /// Why the tour is not over: all its rooms are to have been on the screen, and to be those of the list, with nothing unread.
    /// None too where there is none.
    pub on_tour: Option<String>,
    pub online: Online,
    pub node: String,
}

/// Who is online, as a tab sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Online {
    pub count: u64,
    pub names: usize,
    /// Of all ids, in whatever order.
    pub hash: u64,
    pub is_stale: bool,
}

impl Online {
    pub fn of<'a>(ids: impl Iterator<Item = &'a UserId>, count: u64, is_stale: bool) -> Self {
        let (names, hash) = ids.fold((0, 0_u64), |(names, sum), id| {
            (names + 1, sum.wrapping_add(hash(id.as_str(), "")))
        });
        Self {
            count,
            names,
            hash,
            is_stale,
        }
    }
}

impl Tab {
    pub(super) fn report(&self) -> Report {
        let engine = self.engine.as_ref();
        let is_live = engine.is_some_and(|engine| engine.link() == Link::Live);
        let people = engine.map_or(&[][..], Engine::people);
        Report {
            is_live,
            is_empty: self.kept.is_empty(),
            on_tour: self.tour.as_ref().and_then(|tour| self.on_tour(tour)),
            online: Online::of(
                people.iter().map(|person| &person.id),
                engine.map_or(0, Engine::count),
                engine.is_some_and(Engine::online_is_stale),
            ),
            node: engine.map_or_else(String::new, |engine| engine.node().to_owned()),
        }
    }

    fn on_tour(&self, tour: &BTreeMap<RoomId, u64>) -> Option<String> {
        let Some(engine) = &self.engine else {
            return Some("its page is not loaded".to_owned());
        };
        let rooms = engine.rooms();
        let listed: BTreeSet<&RoomId> = rooms.iter().map(|room| &room.id).collect();
        let is_shown = |room| self.seen.lists.contains_key(room);
        let is_over = tour.keys().all(is_shown)
            && listed == tour.keys().collect::<BTreeSet<_>>()
            && rooms.iter().all(|room| room.unread == 0);
        let here = engine.room();
        (!is_over).then(|| {
            let told = self.seen.rooms.get(here);
            let told = told.map(|told| (told.whole_to(), told.last()));
            let listed: Vec<_> = rooms.iter().map(|room| (&room.id, room.unread)).collect();
            let (lines, is_filled) = (engine.lines().len(), engine.is_filled());
            format!(
                "in {here} it was told {told:?}, and shows {lines} lines (filled: {is_filled}); it lists {listed:?} of {tour:?}"
            )
        })
    }
}
