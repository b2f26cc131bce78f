//! `/api/v1/users`: finding people, where they are, and ending their sessions.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use protocol::{Cid, Name, Person, Reason, SessionId, Topic, UserId};
use serde::{Deserialize, Serialize};

use super::asked::{Asked, Json, limit};
use super::caller::{Caller, idempotency_key};
use super::problem::Problem;
use crate::chat::Refusal;
use crate::node::Node;
use crate::presence::{self, Place};
use crate::store::{Scope, random_id};

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
    user: Result<Path<UserId>, PathRejection>,
) -> Result<Answer<User>, Problem> {
    caller.may(Scope::Online)?;
    caller.is_for_all()?;
    let Person { id, name } = known(&node, user).await?;
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
    user: Result<Path<UserId>, PathRejection>,
    headers: HeaderMap,
    Json(why): Json<Why>,
) -> Result<Answer<Kicked>, Problem> {
    caller.may(Scope::Kick)?;
    caller.is_for_all()?;
    let cid = idempotency_key(&headers)?.unwrap_or_else(random_id::<16, Cid>);
    let why = Topic::parse(&why.reason).map_err(Refusal::from)?;
    let Person { id: user, .. } = known(&node, user).await?;
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

async fn known(node: &Node, user: Result<Path<UserId>, PathRejection>) -> Result<Person, Problem> {
    let unknown = || Problem::from(Refusal::from(Reason::PersonUnknown));
    let Path(user) = user.map_err(|_| unknown())?;
    let found = node.chat.directory.person(&user).await?;
    found.ok_or_else(unknown)
}
