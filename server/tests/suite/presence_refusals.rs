//! What is no place for presence in PostgreSQL, told at the start.

use std::time::{Duration, Instant};

use crate::attendance::{connect, person, session};
use crate::presence_server::{Database, Server as _};

async fn refused(url: &str, why: &str) {
    let start = Instant::now();
    let error = connect(url, "n1")
        .await
        .err()
        .expect("no place")
        .to_string();
    assert!(error.contains(why) && !error.contains("secret"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5), "{url}");
}

#[tokio::test]
async fn a_wrong_address_is_refused_with_the_remedy() {
    let remedy = "give it as postgres://user:password@host/database";
    refused("postgres://ann:secret@host", remedy).await;
    refused("postgres://ann:secret@host", "it names no database").await;
    refused("postgres://ann:secret@host:port/db", remedy).await;
    refused("mysql://ann:secret@host/db", "use memory:, redis://").await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_its_password() {
    let mut database = Database::start();
    let (url, shown) = database.secret_url();
    database.kill();
    refused(&url, &shown).await;
    database.start_again();
    refused(
        &url.replace("node:", "nobody:"),
        "role \"nobody\" does not exist",
    )
    .await;
    refused(&format!("{url}x"), "does not exist").await;
}

#[tokio::test]
async fn who_may_make_no_tables_is_told_what_to_do() {
    let database = Database::start();
    database.ask("ALTER SCHEMA public OWNER TO confab; REVOKE CREATE ON SCHEMA public FROM public, pg_database_owner");
    refused(&database.url(), "let this user make tables there").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_come_to_an_empty_database_at_once_make_one_place() {
    let database = Database::start();
    let url = database.url();
    let names: Vec<String> = (0..10).map(|nth| format!("n{nth}")).collect();
    let nodes = names.iter().map(|name| connect(&url, name));
    let nodes = futures_util::future::join_all(nodes).await;
    for (nth, node) in nodes.iter().enumerate() {
        let node = node.as_ref().expect("presence is there");
        let entered = node
            .enter(&session(&format!("s{nth}")), &person("ann"))
            .await;
        assert_eq!(entered.expect("presence is there").is_some(), nth == 0);
    }
}
