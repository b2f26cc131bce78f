//! Coming into a room, and leaving it.

use std::sync::Arc;

use app::pages::JoinRoomView;
use axum::Form;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use protocol::{Cid, Person, Reason, RoomId, RoomKind};
use serde::Deserialize;

use super::about::{Shown, about_page};
use super::failed::{Failed, status};
use super::inside::Inside;
use super::look::Look;
use super::signed_in::Visitor;
use crate::node::Node;
use crate::store::random_id;

/// `GET /rooms/{room}/join`: asks before joining a public room.
pub(super) async fn ask(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    room: Result<Path<RoomId>, PathRejection>,
) -> Result<Response, Failed> {
    match public(&node, visitor, room).await? {
        Ok((person, room)) => join_page(&node, &look, (&person, &room, None)).await,
        Err(answer) => Ok(answer),
    }
}

/// `POST /rooms/{room}/join`: goes into a public room.
pub(super) async fn join(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    room: Result<Path<RoomId>, PathRejection>,
) -> Result<Response, Failed> {
    let (person, room) = match public(&node, visitor, room).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let cid = random_id::<16, Cid>();
    match node.chat.join(person.clone(), cid, &room).await {
        Ok(_) => Ok(Redirect::to(&format!("/rooms/{room}")).into_response()),
        Err(refusal) if refusal.reason == Reason::RoomUnknown => Err(Failed::NotFound),
        Err(refusal) => join_page(&node, &look, (&person, &room, Some(refusal.reason))).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Leaving {
    cid: Option<Cid>,
}

/// `POST /rooms/{room}/leave`
pub(super) async fn leave(
    State(node): State<Arc<Node>>,
    inside: Inside,
    look: Look,
    Form(form): Form<Leaving>,
) -> Result<Response, Failed> {
    let cid = form.cid.unwrap_or_else(random_id::<16, Cid>);
    let (by, whom) = (inside.person.clone(), (&inside.room.id, &inside.person.id));
    match node.chat.remove(by, cid, whom, "").await {
        Ok(_) => Ok(Redirect::to("/rooms").into_response()),
        Err(refusal) if refusal.reason == Reason::RoomUnknown => Err(Failed::NotFound),
        Err(refusal) => {
            let shown = Shown {
                refused: Some(refusal.reason),
                ..Shown::default()
            };
            about_page(&node, &look, (status(refusal.reason), inside, shown)).await
        }
    }
}

/// Who asks, and the public room; or the answer for who has not signed in. Of other rooms nobody is told.
async fn public(
    node: &Node,
    visitor: Visitor,
    room: Result<Path<RoomId>, PathRejection>,
) -> Result<Result<(Person, RoomId), Response>, Failed> {
    let Ok(Path(room)) = room else {
        return Err(Failed::NotFound);
    };
    let Some(person) = visitor.person else {
        let next = format!("/?next=/rooms/{room}/join");
        return Ok(Err(Redirect::to(&next).into_response()));
    };
    let state = node.chat.room(&person, &room).await?;
    if state.kind != RoomKind::Public {
        // In it already, else it would be unknown.
        let path = format!("/rooms/{room}");
        return Ok(Err(Redirect::to(&path).into_response()));
    }
    Ok(Ok((person, room)))
}

async fn join_page(
    node: &Node,
    look: &Look,
    (person, room, refused): (&Person, &RoomId, Option<Reason>),
) -> Result<Response, Failed> {
    let state = node.chat.room(person, room).await?;
    let members = node.chat.members(person, room, 0).await?;
    let view = JoinRoomView {
        name: state.name,
        topic: state.topic,
        people: members.count,
        action: format!("/rooms/{room}/join"),
        is_invited: false,
        refused,
    };
    Ok(show(look, &view))
}

/// The page that asks before one joins a room, by whichever way.
pub(super) fn show(look: &Look, view: &JoinRoomView) -> Response {
    let shell = look.shell();
    let status = view.refused.map_or(StatusCode::OK, status);
    let page = Html(app::pages::join_room_page(&shell, view));
    (status, look.policy(&shell, &[]), page).into_response()
}
