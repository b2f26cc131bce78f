//! Who stands in the list beside a room.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use protocol::{Entry, Event, Kind, Person, RoomId, limits};
use tokio::time::Instant;

use super::Chat;
use crate::frame::{Frame, Topic};
use crate::store::{Error, Members};

/// How long a list is told to others who ask, and how much longer with each person online: what it costs grows with them.
const FRESH: Duration = Duration::from_secs(1);
const FRESH_EACH: Duration = Duration::from_millis(1);

/// Rooms whose lists are kept.
const KEPT_MAX: usize = 1_000;

/// The list beside a room: of a public one those in it who are online, of another one everybody in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attendance {
    pub count: u64,
    /// By name; only some if they are many.
    pub people: Vec<Person>,
}

/// The lists that were asked for.
#[derive(Default)]
pub(super) struct Attendances {
    kept: Mutex<HashMap<RoomId, Kept>>,
}

struct Kept {
    /// Of the list of all who are online.
    version: u64,
    at: Instant,
    list: Attendance,
}

impl Attendances {
    fn get(&self, room: &RoomId, (version, online): (u64, usize)) -> Option<Attendance> {
        let kept = self.kept.lock().expect("no holder of the lists panics");
        let known = kept.get(room)?;
        // Where changes are told by name, a list of before would contradict them.
        let is_of_now = known.version == version || online > limits::PEOPLE_TOLD_MAX;
        let stays = FRESH + FRESH_EACH * online as u32;
        (is_of_now && known.at.elapsed() < stays).then(|| known.list.clone())
    }

    fn keep(&self, room: &RoomId, version: u64, list: &Attendance) {
        let mut kept = self.kept.lock().expect("no holder of the lists panics");
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        let (at, list) = (Instant::now(), list.clone());
        kept.insert(room.clone(), Kept { version, at, list });
    }
}

impl Chat {
    /// Who of a public room is online, as the sessions here are told who is.
    pub async fn attendance(&self, room: &RoomId) -> Result<Attendance, Error> {
        let (version, online) = self.roster.everybody();
        if let Some(list) = self.attendances.get(room, (version, online.len())) {
            return Ok(list);
        }
        let users = online.iter().map(|person| person.id.clone()).collect();
        let present = self.shelf.among(room, users).await?;
        let mut people: Vec<Person> = online
            .into_iter()
            .filter(|person| present.contains(&person.id))
            .collect();
        people
            .sort_by_cached_key(|person| (person.name.as_str().to_lowercase(), person.id.clone()));
        let count = people.len() as u64;
        if people.len() > limits::PEOPLE_TOLD_MAX {
            people.truncate(limits::PEOPLE_SOME);
        }
        let list = Attendance { count, people };
        self.attendances.keep(room, version, &list);
        Ok(list)
    }

    /// Everybody in a room that this person is in, online or not.
    pub async fn everybody_in(&self, person: &Person, room: &RoomId) -> Result<Attendance, Error> {
        let most = limits::PEOPLE_TOLD_MAX;
        let Members { count, people, .. } = self.members(person, room, most).await?;
        Ok(Attendance { count, people })
    }

    /// Has those in public rooms look again who is there, where these entries say that somebody came or went: in such a room
    /// none does.
    pub(super) fn tell_coming_and_going(&self, entries: &[Entry]) {
        let mut rooms: Vec<RoomId> = entries.iter().filter_map(told_of).collect();
        rooms.dedup();
        rooms.retain(|room| entries.iter().all(|entry| entry.room != *room));
        for room in rooms {
            let changed = Event::PeopleChanged { room: room.clone() };
            self.tell_state(&room, Frame::state(Topic::Room(room.clone()), &changed));
        }
    }
}

/// The room that an entry of an inbox says somebody came into or went out of.
fn told_of(entry: &Entry) -> Option<RoomId> {
    let is_of_people = matches!(entry.kind, Kind::Added | Kind::Removed);
    let target = entry.target.as_ref();
    let target = target.filter(|_| is_of_people && entry.room.is_inbox())?;
    target.as_str().parse().ok()
}
