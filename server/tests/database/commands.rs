//! An operator's commands on a log in a database, and addresses that lead nowhere.

use crate::postgres_server::PostgresServer;
use crate::world::{Visitor, World};

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_with_the_reason() {
    let (world, server) = (World::alone(), PostgresServer::start());
    let address = server.database();
    let (there, name) = address.rsplit_once('/').expect("it names a database");
    server.perform(
        "postgres",
        "CREATE DATABASE latin OWNER node ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    );
    for (address, told) in [
        (
            format!("{there}/nothing"),
            "database \"nothing\" does not exist",
        ),
        (there.to_owned(), "it names no database"),
        (format!("{address}?sslmode=require"), "without TLS"),
        (format!("{there}/latin"), "ENCODING 'UTF8'"),
        (
            format!("postgres://node@127.0.0.1:1/{name}"),
            "Connection refused",
        ),
        (
            format!("{}/{name}", there.replace("node@", "nobody@")),
            "role \"nobody\" does not exist",
        ),
    ] {
        let said = world.refusal(&["--store", &address]).await;
        assert!(said.contains(told), "{address}: {said}");
    }
}

#[tokio::test]
async fn an_operator_looks_after_a_log_in_a_database() {
    let (world, server) = (World::alone(), PostgresServer::start());
    let address = server.database();
    let store = ["--store", address.as_str()];
    let says = async |words: &[&str]| world.confab(&[words, &store[..]].concat()).await;
    let (sound, said) = says(&["check"]).await;
    assert!(!sound && said.contains("no log of Confab"), "{said}");
    let node = world.node_with(&store).await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    ann.says("hi").await;
    let (sound, said) = says(&["check"]).await;
    assert!(sound && said.contains("sound: 1 entries"), "{said}");
    let (made, said) = says(&["key", "make", "Shop", "--scope", "push"]).await;
    assert!(made && said.contains("confab_"), "{said}");
    for (words, told) in [
        (["backup", "copy.db"], "pg_dump"),
        (["restore", "copy.db"], "pg_restore"),
    ] {
        let (done, said) = says(&words).await;
        assert!(!done && said.contains(told), "{said}");
    }
    let copied = world.folder().join("copy.db");
    let copied = format!("sqlite:{}", copied.display());
    let (done, said) = world.confab(&["copy-store", &address, &copied]).await;
    assert!(!done && said.contains("stop all nodes"), "{said}");
    node.stop().await;
    let (done, said) = world.confab(&["copy-store", &address, &copied]).await;
    assert!(done && said.contains("sound: 1 entries"), "{said}");
    let node = world.node_with(&["--store", &copied]).await;
    let bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    drop(bob);
    server.perform("log0", "DELETE FROM entry");
    let (sound, said) = says(&["check"]).await;
    assert!(!sound && said.contains("FAULTS: "), "{said}");
}
