//! Whom a program speaks to.

use std::collections::BTreeSet;

use protocol::{Reason, RoomId, UserId};
use serde::Deserialize;

use super::RECEIVERS_MAX;
use super::caller::Caller;
use super::problem::Problem;
use crate::chat::{Receiver, Refusal};

/// One of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct To {
    user: Option<UserId>,
    users: Option<Vec<UserId>>,
    room: Option<RoomId>,
    #[serde(default)]
    everyone: bool,
}

/// Whom a request speaks to. A list of users is one, however many stand in it: each has their own part of the key.
pub(super) enum Receivers {
    One(Receiver),
    Users(BTreeSet<UserId>),
}

/// Those, if the caller may speak to them.
pub(super) fn receivers(caller: &Caller, to: To) -> Result<Receivers, Problem> {
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

/// The refusal of one receiver, by their own name.
pub(super) fn refused(to: &Receiver, refusal: Refusal) -> Problem {
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
