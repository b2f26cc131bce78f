//! The rules: what a session may do, and what becomes of it.

mod rooms;

use std::time::{SystemTime, UNIX_EPOCH};

use metrics::counter;
use protocol::{
    Body, Cid, Cursor, Entry, Event, Kind, Page, Person, Reason, RoomId, RoomState, Tag, limits,
};

use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::limits::Limits;
use crate::measure::{self, REFUSED, STORED};
use crate::rate::Rate;
use crate::roster::Roster;
use crate::store::{Directory, Draft, Error, Reader, Rooms, Span, Stored};

pub struct Chat {
    pub delivery: Delivery,
    pub directory: Box<dyn Directory>,
    rooms: Box<dyn Rooms>,
    pub roster: Roster,
    pub limits: Limits,
    sends: Rate<protocol::UserId>,
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
    pub fn new(
        delivery: Delivery,
        (directory, rooms): (Box<dyn Directory>, Box<dyn Rooms>),
        roster: Roster,
        limits: Limits,
    ) -> Self {
        let sends = Rate::new(limits.sends_per_sec, limits.sends_burst);
        Self {
            delivery,
            directory,
            rooms,
            roster,
            sends,
            limits,
        }
    }

    /// Stores a message and spreads it. A send that came before gets its first answer again.
    pub async fn send(
        &self,
        sender: Person,
        cid: Cid,
        room: RoomId,
        body: String,
    ) -> Result<Entry, Refusal> {
        let sent = self.take_send(sender, cid, room, body).await;
        sent.inspect_err(|refusal| {
            let reason = measure::label(refusal.reason);
            counter!(REFUSED, "reason" => reason).increment(1);
        })
    }

    async fn take_send(
        &self,
        sender: Person,
        cid: Cid,
        room: RoomId,
        body: String,
    ) -> Result<Entry, Refusal> {
        let body = Body::parse(&body).map_err(Refusal::of)?;
        self.sends.take(sender.id.clone()).map_err(|wait| Refusal {
            reason: Reason::RateLimited,
            retry_after_ms: Some(wait.as_millis() as u64 + 1),
        })?;
        let draft = Draft {
            room,
            sender,
            cid,
            kind: Kind::Posted,
            target: None,
            body: body.into(),
            at: now_ms(),
        };
        match self.delivery.log.append(draft).await {
            Ok(Stored::Now(entry)) => {
                counter!(STORED).increment(1);
                tracing::debug!(cid = %entry.cid, room = %entry.room, seq = entry.seq, "stored");
                self.delivery.spread(entry.clone());
                Ok(entry)
            }
            Ok(Stored::Before(entry)) => Ok(entry),
            Err(error) => Err(Refusal::of(reason(&error))),
        }
    }

    /// Shows the others in the room that somebody is writing.
    pub fn typing(&self, room: RoomId, person: Person) {
        let topic = Topic::Room(room.clone());
        let frame = Frame::state(
            topic,
            &Event::Typing {
                room: room.clone(),
                person,
            },
        );
        if self.delivery.is_healthy() {
            self.delivery.publish(&frame); // it comes back to this node, too
        } else {
            self.delivery.hub.tell_room(&room, frame);
        }
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

    pub async fn rooms(&self, person: &Person) -> Result<Vec<RoomState>, Error> {
        self.delivery.log.rooms(&person.id).await
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
