//! Who missed much and takes it slowly.

use protocol::limits;
use tokio::time::{Duration, interval, timeout};

use crate::behind::{SLOW_KIB_MAX, seqs_until};
use crate::world::person::cid;
use crate::world::raw::{FIN, Heard, Raw, TEXT, frame};
use crate::world::{PATIENCE, Visitor, World};

const READS: &str = r#"confab_log_reads_total{of="rooms"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_to_much_and_reads_slowly_costs_little_and_gets_it_all() {
    const MISSED: u64 = limits::RESUME_ENTRIES_MAX as u64;
    const SLOW: u64 = limits::SESSIONS_PER_USER_MAX as u64;
    let world = World::alone();
    let node = world
        .node_with(&["--log", "info", "--sends-burst", "1000"])
        .await;
    let ann = Visitor::joins(&node, "Ann").await;
    let body = "长".repeat(limits::BODY_CHARS_MAX);
    for _ in 0..MISSED {
        let cid = cid();
        let fields = [("cid", cid.as_str()), ("body", body.as_str())];
        let answer = ann.submits(&node, "/rooms/lobby/messages", &fields).await;
        assert_eq!(answer.status().as_u16(), 303);
    }
    let bob = Visitor::joins(&node, "Bob").await;
    let epoch = bob.enters(&node).await.epoch;
    let cursor = format!(r#"{{"lobby":{{"epoch":"{epoch}","seq":0}}}}"#);
    let hello = format!(r#"{{"type":"hello","version":1,"open":"lobby","cursors":{cursor}}}"#);

    let (before, reads) = (node.memory_kib(), node.counts(READS).await);
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        let mut raw = Raw::connects_narrow(&node, &bob.cookie).await;
        raw.writes(&frame(FIN | TEXT, hello.as_bytes())).await;
        raw.hears_until(|heard| matches!(heard, Heard::Text(text) if text.contains("welcome")))
            .await;
        slow.push(raw);
    }
    let mut look = interval(Duration::from_millis(50));
    let all_begun = async {
        while node.counts(READS).await < reads + SLOW {
            look.tick().await;
        }
    };
    timeout(PATIENCE, all_begun).await.expect("each is served");
    let each = node.memory_kib().saturating_sub(before) / SLOW;
    println!("each of {SLOW} who come back and do not read costs {each} KiB");
    assert!(each <= SLOW_KIB_MAX, "{each} KiB");

    let mut back = slow.pop().expect("there are some");
    back.widens();
    let seqs = seqs_until(&mut back, MISSED).await;
    assert!(seqs.into_iter().eq(1..=MISSED), "each once and in order");
}
