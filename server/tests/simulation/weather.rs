//! What happens to a cluster and its tabs while the storm lasts.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use protocol::{Person, RoomId, UserId};
use server::store::Token;
use tokio::task::JoinSet;

use crate::air::Mood;
use crate::chance::Chance;
use crate::cluster::Cluster;
use crate::requests::Change;
use crate::tab::Tab;

/// Who is in the story.
pub struct Cast {
    pub chance: Chance,
    pub cluster: Arc<Cluster>,
    pub people: Vec<(Person, Token)>,
    /// The first of them never signs out, and opened a private room, in which all have been.
    pub room: RoomId,
    /// Where the first two of them talk.
    pub direct: RoomId,
    /// At the tabs of this one nobody looks while the storm lasts.
    pub quiet: UserId,
    pub tabs: Vec<Arc<Tab>>,
    /// Of those who have signed out, whom nobody comes back as.
    pub gone: Vec<UserId>,
    /// So many changes of the private room's members were tried.
    pub changes: u64,
}

/// What goes wrong for a while, and how it ends.
pub struct Weather {
    cast: Cast,
    passing: JoinSet<()>,
    /// Those who sign out.
    leaving: JoinSet<()>,
}

impl Cast {
    /// Opens another tab of somebody.
    pub fn open_tab(&mut self, of: usize) {
        let who = self.people[of].clone();
        let name = format!("{}{}", who.0.name, self.tabs.len());
        let room = match self.chance.number(0..=99) {
            0..35 => self.room.clone(),
            35..45 => self.direct.clone(),
            _ => RoomId::lobby(),
        };
        self.chance.note(format_args!("{name} is opened in {room}"));
        let tab = Tab::open(self.cluster.clone(), name, who, room);
        self.tabs.push(tab);
    }

    pub fn open_tabs(&self) -> impl Iterator<Item = &Arc<Tab>> {
        self.tabs.iter().filter(|tab| !tab.is_closed())
    }

    pub fn any_tab(&self) -> Option<&Arc<Tab>> {
        let open = self.open_tabs().count();
        (open > 0).then(|| {
            let at = self.chance.one_of(open);
            self.open_tabs().nth(at).expect("it is below the count")
        })
    }
}

impl Weather {
    pub fn new(cast: Cast) -> Self {
        Self {
            cast,
            passing: JoinSet::new(),
            leaving: JoinSet::new(),
        }
    }

    /// Rages for seconds; or, now and then, for minutes with lulls in which sockets time out and rooms are let go.
    pub async fn storm(&mut self) {
        let chance = self.cast.chance.clone();
        let (millis, lull_ms) = if chance.permille(100) {
            (60_000..=120_000, 1_500)
        } else {
            (4_000..=10_000, 120)
        };
        let until = chance.now() + chance.number(millis);
        while chance.now() < until {
            chance.pause(1..=lull_ms).await;
            match chance.number(0..=999) {
                0..600 => self.somebody_acts(),
                600..760 => self.a_socket_suffers(),
                760..860 => self.a_node_suffers(),
                860..920 => self.the_backplane_suffers(),
                920..950 => self.the_store_suffers(),
                950..965 => self.presence_is_away(),
                965..985 => self
                    .cast
                    .cluster
                    .slow_ms
                    .store(self.cast.chance.number(0..=80), Relaxed),
                985..988 => self.a_flood_meets_a_slow_reader(),
                _ => {}
            }
        }
    }

    /// All is well from now on.
    pub async fn calm(mut self) -> Cast {
        self.passing.abort_all();
        while self.passing.join_next().await.is_some() {}
        let Cast {
            chance, cluster, ..
        } = &self.cast;
        chance.note(format_args!("calm"));
        cluster.air.set(Mood::default());
        cluster.book.set_away(false);
        cluster.slow_ms.store(5, Relaxed);
        cluster.trouble.fails.store(0, Relaxed);
        cluster.trouble.slow_ms.store(1, Relaxed);
        cluster.trouble.next_is_last.store(false, Relaxed);
        for at in 0..cluster.size() {
            cluster.thaw(at);
            if cluster.stops(at) {
                cluster.kill(at); // who waited for its end is no more
            }
            cluster.start(at).await;
        }
        while self.leaving.join_next().await.is_some() {}
        for wire in self.cast.tabs.iter().filter_map(|tab| tab.wire()) {
            wire.unstall();
        }
        self.cast
    }

    fn somebody_acts(&mut self) {
        let chance = self.cast.chance.clone();
        if chance.permille(15) {
            let of = chance.one_of(self.cast.people.len());
            return self.cast.open_tab(of);
        }
        if chance.permille(30) {
            return self.somebody_comes_or_goes();
        }
        if chance.permille(6) {
            return self.somebody_signs_out();
        }
        let Some(tab) = self.cast.any_tab() else {
            return;
        };
        match chance.number(0..=99) {
            0..52 => (0..chance.number(1..=3)).for_each(|_| tab.write()),
            52..62 => tab.change(),
            62..72 => tab.turn(),
            72..80 if tab.person.id != self.cast.quiet => tab.look(),
            80..85 => drop(tab.tell(|engine, now| engine.typing(now))),
            85..90 => drop(tab.tell(|engine, now| engine.older(now))),
            90..93 => drop(tab.tell(|engine, now| engine.wake(now))),
            93..98 => tab.reload(),
            _ => tab.close(),
        }
    }

    /// The first of all lets somebody into the private room, or puts them out.
    fn somebody_comes_or_goes(&mut self) {
        let Cast {
            chance,
            cluster,
            people,
            room,
            changes,
            ..
        } = &mut self.cast;
        if people.len() < 2 {
            return;
        }
        *changes += 1;
        let change = Change {
            by: people[0].0.clone(),
            cid: format!("change-{changes}").parse().expect("an id"),
            room: room.clone(),
            who: people[1 + chance.one_of(people.len() - 1)].0.id.clone(),
            is_in: chance.permille(500),
        };
        let (who, is_in) = (&change.who, change.is_in);
        chance.note(format_args!("{who} is to be in: {is_in}"));
        let (at, cluster) = (chance.one_of(cluster.size()), cluster.clone());
        self.passing.spawn(async move {
            cluster.change_member(at, change).await;
        });
    }

    /// Their tabs are to end with it, and they are not seen again.
    fn somebody_signs_out(&mut self) {
        let Cast {
            chance,
            cluster,
            people,
            gone,
            ..
        } = &mut self.cast;
        if people.len() < 2 {
            return;
        }
        let (person, token) = people.remove(1 + chance.one_of(people.len() - 1));
        chance.note(format_args!("{} signs out", person.name));
        gone.push(person.id);
        let cluster = cluster.clone();
        self.leaving.spawn(async move {
            loop {
                // Again until it is answered, as somebody does who wants to be sure.
                let at = cluster.chance.one_of(cluster.size());
                if cluster.sign_out(at, &token).await.is_some() {
                    return;
                }
                cluster.chance.pause(100..=500).await;
            }
        });
    }

    fn a_socket_suffers(&mut self) {
        let chance = &self.cast.chance;
        let Some((tab, wire)) = self.cast.any_tab().and_then(|tab| Some((tab, tab.wire()?))) else {
            return;
        };
        match chance.number(0..=9) {
            0..6 => {
                chance.note(format_args!("{} is cut", tab.name));
                wire.cut();
            }
            6..8 => {
                chance.note(format_args!("{} goes silent", tab.name));
                wire.silence();
            }
            _ => {
                let time = chance.millis(100..=30_000);
                chance.note(format_args!("{} stalls for {time:?}", tab.name));
                wire.stall(time);
            }
        }
    }

    /// More than its queue holds, while a tab takes nothing.
    fn a_flood_meets_a_slow_reader(&mut self) {
        let chance = &self.cast.chance;
        if let Some(wire) = self.cast.any_tab().and_then(|tab| tab.wire()) {
            wire.stall(chance.millis(8_000..=18_000));
        }
        let at = chance.one_of(self.cast.cluster.size());
        self.cast.cluster.flood(at, chance.number(400..=550));
    }

    fn a_node_suffers(&mut self) {
        let (chance, cluster) = (self.cast.chance.clone(), self.cast.cluster.clone());
        let at = chance.one_of(cluster.size());
        match chance.number(0..=9) {
            0..3 => {
                // Whoever holds a socket to it hears of it, or not: its host may have gone, too.
                let is_host = chance.permille(200);
                let here = format!("node{at}");
                for tab in self.cast.open_tabs().filter(|_| is_host) {
                    let is_here = tab.read(|engine| engine.node().ends_with(&here));
                    if let (Some(true), Some(wire)) = (is_here, tab.wire()) {
                        wire.silence();
                    }
                }
                cluster.kill(at);
            }
            3..6 => {
                chance.note(format_args!("the next commit kills"));
                cluster.trouble.next_is_last.store(true, Relaxed);
            }
            6..9 => {
                cluster.freeze(at);
                let most = if chance.permille(200) { 15_000 } else { 2_000 };
                self.after(10..=most, move |cluster| cluster.thaw(at));
            }
            _ => {
                self.passing.spawn(async move {
                    cluster.stop(at).await;
                    cluster.start(at).await;
                });
            }
        }
        let cluster = self.cast.cluster.clone();
        self.passing.spawn(async move {
            chance.pause(100..=6_000).await;
            for at in 0..cluster.size() {
                cluster.start(at).await;
            }
        });
    }

    fn the_backplane_suffers(&mut self) {
        let Cast {
            chance, cluster, ..
        } = &self.cast;
        let mood = match chance.number(0..=9) {
            0..2 => Mood::default(),
            2..4 => Mood {
                is_away: true,
                ..Mood::default()
            },
            4..6 => Mood {
                lost: 1_000,
                ..Mood::default()
            },
            _ => Mood {
                lost: chance.number(0..=400) as u32,
                doubled: chance.number(0..=400) as u32,
                late_ms: chance.number(0..=60),
                is_away: false,
            },
        };
        let Mood {
            lost,
            doubled,
            late_ms,
            is_away,
        } = mood;
        chance.note(format_args!(
            "backplane: lost {lost}, doubled {doubled}, late {late_ms}, away {is_away}"
        ));
        cluster.air.set(mood);
    }

    fn the_store_suffers(&mut self) {
        let Cast {
            chance, cluster, ..
        } = &self.cast;
        let fails = if chance.permille(500) {
            chance.number(0..=300) as u32
        } else {
            0
        };
        cluster.trouble.fails.store(fails, Relaxed);
        let slow_ms = chance.number(0..=20);
        cluster.trouble.slow_ms.store(slow_ms, Relaxed);
        chance.note(format_args!("store: fails {fails}, slow {slow_ms}"));
        self.after(100..=2_000, |cluster| {
            cluster.trouble.fails.store(0, Relaxed)
        });
    }

    fn presence_is_away(&mut self) {
        self.cast.chance.note(format_args!("presence is away"));
        self.cast.cluster.book.set_away(true);
        self.after(100..=5_000, |cluster| cluster.book.set_away(false));
    }

    /// Does something after a while, unless it is calm by then.
    fn after(
        &mut self,
        millis: std::ops::RangeInclusive<u64>,
        then: impl FnOnce(&Cluster) + Send + 'static,
    ) {
        let Cast {
            chance, cluster, ..
        } = &self.cast;
        let (wait, cluster): (Duration, _) = (chance.millis(millis), cluster.clone());
        self.passing.spawn(async move {
            tokio::time::sleep(wait).await;
            then(&cluster);
        });
    }
}
