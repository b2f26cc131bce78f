//! `/api/v1/rooms/{key}`: a program's own rooms, and who is in them.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use protocol::{Reason, RoomId, RoomKind, RoomName, Topic, UserId, limits};
use serde::{Deserialize, Serialize};

use super::asked::Json;
use super::called::{Named, key};
use super::caller::Caller;
use super::problem::Problem;
use crate::node::Node;
use crate::store::{Alias, Called, Member, MembersWanted, NotPut, RoomPut, RoomWanted, Scope};

/// Members one request may name; a room of more gets the others one by one.
const NAMED_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Room {
    name: String,
    #[serde(default)]
    topic: String,
    kind: Kind,
    members: Option<Vec<Named<UserId>>>,
}

/// What a program makes rooms of.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Public,
    Private,
}

/// What became of the room.
#[derive(Serialize)]
pub(super) struct Put {
    id: RoomId,
    created: bool,
    added: Vec<Told>,
    removed: Vec<Told>,
    /// Who may not be let in. All others are in.
    left_out: Vec<LeftOut>,
}

#[derive(Serialize)]
struct Told {
    id: UserId,
    /// None for who is not one of the program's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Alias>,
}

#[derive(Serialize)]
struct LeftOut {
    #[serde(flatten)]
    member: Told,
    reason: Reason,
}

/// Makes the room, or changes it.
pub(super) async fn put_room(
    State(node): State<Arc<Node>>,
    caller: Caller,
    room: Result<Path<String>, PathRejection>,
    Json(wanted): Json<Room>,
) -> Result<(StatusCode, Answer<Put>), Problem> {
    may_make(&caller)?;
    let room = key(&room.map(|Path(room)| room).unwrap_or_default())?;
    let wanted = wanted.checked()?;
    let program = &caller.0.program;
    let put = node.chat.put_room(program, &room, wanted).await?;
    answer(put)
}

/// Lets one more in.
pub(super) async fn put_member(
    State(node): State<Arc<Node>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<(StatusCode, Answer<Put>), Problem> {
    change(&node, &caller, path, MembersWanted::With).await
}

/// Puts one out.
pub(super) async fn remove_member(
    State(node): State<Arc<Node>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<(StatusCode, Answer<Put>), Problem> {
    change(&node, &caller, path, MembersWanted::Without).await
}

async fn change(
    node: &Node,
    caller: &Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    wanted: fn(Called<UserId>) -> MembersWanted,
) -> Result<(StatusCode, Answer<Put>), Problem> {
    may_make(caller)?;
    let (room, user) = path.map(|Path(path)| path).unwrap_or_default();
    let (room, user) = (key(&room)?, key(&user)?);
    let wanted = wanted(Called::Alias(user));
    let put = node.chat.put_members(&caller.0.program, &room, wanted);
    match put.await? {
        Err(NotPut::Unknown(unknown)) => {
            let says = "this user is none of your people; make them with PUT /users/{key}";
            let unknown = unknown.iter().map(Called::to_string).collect();
            let problem = Problem::not_found(says).because(Reason::PersonUnknown);
            Err(problem.of_unknown(unknown))
        }
        put => answer(put),
    }
}

pub(super) fn may_make(caller: &Caller) -> Result<(), Problem> {
    caller.may(Scope::People)?;
    caller.is_for_all()
}

impl Room {
    fn checked(self) -> Result<RoomWanted, Problem> {
        let name = RoomName::parse(&self.name).map_err(|reason| {
            let chars = limits::ROOM_NAME_CHARS_MAX;
            let says = format!("a room's name has 1 to {chars} characters, none of them invisible");
            Problem::unfit(says).because(reason)
        })?;
        let topic = Topic::parse(&self.topic).map_err(|reason| {
            let chars = limits::TOPIC_CHARS_MAX;
            let says = format!("a topic has at most {chars} characters, none of them invisible");
            Problem::unfit(says).because(reason)
        })?;
        let members = match self.members {
            None => MembersWanted::AsTheyAre,
            Some(named) if named.len() > NAMED_MAX => {
                let says = format!(
                    "members are at most {NAMED_MAX}; leave them away, and let in the others by PUT …/members/{{key}}"
                );
                return Err(Problem::unfit(says));
            }
            Some(named) => MembersWanted::Exactly(named.into_iter().map(Called::from).collect()),
        };
        Ok(RoomWanted {
            kind: match self.kind {
                Kind::Public => RoomKind::Public,
                Kind::Private => RoomKind::Private,
            },
            name: name.as_str().to_owned(),
            topic: topic.as_str().to_owned(),
            members,
        })
    }
}

fn answer(put: Result<RoomPut, NotPut>) -> Result<(StatusCode, Answer<Put>), Problem> {
    let put = put.map_err(|not| match not {
        NotPut::Unknown(unknown) => {
            let says = "some members are not there; nothing was changed";
            let unknown = unknown.iter().map(Called::to_string).collect();
            Problem::unfit(says)
                .because(Reason::PersonUnknown)
                .of_unknown(unknown)
        }
        NotPut::OtherKind(kind) => {
            let kind = if kind == RoomKind::Public {
                "public"
            } else {
                "private"
            };
            let says = format!("this room is {kind} for ever; make another one under another key");
            Problem::new(StatusCode::CONFLICT, says)
        }
    })?;
    let left_out = put.left_out.into_iter().map(|(member, reason)| LeftOut {
        member: Told::from(member),
        reason,
    });
    let status = if put.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let put = Put {
        id: put.room,
        created: put.is_new,
        added: put.added.into_iter().map(Told::from).collect(),
        removed: put.removed.into_iter().map(Told::from).collect(),
        left_out: left_out.collect(),
    };
    Ok((status, Answer(put)))
}

impl From<Member> for Told {
    fn from(member: Member) -> Self {
        Self {
            id: member.person.id,
            key: member.alias,
        }
    }
}
