//! `confab check`, `backup` and `restore`, as an operator runs them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::*;

#[tokio::test]
async fn a_live_and_a_stopped_store_are_found_sound() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    says_all(&mut ann, &["one", "two"]).await;
    let sound = async || {
        let (done, said) = world.confab(&["check"]).await;
        let last = said.lines().last().unwrap_or_default();
        assert!(done && last.starts_with("sound: 2 entries in "), "{said}");
        assert!(said.contains("lobby"), "{said}");
    };
    sound().await;
    node.kill().await;
    sound().await;
    world.node().await.stop().await;
    sound().await;
    let left: Vec<_> = ["-wal", "-shm"]
        .iter()
        .filter(|ending| world.folder().join(format!("confab.db{ending}")).exists())
        .collect();
    assert!(left.is_empty(), "a look leaves nothing behind: {left:?}");
}

#[tokio::test]
async fn a_backup_made_while_people_write_is_sound_and_restores_what_it_has() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    let mut ann = visitor.enters(&node).await;
    let writing = tokio::spawn(async move {
        for nth in 0..20 {
            ann.says(&nth.to_string()).await;
        }
        ann
    });
    let file = backup(&world, "monday.db").await;
    let mut ann = writing.await.expect("it writes");
    ann.sees("19").await;
    let address = format!("sqlite:{}", file.display());
    let (sound, said) = world.confab(&["check", "--store", &address]).await;
    assert!(sound, "{said}");

    let was = epoch(&store(&world));
    node.stop().await;
    let (done, said) = world
        .confab(&["restore", &file.display().to_string()])
        .await;
    assert!(done && said.contains("kept: "), "{said}");
    assert_ne!(epoch(&store(&world)), was, "it is another log");
    let node = world.node().await;
    let here = comes_back(&visitor, &node, &ann).await;
    assert!(here.entries.len() <= 20);
    let bodies = ann.bodies()[..here.entries.len()].to_vec();
    assert_eq!(here.bodies(), bodies, "what the backup has, once");
    let kept = said.lines().find_map(|line| line.split_once("is now "));
    let kept = format!("sqlite:{}", kept.expect("it is told").1);
    let (sound, said) = world.confab(&["check", "--store", &kept]).await;
    assert!(sound && said.contains("sound: 20 entries"), "{said}");
}

#[tokio::test]
async fn a_restore_after_a_crash_keeps_all_that_stood_there() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    says_all(&mut ann, &["one"]).await;
    let file = backup(&world, "monday.db").await;
    says_all(&mut ann, &["two", "three"]).await;
    node.kill().await;
    assert!(world.folder().join("confab.db-wal").exists());
    let (done, said) = world
        .confab(&["restore", &file.display().to_string()])
        .await;
    assert!(done && said.contains("sound: 1 entries"), "{said}");
    let kept = said.lines().find_map(|line| line.split_once("is now "));
    let kept = format!("sqlite:{}", kept.expect("it is told").1);
    let (sound, said) = world.confab(&["check", "--store", &kept]).await;
    assert!(sound && said.contains("sound: 3 entries"), "{said}");
    let (sound, said) = world.confab(&["check"]).await;
    assert!(sound && said.contains("sound: 1 entries"), "{said}");
}

#[tokio::test]
async fn a_store_in_use_is_not_replaced() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    says_all(&mut ann, &["one"]).await;
    let file = backup(&world, "monday.db").await;
    let monday = file.display().to_string();
    let (done, said) = world.confab(&["restore", &monday]).await;
    assert!(
        !done && said.contains("stop all nodes of this store"),
        "{said}"
    );
    says_all(&mut ann, &["two"]).await;
    // A node that was killed holds nothing any more.
    node.kill().await;
    let (done, said) = world.confab(&["restore", &monday]).await;
    assert!(done, "{said}");
}

#[tokio::test]
async fn a_store_in_a_folder_nobody_can_write_is_checked_as_it_lies_there() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    says_all(&mut ann, &["one"]).await;
    node.stop().await;
    let mode = |mode| fs::set_permissions(world.folder(), fs::Permissions::from_mode(mode));
    mode(0o555).expect("it is ours");
    let program = env!("CARGO_BIN_EXE_confab");
    let nobody = 65_534; // who is root may write everywhere
    let run = |command: &str| {
        let mut run = Command::new(program);
        run.arg(command).arg("--data").arg(world.folder());
        if command == "backup" {
            run.arg(world.folder().join("monday.db"));
        }
        let ran = run.uid(nobody).output().or_else(|_| run.output());
        let ran = ran.expect("the binary is built");
        let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8(said).expect("text"));
        (ran.status.success(), said.concat())
    };
    let (sound, said) = run("check");
    assert!(sound && said.contains("sound: 1 entries"), "{said}");
    let (done, said) = run("backup");
    assert!(!done && said.contains("can be written"), "{said}");
    mode(0o755).expect("it is ours");
}
