//! Who listens and does not read.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use protocol::{Entry, Event, limits};
use serde_json::Value;

use crate::world::person::cid;
use crate::world::raw::{Heard, Raw};
use crate::world::{Client, Node, Visitor, World};
use crate::{MARGIN, assert_about, counted, crowd};

/// When a client that takes nothing is given up.
const WRITE_MAX: Duration = Duration::from_secs(20);

/// Memory one slow client may cost.
pub(crate) const SLOW_KIB_MAX: u64 = 512;

/// All of them post as much as one may at once, four at a time; how long it took until `listener` heard each post.
async fn talk(node: &Node, crowd: &[Visitor], listener: &mut Client) -> Vec<Duration> {
    let post = async |visitors: &[Visitor]| {
        let mut sent = Vec::new();
        for visitor in visitors {
            for _ in 0..limits::SENDS_BURST {
                let cid = String::from(cid());
                let body = format!("{cid:x<length$}", length = limits::BODY_CHARS_MAX);
                sent.push((cid.clone(), Instant::now()));
                let fields = [("cid", cid.as_str()), ("body", body.as_str())];
                let answer = visitor
                    .submits(node, "/rooms/lobby/messages", &fields)
                    .await;
                assert_eq!(answer.status().as_u16(), 303);
            }
        }
        sent
    };
    let hear = async {
        let mut heard = HashMap::new();
        while heard.len() < crowd.len() * limits::SENDS_BURST as usize {
            // On a machine with much else to do even who listens may fall behind.
            let entries = listener.hears_until(|event| match event {
                Event::Entry(entry) => Some(vec![entry.cid.clone()]),
                Event::Entries { entries, .. } => {
                    Some(entries.iter().map(|entry| entry.cid.clone()).collect())
                }
                _ => None,
            });
            let told = entries.await.into_iter().map(String::from);
            heard.extend(told.map(|cid| (cid, Instant::now())));
        }
        heard
    };
    let quarter = crowd.len() / 4;
    let (heard, a, b, c, d) = tokio::join!(
        hear,
        post(&crowd[..quarter]),
        post(&crowd[quarter..2 * quarter]),
        post(&crowd[2 * quarter..3 * quarter]),
        post(&crowd[3 * quarter..]),
    );
    let sent = [a, b, c, d].concat();
    let mut times: Vec<Duration> = sent.iter().map(|(cid, at)| heard[cid] - *at).collect();
    times.sort();
    times
}

/// The seqs of all entries until this one, as they come.
pub(crate) async fn seqs_until(raw: &mut Raw, last: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    while seqs.last() != Some(&last) {
        let text = match raw.hears().await {
            Heard::Text(text) => text,
            Heard::Ping => continue,
            other => panic!("{other:?} after {} entries", seqs.len()),
        };
        let mut event: Value = serde_json::from_str(&text).expect("an event");
        let entries = match event["type"].as_str() {
            Some("entry") => vec![event],
            Some("entries") => event["entries"]
                .as_array_mut()
                .expect("a list")
                .split_off(0),
            _ => continue,
        };
        let seq = |entry: Value| {
            serde_json::from_value::<Entry>(entry)
                .expect("an entry")
                .seq
        };
        seqs.extend(entries.into_iter().map(seq));
    }
    seqs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_hurts_only_itself_and_loses_nothing() {
    const PEOPLE: usize = 60;
    const SLOW: u64 = limits::SESSIONS_PER_USER_MAX as u64;
    let world = World::alone();
    let flags = ["--log", "info", "--joins-per-address", "1000"];
    let node = world.node_with(&flags).await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let mut alone = Vec::new();
    for name in ["early", "warm"] {
        let crowd = crowd(&node, name, PEOPLE).await;
        alone = talk(&node, &crowd, &mut bob).await;
    }
    let more = crowd(&node, "late", PEOPLE).await;
    let cyd = Visitor::joins(&node, "Cyd").await;
    let first = 2 * PEOPLE as u64 * u64::from(limits::SENDS_BURST) + 1;
    let last = 3 * PEOPLE as u64 * u64::from(limits::SENDS_BURST);

    let before = node.memory_kib();
    let began = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        slow.push(Raw::enters_narrow(&node, &cyd.cookie).await);
    }
    let beside = talk(&node, &more, &mut bob).await;
    let each = node.memory_kib().saturating_sub(before) / SLOW;

    let mut back = slow.pop().expect("there are some");
    back.widens();
    let seqs = seqs_until(&mut back, last).await;
    assert!(seqs.into_iter().eq(first..=last), "each once and in order");
    assert!(node.counts("confab_sessions_behind_total").await > 0);

    let middle = |times: &[Duration]| times[times.len() / 2];
    let worst = |times: &[Duration]| times[times.len() * 99 / 100];
    println!(
        "heard p50 {:?}, p99 {:?} without, p50 {:?}, p99 {:?} beside {SLOW} who do not read; \
         each of them costs {each} KiB",
        middle(&alone),
        worst(&alone),
        middle(&beside),
        worst(&beside),
    );
    assert!(each <= SLOW_KIB_MAX, "{each} KiB");
    // Who waited for the slow would wait until they are given up; a machine with much else to do takes some seconds, too.
    let flat = 2 * middle(&alone) + WRITE_MAX / 4;
    assert!(middle(&beside) <= flat, "others wait for the slow");

    counted(
        &node,
        r#"confab_sockets_closed_total{code="4010"}"#,
        SLOW - 1,
        WRITE_MAX + MARGIN,
    )
    .await;
    assert_about("given up", began, WRITE_MAX);
}
