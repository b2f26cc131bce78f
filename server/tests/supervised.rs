//! A node under a supervisor: one that speaks systemd's notify protocol, or one that asks.

mod world;

use std::time::Duration;

use protocol::Cid;
use tokio::net::UnixDatagram;
use tokio::time::{Instant, timeout};
use world::person::cid;
use world::{Node, PATIENCE, Visitor, World};

/// The supervisor of one node.
struct Supervisor(UnixDatagram);

impl Supervisor {
    /// Starts a node, and wants to hear in each of these times that it works.
    async fn starts(world: &World, within: Duration, flags: &[&str]) -> (Self, Node) {
        let path = world.folder().join("notify");
        let supervisor = Self(UnixDatagram::bind(&path).expect("a socket"));
        let path = path.display().to_string();
        let within = within.as_micros().to_string();
        let environment = [("NOTIFY_SOCKET", path.as_str()), ("WATCHDOG_USEC", &within)];
        let node = world.node_in(&environment, flags).await;
        (supervisor, node)
    }

    async fn hears(&self) -> String {
        let mut said = [0; 1024];
        let bytes = self.0.recv(&mut said).await.expect("the socket is there");
        String::from_utf8_lossy(&said[..bytes]).into_owned()
    }

    async fn hears_until(&self, wanted: &str) -> String {
        let found = async {
            loop {
                let said = self.hears().await;
                if said.lines().any(|line| line == wanted) {
                    return said;
                }
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("the node never told {wanted}"))
    }

    /// Waits until nothing came for so long.
    async fn hears_nothing_for(&self, silence: Duration) {
        let deadline = Instant::now() + PATIENCE;
        while timeout(silence, self.hears()).await.is_ok() {
            assert!(Instant::now() < deadline, "the node goes on telling");
        }
    }
}

#[tokio::test]
async fn a_supervisor_is_told_when_a_node_is_ready_works_and_stops() {
    let world = World::alone();
    let (supervisor, node) = Supervisor::starts(&world, Duration::from_secs(3), &[]).await;
    let said = supervisor.hears_until("READY=1").await;
    assert!(
        said.contains(&format!("STATUS=open {}", node.url)),
        "{said}"
    );
    let answer = Visitor::new().gets(&node, "/readyz").await;
    assert_eq!(answer.status().as_u16(), 200);
    for _ in 0..3 {
        supervisor.hears_until("WATCHDOG=1").await;
    }
    node.terminate().await;
    supervisor.hears_until("STOPPING=1").await;
}

#[tokio::test]
async fn a_node_whose_store_stands_still_is_not_told_to_work() {
    let world = World::alone();
    let stands_still = ["--failpoint", "before_commit:delay:3600000@1"];
    let within = Duration::from_millis(600);
    let (supervisor, node) = Supervisor::starts(&world, within, &stands_still).await;
    supervisor.hears_until("WATCHDOG=1").await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let unanswered: Cid = cid();
    ann.posts(&unanswered, "into the void").await;
    supervisor.hears_nothing_for(Duration::from_secs(3)).await;
    node.kill().await;
}

#[tokio::test]
async fn a_node_that_nobody_supervises_runs_all_the_same() {
    let world = World::alone();
    let node = world.node_in(&[("WATCHDOG_USEC", "soon")], &[]).await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    assert_eq!(ann.says("hi").await, 1);
    node.stop().await;
}

#[tokio::test]
async fn a_health_check_is_told_whether_people_are_taken_in() {
    let world = World::alone();
    let node = world.node().await;
    let listen = node.url.trim_start_matches("http://").to_owned();
    let everywhere = listen.replace("127.0.0.1", "0.0.0.0");
    for listen in [&listen, &everywhere] {
        let asked = world.confab(&["ready", "--listen", listen]).await;
        assert_eq!(asked, (true, "ready\n".to_owned()));
    }
    node.stop().await;
    let (is_ready, said) = world.confab(&["ready", "--listen", &listen]).await;
    assert!(!is_ready);
    assert!(
        said.contains(&format!("no node answers at {listen}")),
        "{said}"
    );
}
