//! The rules: what a session may do, and what becomes of it.

mod attendance;
mod embedding;
mod marks;
mod people;
mod push;
mod reach;
mod reaction;
mod rooms;
mod sending;

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::{Cursor, Entry, Event, Page, Person, Reason, RoomId, Tag, limits};
use tokio::sync::mpsc;

pub use self::attendance::Attendance;
use self::attendance::Attendances;
use self::marks::Marks;
pub use self::push::{Notice, Pushed, Receiver};
use self::reach::Reaching;
pub use self::reach::{ReachUnknown, Reached};
pub use self::sending::Wish;

use crate::backplane::Backplane;
use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::limits::Limits;
use crate::rate::Rate;
use crate::roster::Roster;
use crate::store::{
    Accounts, Bans, Directory, Embedding, Error, Invites, Keys, Order, Podium, Reader, Rooms,
    Shelf, Span, Store, Tickets, Visits,
};

pub struct Chat {
    pub delivery: Delivery,
    pub directory: Box<dyn Directory>,
    pub accounts: Box<dyn Accounts>,
    pub bans: Box<dyn Bans>,
    rooms: Box<dyn Rooms>,
    shelf: Box<dyn Shelf>,
    order: Box<dyn Order>,
    pub keys: Box<dyn Keys>,
    pub podium: Box<dyn Podium>,
    invites: Box<dyn Invites>,
    pub embedding: Box<dyn Embedding>,
    pub tickets: Box<dyn Tickets>,
    pub visits: Box<dyn Visits>,
    pub roster: Roster,
    pub limits: Limits,
    sends: Rate<protocol::UserId>,
    marks: Marks,
    reaching: Reaching,
    attendances: Attendances,
}

/// Why a send was not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub retry_after_ms: Option<u64>,
}

/// Where a client goes on in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// What it holds is to be replaced by what comes.
    pub fresh: bool,
    pub after: u64,
    /// How far the room went then.
    pub top: u64,
}

impl Chat {
    /// Rooms with a hole come out of the receiver, see [`Delivery::start`].
    pub async fn start(
        store: Store,
        backplane: Box<dyn Backplane>,
        roster: Roster,
        limits: Limits,
    ) -> Result<(Self, mpsc::UnboundedReceiver<RoomId>), Error> {
        let (delivery, holes) = Delivery::start(store.log, backplane).await?;
        let chat = Self {
            delivery,
            directory: store.directory,
            accounts: store.accounts,
            bans: store.bans,
            rooms: store.rooms,
            shelf: store.shelf,
            order: store.order,
            keys: store.keys,
            podium: store.podium,
            invites: store.invites,
            embedding: store.embedding,
            tickets: store.tickets,
            visits: store.visits,
            roster,
            sends: Rate::new(limits.sends_per_sec, limits.sends_burst),
            marks: Marks::default(),
            reaching: Reaching::default(),
            attendances: Attendances::default(),
            limits,
        };
        Ok((chat, holes))
    }

    /// Shows the others in the room that somebody is writing, unless nothing of theirs is taken there.
    pub async fn typing(&self, room: RoomId, person: Person) {
        match self.order.restraint(&room, &person.id).await {
            Ok(restraint) if !restraint.is_silent(now_ms()) => {}
            _ => return, // a sign that is not known to be wanted is not told
        }
        let topic = Topic::Room(room.clone());
        let typing = Event::Typing {
            room: room.clone(),
            person,
        };
        self.tell_state(&room, Frame::state(topic, &typing));
    }

    /// Where a client goes on that saw the room up to `cursor`: right after it, or with the newest page if too much came since or
    /// the cursor is of another log.
    pub async fn resume(
        &self,
        person: &Person,
        room: &RoomId,
        cursor: Option<&Cursor>,
    ) -> Result<Resume, Error> {
        let cursor = cursor.filter(|cursor| cursor.epoch == *self.delivery.log.epoch());
        let after = cursor.map_or(0, |cursor| cursor.seq);
        let (seen, top) = self.look(person, room, after).await?;
        let is_known = |cursor: &Cursor| cursor.seq == 0 || seen.is_some() && seen == cursor.tag;
        let is_near = top.saturating_sub(after) <= limits::RESUME_ENTRIES_MAX as u64;
        if cursor.is_some_and(is_known) && is_near {
            let fresh = false;
            return Ok(Resume { fresh, after, top });
        }
        Ok(Resume {
            fresh: true,
            after: top.saturating_sub(limits::PAGE_ENTRIES as u64),
            top,
        })
    }

    /// The tag of the entry at this place, and the room's top: from what the hub keeps, or else from the log.
    async fn look(
        &self,
        person: &Person,
        room: &RoomId,
        seq: u64,
    ) -> Result<(Option<Tag>, u64), Error> {
        if let Some((seen, top)) = self.delivery.hub.look(room, seq) {
            return Ok((
                seen.and_then(|frame| frame.read_entry())
                    .map(|entry| entry.tag()),
                top,
            ));
        }
        let span = Span::After {
            seq: seq.saturating_sub(1),
            limit: 1,
        };
        let page = self.page(person, room, span).await?;
        let seen = page.entries.first().filter(|entry| entry.seq == seq);
        Ok((seen.map(Entry::tag), page.top))
    }

    /// A page of a room as this user may see it.
    pub async fn page(&self, person: &Person, room: &RoomId, span: Span) -> Result<Page, Error> {
        self.delivery
            .read(Reader::User(&person.id), room, span)
            .await
    }
}

impl Refusal {
    fn of(reason: Reason) -> Self {
        Self {
            reason,
            retry_after_ms: None,
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::of(reason)
    }
}

/// The store's failure as the user is told it.
fn reason(error: &Error) -> Reason {
    match error {
        Error::RoomUnknown => Reason::RoomUnknown,
        Error::PersonUnknown => Reason::PersonUnknown,
        Error::CidConflict => Reason::CidConflict,
        Error::NameTaken => Reason::NameTaken,
        Error::Busy => Reason::StoreBusy,
        Error::Full => Reason::StoreFull,
        Error::SignInEnded => Reason::Stale,
        Error::PasswordWrong => Reason::PasswordWrong,
        Error::MessageUnknown => Reason::MessageUnknown,
        Error::NotAllowed => Reason::NotAllowed,
        Error::Silenced => Reason::Silenced,
        Error::BadReaction => Reason::BadReaction,
        Error::RoomFull => Reason::RoomFull,
        Error::TooManyRooms => Reason::TooManyRooms,
        Error::RoomNameTaken => Reason::RoomNameTaken,
        Error::Banned => Reason::Banned,
        Error::Unavailable(_) | Error::Replaced(_) | Error::Address(_) => {
            tracing::error!(%error, "the store failed");
            Reason::StoreUnavailable
        }
    }
}

/// Milliseconds since 1970 UTC.
fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    since.as_millis() as u64
}
