//! `/api/v1/rooms`: which rooms there are, and who is in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use protocol::{RoomId, RoomKind};
use serde::{Deserialize, Serialize};

use super::asked::{Asked, limit};
use super::called::{self, Part};
use super::caller::Caller;
use super::problem::Problem;
use crate::node::Node;
use crate::store::{Hall, Listed, Scope};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Rooms {
    /// By name, those of one name by id.
    rooms: Vec<Counted>,
    /// What `after` has to be for those that come next, if there are some.
    next: Option<String>,
}

#[derive(Serialize)]
struct Counted {
    id: RoomId,
    name: String,
    topic: String,
    /// How many are in it.
    people: u64,
}

/// The public rooms; for a key that is for some rooms, those.
pub(super) async fn list(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Answer<Rooms>, Problem> {
    caller.may(Scope::Online)?;
    let limit = limit(wanted.limit)?;
    let after = wanted.after.as_deref();
    let (mut rooms, place): (Vec<Counted>, fn(&Counted) -> String) = match &caller.0.rooms {
        // No two public rooms have one name.
        None => {
            let public = node.chat.public_rooms(after, limit + 1).await?;
            let rooms = public.into_iter().map(Counted::from);
            (rooms.collect(), |room| room.name.clone())
        }
        Some(rooms) => (theirs(&node, rooms, after).await?, Counted::place),
    };
    let has_more = rooms.len() > limit;
    rooms.truncate(limit);
    let next = rooms.last().filter(|_| has_more).map(place);
    Ok(Answer(Rooms { rooms, next }))
}

/// The rooms of a key that is for some alone, behind a name or a [place](Counted::place).
async fn theirs(
    node: &Node,
    own: &BTreeSet<RoomId>,
    after: Option<&str>,
) -> Result<Vec<Counted>, Problem> {
    let mut rooms = Vec::new();
    for room in own {
        let hall = node.chat.podium.hall(room).await?;
        rooms.extend(hall.map(Counted::from));
    }
    rooms.retain(|room: &Counted| after.is_none_or(|after| room.is_behind(after)));
    rooms.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    Ok(rooms)
}

/// Between a room's name and its id; a name has no control characters.
const BEFORE_ID: char = '\t';

impl Counted {
    /// Where it stands among rooms of which some may have the same name.
    fn place(&self) -> String {
        format!("{}{BEFORE_ID}{}", self.name, self.id)
    }

    fn is_behind(&self, after: &str) -> bool {
        match after.split_once(BEFORE_ID) {
            Some((name, id)) => (self.name.as_str(), self.id.as_str()) > (name, id),
            None => self.name.as_str() > after,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Room {
    #[serde(flatten)]
    counted: Counted,
    kind: RoomKind,
    /// How many of them are online, and in how many sessions.
    online: usize,
    sessions: usize,
    /// The seq of its newest entry.
    top: u64,
}

/// One room, of whatever kind.
pub(super) async fn room(
    State(node): State<Arc<Node>>,
    caller: Caller,
    room: Part,
) -> Result<Answer<Room>, Problem> {
    caller.may(Scope::Online)?;
    let room = called::room(&node, &caller, room).await?;
    caller.knows(&room)?;
    let hall = node.chat.podium.hall(&room).await?;
    let hall = hall.ok_or_else(|| Problem::not_found("there is no such room"))?;
    let reached = node.chat.reach_people(&hall.people).await?;
    Ok(Answer(Room {
        kind: hall.kind,
        online: reached.people - reached.later,
        sessions: reached.sessions,
        top: hall.top,
        counted: hall.into(),
    }))
}

impl From<Listed> for Counted {
    fn from(room: Listed) -> Self {
        Self {
            id: room.id,
            name: room.name,
            topic: room.topic,
            people: room.people,
        }
    }
}

impl From<Hall> for Counted {
    fn from(hall: Hall) -> Self {
        Self {
            id: hall.id,
            name: hall.name,
            topic: hall.topic,
            people: hall.people.len() as u64,
        }
    }
}
