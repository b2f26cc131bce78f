//! Whether what was promised is true.

use std::collections::{BTreeMap, BTreeSet};

use client::{Line, Link, Message, Sending};
use protocol::{Entry, Event, Kind, Person, RoomId, UserId};
use server::store::{Reader, Span};

use crate::tab::Tab;
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
        check_sends(tab, &logs[&tab.room])?;
    }
    for tab in cast.open_tabs() {
        is(!cast.gone.contains(&tab.person.id), || {
            format!("{} is open, and its sign-in has ended", tab.name)
        })?;
        check_list(tab, &entitled(cast, tab).await?)?;
    }
    for tab in &cast.tabs {
        let seen = entitled(cast, tab).await?;
        let seen: BTreeSet<u64> = seen.iter().map(|entry| entry.seq).collect();
        let told = tab.told();
        is(told.is_subset(&seen), || {
            let wrong: Vec<_> = told.difference(&seen).collect();
            format!("{} was told {wrong:?}, which are not for it", tab.name)
        })?;
    }
    check_presence(cast)
}

/// What a tab may show of its room.
async fn entitled(cast: &Cast, tab: &Tab) -> Result<Vec<Entry>, String> {
    let log = &cast.cluster.store.log;
    let page = log.read(Reader::User(&tab.person.id), &tab.room, ALL).await;
    Ok(page.map_err(|error| error.to_string())?.entries)
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
    let posted = || all().filter(|entry| entry.kind == Kind::Posted);
    let bodies: BTreeSet<_> = posted().map(|entry| &entry.body).collect();
    is(bodies.len() == posted().count(), || {
        "a message is stored twice".to_owned()
    })?;
    Ok(logs)
}

/// What was acknowledged is stored; what was written is, too, in the order written. A tab that was closed may leave the last of
/// it unsent.
fn check_sends(tab: &Tab, entries: &[Entry]) -> Verdict {
    let own = format!("{}-", tab.name);
    let is_own = |entry: &&Entry| entry.cid.as_str().starts_with(&own);
    let stored: Vec<_> = entries.iter().filter(is_own).collect();
    let name = &tab.name;
    for cid in tab.accepted() {
        let count = stored.iter().filter(|entry| entry.cid == cid).count();
        is(count == 1, || {
            format!("{name}: {cid} was acknowledged and is stored {count} times")
        })?;
    }
    let mut written = tab.written();
    if tab.is_closed() {
        written.truncate(stored.len());
    }
    let stored = stored
        .iter()
        .map(|entry| (entry.cid.clone(), entry.body.clone()));
    let stored: Vec<_> = stored.collect();
    is(stored == written, || {
        let shown = |list: &[(protocol::Cid, String)]| {
            let cids: Vec<&str> = list.iter().map(|(cid, _)| cid.as_str()).collect();
            cids.join(" ")
        };
        format!(
            "{name} wrote {}, stored is {}",
            shown(&written),
            shown(&stored)
        )
    })
}

/// The list shown is the messages of the log.
fn check_list(tab: &Tab, entries: &[Entry]) -> Verdict {
    let name = &tab.name;
    let posted = |entry: &&Entry| entry.kind == Kind::Posted;
    let entries: Vec<&Entry> = entries.iter().filter(posted).collect();
    let (link, lines, has_older) = tab
        .read(|engine| (engine.link(), engine.lines(), engine.has_older()))
        .ok_or_else(|| format!("{name} is not loaded"))?;
    is(link == Link::Live, || format!("{name} is {link:?}"))?;
    is(!has_older, || format!("{name} has not loaded all"))?;
    is(!tab.has_kept(), || format!("{name} has something unsent"))?;
    let messages = lines.iter().filter_map(|line| match line {
        Line::Message(message) => Some(message.as_ref()),
        Line::Notice(_) => None,
    });
    let shown: Vec<&Message> = messages.collect();
    let last = shown.last().and_then(|message| message.seq);
    is(shown.len() == entries.len(), || {
        format!(
            "{name} shows {} of {}, up to {last:?}",
            shown.len(),
            entries.len()
        )
    })?;
    for (message, entry) in shown.iter().zip(entries) {
        let is_same = message.seq == Some(entry.seq)
            && message.state == Sending::Sent
            && (&message.cid, &message.body) == (&entry.cid, &entry.body)
            && message.sender.id == entry.sender;
        is(is_same, || {
            format!("{name} shows {message:?} where the log has {entry:?}")
        })?;
    }
    Ok(())
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
