//! What a client sends.

use protocol::{Command, Kind, Name, Reason, RoomId, RoomKind, UserId};

use super::body::Said;
use super::client::Client;
use super::destination::Wish;
use super::end::End;
use super::frame::Frame;
use super::inside::Pending;
use super::refusal;
use crate::chat::Refusal;
use crate::guest::{self, Not};
use crate::measure::label;
use crate::store::{NewRoom, next_cid};

/// Why a wish is not done: the words, and the reason for programs.
pub(super) struct No {
    pub(super) says: String,
    pub(super) reason: String,
}

impl Client {
    pub(super) async fn send(&mut self, frame: &Frame) -> Result<(), End> {
        let receipt = frame.header("receipt");
        if frame.header("transaction").is_some() {
            return Err(End::refused("there are no transactions here", receipt));
        }
        let Some(destination) = frame.header("destination") else {
            return Err(End::refused("SEND needs a destination", receipt));
        };
        let wish = Wish::parse(destination).map_err(|says| End::refused(says, receipt))?;
        let done = match Said::parse(&frame.body) {
            Ok(said) => self.wish(wish, &said, (destination, receipt)).await?,
            Err(says) => Err(No::malformed(says)),
        };
        match done {
            Ok(()) => Ok(()),
            Err(no) => self.refuse(no, destination, receipt),
        }
    }

    async fn wish(
        &mut self,
        wish: Wish,
        said: &Said,
        about: (&str, Option<&str>),
    ) -> Result<Result<(), No>, End> {
        let wish = match (said.kind(), wish) {
            (Err(says), _) => return Ok(Err(No::malformed(says))),
            (Ok("JOIN"), Wish::Say(_)) => Wish::Name,
            (Ok("LEAVE"), Wish::Say(_)) => {
                // The others are told when the connection has ended.
                self.acknowledge(about.1);
                return Ok(Ok(()));
            }
            (_, wish) => wish,
        };
        match wish {
            Wish::Name => self.take_name(said, about.1).await,
            wish => match self.place_of(wish, said).await {
                Ok(room) => self.say(room, said, about),
                Err(no) => Ok(Err(no)),
            },
        }
    }

    /// Makes a guest of who has no name yet; a later name is left alone.
    async fn take_name(
        &mut self,
        said: &Said,
        receipt: Option<&str>,
    ) -> Result<Result<(), No>, End> {
        if self.inside.is_some() {
            self.acknowledge(receipt);
            return Ok(Ok(()));
        }
        let name = match said.sender() {
            Ok(name) => name,
            Err(says) => return Ok(Err(No::malformed(says))),
        };
        match guest::visit(&self.node, self.from, name).await {
            Ok((person, visit)) => {
                let token = visit.token.clone();
                self.guest = Some(visit);
                self.begin(person, token, receipt.map(str::to_owned))?;
                Ok(Ok(()))
            }
            Err(Not::Because(reason)) => Ok(Err(reason.into())),
            Err(Not::Yet(wait)) => Ok(Err(No::from(Refusal {
                reason: Reason::RateLimited,
                retry_after_ms: Some(wait.as_millis() as u64),
            }))),
            Err(Not::Failed(error)) => {
                tracing::warn!(%error, "cannot make a guest");
                Ok(Err(Reason::StoreUnavailable.into()))
            }
        }
    }

    /// The room that something is to be said in.
    async fn place_of(&mut self, wish: Wish, said: &Said) -> Result<RoomId, No> {
        match wish {
            Wish::Say(Some(room)) => Ok(room),
            Wish::Tell(None) => match said.recipient().map_err(No::malformed)? {
                Some(name) => self.talk_with(name).await,
                None => Err(No::malformed(
                    "recipient is the name of whom it is for".to_owned(),
                )),
            },
            Wish::Tell(Some(name)) => self.talk_with(&name).await,
            Wish::Say(None) | Wish::Name => match said.room().map_err(No::malformed)? {
                None => Ok(RoomId::lobby()),
                Some(room) => room.ok_or_else(|| Reason::RoomUnknown.into()),
            },
        }
    }

    /// The talk with who has this name or id; made if there was none.
    async fn talk_with(&mut self, name: &str) -> Result<RoomId, No> {
        let Some(inside) = &self.inside else {
            return Err(No::nameless());
        };
        let (chat, me) = (&self.node.chat, &inside.me);
        let by_name = match Name::parse(name) {
            Ok(name) => chat.named(&name).await.map_err(No::failed)?,
            Err(_) => None,
        };
        let found = match (by_name, name.parse::<UserId>()) {
            (Some(person), _) => Some(person),
            (None, Ok(id)) => chat.directory.person(&id).await.map_err(No::failed)?,
            (None, Err(_)) => None,
        };
        let Some(person) = found.filter(|person| person.id != me.id) else {
            return Err(Reason::PersonUnknown.into());
        };
        if let Some(room) = RoomId::direct(&me.id, &person.id).filter(|room| inside.is_in(room)) {
            return Ok(room);
        }
        let direct = NewRoom {
            kind: RoomKind::Direct,
            name: String::new(),
            topic: String::new(),
            people: vec![person.id],
        };
        let made = chat.make(me.clone(), next_cid(), direct).await;
        made.map_err(No::from)
    }

    fn say(
        &mut self,
        room: RoomId,
        said: &Said,
        (destination, receipt): (&str, Option<&str>),
    ) -> Result<Result<(), No>, End> {
        let body = match said.content() {
            Ok(body) => body.to_owned(),
            Err(says) => return Ok(Err(No::malformed(says))),
        };
        let Some(inside) = &mut self.inside else {
            return Ok(Err(No::nameless()));
        };
        let cid = next_cid();
        let pending = Pending {
            receipt: receipt.map(str::to_owned),
            destination: destination.to_owned(),
        };
        inside.pending.insert(cid.clone(), pending);
        inside.does(&Command::Send {
            cid,
            room,
            kind: Kind::Posted,
            target: None,
            body,
        })?;
        Ok(Ok(()))
    }
}

impl No {
    fn malformed(says: String) -> Self {
        Self {
            says,
            reason: label(Reason::Malformed),
        }
    }

    fn nameless() -> Self {
        Self {
            says: "Nobody knows who you are yet. Send your name to /app/chat.addUser first."
                .to_owned(),
            reason: label(Reason::NameEmpty),
        }
    }

    fn failed(error: crate::store::Error) -> Self {
        tracing::warn!(%error, "cannot look for somebody");
        Reason::StoreUnavailable.into()
    }
}

impl From<Reason> for No {
    fn from(reason: Reason) -> Self {
        Refusal::from(reason).into()
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self {
            says: refusal::words(refusal.reason, refusal.retry_after_ms),
            reason: label(refusal.reason),
        }
    }
}
