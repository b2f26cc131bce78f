//! One client's session: its commands to the chat, what the hub tells to its socket.

mod catching_up;
mod commands;
mod hello;
mod pieces;
mod pulse;
mod standing;
mod welcome;

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use protocol::{Close, Event, Person, RoomId, SessionId, SignInId};
use tokio::time::Instant;

use self::pulse::{Beat, Pulse};
use self::standing::{Due, Standing};
use crate::admission::Admission;
use crate::chat::Chat;
use crate::frame::{Frame, Topic, encode};
use crate::hub::{Ears, Told};
use crate::rate::Rate;
use crate::socket::Socket;
use crate::store::{SignedIn, Token};

/// Frames taken from the queue for one write.
const WRITE_FRAMES: usize = 64;

/// A connection before its hello.
pub struct Arrival {
    pub chat: Arc<Chat>,
    pub admission: Arc<Admission>,
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
    sign_in: SignInId,
    chat: Arc<Chat>,
    socket: Socket,
    ears: Ears,
    /// The user's rooms and the inbox: in each of them the session has a seat.
    rooms: HashMap<RoomId, Standing>,
    due: VecDeque<Due>,
    /// Being told as online: nobody waits for it, as presence may be away.
    entering: Option<Task<()>>,
    /// The send being stored; the next command is read after it, so that one session's sends keep their order.
    storing: Option<Task<Event>>,
    pulse: Pulse,
    bad_frames: VecDeque<Instant>,
    commands: Rate<()>,
    typing: Rate<()>,
    /// The inbox has told that it has begun, where a user may have only one session.
    has_begun: bool,
    /// Why it ends, told before it does.
    last_word: Option<Event>,
}

/// Runs a connection from its hello to its close.
pub async fn run(arrival: Arrival) {
    let Arrival {
        chat,
        admission,
        mut socket,
        token,
        id,
    } = arrival;
    let hello = match Box::pin(hello::hello(&chat, &admission, &mut socket, token)).await {
        Ok(hello) => hello,
        Err(close) => return Box::pin(socket.close(close)).await,
    };
    let SignedIn {
        person, sign_in, ..
    } = hello.signed_in.clone();
    let Ok(ears) = chat.delivery.hub.connect(
        id.clone(),
        (person.id.clone(), sign_in.clone()),
        chat.limits.sessions_per_user as usize,
    ) else {
        return Box::pin(socket.close(Close::Policy)).await;
    };
    tracing::info!(session = %id, user = %person.id, "opened");
    let entering = enter(chat.clone(), id.clone(), person.clone());
    let (commands_per_sec, commands_burst) = chat.limits.commands();
    let mut session = Session {
        id,
        person,
        sign_in,
        chat,
        socket,
        ears,
        rooms: HashMap::new(),
        due: VecDeque::new(),
        entering: Some(Box::pin(entering)),
        storing: None,
        pulse: Pulse::new(),
        bad_frames: VecDeque::new(),
        commands: Rate::new(commands_per_sec, commands_burst),
        typing: Rate::new(commands::TYPING.0, commands::TYPING.1),
        has_begun: false,
        last_word: None,
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
        self.check_sign_in()?;
        let mut frames = Vec::with_capacity(told.len());
        let mut closing = None;
        for told in told.drain(..) {
            match told {
                Told::Close(close) => closing = closing.or(Some(close)),
                Told::Frame(frame) if closing.is_none() && self.is_next(&frame) => {
                    closing = self.obey_frame(&frame).err();
                    frames.push(frame.text.clone());
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
        self.do_due().await
    }

    /// Whether a frame is to be sent: an entry only once and in its turn, and nothing of a room the user was put out of.
    fn is_next(&mut self, frame: &Frame) -> bool {
        let Topic::Room(room) = &frame.topic else {
            return true;
        };
        match self.rooms.get_mut(room) {
            Some(standing) if standing.is_outside => false,
            Some(_) if frame.seq == 0 => true,
            Some(standing) if frame.seq > standing.sent => {
                standing.sent = frame.seq;
                self.show(room);
                true
            }
            _ => false,
        }
    }

    /// Tells the whole list, and when it is stale that it is: a client believes a whole list until it hears otherwise.
    async fn tell_online(&mut self) -> Result<(), Close> {
        self.socket.send([self.chat.roster.online_frame()]).await?;
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
        if let Some(last) = self.last_word.take() {
            let _ = self.tell(&last).await; // who is gone does not hear it
        }
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
