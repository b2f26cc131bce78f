//! Looking for a room or for somebody by a few letters of the name.

use client::RoomView;
use protocol::{Person, RoomKind, UserId};
use wasm_bindgen::JsCast;

use crate::{browser, room::Room, room_state::State};

/// As many as one reads at a glance.
const FOUND_MAX: usize = 8;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) text: String,
    /// Which of what is found is taken by Enter.
    pub(crate) chosen: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Room(&'a RoomView),
    Person(&'a Person),
}

impl Finding {
    /// The id of the one at this place.
    pub(crate) fn place(at: usize) -> String {
        format!("found-{at}")
    }

    /// Rooms, unread ones first; then people one does not talk with yet.
    pub(crate) fn found<'a>(&self, state: &'a State, me: &UserId) -> Vec<Found<'a>> {
        let text = self.text.trim().to_lowercase();
        let fits = move |name: &str| name.to_lowercase().contains(&text);
        let fits = &fits;
        let rooms = |is_unread: bool| {
            state.rooms.iter().filter(move |view| {
                !view.is_open && (view.noted() > 0) == is_unread && fits(&view.title)
            })
        };
        let has_talk = |person: &Person| {
            state.rooms.iter().any(|view| {
                view.kind == RoomKind::Direct && view.people.iter().any(|one| one.id == person.id)
            })
        };
        let people =
            state.online.people.iter().filter(|person| {
                person.id != *me && fits(person.name.as_str()) && !has_talk(person)
            });
        let rooms = rooms(true).chain(rooms(false)).map(Found::Room);
        rooms
            .chain(people.map(Found::Person))
            .take(FOUND_MAX)
            .collect()
    }

    /// Another one is chosen, `step` places on; round and round.
    pub(crate) fn step(&mut self, step: isize, count: usize) {
        self.chosen = stepped(self.chosen, step, count);
    }
}

/// The place `step` on from `at` of so many, round and round.
pub(crate) fn stepped(at: usize, step: isize, count: usize) -> usize {
    match count {
        0 => 0,
        _ => (at + count).saturating_add_signed(step) % count,
    }
}

impl Room {
    pub(crate) fn find(self) {
        if self.now().finding.is_none() {
            self.base().focus_before.replace(browser::focused());
        }
        self.change(|state| state.finding = Some(Finding::default()));
        browser::when_drawn(|| browser::focus_on("finder"));
    }

    /// What is looked for is typed.
    pub(crate) fn looked_for(self, text: String) {
        self.change(|state| state.finding = Some(Finding { text, chosen: 0 }));
    }

    pub(crate) fn find_no_more(self) {
        if self.now().finding.is_some() {
            self.change(|state| state.finding = None);
            if let Some(before) = self.base().focus_before.take() {
                browser::focus(before.unchecked_ref());
            }
        }
    }

    pub(crate) fn step_found(self, step: isize) {
        let me = self.me();
        self.change(|state| {
            let mut finding = state.finding.take().unwrap_or_default();
            let count = finding.found(state, &me).len();
            finding.step(step, count);
            state.finding = Some(finding);
        });
    }

    pub(crate) fn take_found(self) {
        let me = self.me();
        let state = self.now();
        let Some(finding) = &state.finding else {
            return;
        };
        match finding.found(&state, &me).get(finding.chosen) {
            Some(Found::Room(view)) => drop(self.open(view.id.as_str())),
            // Its button sends the form.
            Some(Found::Person(_)) => browser::press("#found [aria-selected=true]"),
            None => {}
        }
    }
}
