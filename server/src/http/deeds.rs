//! What one does in a room by the forms of the page about it. Each answers 303 to that page, or shows it with the reason why
//! not.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use protocol::{Cid, Kind, Reason, RoomName, Topic, UserId};
use serde::Deserialize;

use super::about::{Shown, about_page};
use super::failed::{Failed, status};
use super::inside::Inside;
use super::look::Look;
use super::rooms::named;
use crate::chat::Refusal;
use crate::node::Node;
use crate::store::random_id;

/// The fields of all these forms; each uses its own.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    cid: Option<Cid>,
    /// Whom it is about, by id or by name.
    user: Option<UserId>,
    name: String,
    topic: String,
    /// Why, as they are told it.
    why: String,
    /// For how long; for good if there are none.
    minutes: Option<u32>,
    muted: bool,
}

impl Fields {
    /// A form sent twice is done once.
    fn cid(&self) -> Cid {
        self.cid.clone().unwrap_or_else(random_id::<16, Cid>)
    }

    fn user(&self) -> Result<UserId, Reason> {
        self.user.clone().ok_or(Reason::PersonUnknown)
    }

    fn why(&self) -> Result<Topic, Reason> {
        Topic::parse(&self.why)
    }
}

/// The path of each of these forms after `/rooms/{room}/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Rename,
    Topic,
    Invite,
    Remove,
    Ban,
    Unban,
    Silence,
    Unsilence,
    Mute,
}

impl Verb {
    pub(super) const ALL: [(Self, &'static str); 9] = [
        (Self::Rename, "rename"),
        (Self::Topic, "topic"),
        (Self::Invite, "invite"),
        (Self::Remove, "remove"),
        (Self::Ban, "ban"),
        (Self::Unban, "unban"),
        (Self::Silence, "silence"),
        (Self::Unsilence, "unsilence"),
        (Self::Mute, "mute"),
    ];
}

/// `POST /rooms/{room}/{verb}`
pub(super) async fn perform(
    verb: Verb,
    State(node): State<Arc<Node>>,
    inside: Inside,
    look: Look,
    Form(fields): Form<Fields>,
) -> Result<Response, Failed> {
    match done(&node, &inside, (verb, &fields)).await? {
        Ok(()) => {
            tracing::info!(room = %inside.room.id, by = %inside.person.id, ?verb, "done");
            let page = format!("/rooms/{}/about", inside.room.id);
            Ok(Redirect::to(&page).into_response())
        }
        Err(Refusal {
            reason: Reason::RoomUnknown,
            ..
        }) => Err(Failed::NotFound),
        Err(Refusal { reason, .. }) => {
            let shown = Shown {
                refused: Some(reason),
                ..Shown::default()
            };
            about_page(&node, &look, (status(reason), inside, shown)).await
        }
    }
}

async fn done(
    node: &Node,
    inside: &Inside,
    (verb, fields): (Verb, &Fields),
) -> Result<Result<(), Refusal>, Failed> {
    Ok(match verb {
        Verb::Rename | Verb::Topic => describe(node, inside, (verb, fields)).await,
        Verb::Invite => match named(node, &fields.name).await? {
            Ok(user) => invite(node, inside, (fields, user)).await,
            Err(reason) => Err(reason.into()),
        },
        Verb::Unban => unban(node, inside, fields).await,
        Verb::Remove | Verb::Ban => put_out(node, inside, (verb, fields)).await,
        Verb::Silence | Verb::Unsilence => silence(node, inside, (verb, fields)).await,
        Verb::Mute => {
            let (person, room) = (&inside.person, &inside.room.id);
            node.chat.mute(person, room, fields.muted).await?;
            Ok(())
        }
    })
}

async fn describe(
    node: &Node,
    inside: &Inside,
    (verb, fields): (Verb, &Fields),
) -> Result<(), Refusal> {
    let (kind, text) = if verb == Verb::Rename {
        let name = RoomName::parse(&fields.name)?;
        (Kind::Renamed, name.as_str().to_owned())
    } else {
        let topic = Topic::parse(&fields.topic)?;
        (Kind::Described, topic.as_str().to_owned())
    };
    let (by, room) = (inside.person.clone(), &inside.room.id);
    let described = node.chat.describe(by, fields.cid(), (room, kind), &text);
    described.await.map(|_| ())
}

async fn invite(
    node: &Node,
    inside: &Inside,
    (fields, user): (&Fields, UserId),
) -> Result<(), Refusal> {
    let (by, whom) = (inside.person.clone(), (&inside.room.id, &user));
    let added = node.chat.add(by, fields.cid(), whom).await;
    added.map(|_| ())
}

async fn unban(node: &Node, inside: &Inside, fields: &Fields) -> Result<(), Refusal> {
    let user = fields.user()?;
    let (by, whom) = (inside.person.clone(), (&inside.room.id, &user));
    node.chat.unban_from(by, fields.cid(), whom).await
}

async fn put_out(
    node: &Node,
    inside: &Inside,
    (verb, fields): (Verb, &Fields),
) -> Result<(), Refusal> {
    let (user, why) = (fields.user()?, fields.why()?);
    let (by, whom) = (inside.person.clone(), (&inside.room.id, &user));
    let out = if verb == Verb::Remove {
        node.chat.remove(by, fields.cid(), whom, why.as_str()).await
    } else {
        let banned = node.chat.ban_from(by, fields.cid(), whom, why.as_str());
        banned.await
    };
    out.map(|_| ())
}

async fn silence(
    node: &Node,
    inside: &Inside,
    (verb, fields): (Verb, &Fields),
) -> Result<(), Refusal> {
    let user = fields.user()?;
    let (by, whom) = (inside.person.clone(), (&inside.room.id, &user));
    if verb == Verb::Silence {
        let minutes = fields.minutes;
        node.chat.silence(by, fields.cid(), whom, minutes).await
    } else {
        node.chat.unsilence(by, fields.cid(), whom).await
    }
}
