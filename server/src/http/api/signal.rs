//! What is told and not stored: whoever is there now hears it.

use std::collections::BTreeSet;

use protocol::{Person, Reason, RoomId, UserId};
use serde::Serialize;

use super::problem::Problem;
use super::receivers::{Receivers, refused};
use crate::chat::{Notice, Receiver};
use crate::node::Node;

/// To whom it was told.
#[derive(Serialize)]
pub(super) struct Signalled {
    /// The receiver: a user, or a room.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<RoomId>,
    /// The receiver's sessions now, on all nodes; none while who is online is not known.
    sessions: Option<usize>,
}

/// Tells each receiver; also those of several users who are not there.
pub(super) async fn signal(
    node: &Node,
    program: &Person,
    (receivers, notice): (Receivers, &Notice),
) -> Result<(Vec<Signalled>, Vec<UserId>), Problem> {
    match receivers {
        Receivers::One(one) => {
            let told = node.chat.signal(program, &one, notice).await;
            told.map_err(|refusal| refused(&one, refusal))?;
            Ok((vec![signalled(node, one).await], Vec::new()))
        }
        Receivers::Users(users) => signal_to_all(node, program, (users, notice)).await,
    }
}

async fn signal_to_all(
    node: &Node,
    program: &Person,
    (users, notice): (BTreeSet<UserId>, &Notice),
) -> Result<(Vec<Signalled>, Vec<UserId>), Problem> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for user in users {
        let to = Receiver::User(user.clone());
        match node.chat.signal(program, &to, notice).await {
            Ok(()) => found.push(user),
            Err(refusal) if refusal.reason == Reason::PersonUnknown => unknown.push(user),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let places = node.chat.roster.registry().sessions(&found).await;
    let places = places.inspect_err(|error| tracing::warn!(%error, "reach unknown"));
    let places = places.ok();
    let told = found.into_iter().enumerate().map(|(nth, user)| Signalled {
        user: Some(user),
        room: None,
        sessions: places.as_ref().map(|places| places[nth].len()),
    });
    Ok((told.collect(), unknown))
}

async fn signalled(node: &Node, to: Receiver) -> Signalled {
    let reached = node.chat.reach(&to).await;
    let reached = reached.inspect_err(|error| tracing::warn!(%error, "reach unknown"));
    let (user, room) = match to {
        Receiver::User(user) => (Some(user), None),
        Receiver::Room(room) => (None, Some(room)),
        Receiver::Everyone => (None, Some(RoomId::notices())),
    };
    Signalled {
        user,
        room,
        sessions: reached.ok().map(|reached| reached.sessions),
    }
}
