//! What a sign-in is in every store that lasts: for how long it is good, and how its user is told of it.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::{Cid, Kind, Person, RoomId, Target};

use super::{Draft, VISIT_TIME, random_id};

pub(super) const DAY_SECS: i64 = 24 * 60 * 60;

/// A sign-in ends when it was not used for this long.
pub(super) const SIGN_IN_SECS: i64 = 30 * DAY_SECS;

/// The same of a visit, which its node renews.
pub(super) const VISIT_SECS: i64 = VISIT_TIME.as_secs() as i64;

/// How long the name of a visit that has ended so is kept for it, unless somebody asks for it: after an hour without the store its
/// node has renewed nothing, and its guests are still there.
pub(super) const FORGOTTEN_AFTER_SECS: i64 = 60 * 60;

/// Visits that one commit forgets at most; more wait for the next one.
pub(super) const FORGOTTEN_MAX: usize = 256;

/// Resume tokens of one sign-in that are kept after a day: pages take one each, and few are open for so long.
pub(super) const OLD_RESUMES_MAX: usize = 256;

/// The hash of a token.
pub(super) type Hash = [u8; 32];

/// What is to stand in the inbox of `to`.
pub(super) fn told(
    (to, by): (&Person, &Person),
    kind: Kind,
    (target, body): (Target, &str),
) -> Draft {
    Draft {
        room: RoomId::inbox(&to.id),
        sender: by.clone(),
        cid: random_id::<16, Cid>(),
        kind,
        target: Some(target),
        body: body.to_owned(),
        enclosed: None,
        at: now() as u64 * 1_000,
    }
}

/// Seconds since 1970 UTC.
pub(super) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    since.as_secs() as i64
}
