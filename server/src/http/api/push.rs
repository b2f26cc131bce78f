//! `POST /api/v1/push`

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::HeaderMap;
use futures_util::stream::{self, StreamExt as _};
use protocol::{Body, Cid, Person, Reason, RoomId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::RECEIVERS_MAX;
use super::asked::Json;
use super::caller::{Caller, idempotency_key};
use super::problem::Problem;
use crate::chat::{Pushed, Reached, Receiver, Refusal};
use crate::node::Node;
use crate::store::{Scope, random_id};

/// Receivers of one request that are stored side by side: they share commits, and leave room for other requests.
const SIDE_BY_SIDE: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Push {
    to: To,
    text: String,
}

/// One of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    user: Option<UserId>,
    users: Option<Vec<UserId>>,
    room: Option<RoomId>,
    #[serde(default)]
    everyone: bool,
}

/// What became of it.
#[derive(Serialize)]
pub(super) struct Told {
    stored: Vec<Stored>,
    /// Those of several users who are not there.
    unknown: Vec<UserId>,
}

#[derive(Serialize)]
struct Stored {
    /// The receiver, where it is a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
    room: RoomId,
    seq: u64,
    /// Milliseconds since 1970 UTC.
    at: u64,
    /// The same came before; nothing was stored now.
    repeated: bool,
    /// Whom it reaches; none while who is online is not known.
    reached: Option<Reach>,
}

#[derive(Serialize)]
struct Reach {
    people: usize,
    sessions: usize,
    later: usize,
}

/// Stores a notice for each receiver, and tells whom it reaches.
pub(super) async fn push(
    State(node): State<Arc<Node>>,
    caller: Caller,
    headers: HeaderMap,
    Json(push): Json<Push>,
) -> Result<Answer<Told>, Problem> {
    caller.may(Scope::Push)?;
    let key = idempotency_key(&headers)?;
    let receivers = receivers(&caller, push.to)?;
    let body = Body::parse(&push.text).map_err(Refusal::from)?;
    let program = &caller.0.program;
    tracing::debug!(program = %program.id, "pushes");
    let told = match receivers {
        Receivers::One(one) => {
            let cid = key.unwrap_or_else(random_id::<16, Cid>);
            let pushed = node.chat.push(program, cid, &one, &body).await;
            let pushed = pushed.map_err(|refusal| of_one(&one, refusal))?;
            let reached = node.chat.reach(&one).await;
            let reached = reached.inspect_err(|error| tracing::warn!(%error, "reach unknown"));
            Told {
                stored: vec![stored(&one, pushed, reached.ok())],
                unknown: Vec::new(),
            }
        }
        Receivers::Users(users) => push_to_all(&node, program, key, (users, &body)).await?,
    };
    Ok(Answer(told))
}

async fn push_to_all(
    node: &Node,
    program: &Person,
    key: Option<Cid>,
    (users, body): (BTreeSet<UserId>, &Body),
) -> Result<Told, Problem> {
    let each: Vec<_> = users.iter().cloned().map(Receiver::User).collect();
    let pushes = each.iter().map(|to| {
        let part = |key| part(key, to);
        let cid = key.as_ref().map_or_else(random_id::<16, Cid>, part);
        node.chat.push(program, cid, to, body)
    });
    let pushes: Vec<_> = pushes.collect();
    let pushed: Vec<_> = stream::iter(pushes).buffered(SIDE_BY_SIDE).collect().await;
    let (mut found, mut unknown, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (user, pushed) in users.into_iter().zip(pushed) {
        match pushed {
            Ok(pushed) => found.push((user, pushed)),
            Err(refusal) if refusal.reason == Reason::PersonUnknown => unknown.push(user),
            Err(refusal) => failed.push((user, refusal)),
        }
    }
    if let Some((_, refusal)) = failed.first() {
        let users = failed.iter().map(|(user, _)| user.to_string());
        return Err(Problem::from(refusal.clone()).of_some(users.collect()));
    }
    let users: Vec<UserId> = found.iter().map(|(user, _)| user.clone()).collect();
    let places = node.chat.roster.registry().sessions(&users).await;
    let places = places
        .inspect_err(|error| tracing::warn!(%error, "reach unknown"))
        .ok();
    let told = found.into_iter().enumerate().map(|(nth, (user, pushed))| {
        let sessions = places.as_ref().map(|places| places[nth].len());
        let reached = sessions.map(|sessions| Reached {
            people: 1,
            sessions,
            later: usize::from(sessions == 0),
        });
        stored(&Receiver::User(user), pushed, reached)
    });
    Ok(Told {
        stored: told.collect(),
        unknown,
    })
}

/// Whom a request speaks to. A list of users is one, however many stand in it: each has their own part of the key.
enum Receivers {
    One(Receiver),
    Users(BTreeSet<UserId>),
}

fn receivers(caller: &Caller, to: To) -> Result<Receivers, Problem> {
    let To {
        user,
        users,
        room,
        everyone,
    } = to;
    match (user, users, room, everyone) {
        (Some(user), None, None, false) => {
            caller.is_for_all()?;
            Ok(Receivers::One(Receiver::User(user)))
        }
        (None, Some(users), None, false) => {
            caller.is_for_all()?;
            if users.is_empty() || users.len() > RECEIVERS_MAX {
                let says = format!("users are 1 to {RECEIVERS_MAX}; push to a room, or more often");
                return Err(Problem::unfit(says));
            }
            Ok(Receivers::Users(users.into_iter().collect()))
        }
        (None, None, Some(room), false) => {
            caller.knows(&room)?;
            Ok(Receivers::One(Receiver::Room(room)))
        }
        (None, None, None, true) => {
            if !caller.0.knows(&RoomId::notices()) {
                caller.is_for_all()?;
            }
            Ok(Receivers::One(Receiver::Everyone))
        }
        _ => Err(Problem::unfit("to has one of: user, users, room, everyone")),
    }
}

fn of_one(to: &Receiver, refusal: Refusal) -> Problem {
    match (refusal.reason, to) {
        (Reason::PersonUnknown, Receiver::User(user)) => {
            Problem::unknown(format!("there is no user {user}"), user.to_string())
        }
        (Reason::RoomUnknown, Receiver::Room(room)) => {
            Problem::unknown(format!("there is no room {room}"), room.to_string())
        }
        _ => refusal.into(),
    }
}

fn stored(to: &Receiver, pushed: Pushed, reached: Option<Reached>) -> Stored {
    let user = match to {
        Receiver::User(user) => Some(user.clone()),
        _ => None,
    };
    let Pushed { entry, is_repeated } = pushed;
    Stored {
        user,
        room: entry.room,
        seq: entry.seq,
        at: entry.at,
        repeated: is_repeated,
        reached: reached.map(|reached| Reach {
            people: reached.people,
            sessions: reached.sessions,
            later: reached.later,
        }),
    }
}

/// The cid of one receiver's part of a request: the same whenever the request comes again, whoever else is in it.
fn part(key: &Cid, to: &Receiver) -> Cid {
    let text = match to {
        Receiver::User(user) => format!("{key} {user}"),
        Receiver::Room(room) => format!("{key} {room}"),
        Receiver::Everyone => key.to_string(),
    };
    let hash = Sha256::digest(text);
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex.parse().expect("hex digits are an id")
}
