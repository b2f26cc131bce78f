//! Identities as types, so that a room is never passed where a user is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId {
    what: &'static str,
    length_max: usize,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, length_max } = self;
        write!(
            f,
            "a {what} is 1 to {length_max} characters of a-z, A-Z, 0-9, - and _"
        )
    }
}

impl std::error::Error for BadId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $length_max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let fits = (1..=$length_max).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if fits { Ok(Self(text.into())) } else { Err(BadId { what: $what, length_max: $length_max }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A room, by the name in its address: `lobby`.
    RoomId, "room id", 64
);
id!(
    /// A person, made by the server, the same on all their devices and for ever. Short enough for its inbox's name.
    UserId, "user id", 58
);
id!(
    /// A sender's own id of one send, random enough to be theirs alone (a UUID does).
    Cid, "cid", 64
);
id!(
    /// A sign-in as others may know it; it opens nothing.
    SignInId, "sign-in id", 64
);
id!(
    /// What an entry is about: a message (by its seq), a user, a room or a sign-in, as its kind says.
    Target, "target", 64
);
id!(
    /// One WebSocket.
    SessionId, "session id", 64
);
id!(
    /// One run of one server process; a restart is another node.
    NodeId, "node id", 64
);
id!(
    /// The identity of a log. It changes when a log is restored, so that cursors of the old one are not believed.
    Epoch, "epoch", 64
);

/// How the rooms are called in which control entries for one user stand.
const INBOX: &str = "inbox-";

/// The room of what programs tell everyone; with a user's id behind it, what they tell that user.
const NOTICES: &str = "notices";

impl RoomId {
    /// The room everyone finds first.
    pub fn lobby() -> Self {
        Self("lobby".into())
    }

    /// A user's own inbox.
    pub fn inbox(user: &UserId) -> Self {
        Self(format!("{INBOX}{user}").into())
    }

    pub fn is_inbox(&self) -> bool {
        self.0.starts_with(INBOX)
    }

    /// Where everyone reads what programs tell everyone.
    pub fn notices() -> Self {
        Self(NOTICES.into())
    }

    /// Where a user reads what programs tell them alone; none where the id is too long for a name.
    pub fn notices_of(user: &UserId) -> Option<Self> {
        format!("{NOTICES}-{user}").parse().ok()
    }

    /// Whose notices stand there, if they are one user's.
    pub fn reader(&self) -> Option<UserId> {
        self.0
            .strip_prefix(NOTICES)?
            .strip_prefix('-')?
            .parse()
            .ok()
    }

    /// Whether programs alone speak there.
    pub fn is_for_notices(&self) -> bool {
        let rest = self.0.strip_prefix(NOTICES);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// The room of two people, whoever of them asks; none where the ids of both are too long for a name.
    pub fn direct(one: &UserId, other: &UserId) -> Option<Self> {
        let (first, second) = if one <= other {
            (one, other)
        } else {
            (other, one)
        };
        format!("direct-{first}-{second}").parse().ok()
    }
}

impl Default for RoomId {
    fn default() -> Self {
        Self::lobby()
    }
}

impl Target {
    /// The message at this seq.
    pub fn message(seq: u64) -> Self {
        Self(seq.to_string().into())
    }

    /// The seq of the message it is about, if it is about one.
    pub fn seq(&self) -> Option<u64> {
        let is_plain = !self.0.starts_with(['0', '+']);
        self.0.parse().ok().filter(|_| is_plain)
    }
}

impl From<&UserId> for Target {
    fn from(user: &UserId) -> Self {
        Self(user.0.clone())
    }
}

impl From<&RoomId> for Target {
    fn from(room: &RoomId) -> Self {
        Self(room.0.clone())
    }
}

impl From<&SessionId> for Target {
    fn from(session: &SessionId) -> Self {
        Self(session.0.clone())
    }
}

impl From<&SignInId> for Target {
    fn from(sign_in: &SignInId) -> Self {
        Self(sign_in.0.clone())
    }
}
