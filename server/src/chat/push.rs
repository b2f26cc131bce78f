//! What programs say to people, and whom it reaches.

use protocol::{Body, Cid, Entry, Kind, Person, Reason, RoomId, Target, UserId};

use super::{Chat, Refusal, now_ms, reason};
use crate::presence;
use crate::store::{Deed, Draft, Error, Stored, random_id};

/// Whom a program speaks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiver {
    User(UserId),
    Room(RoomId),
    /// Everyone who is here, and who comes.
    Everyone,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub entry: Entry,
    /// The same push came before, and this is what it became then.
    pub is_repeated: bool,
}

/// Whom something reaches that is said in a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// People in it.
    pub people: usize,
    /// Their sessions now, on all nodes.
    pub sessions: usize,
    /// Those of the people who have none: they find it when they come.
    pub later: usize,
}

impl Chat {
    /// Stores what a program says, and spreads it. A push that came before gets its first answer again.
    pub async fn push(
        &self,
        program: &Person,
        cid: Cid,
        to: &Receiver,
        body: &Body,
    ) -> Result<Pushed, Refusal> {
        let room = match to {
            Receiver::User(user) => RoomId::notices_of(user).ok_or(Reason::PersonUnknown)?,
            Receiver::Room(room) => room.clone(),
            Receiver::Everyone => RoomId::notices(),
        };
        let draft = Draft {
            room,
            sender: program.clone(),
            cid,
            kind: Kind::Notice,
            target: None,
            body: body.as_str().to_owned(),
            at: now_ms(),
        };
        let stored = match (self.delivery.log.append(draft.clone()).await, to) {
            (Err(Error::RoomUnknown), Receiver::User(user)) => {
                self.open_notices(program, user).await?;
                self.delivery.log.append(draft).await
            }
            (stored, _) => stored,
        };
        self.tell_stored(stored)
    }

    /// Ends all sessions that the user has now, and tells them why; their sign-ins stay.
    pub async fn kick(
        &self,
        program: &Person,
        cid: Cid,
        user: &UserId,
        why: &str,
    ) -> Result<Pushed, Refusal> {
        let draft = Draft {
            room: RoomId::inbox(user),
            sender: program.clone(),
            cid,
            kind: Kind::Kicked,
            target: Some(Target::from(user)),
            body: why.to_owned(),
            at: now_ms(),
        };
        let stored = self.delivery.log.append(draft).await;
        self.tell_stored(stored)
    }

    /// Whom it reaches what is said to this receiver now. As of now, so that it may differ by who comes and goes meanwhile.
    pub async fn reach(&self, to: &Receiver) -> Result<Reached, ReachUnknown> {
        let hall = match to {
            Receiver::User(user) => return self.reach_people(std::slice::from_ref(user)).await,
            Receiver::Room(room) => self.podium.hall(room).await?,
            Receiver::Everyone => self.podium.hall(&RoomId::notices()).await?,
        };
        let people = hall.map(|hall| hall.people).unwrap_or_default();
        self.reach_people(&people).await
    }

    /// The same of these people.
    pub async fn reach_people(&self, people: &[UserId]) -> Result<Reached, ReachUnknown> {
        let found = self.roster.registry().sessions(people).await?;
        Ok(Reached {
            people: people.len(),
            sessions: found.iter().map(Vec::len).sum(),
            later: found.iter().filter(|theirs| theirs.is_empty()).count(),
        })
    }

    async fn open_notices(&self, program: &Person, user: &UserId) -> Result<(), Refusal> {
        let deed = Deed {
            by: program.clone(),
            cid: random_id::<16, Cid>(),
            at: now_ms(),
        };
        let opened = self.podium.open(deed, user).await;
        self.spread_change(opened).map(|_| ())
    }

    fn tell_stored(&self, stored: Result<Stored, Error>) -> Result<Pushed, Refusal> {
        match stored {
            Ok(Stored::Now(entry)) => {
                metrics::counter!(crate::measure::STORED).increment(1);
                self.delivery.spread(entry.clone());
                Ok(Pushed {
                    entry,
                    is_repeated: false,
                })
            }
            Ok(Stored::Before(entry)) => Ok(Pushed {
                entry,
                is_repeated: true,
            }),
            Err(error) => Err(Refusal::of(reason(&error))),
        }
    }
}

/// Who is online is not known now.
#[derive(Debug, thiserror::Error)]
pub enum ReachUnknown {
    #[error(transparent)]
    Presence(#[from] presence::Error),
    #[error(transparent)]
    Store(#[from] Error),
}
