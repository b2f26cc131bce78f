//! Faults planted in a file: `confab check` names each, and nodes notice new ones by themselves.

use super::*;

/// A stopped store with three messages.
async fn three_messages() -> World {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    says_all(&mut ann, &["one", "two", "three"]).await;
    node.stop().await;
    world
}

#[tokio::test]
async fn each_fault_is_named_with_its_place() {
    for (planted, place, what) in [
        (
            "DELETE FROM entry WHERE body = 'two'",
            "room lobby, seq 2",
            "the seqs have holes",
        ),
        (
            "DELETE FROM entry WHERE body = 'two'",
            "offset ",
            "the offsets have holes",
        ),
        (
            "UPDATE room SET top = top + 1 WHERE id = 'lobby'",
            "room lobby",
            "knows as its top",
        ),
        (
            "UPDATE log SET top = top - 1",
            "the log",
            "knows as its top",
        ),
        (
            "UPDATE entry SET room = 'cellar' WHERE body = 'three'",
            "room cellar",
            "there is no such room",
        ),
        (
            "UPDATE entry SET seq = 9 WHERE body = 'one';
             UPDATE entry SET seq = 1 WHERE body = 'two';
             UPDATE entry SET seq = 2 WHERE body = 'one'",
            "room lobby, seq 2",
            "before its predecessor",
        ),
        ("UPDATE log SET epoch = 'a b'", "", "is no store of Confab"),
        (
            "UPDATE entry SET kind = 'edited', target = '3' WHERE body = 'two'",
            "room lobby, seq 2",
            "the message it changes is not there",
        ),
        (
            "UPDATE entry SET kind = 'deleted', target = '1' WHERE body = 'two'",
            "room lobby, seq 1",
            "it was taken back, and is still to be read",
        ),
        (
            "UPDATE member SET read_seq = 4 WHERE room = 'lobby'",
            "room lobby, ",
            "they have read further than it goes",
        ),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM person",
            "table ",
            "a row that is not there",
        ),
    ] {
        let world = three_messages().await;
        by_hand(&store(&world), planted);
        let (sound, said) = world.confab(&["check"]).await;
        let named = said
            .lines()
            .any(|line| line.contains(place) && line.contains(what));
        assert!(!sound && named, "{planted}: {said}");
        if !place.is_empty() {
            let last = said.lines().last().unwrap_or_default();
            assert!(last.starts_with("FAULTS: "), "{planted}: {said}");
            assert!(last.contains("confab restore"), "{planted}: {said}");
        }
    }
}

#[tokio::test]
async fn a_torn_file_is_no_sound_one() {
    let world = three_messages().await;
    let file = std::fs::read(store(&world)).expect("it is there");
    std::fs::write(store(&world), &file[..file.len() / 2]).expect("it is written");
    let (sound, said) = world.confab(&["check"]).await;
    assert!(!sound, "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn a_node_counts_and_logs_the_faults_of_its_log() {
    let world = three_messages().await;
    let mut node = world.node().await;
    node.logs(&["checked", "faults=0"]).await;
    assert_eq!(node.counts("confab_log_faults_total").await, 0);
    assert!(node.counts("confab_log_checked_entries_total").await >= 3);
    node.stop().await;

    by_hand(&store(&world), "DELETE FROM entry WHERE body = 'two'");
    let mut node = world.node().await;
    node.logs(&["ERROR", "room lobby, seq 3", "entries are missing"])
        .await;
    node.logs(&["checked", "faults="]).await;
    assert!(node.counts("confab_log_faults_total").await >= 1);
    assert!(node.counts("confab_log_checked_entries_total").await >= 2);
}
