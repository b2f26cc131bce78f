//! How a session gets what it has missed: from the log, up to where the hub goes on.

use axum::extract::ws::Utf8Bytes;
use metrics::counter;
use protocol::{Close, Cursor, Event, RoomId, limits};

use super::hello::close_for;
use super::{Session, pieces};
use crate::frame::{self, Act};
use crate::measure::BEHIND;
use crate::store::{self, Span};

/// Entries one read of the log takes. Few, as they stay in memory while a slow client takes them.
const LOG_ENTRIES: usize = 16;

/// Bytes of what the hub keeps that go into one frame.
const RECENT_BYTES: usize = limits::FRAME_BYTES_MAX / 2;

impl Session {
    /// Serves a room that the user is in from where they left it; it goes on from the seat that the session has there. At least
    /// one frame of entries, or that it is not there.
    pub(super) async fn open(&mut self, room: RoomId, cursor: Option<Cursor>) -> Result<(), Close> {
        if !self.is_in(&room) {
            return self.tell_gone(&room, None).await;
        }
        self.ready(&room).await.map_err(|error| close_for(&error))?;
        let seat = self.chat.delivery.hub.take_seat(&self.id, &room);
        let resumed = self.chat.resume(&self.person, &room, cursor.as_ref());
        let resume = resumed.await.map_err(|error| close_for(&error))?;
        let Some(standing) = self.rooms.get_mut(&room) else {
            return Ok(());
        };
        // What came meanwhile was told from the seat, to a client that may not have kept it.
        let told = std::mem::replace(&mut standing.sent, resume.after);
        let top = resume.top.max(told).max(seat.unwrap_or(0));
        self.serve(&room, resume.fresh, top).await?;
        if !resume.fresh && self.sent(&room) == Some(resume.after) {
            self.tell_nothing(&room).await?;
        }
        self.settle(&room).await
    }

    /// Has the node hold the room, and what many will ask for.
    async fn ready(&mut self, room: &RoomId) -> Result<(), store::Error> {
        self.chat.delivery.hold(room).await?;
        if self.rooms.get(room).is_some_and(|room| room.is_public) {
            self.chat.delivery.keep_newest(room).await?;
        }
        Ok(())
    }

    async fn tell_nothing(&mut self, room: &RoomId) -> Result<(), Close> {
        self.tell(&Event::Entries {
            room: room.clone(),
            fresh: false,
            entries: Vec::new(),
            closed: Vec::new(),
            aside: Vec::new(),
        })
        .await
    }

    /// Serves a room from the log up to the hub's cursor, then from the queue again.
    pub(super) async fn catch_up(&mut self, room: &RoomId) -> Result<(), Close> {
        if !self.rooms.contains_key(room) {
            return Ok(());
        }
        // Who was put out is not counted as there: the room may have been let go of.
        let held = self.chat.delivery.hold(room).await;
        held.map_err(|error| close_for(&error))?;
        let Some(cursor) = self.chat.delivery.hub.take_seat(&self.id, room) else {
            return Ok(());
        };
        tracing::debug!(session = %self.id, %room, cursor, "served from the log again");
        counter!(BEHIND).increment(1);
        self.show(room);
        self.serve(room, false, cursor).await?;
        self.settle(room).await
    }

    /// Sends what comes after what was sent, up to `top` at least: a piece at a time, and the next one is fetched when that is
    /// written, so that a slow client keeps little from being forgotten.
    pub(super) async fn serve(
        &mut self,
        room: &RoomId,
        mut fresh: bool,
        top: u64,
    ) -> Result<(), Close> {
        while let Some(sent) = self.sent(room)
            && (sent < top || fresh)
        {
            self.check_sign_in()?;
            let last = match self.recent(room, fresh, sent) {
                Some((text, last)) => {
                    self.socket.send([text]).await?;
                    last
                }
                None => self.serve_from_log(room, fresh, sent).await?,
            };
            if let Some(standing) = self.rooms.get_mut(room) {
                standing.sent = last;
            }
            if last == sent {
                break;
            }
            fresh = false;
        }
        Ok(())
    }

    /// A piece of what the hub keeps, and how far it goes.
    fn recent(&self, room: &RoomId, fresh: bool, sent: u64) -> Option<(Utf8Bytes, u64)> {
        let hub = &self.chat.delivery.hub;
        let (run, aside) = hub.recent(room, sent, RECENT_BYTES)?;
        let last = run.last()?.seq;
        Some((frame::entries(room, fresh, (&run, &aside)), last))
    }

    /// How far the room has been sent.
    fn sent(&self, room: &RoomId) -> Option<u64> {
        self.rooms.get(room).map(|standing| standing.sent)
    }

    /// Sends a piece of the log; how far it went.
    async fn serve_from_log(
        &mut self,
        room: &RoomId,
        fresh: bool,
        sent: u64,
    ) -> Result<u64, Close> {
        let span = Span::After {
            seq: sent,
            limit: LOG_ENTRIES,
        };
        let page = self.chat.page(&self.person, room, span).await;
        let page = page.map_err(|error| close_for(&error))?;
        let last = page.entries.last().map_or(sent, |entry| entry.seq);
        if room.is_inbox() {
            let acts = page.entries.iter().filter_map(Act::of);
            acts.into_iter().try_for_each(|act| self.obey(room, &act))?;
        }
        if !page.entries.is_empty() || fresh {
            let frames = pieces::entries(room, fresh, page);
            self.socket.send(frames).await?;
        }
        Ok(last)
    }
}
