//! What an entry does besides being shown.

use std::borrow::Cow;

use protocol::{Entry, Kind, RoomId, SessionId, SignInId, Target, UserId};
use serde::Deserialize;

use super::Topic;

/// What an entry does besides being shown: to the sessions that are told it, or to other messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The message at this seq is shown beside it.
    Answers(u64),
    /// The message at this seq has another text.
    Edits(u64),
    /// The message at this seq has no text any more.
    Deletes(u64),
    /// It is the last this user is told of the room.
    Removed(UserId),
    /// In an inbox: its user may see more of the room from now on.
    Added(RoomId),
    /// In an inbox: its user is in this room no more; why, as they are told it.
    Gone(RoomId, String),
    /// In an inbox: the sessions of this sign-in end.
    SignedOut(SignInId),
    /// In an inbox: this session of its user has begun, and where one may have only one, those before it end.
    Connected(SessionId),
    /// In an inbox: all sessions of its user end; why, as they are told it.
    Banned(String),
    /// In an inbox: all sessions of its user that there are now end; why, as they are told it.
    Kicked(String),
}

impl Act {
    pub fn of(entry: &Entry) -> Option<Self> {
        let about = (entry.kind, entry.target.as_ref()?, entry.body.as_str());
        Self::read(&entry.room, about)
    }

    /// That of an entry's own JSON.
    pub(super) fn in_frame(topic: &Topic, text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct About<'a> {
            kind: Kind,
            target: Option<Target>,
            #[serde(borrow)]
            body: Cow<'a, str>,
        }
        let Topic::Room(room) = topic else {
            return None;
        };
        let About { kind, target, body } = serde_json::from_str(text).ok()?;
        Self::read(room, (kind, &target?, &body))
    }

    /// A target that is not what it is to be does nothing.
    fn read(room: &RoomId, (kind, target, body): (Kind, &Target, &str)) -> Option<Self> {
        let id = target.as_str();
        match (kind, room.is_inbox()) {
            (Kind::Posted, false) => target.seq().map(Self::Answers),
            (Kind::Edited, false) => target.seq().map(Self::Edits),
            (Kind::Deleted, false) => target.seq().map(Self::Deletes),
            (Kind::Removed, false) => id.parse().ok().map(Self::Removed),
            (Kind::Added, true) => id.parse().ok().map(Self::Added),
            (Kind::Removed, true) => {
                let room = id.parse().ok()?;
                Some(Self::Gone(room, body.to_owned()))
            }
            (Kind::SignedOut, true) => id.parse().ok().map(Self::SignedOut),
            (Kind::Connected, true) => id.parse().ok().map(Self::Connected),
            (Kind::Banned, true) => Some(Self::Banned(body.to_owned())),
            (Kind::Kicked, true) => Some(Self::Kicked(body.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;
    use crate::frame::tests::entry;

    #[test]
    fn a_frame_does_the_same_wherever_it_was_made() {
        let inbox = RoomId::inbox(&"u1".parse().expect("an id"));
        let (lobby, bob) = (RoomId::lobby(), "bob".parse::<UserId>().expect("an id"));
        let sign_in = "s1".parse::<SignInId>().expect("an id");
        let session = "s2".parse::<SessionId>().expect("an id");
        let body = r#"","kind":"removed","target":"u9"#;
        for (room, kind, target, act) in [
            (
                &lobby,
                Kind::Removed,
                Target::from(&bob),
                Some(Act::Removed(bob.clone())),
            ),
            (&lobby, Kind::Added, Target::from(&bob), None),
            (&lobby, Kind::SignedOut, Target::from(&sign_in), None),
            (
                &inbox,
                Kind::Added,
                Target::from(&lobby),
                Some(Act::Added(lobby.clone())),
            ),
            (
                &inbox,
                Kind::Removed,
                Target::from(&lobby),
                Some(Act::Gone(lobby.clone(), body.to_owned())),
            ),
            (
                &inbox,
                Kind::SignedOut,
                Target::from(&sign_in),
                Some(Act::SignedOut(sign_in.clone())),
            ),
            (
                &inbox,
                Kind::Connected,
                Target::from(&session),
                Some(Act::Connected(session.clone())),
            ),
            (
                &inbox,
                Kind::Banned,
                Target::from(&bob),
                Some(Act::Banned(body.to_owned())),
            ),
            (&lobby, Kind::Connected, Target::from(&session), None),
            (&lobby, Kind::Banned, Target::from(&bob), None),
            (&lobby, Kind::Posted, Target::from(&bob), None),
            (
                &lobby,
                Kind::Posted,
                Target::message(2),
                Some(Act::Answers(2)),
            ),
            (
                &lobby,
                Kind::Edited,
                Target::message(2),
                Some(Act::Edits(2)),
            ),
            (
                &lobby,
                Kind::Deleted,
                Target::message(2),
                Some(Act::Deletes(2)),
            ),
            (&lobby, Kind::Reacted, Target::message(2), None),
        ] {
            let entry = Entry {
                room: room.clone(),
                kind,
                target: Some(target),
                ..entry(3, Kind::Posted, None, body)
            };
            let made = Frame::entry(entry);
            assert_eq!(made.act, act, "{room} {kind:?}");
            let Frame {
                topic, seq, text, ..
            } = made.clone();
            assert_eq!(Frame::heard(topic, seq, text), made, "{room} {kind:?}");
        }
        let state = Frame::heard(
            Topic::Room(lobby),
            0,
            Frame::entry(entry(3, Kind::Posted, None, "hi")).text,
        );
        assert_eq!(state.act, None, "only an entry does something");
        let junk = Frame::heard(Topic::Room(inbox), 4, r#"{"kind":"removed"}"#.into());
        assert_eq!(junk.act, None);
    }
}
