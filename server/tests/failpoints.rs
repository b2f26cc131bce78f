//! Nodes that die or fall silent at the worst moment, and what the people on the others see.

mod world;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use protocol::Cid;
use world::person::cid;
use world::{Client, Node, Visitor, World};

/// In a build for tests, on a machine that does other things as well.
const SEEN_ELSEWHERE_MAX: Duration = Duration::from_millis(1_500);

/// The same person, with the token the dead node gave, on a host that has no cookie.
async fn goes_on(ann: &Client, node: &Node) -> Client {
    let mut elsewhere = Client::connect(node, &[]).await.expect("this node lives");
    let token = Some(ann.token.clone());
    elsewhere.says_hello(token, BTreeMap::new()).await;
    elsewhere.is_welcome().await;
    elsewhere
}

async fn resends(client: &mut Client, cid: &Cid, body: &str) -> u64 {
    client.posts(cid, body).await;
    client.is_answered(cid).await.expect("it is stored")
}

/// How long after it was stored the reader sees what the writer says.
async fn is_seen(writer: &mut Client, reader: &mut Client) -> Duration {
    let body = cid().to_string();
    writer.says(&body).await;
    let stored = Instant::now();
    reader.sees(&body).await;
    stored.elapsed()
}

fn seqs(client: &Client, body: &str) -> Vec<u64> {
    let entries = client.entries.iter().filter(|entry| entry.body == body);
    entries.map(|entry| entry.seq).collect()
}

#[tokio::test]
async fn a_message_of_a_node_that_died_before_telling_anybody_is_seen_elsewhere_and_stored_once() {
    const DEATHS: usize = 5;
    let world = World::with_redis();
    let two = world.node().await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let mut longest = Duration::ZERO;
    for nth in 0..DEATHS {
        let one = world
            .node_with(&["--failpoint", "after_commit:abort"])
            .await;
        let visitor = Visitor::joins(&one, &format!("Ann {nth}")).await;
        let mut ann = visitor.enters(&one).await;
        let (cid, body) = (cid(), format!("last words {nth}"));
        let sent = Instant::now();
        ann.posts(&cid, &body).await;
        bob.sees(&body).await;
        longest = longest.max(sent.elapsed());
        one.dies().await;

        let mut ann = goes_on(&ann, &two).await;
        let seq = resends(&mut ann, &cid, &body).await;
        assert_eq!(seqs(&ann, &body), [seq], "it is there already");
        bob.says(&format!("after {nth}")).await;
        bob.sees(&format!("after {nth}")).await;
        assert_eq!(seqs(&bob, &body), [seq], "one place, one time");
    }
    println!(
        "of {DEATHS} deaths between commit and publish: seen elsewhere after {longest:?} at most"
    );
    assert!(longest <= SEEN_ELSEWHERE_MAX, "{longest:?}");
}

#[tokio::test]
async fn a_message_of_a_node_that_died_before_the_commit_is_stored_once_by_its_resend() {
    let world = World::with_redis();
    let two = world.node().await;
    let one = world
        .node_with(&["--failpoint", "before_commit:abort@2"])
        .await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let first = ann.says("stored").await;
    let cid = cid();
    ann.posts(&cid, "not stored").await;
    one.dies().await;

    let mut ann = goes_on(&ann, &two).await;
    assert_eq!(ann.bodies(), ["stored"]);
    let second = resends(&mut ann, &cid, "not stored").await;
    assert_eq!(second, first + 1, "its place was never taken");
    bob.sees("not stored").await;
    assert_eq!(bob.bodies(), ["stored", "not stored"]);
}

#[tokio::test]
async fn with_every_frame_lost_everybody_sees_everything_in_order_and_soon() {
    const EACH: usize = 50;
    let world = World::with_redis();
    let deaf = ["--failpoint", "publish:drop", "--sends-burst", "1000"];
    let (one, two) = (world.node_with(&deaf).await, world.node_with(&deaf).await);
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let mut bob = Visitor::joins(&two, "Bob").await.enters(&two).await;
    let mut waits = Vec::new();
    for _ in 0..EACH {
        waits.push(is_seen(&mut ann, &mut bob).await);
        waits.push(is_seen(&mut bob, &mut ann).await);
    }
    bob.says("the end").await;
    ann.sees("the end").await;
    bob.sees("the end").await;
    assert_eq!(ann.bodies(), bob.bodies());
    assert_eq!(ann.entries.len(), 2 * EACH + 1);
    for node in [&one, &two] {
        assert_eq!(node.counts("confab_frames_published_total").await, 0);
        assert!(node.counts("confab_tail_found_total").await >= EACH as u64);
    }
    waits.sort();
    let p99 = waits[waits.len() * 99 / 100];
    println!("with every frame lost, seen on the other node after p99 {p99:?}");
    assert!(p99 <= SEEN_ELSEWHERE_MAX, "{p99:?}");
}

#[tokio::test]
async fn a_failpoint_that_does_not_exist_is_no_green_test() {
    for wrong in ["lunch:abort", "after_commit:abort,publish:sing"] {
        let mut confab = Command::new(env!("CARGO_BIN_EXE_confab"));
        let ended = confab.env("CONFAB_FAILPOINT", wrong).output();
        let ended = ended.expect("it starts");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success(), "{wrong}");
        assert!(
            said.contains("there are before_commit (abort, delay:MS)"),
            "{said}"
        );
    }
}
