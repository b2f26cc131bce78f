//! How a session gets what it has missed: from the log, up to where the hub goes on.

use axum::extract::ws::Utf8Bytes;
use metrics::counter;
use protocol::{Close, Cursor, Entry, Event, Gap, Reason, RoomId, limits};

use super::Session;
use super::hello::close_for;
use crate::frame::{Act, encode, entries};
use crate::measure::BEHIND;
use crate::store::{self, Span};

/// Entries one read of the log takes. Few, as they stay in memory while a slow client takes them.
const LOG_ENTRIES: usize = 16;

/// Bytes of what the hub keeps that go into one frame.
const RECENT_BYTES: usize = limits::FRAME_BYTES_MAX / 2;

/// Bytes of entries in one frame: well below the limit, whatever JSON adds.
const ENTRIES_BYTES_MAX: usize = limits::FRAME_BYTES_MAX / 3;

/// Bytes of an entry besides its body, at most.
const ENTRY_BYTES: usize = 512;

impl Session {
    /// Takes a seat in the room, then serves what came before it: nothing falls between the two. A room that the user is not
    /// in now is asked for first, so that nothing of it comes to this node for who may not have it.
    pub(super) async fn open(
        &mut self,
        room: RoomId,
        cursor: Option<Cursor>,
        is_theirs: bool,
    ) -> Result<(), Close> {
        if !is_theirs {
            let nothing = self.chat.page(&self.person, &room, Span::newest(0));
            if let Err(error) = nothing.await {
                return self.refuse_room(&error).await;
            }
        }
        if let Err(error) = self.chat.delivery.hold(&room).await {
            return self.refuse_room(&error).await;
        }
        let seat = self.chat.delivery.hub.take_seat(&self.id, &room);
        let resumed = self.chat.resume(&self.person, &room, cursor.as_ref());
        let resume = match resumed.await {
            Ok(resume) => resume,
            Err(error) => {
                self.chat.delivery.hub.leave_seat(&self.id, &room);
                return self.refuse_room(&error).await;
            }
        };
        self.rooms.insert(room.clone(), resume.after);
        let top = seat.map_or(resume.top, |cursor| cursor.max(resume.top));
        self.serve(&room, resume.fresh, top).await?;
        self.settle(&room).await
    }

    async fn refuse_room(&mut self, error: &store::Error) -> Result<(), Close> {
        match error {
            store::Error::RoomUnknown => {
                let message =
                    "there is no such room, or it is not for you; open another one".to_owned();
                self.tell(&Event::Error {
                    reason: Reason::RoomUnknown,
                    message,
                })
                .await
            }
            error => Err(close_for(error)),
        }
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
        while let Some(sent) = self.rooms.get(room).copied()
            && (sent < top || fresh)
        {
            self.is_signed_in()?;
            let last = match self.recent(room, fresh, sent) {
                Some((text, last)) => {
                    self.socket.send([text]).await?;
                    last
                }
                None => self.serve_from_log(room, fresh, sent).await?,
            };
            self.rooms.insert(room.clone(), last);
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
        let frames = hub.recent(room, sent, RECENT_BYTES)?;
        let last = frames.last()?.seq;
        Some((entries(room, fresh, &frames), last))
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
        self.tell_entries(room, fresh, (page.entries, page.closed))
            .await?;
        Ok(last)
    }

    /// Entries with their closed gaps, in as many frames as they need.
    async fn tell_entries(
        &mut self,
        room: &RoomId,
        fresh: bool,
        run: (Vec<Entry>, Vec<Gap>),
    ) -> Result<(), Close> {
        if run.0.is_empty() && !fresh {
            return Ok(());
        }
        self.socket.send(frames(room, fresh, run)).await
    }
}

/// Each frame is made when the one before it is written. A closed gap goes with the entry after it.
fn frames(
    room: &RoomId,
    fresh: bool,
    (entries, closed): (Vec<Entry>, Vec<Gap>),
) -> impl Iterator<Item = Utf8Bytes> + use<'_> {
    let mut runs = vec![Vec::new()];
    let mut bytes = 0;
    for entry in entries {
        let size = entry.body.len() + ENTRY_BYTES;
        if bytes > 0 && bytes + size > ENTRIES_BYTES_MAX {
            runs.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        runs.last_mut().expect("there is always a run").push(entry);
    }
    let frame = move |(nth, entries): (usize, Vec<Entry>)| {
        let is_before = |gap: &&Gap| entries.iter().any(|entry| entry.seq == gap.1 + 1);
        let closed = closed.iter().filter(is_before).copied().collect();
        encode(&Event::Entries {
            room: room.clone(),
            fresh: fresh && nth == 0,
            entries,
            closed,
        })
    };
    runs.into_iter().enumerate().map(frame)
}
