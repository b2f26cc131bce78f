//! Sign-ins that are not used for long, on a disk: nothing expires in memory.

use protocol::{Name, Person, RoomId};
use rusqlite::{Connection, Params};
use server::store::{Error, Store, Token};

use crate::world::World;

const DAY_SECS: i64 = 24 * 60 * 60;

struct Disk {
    _world: World,
    store: Store,
    file: Connection,
}

impl Disk {
    fn new() -> Self {
        let world = World::sqlite();
        let store = world.open();
        let file = Connection::open(world.file()).expect("the store's file");
        Self {
            store,
            file,
            _world: world,
        }
    }

    async fn joins(&self, name: &str) -> (Person, Token) {
        let name = Name::parse(name).expect("a name");
        self.store.directory.join(name).await.expect("it is free")
    }

    async fn is_good(&self, token: &Token) -> bool {
        let found = self.store.directory.recognise(token).await;
        found.expect("an answer").is_some()
    }

    async fn resume(&self, token: &Token) -> Token {
        let resume = self.store.directory.resume_token(token).await;
        resume.expect("it is signed in")
    }

    fn changes(&self, sql: &str, params: impl Params) -> usize {
        self.file.execute(sql, params).expect("a change")
    }

    /// As if all tokens had been made so long ago, and none of them used since.
    fn ages(&self, days: i64) {
        let sql = "UPDATE sign_in SET expires = expires - ?1";
        assert!(self.changes(sql, [days * DAY_SECS]) > 0);
    }

    fn count(&self, sql: &str) -> usize {
        let counted = self.file.query_row(sql, [], |row| row.get(0));
        counted.expect("a number")
    }

    /// A node announces itself, as each does once a minute.
    async fn minute_passes(&self) {
        let announced = self.store.directory.announce("http://127.0.0.1:8080");
        announced.await.expect("noted");
    }
}

#[tokio::test]
async fn a_page_open_for_days_resumes_as_long_as_the_sign_in_is_good() {
    let disk = Disk::new();
    let (_, token) = disk.joins("Ann").await;
    let resume = disk.resume(&token).await;
    for _ in 0..4 {
        disk.ages(10);
        disk.minute_passes().await;
        assert!(disk.is_good(&resume).await, "which renews the sign-in");
        assert!(disk.is_good(&token).await);
    }
    disk.ages(31);
    assert!(!disk.is_good(&resume).await && !disk.is_good(&token).await);
    let again = disk.store.directory.resume_token(&resume).await;
    assert!(matches!(again, Err(Error::SignInEnded)));
}

#[tokio::test]
async fn what_has_expired_is_forgotten_within_the_minute_with_the_guests_name() {
    let disk = Disk::new();
    let (ann, token) = disk.joins("Ann").await;
    disk.resume(&token).await;
    disk.ages(31);
    let (bob, of_bob) = disk.joins("Bob").await;
    disk.minute_passes().await;
    assert_eq!(disk.count("SELECT count(*) FROM sign_in"), 1);
    assert!(disk.is_good(&of_bob).await);
    let lobby = disk.store.shelf.members(&bob.id, &RoomId::lobby(), 9).await;
    assert_eq!(lobby.expect("who is there").people, [bob]);
    let (again, _) = disk.joins("Ann").await;
    assert_ne!(again.id, ann.id);
}

#[tokio::test]
async fn a_sign_out_leaves_the_names_of_others_alone() {
    let disk = Disk::new();
    let (ann, _) = disk.joins("Ann").await;
    let (_, of_bob) = disk.joins("Bob").await;
    // A guest whose sign-in is gone: whoever walks over all people finds her.
    disk.changes("DELETE FROM sign_in WHERE person = ?1", [ann.id.as_str()]);
    disk.store
        .directory
        .sign_out(&of_bob)
        .await
        .expect("it ends");
    let names = "SELECT count(*) FROM person WHERE folded IS NOT NULL";
    assert_eq!(disk.count(names), 1);
}

#[tokio::test]
async fn a_sign_in_keeps_so_many_old_resume_tokens_and_no_more() {
    let disk = Disk::new();
    let (_, token) = disk.joins("Ann").await;
    let oldest = disk.resume(&token).await;
    disk.ages(1);
    let mut newer = Vec::new();
    for _ in 0..300 {
        newer.push(disk.resume(&token).await);
    }
    assert!(disk.is_good(&oldest).await, "many come on one day");
    disk.ages(2);
    disk.resume(&token).await;
    assert!(!disk.is_good(&oldest).await);
    assert_eq!(disk.count("SELECT count(*) FROM sign_in"), 1 + 256 + 1);
}

#[tokio::test]
async fn what_has_expired_is_found_without_a_walk_over_all() {
    let disk = Disk::new();
    let sql = "EXPLAIN QUERY PLAN DELETE FROM sign_in WHERE parent IS NULL AND expires <= 1";
    let plan = disk.file.query_row(sql, [], |row| row.get::<_, String>(3));
    let plan = plan.expect("a plan");
    assert!(plan.contains("(parent=? AND expires<?)"), "{plan}");
}
