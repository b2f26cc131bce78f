//! The examples that the README shows, run as they stand there.

use std::path::Path;

use tokio::process::Command;

use crate::program::page_of;
use crate::world::{Visitor, World};

const README: &str = include_str!("../../../README.md");

/// The README's block of shell lines.
fn examples() -> &'static str {
    let (_, block) = README.split_once("```sh\n").expect("it has examples");
    block.split_once("```").expect("they end").0
}

#[tokio::test]
async fn the_examples_do_what_they_say() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let mut tab = ann.enters(&node).await;
    let program = Path::new(env!("CARGO_BIN_EXE_confab"));
    let folder = program.parent().expect("it is in a folder");
    let path = std::env::var("PATH").expect("there is one");
    let ran = Command::new("sh")
        .args(["-e", "-u", "-c", examples()])
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("CONFAB", &node.url)
        .env("CONFAB_DATA", world.folder())
        .output();
    let ran = ran.await.expect("there is a shell");
    let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(ran.status.success(), "{}", said.concat());
    let [told, _] = said;
    for part in [
        r#""sessions":1"#,
        r#""name":"Ann""#,
        r#""kind":"public""#,
        r#""signalled":[{"room":"lobby""#,
        "<title>Plan 2027",
        "revoked: Build bot",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(tab.is_closed().await, 4001);
    assert!(
        page_of(&ann, &node, "lobby")
            .await
            .contains("Lunch is ready.")
    );
    assert!(
        page_of(&ann, &node, "notices")
            .await
            .contains("We restart at six.")
    );
}
