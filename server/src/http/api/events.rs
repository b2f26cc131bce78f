//! `GET /api/v1/events`: a room's entries as they come, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream;
use protocol::{Entry, Epoch, RoomId, RoomKind, SessionId, SignInId, Signal};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use super::asked::Asked;
use super::caller::Caller;
use super::problem::Problem;
use crate::hub::{Ears, Told};
use crate::node::Node;
use crate::store::{Error, Hall, ProgramKey, Reader, Scope, Span, Token, random_id};

/// Streams one key may have open at a node.
const STREAMS_MAX: usize = 10;

/// How often a silent stream says that it is there.
const SIGN_EVERY: Duration = Duration::from_secs(10);

/// How often it is looked whether the key is still good: what is said longer than this after its end is not heard.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Entries taken at once, from the queue or the log.
const PIECE: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    room: RoomId,
}

/// What comes in a room from now on, or from the last event on that was heard.
pub(super) async fn events(
    State(node): State<Arc<Node>>,
    caller: Caller,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    caller.may(Scope::Listen)?;
    caller.knows(&wanted.room)?;
    let hall = node.chat.podium.hall(&wanted.room).await?;
    let hall = hall.filter(|hall| is_for(&caller.0, hall.kind, &hall.id));
    let hall = hall.ok_or_else(|| Problem::not_found("there is no such room"))?;
    let last = last_event_id(&headers)?;
    let listener = Listener::new(node, caller, hall, last).await?;
    let events = stream::unfold(listener, async |mut listener| {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_EVERY)))
}

/// Public rooms are for every key that may know them; others for those that are made for them; talks of two, and one's own
/// notices, for none.
fn is_for(key: &ProgramKey, kind: RoomKind, room: &RoomId) -> bool {
    match kind {
        RoomKind::Public => key.knows(room),
        RoomKind::Private | RoomKind::Group => key.is_made_for(room) && !room.is_for_notices(),
        RoomKind::Direct | RoomKind::Inbox | RoomKind::Unknown => false,
    }
}

/// The place of an event: the log it is of, and its seq.
type Place = (Epoch, u64);

fn last_event_id(headers: &HeaderMap) -> Result<Option<Place>, Problem> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let place = id.to_str().ok().and_then(|id| id.split_once('.'));
    let place = place.and_then(|(epoch, seq)| Some((epoch.parse().ok()?, seq.parse().ok()?)));
    let wrong = || Problem::new(StatusCode::BAD_REQUEST, "Last-Event-ID is none of ours");
    place.map(Some).ok_or_else(wrong)
}

/// What is to be told next.
enum Heard {
    Entry(Entry),
    Signal(Signal),
}

/// A seat in a room, and what was heard from it.
struct Listener {
    node: Arc<Node>,
    id: SessionId,
    ears: Ears,
    room: RoomId,
    kind: RoomKind,
    token: Token,
    /// When the key was last looked at.
    looked: Instant,
    /// How far the room was told.
    told: u64,
    /// How far it is to be told from the log.
    missed: u64,
    /// Another log than the listener knows: it has to forget what it holds.
    is_reset: bool,
    waiting: VecDeque<Heard>,
}

impl Listener {
    async fn new(
        node: Arc<Node>,
        Caller(key, token): Caller,
        hall: Hall,
        last: Option<Place>,
    ) -> Result<Self, Problem> {
        let id: SessionId = random_id::<16, _>();
        let who = (key.program.id.clone(), random_id::<8, SignInId>());
        let ears = node.chat.delivery.hub.connect(id.clone(), who, STREAMS_MAX);
        let ears = ears.map_err(|_| {
            let says = format!("a key has at most {STREAMS_MAX} streams at a node");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, says)
        })?;
        let mut listener = Self {
            node,
            id,
            ears,
            room: hall.id,
            kind: hall.kind,
            token,
            looked: Instant::now(),
            told: 0,
            missed: 0,
            is_reset: false,
            waiting: VecDeque::new(),
        };
        listener.sit_down().await?;
        listener.told = listener.missed;
        if let Some((epoch, seq)) = last {
            // What another node told may not have come to this one yet; the log has it.
            let top = listener.missed.max(hall.top);
            let is_ours = epoch == *listener.epoch() && seq <= top;
            listener.is_reset = !is_ours;
            listener.told = if is_ours { seq } else { listener.missed };
        }
        Ok(listener)
    }

    /// The next event; none when the node stops, or the key is no longer good.
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.is_reset) {
            return Some(Event::default().event("reset").data("{}"));
        }
        loop {
            if !self.is_let_hear().await {
                return None;
            }
            if let Some(heard) = self.waiting.pop_front() {
                return Some(self.tell(heard));
            }
            let goes_on = if self.told < self.missed {
                self.read().await.map(|()| true)
            } else {
                self.hear().await
            };
            match goes_on {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    tracing::warn!(%error, "a stream ends");
                    return None;
                }
            }
        }
    }

    fn tell(&mut self, heard: Heard) -> Event {
        match heard {
            Heard::Entry(entry) => {
                self.told = entry.seq;
                let id = format!("{}.{}", self.epoch(), entry.seq);
                Event::default().id(id).event("entry").data(json(&entry))
            }
            // Without an id: who comes back goes on after the entry before.
            Heard::Signal(signal) => Event::default().event("signal").data(json(&signal)),
        }
    }

    /// Whether the key is still one that may hear the room, as of the last look.
    async fn is_let_hear(&mut self) -> bool {
        if self.looked.elapsed() < LOOK_EVERY {
            return true;
        }
        self.looked = Instant::now();
        match self.node.chat.keys.recognise(&self.token).await {
            Ok(key) => {
                key.is_some_and(|key| key.may(Scope::Listen) && is_for(&key, self.kind, &self.room))
            }
            Err(error) => {
                tracing::warn!(%error, "the key of a stream is looked at later");
                true
            }
        }
    }

    /// Takes what the log has after what was told.
    async fn read(&mut self) -> Result<(), Error> {
        let span = Span::After {
            seq: self.told,
            limit: PIECE,
        };
        let delivery = &self.node.chat.delivery;
        let page = delivery.read(Reader::Node, &self.room, span).await?;
        if page.entries.is_empty() {
            self.told = self.missed;
        }
        let entries = page.entries.into_iter().map(Heard::Entry);
        self.waiting.extend(entries);
        Ok(())
    }

    /// Waits for what the hub tells, until the key is to be looked at. False when the hub lets this listener go.
    async fn hear(&mut self) -> Result<bool, Error> {
        let mut heard = Vec::new();
        let look = self.looked + LOOK_EVERY;
        match timeout_at(look, self.ears.hear(&mut heard, PIECE)).await {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(_) => return Ok(true),
        }
        for told in heard {
            match told {
                Told::Close(_) => return Ok(false),
                Told::Frame(frame) => {
                    let is_new = |entry: &Entry| entry.room == self.room && entry.seq > self.told;
                    let heard = match frame.read() {
                        Some(protocol::Event::Entry(entry)) if is_new(&entry) => {
                            Some(Heard::Entry(entry))
                        }
                        Some(protocol::Event::Signal(signal)) => Some(Heard::Signal(signal)),
                        _ => None,
                    };
                    self.waiting.extend(heard);
                }
            }
        }
        if !self.ears.take_behind().is_empty() {
            self.sit_down().await?;
        }
        Ok(true)
    }

    /// Takes the seat; all up to where the hub is comes from the log.
    async fn sit_down(&mut self) -> Result<(), Error> {
        let delivery = &self.node.chat.delivery;
        // While there was no seat in it, the room may have been let go of.
        delivery.hold(&self.room).await?;
        let cursor = delivery.hub.take_seat(&self.id, &self.room);
        self.missed = cursor.unwrap_or(self.missed);
        Ok(())
    }

    fn epoch(&self) -> &Epoch {
        self.node.chat.delivery.log.epoch()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.node.chat.delivery.hub.disconnect(&self.id);
    }
}

fn json(told: &impl Serialize) -> String {
    serde_json::to_string(told).expect("it has only string keys")
}

#[cfg(test)]
mod tests;
