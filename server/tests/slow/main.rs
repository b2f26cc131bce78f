//! Who reads slowly, falls silent or never begins hurts only themselves, and not for long.

#[path = "../world/mod.rs"]
mod world;

mod behind;
mod half_open;
mod openers;
mod resuming;

use std::time::{Duration, Instant};

use tokio::time::{interval, timeout};
use world::raw::{FIN, HELLO, Raw, TEXT, frame};
use world::{Node, PATIENCE, Visitor, World};

/// What a machine with much to do may add to a time.
const MARGIN: Duration = Duration::from_secs(8);

/// Waits until a line of `/metrics` has this value.
async fn counted(node: &Node, line: &str, wanted: u64, time: Duration) {
    let mut look = interval(Duration::from_millis(100));
    let found = async {
        while node.counts(line).await != wanted {
            look.tick().await;
        }
    };
    if timeout(time, found).await.is_err() {
        panic!("{line} is {}, not {wanted}", node.counts(line).await);
    }
}

fn assert_about(what: &str, since: Instant, wanted: Duration) {
    let took = since.elapsed();
    let early = wanted - Duration::from_millis(500);
    assert!(
        took >= early && took <= wanted + MARGIN,
        "{what}: {took:?}, not {wanted:?}"
    );
}

/// People who post by forms: they hear nothing, so that only who listens costs something.
async fn crowd(node: &Node, name: &str, people: usize) -> Vec<Visitor> {
    let mut crowd = Vec::new();
    for nth in 0..people {
        crowd.push(Visitor::joins(node, &format!("{name} {nth}")).await);
    }
    crowd
}

/// Comes and goes at once, each time another way.
async fn comes_and_goes(node: &Node, visitor: &Visitor, times: usize) {
    for nth in 0..times {
        match nth % 4 {
            0 => drop(Raw::dials(node).await),
            1 => drop(Raw::connects(node, &visitor.cookie).await),
            2 => {
                let mut raw = Raw::connects(node, &visitor.cookie).await;
                raw.writes(&frame(FIN | TEXT, HELLO)).await;
            }
            _ => {
                let mut raw = Raw::connects(node, &visitor.cookie).await;
                raw.writes(&frame(FIN | TEXT, HELLO)).await;
                raw.hears().await; // the welcome, or that there are too many
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_who_come_and_go_leave_nothing_behind() {
    const PEOPLE: usize = 20;
    const TIMES: usize = 2_000;
    let world = World::alone();
    let node = world.node_with(&["--log", "info"]).await;
    let people = crowd(&node, "person", PEOPLE).await;
    let rush = async |times: usize| {
        let each = people
            .iter()
            .map(|visitor| comes_and_goes(&node, visitor, times / PEOPLE));
        futures_util::future::join_all(each).await;
        counted(&node, "confab_sessions", 0, PATIENCE).await;
        counted(&node, "confab_people_online", 0, PATIENCE).await;
    };
    rush(TIMES / 2).await; // what is there once is not counted
    let (memory, files) = (node.memory_kib(), node.open_files());
    rush(TIMES).await;
    let grown = node.memory_kib().saturating_sub(memory);
    println!("{TIMES} came and went: {grown} KiB more");
    assert!(grown <= 2 * 1024, "{grown} KiB more");
    let mut look = interval(Duration::from_millis(100));
    let closed = async {
        while node.open_files() > files + 2 {
            look.tick().await;
        }
    };
    assert!(timeout(PATIENCE, closed).await.is_ok(), "sockets stay open");
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    ann.says("the node goes on").await;
}
