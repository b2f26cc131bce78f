//! Files that are none of Confab's: each is refused with what to do.

use std::fs;

use super::*;

/// Runs the command and checks that it ends badly, with one sentence that has the remedy, and changes nothing there.
async fn refuses(world: &World, arguments: &[&str], remedy: &str) {
    let files = || {
        let files = fs::read_dir(world.folder()).expect("a folder");
        let mut files: Vec<_> = files
            .map(|file| {
                let file = file.expect("a file");
                (file.file_name(), file.metadata().expect("a file").len())
            })
            .filter(|(name, _)| !name.to_string_lossy().ends_with(".lock"))
            .collect();
        files.sort();
        files
    };
    let before = files();
    let (done, said) = world.confab(arguments).await;
    assert!(!done && said.contains(remedy), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(files(), before, "{arguments:?}");
}

#[tokio::test]
async fn what_is_no_store_is_refused_with_the_remedy() {
    let world = World::alone();
    let at = |name: &str| world.folder().join(name);
    let text = |name: &str| at(name).display().to_string();
    fs::write(
        at("prose.db"),
        "not a database, but long enough to be read as one".repeat(50),
    )
    .expect("it is written");
    fs::write(at("empty.db"), "").expect("it is written");
    fs::create_dir(at("folder")).expect("it is made");
    by_hand(&at("other.db"), "CREATE TABLE recipe (name TEXT)");
    let bad = [
        ("missing.db", "there is no store at"),
        ("prose.db", "cannot be read as a store of Confab"),
        ("empty.db", "is no store of Confab"),
        ("folder", "is a folder"),
        ("other.db", "is no store of Confab"),
    ];
    for (name, remedy) in bad {
        let address = format!("sqlite:{}", text(name));
        refuses(&world, &["check", "--store", &address], remedy).await;
        let to = text("copy.db");
        refuses(&world, &["backup", &to, "--store", &address], remedy).await;
        refuses(&world, &["restore", &text(name)], remedy).await;
    }
    refuses(&world, &["check"], "give its folder with --data").await;
}

#[tokio::test]
async fn a_store_of_another_version_is_refused() {
    let world = World::alone();
    world.node().await.stop().await;
    let file = backup(&world, "newer.db").await;
    by_hand(&file, "PRAGMA user_version = 1000");
    let newer = file.display().to_string();
    let address = format!("sqlite:{newer}");
    refuses(
        &world,
        &["check", "--store", &address],
        "use the newer build",
    )
    .await;
    refuses(&world, &["restore", &newer], "use the newer build").await;
    let file = backup(&world, "older.db").await;
    by_hand(&file, "PRAGMA user_version = 1");
    let older = file.display().to_string();
    refuses(
        &world,
        &["restore", &older],
        "start a node of this build on it once",
    )
    .await;
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let world = World::alone();
    world.node().await.stop().await;
    let monday = backup(&world, "monday.db").await;
    for taken in [monday.as_path(), &store(&world), world.folder()] {
        let taken = taken.display().to_string();
        refuses(&world, &["backup", &taken], "give another name").await;
    }
    let nowhere = world
        .folder()
        .join("no/such/folder.db")
        .display()
        .to_string();
    refuses(
        &world,
        &["backup", &nowhere],
        "give a file in a folder that is there",
    )
    .await;
}

#[tokio::test]
async fn a_backup_that_is_not_sound_is_not_restored() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    says_all(&mut ann, &["one", "two", "three"]).await;
    node.stop().await;
    let monday = backup(&world, "monday.db").await;
    by_hand(&monday, "DELETE FROM entry WHERE body = 'two'");
    let torn = monday.display().to_string();
    refuses(&world, &["restore", &torn], "has faults").await;
    let itself = store(&world).display().to_string();
    refuses(&world, &["restore", &itself], "is the store itself").await;
    by_hand(&store(&world), "DELETE FROM entry WHERE body = 'two'");
    let to = world.folder().join("tuesday.db").display().to_string();
    refuses(&world, &["backup", &to], "has faults").await;
}
