//! `/api/v1/users`: finding people, where they are, and ending their sessions.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use protocol::{Cid, Name, Person, Reason, SessionId, Topic, UserId, limits};
use serde::{Deserialize, Serialize};

use super::asked::{Asked, Json, limit};
use super::called::{self, Part};
use super::caller::{Caller, idempotency_key};
use super::own_rooms::may_make;
use super::problem::Problem;
use crate::chat::Refusal;
use crate::node::Node;
use crate::presence::{self, Place};
use crate::store::{PersonPut, Scope, name, random_id};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    name: String,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Found {
    users: Vec<Counted>,
    /// More are called so; a longer name finds them.
    more: bool,
}

#[derive(Serialize)]
struct Counted {
    id: UserId,
    name: Name,
    sessions: usize,
}

/// Those whose names begin so.
pub(super) async fn find(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Answer<Found>, Problem> {
    caller.may(Scope::Online)?;
    caller.is_for_all()?;
    let limit = limit(wanted.limit)?;
    let mut people = node.chat.directory.people(&wanted.name, limit + 1).await?;
    let more = people.len() > limit;
    people.truncate(limit);
    let ids: Vec<UserId> = people.iter().map(|person| person.id.clone()).collect();
    let places = node.chat.roster.registry().sessions(&ids).await?;
    let counted = |(person, places): (Person, Vec<_>)| Counted {
        id: person.id,
        name: person.name,
        sessions: places.len(),
    };
    let users = people.into_iter().zip(places).map(counted).collect();
    Ok(Answer(Found { users, more }))
}

#[derive(Serialize)]
pub(super) struct User {
    id: UserId,
    name: Name,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Session {
    id: SessionId,
    /// The address of its node, if that is known.
    node: Option<String>,
}

/// One user, with their sessions and where these are.
pub(super) async fn user(
    State(node): State<Arc<Node>>,
    caller: Caller,
    user: Part,
) -> Result<Answer<User>, Problem> {
    caller.may(Scope::Online)?;
    caller.is_for_all()?;
    let Person { id, name } = called::user(&node, &caller, user).await?;
    let places = places_of(&node, &id).await?;
    let session = |place: Place| Session {
        id: place.session,
        node: place.node,
    };
    let sessions = places.into_iter().map(session).collect();
    Ok(Answer(User { id, name, sessions }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    name: String,
}

#[derive(Serialize)]
pub(super) struct Put {
    id: UserId,
    /// With a number where somebody else has the name alone.
    name: Name,
    created: bool,
}

/// Makes somebody, or renames them.
pub(super) async fn put(
    State(node): State<Arc<Node>>,
    caller: Caller,
    user: Part,
    Json(Described { name }): Json<Described>,
) -> Result<(StatusCode, Answer<Put>), Problem> {
    may_make(&caller)?;
    let key = called::key(&user.map(|Path(user)| user).unwrap_or_default())?;
    let name = free_to_have(&name)?;
    let (embedding, program) = (&node.chat.embedding, &caller.0.program);
    let put = embedding.put_person(program, &key, &name).await?;
    let PersonPut { person, is_new } = put;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let told = Put {
        id: person.id,
        name: person.name,
        created: is_new,
    };
    Ok((status, Answer(told)))
}

fn free_to_have(text: &str) -> Result<Name, Problem> {
    let name = Name::parse(text).map_err(|reason| {
        let chars = limits::NAME_CHARS_MAX;
        let says = format!("a name has 1 to {chars} characters, none of them invisible");
        Problem::unfit(says).because(reason)
    })?;
    if name::is_reserved(&name) {
        let says = format!("nobody can have the name {name}; give another");
        return Err(Problem::unfit(says).because(Reason::NameReserved));
    }
    Ok(name)
}

#[derive(Serialize)]
pub(super) struct SignedOut {
    user: UserId,
}

/// Ends all sign-ins of one of the program's people, and their sessions on all nodes: they come back by another ticket alone.
pub(super) async fn sign_out(
    State(node): State<Arc<Node>>,
    caller: Caller,
    user: Part,
) -> Result<Answer<SignedOut>, Problem> {
    may_make(&caller)?;
    let key = called::key(&user.map(|Path(user)| user).unwrap_or_default())?;
    let program = &caller.0.program;
    let person = node.chat.embedding.person(program, &key).await?;
    let person = person.ok_or_else(|| Refusal::from(Reason::PersonUnknown))?;
    node.chat.sign_out_everywhere(&person.id).await?;
    tracing::info!(program = %program.id, user = %person.id, "signs out");
    Ok(Answer(SignedOut { user: person.id }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    #[serde(default)]
    reason: String,
}

#[derive(Serialize)]
pub(super) struct Kicked {
    user: UserId,
    /// How many sessions there were; none while that is not known.
    sessions: Option<usize>,
    /// The same came before; nobody was kicked now.
    repeated: bool,
}

/// Ends the user's sessions on all nodes; their sign-ins stay.
pub(super) async fn kick(
    State(node): State<Arc<Node>>,
    caller: Caller,
    user: Part,
    headers: HeaderMap,
    Json(why): Json<Why>,
) -> Result<Answer<Kicked>, Problem> {
    caller.may(Scope::Kick)?;
    caller.is_for_all()?;
    let cid = idempotency_key(&headers)?.unwrap_or_else(random_id::<16, Cid>);
    let why = Topic::parse(&why.reason).map_err(Refusal::from)?;
    let Person { id: user, .. } = called::user(&node, &caller, user).await?;
    let places = places_of(&node, &user).await.ok();
    let program = &caller.0.program;
    let kicked = node.chat.kick(program, cid, &user, why.as_str()).await?;
    tracing::info!(program = %program.id, %user, "kicks");
    Ok(Answer(Kicked {
        user,
        sessions: places.map(|places| places.len()),
        repeated: kicked.is_repeated,
    }))
}

/// Where the sessions of one user are.
async fn places_of(node: &Node, user: &UserId) -> Result<Vec<Place>, presence::Error> {
    let registry = node.chat.roster.registry();
    let places = registry.sessions(std::slice::from_ref(user)).await?;
    Ok(places.into_iter().next().unwrap_or_default())
}
