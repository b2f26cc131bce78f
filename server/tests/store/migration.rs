//! A file of an earlier build is brought to this one's schema, and keeps everything.

use protocol::{Kind, Person, RoomId};
use rusqlite::Connection;
use server::store::{self, Error, Reader, Span, Token};
use tempfile::TempDir;

use crate::world::{deed, draft, made, private, stored};

/// What the build of version 1 made of a new file, to the letter.
const VERSION_1: &str = include_str!("version_1.sql");

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
    made(store.rooms.remove(deed(&ann), &room, &ann.id).await);
    let told = store.directory.sign_out(&token).await.expect("it ends");
    let told = told.expect("an entry");
    assert_eq!((told.room, told.seq), (RoomId::inbox(&ann.id), 3));
}

#[tokio::test]
async fn a_file_of_a_newer_build_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let address = file_of_version_1(&folder, &Token::random());
    let path = folder.path().join("confab.db");
    let file = Connection::open(&path).expect("a file");
    file.execute_batch("PRAGMA user_version = 1000")
        .expect("a version");
    let Err(Error::Unavailable(why)) = store::connect(&address) else {
        panic!("it was opened");
    };
    assert!(why.contains("run the newer build"), "{why}");
}
