//! How it stands with a tab, for whoever asks.

use client::{Engine, Link};
use protocol::UserId;

use super::Tab;
use crate::ledger::hash;

/// How it stands with a tab.
pub struct Report {
    pub is_live: bool,
    /// Nothing is on its way.
    pub is_empty: bool,
    /// All that was shown is whole up to here.
    pub whole_to: Option<u64>,
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
            (names + 1, sum.wrapping_add(hash(id.as_str(), "", "")))
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
            whole_to: (!self.shown.has_gap()).then(|| self.shown.last()),
            online: Online::of(
                people.iter().map(|person| &person.id),
                engine.map_or(0, Engine::count),
                engine.is_some_and(Engine::online_is_stale),
            ),
            node: engine.map_or_else(String::new, |engine| engine.node().to_owned()),
        }
    }
}
