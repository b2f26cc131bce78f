//! One client's session: its commands to the chat, what the hub tells to its socket.

mod catching_up;
mod hello;
mod pulse;

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use protocol::{Close, Command, Entry, Event, Person, Reason, RoomId, SessionId, limits};
use tokio::time::{Instant, timeout};

use self::hello::{Hello, close_for};
use self::pulse::{Beat, Pulse};
use crate::chat::Chat;
use crate::frame::{Topic, encode};
use crate::hub::{Ears, Told};
use crate::rate::Rate;
use crate::socket::{Received, Socket};
use crate::store::Token;

/// Frames taken from the queue for one write.
const WRITE_FRAMES: usize = 64;

/// Commands a second for long, and at once: far above what our client does.
const COMMANDS: (u32, u32) = (50, 200);

/// A connection before its hello.
pub struct Arrival {
    pub chat: Arc<Chat>,
    pub socket: Socket,
    /// The cookie's token, if the browser had one for this host.
    pub token: Option<Token>,
    /// What the session is called from its hello on.
    pub id: SessionId,
}

/// Something a session waits for while it goes on.
type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

struct Session {
    id: SessionId,
    person: Person,
    chat: Arc<Chat>,
    socket: Socket,
    ears: Ears,
    /// How far each open room has been sent.
    rooms: HashMap<RoomId, u64>,
    /// Being told as online: nobody waits for it, as presence may be away.
    entering: Option<Task<()>>,
    /// The send being stored; the next command is read after it, so that one session's sends keep their order.
    storing: Option<Task<Event>>,
    pulse: Pulse,
    bad_frames: VecDeque<Instant>,
    commands: Rate<()>,
}

/// Runs a connection from its hello to its close.
pub async fn run(arrival: Arrival) {
    let Arrival {
        chat,
        mut socket,
        token,
        id,
    } = arrival;
    let wait = Duration::from_secs(limits::HELLO_SECS);
    let hello = match timeout(wait, Box::pin(hello::hello(&chat, &mut socket, token))).await {
        Ok(Ok(hello)) => hello,
        Ok(Err(close)) => return Box::pin(socket.close(close)).await,
        Err(_) => return Box::pin(socket.close(Close::NoHello)).await,
    };
    let person = hello.person.clone();
    let Ok(ears) =
        chat.delivery
            .hub
            .connect(id.clone(), person.id.clone(), limits::SESSIONS_PER_USER_MAX)
    else {
        return Box::pin(socket.close(Close::Policy)).await;
    };
    tracing::info!(session = %id, user = %person.id, "opened");
    let entering = enter(chat.clone(), id.clone(), person.clone());
    let mut session = Session {
        id,
        person,
        chat,
        socket,
        ears,
        rooms: HashMap::new(),
        entering: Some(Box::pin(entering)),
        storing: None,
        pulse: Pulse::new(),
        bad_frames: VecDeque::new(),
        commands: Rate::new(COMMANDS.0, COMMANDS.1),
    };
    // Boxed, and let go of at once, so that an idle session does not keep the room its beginning took.
    let welcomed = Box::pin(session.welcome(hello)).await;
    let close = match welcomed {
        Ok(()) => session.talk().await,
        Err(close) => close,
    };
    Box::pin(session.end(close)).await;
}

impl Session {
    async fn welcome(&mut self, hello: Hello) -> Result<(), Close> {
        let Hello {
            person,
            token,
            open,
            mut cursors,
        } = hello;
        let rooms = self
            .chat
            .rooms(&person)
            .await
            .map_err(|error| close_for(&error))?;
        let welcome = Event::Welcome {
            session: self.id.clone(),
            me: person,
            epoch: self.chat.delivery.log.epoch().clone(),
            token: token.reveal().to_owned(),
            nodes: self.chat.roster.nodes(),
            rooms,
        };
        self.tell(&welcome).await?;
        let cursor = cursors.remove(&open);
        self.open(open, cursor).await?;
        self.tell_online().await
    }

    /// Hears both sides until one ends it.
    async fn talk(&mut self) -> Close {
        let mut told = Vec::new();
        loop {
            // In this order, so that a simulated run is always the same. What comes first is rare or limited: commands by
            // their rate, so that the queue has its turn.
            let turn = tokio::select! {
                biased;
                event = outcome(&mut self.storing) => self.tell(&event).await,
                () = outcome(&mut self.entering) => Ok(()),
                received = self.socket.receive(), if self.storing.is_none() => Box::pin(self.take(received)).await,
                // After what came meanwhile: nobody is silent whom we did not listen to.
                beat = self.pulse.beat(), if self.storing.is_none() => match beat {
                    Beat::Ping => self.socket.ping().await,
                    Beat::Silent => Err(Close::Heartbeat),
                },
                heard = self.ears.hear(&mut told, WRITE_FRAMES) => match heard {
                    0 => Err(Close::Slow),
                    _ => Box::pin(self.pass_on(&mut told)).await,
                },
            };
            if let Err(close) = turn {
                return close;
            }
        }
    }

    /// Writes what the hub told, and what the queue had no room for.
    async fn pass_on(&mut self, told: &mut Vec<Told>) -> Result<(), Close> {
        let mut frames = Vec::with_capacity(told.len());
        let mut closing = None;
        for told in told.drain(..) {
            match told {
                Told::Close(close) => closing = closing.or(Some(close)),
                Told::Frame(frame) if self.is_next(&frame.topic, frame.seq) => {
                    frames.push(frame.text.clone())
                }
                Told::Frame(_) => {}
            }
        }
        self.socket.send(frames).await?;
        if let Some(close) = closing {
            return Err(close);
        }
        for topic in self.ears.take_behind() {
            match topic {
                Topic::All => self.tell_online().await?,
                Topic::Room(room) => self.catch_up(&room).await?,
            }
        }
        Ok(())
    }

    /// Whether a frame is to be sent: an entry only once and in its turn.
    fn is_next(&mut self, topic: &Topic, seq: u64) -> bool {
        let Topic::Room(room) = topic else {
            return true;
        };
        match self.rooms.get_mut(room) {
            _ if seq == 0 => true,
            Some(sent) if seq > *sent => {
                *sent = seq;
                true
            }
            _ => false,
        }
    }

    async fn take(&mut self, received: Received) -> Result<(), Close> {
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
            Ok(Command::Send { cid, room, body }) => {
                self.store(cid, room, body);
                Ok(())
            }
            Ok(Command::Typing { room }) => {
                if self.rooms.contains_key(&room) {
                    self.chat.typing(room, self.person.clone());
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

    fn store(&mut self, cid: protocol::Cid, room: RoomId, body: String) {
        let (chat, person) = (Arc::clone(&self.chat), self.person.clone());
        self.storing = Some(Box::pin(async move {
            match chat.send(person, cid.clone(), room, body).await {
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

    /// Tells the whole list, and when it is stale that it is: a client believes a whole list until it hears otherwise.
    async fn tell_online(&mut self) -> Result<(), Close> {
        self.tell(&self.chat.roster.online()).await?;
        if self.chat.roster.is_stale() {
            self.tell(&Event::OnlineStale { stale: true }).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, event: &Event) -> Result<(), Close> {
        self.socket.send([encode(event)]).await
    }

    async fn end(mut self, close: Close) {
        tracing::info!(session = %self.id, code = close.code(), reason = close.text(), "closed");
        self.chat.delivery.hub.disconnect(&self.id);
        if let Some(entering) = self.entering.take() {
            entering.await;
        }
        self.chat.roster.leave(&self.id, &self.person).await;
        if let Some(storing) = self.storing.take() {
            // Stored and spread even if its sender is gone, and does not hear of it.
            let answer = storing.await;
            let _ = self.tell(&answer).await;
        }
        self.socket.close(close).await;
    }
}

async fn enter(chat: Arc<Chat>, id: SessionId, person: Person) {
    chat.roster.enter(&chat.delivery, &id, &person).await;
}

/// What a task of the session comes to, once; never, if there is none.
async fn outcome<T>(task: &mut Option<Task<T>>) -> T {
    match task {
        Some(future) => {
            let outcome = future.await;
            *task = None;
            outcome
        }
        None => std::future::pending().await,
    }
}

fn is_json_with_type(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value["type"].is_string())
}
