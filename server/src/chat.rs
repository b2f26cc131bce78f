//! The rules: what a session may do, and what becomes of it.

use std::time::{SystemTime, UNIX_EPOCH};

use metrics::counter;
use protocol::{
    Body, Cid, Cursor, Entry, Event, Kind, Page, Person, Reason, RoomId, RoomState, limits,
};

use crate::delivery::Delivery;
use crate::frame::{Frame, Topic};
use crate::measure::STORED;
use crate::rate::Rate;
use crate::roster::Roster;
use crate::store::{Directory, Draft, Error, Reader, Span, Stored};

pub struct Chat {
    pub delivery: Delivery,
    pub directory: Box<dyn Directory>,
    pub roster: Roster,
    sends: Rate<protocol::UserId>,
}

/// Why a send was not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub retry_after_ms: Option<u64>,
}

/// What a client missed of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The client's own entries are to be replaced by these.
    pub fresh: bool,
    pub entries: Vec<Entry>,
}

impl Chat {
    pub fn new(delivery: Delivery, directory: Box<dyn Directory>, roster: Roster) -> Self {
        let sends = Rate::new(limits::SENDS_PER_SEC, limits::SENDS_BURST);
        Self {
            delivery,
            directory,
            roster,
            sends,
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

    /// What a client that saw the room up to `cursor` has missed: what follows, or the newest page if that is too much or the
    /// cursor is of another log.
    pub async fn missed(
        &self,
        person: &Person,
        room: &RoomId,
        cursor: Option<&Cursor>,
    ) -> Result<Missed, Error> {
        if let Some(cursor) = cursor.filter(|cursor| cursor.epoch == *self.delivery.log.epoch())
            && let Some(entries) = self.after(person, room, cursor).await?
        {
            return Ok(Missed {
                fresh: false,
                entries,
            });
        }
        let page = self
            .page(person, room, Span::newest(limits::PAGE_ENTRIES))
            .await?;
        Ok(Missed {
            fresh: true,
            entries: page.entries,
        })
    }

    /// The entries after the cursor; none if the log does not know it, or there are too many.
    async fn after(
        &self,
        person: &Person,
        room: &RoomId,
        cursor: &Cursor,
    ) -> Result<Option<Vec<Entry>>, Error> {
        // The entry at the cursor is read with them: its tag tells whether this is the log the client saw.
        let limit = limits::RESUME_ENTRIES_MAX + 2;
        let span = Span::After {
            seq: cursor.seq.saturating_sub(1),
            limit,
        };
        let mut entries = self.page(person, room, span).await?.entries;
        if cursor.seq > 0 {
            let seen = entries.first().filter(|entry| entry.seq == cursor.seq);
            if seen.map(Entry::tag) != cursor.tag || seen.is_none() {
                return Ok(None);
            }
            entries.remove(0);
        }
        Ok((entries.len() <= limits::RESUME_ENTRIES_MAX).then_some(entries))
    }

    /// A page of a room as this user may see it.
    pub async fn page(&self, person: &Person, room: &RoomId, span: Span) -> Result<Page, Error> {
        self.delivery
            .log
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
        Error::CidConflict => Reason::CidConflict,
        Error::NameTaken => Reason::NameTaken,
        Error::Busy => Reason::StoreBusy,
        Error::Full => Reason::StoreFull,
        Error::SignInEnded => Reason::Stale,
        Error::Unavailable(_) | Error::Address(_) => {
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
