//! The rooms there are, new ones, and a talk with somebody.

use std::sync::Arc;

use app::pages::{NewRoomRefused, NewRoomView, RoomRow, RoomsView};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use protocol::{Cid, Name, Reason, RoomKind, RoomName, Topic, UserId, limits};
use serde::Deserialize;

use super::failed::{Failed, refused_page, status};
use super::look::Look;
use super::signed_in::Visitor;
use crate::node::Node;
use crate::store::{NewRoom, random_id};

/// Rooms on one page of them.
const ROOMS_SHOWN: usize = 100;

#[derive(Deserialize)]
pub(super) struct Wanted {
    after: Option<String>,
}

/// `GET /rooms?after=NAME`: the public rooms, by name.
pub(super) async fn browse(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failed> {
    let Some(person) = visitor.person else {
        return Ok(Redirect::to("/?next=/rooms").into_response());
    };
    let after = wanted.after.as_deref();
    let mut listed = node.chat.public_rooms(after, ROOMS_SHOWN + 1).await?;
    let has_more = listed.len() > ROOMS_SHOWN;
    listed.truncate(ROOMS_SHOWN);
    let own = node.chat.rooms(&person).await?;
    let more_after = listed.last().filter(|_| has_more);
    let more_after = more_after.map(|room| room.name.clone());
    let row = |room: crate::store::Listed| RoomRow {
        is_in: own.iter().any(|state| state.id == room.id),
        id: room.id.into(),
        name: room.name,
        topic: room.topic,
        people: room.people,
    };
    let view = RoomsView {
        rooms: listed.into_iter().map(row).collect(),
        more_after,
    };
    let shell = look.shell();
    let page = Html(app::pages::rooms_page(&shell, &view));
    Ok((look.policy(&shell, &[]), page).into_response())
}

/// `GET /rooms/new`: the forms for a room and for a group.
pub(super) async fn new_room(visitor: Visitor, look: Look) -> Response {
    if visitor.person.is_none() {
        return Redirect::to("/?next=/rooms/new").into_response();
    }
    new_room_page(&look, StatusCode::OK, (NewRoomForm::default(), None))
}

#[derive(Default, Deserialize)]
pub(super) struct NewRoomForm {
    cid: Option<Cid>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    topic: String,
    /// `public`, `private` or `group`.
    #[serde(default)]
    kind: String,
    /// Names, one a line.
    #[serde(default)]
    people: String,
}

/// `POST /rooms/new`: makes a room or a group and leads there, or shows the form again with the reason.
pub(super) async fn make(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Form(form): Form<NewRoomForm>,
) -> Result<Response, Failed> {
    let Some(person) = visitor.person else {
        return Ok(Redirect::to("/?next=/rooms/new").into_response());
    };
    let cid = form.cid.clone().unwrap_or_else(random_id::<16, Cid>);
    let made = match wished(&node, &form).await? {
        Ok(new) => node.chat.make(person, cid, new).await,
        Err(reason) => Err(reason.into()),
    };
    Ok(match made {
        Ok(room) => Redirect::to(&format!("/rooms/{room}")).into_response(),
        Err(refusal) => {
            let status = status(refusal.reason);
            new_room_page(&look, status, (form, Some(refusal.reason)))
        }
    })
}

/// The room that the form asks for, or why there cannot be such a one.
async fn wished(node: &Node, form: &NewRoomForm) -> Result<Result<NewRoom, Reason>, Failed> {
    if form.kind == "group" {
        let people = people_named(node, &form.people).await?;
        return Ok(people.map(|people| NewRoom {
            kind: RoomKind::Group,
            name: String::new(),
            topic: String::new(),
            people,
        }));
    }
    let kind = match form.kind.as_str() {
        "private" => RoomKind::Private,
        _ => RoomKind::Public,
    };
    let (name, topic) = (RoomName::parse(&form.name), Topic::parse(&form.topic));
    Ok(name.and_then(|name| {
        Ok(NewRoom {
            kind,
            name: name.as_str().to_owned(),
            topic: topic?.as_str().to_owned(),
            people: Vec::new(),
        })
    }))
}

async fn people_named(node: &Node, names: &str) -> Result<Result<Vec<UserId>, Reason>, Failed> {
    let names: Vec<&str> = names
        .lines()
        .filter(|name| !name.trim().is_empty())
        .collect();
    if names.len() > limits::GROUP_PEOPLE_MAX {
        return Ok(Err(Reason::RoomFull));
    }
    if names.is_empty() {
        return Ok(Err(Reason::NameEmpty));
    }
    let mut people = Vec::new();
    for name in names {
        match named(node, name).await? {
            Ok(user) => people.push(user),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok(people))
}

/// Who is here under this name, however it is written.
pub(super) async fn named(node: &Node, name: &str) -> Result<Result<UserId, Reason>, Failed> {
    let name = match Name::parse(name.trim()) {
        Ok(name) => name,
        Err(reason) => return Ok(Err(reason)),
    };
    let found = node.chat.named(&name).await?;
    Ok(found.map(|person| person.id).ok_or(Reason::PersonUnknown))
}

fn new_room_page(
    look: &Look,
    status: StatusCode,
    (form, refused): (NewRoomForm, Option<Reason>),
) -> Response {
    let shell = look.shell();
    let is_group = form.kind == "group";
    let view = NewRoomView {
        cid: random_id::<16, _>(),
        name: form.name,
        topic: form.topic,
        is_private: form.kind == "private",
        people: form.people,
        refused: refused.map(|reason| {
            if is_group {
                NewRoomRefused::Group(reason)
            } else {
                NewRoomRefused::Room(reason)
            }
        }),
    };
    let page = Html(app::pages::new_room_page(&shell, &view));
    (status, look.policy(&shell, &[]), page).into_response()
}

#[derive(Deserialize)]
pub(super) struct Talk {
    user: UserId,
}

/// `POST /talk`: leads to the room of these two people, which is made if it is not there yet.
pub(super) async fn talk(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Form(form): Form<Talk>,
) -> Response {
    let Some(person) = visitor.person else {
        return Redirect::to("/").into_response();
    };
    let direct = NewRoom {
        kind: RoomKind::Direct,
        name: String::new(),
        topic: String::new(),
        people: vec![form.user],
    };
    match node.chat.make(person, random_id::<16, _>(), direct).await {
        Ok(room) => Redirect::to(&format!("/rooms/{room}")).into_response(),
        Err(refusal) => refused_page(&look, refusal.reason),
    }
}
