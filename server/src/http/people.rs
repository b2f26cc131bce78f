//! Looking for people, and what administrators do about them.

use std::sync::Arc;

use app::pages::{PeopleDone, PeopleView};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::{Form, Json};
use protocol::{Person, Reason, Topic, UserId};
use serde::Deserialize;

use super::failed::Failed;
use super::inside::wants_json;
use super::look::Look;
use super::signed_in::Visitor;
use crate::node::Node;
use crate::store::Error;

/// People told at once; a few more letters find the others.
const FOUND_MAX: usize = 50;

/// Bans shown.
const BANNED_MAX: usize = 200;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    name: String,
    #[serde(default)]
    done: String,
}

/// `GET /people?name=PREFIX`: those whose names begin so, as JSON for whom accepts it, else as a page.
pub(super) async fn page(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failed> {
    let is_json = wants_json(&headers);
    let Some(me) = visitor.person else {
        return Ok(if is_json {
            StatusCode::UNAUTHORIZED.into_response()
        } else {
            Redirect::to("/?next=/people").into_response()
        });
    };
    let directory = &node.chat.directory;
    let mut found = directory.people(&wanted.name, FOUND_MAX + 1).await?;
    let more = found.len() > FOUND_MAX;
    found.truncate(FOUND_MAX);
    if is_json {
        let private = [(header::CACHE_CONTROL, "private, no-store")];
        return Ok((private, Json(found)).into_response());
    }
    let banned = if visitor.is_admin {
        Some(node.chat.bans.banned(BANNED_MAX).await?)
    } else {
        None
    };
    let shell = look.shell();
    let view = PeopleView {
        me,
        begins: wanted.name,
        found,
        more,
        banned: banned.map(|banned| {
            let pair = banned.into_iter().map(|banned| (banned.person, banned.why));
            pair.collect()
        }),
        done: match wanted.done.as_str() {
            "banned" => Some(PeopleDone::Banned),
            "unbanned" => Some(PeopleDone::Unbanned),
            _ => None,
        },
    };
    let page = Html(app::pages::people_page(&shell, &view));
    Ok((look.policy(&shell, &[]), page).into_response())
}

#[derive(Deserialize)]
pub(super) struct Why {
    #[serde(default)]
    why: String,
}

/// `POST /people/{user}/ban`: an administrator puts somebody out of all of Confab.
pub(super) async fn ban(
    State(node): State<Arc<Node>>,
    About { by, user }: About,
    Form(form): Form<Why>,
) -> Result<Response, Failed> {
    let why = match Topic::parse(&form.why) {
        Ok(why) => why,
        Err(Reason::TopicTooLong) => return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
        Err(_) => return Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response()),
    };
    let banned = node.chat.ban(&by, &user, why.as_str()).await;
    tracing::info!(by = %by.id, %user, done = banned.is_ok(), "bans");
    answer(banned, "banned")
}

/// `POST /people/{user}/unban`: they may sign in again.
pub(super) async fn unban(
    State(node): State<Arc<Node>>,
    About { by, user }: About,
) -> Result<Response, Failed> {
    let unbanned = node.chat.bans.unban(&by, &user).await;
    tracing::info!(by = %by.id, %user, done = unbanned.is_ok(), "lets in again");
    answer(unbanned, "unbanned")
}

/// An administrator who asks, and who it is about. Others learn nothing of who is there.
pub(super) struct About {
    by: Person,
    user: UserId,
}

impl FromRequestParts<Arc<Node>> for About {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<Node>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, node).await;
        let visitor = visitor.map_err(|failed| failed.into_response())?;
        let Some(by) = visitor.person else {
            return Err(Redirect::to("/sign-in?next=/people").into_response());
        };
        if !visitor.is_admin {
            return Err(StatusCode::FORBIDDEN.into_response());
        }
        let path = Path::<UserId>::from_request_parts(parts, node).await;
        let Path(user) = path.map_err(|_| Failed::NotFound.into_response())?;
        Ok(Self { by, user })
    }
}

fn answer(done: Result<(), Error>, what: &str) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/people?done={what}")).into_response()),
        Err(Error::NotAllowed) => Ok(StatusCode::FORBIDDEN.into_response()),
        Err(Error::PersonUnknown) => Err(Failed::NotFound),
        Err(error) => Err(error.into()),
    }
}
