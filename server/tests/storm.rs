//! Many clients at once: those of a node that died come back, and everybody comes in the morning.

mod world;

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use protocol::{Cursor, Event, RoomId, limits};
use tokio::sync::Mutex;
use world::person::cid;
use world::{Client, Node, Visitor, World};

/// One storm at a time: beside another one, what a node does in seconds takes many.
static STORM: Mutex<()> = Mutex::const_new(());

const READS: &str = r#"confab_log_reads_total{of="rooms"}"#;

/// People under names of their own.
async fn people(node: &Node, count: usize) -> Vec<Visitor> {
    let names =
        (0..count).map(|nth| async move { Visitor::joins(node, &format!("P {nth}")).await });
    stream::iter(names).buffered(8).collect().await
}

/// What was seen so far, as a hello names it.
fn cursors(client: &Client) -> BTreeMap<RoomId, Cursor> {
    let last = client.entries.last().expect("something was seen");
    let cursor = Cursor {
        epoch: client.epoch.clone(),
        seq: last.seq,
        tag: Some(last.tag()),
    };
    BTreeMap::from([(RoomId::lobby(), cursor)])
}

/// All of them come back at once, and show what they get.
async fn come_back(
    node: &Node,
    visitors: &[&Visitor],
    cursors: &BTreeMap<RoomId, Cursor>,
) -> Vec<Client> {
    let come = visitors.iter().map(|visitor| async {
        let mut client = visitor.connects(node).await;
        client.says_hello(None, cursors.clone()).await;
        client.is_welcome().await;
        client
    });
    join_all(come).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_come_back_the_room_is_read_once() {
    const MISSED: usize = 120;
    let _alone = STORM.lock().await;
    let flags = [
        "--log",
        "info",
        "--sessions-per-user",
        "1000",
        "--sends-burst",
        "1000",
        "--handshakes",
        "1000",
    ];
    let world = World::alone();
    let node = world.node_with(&flags).await;
    let visitors = people(&node, 10).await;
    let mut ann = visitors[0].enters(&node).await;
    ann.says("the last one seen").await;
    ann.sees("the last one seen").await;
    let cursors = cursors(&ann);
    let sent: Vec<String> = (0..MISSED).map(|nth| format!("missed {nth}")).collect();
    for body in &sent {
        ann.posts(&cid(), body).await;
    }
    ann.sees(&sent[MISSED - 1]).await;
    drop(ann);
    node.kill().await;

    let node = world.node_with(&flags).await;
    for many in [30, 300] {
        let crowd: Vec<&Visitor> = visitors.iter().cycle().take(many).collect();
        let back = come_back(&node, &crowd, &cursors).await;
        assert!(back.iter().all(|client| client.bodies() == sent));
        assert_eq!(node.counts(READS).await, 1, "after {many} came back");
        let new = come_back(&node, &crowd, &BTreeMap::new()).await;
        let page = &sent[MISSED - limits::PAGE_ENTRIES..];
        assert!(new.iter().all(|client| client.bodies() == page));
        assert_eq!(node.counts(READS).await, 1, "after {many} came anew");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_missed_too_much_or_saw_another_log_gets_the_newest_page_without_a_read() {
    let _alone = STORM.lock().await;
    let world = World::alone();
    let node = world
        .node_with(&["--sends-burst", "1000", "--log", "info"])
        .await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    ann.says("first").await;
    ann.sees("first").await;
    let far = cursors(&ann);
    let sent: Vec<String> = (0..=limits::RESUME_ENTRIES_MAX)
        .map(|nth| nth.to_string())
        .collect();
    for some in sent.chunks(100) {
        let mut bob = visitor.enters(&node).await;
        for body in some {
            bob.says(body).await;
        }
    }
    ann.sees(&sent[sent.len() - 1]).await;
    let mut other = cursors(&ann);
    for cursor in other.values_mut() {
        cursor.tag = Some(ann.entries[0].tag());
    }
    let before = node.counts(READS).await;
    for cursors in [far, other] {
        let mut back = visitor.connects(&node).await;
        back.says_hello(None, cursors).await;
        let fresh = back.hears_until(|event| match event {
            Event::Entries { fresh, .. } => Some(*fresh),
            _ => None,
        });
        assert!(fresh.await);
        let page = &sent[sent.len() - limits::PAGE_ENTRIES..];
        assert_eq!(back.bodies(), page);
    }
    assert_eq!(node.counts(READS).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_the_node_answers_as_many_as_it_can_is_told_when_to_come_again() {
    let _alone = STORM.lock().await;
    let world = World::alone();
    let node = world
        .node_with(&[
            "--handshakes",
            "1",
            "--failpoint",
            "before_commit:delay:4000@1",
        ])
        .await;
    let visitors = people(&node, 3).await;
    let mut ann = visitors[0].enters(&node).await;
    let mut bob = visitors[1].connects(&node).await;
    let mut cyd = visitors[2].connects(&node).await;
    ann.posts(&cid(), "takes long to store").await;
    bob.says_hello(None, BTreeMap::new()).await; // waits for his resume token to be stored
    answers(&node, 1).await;
    cyd.says_hello(None, BTreeMap::new()).await;
    let again = cyd.hears_until(|event| match event {
        Event::TryAgain { retry_after_ms } => Some(*retry_after_ms),
        _ => None,
    });
    assert!(again.await >= 1_000);
    assert_eq!(cyd.is_closed().await, 1013);
    bob.is_welcome().await;
    visitors[2].enters(&node).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_comes_and_goes_is_told_in_few_frames() {
    const MANY: usize = limits::PEOPLE_TOLD_MAX + 20;
    let _alone = STORM.lock().await;
    let world = World::alone();
    let flags = ["--log", "info", "--joins-per-address", "1000"];
    let node = world.node_with(&flags).await;
    let visitors = people(&node, MANY).await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let began = Instant::now();
    let (few, more) = visitors.split_at(200);
    let mut crowd = come_back(&node, &few.iter().collect::<Vec<_>>(), &BTreeMap::new()).await;
    let told = until(&mut ann, 201).await;
    let names: usize = told.iter().map(|(_, names)| names).sum();
    assert_eq!(names, 201, "everybody is told by name, once");
    assert_few(&told, began);

    let began = Instant::now();
    crowd.extend(come_back(&node, &more.iter().collect::<Vec<_>>(), &BTreeMap::new()).await);
    let told = until(&mut ann, MANY + 1).await;
    let mut crowded = told
        .iter()
        .skip_while(|(count, _)| *count <= limits::PEOPLE_TOLD_MAX);
    let some = crowded
        .next()
        .expect("the list is told when it gets too long")
        .1;
    assert!(some > 0 && some < limits::PEOPLE_TOLD_MAX, "{some} names");
    assert!(crowded.all(|(_, names)| *names == 0), "counts only");
    assert_few(&told, began);

    crowd.truncate(100);
    let told = until(&mut ann, 101).await;
    let whole = told
        .iter()
        .find(|(_, names)| *names > 0)
        .expect("names again");
    assert!(
        whole.0 == whole.1 && whole.0 < limits::PEOPLE_TOLD_MAX,
        "{whole:?}"
    );
}

/// Hears who is online until so many are: each time how many are and how many names were told.
async fn until(client: &mut Client, wanted: usize) -> Vec<(usize, usize)> {
    let mut told = Vec::new();
    while told.last().is_none_or(|(count, _)| *count != wanted) {
        let heard = client.hears_until(|event| match event {
            Event::Online { count, people, .. } => Some((*count, people.len())),
            Event::OnlineChanged {
                count,
                joined,
                left,
                ..
            } => Some((*count, joined.len() + left.len())),
            _ => None,
        });
        let (count, names) = heard.await;
        told.push((count as usize, names));
    }
    told
}

/// At most one frame each 100 ms.
fn assert_few(told: &[(usize, usize)], began: Instant) {
    let most = began.elapsed().as_millis() as usize / 100 + 2;
    assert!(told.len() <= most, "{} frames, not {most}", told.len());
}

/// Waits until so many hellos are being answered.
async fn answers(node: &Node, hellos: u64) {
    while node.counts("confab_handshakes").await < hellos {
        tokio::task::yield_now().await;
    }
}
