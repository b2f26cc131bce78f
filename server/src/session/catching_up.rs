//! How a session gets what it has missed: from the log, up to where the hub goes on.

use axum::extract::ws::Utf8Bytes;
use metrics::counter;
use protocol::{Close, Cursor, Entry, Event, Reason, RoomId, limits};

use super::Session;
use super::hello::close_for;
use crate::frame::encode;
use crate::measure::BEHIND;
use crate::store::{self, Span};

/// Entries one read for a session that is behind takes; the next read comes after the last write. Few, as they stay in
/// memory while a slow client takes them.
const BEHIND_ENTRIES: usize = 16;

/// Bytes of entries in one frame: well below the limit, whatever JSON adds.
const ENTRIES_BYTES_MAX: usize = limits::FRAME_BYTES_MAX / 3;

/// Bytes of an entry besides its body, at most.
const ENTRY_BYTES: usize = 512;

impl Session {
    /// Takes a seat in the room, then reads what came before it: nothing falls between the two.
    pub(super) async fn open(&mut self, room: RoomId, cursor: Option<Cursor>) -> Result<(), Close> {
        if let Err(error) = self.chat.delivery.hold(&room).await {
            return self.refuse_room(&error).await;
        }
        self.chat.delivery.hub.take_seat(&self.id, &room);
        let missed = match self.chat.missed(&self.person, &room, cursor.as_ref()).await {
            Ok(missed) => missed,
            Err(error) => return self.refuse_room(&error).await,
        };
        let seen = cursor
            .filter(|_| !missed.fresh)
            .map_or(0, |cursor| cursor.seq);
        self.rooms.insert(
            room.clone(),
            missed.entries.last().map_or(seen, |entry| entry.seq),
        );
        self.tell_entries(&room, missed.fresh, missed.entries).await
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
        let Some(cursor) = self.chat.delivery.hub.take_seat(&self.id, room) else {
            return Ok(());
        };
        tracing::debug!(session = %self.id, %room, cursor, "served from the log again");
        counter!(BEHIND).increment(1);
        while let Some(seq) = self.rooms.get(room).copied().filter(|sent| *sent < cursor) {
            let span = Span::After {
                seq,
                limit: BEHIND_ENTRIES,
            };
            let page = self
                .chat
                .page(&self.person, room, span)
                .await
                .map_err(|error| close_for(&error))?;
            let Some(last) = page.entries.last() else {
                break;
            };
            self.rooms.insert(room.clone(), last.seq);
            self.tell_entries(room, false, page.entries).await?;
        }
        Ok(())
    }

    /// Entries in as many frames as they need.
    async fn tell_entries(
        &mut self,
        room: &RoomId,
        fresh: bool,
        entries: Vec<Entry>,
    ) -> Result<(), Close> {
        if entries.is_empty() && !fresh {
            return Ok(());
        }
        self.socket.send(frames(room, fresh, entries)).await
    }
}

/// Each frame is made when the one before it is written.
fn frames(
    room: &RoomId,
    fresh: bool,
    entries: Vec<Entry>,
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
    let frame = move |(nth, entries)| {
        encode(&Event::Entries {
            room: room.clone(),
            fresh: fresh && nth == 0,
            entries,
        })
    };
    runs.into_iter().enumerate().map(frame)
}
