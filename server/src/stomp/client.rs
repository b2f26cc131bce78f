//! One client: hears both sides, its own and its session's, until one ends it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::Message;
use metrics::counter;
use protocol::{Close, SessionId};

use super::beats::{Beats, Due};
use super::end::{End, busy, close_of};
use super::frame::{self, Frame, Verb, Version};
use super::inside::Inside;
use super::outside::{Heard, Outside};
use super::reader::{self, Broken, Reader};
use super::subscribing::{self, Subscription};
use crate::admission::{Admission, Opener, TryAgain};
use crate::guest::Visit;
use crate::measure::TURNED_AWAY;
use crate::node::Node;
use crate::rate::Rate;
use crate::store::{Token, random_id};

pub(super) struct Client {
    pub(super) node: Arc<Node>,
    pub(super) outside: Outside,
    pub(super) from: IpAddr,
    pub(super) cookie: Option<Token>,
    pub(super) id: SessionId,
    pub(super) reader: Reader,
    /// None before CONNECT.
    pub(super) version: Option<Version>,
    pub(super) beats: Beats,
    pub(super) frames: Rate<()>,
    pub(super) subscriptions: Vec<Subscription>,
    /// The session, when it is known whose it is.
    pub(super) inside: Option<Inside>,
    /// Who is a guest as long as this connection lasts.
    pub(super) guest: Option<Visit>,
    /// What is told next.
    pub(super) tell: Vec<String>,
    /// Messages of no room, counted for their ids.
    pub(super) told: u64,
    /// DISCONNECT came: nothing more is taken, and this receipt is told when all sends are answered.
    pub(super) leaving: Option<Option<String>>,
}

impl Client {
    pub(super) fn new(
        node: Arc<Node>,
        outside: Outside,
        cookie: Option<Token>,
        from: IpAddr,
    ) -> Self {
        let (per_sec, burst) = node.chat.limits.commands();
        Self {
            node,
            outside,
            cookie,
            from,
            id: random_id::<8, _>(),
            reader: Reader::default(),
            version: None,
            beats: Beats::new(),
            frames: Rate::new(per_sec, burst),
            subscriptions: Vec::new(),
            inside: None,
            guest: None,
            tell: Vec::new(),
            told: 0,
            leaving: None,
        }
    }

    /// Hears both sides until one ends it.
    pub(super) async fn talk(&mut self, admission: &Admission) -> End {
        let opener = admission.open();
        if let Err(close) = self.outside.open().await {
            return close.into();
        }
        let mut opener = match opener {
            Ok(opener) => Some(opener),
            Err(again) => return turn_away(again),
        };
        loop {
            let turn = tokio::select! {
                biased;
                heard = self.outside.hear(), if self.leaving.is_none() => Box::pin(self.take(heard)).await,
                told = hears(&mut self.inside) => Box::pin(self.pass_on(told)).await,
                again = put_out(&mut opener) => Err(turn_away(again)),
                () = self.node.closing.cancelled(), if self.inside.is_none() => Err(Close::Restart.into()),
                due = self.beats.due() => self.beat(due).await,
            };
            let turn = match turn {
                Ok(()) => self.flush().await,
                Err(end) => Err(end),
            };
            if let Err(end) = turn {
                return end;
            }
            if self.inside.is_some() {
                opener = None; // its session stands at the door instead
            }
        }
    }

    pub(super) async fn beat(&mut self, due: Due) -> Result<(), End> {
        match due {
            Due::Beat => self.tell.push("\n".to_owned()),
            Due::Ping => {
                self.outside.ask().await?;
                if self.outside.is_attended() {
                    self.beats.alive();
                }
            }
            Due::Silent => return Err(Close::Heartbeat.into()),
            Due::NoConnect => return Err(Close::NoHello.into()),
        }
        Ok(())
    }

    /// Takes what came in.
    pub(super) async fn take(&mut self, heard: Heard) -> Result<(), End> {
        self.beats.alive();
        let texts = match heard {
            Heard::Texts(texts) => texts,
            Heard::Sign => return self.count(),
            Heard::Gone => return Err(Close::Normal.into()),
            Heard::Broken(close) => return Err(close.into()),
        };
        self.beats.heard();
        let mut is_counted = false;
        for text in texts {
            self.reader.push(&text);
            while let Some(heard) = self.reader.next(self.version).map_err(broken)? {
                self.count()?;
                is_counted = true;
                if let reader::Heard::Frame(frame) = heard {
                    self.hear(frame).await?;
                }
                if self.leaving.is_some() {
                    return self.go_if_answered();
                }
            }
        }
        if is_counted { Ok(()) } else { self.count() }
    }

    /// Nobody says more than they may, be it frames, beats or pieces of them.
    pub(super) fn count(&self) -> Result<(), End> {
        self.frames.take(()).map_err(|_| Close::Flooding.into())
    }

    pub(super) async fn hear(&mut self, frame: Frame) -> Result<(), End> {
        let receipt = frame.header("receipt");
        if receipt.is_some_and(|receipt| receipt.len() > subscribing::ID_BYTES_MAX) {
            return Err(End::refused("a receipt's id has at most 128 bytes", None));
        }
        match (self.version, frame.verb) {
            (None, Verb::Connect) => self.connect(&frame).await,
            (None, _) => Err(End::refused("the first frame is CONNECT", receipt)),
            (_, Verb::Connect) => Err(End::refused("CONNECT comes once", receipt)),
            (_, Verb::Subscribe) => self.subscribe(&frame).await,
            (_, Verb::Unsubscribe) => self.unsubscribe(&frame),
            (_, Verb::Send) => self.send(&frame).await,
            (_, Verb::Disconnect) => {
                self.leaving = Some(receipt.map(str::to_owned));
                Ok(())
            }
            (_, Verb::Other(verb)) => {
                let says = format!(
                    "{verb} is not done here: messages are acknowledged by themselves, and there are no transactions"
                );
                Err(End::refused(says, receipt))
            }
        }
    }

    /// Does what the session has told.
    pub(super) async fn pass_on(&mut self, told: Option<Message>) -> Result<(), End> {
        let Some(inside) = &mut self.inside else {
            return Ok(());
        };
        match told {
            Some(Message::Text(json)) => match serde_json::from_str(&json) {
                Ok(event) => self.tell_event(event).await?,
                Err(error) => tracing::error!(%error, "an event of ours is none"),
            },
            Some(Message::Ping(_)) => inside.lives()?,
            Some(Message::Close(frame)) => {
                let close = frame.map_or(Close::Normal, |frame| close_of(frame.code));
                return Err(End::because(close, inside.last_word.take()));
            }
            Some(_) => {}
            None => return Err(Close::Slow.into()),
        }
        self.go_if_answered()
    }

    pub(super) fn acknowledge(&mut self, receipt: Option<&str>) {
        if let Some(receipt) = receipt {
            let frame = self.write("RECEIPT", &[("receipt-id", receipt)], "");
            self.tell.push(frame);
        }
    }

    pub(super) fn write(&self, verb: &str, headers: &[(&str, &str)], body: &str) -> String {
        frame::write(self.version.unwrap_or(Version::V12), verb, headers, body)
    }

    pub(super) async fn flush(&mut self) -> Result<(), End> {
        if self.tell.is_empty() {
            return Ok(());
        }
        self.outside.tell(std::mem::take(&mut self.tell)).await?;
        self.beats.told();
        Ok(())
    }
}

fn broken(broken: Broken) -> End {
    match broken {
        Broken::Frame(says) => End::refused(says, None),
        Broken::TooBig => Close::TooBig.into(),
    }
}

fn turn_away(TryAgain(wait): TryAgain) -> End {
    counter!(TURNED_AWAY).increment(1);
    let says = busy(wait.as_millis().div_ceil(1_000) as u64);
    End::because(Close::Overload, Some(says))
}

async fn hears(inside: &mut Option<Inside>) -> Option<Message> {
    match inside {
        Some(inside) => inside.hears().await,
        None => std::future::pending().await,
    }
}

async fn put_out(opener: &mut Option<Opener<'_>>) -> TryAgain {
    match opener {
        Some(opener) => opener.put_out().await,
        None => std::future::pending().await,
    }
}
