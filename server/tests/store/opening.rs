//! Nodes that open a log: one that is new, older or newer than their build, alone or at the same moment.

use std::thread;
use std::time::{Duration, Instant};

use protocol::RoomId;
use rusqlite::Connection;
use server::store::{self, Error, Reader, Span, Store, Token, upkeep};

use crate::world::{World, all, client, draft, stored};

/// A log of version 1, to the letter, with something in it.
const SQLITE_1: &str = include_str!("version_1.sql");
const POSTGRES_1: &str = include_str!("postgres_1.sql");

/// What every node of PostgreSQL asks for before it looks which version is there.
const TURN: i64 = 4_859_230_411_657_183;

/// How long a test waits for what is to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// By as many nodes as there may well be, each in a thread of its own.
fn opened_by_many(world: &World) -> Vec<Store> {
    let address = &world.address();
    thread::scope(|scope| {
        let opening: Vec<_> = (0..8)
            .map(|_| scope.spawn(move || store::connect(address)))
            .collect();
        let opened = opening.into_iter().map(|opened| opened.join());
        opened
            .map(|opened| opened.expect("no panic").unwrap_or_else(|e| panic!("{e}")))
            .collect()
    })
}

async fn is_sound(world: &World) {
    let address = world.address();
    let proof = tokio::task::spawn_blocking(move || upkeep::check(&address)).await;
    let proof = proof.expect("it ends").expect("it is read");
    assert!(proof.is_sound(), "{proof}");
}

/// The tables there are, whoever made them.
async fn tables(world: &World) -> i64 {
    let sql = match world {
        World::Sqlite(_) => "SELECT count(*) FROM sqlite_schema WHERE type = 'table'",
        _ => "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
    };
    world.performs(sql).await[0]
}

pub async fn many_who_open_a_new_log_at_once_make_one(world: World) {
    let stores = opened_by_many(&world);
    let first = &stores[0];
    for store in &stores {
        assert_eq!(store.log.epoch(), first.log.epoch());
    }
    let (ann, _) = first
        .directory
        .join("Ann".to_owned().try_into().expect("a name"))
        .await
        .expect("it is free");
    for store in &stores {
        stored(store, draft(&ann, "hi")).await;
    }
    assert_eq!(all(first).await.len(), stores.len());
    is_sound(&world).await;
}

/// With Ann signed in by this token.
async fn older(world: &World, token: &Token) {
    let ann = "0123456789abcdef";
    let hash: String = token
        .hash()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match world {
        World::Sqlite(_) => {
            let file = Connection::open(world.file()).expect("a file");
            file.execute_batch(SQLITE_1).expect("its tables");
            file.execute_batch(&format!(
                "INSERT INTO log (id, epoch, top) VALUES (1, 'e1', 0);
                 INSERT INTO person (id, name, folded, since) VALUES ('{ann}', 'Ann', 'ann', 1);
                 INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, body, at) VALUES
                   (1, 'lobby', 1, '{ann}', 'Ann', 'c1', 'posted', 'one', 5),
                   (2, 'lobby', 2, '{ann}', 'Ann', 'c2', 'posted', 'two', 5);
                 UPDATE room SET top = 2;
                 UPDATE log SET top = 2;
                 INSERT INTO sign_in (hash, person, expires) VALUES (x'{hash}', '{ann}', 99999999999);
                 PRAGMA user_version = 1"
            ))
            .expect("what was in it");
        }
        World::Postgres(address) => {
            let client = client(address).await;
            client.batch_execute(POSTGRES_1).await.expect("its tables");
            let signed_in = format!(
                "INSERT INTO sign_in (hash, person, expires)
                 VALUES (decode('{hash}', 'hex'), '{ann}', extract(epoch FROM now())::bigint + 2592000)"
            );
            client.batch_execute(&signed_in).await.expect("her sign-in");
        }
        World::Memory(_) => panic!("it has no versions"),
    }
}

pub async fn many_who_open_an_older_log_at_once_bring_it_up_once(world: World) {
    let token = Token::random();
    older(&world, &token).await;
    let stores = opened_by_many(&world);
    for store in &stores {
        assert_eq!(store.log.epoch().as_str(), "e1");
        let told = all(store).await;
        let bodies: Vec<&str> = told.iter().map(|entry| entry.body.as_str()).collect();
        assert_eq!(bodies, ["one", "two"]);
        let ann = store.directory.recognise(&token).await.expect("an answer");
        assert_eq!(ann.expect("she is signed in").person.name.as_str(), "Ann");
    }
    let ann = stores[0].directory.recognise(&token).await;
    let ann = ann.expect("an answer").expect("she is signed in").person;
    let third = stored(&stores[7], draft(&ann, "three")).await;
    assert_eq!(third.seq, 3);
    let inbox = RoomId::inbox(&ann.id);
    let inbox = stores[3]
        .log
        .read(Reader::User(&ann.id), &inbox, Span::newest(9));
    inbox.await.expect("she has an inbox");
    is_sound(&world).await;
}

pub async fn a_log_of_a_newer_build_is_left_alone(world: World) {
    let epoch = world.open().log.epoch().clone();
    let (version, becomes) = match &world {
        World::Sqlite(_) => ("PRAGMA user_version", "PRAGMA user_version ="),
        _ => ("SELECT number FROM version", "UPDATE version SET number ="),
    };
    let was = world.performs(version).await[0];
    world.performs(&format!("{becomes} 1000")).await;
    let before = tables(&world).await;
    let Err(Error::Unavailable(why)) = store::connect(&world.address()) else {
        panic!("it was opened");
    };
    assert!(why.contains("its schema is version 1000"), "{why}");
    assert!(why.contains("run the newer build"), "{why}");
    assert!(!why.contains('\n'), "{why}");
    assert_eq!(tables(&world).await, before);
    world.performs(&format!("{becomes} {was}")).await;
    assert_eq!(world.open().log.epoch(), &epoch);
}

pub async fn what_fails_half_way_leaves_nothing_behind(world: World) {
    // Somebody else's, called as one that comes late among ours.
    world.performs("CREATE TABLE ticket (theirs integer)").await;
    let Err(Error::Unavailable(why)) = store::connect(&world.address()) else {
        panic!("it was opened");
    };
    assert!(why.contains("ticket"), "{why}");
    assert_eq!(tables(&world).await, 1);
    world.performs("DROP TABLE ticket").await;
    drop(world.open());
    is_sound(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_another_node_brings_the_database_up_waits_and_may_die_meanwhile() {
    let world = World::postgres();
    let other = client(&world.address()).await;
    let hold = format!("BEGIN; SELECT pg_advisory_xact_lock({TURN})");
    other.batch_execute(&hold).await.expect("it is held");
    let opens = || {
        let address = world.address();
        tokio::task::spawn_blocking(move || store::connect(&address))
    };
    let dies = opens();
    waits(&world, 1).await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(world.performs(cut).await, [1]);
    let died = dies.await.expect("no panic");
    assert!(matches!(died, Err(Error::Unavailable(_))), "it was opened");
    let (one, two) = (opens(), opens());
    waits(&world, 2).await;
    assert_eq!(tables(&world).await, 0);
    other
        .batch_execute("COMMIT")
        .await
        .expect("it is let go of");
    let (one, two) = (one.await, two.await);
    let [one, two] =
        [one, two].map(|opened| opened.expect("no panic").unwrap_or_else(|e| panic!("{e}")));
    assert_eq!(one.log.epoch(), two.log.epoch());
    is_sound(&world).await;
}

/// Until so many wait for their turn.
async fn waits(world: &World, many: i64) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let deadline = Instant::now() + PATIENCE;
    while world.performs(waiting).await != [many] {
        assert!(Instant::now() < deadline, "nobody waits in time");
    }
}
