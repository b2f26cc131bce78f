//! Where a client listens, and where it sends to.

use protocol::{Name, RoomId};

use super::frame::shown;
use crate::store::name::fold;

/// What a client may subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ear {
    Room(RoomId),
    /// What is said to the user alone; of the user of this name, if it is told.
    Direct(Option<String>),
    /// What was refused.
    Errors,
}

/// What a client may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// To be called something.
    Name,
    /// To say something: in this room, or in the one that the body names.
    Say(Option<RoomId>),
    /// To say something to somebody: of this name, or of the one in the body.
    Tell(Option<String>),
}

const EARS: &str =
    "/topic/public, /topic/room.<id>, /user/queue/messages, /user/message or /user/queue/errors";

const WISHES: &str =
    "/app/chat.addUser, /app/chat.sendMessage, /topic/public, /topic/room.<id> or /user/message";

impl Ear {
    /// What a destination means, or why it means nothing.
    pub(super) fn parse(destination: &str) -> Result<Self, String> {
        if let Some(room) = room(destination)? {
            return Ok(Self::Room(room));
        }
        if destination == "/user/queue/errors" {
            return Ok(Self::Errors);
        }
        let direct = direct(destination).map(Self::Direct);
        direct.ok_or_else(|| unknown(destination, "subscribe to", EARS))
    }

    /// Whether it may be that of a user of this name.
    pub(super) fn is_of(&self, name: &Name) -> bool {
        match self {
            Self::Direct(Some(named)) => is_same(named, name),
            _ => true,
        }
    }
}

impl Wish {
    /// What a destination means, or why it means nothing.
    pub(super) fn parse(destination: &str) -> Result<Self, String> {
        match destination {
            "/app/chat.addUser" => return Ok(Self::Name),
            "/app/chat.sendMessage" => return Ok(Self::Say(None)),
            _ => {}
        }
        if let Some(room) = room(destination)? {
            return Ok(Self::Say(Some(room)));
        }
        let direct = direct(destination).map(Self::Tell);
        direct.ok_or_else(|| unknown(destination, "send to", WISHES))
    }
}

/// Whether a text is this name, however it is written.
pub(super) fn is_same(text: &str, name: &Name) -> bool {
    Name::parse(text).is_ok_and(|text| fold(&text) == fold(name))
}

fn room(destination: &str) -> Result<Option<RoomId>, String> {
    if destination == "/topic/public" {
        return Ok(Some(RoomId::lobby()));
    }
    let id = destination.strip_prefix("/topic/room.");
    let Some(id) = id.or_else(|| destination.strip_prefix("/app/room.")) else {
        return Ok(None);
    };
    // What has not the form of an id is no room, and an inbox is nobody's to look into.
    let room = id.parse().ok().filter(|room: &RoomId| !room.is_inbox());
    room.map(Some).ok_or_else(|| no_room(destination))
}

/// Whose messages of their own these are: of the user of this name, or of whoever asks.
fn direct(destination: &str) -> Option<Option<String>> {
    let rest = destination.strip_prefix("/user/")?;
    if matches!(rest, "queue/messages" | "message") {
        return Some(None);
    }
    let name = rest.strip_suffix("/queue/messages");
    let name = name.or_else(|| rest.strip_suffix("/message"))?;
    Some(Some(name.to_owned()))
}

/// The same words for a room that is not there and for one that is not for this user.
pub(super) fn no_room(destination: &str) -> String {
    let place = shown(destination);
    format!("{place}: there is no such room; ask for one that is public, or be let in first")
}

fn unknown(destination: &str, verb: &str, known: &str) -> String {
    format!(
        "{} is no destination here; {verb} {known}",
        shown(destination)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_known_by_their_names() {
        let garden: RoomId = "garden".parse().expect("an id");
        for (text, ear) in [
            ("/topic/public", Ear::Room(RoomId::lobby())),
            ("/topic/room.lobby", Ear::Room(RoomId::lobby())),
            ("/topic/room.garden", Ear::Room(garden.clone())),
            ("/user/queue/messages", Ear::Direct(None)),
            ("/user/message", Ear::Direct(None)),
            (
                "/user/Ann Lee/queue/messages",
                Ear::Direct(Some("Ann Lee".to_owned())),
            ),
            ("/user/queue/errors", Ear::Errors),
        ] {
            assert_eq!(Ear::parse(text), Ok(ear), "{text}");
        }
        for (text, wish) in [
            ("/app/chat.addUser", Wish::Name),
            ("/app/chat.sendMessage", Wish::Say(None)),
            ("/topic/public", Wish::Say(Some(RoomId::lobby()))),
            ("/app/room.garden", Wish::Say(Some(garden))),
            ("/user/message", Wish::Tell(None)),
            ("/user/Bob/message", Wish::Tell(Some("Bob".to_owned()))),
        ] {
            assert_eq!(Wish::parse(text), Ok(wish), "{text}");
        }
    }

    #[test]
    fn what_is_no_destination_is_refused_with_those_that_are() {
        for (text, says) in [
            ("", "/topic/public"),
            ("/topic/other", "/topic/room.<id>"),
            ("/user/queue/other", "/user/queue/messages"),
            ("/topic/room.", "no such room"),
            ("/topic/room.a b", "no such room"),
            ("/topic/room.inbox-0123", "no such room"),
        ] {
            let refused = Ear::parse(text).expect_err(text);
            assert!(refused.contains(says), "{text}: {refused}");
        }
        let refused = Wish::parse("/app/hello").expect_err("nothing hears it");
        assert!(refused.contains("/app/chat.sendMessage"), "{refused}");
    }

    #[test]
    fn own_messages_are_those_of_ones_own_name() {
        let ann = Name::parse("Ann").expect("a name");
        for (ear, is_ann) in [
            (Ear::Direct(None), true),
            (Ear::Direct(Some("ann".to_owned())), true),
            (Ear::Direct(Some("Bob".to_owned())), false),
            (Ear::Direct(Some(String::new())), false),
        ] {
            assert_eq!(ear.is_of(&ann), is_ann, "{ear:?}");
        }
    }
}
