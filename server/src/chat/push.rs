//! What programs say to people.

use protocol::{Cid, Enclosed, Entry, Event, Kind, Person, Reason, RoomId, Signal, Target, UserId};

use super::{Chat, Refusal, now_ms, reason};
use crate::frame::{Frame, Topic};
use crate::store::{Deed, Draft, Error, Stored, random_id};

/// Whom a program speaks to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Receiver {
    User(UserId),
    Room(RoomId),
    /// Everyone who is here, and who comes.
    Everyone,
}

/// What a program says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub body: String,
    pub enclosed: Option<Enclosed>,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub entry: Entry,
    /// The same push came before, and this is what it became then.
    pub is_repeated: bool,
}

impl Chat {
    /// Stores what a program says, and spreads it. A push that came before gets its first answer again.
    pub async fn push(
        &self,
        program: &Person,
        cid: Cid,
        to: &Receiver,
        notice: &Notice,
    ) -> Result<Pushed, Refusal> {
        let room = match to {
            Receiver::User(user) => RoomId::notices_of(user).ok_or(Reason::PersonUnknown)?,
            Receiver::Room(room) => room.clone(),
            Receiver::Everyone => RoomId::notices(),
        };
        let draft = said(program, (room, cid), notice);
        let Receiver::User(user) = to else {
            return self.tell_stored(self.delivery.log.append(draft).await);
        };
        let stored = self.delivery.log.append(draft.clone()).await;
        self.tell_to(program, (user, draft), stored).await
    }

    /// The same to each of these users, in their order; they share commits.
    pub async fn push_all(
        &self,
        program: &Person,
        each: Vec<(UserId, Cid)>,
        notice: &Notice,
    ) -> Vec<Result<Pushed, Refusal>> {
        let drafts: Vec<Option<Draft>> = each
            .iter()
            .map(|(user, cid)| {
                let room = RoomId::notices_of(user)?;
                Some(said(program, (room, cid.clone()), notice))
            })
            .collect();
        let all = drafts.iter().flatten().cloned().collect();
        let mut stored = self.delivery.log.append_all(all).await.into_iter();
        let mut told = Vec::with_capacity(each.len());
        for ((user, _), draft) in each.iter().zip(drafts) {
            told.push(match draft {
                Some(draft) => {
                    let stored = stored.next().expect("each draft has its outcome");
                    self.tell_to(program, (user, draft), stored).await
                }
                None => Err(Reason::PersonUnknown.into()),
            });
        }
        told
    }

    /// Spreads what was stored for this user. If they had no room for notices yet, it is made, and the draft stored now.
    async fn tell_to(
        &self,
        program: &Person,
        (user, draft): (&UserId, Draft),
        mut stored: Result<Stored, Error>,
    ) -> Result<Pushed, Refusal> {
        if matches!(stored, Err(Error::RoomUnknown)) {
            self.open_notices(program, user).await?;
            stored = self.delivery.log.append(draft).await;
        }
        self.tell_stored(stored)
    }

    /// Tells it to those of the receiver who are there now. Nothing is stored; who does not keep up may miss it.
    pub async fn signal(
        &self,
        program: &Person,
        to: &Receiver,
        notice: &Notice,
    ) -> Result<(), Refusal> {
        let place = self.heard_in(to).await;
        let place = place.map_err(|error| Refusal::of(reason(&error)))?;
        let signal = Event::Signal(Signal {
            room: (!place.is_inbox()).then(|| place.clone()),
            sender: program.id.clone(),
            name: program.name.clone(),
            body: notice.body.clone(),
            enclosed: notice.enclosed.clone(),
            at: now_ms(),
        });
        let frame = Frame::state(Topic::Room(place.clone()), &signal);
        self.tell_state(&place, frame);
        Ok(())
    }

    /// Where the receiver's sessions hear what is not stored: all of a user's have a seat in the inbox.
    async fn heard_in(&self, to: &Receiver) -> Result<RoomId, Error> {
        match to {
            Receiver::User(user) => {
                let person = self.directory.person(user).await?;
                person.ok_or(Error::PersonUnknown)?;
                Ok(RoomId::inbox(user))
            }
            Receiver::Room(room) => {
                let hall = self.podium.hall(room).await?;
                Ok(hall.ok_or(Error::RoomUnknown)?.id)
            }
            Receiver::Everyone => Ok(RoomId::notices()),
        }
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
            enclosed: None,
            at: now_ms(),
        };
        let stored = self.delivery.log.append(draft).await;
        self.tell_stored(stored)
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

/// What a program says in a room, before it has its place.
fn said(program: &Person, (room, cid): (RoomId, Cid), notice: &Notice) -> Draft {
    Draft {
        room,
        sender: program.clone(),
        cid,
        kind: Kind::Notice,
        target: None,
        body: notice.body.clone(),
        enclosed: notice.enclosed.clone(),
        at: now_ms(),
    }
}
