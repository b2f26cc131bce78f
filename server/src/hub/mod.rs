//! This node's sessions and the rooms it holds for them. The hub never waits: what does not fit into a session's queue is
//! left to the log.

mod held;
mod recent;
mod seat;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, MutexGuard};

use protocol::{Close, RoomId, SessionId, SignInId, UserId};
use tokio::sync::OnceCell;

use self::held::Held;
use self::seat::Seat;
use crate::frame::Frame;

pub use self::recent::RECENT_ENTRIES_MAX;
pub use self::seat::{Ears, Told};

#[derive(Default)]
pub struct Hub {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: Map<SessionId, Seat>,
    rooms: Map<RoomId, Held>,
    /// How many sessions each user has here.
    users: Map<UserId, usize>,
}

/// Walked in the same order in every run, as the simulation needs it; the keys are the server's own, so nobody picks ones that
/// collide.
type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;
type Set<K> = HashSet<K, BuildHasherDefault<DefaultHasher>>;

type Frames = Vec<Arc<Frame>>;

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Delivered, kept for its turn, or not needed here.
    Done,
    /// The first frame behind a hole: the caller fills it from the log and says [`Hub::healed`].
    Hole,
}

/// The user has as many sessions as one may have.
#[derive(Debug, PartialEq, Eq)]
pub struct TooManySessions;

impl Hub {
    pub fn connect(
        &self,
        session: SessionId,
        (user, sign_in): (UserId, SignInId),
        sessions_max: usize,
    ) -> Result<Ears, TooManySessions> {
        let state = &mut *self.state();
        let has = state.users.entry(user.clone()).or_default();
        if *has >= sessions_max {
            return Err(TooManySessions);
        }
        *has += 1;
        let (seat, ears) = Seat::new(user, sign_in);
        state.sessions.insert(session, seat);
        Ok(ears)
    }

    pub fn disconnect(&self, session: &SessionId) {
        self.state().forget(session);
    }

    pub fn sessions(&self) -> usize {
        self.state().sessions.len()
    }

    pub fn rooms(&self) -> usize {
        self.state().rooms.len()
    }

    /// Begins to hold a room, or goes on holding it. Who initialises the cell follows the room,
    /// reads its top and calls [`begin`](Self::begin); frames that come meanwhile are kept.
    pub fn hold(&self, room: &RoomId) -> Arc<OnceCell<()>> {
        let mut state = self.state();
        let held = state.rooms.entry(room.clone()).or_insert_with(Held::new);
        held.touch();
        Arc::clone(&held.opened)
    }

    /// The room is followed and its top read: from here on it is delivered.
    pub fn begin(&self, room: &RoomId, top: u64) -> Delivery {
        self.advance(room, |held| held.begin(top))
    }

    /// Keeps a held room's newest entries from here on, which it is to be that everybody may see. Who initialises the cell reads
    /// those of before, and calls [`fill`](Self::fill).
    pub fn collect(&self, room: &RoomId) -> Option<Arc<OnceCell<()>>> {
        let mut state = self.state();
        let held = state.rooms.get_mut(room)?;
        held.collect();
        Some(Arc::clone(&held.filled))
    }

    /// The newest entries of before, as the log has them.
    pub fn fill(&self, room: &RoomId, newest: Vec<Frame>) {
        if let Some(held) = self.state().rooms.get_mut(room) {
            held.fill(newest);
        }
    }

    /// Lets go of rooms nobody here has looked at for a while.
    pub fn release(&self) -> Vec<RoomId> {
        let rooms = &mut self.state().rooms;
        let idle = rooms.extract_if(|_, held| held.is_idle());
        idle.map(|(room, _)| room).collect()
    }

    /// Takes a session's place in a held room. All frames after the cursor returned come to it;
    /// those up to it, it reads from the log.
    pub fn take_seat(&self, session: &SessionId, room: &RoomId) -> Option<u64> {
        let State {
            sessions, rooms, ..
        } = &mut *self.state();
        let cursor = rooms.get_mut(room)?.seat(session)?;
        sessions.get_mut(session)?.sit_in(room);
        Some(cursor)
    }

    /// Gives up a session's place in a room: what comes from now on is not for it.
    pub fn leave_seat(&self, session: &SessionId, room: &RoomId) {
        let State {
            sessions, rooms, ..
        } = &mut *self.state();
        if let Some(held) = rooms.get_mut(room) {
            held.unseat(session);
        }
        if let Some(seat) = sessions.get_mut(session) {
            seat.rise_from(room);
        }
    }

    pub fn holds(&self, room: &RoomId) -> bool {
        self.state().rooms.contains_key(room)
    }

    /// How far a held room has been delivered.
    pub fn cursor(&self, room: &RoomId) -> Option<u64> {
        self.state().rooms.get(room)?.cursor
    }

    /// The entry at this place, with the hub's cursor; none if it is not kept. At 0 there is nothing to keep.
    pub fn look(&self, room: &RoomId, seq: u64) -> Option<(Option<Arc<Frame>>, u64)> {
        let state = self.state();
        let held = state.rooms.get(room)?;
        let (recent, cursor) = (held.recent.as_ref()?, held.cursor?);
        if seq == 0 {
            return Some((None, cursor));
        }
        let mut found = recent.after(seq - 1, 0)?;
        Some((found.pop(), cursor))
    }

    /// The entries delivered right after this place, as much as the bytes allow but one at least, and the messages from before
    /// that these answer, with what gave them the text they had then. None if nothing came after, or not all of it is kept: for
    /// long, or at all, as the room is not open to everybody.
    pub fn recent(&self, room: &RoomId, seq: u64, bytes_max: usize) -> Option<(Frames, Frames)> {
        let state = self.state();
        let recent = state.rooms.get(room)?.recent.as_ref()?;
        let run = recent.after(seq, bytes_max)?;
        let answered = recent.answered(&run, bytes_max)?;
        Some((run, answered))
    }

    /// Gives an entry's frame to the room's sessions here, each seq once and in order, whatever
    /// order the frames come in.
    pub fn deliver(&self, room: &RoomId, frame: Frame) -> Delivery {
        self.advance(room, |held| held.keep(frame))
    }

    /// The seq a room's hole begins with, if it still has one; if not, its next hole is told again.
    pub fn missing(&self, room: &RoomId) -> Option<u64> {
        self.state().rooms.get_mut(room)?.missing()
    }

    /// The room's holes are filled as far as the log goes. Frames that still wait for their turn
    /// are no entries of this log, or so new that its tail brings them.
    pub fn healed(&self, room: &RoomId) {
        if let Some(held) = self.state().rooms.get_mut(room) {
            held.healed();
        }
    }

    /// Tells a room's sessions here something that is no entry.
    pub fn tell_room(&self, room: &RoomId, frame: Frame) {
        let frame = Arc::new(frame);
        let State {
            sessions, rooms, ..
        } = &*self.state();
        let members = rooms.get(room).into_iter().flat_map(Held::members);
        for seat in members.filter_map(|session| sessions.get(session)) {
            // A full queue misses a sign of life; the next one comes.
            let _ = seat.tell(Told::Frame(Arc::clone(&frame)));
        }
    }

    /// Tells all sessions here something about everybody; who cannot hear it gets the whole later.
    pub fn tell_all(&self, frame: Frame) {
        let frame = Arc::new(frame);
        for seat in self.state().sessions.values() {
            seat.deliver(&frame);
        }
    }

    /// Ends all sessions here.
    pub fn close_all(&self, close: Close) {
        self.state().end(close);
    }

    /// Changes what is known of a held room, then delivers what has its turn.
    fn advance(&self, room: &RoomId, change: impl FnOnce(&mut Held)) -> Delivery {
        let State {
            sessions, rooms, ..
        } = &mut *self.state();
        let Some(held) = rooms.get_mut(room) else {
            return Delivery::Done;
        };
        change(held);
        held.advance(sessions)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the hub panics")
    }
}

impl State {
    /// Who cannot hear why it ends still hears that it ends: its queue is closed.
    fn end(&mut self, close: Close) {
        let is_deaf = |seat: &Seat| !seat.tell(Told::Close(close));
        let deaf = self.sessions.iter().filter(|(_, seat)| is_deaf(seat));
        let deaf: Vec<SessionId> = deaf.map(|(session, _)| session.clone()).collect();
        deaf.iter().for_each(|session| self.forget(session));
    }

    fn forget(&mut self, session: &SessionId) {
        let Some(seat) = self.sessions.remove(session) else {
            return;
        };
        for room in seat.rooms() {
            if let Some(held) = self.rooms.get_mut(room) {
                held.unseat(session);
            }
        }
        if let Some(has) = self.users.get_mut(&seat.user) {
            *has -= 1;
            if *has == 0 {
                self.users.remove(&seat.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::held::RELEASE_AFTER;
    use super::seat::{QUEUE_BYTES_MAX, QUEUE_MAX};
    use super::*;
    use crate::frame::Topic;
    use crate::store::random_id;

    fn lobby() -> RoomId {
        RoomId::lobby()
    }

    fn frame(seq: u64) -> Frame {
        Frame {
            topic: Topic::Room(lobby()),
            seq,
            text: seq.to_string().into(),
            act: None,
        }
    }

    /// A hub that holds the lobby from this top on.
    fn hub(top: u64) -> Hub {
        let hub = Hub::default();
        hub.hold(&lobby());
        assert_eq!(hub.begin(&lobby(), top), Delivery::Done);
        hub
    }

    fn listener(hub: &Hub) -> (SessionId, Ears) {
        let id = random_id::<8, SessionId>();
        let ears = hub
            .connect(
                id.clone(),
                (random_id::<8, UserId>(), random_id::<8, _>()),
                10,
            )
            .expect("it is the first");
        hub.take_seat(&id, &lobby()).expect("the lobby is held");
        (id, ears)
    }

    async fn heard(ears: &mut Ears, count: usize) -> Vec<u64> {
        let mut told = Vec::new();
        while told.len() < count {
            assert!(ears.hear(&mut told, count).await > 0, "the hub let it go");
        }
        told.into_iter()
            .map(|told| {
                if let Told::Frame(frame) = told {
                    frame.seq
                } else {
                    0
                }
            })
            .collect()
    }

    #[tokio::test]
    async fn frames_are_delivered_once_and_in_order_however_they_come() {
        let hub = hub(3);
        let (_, mut ears) = listener(&hub);
        let mut holes = 0;
        for seq in [2, 4, 4, 7, 6, 3, 5, 7, 8] {
            holes += usize::from(hub.deliver(&lobby(), frame(seq)) == Delivery::Hole);
        }
        assert_eq!(heard(&mut ears, 5).await, [4, 5, 6, 7, 8]);
        assert_eq!(holes, 1, "one hole is told once");
        assert_eq!(hub.cursor(&lobby()), Some(8));
    }

    #[tokio::test]
    async fn all_sessions_share_one_text() {
        let hub = hub(0);
        let mut listeners: Vec<_> = (0..3).map(|_| listener(&hub)).collect();
        let frame = frame(1);
        hub.deliver(&lobby(), frame.clone());
        for (_, ears) in &mut listeners {
            let mut told = Vec::new();
            ears.hear(&mut told, 1).await;
            let Told::Frame(heard) = &told[0] else {
                panic!("not a frame: {told:?}")
            };
            assert_eq!(
                heard.text.as_ptr(),
                frame.text.as_ptr(),
                "encoded once, copied never"
            );
        }
    }

    #[tokio::test]
    async fn frames_that_come_while_a_room_is_opened_are_kept() {
        let hub = Hub::default();
        hub.hold(&lobby());
        for seq in [9, 11, 10] {
            assert_eq!(hub.deliver(&lobby(), frame(seq)), Delivery::Done);
        }
        hub.begin(&lobby(), 9);
        assert_eq!(hub.cursor(&lobby()), Some(11));
    }

    #[test]
    fn a_frame_that_no_log_has_does_not_stop_the_room() {
        let hub = hub(0);
        assert_eq!(hub.deliver(&lobby(), frame(1_000)), Delivery::Hole);
        assert_eq!(hub.missing(&lobby()), Some(1));
        hub.healed(&lobby());
        assert_eq!(hub.missing(&lobby()), None);
        assert_eq!(hub.deliver(&lobby(), frame(1)), Delivery::Done);
        assert_eq!(hub.cursor(&lobby()), Some(1));
        assert_eq!(
            hub.deliver(&lobby(), frame(3)),
            Delivery::Hole,
            "the next hole is told again"
        );
    }

    #[tokio::test]
    async fn a_full_queue_marks_the_room_behind_and_others_hear_on() {
        let hub = hub(0);
        let (slow_id, mut slow) = listener(&hub);
        let (_, mut quick) = listener(&hub);
        let all = QUEUE_MAX as u64 + 10;
        for seq in 1..=all {
            hub.deliver(&lobby(), frame(seq));
            assert_eq!(heard(&mut quick, 1).await, [seq]);
        }
        assert!(slow.take_behind().is_empty(), "first what is queued");
        assert_eq!(
            heard(&mut slow, QUEUE_MAX).await.last(),
            Some(&(QUEUE_MAX as u64))
        );
        assert_eq!(slow.take_behind(), [Topic::Room(lobby())]);
        assert_eq!(
            hub.take_seat(&slow_id, &lobby()),
            Some(all),
            "the log has the rest up to here"
        );
        hub.deliver(&lobby(), frame(all + 1));
        assert_eq!(heard(&mut slow, 1).await, [all + 1]);
    }

    #[tokio::test]
    async fn a_queue_holds_few_long_frames() {
        let hub = hub(0);
        let (id, mut slow) = listener(&hub);
        let long = |seq| Frame {
            text: "x".repeat(QUEUE_BYTES_MAX / 4).into(),
            ..frame(seq)
        };
        for seq in 1..=5 {
            hub.deliver(&lobby(), long(seq));
        }
        assert_eq!(heard(&mut slow, 4).await, [1, 2, 3, 4]);
        assert_eq!(slow.take_behind(), [Topic::Room(lobby())]);
        hub.take_seat(&id, &lobby());
        hub.deliver(&lobby(), long(6));
        assert_eq!(heard(&mut slow, 1).await, [6], "there is room again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_room_nobody_looks_at_is_let_go_after_a_while() {
        let hub = hub(0);
        let (session, ears) = listener(&hub);
        tokio::time::advance(RELEASE_AFTER * 2).await;
        assert!(hub.release().is_empty(), "somebody looks");
        hub.disconnect(&session);
        drop(ears);
        tokio::time::advance(RELEASE_AFTER / 2).await;
        assert!(hub.release().is_empty(), "a reload finds it still held");
        tokio::time::advance(RELEASE_AFTER).await;
        assert_eq!(hub.release(), [lobby()]);
        assert!(!hub.holds(&lobby()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_room_is_let_go_too_when_who_looked_last_was_too_slow_for_it() {
        let hub = hub(0);
        let (session, ears) = listener(&hub);
        for seq in 1..=QUEUE_MAX as u64 + 1 {
            hub.deliver(&lobby(), frame(seq));
        }
        hub.disconnect(&session);
        drop(ears);
        tokio::time::advance(RELEASE_AFTER / 2).await;
        assert!(hub.release().is_empty(), "a reload finds it still held");
        tokio::time::advance(RELEASE_AFTER).await;
        assert_eq!(hub.release(), [lobby()]);
    }
}
