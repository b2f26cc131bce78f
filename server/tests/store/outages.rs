//! What becomes of a log in a database when its server fails.

use std::time::{Duration, Instant};

use protocol::{Name, Person};
use server::store::{self, Error, Store, Stored, upkeep};

use crate::postgres_server::PostgresServer;
use crate::world::{World, all, client, draft, join, stored};

/// How long a test waits for what is to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest that anybody waits for an answer while the server is silent, and what a busy machine adds.
const ANSWER_MAX: Duration = Duration::from_secs(8 + 22);

fn open(address: &str) -> Store {
    store::connect(address).unwrap_or_else(|error| panic!("{error}"))
}

/// Sends until it is stored; how often it was refused, each time as something that passes.
async fn sends_until_stored(store: &Store, draft: store::Draft) -> usize {
    let deadline = Instant::now() + PATIENCE;
    let mut refused = 0;
    loop {
        match store.log.append(draft.clone()).await {
            Ok(_) => return refused,
            Err(Error::Unavailable(_) | Error::Busy) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        assert!(Instant::now() < deadline, "not stored in time");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_outlives_the_server_and_sends_go_on_when_it_is_back() {
    let mut server = PostgresServer::start();
    let store = open(&server.database());
    let ann = join(&store, "Ann").await;
    for round in 0..3 {
        for nth in 0..20 {
            stored(&store, draft(&ann, &format!("{round}.{nth}"))).await;
        }
        server.kill();
        let waiting = draft(&ann, &format!("{round}, while it was away"));
        let refused = store.log.append(waiting.clone()).await;
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        let unread = store.directory.person(&ann.id).await;
        assert!(matches!(unread, Err(Error::Unavailable(_))), "{unread:?}");
        server.start_again();
        sends_until_stored(&store, waiting).await;
    }
    let entries = all(&store).await;
    let bodies: Vec<&str> = entries.iter().map(|entry| entry.body.as_str()).collect();
    let round = |round: usize| {
        let sent = (0..20).map(move |nth| format!("{round}.{nth}"));
        sent.chain([format!("{round}, while it was away")])
    };
    assert_eq!(bodies, (0..3).flat_map(round).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_cut_costs_nobody_anything() {
    let World::Postgres(address) = &World::postgres() else {
        panic!("it is in a database");
    };
    let store = open(address);
    let ann = join(&store, "Ann").await;
    let client = client(address).await;
    for nth in 0..20 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'confab'";
        client.execute(cut, &[]).await.expect("they are cut");
        sends_until_stored(&store, draft(&ann, &nth.to_string())).await;
    }
    assert_eq!(all(&store).await.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_write_in_time_is_told_that_the_store_is_busy() {
    let World::Postgres(address) = &World::postgres() else {
        panic!("it is in a database");
    };
    let store = open(address);
    let ann = join(&store, "Ann").await;
    let client = client(address).await;
    let hold = "BEGIN; SELECT 1 FROM log FOR UPDATE";
    client.batch_execute(hold).await.expect("it is held");
    let began = Instant::now();
    let mut waiting = Vec::new();
    for nth in 0..50 {
        waiting.push(store.log.append(draft(&ann, &nth.to_string())));
    }
    for refused in futures_util::future::join_all(waiting).await {
        assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    }
    assert!(began.elapsed() < ANSWER_MAX, "{:?}", began.elapsed());
    assert_eq!(all(&store).await, [], "who reads waits for nobody");
    client
        .batch_execute("ROLLBACK")
        .await
        .expect("it is let go of");
    sends_until_stored(&store, draft(&ann, "now")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_answers_no_more_keeps_nobody_waiting() {
    let server = PostgresServer::start();
    let store = open(&server.database());
    let ann = join(&store, "Ann").await;
    stored(&store, draft(&ann, "before")).await;
    server.freeze();
    let began = Instant::now();
    let waiting = draft(&ann, "meanwhile");
    let (sent, read) = tokio::join!(
        store.log.append(waiting.clone()),
        store.directory.person(&ann.id)
    );
    server.thaw();
    assert!(matches!(sent, Err(Error::Unavailable(_))), "{sent:?}");
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
    assert!(began.elapsed() < ANSWER_MAX, "{:?}", began.elapsed());
    sends_until_stored(&store, waiting.clone()).await;
    let again = store.log.append(waiting).await;
    assert!(matches!(again, Ok(Stored::Before(_))), "{again:?}");
    assert_eq!(all(&store).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_has_lost_entries_becomes_another_one() {
    let World::Postgres(address) = &World::postgres() else {
        panic!("it is in a database");
    };
    let store = open(address);
    let ann = join(&store, "Ann").await;
    for nth in 0..3 {
        stored(&store, draft(&ann, &nth.to_string())).await;
    }
    let lose = "DELETE FROM entry WHERE log_offset = 3; UPDATE log SET top = 2; UPDATE room SET top = 2 WHERE id = 'lobby'";
    client(address)
        .await
        .batch_execute(lose)
        .await
        .expect("lost");
    is_replaced(&store, address).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_that_was_put_back_is_another_log() {
    let server = PostgresServer::start();
    let address = server.database();
    let store = open(&address);
    let ann = join(&store, "Ann").await;
    stored(&store, draft(&ann, "one")).await;
    let dump = server.dump(&address);
    stored(&store, draft(&ann, "two, which is lost")).await;
    server.put_back(&address, &dump);
    is_replaced(&store, &address).await;
    let left = all(&open(&address)).await;
    let bodies: Vec<&str> = left.iter().map(|entry| entry.body.as_str()).collect();
    assert_eq!(bodies, ["one"]);
    let proof = tokio::task::spawn_blocking(move || upkeep::check(&address)).await;
    let proof = proof.expect("it ends").expect("it is read");
    assert!(proof.is_sound(), "{proof}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_took_over_has_another_log() {
    let mut server = PostgresServer::start();
    let address = server.database();
    let store = open(&address);
    let ann = join(&store, "Ann").await;
    stored(&store, draft(&ann, "one")).await;
    server.kill();
    server.take_over();
    is_replaced(&store, &address).await;
}

/// The node that had it open is told, and who opens it finds it under a new name.
async fn is_replaced(store: &Store, address: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match store.log.tail(0, 10).await {
            Err(Error::Replaced(_)) => break,
            Err(Error::Unavailable(_) | Error::Busy) => {}
            other => panic!("not noticed: {other:?}"),
        }
        assert!(Instant::now() < deadline, "not noticed in time");
    }
    let nobody = Person {
        id: "nobody".parse().expect("an id"),
        name: Name::parse("Nobody").expect("a name"),
    };
    let refused = store.log.append(draft(&nobody, "no more")).await;
    assert!(matches!(refused, Err(Error::Replaced(_))), "{refused:?}");
    let (one, other) = (open(address), open(address));
    assert_ne!(one.log.epoch(), store.log.epoch());
    assert_eq!(one.log.former_epoch(), Some(store.log.epoch()));
    assert_eq!(
        one.log.epoch(),
        other.log.epoch(),
        "all nodes find the same"
    );
    one.log.tail(0, 10).await.expect("it goes on");
}
