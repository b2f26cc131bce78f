//! Whether what was promised is true.

mod messages;

use std::collections::{BTreeMap, BTreeSet};

use client::Link;
use protocol::{Entry, Event, Kind, Person, RoomId, UserId};
use server::store::{Reader, Span};

use crate::tab::{Tab, Written};
use crate::weather::Cast;

/// Everything the log has.
const ALL: Span = Span::After {
    seq: 0,
    limit: usize::MAX,
};

type Verdict = Result<(), String>;

/// What is stored, by room.
type Logs = BTreeMap<RoomId, Vec<Entry>>;

/// What holds when all has settled. The error tells the first promise that is not true (yet).
pub async fn check(cast: &Cast) -> Verdict {
    let logs = log(cast).await?;
    for tab in &cast.tabs {
        check_sends(tab, &logs)?;
    }
    for tab in cast.open_tabs() {
        is(!cast.gone.contains(&tab.person.id), || {
            format!("{} is open, and its sign-in has ended", tab.name)
        })?;
        let link = tab.read(|engine| engine.link());
        let link = link.ok_or_else(|| format!("{} is not loaded", tab.name))?;
        is(link == Link::Live, || format!("{} is {link:?}", tab.name))?;
        is(!tab.has_kept(), || {
            format!("{} has something unsent", tab.name)
        })?;
        check_rooms(cast, tab).await?;
    }
    for tab in &cast.tabs {
        for (room, told) in tab.told() {
            let seen = entitled(cast, tab, &room).await;
            let seen: BTreeSet<u64> = seen.iter().map(|entry| entry.seq).collect();
            is(told.is_subset(&seen), || {
                let wrong: Vec<_> = told.difference(&seen).collect();
                let name = &tab.name;
                format!("{name} was told {wrong:?} of {room}, which are not for it")
            })?;
        }
    }
    check_presence(cast)
}

/// The room on the screen shows all messages of the log as they are now.
pub async fn check_screen(cast: &Cast, tab: &Tab) -> Verdict {
    let name = &tab.name;
    let (room, lines, has_older) = tab
        .read(|engine| (engine.room().clone(), engine.lines(), engine.has_older()))
        .ok_or_else(|| format!("{name} is not loaded"))?;
    is(!has_older, || {
        format!("{name} has not loaded all of {room}")
    })?;
    let shown = messages::shown(&lines);
    messages::check(&shown, &entitled(cast, tab, &room).await)
        .map_err(|wrong| format!("{name} in {room}: {wrong}"))
}

/// The list of rooms is that of the store, with as much unread.
async fn check_rooms(cast: &Cast, tab: &Tab) -> Verdict {
    let stored = cast.cluster.store.shelf.rooms(&tab.person.id).await;
    let stored = stored.map_err(|error| error.to_string())?;
    let truth: BTreeMap<RoomId, u64> = stored
        .into_iter()
        .map(|room| (room.id, room.unread))
        .collect();
    let listed = tab.read(|engine| engine.rooms()).unwrap_or_default();
    let listed: BTreeMap<RoomId, u64> = listed
        .into_iter()
        .map(|room| (room.id, room.unread))
        .collect();
    is(listed == truth, || {
        format!("{} lists {listed:?} where there are {truth:?}", tab.name)
    })
}

/// What one may see of a room: nothing of one they never were in.
async fn entitled(cast: &Cast, tab: &Tab, room: &RoomId) -> Vec<Entry> {
    let log = &cast.cluster.store.log;
    let page = log.read(Reader::User(&tab.person.id), room, ALL).await;
    page.map_or_else(|_| Vec::new(), |page| page.entries)
}

/// The log as it is stored; its places have no holes, and each send is there once.
pub async fn log(cast: &Cast) -> Result<Logs, String> {
    let log = &cast.cluster.store.log;
    let places = log.tail(0, usize::MAX).await;
    let places = places.map_err(|error| error.to_string())?;
    let offsets = places.iter().map(|place| place.offset);
    is(offsets.eq(1..=places.len() as u64), || {
        "the offsets have holes".to_owned()
    })?;
    let mut logs = Logs::from([(RoomId::lobby(), Vec::new())]);
    for room in places.into_iter().map(|place| place.room) {
        logs.entry(room).or_default();
    }
    for (room, entries) in &mut logs {
        let page = log.read(Reader::Node, room, ALL).await;
        *entries = page.map_err(|error| error.to_string())?.entries;
        let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        is(seqs.iter().copied().eq(1..=seqs.len() as u64), || {
            format!("the seqs of {room} are {seqs:?}")
        })?;
    }
    let all = || logs.values().flatten();
    let sends: BTreeSet<_> = all().map(|entry| (&entry.sender, &entry.cid)).collect();
    is(sends.len() == all().count(), || {
        "a send is stored twice".to_owned()
    })?;
    // Nobody here writes the same text twice: a message under two cids would show.
    let stands = |entry: &&Entry| entry.kind == Kind::Posted && !entry.body.is_empty();
    let posted = || all().filter(stands);
    let bodies: BTreeSet<_> = posted().map(|entry| &entry.body).collect();
    is(bodies.len() == posted().count(), || {
        "a message is stored twice".to_owned()
    })?;
    Ok(logs)
}

/// What was acknowledged is stored; what was written is, too, in the order written in each room. A tab that was closed may leave
/// the last of it unsent.
fn check_sends(tab: &Tab, logs: &Logs) -> Verdict {
    let own = format!("{}-", tab.name);
    let is_own = |entry: &&Entry| entry.cid.as_str().starts_with(&own);
    let name = &tab.name;
    let stored: BTreeSet<_> = logs
        .values()
        .flatten()
        .filter(is_own)
        .map(|entry| &entry.cid)
        .collect();
    let lost = tab.accepted().into_iter().find(|cid| !stored.contains(cid));
    is(lost.is_none(), || {
        format!("{name}: {lost:?} was acknowledged and is not stored")
    })?;
    let written = tab.written();
    for (room, entries) in logs {
        let here = |written: &&Written| written.room == *room;
        let mut written: Vec<&Written> = written.iter().filter(here).collect();
        let stored: Vec<&Entry> = entries.iter().filter(is_own).collect();
        if tab.is_closed() {
            written.truncate(stored.len());
        }
        let cids = |cids: &mut dyn Iterator<Item = &protocol::Cid>| {
            let cids: Vec<&str> = cids.map(protocol::Cid::as_str).collect();
            cids.join(" ")
        };
        let is_same = stored.len() == written.len()
            && stored
                .iter()
                .zip(&written)
                .all(|(entry, written)| became(written, entry));
        is(is_same, || {
            let written = cids(&mut written.iter().map(|written| &written.cid));
            let stored = cids(&mut stored.iter().map(|entry| &entry.cid));
            format!("{name} wrote {written} in {room}, stored is {stored}")
        })?;
    }
    Ok(())
}

/// Whether the entry is what was written; of what was taken back, the text is gone.
fn became(written: &Written, entry: &Entry) -> bool {
    let is_blank = matches!(entry.kind, Kind::Posted | Kind::Edited) && entry.body.is_empty();
    (&written.cid, written.kind) == (&entry.cid, entry.kind)
        && (is_blank || written.body == entry.body)
}

/// Whoever has a tab is online, at every node and in every tab, and nobody else.
fn check_presence(cast: &Cast) -> Verdict {
    let truth: BTreeMap<UserId, Person> = cast
        .open_tabs()
        .map(|tab| (tab.person.id.clone(), tab.person.clone()))
        .collect();
    let is_true = |who: &str, count: u64, people: &[Person]| {
        let told: BTreeMap<_, _> = people.iter().map(|p| (p.id.clone(), p.clone())).collect();
        is(told == truth && count == truth.len() as u64, || {
            format!("{who} tells {count} online, {people:?}, where there are {truth:?}")
        })
    };
    for at in 0..cast.cluster.size() {
        let node = cast.cluster.node(at).ok_or("a node does not run")?;
        if let Event::Online { count, people, .. } = node.chat.roster.online() {
            is_true(&format!("node{at}"), count, &people)?;
        }
    }
    for tab in cast.open_tabs() {
        let online = tab.read(|engine| {
            (
                engine.count(),
                engine.people().to_vec(),
                engine.online_is_stale(),
            )
        });
        let (count, people, is_stale) = online.ok_or("a tab is not loaded")?;
        is_true(&tab.name, count, &people)?;
        is(!is_stale, || {
            format!("{} holds its list for stale", tab.name)
        })?;
    }
    Ok(())
}

fn is(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}
