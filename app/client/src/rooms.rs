//! The rooms one is in, one of them on the screen.

use std::cmp::Ordering;

use protocol::{Person, RoomId, RoomState};

use crate::RoomView;
use crate::room::Room;

/// Rooms that hold entries at a time; those not looked at for the longest let go of theirs.
const HELD_MAX: usize = 20;

/// The rooms one is in. There is always an open one, if need be one that one is not in any more.
#[derive(Debug)]
pub(crate) struct Rooms {
    list: Vec<Room>,
    /// Which of them is on the screen.
    open: usize,
    openings: u64,
}

impl Rooms {
    /// The open room stands in the list, or is nobody's yet.
    pub(crate) fn new(rooms: Vec<RoomState>, open: RoomState, me: &Person) -> Self {
        let mut list = Self {
            list: vec![Room::new(open, me)],
            open: 0,
            openings: 0,
        };
        for state in rooms {
            list.tell(state, me);
        }
        list
    }

    pub(crate) fn here(&self) -> &Room {
        &self.list[self.open]
    }

    pub(crate) fn here_mut(&mut self) -> &mut Room {
        &mut self.list[self.open]
    }

    pub(crate) fn get(&self, room: &RoomId) -> Option<&Room> {
        self.list.iter().find(|known| known.state.id == *room)
    }

    pub(crate) fn get_mut(&mut self, room: &RoomId) -> Option<&mut Room> {
        self.list.iter_mut().find(|known| known.state.id == *room)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Room> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Room> {
        self.list.iter_mut()
    }

    /// Whether one is in it.
    pub(crate) fn has(&self, room: &RoomId) -> bool {
        self.get(room).is_some_and(|room| room.is_listed)
    }

    /// A room is new, or stands like this now.
    pub(crate) fn tell(&mut self, state: RoomState, me: &Person) {
        if state.id.is_inbox() {
            return;
        }
        match self.get_mut(&state.id) {
            Some(room) => room.told(state),
            None => self.list.push(Room::new(state, me)),
        }
    }

    /// Puts a room on the screen, and lets go of what rooms hold that were not there for long.
    pub(crate) fn open(&mut self, room: &RoomId) {
        if let Some(at) = self.position(room) {
            self.open = at;
        }
        self.openings += 1;
        let opening = self.openings;
        let here = self.here_mut();
        here.opening = opening;
        here.new_since = (here.unread.now().unread > 0).then(|| here.unread.read());
        let held = self
            .list
            .iter()
            .filter(|room| room.timeline.last().is_some());
        if held.clone().count() > HELD_MAX
            && let Some(oldest) = held.map(|room| room.opening).min()
        {
            self.list[..]
                .iter_mut()
                .filter(|room| room.opening == oldest)
                .for_each(|room| room.timeline.clear());
        }
    }

    /// One is not in this room any more. If it is on the screen, another one is to come there, if there is one.
    pub(crate) fn remove(&mut self, room: &RoomId) {
        let Some(at) = self.position(room) else {
            return;
        };
        self.list[at].is_listed = false;
        self.list[at].is_told = false;
        if at != self.open {
            self.list.remove(at);
            self.open -= usize::from(at < self.open);
        }
    }

    /// The list was told to its end; the rooms that are not in it.
    pub(crate) fn end_list(&mut self) -> Vec<RoomId> {
        for room in &mut self.list {
            room.is_listed = room.is_told;
        }
        let unlisted = self.list.iter().filter(|room| !room.is_listed);
        unlisted.map(|room| room.state.id.clone()).collect()
    }

    /// Where to go when the room on the screen is gone.
    pub(crate) fn refuge(&self) -> Option<RoomId> {
        let lobby = RoomId::lobby();
        if self.has(&lobby) {
            return Some(lobby);
        }
        let first = self.list.iter().find(|room| room.is_listed)?;
        Some(first.state.id.clone())
    }

    /// As the list shows them: rooms with a name by it, the lobby first, then those of people, the latest first.
    pub(crate) fn views(&self, me: &Person) -> Vec<RoomView> {
        let mut sorted: Vec<&Room> = Vec::with_capacity(self.list.len());
        for room in self.list.iter().filter(|room| room.is_listed) {
            let at = sorted.partition_point(|before| order(before, room) != Ordering::Greater);
            sorted.insert(at, room);
        }
        let here = self.here();
        let view = |room: &Room| room.view(me, std::ptr::eq(room, here));
        sorted.into_iter().map(view).collect()
    }

    fn position(&self, room: &RoomId) -> Option<usize> {
        self.list.iter().position(|known| known.state.id == *room)
    }
}

fn order(one: &Room, other: &Room) -> Ordering {
    let (a, b) = (&one.state, &other.state);
    let group = |state: &RoomState| match state {
        RoomState { kind, .. } if kind.is_personal() => 2,
        RoomState { id, .. } if *id == RoomId::lobby() => 0,
        _ => 1,
    };
    let last = |state: &RoomState| state.last.as_ref().map(|last| last.at);
    group(a).cmp(&group(b)).then_with(|| match group(a) {
        2 => last(b).cmp(&last(a)),
        _ => folded(&a.name).cmp(folded(&b.name)),
    })
}

fn folded(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}
