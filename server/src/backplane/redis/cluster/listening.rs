//! Which channel is listened to at which primary, kept equal to what the node wants and to where the slots are.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, SelectAll};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::ear::{Ear, Said};
use super::primaries::{Opened, Primaries, Update};
use super::speaking::HeardAt;
use crate::backplane::Member;
use crate::backplane::followed::{Changes, Followed};
use crate::backplane::inbox::Inbox;
use crate::backplane::link::Unused;
use crate::backplane::redis::link::{Lost, channel, topic};
use crate::redis_address::{Place, slot};

/// Tells connections apart, also those to the same place.
type EarId = u64;

/// How long a channel may be listened to nowhere: a failover takes longer, but closes connections before.
const HOMELESS_MAX: Duration = Duration::from_secs(5);

/// Where a channel is listened to.
struct Seat {
    at: At,
    /// When it began to be sought.
    since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Nowhere,
    /// There, as soon as it answers.
    Asked(EarId),
    Heard(EarId),
}

impl Seat {
    fn sought() -> Self {
        Self {
            at: At::Nowhere,
            since: Instant::now(),
        }
    }
}

pub(super) struct Listening<'a> {
    member: Member,
    primaries: Arc<Primaries>,
    ears: HashMap<Place, (EarId, Ear)>,
    saying: SelectAll<BoxStream<'static, (EarId, Result<Said, Lost>)>>,
    /// Of every channel wanted.
    seats: HashMap<String, Seat>,
    /// How many of them are not heard.
    unheard: usize,
    /// Channels given up there, and not yet confirmed.
    leaving: HashMap<(EarId, String), usize>,
    /// Whether a channel that was heard is heard no more, and nobody was told.
    is_suspect: bool,
    next: EarId,
    heard_at: &'a Mutex<HeardAt>,
    moved: &'a Notify,
}

impl<'a> Listening<'a> {
    pub(super) fn new(
        primaries: Arc<Primaries>,
        opened: Vec<Opened>,
        member: &Member,
        heard_at: &'a Mutex<HeardAt>,
        moved: &'a Notify,
    ) -> Self {
        let mut listening = Self {
            member: member.clone(),
            primaries: primaries.clone(),
            ears: HashMap::new(),
            saying: SelectAll::new(),
            seats: HashMap::new(),
            unheard: 0,
            leaving: HashMap::new(),
            is_suspect: false,
            next: 0,
            heard_at,
            moved,
        };
        listening.take(Update { primaries, opened });
        listening
    }

    pub(super) async fn run(
        mut self,
        mut updates: mpsc::Receiver<Update>,
        followed: &Followed,
        inbox: &mut Inbox,
    ) -> Result<Unused, Lost> {
        let mut revision = self.change(followed.all()).await?;
        let mut is_confirmed = false;
        loop {
            if std::mem::take(&mut self.is_suspect) {
                inbox.set_healthy(false);
            }
            let is_whole = self.unheard == 0;
            if is_whole && !is_confirmed {
                followed.confirm(revision);
                is_confirmed = true;
            }
            if is_whole {
                inbox.set_healthy(true);
            }
            tokio::select! {
                Some((ear, said)) = self.saying.next() => self.obey(ear, said, inbox)?,
                Some(update) = updates.recv() => {
                    self.take(update);
                    self.seat().await?;
                }
                changes = followed.changes(), if is_whole => {
                    is_confirmed = false;
                    revision = self.change(changes).await?;
                }
            }
        }
    }

    /// Takes it for true who the primaries are, and listens to the new ones.
    fn take(&mut self, update: Update) {
        let Update { primaries, opened } = update;
        let mut heard_at = self.heard_at.lock().expect("no holder of the lock panics");
        for Opened {
            place, ear, saying, ..
        } in opened
        {
            let id = self.next;
            self.next += 1;
            self.saying.push(saying.map(move |said| (id, said)).boxed());
            heard_at.insert(place.clone(), Instant::now());
            self.ears.insert(place, (id, ear));
        }
        self.ears
            .retain(|place, _| primaries.speakers.contains_key(place));
        heard_at.retain(|place, _| primaries.speakers.contains_key(place));
        drop(heard_at);
        let (old, new) = (probes(&self.primaries), probes(&primaries));
        for gone in old.difference(&new) {
            self.give_up(gone);
        }
        new.into_iter().for_each(|probe| self.want(probe));
        self.primaries = primaries;
    }

    async fn change(&mut self, changes: Changes) -> Result<u64, Lost> {
        for topic in &changes.follow {
            self.want(channel(&self.member.prefix, topic));
        }
        for topic in &changes.unfollow {
            let channel = channel(&self.member.prefix, topic);
            let Some(At::Asked(at) | At::Heard(at)) = self.give_up(&channel) else {
                continue;
            };
            if let Some((_, ear)) = self.ears.values_mut().find(|(id, _)| *id == at) {
                ear.unlisten(std::slice::from_ref(&channel)).await?;
                *self.leaving.entry((at, channel)).or_default() += 1;
            }
        }
        self.seat().await?;
        Ok(changes.revision)
    }

    fn want(&mut self, channel: String) {
        if let Entry::Vacant(seat) = self.seats.entry(channel) {
            seat.insert(Seat::sought());
            self.unheard += 1;
        }
    }

    /// Where it was listened to.
    fn give_up(&mut self, channel: &str) -> Option<At> {
        let Seat { at, .. } = self.seats.remove(channel)?;
        self.unheard -= usize::from(!matches!(at, At::Heard(_)));
        Some(at)
    }

    /// Asks the owner of each channel that is not listened to there.
    async fn seat(&mut self) -> Result<(), Lost> {
        let mut asked: HashMap<Place, Vec<String>> = HashMap::new();
        for (channel, seat) in &mut self.seats {
            let owner = self.primaries.slots.owner(channel);
            let Some((place, (ear, _))) = owner.and_then(|place| self.ears.get_key_value(place))
            else {
                continue;
            };
            match seat.at {
                At::Heard(at) if at == *ear => continue,
                At::Heard(_) => {
                    self.is_suspect = true;
                    self.unheard += 1;
                    *seat = Seat::sought();
                }
                _ if seat.since.elapsed() > HOMELESS_MAX => {
                    return Err(Lost::Homeless(channel.clone()));
                }
                At::Asked(at) if at == *ear => continue,
                At::Asked(_) | At::Nowhere => {}
            }
            seat.at = At::Asked(*ear);
            asked
                .entry(place.clone())
                .or_default()
                .push(channel.clone());
        }
        for (place, channels) in asked {
            let (_, ear) = self.ears.get_mut(&place).expect("it was found above");
            ear.listen(&channels).await?;
        }
        Ok(())
    }

    fn obey(
        &mut self,
        ear: EarId,
        said: Result<Said, Lost>,
        inbox: &mut Inbox,
    ) -> Result<(), Lost> {
        let mut ears = self.ears.iter();
        let Some((place, _)) = ears.find(|(_, (id, _))| *id == ear) else {
            // It has no slots any more.
            return Ok(());
        };
        match said? {
            Said::Message { channel, payload } => match topic(&channel, &self.member.prefix) {
                Some(topic) if self.seats.contains_key(&channel) => {
                    inbox.open(&payload, &topic, &self.member);
                }
                Some(_) => {}
                None => {
                    let mut heard_at = self.heard_at.lock().expect("no holder of the lock panics");
                    heard_at.insert(place.clone(), Instant::now());
                    inbox.settle();
                }
            },
            Said::Heard(channel) => {
                if let Some(seat) = self.seats.get_mut(&channel)
                    && seat.at == At::Asked(ear)
                {
                    seat.at = At::Heard(ear);
                    self.unheard -= 1;
                }
            }
            Said::Unheard(channel) => self.unheard(ear, channel),
            Said::Moved(moved) => {
                let is_gone = |channel: &String| slot(channel) == moved;
                self.leaving
                    .retain(|(at, channel), _| *at != ear || !is_gone(channel));
                let gone = self.seats.keys().filter(|channel| is_gone(channel));
                let gone: Vec<String> = gone.cloned().collect();
                gone.into_iter()
                    .for_each(|channel| self.lose(ear, &channel));
            }
            Said::Other => {}
        }
        Ok(())
    }

    fn unheard(&mut self, ear: EarId, channel: String) {
        let key = (ear, channel);
        match self.leaving.get_mut(&key) {
            Some(1) => {
                self.leaving.remove(&key);
            }
            Some(left) => *left -= 1,
            None => self.lose(ear, &key.1),
        }
    }

    /// The channel went elsewhere: who has it is asked at once.
    fn lose(&mut self, ear: EarId, channel: &str) {
        let Some(seat) = self.seats.get_mut(channel) else {
            return;
        };
        match seat.at {
            At::Heard(at) if at == ear => {
                self.is_suspect = true;
                self.unheard += 1;
                *seat = Seat::sought();
            }
            At::Asked(at) if at == ear => seat.at = At::Nowhere,
            _ => return,
        }
        self.moved.notify_one();
    }
}

fn probes(primaries: &Primaries) -> HashSet<String> {
    primaries.probes.values().cloned().collect()
}
