//! Links into private rooms: made by who looks after the room, followed by whoever has one.

use std::sync::Arc;

use app::pages::JoinRoomView;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use protocol::{Cid, Reason};

use super::about::{Shown, about_page};
use super::failed::{Failed, status};
use super::inside::Inside;
use super::joining;
use super::look::Look;
use super::signed_in::Visitor;
use crate::node::Node;
use crate::store::{Listed, Token, random_id};

/// `POST /rooms/{room}/link`: a new link, which ends the one before. It is shown in the answer and never again, so this is no
/// 303.
pub(super) async fn make(
    State(node): State<Arc<Node>>,
    inside: Inside,
    look: Look,
) -> Result<Response, Failed> {
    let (status, shown) = match node.chat.invite(&inside.person, &inside.room.id).await {
        Ok(link) => {
            let link = format!("{}/invite/{}", node.public_url, link.reveal());
            let shown = Shown {
                link: Some(link),
                ..Shown::default()
            };
            (StatusCode::OK, shown)
        }
        Err(refusal) if refusal.reason == Reason::RoomUnknown => return Err(Failed::NotFound),
        Err(refusal) => {
            let shown = Shown {
                refused: Some(refusal.reason),
                ..Shown::default()
            };
            (status(refusal.reason), shown)
        }
    };
    about_page(&node, &look, (status, inside, shown)).await
}

/// `GET /invite/{link}`: asks before joining the room the link leads to.
pub(super) async fn ask(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Path(link): Path<String>,
) -> Result<Response, Failed> {
    let (_, listed) = followed(&node, &link).await?;
    Ok(match visitor.person {
        Some(_) => ask_page(&look, (&link, listed, None)),
        None => sign_in_first(&link),
    })
}

/// `POST /invite/{link}`: goes in.
pub(super) async fn accept(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Path(link): Path<String>,
) -> Result<Response, Failed> {
    let (token, listed) = followed(&node, &link).await?;
    let Some(person) = visitor.person else {
        return Ok(sign_in_first(&link));
    };
    match node
        .chat
        .accept(person, random_id::<16, Cid>(), &token)
        .await
    {
        Ok(room) => Ok(Redirect::to(&format!("/rooms/{room}")).into_response()),
        Err(refusal) if refusal.reason == Reason::RoomUnknown => Err(Failed::NotFound),
        Err(refusal) => Ok(ask_page(&look, (&link, listed, Some(refusal.reason)))),
    }
}

/// Where the link leads; one that has ended, and none of ours, lead nowhere.
async fn followed(node: &Node, link: &str) -> Result<(Token, Listed), Failed> {
    let token = Token::received(link).ok_or(Failed::NotFound)?;
    let listed = node.chat.invited(&token).await?.ok_or(Failed::NotFound)?;
    Ok((token, listed))
}

fn sign_in_first(link: &str) -> Response {
    Redirect::to(&format!("/?next=/invite/{link}")).into_response()
}

fn ask_page(look: &Look, (link, listed, refused): (&str, Listed, Option<Reason>)) -> Response {
    let view = JoinRoomView {
        name: listed.name,
        topic: listed.topic,
        people: listed.people,
        action: format!("/invite/{link}"),
        is_invited: true,
        refused,
    };
    joining::show(look, &view)
}
