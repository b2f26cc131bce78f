//! Guests who stay as long as their connection does, on a disk: nothing expires in memory.

use protocol::{Kind, Name, Person, RoomId};
use server::store::{
    Admins, Error, Hashed, PasswordChange, Reader, Span, Store, Token, VISIT_TIME,
};

use crate::world::World;

const HOUR_SECS: u64 = 60 * 60;

fn ann() -> Name {
    Name::parse("Ann").expect("a name")
}

async fn visits(store: &Store) -> (Person, Token) {
    store.visits.visit(ann()).await.expect("it is free")
}

async fn is_good(store: &Store, token: &Token) -> bool {
    let found = store.directory.recognise(token).await;
    found.expect("an answer").is_some()
}

/// As if nothing had been renewed for so long.
async fn ages(world: &World, secs: u64) {
    let sql = format!("UPDATE sign_in SET expires = expires - {secs}");
    world.performs(&sql).await;
}

async fn is_taken(store: &Store) {
    let name = Name::parse("ann").expect("a name");
    let again = store.visits.visit(name.clone()).await;
    assert!(matches!(again, Err(Error::NameTaken)), "{again:?}");
    let again = store.directory.join(name).await;
    assert!(matches!(again, Err(Error::NameTaken)), "{again:?}");
}

/// How often they were told that they are signed out.
async fn ends(store: &Store, person: &Person) -> usize {
    let inbox = RoomId::inbox(&person.id);
    let told = store.log.read(Reader::Node, &inbox, Span::newest(9)).await;
    let told = told.expect("the inbox").entries;
    let ends = told.iter().filter(|entry| entry.kind == Kind::SignedOut);
    ends.count()
}

pub async fn a_visit_that_is_renewed_keeps_its_name(world: World) {
    let store = world.open();
    let (_, token) = visits(&store).await;
    for _ in 0..3 {
        ages(&world, VISIT_TIME.as_secs() - 10).await;
        is_taken(&store).await;
        let stayed = store.visits.stay(std::slice::from_ref(&token)).await;
        stayed.expect("renewed");
    }
    assert!(is_good(&store, &token).await);
}

pub async fn the_name_of_a_visit_that_is_not_renewed_is_theirs_who_ask_for_it(world: World) {
    let store = world.open();
    let (first, token) = visits(&store).await;
    let resume = store.directory.resume_token(&token).await;
    let resume = resume.expect("it is signed in");
    // Using it renews nothing.
    assert!(is_good(&store, &token).await && is_good(&store, &resume).await);
    ages(&world, VISIT_TIME.as_secs()).await;
    assert!(!is_good(&store, &token).await && !is_good(&store, &resume).await);
    let (second, new) = visits(&store).await;
    assert_ne!(first.id, second.id);
    assert_eq!(ends(&store, &first).await, 1, "a session of theirs is told");
    let late = store.visits.stay(&[token.clone(), new.clone()]).await;
    late.expect("those that are there");
    assert!(!is_good(&store, &token).await && is_good(&store, &new).await);
    let lobby = store.shelf.members(&second.id, &RoomId::lobby(), 9).await;
    assert_eq!(lobby.expect("who is there").people, [second]);
    is_taken(&store).await;
}

pub async fn a_visit_whose_name_nobody_took_goes_on(world: World) {
    let store = world.open();
    let (first, token) = visits(&store).await;
    ages(&world, VISIT_TIME.as_secs() + HOUR_SECS - 10).await;
    // A node announces itself, as each does once a minute.
    let announced = store.directory.announce("http://127.0.0.1:8080").await;
    announced.expect("noted");
    let stayed = store.visits.stay(std::slice::from_ref(&token)).await;
    stayed.expect("renewed");
    assert!(is_good(&store, &token).await);
    is_taken(&store).await;
    assert_eq!(ends(&store, &first).await, 0);
}

pub async fn a_visit_is_forgotten_after_an_hour(world: World) {
    let store = world.open();
    let (first, token) = visits(&store).await;
    ages(&world, VISIT_TIME.as_secs() + HOUR_SECS).await;
    let announced = store.directory.announce("http://127.0.0.1:8080").await;
    announced.expect("noted");
    assert_eq!(ends(&store, &first).await, 1);
    let stayed = store.visits.stay(std::slice::from_ref(&token)).await;
    stayed.expect("those that are there");
    assert!(!is_good(&store, &token).await);
    let named = "SELECT count(*) FROM person WHERE folded IS NOT NULL";
    assert_eq!(world.performs(named).await, [0]);
}

pub async fn nobody_takes_a_name_that_was_kept_or_is_of_a_page(world: World) {
    let store = world.open();
    let (_, token) = visits(&store).await;
    let change = PasswordChange {
        from: None,
        to: Hashed("a hash".to_owned()),
        admins: Admins::Named(Vec::new()),
    };
    store.accounts.keep(&token, change).await.expect("kept");
    let bob = Name::parse("Bob").expect("a name");
    let (_, page) = store.directory.join(bob.clone()).await.expect("free");
    ages(&world, VISIT_TIME.as_secs() + HOUR_SECS).await;
    is_taken(&store).await;
    let announced = store.directory.announce("http://127.0.0.1:8080").await;
    announced.expect("noted");
    is_taken(&store).await;
    let again = store.visits.visit(bob).await;
    assert!(matches!(again, Err(Error::NameTaken)), "{again:?}");
    assert!(is_good(&store, &page).await);
}
