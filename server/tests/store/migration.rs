//! A file of an earlier build is brought to this one's schema, and keeps everything.

use protocol::{Kind, Person, RoomId, RoomKind, UserId};
use rusqlite::Connection;
use server::store::{self, Reader, Span, Token};
use tempfile::TempDir;

use crate::world::{all, deed, draft, made, private, stored};

/// What the build of version 1 made of a new file, to the letter.
const VERSION_1: &str = include_str!("version_1.sql");

/// And what that of version 2 made of it.
const VERSION_2: &str = include_str!("version_2.sql");

fn file_of_version_1(folder: &TempDir, token: &Token) -> String {
    let path = folder.path().join("confab.db");
    let file = Connection::open(&path).expect("a file");
    file.execute_batch(VERSION_1).expect("its tables");
    let (ann, hash) = ("0123456789abcdef", token.hash());
    file.execute_batch("INSERT INTO log (id, epoch, top) VALUES (1, 'e1', 2)")
        .expect("its log");
    file.execute(
        "INSERT INTO person (id, name, folded, since) VALUES (?1, 'Ann', 'ann', 1)",
        [ann],
    )
    .expect("Ann");
    file.execute(
        "INSERT INTO sign_in (hash, person, expires) VALUES (?1, ?2, 99999999999)",
        (hash, ann),
    )
    .expect("her sign-in");
    for (seq, body) in [(1, "one"), (2, "two")] {
        file.execute(
            "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, body, at)
             VALUES (?1, 'lobby', ?1, ?2, 'Ann', 'c' || ?1, 'posted', ?3, 5)",
            (seq, ann, body),
        )
        .expect("an entry");
    }
    file.execute_batch("UPDATE room SET top = 2; PRAGMA user_version = 1")
        .expect("its top");
    format!("sqlite:{}", path.display())
}

#[tokio::test]
async fn a_file_of_version_1_keeps_everything_and_its_people_get_inboxes() {
    let folder = TempDir::new().expect("a folder");
    let token = Token::random();
    let address = file_of_version_1(&folder, &token);
    // Opened twice: the second finds it done.
    for _ in 0..2 {
        let store = store::connect(&address).expect("it opens");
        assert_eq!(store.log.epoch().as_str(), "e1");
    }
    let store = store::connect(&address).expect("it opens");
    let ann: Person = store
        .directory
        .recognise(&token)
        .await
        .expect("an answer")
        .expect("she is signed in")
        .person;
    assert_eq!(ann.name.as_str(), "Ann");
    let reader = Reader::User(&ann.id);
    let newest = Span::newest(9);
    let lobby = store.log.read(reader, &RoomId::lobby(), newest).await;
    let lobby = lobby.expect("a page");
    let told = lobby.entries.iter();
    let told: Vec<_> = told
        .map(|entry| (entry.seq, entry.kind, entry.body.as_str()))
        .collect();
    assert_eq!(told, [(1, Kind::Posted, "one"), (2, Kind::Posted, "two")]);
    assert_eq!((lobby.top, &lobby.entries[0].target), (2, &None));
    let third = stored(&store, draft(&ann, "three")).await;
    assert_eq!((third.seq, third.offset), (3, 3));
    let room = private(&store, &ann).await;
    made(store.rooms.remove(deed(&ann), &room, &ann.id, "").await);
    let told = store.directory.sign_out(&token).await.expect("it ends");
    let told = told.expect("an entry");
    assert_eq!((told.room, told.seq), (RoomId::inbox(&ann.id), 3));
}

/// Ann's private room with one message, that Bob was put out of, and Cyd, a guest who has left for good.
fn file_of_version_2(folder: &TempDir, token: &Token) -> String {
    let address = file_of_version_1(folder, token);
    let file = Connection::open(folder.path().join("confab.db")).expect("a file");
    let people = "INSERT INTO person (id, name, folded, since) VALUES ('bob', 'Bob', 'bob', 1), ('cyd', 'Cyd', NULL, 1);";
    file.execute_batch(people).expect("Bob and Cyd");
    file.execute_batch(VERSION_2).expect("its tables");
    let private = "
        PRAGMA foreign_keys = ON;
        INSERT INTO room (id, name, top, kind) VALUES ('plans', 'Plans', 4, 'private');
        INSERT INTO member (room, person, from_seq, to_seq) VALUES ('plans', '0123456789abcdef', 1, NULL), ('plans', 'bob', 2, 4);
        INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at) VALUES
          (3, 'plans', 1, '0123456789abcdef', 'Ann', 'p1', 'added', '0123456789abcdef', 'Ann', 5),
          (4, 'plans', 2, '0123456789abcdef', 'Ann', 'p2', 'added', 'bob', 'Bob', 5),
          (5, 'plans', 3, 'bob', 'Bob', 'p3', 'posted', NULL, 'hi @Ann', 5),
          (6, 'plans', 4, '0123456789abcdef', 'Ann', 'p4', 'removed', 'bob', 'Bob', 5);
        UPDATE log SET top = 6;
        PRAGMA user_version = 2";
    file.execute_batch(private).expect("Ann's room");
    address
}

#[tokio::test]
async fn a_file_of_version_2_keeps_its_rooms_and_everybody_is_in_the_lobby() {
    let folder = TempDir::new().expect("a folder");
    let token = Token::random();
    let address = file_of_version_2(&folder, &token);
    let proof = store::upkeep::check(&address);
    assert!(proof.is_err(), "it is not brought up to date by a look");
    for _ in 0..2 {
        store::connect(&address)
            .expect("it opens")
            .log
            .close()
            .await;
    }
    let store = store::connect(&address).expect("it opens");
    let known = store.directory.recognise(&token).await.expect("an answer");
    let ann = known.expect("she is signed in").person;
    let rooms = store.shelf.rooms(&ann.id).await.expect("the rooms");
    let told: Vec<_> = rooms
        .iter()
        .map(|room| {
            (
                room.name.as_str(),
                room.kind,
                room.top,
                room.read,
                room.owned,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Lobby", RoomKind::Public, 2, 2, false),
            ("Plans", RoomKind::Private, 4, 4, true)
        ]
    );
    assert!(rooms.iter().all(|room| room.unread == 0 && !room.muted));
    let plans = rooms[1].id.clone();
    let bob: UserId = "bob".parse().expect("an id");
    let seen = store.log.read(Reader::User(&bob), &plans, Span::newest(9));
    let seen = seen.await.expect("what he saw");
    assert_eq!((seen.entries.len(), seen.top, seen.ended), (3, 4, true));
    let inbox = RoomId::inbox(&bob);
    let inbox = store.log.read(Reader::User(&bob), &inbox, Span::newest(9));
    assert_eq!(inbox.await.expect("his inbox").top, 0);
    let there = store.shelf.members(&bob, &RoomId::lobby(), 9).await;
    let there = there.expect("who is there");
    let names: Vec<_> = there
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    assert_eq!(names, ["Ann", "Bob"], "not who has left for good");
    let added = store.rooms.add(deed(&ann), &plans, &bob).await;
    assert_eq!(made(added).0.seq, 5);
    let proof = store::upkeep::check(&address).expect("it can be read");
    assert!(proof.is_sound(), "{proof}");
}

/// What makes each version of a file from the one before.
const STEPS: [&str; 7] = [
    include_str!("../../src/store/sqlite/schema/2.sql"),
    include_str!("../../src/store/sqlite/schema/3.sql"),
    include_str!("../../src/store/sqlite/schema/4.sql"),
    include_str!("../../src/store/sqlite/schema/5.sql"),
    include_str!("../../src/store/sqlite/schema/6.sql"),
    include_str!("../../src/store/sqlite/schema/7.sql"),
    include_str!("../../src/store/sqlite/schema/8.sql"),
];

#[tokio::test]
async fn a_file_of_each_version_keeps_what_was_said_and_who_is_signed_in() {
    for version in 1..=STEPS.len() + 1 {
        let folder = TempDir::new().expect("a folder");
        let token = Token::random();
        let address = file_of_version_1(&folder, &token);
        let file = Connection::open(folder.path().join("confab.db")).expect("a file");
        for step in &STEPS[..version - 1] {
            file.execute_batch(step).expect("its tables");
        }
        file.pragma_update(None, "user_version", version)
            .expect("its version");
        let store = store::connect(&address).unwrap_or_else(|error| panic!("{version}: {error}"));
        let ann = store.directory.recognise(&token).await.expect("an answer");
        let ann = ann.unwrap_or_else(|| panic!("{version}: she is not signed in"));
        let bodies: Vec<String> = all(&store)
            .await
            .into_iter()
            .map(|said| said.body)
            .collect();
        assert_eq!(bodies, ["one", "two"], "{version}");
        assert_eq!(stored(&store, draft(&ann.person, "three")).await.seq, 3);
        store.log.close().await;
        let proof = store::upkeep::check(&address).expect("it can be read");
        assert!(proof.is_sound(), "{version}: {proof}");
    }
}

#[tokio::test]
async fn who_was_there_before_programs_reads_what_they_tell_everyone() {
    let folder = TempDir::new().expect("a folder");
    let token = Token::random();
    let store = store::connect(&file_of_version_1(&folder, &token)).expect("it opens");
    let ann = store.directory.recognise(&token).await.expect("an answer");
    let ann = ann.expect("she is still signed in").person;
    let program = Person {
        id: "api-1".parse().expect("an id"),
        name: "Build".to_owned().try_into().expect("a name"),
    };
    let notice = store::Draft {
        room: RoomId::notices(),
        kind: Kind::Notice,
        ..draft(&program, "hi")
    };
    stored(&store, notice).await;
    let listed = store.shelf.rooms(&ann.id).await.expect("her rooms");
    let listed = listed.iter().find(|room| room.id == RoomId::notices());
    assert_eq!(listed.map(|room| room.unread), Some(1));
}

#[tokio::test]
async fn who_was_there_before_programs_made_people_is_none_of_theirs() {
    let folder = TempDir::new().expect("a folder");
    let token = Token::random();
    let address = file_of_version_2(&folder, &token);
    let store = store::connect(&address).expect("it opens");
    let ann = store.directory.recognise(&token).await.expect("an answer");
    let ann = ann.expect("she is still signed in");
    assert!(!ann.is_programs);
    let bob: UserId = "bob".parse().expect("an id");
    let plans: RoomId = "plans".parse().expect("an id");
    let added = store.rooms.add(deed(&ann.person), &plans, &bob).await;
    assert_eq!(made(added).0.kind, Kind::Added, "its people let others in");
    let program = Person {
        id: "api-1".parse().expect("an id"),
        name: "Shop".to_owned().try_into().expect("a name"),
    };
    let alias = "7".parse().expect("a key");
    let name = "Ann".to_owned().try_into().expect("a name");
    let put = store.embedding.put_person(&program, &alias, &name).await;
    assert_eq!(put.expect("made").person.name.as_str(), "Ann 2");
    store.log.close().await;
    let proof = store::upkeep::check(&address).expect("it can be read");
    assert!(proof.is_sound(), "{proof}");
}
