//! What one may say: messages, and what changes them.

use metrics::counter;
use protocol::{Body, Cid, Entry, Kind, Person, Reason, RoomId, Target, UserId};

use super::{Chat, Refusal, now_ms, reaction, reason};
use crate::measure::{self, REFUSED, STORED};
use crate::store::{Draft, Stored};

/// What a client wishes to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub cid: Cid,
    pub room: RoomId,
    pub kind: Kind,
    /// The message it answers or changes.
    pub target: Option<Target>,
    pub body: String,
}

impl Wish {
    /// A message that answers no other.
    pub fn message(cid: Cid, room: RoomId, body: String) -> Self {
        Self {
            cid,
            room,
            kind: Kind::Posted,
            target: None,
            body,
        }
    }

    /// The body as it is to be stored. What hangs on the log is decided where it is written.
    fn checked_body(&self) -> Result<String, Reason> {
        let is_about_message = self.target.as_ref().is_some_and(|seq| seq.seq().is_some());
        match self.kind {
            Kind::Posted if self.target.is_none() => {}
            Kind::Posted | Kind::Edited | Kind::Deleted | Kind::Reacted | Kind::Unreacted => {
                if !is_about_message {
                    return Err(Reason::MessageUnknown);
                }
            }
            _ => return Err(Reason::NotAllowed),
        }
        match self.kind {
            Kind::Deleted => Ok(String::new()),
            Kind::Reacted | Kind::Unreacted if reaction::is_fit(&self.body) => {
                Ok(self.body.clone())
            }
            Kind::Reacted | Kind::Unreacted => Err(Reason::BadReaction),
            _ => Body::parse(&self.body).map(String::from),
        }
    }
}

impl Chat {
    /// Stores a message, or what changes one, and spreads it. A send that came before gets its first answer again.
    pub async fn send(&self, sender: Person, wish: Wish) -> Result<Entry, Refusal> {
        let sent = self.take_send(sender, wish).await;
        sent.inspect_err(|refusal| {
            let reason = measure::label(refusal.reason);
            counter!(REFUSED, "reason" => reason).increment(1);
        })
    }

    async fn take_send(&self, sender: Person, wish: Wish) -> Result<Entry, Refusal> {
        let body = wish.checked_body().map_err(Refusal::of)?;
        self.take_turn(&sender.id)?;
        let draft = Draft {
            room: wish.room,
            sender,
            cid: wish.cid,
            kind: wish.kind,
            target: wish.target,
            body,
            enclosed: None,
            at: now_ms(),
        };
        match self.delivery.log.append(draft).await {
            Ok(Stored::Now(entry)) => {
                counter!(STORED).increment(1);
                tracing::debug!(cid = %entry.cid, room = %entry.room, seq = entry.seq, "stored");
                self.delivery.spread(entry.clone());
                Ok(entry)
            }
            Ok(Stored::Before(entry)) => Ok(entry),
            Err(error) => Err(Refusal::of(reason(&error))),
        }
    }

    /// Refuses what comes faster than one may send.
    pub(super) fn take_turn(&self, user: &UserId) -> Result<(), Refusal> {
        self.sends.take(user.clone()).map_err(|wait| Refusal {
            reason: Reason::RateLimited,
            retry_after_ms: Some(wait.as_millis() as u64 + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(kind: Kind, target: Option<&str>, body: &str) -> Result<String, Reason> {
        let wish = Wish {
            kind,
            target: target.map(|target| target.parse().expect("a target")),
            ..Wish::message(
                "c1".parse().expect("an id"),
                RoomId::lobby(),
                body.to_owned(),
            )
        };
        wish.checked_body()
    }

    #[test]
    fn what_changes_a_message_names_it_by_its_seq() {
        for kind in [
            Kind::Posted,
            Kind::Edited,
            Kind::Deleted,
            Kind::Reacted,
            Kind::Unreacted,
        ] {
            for target in ["u1", "0", "01", "-1"] {
                let refused = checked(kind, Some(target), "👍");
                assert_eq!(refused, Err(Reason::MessageUnknown), "{kind:?} {target}");
            }
            assert!(checked(kind, Some("7"), "👍").is_ok(), "{kind:?}");
            let alone = checked(kind, None, "👍");
            assert_eq!(alone.is_ok(), kind == Kind::Posted, "{kind:?}");
        }
    }

    #[test]
    fn nobody_sends_what_the_server_says() {
        for kind in [
            Kind::Added,
            Kind::Removed,
            Kind::Renamed,
            Kind::Described,
            Kind::SignedOut,
            Kind::Connected,
            Kind::Banned,
            Kind::Kicked,
            Kind::Notice,
            Kind::Unknown,
        ] {
            assert_eq!(checked(kind, Some("7"), "hi"), Err(Reason::NotAllowed));
        }
    }

    #[test]
    fn each_kind_has_the_body_it_may_have() {
        assert_eq!(checked(Kind::Posted, None, " hi "), Ok(" hi".to_owned()));
        assert_eq!(checked(Kind::Posted, None, " "), Err(Reason::BodyEmpty));
        assert_eq!(
            checked(Kind::Edited, Some("1"), " "),
            Err(Reason::BodyEmpty)
        );
        assert_eq!(checked(Kind::Deleted, Some("1"), "why"), Ok(String::new()));
        assert_eq!(
            checked(Kind::Reacted, Some("1"), "ok"),
            Err(Reason::BadReaction)
        );
    }
}
