//! One run: a cluster comes up, people talk, a storm, calm, and the checker.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use protocol::{Name, Person, RoomId};
use server::store::{Changed, Deed, Token};
use tokio::time::Instant;

use crate::air::Mood;
use crate::chance::Chance;
use crate::checker;
use crate::cluster::Cluster;
use crate::tab::Tab;
use crate::weather::{Cast, Weather};

const NAMES: [&str; 6] = ["Ann", "Bob", "Cyd", "Dan", "Eve", "Fay"];
const NODES: std::ops::RangeInclusive<u64> = 2..=4;
const TABS_MAX: u64 = 8;

/// How long it may take until all is as promised: a silent socket is noticed after 25 s, the wait for another try is up to
/// 30 s, and somebody who is gone leaves 8 s later.
const SETTLE_MAX: Duration = Duration::from_secs(150);

/// How long a message may take to be seen at other nodes that no frame told of it.
const SEEN_MAX: Duration = Duration::from_millis(1_500);

/// What a run came to.
pub struct Told {
    pub hash: u64,
    pub messages: usize,
    pub virtual_secs: u64,
    /// From the calm until all was as promised.
    pub settled_secs: u64,
}

/// Runs one seed, with every step told if wanted. The error tells which promise is broken.
pub fn run(seed: u64, tells: bool) -> Result<Told, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(story(seed, tells))
}

async fn story(seed: u64, tells: bool) -> Result<Told, String> {
    let chance = Chance::new(seed, tells);
    let mut weather = Weather::new(cast(&chance).await);
    weather.storm().await;
    let cast = weather.calm().await;
    let calm = chance.now();
    settle(&cast).await?;
    last_words(&cast).await?;
    settle(&cast).await?;
    if let Some(broken) = chance.first_broken() {
        return Err(broken);
    }
    Ok(Told {
        hash: chance.hash(),
        messages: checker::log(&cast).await?.values().map(Vec::len).sum(),
        virtual_secs: chance.now() / 1_000,
        settled_secs: (chance.now() - calm) / 1_000,
    })
}

async fn cast(chance: &Chance) -> Cast {
    let cluster = Cluster::new(chance.clone(), chance.number(NODES) as usize);
    for at in 0..cluster.size() {
        cluster.start(at).await;
    }
    let mut people = Vec::new();
    for name in &NAMES[..chance.number(2..=6) as usize] {
        let name = Name::parse(name).expect("a name");
        let joined = cluster.directory().join(name).await;
        people.push(joined.expect("the name is free"));
    }
    let room = private_room(&cluster, &people).await;
    let mut cast = Cast {
        chance: chance.clone(),
        cluster,
        people,
        room,
        tabs: Vec::new(),
        gone: Vec::new(),
        changes: 0,
    };
    for of in 0..cast.people.len() {
        cast.open_tab(of);
    }
    let more = chance.number(1..=TABS_MAX - cast.people.len() as u64);
    for _ in 0..more {
        let of = chance.one_of(cast.people.len());
        cast.open_tab(of);
    }
    cast
}

/// The room of the first of them, with all others in it.
async fn private_room(cluster: &Cluster, people: &[(Person, Token)]) -> RoomId {
    let deed = |nth: usize| Deed {
        by: people[0].0.clone(),
        cid: format!("opening-{nth}").parse().expect("an id"),
        at: 0,
    };
    let rooms = &cluster.store.rooms;
    let Ok(Changed::Now { room, .. }) = rooms.open(deed(0), "Plans").await else {
        panic!("no private room")
    };
    for (nth, (person, _)) in people.iter().enumerate().skip(1) {
        let added = rooms.add(deed(nth), &room.room, &person.id).await;
        added.expect("they join");
    }
    room.room
}

/// One message that no frame tells the other nodes of, and after it none that would show that it is missing: the node dies after
/// the commit, or the backplane carries nothing. Whoever is at another node sees it in time.
async fn last_words(cast: &Cast) -> Result<(), String> {
    let (chance, cluster) = (&cast.chance, &cast.cluster);
    let in_lobby = |tab: &&Arc<Tab>| tab.room == RoomId::lobby();
    let writers: Vec<_> = cast.open_tabs().filter(in_lobby).collect();
    if writers.is_empty() {
        return Ok(());
    }
    let writer = writers[chance.one_of(writers.len())];
    if chance.permille(500) {
        cluster.trouble.next_is_last.store(true, Relaxed);
    } else {
        cluster.air.set(Mood {
            lost: 1_000,
            ..Mood::default()
        });
    }
    let node_of = |tab: &Tab| tab.read(|engine| engine.node().to_owned());
    let here = node_of(writer);
    let is_deaf = |tab: &Tab| tab.wire().is_none_or(|wire| wire.is_silent());
    let elsewhere = |tab: &&Arc<Tab>| node_of(tab) != here && !is_deaf(tab);
    let elsewhere = cast.open_tabs().filter(in_lobby).filter(elsewhere);
    let elsewhere: Vec<_> = elsewhere.cloned().collect();
    writer.write();
    tokio::time::sleep(SEEN_MAX).await;
    cluster.trouble.next_is_last.store(false, Relaxed); // its writer may still be on the way to a node
    let lobby = checker::log(cast).await?.remove(&RoomId::lobby());
    let top = lobby.and_then(|entries| entries.last().map(|entry| entry.seq));
    for tab in elsewhere {
        if tab.last_seq() != top {
            return Err(format!("{} has not seen {top:?} in time", tab.name));
        }
    }
    for at in 0..cluster.size() {
        cluster.start(at).await;
    }
    Ok(())
}

/// Waits until all is as promised and stays so.
async fn settle(cast: &Cast) -> Result<(), String> {
    let began = Instant::now();
    let mut good = 0;
    while good < 3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for tab in cast.open_tabs() {
            tab.tell(|engine, now| engine.older(now));
        }
        match checker::check(cast).await {
            Ok(()) => good += 1,
            Err(why) if began.elapsed() >= SETTLE_MAX => return Err(why),
            Err(_) => good = 0,
        }
    }
    Ok(())
}
