//! What plain forms send, before scripts run or without them. Each answers 303 when it is done.

use std::net::IpAddr;
use std::sync::Arc;

use app::pages::JoinForm;
use app::{Language, Theme};
use axum::Form;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use protocol::{Cid, Person, Reason, RoomId, limits};
use serde::Deserialize;

use super::address::Address;
use super::failed::Failed;
use super::look::{LANGUAGE, Look, THEME};
use super::pages::{Shown, join_page, own_path, room_page};
use super::sign_in::Not;
use super::signed_in::{Visitor, keep, sign_in, sign_out};
use crate::chat::Wish;
use crate::guest;
use crate::node::Node;
use crate::store::{Span, Token};

#[derive(Deserialize)]
pub(super) struct Join {
    #[serde(default)]
    name: String,
    #[serde(default)]
    next: String,
}

/// `POST /join`: a guest under this name, or the form again with the reason.
pub(super) async fn join(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Address(from): Address,
    Form(form): Form<Join>,
) -> Result<Response, Failed> {
    let next = own_path(&form.next);
    if visitor.person.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    match try_join(&node, from, &form.name).await? {
        Ok((_, token)) => Ok((sign_in(&node, &token), Redirect::to(next)).into_response()),
        Err(not) => {
            let form = JoinForm {
                name: form.name,
                refused: Some(not.told()),
                next: next.to_owned(),
            };
            Ok(not.answer(join_page(&look, not.status(), form)))
        }
    }
}

async fn try_join(
    node: &Node,
    from: IpAddr,
    name: &str,
) -> Result<Result<(Person, Token), Not>, Failed> {
    match guest::join(node, from, name).await {
        Ok(joined) => Ok(Ok(joined)),
        Err(guest::Not::Because(reason)) => Ok(Err(Not::Because(reason))),
        Err(guest::Not::Yet(wait)) => Ok(Err(Not::Yet(wait))),
        Err(guest::Not::Failed(error)) => Err(error.into()),
    }
}

/// `POST /leave`: ends the sign-in and its sockets, on every node.
pub(super) async fn leave(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
) -> Result<Response, Failed> {
    if let Some(token) = visitor.token {
        node.chat.sign_out(&token).await?;
    }
    Ok((sign_out(&node), Redirect::to("/")).into_response())
}

#[derive(Deserialize)]
pub(super) struct Message {
    cid: Cid,
    #[serde(default)]
    body: String,
}

/// `POST /rooms/{room}/messages`: stores the message, or shows the room again with the text and the reason.
pub(super) async fn post(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    room: Result<Path<RoomId>, PathRejection>,
    Form(form): Form<Message>,
) -> Result<Response, Failed> {
    let Ok(Path(room)) = room else {
        return Err(Failed::NotFound);
    };
    let Some(person) = visitor.person else {
        return Ok(Redirect::to(&format!("/?next=/rooms/{room}")).into_response());
    };
    match node
        .chat
        .send(
            person.clone(),
            Wish::message(form.cid, room.clone(), form.body.clone()),
        )
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/rooms/{room}")).into_response()),
        Err(refusal) => {
            let status = match refusal.reason {
                Reason::RoomUnknown => return Err(Failed::NotFound),
                Reason::RateLimited => StatusCode::TOO_MANY_REQUESTS,
                Reason::CidConflict => StatusCode::CONFLICT,
                reason if reason.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let span = Span::newest(limits::PAGE_ENTRIES);
            let refused = Some((refusal.reason, form.body));
            room_page(
                &node,
                &look,
                status,
                Shown {
                    person,
                    room,
                    span,
                    refused,
                },
            )
            .await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Settings {
    language: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    next: String,
}

/// `POST /settings`: keeps the language or the colours; what is unknown is left as it was.
pub(super) async fn settings(
    State(node): State<Arc<Node>>,
    Form(form): Form<Settings>,
) -> Response {
    let mut jar = CookieJar::new();
    if let Some(language) = form.language.as_deref().and_then(Language::parse) {
        jar = jar.add(keep(&node, LANGUAGE, language.as_str().to_owned(), false));
    }
    if let Some(theme) = form.theme.as_deref().and_then(Theme::parse) {
        jar = jar.add(keep(&node, THEME, theme.as_str().to_owned(), false));
    }
    (jar, Redirect::to(own_path(&form.next))).into_response()
}
