//! A store copied into one of another kind is the same log.

use protocol::{Kind, Name, RoomId, RoomKind, Target};
use rusqlite::Connection;
use server::store::upkeep;
use server::store::{self, Draft, NewKey, Scope, Store, Stored, Token};

use crate::world::{World, administrator, all, all_made, deed, draft, join, new_room, stored};

/// As the command does, which is in no runtime.
async fn copy(from: &str, to: &str) -> Result<bool, String> {
    let (from, to) = (from.to_owned(), to.to_owned());
    let copied = tokio::task::spawn_blocking(move || upkeep::copy(&from, &to)).await;
    let copied = copied.expect("it ends");
    copied
        .map(|proof| proof.is_sound())
        .map_err(|error| error.to_string())
}

fn address(world: &World) -> String {
    match world {
        World::Postgres(address) => address.clone(),
        _ => format!("sqlite:{}", world.file().display()),
    }
}

/// Something in every table.
struct Lived {
    token: Token,
    resume: Token,
    key: Token,
    send: Draft,
}

async fn live(store: &Store) -> Lived {
    let ann = administrator(store, "Ann").await;
    let bob = join(store, "Bob").await;
    let joined = store
        .directory
        .join(Name::parse("Cyd").expect("a name"))
        .await;
    let (cyd, token) = joined.expect("it is free");
    let resume = store
        .directory
        .resume_token(&token)
        .await
        .expect("signed in");
    let scopes = [Scope::Push].into();
    let name = Name::parse("Shop").expect("a name");
    let key = store
        .keys
        .make(NewKey {
            name,
            scopes,
            rooms: None,
        })
        .await;
    let group = new_room(RoomKind::Group, "", &[&bob, &cyd]);
    all_made(store.rooms.open(deed(&ann), group).await);
    let plans = new_room(RoomKind::Private, "计划 ✓", &[&bob]);
    let plans = all_made(store.rooms.open(deed(&ann), plans).await)[0]
        .room
        .clone();
    store.invites.invite(&ann, &plans).await.expect("a link");
    let until = Some(1_900_000_000_000);
    store
        .order
        .silence(deed(&ann), &plans, &bob.id, until)
        .await
        .expect("done");
    store.shelf.mute(&bob.id, &plans, true).await.expect("done");
    store
        .directory
        .announce("http://127.0.0.1:1")
        .await
        .expect("noted");
    let send = draft(&ann, "hi, 世界 'quoted' \\ \t\n");
    let hi = stored(store, send.clone()).await;
    for nth in 0..2_500 {
        let of = if nth % 2 == 0 { &ann } else { &cyd };
        stored_soon(store, draft(of, &nth.to_string())).await;
    }
    let react = Draft {
        kind: Kind::Reacted,
        target: Some(Target::message(hi.seq)),
        ..draft(&cyd, "👍")
    };
    stored(store, react).await;
    store
        .shelf
        .read(vec![(bob.id, RoomId::lobby(), 7)])
        .await
        .expect("noted");
    Lived {
        token,
        resume,
        key: key.expect("a key"),
        send,
    }
}

async fn stored_soon(store: &Store, draft: Draft) {
    store.log.append(draft).await.expect("it is stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_grows_out_of_its_file_is_the_same_in_a_database_and_back() {
    let worlds = [World::sqlite(), World::postgres(), World::sqlite()];
    let [file, database, back_at] = worlds.each_ref().map(address);
    let store = store::connect(&file).expect("it opens");
    let lived = live(&store).await;
    let (epoch, entries) = (store.log.epoch().clone(), all(&store).await);
    let running = copy(&file, &database).await.expect_err("a node runs on it");
    assert!(running.contains("stop all nodes"), "{running}");
    store.log.close().await;
    for (from, to) in [(&file, &database), (&database, &back_at)] {
        assert_eq!(copy(from, to).await, Ok(true));
        let store = store::connect(to).expect("it opens");
        assert_eq!(store.log.epoch(), &epoch);
        assert_eq!(all(&store).await, entries);
        for token in [&lived.token, &lived.resume] {
            let known = store.directory.recognise(token).await.expect("an answer");
            assert_eq!(
                known.map(|known| known.person.name.to_string()),
                Some("Cyd".to_owned())
            );
        }
        assert!(
            store
                .keys
                .recognise(&lived.key)
                .await
                .expect("an answer")
                .is_some()
        );
        let again = store.log.append(lived.send.clone()).await;
        assert!(matches!(again, Ok(Stored::Before(_))), "{again:?}");
        if to == &database {
            let running = copy(&database, &back_at)
                .await
                .expect_err("a node runs on it");
            assert!(running.contains("stop all nodes"), "{running}");
        }
        store.log.close().await;
    }
    for to in [&file, &database, &back_at] {
        let taken = copy(&file, to).await.expect_err("there is a log");
        assert!(taken.contains("nothing is overwritten"), "{taken}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_with_faults_is_not_copied() {
    let (file, database) = (World::sqlite(), World::postgres());
    let store = file.open();
    let ann = join(&store, "Ann").await;
    for nth in 0..3 {
        stored(&store, draft(&ann, &nth.to_string())).await;
    }
    store.log.close().await;
    let opened = Connection::open(file.file()).expect("the file");
    opened
        .execute("DELETE FROM entry WHERE seq = 2", [])
        .expect("done");
    drop(opened);
    let why = copy(&address(&file), &address(&database))
        .await
        .expect_err("it has faults");
    assert!(why.contains("confab check"), "{why}");
    let empty = copy(&address(&database), &address(&World::sqlite())).await;
    let empty = empty.expect_err("nothing was left there");
    assert!(empty.contains("no log of Confab"), "{empty}");
}

/// A column that a later build adds would be lost on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_kinds_of_store_have_the_same_columns() {
    let (file, database) = (World::sqlite(), World::postgres());
    drop((file.open(), database.open()));
    let opened = Connection::open(file.file()).expect("the file");
    let sql =
        "SELECT m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY 1";
    let mut asked = opened.prepare(sql).expect("a question");
    let columns = asked.query_map([], |row| row.get(0)).expect("an answer");
    let in_file: Vec<String> = columns.collect::<Result<_, _>>().expect("columns");
    let (client, connection) = tokio_postgres::connect(&address(&database), tokio_postgres::NoTls)
        .await
        .expect("it answers");
    tokio::spawn(connection);
    let sql = "SELECT table_name || '.' || column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name <> 'version'
                 AND (table_name, column_name) NOT IN (('log', 'former'), ('log', 'place')) ORDER BY 1";
    let columns = client.query(sql, &[]).await.expect("an answer");
    let in_database: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
    let sorted = |mut columns: Vec<String>| {
        columns.sort();
        columns
    };
    assert_eq!(sorted(in_file), sorted(in_database));
}
