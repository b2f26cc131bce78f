//! An older file that somebody copied back by hand, while no node ran.

use std::fs;

use protocol::Command;
use world::person::cid;

use super::*;

/// What else is put back with the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Copied {
    /// A backup, as `cp` does.
    BackupInPlace,
    /// A backup, as `cp` does after a crash: what the dead node left lies there, too.
    BackupAfterCrash,
    /// A copy that is no backup, as `cp` does.
    FileInPlace,
    /// The same, as `mv` does.
    AnotherFile,
    /// The same, as `mv` does after a crash.
    AnotherFileAfterCrash,
    /// The whole folder: nothing but the entries themselves tells that there was a later one.
    WholeFolder,
}

const WAYS: [Copied; 6] = [
    Copied::BackupInPlace,
    Copied::BackupAfterCrash,
    Copied::FileInPlace,
    Copied::AnotherFile,
    Copied::AnotherFileAfterCrash,
    Copied::WholeFolder,
];

/// Ends the node and puts the older file, which is a backup, in the store's place.
async fn put_back(world: &World, node: Node, older: &Path, way: Copied) {
    use Copied::*;
    let is_crash = matches!(way, BackupAfterCrash | AnotherFileAfterCrash);
    if is_crash {
        node.kill().await;
    } else {
        node.stop().await;
    }
    let wal = world.folder().join("confab.db-wal");
    assert_eq!(wal.exists(), is_crash, "who stops leaves one plain file");
    if !matches!(way, BackupInPlace | BackupAfterCrash) {
        by_hand(older, "PRAGMA application_id = 0"); // as if it had been copied some other way
    }
    if matches!(way, AnotherFile | AnotherFileAfterCrash) {
        fs::rename(older, store(world)).expect("it is there");
    } else {
        fs::copy(older, store(world)).expect("it is there");
    }
    if way == WholeFolder {
        fs::remove_file(store(world).with_extension("mark")).expect("a node has run");
    }
}

#[tokio::test]
async fn who_saw_more_than_the_older_log_has_loads_it_anew() {
    for way in WAYS {
        let world = World::alone();
        let node = world.node().await;
        let visitor = Visitor::joins(&node, "Ann").await;
        let mut ann = visitor.enters(&node).await;
        says_all(&mut ann, &["one", "two"]).await;
        let older = backup(&world, "older.db").await;
        let was = epoch(&older);
        says_all(&mut ann, &["three", "four"]).await;
        put_back(&world, node, &older, way).await;

        let node = world.node().await;
        let here = comes_back(&visitor, &node, &ann).await;
        assert_eq!(here.bodies(), ["one", "two"], "{way:?}");
        let is_known = epoch(&store(&world)) != was;
        assert_eq!(is_known, way != Copied::WholeFolder, "{way:?}");
    }
}

#[tokio::test]
async fn nothing_is_merged_where_the_same_place_has_another_message() {
    for way in WAYS {
        let world = World::alone();
        let node = world.node().await;
        let visitor = Visitor::joins(&node, "Ann").await;
        let other = Visitor::joins(&node, "Bob").await;
        let mut ann = visitor.enters(&node).await;
        says_all(&mut ann, &["one", "two"]).await;
        let older = backup(&world, "older.db").await;
        says_all(&mut ann, &["three", "four"]).await;
        put_back(&world, node, &older, way).await;

        let node = world.node().await;
        let mut bob = other.enters(&node).await;
        says_all(&mut bob, &["other three", "other four", "other five"]).await;
        let here = comes_back(&visitor, &node, &ann).await;
        let all = ["one", "two", "other three", "other four", "other five"];
        assert_eq!(here.bodies(), all, "{way:?}");
        assert_eq!(bob.bodies(), all, "{way:?}");
    }
}

#[tokio::test]
async fn who_saw_only_what_the_older_log_has_goes_on() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    says_all(&mut ann, &["one", "two"]).await;
    let older = backup(&world, "older.db").await;
    put_back(&world, node, &older, Copied::AnotherFile).await;
    let node = world.node().await;
    assert_eq!(
        epoch(&store(&world)),
        ann.epoch.to_string(),
        "nothing is lost"
    );
    let mut here = comes_back(&visitor, &node, &ann).await;
    here.says("three").await;
    here.sees("three").await;
    assert_eq!(here.bodies(), ["one", "two", "three"]);
}

#[tokio::test]
async fn a_message_the_older_log_has_lost_is_stored_anew_once() {
    for way in WAYS {
        let world = World::alone();
        let node = world.node().await;
        let visitor = Visitor::joins(&node, "Ann").await;
        let other = Visitor::joins(&node, "Bob").await;
        let mut ann = visitor.enters(&node).await;
        says_all(&mut ann, &["one"]).await;
        let older = backup(&world, "older.db").await;
        // Stored, and the answer never came: the outbox keeps it.
        let lost = cid();
        ann.posts(&lost, "lost").await;
        ann.is_answered(&lost).await.expect("it is stored");
        ann.sees("lost").await;
        put_back(&world, node, &older, way).await;

        let node = world.node().await;
        let mut bob = other.enters(&node).await;
        says_all(&mut bob, &["meanwhile"]).await;
        let mut here = comes_back(&visitor, &node, &ann).await;
        for _ in 0..2 {
            here.posts(&lost, "lost").await;
            assert_eq!(here.is_answered(&lost).await, Ok(3), "{way:?}");
        }
        here.sends(&Command::Heartbeat).await;
        here.sees("lost").await;
        assert_eq!(here.bodies(), ["one", "meanwhile", "lost"], "{way:?}");
    }
}

#[tokio::test]
async fn what_a_killed_node_left_is_not_written_into_the_older_file() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    says_all(&mut ann, &["one", "two"]).await;
    let older = backup(&world, "older.db").await;
    says_all(&mut ann, &["three", "four"]).await;
    put_back(&world, node, &older, Copied::AnotherFileAfterCrash).await;

    let mut node = world.node().await;
    node.logs(&["set aside", "confab.db-wal"]).await;
    let here = comes_back(&visitor, &node, &ann).await;
    assert_eq!(here.bodies(), ["one", "two"]);
    let (sound, said) = world.confab(&["check"]).await;
    assert!(sound, "{said}");
}
