//! Whom and what a program means: by its own key, or by an id.

use std::str::FromStr;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use protocol::{Person, Reason, RoomId, UserId};
use serde::Deserialize;

use super::caller::Caller;
use super::problem::Problem;
use crate::chat::Refusal;
use crate::node::Node;
use crate::store::{Alias, Called, Scope};

/// As it stands in a request's JSON: `"ann-7"` is a key, `{"id": "0f3a5c2d9b7e4180"}` an id.
#[derive(Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "give a key of 1 to 128 characters of a-z, A-Z, 0-9 and - _ . ~ : @ + = |, or {\"id\": an id}"
)]
pub(super) enum Named<T> {
    Key(Alias),
    Id { id: T },
}

impl<T> From<Named<T>> for Called<T> {
    fn from(named: Named<T>) -> Self {
        match named {
            Named::Key(alias) => Self::Alias(alias),
            Named::Id { id } => Self::Id(id),
        }
    }
}

/// Part of a path, as it was meant.
pub(super) type Part = Result<Path<String>, PathRejection>;

/// The key that stands in a path.
pub(super) fn key(part: &str) -> Result<Alias, Problem> {
    Alias::from_str(part).map_err(|bad| Problem::unfit(bad.to_string()))
}

/// The user that stands in a path: whom the program calls so, or else by the id.
pub(super) async fn user(node: &Node, caller: &Caller, part: Part) -> Result<Person, Problem> {
    let unknown = || Problem::from(Refusal::from(Reason::PersonUnknown));
    let Path(text) = part.map_err(|_| unknown())?;
    if let Some(alias) = own(caller, &text) {
        let program = &caller.0.program;
        if let Some(person) = node.chat.embedding.person(program, &alias).await? {
            return Ok(person);
        }
    }
    let id: UserId = text.parse().map_err(|_| unknown())?;
    let found = node.chat.directory.person(&id).await?;
    found.ok_or_else(unknown)
}

/// The room that stands in a path, as [`user`].
pub(super) async fn room(node: &Node, caller: &Caller, part: Part) -> Result<RoomId, Problem> {
    let unknown = || Problem::not_found("there is no such room");
    let Path(text) = part.map_err(|_| unknown())?;
    if let Some(alias) = own(caller, &text)
        && let Some(room) = node.chat.embedding.room(&caller.0.program, &alias).await?
    {
        return Ok(room);
    }
    text.parse().map_err(|_| unknown())
}

/// What may be a key of the program's.
fn own(caller: &Caller, text: &str) -> Option<Alias> {
    let alias = text.parse().ok();
    alias.filter(|_| caller.0.may(Scope::People))
}
