//! How many clients a node greets at once, and when the others are to come again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use metrics::gauge;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::{Instant, timeout};

use crate::measure::HANDSHAKES;

/// How long a client may wait for its turn: a storm's handshakes are short, and to come again costs both sides more.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// The soonest anybody is told to come again.
const AGAIN_MIN: Duration = Duration::from_secs(1);

/// The latest: to be turned away once more costs less than to stay away for long.
const AGAIN_MAX: Duration = Duration::from_secs(8);

/// How long a handshake takes, before one was measured.
const TOOK_AT_FIRST: Duration = Duration::from_millis(20);

/// The door of a node. A limited number of hellos is answered at once. Who has not said hello only stands there, and gives way
/// to who comes: however many stand and say nothing, they keep nobody out.
pub struct Admission {
    openers_max: usize,
    handshakes_max: u32,
    places: Semaphore,
    state: Mutex<State>,
}

struct State {
    /// Who has not said hello, in the order they came.
    silent: BTreeMap<u64, oneshot::Sender<()>>,
    came: u64,
    /// Who has, and waits for a place.
    waiting: usize,
    /// How long a handshake takes, on average of the last few.
    took: Duration,
    /// When the last one turned away was told to come again.
    promised: Instant,
}

/// Turned away: there is room after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryAgain(pub Duration);

/// A socket without a hello. Dropped, it stands there no more.
pub struct Opener<'a> {
    admission: &'a Admission,
    nth: u64,
    put_out: oneshot::Receiver<()>,
}

/// A hello being answered; dropped when it is.
pub struct Handshake<'a> {
    admission: &'a Admission,
    since: Instant,
    _place: SemaphorePermit<'a>,
}

impl Admission {
    pub fn new(handshakes: u32, openers: u32) -> Self {
        let state = State {
            silent: BTreeMap::new(),
            came: 0,
            waiting: 0,
            took: TOOK_AT_FIRST,
            promised: Instant::now(),
        };
        Self {
            openers_max: openers as usize,
            handshakes_max: handshakes,
            places: Semaphore::new(handshakes as usize),
            state: Mutex::new(state),
        }
    }

    /// A socket has opened. If too many are, the one that has been silent for longest is put out; if none is silent, this one.
    pub fn open(&self) -> Result<Opener<'_>, TryAgain> {
        let mut state = self.state();
        while state.silent.len() + state.waiting >= self.openers_max {
            let Some((_, longest)) = state.silent.pop_first() else {
                return Err(self.turn_away(&mut state));
            };
            let _ = longest.send(()); // it may just have gone
        }
        let (put_out_by, put_out) = oneshot::channel();
        state.came += 1;
        let nth = state.came;
        state.silent.insert(nth, put_out_by);
        Ok(Opener {
            admission: self,
            nth,
            put_out,
        })
    }

    /// Waits for a place for somebody who has said hello, if it is likely to come in time.
    async fn wait(&self) -> Result<SemaphorePermit<'_>, TryAgain> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        let turn = {
            let mut state = self.state();
            let ahead = u32::try_from(state.waiting).unwrap_or(u32::MAX);
            if self.gap(&state).saturating_mul(ahead) > WAIT_MAX {
                return Err(self.turn_away(&mut state));
            }
            state.waiting += 1;
            Turn(self)
        };
        let place = timeout(WAIT_MAX, self.places.acquire()).await;
        drop(turn);
        match place {
            Ok(place) => Ok(place.expect("the semaphore is never closed")),
            Err(_) => Err(self.turn_away(&mut self.state())),
        }
    }

    /// Each one turned away is told a moment of its own, as far from the one before as a place takes to come free.
    fn turn_away(&self, state: &mut State) -> TryAgain {
        let now = Instant::now();
        state.promised = state.promised.max(now + AGAIN_MIN) + self.gap(state);
        state.promised = state.promised.min(now + AGAIN_MAX);
        TryAgain(state.promised - now)
    }

    /// The time between two places that come free.
    fn gap(&self, state: &State) -> Duration {
        state.took / self.handshakes_max
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

impl<'a> Opener<'a> {
    /// Waits until this one has to give way; for ever, as a rule. Cancel safe.
    pub async fn put_out(&mut self) -> TryAgain {
        match (&mut self.put_out).await {
            Ok(()) => TryAgain(AGAIN_MIN),
            Err(_) => std::future::pending().await,
        }
    }

    /// It has said hello: waits for its turn to be answered.
    pub async fn greet(self) -> Result<Handshake<'a>, TryAgain> {
        let admission = self.admission;
        drop(self);
        let place = admission.wait().await?;
        gauge!(HANDSHAKES).increment(1);
        Ok(Handshake {
            admission,
            since: Instant::now(),
            _place: place,
        })
    }
}

impl Drop for Opener<'_> {
    fn drop(&mut self) {
        self.admission.state().silent.remove(&self.nth);
    }
}

impl Drop for Handshake<'_> {
    fn drop(&mut self) {
        gauge!(HANDSHAKES).decrement(1);
        let took = &mut self.admission.state().took;
        *took = *took * 7 / 8 + self.since.elapsed() / 8;
    }
}

/// A wait for a place, given up or not.
struct Turn<'a>(&'a Admission);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use futures_util::future::join_all;
    use std::pin::pin;

    #[tokio::test(start_paused = true)]
    async fn however_many_are_silent_who_says_hello_is_answered() {
        let door = Admission::new(1, 3);
        let mut silent: Vec<Opener<'_>> = (0..3)
            .map(|_| door.open().expect("there is room"))
            .collect();
        let ann = door.open().expect("the longest silent one gives way");
        assert_eq!(
            silent[0].put_out().now_or_never(),
            Some(TryAgain(AGAIN_MIN))
        );
        assert_eq!(silent[1].put_out().now_or_never(), None);
        assert!(ann.greet().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_an_answer_does_not_give_way() {
        let door = Admission::new(1, 2);
        let answered = door.open().expect("room").greet().await;
        let mut ann = pin!(door.open().expect("room").greet());
        let mut bob = pin!(door.open().expect("room").greet());
        assert!(ann.as_mut().now_or_never().is_none());
        assert!(bob.as_mut().now_or_never().is_none());
        assert!(door.open().is_err(), "nobody here is silent");
        drop(answered);
        let first = ann.await.expect("it is her turn");
        assert!(bob.as_mut().now_or_never().is_none());
        drop(first);
        assert!(bob.await.is_ok());
        assert_eq!(door.state().waiting, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_turned_away_is_told_a_moment_of_its_own() {
        let door = Admission::new(1, 1_000);
        let _answered = door.open().expect("room").greet().await;
        door.state().took = Duration::from_secs(1);
        let ahead: Vec<_> = (0..3)
            .map(|_| Box::pin(door.open().expect("room").greet()))
            .collect();
        let told = join_all(ahead).await;
        assert!(
            told.iter().all(Result::is_err),
            "the answer did not come in time"
        );
        let told: Vec<_> = told.into_iter().filter_map(Result::err).collect();
        let secs = [2, 3, 4].map(|secs| TryAgain(Duration::from_secs(secs)));
        assert_eq!(told, secs);
        for _ in 0..100 {
            door.turn_away(&mut door.state());
        }
        assert_eq!(door.turn_away(&mut door.state()), TryAgain(AGAIN_MAX));
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_turned_away_at_once() {
        let door = Admission::new(2, 1_000);
        let both = [door.open(), door.open()].map(|opener| opener.expect("room"));
        let _answered = join_all(both.map(Opener::greet)).await;
        door.state().took = Duration::from_secs(2);
        let mut waiting: Vec<_> = (0..3)
            .map(|_| Box::pin(door.open().expect("room").greet()))
            .collect();
        assert!(
            waiting
                .iter_mut()
                .all(|one| one.as_mut().now_or_never().is_none())
        );
        let fourth = door.open().expect("room").greet().now_or_never();
        assert!(fourth.is_some_and(|answer| answer.is_err()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_an_answer_takes_is_learned() {
        let door = Admission::new(1, 2);
        for _ in 0..100 {
            let handshake = door.open().expect("room").greet().await;
            tokio::time::advance(Duration::from_millis(80)).await;
            drop(handshake);
        }
        let took = door.state().took.as_millis();
        assert!((79..=80).contains(&took), "{took} ms");
    }
}
