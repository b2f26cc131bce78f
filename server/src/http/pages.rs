//! The pages one reads.

use std::sync::Arc;

use app::Snapshot;
use app::pages::JoinForm;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use protocol::{Cid, Entry, Event, Person, Reason, RoomId, RoomKind, RoomState, limits};
use serde::Deserialize;

use super::failed::Failed;
use super::look::Look;
use super::signed_in::Visitor;
use crate::node::Node;
use crate::store::{Span, random_id};

#[derive(Deserialize)]
pub(super) struct Return {
    #[serde(default)]
    pub(super) next: String,
}

/// `GET /`: join with a name, or straight to the room.
pub(super) async fn join(visitor: Visitor, look: Look, Query(wanted): Query<Return>) -> Response {
    let next = own_path(&wanted.next);
    if visitor.person.is_some() {
        return Redirect::to(next).into_response();
    }
    join_page(
        &look,
        StatusCode::OK,
        JoinForm {
            name: String::new(),
            refused: None,
            next: next.to_owned(),
        },
    )
}

pub(super) fn join_page(look: &Look, status: StatusCode, form: JoinForm) -> Response {
    let shell = look.shell();
    let page = Html(app::pages::join_page(&shell, &form));
    (status, look.policy(&shell, &[]), page).into_response()
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<u64>,
    at: Option<u64>,
}

impl Wanted {
    /// A message that is linked to stands in the middle of its page.
    fn span(&self) -> Span {
        let limit = limits::PAGE_ENTRIES;
        let after = |seq: u64| seq.saturating_add(limit as u64 / 2);
        match (self.before, self.at) {
            (Some(seq), _) => Span::Before { seq, limit },
            (None, Some(seq)) => Span::Before {
                seq: after(seq),
                limit,
            },
            (None, None) => Span::newest(limit),
        }
    }
}

/// `GET /rooms/{room}?before=SEQ` or `?at=SEQ`: the room with its newest page, or an older one for who has no scripts or follows a
/// link to a message.
pub(super) async fn room(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    room: Result<Path<RoomId>, PathRejection>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failed> {
    let Ok(Path(room)) = room else {
        return Err(Failed::NotFound);
    };
    let Some(person) = visitor.person else {
        return Ok(Redirect::to(&format!("/?next=/rooms/{room}")).into_response());
    };
    let span = wanted.span();
    room_page(
        &node,
        &look,
        StatusCode::OK,
        Shown {
            person,
            room,
            span,
            refused: None,
        },
    )
    .await
}

/// What a room's page shows.
pub(super) struct Shown {
    pub(super) person: Person,
    pub(super) room: RoomId,
    pub(super) span: Span,
    pub(super) refused: Option<(Reason, String)>,
}

pub(super) async fn room_page(
    node: &Node,
    look: &Look,
    status: StatusCode,
    shown: Shown,
) -> Result<Response, Failed> {
    let Shown {
        person,
        room,
        span,
        refused,
    } = shown;
    let rooms = node.chat.rooms(&person).await?;
    let Some(mut room) = rooms.iter().find(|state| state.id == room).cloned() else {
        return elsewhere(node, &person, &room).await;
    };
    let page = node.chat.page(&person, &room.id, span).await?;
    room.top = page.top;
    let Event::Online {
        version,
        count,
        people,
    } = node.chat.roster.online()
    else {
        unreachable!("the roster tells who is online");
    };
    let attendance = attendance(node, &person, &room).await?;
    // Where all who are online are in the room, one list is enough.
    let attendance = attendance.filter(|told| room.kind != RoomKind::Public || told.0 != count);
    let nodes = node.chat.roster.nodes();
    let shell = look.shell();
    let policy = look.policy(&shell, &node.origins.all());
    let snapshot = Snapshot {
        me: person,
        room,
        epoch: page.epoch,
        entries: page.entries.into_iter().map(as_shown).collect(),
        closed: page.closed,
        aside: page.aside,
        rooms,
        version,
        count,
        people,
        attendance,
        nodes,
        cid: random_id::<16, Cid>(),
        refused,
    };
    Ok((
        status,
        policy,
        Html(app::pages::room_page(&shell, &snapshot)),
    )
        .into_response())
}

/// Who is listed beside the room. The list of rooms tells who talks in a talk; where programs speak, that is everybody online.
async fn attendance(
    node: &Node,
    person: &Person,
    room: &RoomState,
) -> Result<Option<(u64, Vec<Person>)>, Failed> {
    let listed = match room.kind {
        _ if room.id == RoomId::notices() => return Ok(None),
        RoomKind::Public => node.chat.attendance(&room.id).await?,
        RoomKind::Private => node.chat.everybody_in(person, &room.id).await?,
        _ => return Ok(None),
    };
    Ok(Some((listed.count, listed.people)))
}

/// An entry as the page has a use for it.
fn as_shown(entry: Entry) -> Entry {
    let enclosed = None;
    Entry { enclosed, ..entry }
}

/// What there is of a room one is not in: if it is public, that one may join it.
async fn elsewhere(node: &Node, person: &Person, room: &RoomId) -> Result<Response, Failed> {
    match node.chat.room(person, room).await?.kind {
        RoomKind::Public => Ok(Redirect::to(&format!("/rooms/{room}/join")).into_response()),
        _ => Err(Failed::NotFound),
    }
}

pub(super) async fn not_found() -> Failed {
    Failed::NotFound
}

/// A path of ours to go to next; anything else leads to the lobby. A browser reads `//` and `/\` as another host.
pub(super) fn own_path(wanted: &str) -> &str {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"/-_?=".contains(&b);
    let is_own = wanted.starts_with('/') && !wanted.contains("//") && wanted.bytes().all(fits);
    if is_own { wanted } else { "/rooms/lobby" }
}
