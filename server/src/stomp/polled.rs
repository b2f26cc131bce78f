//! SockJS by requests: what a client says by POST, and what it hears in one long answer after the other.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, Utf8Bytes};
use futures_util::{Stream, stream};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::outside::Outside;
use crate::pipe::SessionEnd;
use crate::socket::Socket;

/// How long nobody may listen between two answers.
const AWAY_MAX: Duration = Duration::from_secs(5);

/// Frames that may wait to be fetched: they are made no faster than they are taken.
const FRAMES_MAX: usize = 16;

/// Texts that may wait to be read: above what one may say at once, so that who floods is told that code.
const TEXTS_MAX: usize = 256;

/// Bytes after which a long answer ends and the client asks for the next: browsers keep all of one.
const ANSWER_BYTES_MAX: usize = 128 * 1024;

/// What makes a browser show an answer's beginning.
const PRELUDE_BYTES: usize = 2 * 1024;

/// Whether somebody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attended {
    Now,
    /// The last answer ended well, at this time.
    NotSince(Instant),
    /// It broke off: what was on its way is lost.
    Lost,
    /// All was told, and heard to the end.
    Over,
}

fn now_away() -> Attended {
    Attended::NotSince(Instant::now())
}

/// A node's clients of this kind, by the names that they give themselves.
#[derive(Default)]
pub struct Polled {
    open: Mutex<HashMap<String, Ends>>,
}

#[derive(Clone)]
struct Ends {
    say: mpsc::Sender<Message>,
    told: Arc<tokio::sync::Mutex<mpsc::Receiver<Message>>>,
    attended: watch::Sender<Attended>,
}

/// Why what was said is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Gone,
    /// Too much waits.
    Full,
}

/// How long an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Each frame as it comes.
    Streamed,
    /// One frame.
    One,
}

impl Polled {
    /// A connection of this name, if it is new; it is there as long as the guard.
    pub fn open(self: &Arc<Self>, name: &str) -> Option<(Outside, Guard)> {
        let mut open = self.names();
        if open.contains_key(name) {
            return None;
        }
        let (say, commands) = mpsc::channel(TEXTS_MAX);
        let (tell, told) = mpsc::channel(FRAMES_MAX);
        let (attended, attends) = watch::channel(now_away());
        let told = Arc::new(tokio::sync::Mutex::new(told));
        let ends = Ends {
            say,
            told,
            attended,
        };
        open.insert(name.to_owned(), ends);
        let end = SessionEnd::new(commands, tell, Some);
        let guard = Guard {
            polled: Arc::clone(self),
            name: name.to_owned(),
            attended: attends.clone(),
        };
        Some((Outside::polled(Socket::piped(end), attends), guard))
    }

    pub fn has(&self, name: &str) -> bool {
        self.names().contains_key(name)
    }

    pub fn say(&self, name: &str, texts: String) -> Result<(), Refused> {
        let ends = self.names().get(name).cloned().ok_or(Refused::Gone)?;
        let said = ends.say.try_send(Message::Text(Utf8Bytes::from(texts)));
        said.map_err(|error| match error {
            TrySendError::Full(_) => Refused::Full,
            TrySendError::Closed(_) => Refused::Gone,
        })
    }

    /// What the connection of this name tells from now on.
    pub fn listen(
        &self,
        name: &str,
        length: Length,
    ) -> Option<impl Stream<Item = Result<Bytes, Infallible>> + Send + use<>> {
        let ends = self.names().get(name).cloned()?;
        let answer = Answer::new(ends, length);
        Some(stream::unfold(answer, async |mut answer| {
            let part = answer.next().await?;
            Some((Ok(part), answer))
        }))
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, Ends>> {
        self.open.lock().expect("no holder panics")
    }
}

/// A connection's place; dropped, it is no more.
pub struct Guard {
    polled: Arc<Polled>,
    name: String,
    attended: watch::Receiver<Attended>,
}

impl Guard {
    /// Keeps the place until the last words were fetched, or nobody comes for them.
    pub(super) async fn ends(mut self) {
        // Who takes the last words more slowly does without.
        let _ = timeout(2 * AWAY_MAX, deserted(&mut self.attended)).await;
    }
}

/// Waits until nobody has listened for too long. Cancel safe.
pub(super) async fn deserted(attended: &mut watch::Receiver<Attended>) {
    loop {
        let state = *attended.borrow_and_update();
        let changed = match state {
            Attended::Now => attended.changed().await,
            Attended::Lost | Attended::Over => return,
            Attended::NotSince(at) => {
                let until = at + AWAY_MAX;
                let Ok(changed) = timeout_at(until, attended.changed()).await else {
                    return;
                };
                changed
            }
        };
        if changed.is_err() {
            return;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.polled.names().remove(&self.name);
    }
}

/// One answer to who listens.
struct Answer {
    /// None: somebody else listens already.
    told: Option<OwnedMutexGuard<mpsc::Receiver<Message>>>,
    attended: watch::Sender<Attended>,
    length: Length,
    left_bytes: usize,
    has_begun: bool,
    is_whole: bool,
    /// All was told.
    is_over: bool,
}

impl Answer {
    fn new(ends: Ends, length: Length) -> Self {
        let told = ends.told.try_lock_owned().ok();
        if told.is_some() {
            ends.attended.send_replace(Attended::Now);
        }
        Self {
            told,
            attended: ends.attended,
            length,
            left_bytes: ANSWER_BYTES_MAX,
            has_begun: false,
            is_whole: false,
            is_over: false,
        }
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.is_whole || self.is_over {
            return None;
        }
        if self.length == Length::Streamed && !std::mem::replace(&mut self.has_begun, true) {
            return Some(Bytes::from("h".repeat(PRELUDE_BYTES) + "\n"));
        }
        let Some(told) = &mut self.told else {
            self.is_whole = true;
            return Some(Bytes::from("c[2010,\"Another connection still open\"]\n"));
        };
        let frame = loop {
            match told.recv().await {
                Some(Message::Text(frame)) => break frame,
                Some(Message::Close(_)) | None => {
                    self.attended.send_replace(Attended::Over);
                    self.is_over = true;
                    return None;
                }
                Some(_) => {}
            }
        };
        self.left_bytes = self.left_bytes.saturating_sub(frame.len());
        self.is_whole = self.length == Length::One || self.left_bytes == 0;
        Some(Bytes::from(format!("{frame}\n")))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // Before the next one may come.
        if self.told.is_some() && !self.is_over {
            self.attended.send_replace(match self.is_whole {
                true => now_away(),
                false => Attended::Lost,
            });
        }
    }
}
