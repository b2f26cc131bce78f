//! A room whose people alone may ask: for everybody else it is not there.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use protocol::{Person, RoomId, RoomKind, RoomState};

use super::failed::Failed;
use super::signed_in::Visitor;
use crate::node::Node;

/// The visitor, and the room they are in. Who is not signed in is asked to be; who is not in a public room, to join; for who is
/// not in another one, it is the same as if there were none.
pub(super) struct Inside {
    pub(super) person: Person,
    pub(super) room: RoomState,
}

impl FromRequestParts<Arc<Node>> for Inside {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, node).await;
        let visitor = visitor.map_err(|failed| failed.into_response())?;
        let path = Path::<RoomId>::from_request_parts(parts, node).await;
        let Ok(Path(room)) = path else {
            return Err(Failed::NotFound.into_response());
        };
        let Some(person) = visitor.person else {
            return Err(if wants_json(&parts.headers) {
                StatusCode::UNAUTHORIZED.into_response()
            } else {
                Redirect::to(&format!("/?next=/rooms/{room}")).into_response()
            });
        };
        find(node, person, &room).await
    }
}

async fn find(node: &Node, person: Person, room: &RoomId) -> Result<Inside, Response> {
    let state = node.chat.room(&person, room).await;
    let state = state.map_err(|error| Failed::from(error).into_response())?;
    if state.kind == RoomKind::Public && !is_in(node, &person, room).await? {
        return Err(Redirect::to(&format!("/rooms/{room}/join")).into_response());
    }
    Ok(Inside {
        person,
        room: state,
    })
}

/// A public room is told to everybody, whether they are in it or not.
async fn is_in(node: &Node, person: &Person, room: &RoomId) -> Result<bool, Response> {
    let is_in = node.chat.is_in(person, room).await;
    is_in.map_err(|error| Failed::from(error).into_response())
}

pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"))
}
