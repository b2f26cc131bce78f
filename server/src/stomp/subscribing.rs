//! What a client listens to.

use protocol::RoomId;

use super::client::Client;
use super::destination::{Ear, no_room};
use super::end::End;
use super::frame::{Frame, Version, shown};
use super::refusal;
use crate::store::next_cid;

/// Subscriptions of one connection: all rooms one may be in, and some for oneself.
const SUBSCRIPTIONS_MAX: usize = 512;

/// Bytes of a name that a client gives: it is kept, and told again.
pub(super) const ID_BYTES_MAX: usize = 128;

pub(super) struct Subscription {
    /// As the client calls it; none in STOMP 1.0, where it need not.
    pub(super) id: Option<String>,
    pub(super) destination: String,
    pub(super) ear: Ear,
}

impl Client {
    pub(super) async fn subscribe(&mut self, frame: &Frame) -> Result<(), End> {
        let receipt = frame.header("receipt");
        let subscription = self
            .wanted(frame)
            .map_err(|says| End::refused(says, receipt))?;
        if let Some(inside) = &self.inside {
            let name = inside.me.name.clone();
            if !subscription.ear.is_of(&name) {
                return Err(foreign(&subscription.destination, receipt));
            }
            let ear = subscription.ear.clone();
            self.subscriptions.push(subscription);
            self.come_in(&ear, receipt).await?;
        } else {
            // Who this is is not known yet.
            self.subscriptions.push(subscription);
        }
        self.acknowledge(receipt);
        self.tell_own_join();
        Ok(())
    }

    fn wanted(&self, frame: &Frame) -> Result<Subscription, String> {
        let destination = frame.header("destination");
        let destination = destination.ok_or("SUBSCRIBE needs a destination")?;
        let id = frame.header("id");
        if id.is_none() && self.version != Some(Version::V10) {
            return Err("SUBSCRIBE needs an id".to_owned());
        }
        if id.is_some_and(|id| id.is_empty() || id.len() > ID_BYTES_MAX) {
            return Err(format!("a subscription's id has 1 to {ID_BYTES_MAX} bytes"));
        }
        if self.place(id, destination).is_some() {
            let id = shown(id.unwrap_or(destination));
            return Err(format!(
                "there is a subscription {id} already; give this one another id"
            ));
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            return Err(format!(
                "a connection has at most {SUBSCRIPTIONS_MAX} subscriptions"
            ));
        }
        if frame.header("ack").is_some_and(|ack| ack != "auto") {
            return Err("ack is auto: what is not heard is not told again".to_owned());
        }
        Ok(Subscription {
            id: id.map(str::to_owned),
            destination: destination.to_owned(),
            ear: Ear::parse(destination)?,
        })
    }

    pub(super) fn unsubscribe(&mut self, frame: &Frame) -> Result<(), End> {
        let receipt = frame.header("receipt");
        let (id, destination) = (frame.header("id"), frame.header("destination"));
        match self.place(id, destination.unwrap_or_default()) {
            Some(place) => drop(self.subscriptions.remove(place)),
            None => {
                let says = format!("there is no subscription {}", shown(id.unwrap_or_default()));
                return Err(End::refused(says, receipt));
            }
        }
        self.acknowledge(receipt);
        Ok(())
    }

    /// The subscription of this id; of this destination, where it has none.
    fn place(&self, id: Option<&str>, destination: &str) -> Option<usize> {
        self.subscriptions.iter().position(|known| match id {
            Some(_) => known.id.as_deref() == id,
            None => known.id.is_none() && known.destination == destination,
        })
    }

    /// Goes where the client listens, now that it is known who it is.
    pub(super) async fn come_in_everywhere(&mut self) -> Result<(), End> {
        let Some(inside) = &self.inside else {
            return Ok(());
        };
        let name = &inside.me.name;
        let foreigner = self
            .subscriptions
            .iter()
            .find(|known| !known.ear.is_of(name));
        if let Some(foreigner) = foreigner {
            return Err(foreign(&foreigner.destination, None));
        }
        let ears: Vec<Ear> = self
            .subscriptions
            .iter()
            .map(|known| known.ear.clone())
            .collect();
        for ear in ears {
            self.come_in(&ear, None).await?;
        }
        Ok(())
    }

    /// Goes into a public room that one is not in. Of others nobody is told whether they are there.
    async fn come_in(&mut self, ear: &Ear, receipt: Option<&str>) -> Result<(), End> {
        let (Ear::Room(room), Some(inside)) = (ear, &self.inside) else {
            return Ok(());
        };
        // Everyone hears what programs tell everyone.
        if !inside.is_welcome || inside.is_in(room) || *room == RoomId::notices() {
            return Ok(());
        }
        let joined = self
            .node
            .chat
            .join(inside.me.clone(), next_cid(), room)
            .await;
        joined.map(drop).map_err(|refusal| {
            let destination = destination_of(room);
            let says = match refusal.reason {
                protocol::Reason::RoomUnknown => no_room(&destination),
                reason => format!(
                    "{destination}: {}",
                    refusal::words(reason, refusal.retry_after_ms)
                ),
            };
            End::refused(says, receipt)
        })
    }
}

fn destination_of(room: &RoomId) -> String {
    format!("/topic/room.{room}")
}

fn foreign(destination: &str, receipt: Option<&str>) -> End {
    let says = format!(
        "{} is not yours: your own messages come to /user/queue/messages",
        shown(destination)
    );
    End::refused(says, receipt)
}
