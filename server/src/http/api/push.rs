//! `POST /api/v1/push`

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::HeaderMap;
use protocol::{Body, Cid, Enclosed, Label, Person, Reason, RoomId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::asked::Json;
use super::caller::{Caller, idempotency_key};
use super::problem::Problem;
use super::receivers::{Receivers, To, receivers, refused};
use super::signal::{Signalled, signal};
use crate::chat::{Notice, Pushed, Reached, Receiver, Refusal};
use crate::node::Node;
use crate::store::{Scope, hex, next_cid};

/// Receivers of one request that are stored at once: they share commits, and leave room for other requests.
const AT_ONCE: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Push {
    to: To,
    text: Option<String>,
    r#type: Option<Label>,
    data: Option<Value>,
    /// It is told to who is there now, and stored nowhere.
    #[serde(default)]
    signal: bool,
}

/// What became of it.
#[derive(Serialize)]
pub(super) struct Told {
    stored: Vec<Stored>,
    /// What was told and not stored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signalled: Vec<Signalled>,
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

/// Stores a notice for each receiver, or signals it, and tells whom it reaches.
pub(super) async fn push(
    State(node): State<Arc<Node>>,
    caller: Caller,
    headers: HeaderMap,
    Json(push): Json<Push>,
) -> Result<Answer<Told>, Problem> {
    caller.may(Scope::Push)?;
    let key = idempotency_key(&headers)?;
    let is_signal = push.signal;
    if is_signal && key.is_some() {
        let says = "a signal is not stored, so it takes no Idempotency-Key";
        return Err(Problem::unfit(says));
    }
    let notice = notice(push.text, push.r#type, push.data, is_signal)?;
    let receivers = receivers(&caller, push.to)?;
    let program = &caller.0.program;
    tracing::debug!(program = %program.id, "pushes");
    if is_signal {
        let (signalled, unknown) = signal(&node, program, (receivers, &notice)).await?;
        return Ok(Answer(Told {
            stored: Vec::new(),
            signalled,
            unknown,
        }));
    }
    let (stored, unknown) = match receivers {
        Receivers::One(one) => (
            vec![push_to_one(&node, program, key, (&one, &notice)).await?],
            Vec::new(),
        ),
        Receivers::Users(users) => push_to_all(&node, program, key, (users, &notice)).await?,
    };
    Ok(Answer(Told {
        stored,
        signalled: Vec::new(),
        unknown,
    }))
}

/// What is said, if it is fit. Only a signal may have no text.
fn notice(
    text: Option<String>,
    label: Option<Label>,
    data: Option<Value>,
    is_signal: bool,
) -> Result<Notice, Problem> {
    let text = text.filter(|text| !(is_signal && text.is_empty()));
    let body = match text {
        Some(text) => Body::parse(&text).map_err(Refusal::from)?.into(),
        None if is_signal => String::new(),
        None => {
            return Err(Problem::unfit(
                "missing field `text`; only a signal may have none",
            ));
        }
    };
    let enclosed = Enclosed::new(label, data);
    let enclosed = enclosed.map_err(|too_much| Problem::unfit(too_much.to_string()))?;
    Ok(Notice { body, enclosed })
}

async fn push_to_one(
    node: &Node,
    program: &Person,
    key: Option<Cid>,
    (to, notice): (&Receiver, &Notice),
) -> Result<Stored, Problem> {
    let cid = key.unwrap_or_else(next_cid);
    let pushed = node.chat.push(program, cid, to, notice);
    let (pushed, reached) = tokio::join!(pushed, node.chat.reach(to));
    let pushed = pushed.map_err(|refusal| refused(to, refusal))?;
    let reached = reached.inspect_err(|error| tracing::warn!(%error, "reach unknown"));
    Ok(stored(to, pushed, reached.ok()))
}

async fn push_to_all(
    node: &Node,
    program: &Person,
    key: Option<Cid>,
    (users, notice): (BTreeSet<UserId>, &Notice),
) -> Result<(Vec<Stored>, Vec<UserId>), Problem> {
    let mut pushed = Vec::with_capacity(users.len());
    let each: Vec<_> = users.iter().cloned().collect();
    for some in each.chunks(AT_ONCE) {
        let part = |user: &UserId| key.as_ref().map_or_else(next_cid, |key| part(key, user));
        let some = some.iter().map(|user| (user.clone(), part(user))).collect();
        pushed.extend(node.chat.push_all(program, some, notice).await);
    }
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
    Ok((told.collect(), unknown))
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
fn part(key: &Cid, user: &UserId) -> Cid {
    let hash = Sha256::digest(format!("{key} {user}"));
    let cid = hex(&hash[..16]);
    cid.parse().expect("hex digits are an id")
}
