//! `GET /api/v1/online`

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use protocol::{Person, UserId};
use serde::{Deserialize, Serialize};

use super::asked::{Asked, limit};
use super::caller::Caller;
use super::problem::Problem;
use crate::node::Node;
use crate::store::Scope;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    after: Option<UserId>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Online {
    /// All of them, not only those told here.
    count: usize,
    /// By id.
    users: Vec<Person>,
    /// What `after` has to be for those who come next, if somebody does.
    next: Option<UserId>,
}

/// Who is online.
pub(super) async fn online(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Answer<Online>, Problem> {
    caller.may(Scope::Online)?;
    caller.is_for_all()?;
    let limit = limit(wanted.limit)?;
    let mut users = node.chat.roster.registry().online().await?.people;
    let count = users.len();
    users.sort_by(|one, other| one.id.cmp(&other.id));
    if let Some(after) = wanted.after {
        users.retain(|person| person.id > after);
    }
    let has_more = users.len() > limit;
    users.truncate(limit);
    let last = users.last().map(|person| person.id.clone());
    let next = last.filter(|_| has_more);
    Ok(Answer(Online { count, users, next }))
}
