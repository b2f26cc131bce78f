//! Settings a node cannot use.

use crate::world::World;

#[tokio::test]
async fn a_node_refuses_what_it_cannot_use_and_says_what_to_do() {
    let world = World::alone();
    let node = world.node().await;
    let taken = node.url.trim_start_matches("http://").to_owned();
    let mut free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("bound")
        .to_string();
    free.insert_str(0, "redis://");
    for (flags, remedy) in [
        (["--listen", taken.as_str()], "give another --listen"),
        (["--backplane", free.as_str()], "give another --backplane"),
        (
            ["--store", "sqlite:/proc/none/confab.db"],
            "cannot make the folder",
        ),
        (
            ["--backplane", "amqp://ann:s3cret@127.0.0.1:1"],
            "with --backplane amqp://***@127.0.0.1:1 presence needs --presence",
        ),
        (
            ["--presence", "postgres://ann:s3cret@127.0.0.1:1"],
            "it names no database; give it as postgres://",
        ),
        (
            ["--presence", "postgres://ann:s3cret@127.0.0.1:1/chat"],
            "away: postgres://***@127.0.0.1:1/chat",
        ),
        (["--log", "a=b=c"], "give error, warn, info"),
        (["--site", "/nowhere"], "give its folder with --site"),
    ] {
        let said = world.refusal(&flags).await;
        assert!(said.contains(remedy), "{flags:?}: {said}");
        assert!(!said.contains("s3cret"), "{flags:?}: {said}");
    }
}
