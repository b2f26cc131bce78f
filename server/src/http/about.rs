//! What there is to know about a room one is in.

use std::sync::Arc;

use app::pages::AboutView;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use protocol::{Person, Reason, UserId, limits};
use serde::{Deserialize, Serialize};

use super::entries::shared_with;
use super::failed::Failed;
use super::inside::{Inside, wants_json};
use super::look::Look;
use crate::node::Node;
use crate::store::{Members, random_id};

/// People named on the page.
const PEOPLE_SHOWN: usize = 200;

/// Banned ones named on it; when some may come back, there is place for others.
const BANNED_SHOWN: usize = 200;

/// Who is in the room, for the app.
#[derive(Serialize)]
struct People {
    owner: Option<UserId>,
    /// How many are in it; not all of them are named if they are many.
    count: u64,
    people: Vec<Person>,
}

/// `GET /rooms/{room}/about?from=COUNT`: the page about it, with the people after so many, or who is in it as JSON for whom accepts it.
pub(super) async fn about(
    State(node): State<Arc<Node>>,
    inside: Inside,
    look: Look,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failed> {
    if !wants_json(&headers) {
        let shown = Shown {
            from: wanted.from.min(limits::ROOM_PEOPLE_MAX),
            ..Shown::default()
        };
        return about_page(&node, &look, (StatusCode::OK, inside, shown)).await;
    }
    let (Inside { person, room }, most) = (inside, limits::PEOPLE_TOLD_MAX);
    let members = node.chat.members(&person, &room.id, most).await?;
    let people = People {
        owner: members.owner,
        count: members.count,
        people: members.people,
    };
    let private = [(header::CACHE_CONTROL, "private, no-store")];
    Ok((private, shared_with(&node, &headers), Json(people)).into_response())
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    from: usize,
}

/// What the page tells besides what is always there.
#[derive(Default)]
pub(super) struct Shown {
    /// People named on the pages before.
    pub(super) from: usize,
    pub(super) refused: Option<Reason>,
    /// An invitation's address, just made.
    pub(super) link: Option<String>,
}

pub(super) async fn about_page(
    node: &Node,
    look: &Look,
    (status, inside, shown): (StatusCode, Inside, Shown),
) -> Result<Response, Failed> {
    let Inside { person, room } = inside;
    let most = shown.from + PEOPLE_SHOWN;
    let members = node.chat.members(&person, &room.id, most).await?;
    let Members {
        count,
        owner,
        people,
    } = members;
    let people = people.into_iter().skip(shown.from).collect();
    let banned = if room.owned {
        node.chat.banned_from(&room.id, BANNED_SHOWN).await?
    } else {
        Vec::new()
    };
    let shell = look.shell();
    let view = AboutView {
        me: person.id,
        room,
        count,
        from: shown.from as u64,
        people,
        owner,
        banned,
        cid: random_id::<16, _>(),
        link: shown.link,
        refused: shown.refused,
    };
    let page = Html(app::pages::about_page(&shell, &view));
    Ok((status, look.policy(&shell, &[]), page).into_response())
}
