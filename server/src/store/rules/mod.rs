//! Who may do what: the same rules for every store, inside its committing transaction.

mod attendance;
mod deeds;
pub(super) mod embedding;
pub(super) mod invites;
pub(super) mod members;
pub(super) mod notices;
pub(super) mod order;
pub(super) mod rooms;
pub(super) mod sends;
mod slug;
pub(super) mod tickets;

use protocol::{Cid, Entry, Kind, Name, Person, RoomId, RoomKind, Target, UserId};

use super::sight::Sight;
use super::{Alias, Draft, Error, Member, NewRoom, Restraint};

/// The log in the middle of a commit.
pub(super) trait Entries {
    /// What this send became when it came first.
    fn before(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error>;

    fn at(&self, room: &RoomId, seq: u64) -> Result<Option<Entry>, Error>;

    /// The newest entry of a room that is of this kind and about the target; not of messages.
    fn newest_about(
        &self,
        room: &RoomId,
        kind: Kind,
        target: &Target,
    ) -> Result<Option<Entry>, Error>;

    /// The different reactions a message has ever had, at most `limit`.
    fn reactions(&self, room: &RoomId, target: &Target, limit: usize)
    -> Result<Vec<String>, Error>;

    /// Gives the draft the next place of its room, whoever its sender is.
    fn place(&mut self, draft: &Draft) -> Result<Entry, Error>;

    /// Empties the bodies of a message and of its edits.
    fn blank(&mut self, room: &RoomId, seq: u64) -> Result<(), Error>;

    /// For what the store itself says.
    fn fresh_cid(&self) -> Cid;
}

/// The rooms and who is in them, in the middle of a commit.
pub(super) trait Doors {
    fn room(&mut self, id: &RoomId) -> Result<Option<Facts>, Error>;

    /// The public room that is called so, by its name's folded form.
    fn public_named(&self, folded: &str) -> Result<Option<RoomId>, Error>;

    fn make(&mut self, id: &RoomId, new: &NewRoom, owner: Option<&UserId>) -> Result<(), Error>;

    fn topic(&self, id: &RoomId) -> Result<String, Error>;

    /// Renames, or changes the topic.
    fn describe(&mut self, id: &RoomId, kind: Kind, text: &str) -> Result<(), Error>;

    fn fresh_room(&self) -> RoomId;

    /// When somebody was in, oldest first: from one entry to another, or on and on.
    fn ranges(&self, room: &RoomId, user: &UserId) -> Result<Vec<Range>, Error>;

    /// Lets somebody in from this seq on, who has read up to another.
    fn enter(&mut self, room: &RoomId, user: &UserId, seqs: (u64, u64)) -> Result<(), Error>;

    /// Ends what [`enter`](Self::enter) began, with this seq; of a room for all nothing is kept.
    fn leave(&mut self, room: &RoomId, user: &UserId, last: Option<u64>) -> Result<(), Error>;

    /// Who is in a room and was told so longest ago, of those who are here; of those who were in from the beginning nobody was told.
    fn eldest(&self, room: &RoomId) -> Result<Option<UserId>, Error>;

    /// Has somebody look after the room, or nobody.
    fn own(&mut self, room: &RoomId, owner: Option<&UserId>) -> Result<(), Error>;

    /// How many are in a room.
    fn people_in(&self, room: &RoomId) -> Result<usize, Error>;

    /// How many rooms somebody is in, of those that are [chosen](is_chosen).
    fn rooms_of(&self, user: &UserId) -> Result<usize, Error>;
}

/// The people and what is held against them, in the middle of a commit.
pub(super) trait Standing {
    fn known(&self, user: &UserId) -> Result<Option<Known>, Error>;

    fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error>;

    fn restrain(&mut self, room: &RoomId, user: &UserId, what: Restraint) -> Result<(), Error>;
}

/// The links into private rooms, in the middle of a commit.
pub(super) trait Links {
    /// Has the link with this hash lead into the room, and no other one any more.
    fn link(&mut self, room: &RoomId, hash: &[u8; 32]) -> Result<(), Error>;

    /// Where a link leads.
    fn linked(&self, hash: &[u8; 32]) -> Result<Option<RoomId>, Error>;
}

/// What programs call the people and rooms they made, in the middle of a commit. Programs are known by their names' folded form.
pub(super) trait Aliases {
    fn person_called(&self, whose: &str, alias: &Alias) -> Result<Option<Person>, Error>;

    fn room_called(&self, whose: &str, alias: &Alias) -> Result<Option<RoomId>, Error>;

    fn call_room(&mut self, room: &RoomId, called: (&str, &Alias)) -> Result<(), Error>;

    /// What the program calls somebody; none for who is not one of its own.
    fn alias_of(&self, user: &UserId, whose: &str) -> Result<Option<Alias>, Error>;

    /// Who is in a room.
    fn members(&self, room: &RoomId, whose: &str) -> Result<Vec<Member>, Error>;
}

/// Who is called how, in the middle of a commit.
pub(super) trait Names {
    /// The person or program with this name, by its folded form.
    fn bearer(&self, folded: &str) -> Result<Option<UserId>, Error>;

    fn rename(&mut self, user: &UserId, name: &Name) -> Result<(), Error>;

    /// Somebody new under a free name, made by a program, with an inbox and in the rooms that everybody is in.
    fn settle(&mut self, name: &Name, called: (&str, &Alias)) -> Result<Person, Error>;
}

/// A store in the middle of a commit. The rules look at everything before they change anything: what they refuse has left no
/// trace.
pub(super) trait Desk: Entries + Doors + Standing + Links + Aliases + Names {}

impl<T: Entries + Doors + Standing + Links + Aliases + Names> Desk for T {}

/// From one entry to another, or on and on.
pub(super) type Range = (u64, Option<u64>);

/// What the rules have to know of a room.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) kind: RoomKind,
    pub(super) name: String,
    pub(super) top: u64,
    pub(super) owner: Option<UserId>,
    /// A program made it, and says who is in it.
    pub(super) is_programs: bool,
}

/// Somebody there is, or was.
pub(super) struct Known {
    pub(super) person: Person,
    pub(super) is_admin: bool,
    /// A guest whose sign-ins have all ended, or somebody who may not sign in: nobody is there any more.
    pub(super) is_gone: bool,
}

/// A room somebody is in; for others, and of inboxes, there is none.
fn entered(desk: &mut impl Desk, room: &RoomId, user: &UserId) -> Result<Facts, Error> {
    let facts = desk.room(room)?.filter(|facts| is_for_people(facts.kind));
    let facts = facts.ok_or(Error::RoomUnknown)?;
    if is_in(desk, room, user)? {
        Ok(facts)
    } else {
        Err(Error::RoomUnknown)
    }
}

/// A room somebody may know of: one they are in, or one for all.
fn known_room(desk: &mut impl Desk, room: &RoomId, user: &UserId) -> Result<Facts, Error> {
    match desk.room(room)? {
        Some(facts) if facts.kind == RoomKind::Public => Ok(facts),
        _ => entered(desk, room, user),
    }
}

/// Whether one is in the room as one wants to, and not because everybody has one like it, or somebody else talks to them.
pub(super) fn is_chosen(room: &RoomId, kind: RoomKind) -> bool {
    is_for_people(kind) && kind != RoomKind::Direct && !room.is_for_notices()
}

fn is_for_people(kind: RoomKind) -> bool {
    !matches!(kind, RoomKind::Inbox | RoomKind::Unknown)
}

fn is_in(desk: &impl Desk, room: &RoomId, user: &UserId) -> Result<bool, Error> {
    let ranges = desk.ranges(room, user)?;
    Ok(ranges.last().is_some_and(|(_, to)| to.is_none()))
}

/// Whether an entry of the room is one that somebody in it sees.
fn sees(
    desk: &impl Desk,
    (room, facts): (&RoomId, &Facts),
    user: &UserId,
    seq: u64,
) -> Result<bool, Error> {
    if facts.kind == RoomKind::Public {
        return Ok(true);
    }
    let sight = Sight::of(facts.top, desk.ranges(room, user)?);
    Ok(sight.is_some_and(|sight| sight.sees(seq)))
}

fn is_admin(desk: &impl Desk, user: &UserId) -> Result<bool, Error> {
    Ok(desk.known(user)?.is_some_and(|known| known.is_admin))
}

/// Whether somebody keeps order in a room. In a direct one nobody does.
fn is_keeper(desk: &impl Desk, facts: &Facts, user: &UserId) -> Result<bool, Error> {
    if facts.kind == RoomKind::Direct {
        return Ok(false);
    }
    Ok(facts.owner.as_ref() == Some(user) || is_admin(desk, user)?)
}

/// Refuses what is for who keeps order, over others than administrators.
fn may_order(desk: &impl Desk, facts: &Facts, by: &UserId, over: &UserId) -> Result<(), Error> {
    let is_over = |by_admin: bool, admin: bool| by_admin || !admin;
    let is_keeper = is_keeper(desk, facts, by)?;
    if is_keeper && by != over && is_over(is_admin(desk, by)?, is_admin(desk, over)?) {
        Ok(())
    } else {
        Err(Error::NotAllowed)
    }
}
