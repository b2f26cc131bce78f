//! What a client says, and what it is answered.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use protocol::{Close, Command, Entry, Event, Reason, RoomId, limits};
use tokio::time::Instant;

use super::Session;
use crate::chat::{Attendance, Wish};
use crate::measure::{self, BAD_FRAMES};
use crate::socket::Received;

/// Signs of writing that one session may give a second for long, and at once: above what our client does.
pub(super) const TYPING: (u32, u32) = (1, 3);

impl Session {
    /// Does what came in.
    pub(super) async fn take(&mut self, received: Received) -> Result<(), Close> {
        self.pulse.heard();
        let text = match received {
            Received::Text(text) => Some(text),
            Received::Sign => None,
            Received::Gone => return Err(Close::Normal),
            Received::Broken(close) => return Err(close),
        };
        if self.commands.take(()).is_err() {
            return Err(Close::Flooding);
        }
        let Some(text) = text else { return Ok(()) };
        match serde_json::from_str(&text) {
            Ok(Command::Send {
                cid,
                room,
                kind,
                target,
                body,
            }) => {
                self.store(Wish {
                    cid,
                    room,
                    kind,
                    target,
                    body,
                });
                Ok(())
            }
            Ok(Command::Open { room, cursor }) => self.open(room, cursor).await,
            Ok(Command::Read { room, seq }) => {
                if self.is_in(&room) {
                    self.chat.read(&self.person, room, seq);
                }
                Ok(())
            }
            Ok(Command::People { room }) => self.tell_people(room).await,
            Ok(Command::Typing { room }) => {
                if self.may_type(&room) {
                    self.chat.typing(room, self.person.clone()).await;
                }
                Ok(())
            }
            Ok(Command::Heartbeat) => self.tell(&Event::Heartbeat).await,
            Ok(Command::Hello { .. }) => {
                self.refuse_frame(
                    Reason::BadHello,
                    "one hello a session; connect again for another".to_owned(),
                )
                .await
            }
            Err(error) => {
                let reason = if is_json_with_type(&text) {
                    Reason::UnknownCommand
                } else {
                    Reason::Malformed
                };
                self.refuse_frame(reason, format!("not a command of this version: {error}"))
                    .await
            }
        }
    }

    /// Tells who is listed beside a room that the user is in; nothing if that cannot be read now.
    async fn tell_people(&mut self, room: RoomId) -> Result<(), Close> {
        if !self.is_in(&room) {
            return Ok(());
        }
        let listed = match self.rooms.get(&room).is_some_and(|room| room.is_public) {
            true => self.chat.attendance(&room).await,
            false => self.chat.everybody_in(&self.person, &room).await,
        };
        match listed {
            Ok(Attendance { count, people }) => {
                self.tell(&Event::People {
                    room,
                    count,
                    people,
                })
                .await
            }
            Err(error) => {
                tracing::warn!(%error, %room, "cannot tell who is there");
                Ok(())
            }
        }
    }

    /// Nobody writes where only programs do, and everybody would be told.
    fn may_type(&self, room: &RoomId) -> bool {
        self.is_in(room) && !room.is_for_notices() && self.typing.take(()).is_ok()
    }

    fn store(&mut self, wish: Wish) {
        let (chat, person) = (Arc::clone(&self.chat), self.person.clone());
        let cid = wish.cid.clone();
        self.storing = Some(Box::pin(async move {
            match chat.send(person, wish).await {
                Ok(Entry {
                    cid, room, seq, at, ..
                }) => Event::Accepted { cid, room, seq, at },
                Err(refusal) => Event::Rejected {
                    cid,
                    reason: refusal.reason,
                    retry_after_ms: refusal.retry_after_ms,
                },
            }
        }));
    }

    /// Answers a bad frame; the session lives on unless there are too many of them.
    async fn refuse_frame(&mut self, reason: Reason, message: String) -> Result<(), Close> {
        counter!(BAD_FRAMES, "reason" => measure::label(reason)).increment(1);
        let now = Instant::now();
        self.bad_frames.push_back(now);
        let window = Duration::from_secs(limits::BAD_FRAMES_WINDOW_SECS);
        self.bad_frames
            .retain(|at| now.duration_since(*at) < window);
        self.tell(&Event::Error { reason, message }).await?;
        if self.bad_frames.len() >= limits::BAD_FRAMES_MAX {
            Err(Close::Policy)
        } else {
            Ok(())
        }
    }
}

fn is_json_with_type(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value["type"].is_string())
}
