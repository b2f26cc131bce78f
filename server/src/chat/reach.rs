//! Whom it reaches what programs say.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::future::try_join_all;
use protocol::{RoomId, UserId};
use tokio::sync::OnceCell;

use super::{Chat, Receiver};
use crate::presence;
use crate::store::Error;

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

/// Who is online is not known now.
#[derive(Debug, thiserror::Error)]
pub enum ReachUnknown {
    #[error(transparent)]
    Presence(#[from] presence::Error),
    #[error(transparent)]
    Store(#[from] Error),
}

/// One question at a time. Who comes while it is asked waits for the next one, with all others who came meanwhile: many
/// pushes cost no more round trips than one after the other.
#[derive(Default)]
pub(super) struct Reaching {
    asking: tokio::sync::Mutex<()>,
    next: Mutex<Arc<Question>>,
}

#[derive(Default)]
struct Question {
    of: Mutex<BTreeSet<Receiver>>,
    answer: OnceCell<Answer>,
}

type Answer = Result<BTreeMap<Receiver, Reached>, Arc<ReachUnknown>>;

impl Reaching {
    /// The question that is asked next, about this receiver, too.
    fn join(&self, to: &Receiver) -> Arc<Question> {
        let next = self.next();
        next.of().insert(to.clone());
        next.clone()
    }

    /// Whom the question is about; nobody joins it any more.
    fn close(&self, question: &Arc<Question>) -> BTreeSet<Receiver> {
        let mut next = self.next();
        if Arc::ptr_eq(&next, question) {
            *next = Arc::default();
        }
        question.of().clone()
    }

    fn next(&self) -> MutexGuard<'_, Arc<Question>> {
        self.next.lock().expect("no holder of the lock panics")
    }
}

impl Question {
    fn of(&self) -> MutexGuard<'_, BTreeSet<Receiver>> {
        self.of.lock().expect("no holder of the lock panics")
    }
}

impl Chat {
    /// Whom it reaches what is said to this receiver now. As of now, so that it may differ by who comes and goes meanwhile.
    pub async fn reach(&self, to: &Receiver) -> Result<Reached, Arc<ReachUnknown>> {
        let question = self.reaching.join(to);
        let ask = async || {
            let _turn = self.reaching.asking.lock().await;
            let of = self.reaching.close(&question);
            self.reach_all(of).await.map_err(Arc::new)
        };
        let answer = question.answer.get_or_init(ask).await.as_ref();
        let reached = answer.map_err(Arc::clone)?;
        Ok(reached.get(to).copied().unwrap_or_default())
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

    async fn reach_all(
        &self,
        of: BTreeSet<Receiver>,
    ) -> Result<BTreeMap<Receiver, Reached>, ReachUnknown> {
        let of = try_join_all(of.into_iter().map(|to| self.with_people(to))).await?;
        let all: BTreeSet<&UserId> = of.iter().flat_map(|(_, people)| people).collect();
        let all: Vec<UserId> = all.into_iter().cloned().collect();
        let found = self.roster.registry().sessions(&all).await?;
        let sessions: HashMap<&UserId, usize> =
            all.iter().zip(found.iter().map(Vec::len)).collect();
        let reached = |(to, people): (Receiver, Vec<UserId>)| {
            let theirs = || people.iter().map(|user| sessions[user]);
            let reached = Reached {
                people: people.len(),
                sessions: theirs().sum(),
                later: theirs().filter(|&sessions| sessions == 0).count(),
            };
            (to, reached)
        };
        Ok(of.into_iter().map(reached).collect())
    }

    async fn with_people(&self, to: Receiver) -> Result<(Receiver, Vec<UserId>), Error> {
        let hall = match &to {
            Receiver::User(user) => {
                let people = vec![user.clone()];
                return Ok((to, people));
            }
            Receiver::Room(room) => self.podium.hall(room).await?,
            Receiver::Everyone => self.podium.hall(&RoomId::notices()).await?,
        };
        let people = hall.map(|hall| hall.people).unwrap_or_default();
        Ok((to, people))
    }
}
