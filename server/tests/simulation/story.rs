//! One run: a cluster comes up, people talk, a storm, calm, and the checker.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use protocol::{Name, Person, RoomId, RoomKind};
use server::store::{Changed, Deed, NewRoom, Token};
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
    cluster.admit_flooder().await;
    let room = private_room(&cluster, &people).await;
    let direct = direct_room(&cluster, &people).await;
    let mut cast = Cast {
        chance: chance.clone(),
        quiet: people[people.len() - 1].0.id.clone(),
        cluster,
        people,
        room,
        direct,
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
    let plans = NewRoom {
        kind: RoomKind::Private,
        name: "Plans".to_owned(),
        topic: String::new(),
        people: Vec::new(),
    };
    let Ok(Changed::Now(told)) = rooms.open(deed(0), plans).await else {
        panic!("no private room")
    };
    let room = told[0].room.clone();
    for (nth, (person, _)) in people.iter().enumerate().skip(1) {
        let added = rooms.add(deed(nth), &room, &person.id).await;
        added.expect("they join");
    }
    room
}

/// The talk of the first two of them.
async fn direct_room(cluster: &Cluster, people: &[(Person, Token)]) -> RoomId {
    let deed = Deed {
        by: people[0].0.clone(),
        cid: "talking".parse().expect("an id"),
        at: 0,
    };
    let talk = NewRoom {
        kind: RoomKind::Direct,
        name: String::new(),
        topic: String::new(),
        people: vec![people[1].0.id.clone()],
    };
    let Ok(Changed::Now(told)) = cluster.store.rooms.open(deed, talk).await else {
        panic!("no talk of two")
    };
    told[0].room.clone()
}

/// One message that no frame tells the other nodes of, and after it none that would show that it is missing: the node dies after
/// the commit, or the backplane carries nothing. Whoever is at another node sees it in time.
async fn last_words(cast: &Cast) -> Result<(), String> {
    let (chance, cluster) = (&cast.chance, &cast.cluster);
    let lobby = RoomId::lobby();
    cast.open_tabs().for_each(|tab| tab.turn_to(&lobby));
    let writers: Vec<_> = cast.open_tabs().collect();
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
    let elsewhere = cast.open_tabs().filter(elsewhere);
    let elsewhere: Vec<_> = elsewhere.cloned().collect();
    writer.write();
    tokio::time::sleep(SEEN_MAX).await;
    cluster.trouble.next_is_last.store(false, Relaxed); // its writer may still be on the way to a node
    let lobby = checker::log(cast).await?.remove(&lobby);
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

/// Waits until all is as promised in every room of every tab, and stays so.
async fn settle(cast: &Cast) -> Result<(), String> {
    let began = Instant::now();
    let mut looked = BTreeSet::new();
    let mut good = 0;
    while good < 3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let is_there = look(cast, &mut looked).await;
        let is_all_looked_at = is_there.is_ok();
        let outcome = match is_there {
            Ok(()) => checker::check(cast).await,
            wrong => wrong,
        };
        match outcome {
            Ok(()) => good += 1,
            Err(why) if began.elapsed() >= SETTLE_MAX => return Err(why),
            Err(_) => good = 0,
        }
        if good == 0 && is_all_looked_at {
            looked.clear(); // what was missed is there when it is looked at again
        }
    }
    Ok(())
}

/// Looks at the rooms of each tab, one after the other, until each has been on the screen as it should be; what was looked at
/// is noted. The error tells what is not there yet.
async fn look(cast: &Cast, looked: &mut BTreeSet<(String, RoomId)>) -> Result<(), String> {
    let mut outcome = Ok(());
    for tab in cast.open_tabs() {
        tab.tell(|engine, now| engine.older(now));
        if let Err(wrong) = checker::check_screen(cast, tab).await {
            outcome = Err(wrong);
            continue;
        }
        if tab.person.id != cast.quiet {
            tab.look();
        }
        if let Some(here) = tab.read(|engine| engine.room().clone()) {
            looked.insert((tab.name.clone(), here));
        }
        let is_new = |room: &RoomId| !looked.contains(&(tab.name.clone(), room.clone()));
        if let Some(room) = tab.rooms().into_iter().find(is_new) {
            outcome = Err(format!("{} has not looked at {room} yet", tab.name));
            tab.turn_to(&room);
        }
    }
    outcome
}
