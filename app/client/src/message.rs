//! A message as it is shown.

use protocol::{Cid, Entry, Kind, Name, Person, Reason, limits};

/// A message, stored or on its way, as it is now: edited, taken back, with its reactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub cid: Cid,
    pub sender: Person,
    /// Empty when it is taken back.
    pub body: String,
    /// Milliseconds since 1970 UTC; of one's own clock until it is sent.
    pub at: u64,
    /// The place in the room, once known.
    pub seq: Option<u64>,
    pub state: Sending,
    /// Written by oneself, here or on another device.
    pub mine: bool,
    pub edited: bool,
    /// Taken back.
    pub deleted: bool,
    /// In the order in which they were first set.
    pub reactions: Vec<Reaction>,
    /// The message it answers.
    pub reply: Option<Quote>,
    /// A change of one's own is shown here that is not stored yet.
    pub changing: bool,
    /// Somebody else speaks to oneself in it.
    pub mentions_me: bool,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sending {
    /// Stored for good.
    Sent,
    /// Waits to be sent, or for its answer.
    Pending,
    /// Refused; `retry` or `discard` it.
    Failed(Reason),
    /// The connection broke before the answer came; it may be stored or not, and settles by itself.
    Unknown,
}

/// An emoji beside a message, and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub emoji: String,
    /// In the order in which they set it.
    pub people: Vec<Person>,
    /// Oneself is among them.
    pub mine: bool,
}

/// The beginning of a message that another one answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its place in the room.
    pub seq: u64,
    /// Who wrote it; none while that is not known here.
    pub name: Option<Name>,
    /// Up to [`LAST_LINE_CHARS`](limits::LAST_LINE_CHARS) of it; none if it is taken back or not known here.
    pub body: Option<String>,
}

impl Message {
    /// As it was stored, before any change of it.
    pub(crate) fn stored(entry: Entry, me: &Person) -> Self {
        let answered = entry.target.as_ref().and_then(protocol::Target::seq);
        let mine = entry.sender == me.id;
        Self {
            mine,
            cid: entry.cid,
            sender: Person {
                id: entry.sender,
                name: entry.name,
            },
            at: entry.at,
            seq: Some(entry.seq),
            state: Sending::Sent,
            edited: false,
            // The log blanks what is taken back, and stores no blank message.
            deleted: entry.body.is_empty(),
            reactions: vec![],
            reply: answered.map(Quote::unknown),
            changing: false,
            mentions_me: !mine && me.name.is_mentioned_in(&entry.body),
            body: entry.body,
        }
    }

    /// Says this from now on; with an empty body it is taken back.
    pub(crate) fn say(&mut self, body: &str, me: &Person) {
        body.clone_into(&mut self.body);
        self.deleted = body.is_empty();
        self.edited = !self.deleted;
        self.mentions_me = !self.mine && me.name.is_mentioned_in(body);
        if self.deleted {
            self.reactions.clear();
        }
    }

    /// Shows what oneself wishes of it, before it is stored.
    pub(crate) fn foresee(&mut self, kind: Kind, body: &str, me: &Person) {
        match kind {
            _ if self.deleted => {}
            Kind::Edited | Kind::Deleted => self.say(body, me),
            Kind::Reacted => react(&mut self.reactions, body, me, true),
            _ => {
                for reaction in &mut self.reactions {
                    if reaction.emoji == body {
                        reaction.people.retain(|person| person.id != me.id);
                        reaction.mine = false;
                    }
                }
                self.reactions
                    .retain(|reaction| !reaction.people.is_empty());
            }
        }
    }
}

/// Adds who set the emoji, once.
pub(crate) fn react(reactions: &mut Vec<Reaction>, emoji: &str, who: &Person, is_me: bool) {
    let at = reactions.iter().position(|one| one.emoji == emoji);
    let at = at.unwrap_or_else(|| {
        reactions.push(Reaction {
            emoji: emoji.to_owned(),
            people: vec![],
            mine: false,
        });
        reactions.len() - 1
    });
    let reaction = &mut reactions[at];
    if !reaction.people.iter().any(|person| person.id == who.id) {
        reaction.people.push(who.clone());
    }
    reaction.mine |= is_me;
}

impl Quote {
    /// Of a message that is not known here.
    pub(crate) fn unknown(seq: u64) -> Self {
        Self {
            seq,
            name: None,
            body: None,
        }
    }

    pub(crate) fn of(seq: u64, message: &Message) -> Self {
        Self {
            seq,
            name: Some(message.sender.name.clone()),
            body: (!message.deleted).then(|| excerpt(&message.body)),
        }
    }
}

/// The beginning of a body, where the whole has no room.
pub(crate) fn excerpt(body: &str) -> String {
    body.chars().take(limits::LAST_LINE_CHARS).collect()
}
