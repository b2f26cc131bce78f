//! A sign-out ends the sign-in's sockets wherever they are.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Entry, Name, Person, RoomId, UserId};
use server::store::{Directory, Error, SignedIn, Token};

use tokio::time::sleep;

use crate::guest::{A_WHILE, Guest};
use crate::place::Place;

/// How long it may take.
const IN_TIME: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn all_sockets_of_the_sign_in_end_and_no_others() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let lobby = RoomId::lobby();
    let mut of_bob = place.both(&bob, &lobby).await;
    let mut of_ann = place.both(&ann, &lobby).await;
    place.here.chat.sign_out(&ann.token).await.expect("it ends");
    for guest in &mut of_ann {
        assert_eq!(guest.is_closed(IN_TIME).await, Some(4001));
    }
    for guest in &mut of_bob {
        guest.listens().await;
        assert_eq!(guest.close, None, "Bob stays");
        assert!(!guest.told.iter().any(|text| text.contains("signed_out")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_socket_is_told_nothing_of_what_still_waited_for_it() {
    let place = Place::new().await;
    let (ann, bob) = (place.joins("Ann").await, place.joins("Bob").await);
    let lobby = RoomId::lobby();
    let mut of_bob = place.both(&bob, &lobby).await;
    of_bob.iter().for_each(Guest::stops_reading);
    let first = place.say(&ann, &lobby, 1).await.seq;
    sleep(A_WHILE).await; // it is being written
    place.say(&ann, &lobby, 9).await;
    place.here.chat.sign_out(&bob.token).await.expect("it ends");
    sleep(A_WHILE).await;
    for guest in &mut of_bob {
        guest.reads_on().await;
        assert_eq!(guest.is_closed(IN_TIME).await, Some(4001));
        assert_eq!(guest.seqs, [first], "what was being written");
    }
}

/// Somebody signs out right after they were recognised the first time.
struct Hasty {
    usual: Box<dyn Directory>,
    is_done: AtomicBool,
}

#[async_trait]
impl Directory for Hasty {
    async fn join(&self, name: Name) -> Result<(Person, Token), Error> {
        self.usual.join(name).await
    }

    async fn recognise(&self, token: &Token) -> Result<Option<SignedIn>, Error> {
        let found = self.usual.recognise(token).await;
        if !self.is_done.swap(true, Relaxed) {
            self.usual.sign_out(token).await.expect("it ends");
        }
        found
    }

    async fn resume_token(&self, token: &Token) -> Result<Token, Error> {
        match self.usual.resume_token(token).await {
            Err(Error::SignInEnded) => Ok(Token::random()), // it was made just before
            made => made,
        }
    }

    async fn sign_out(&self, token: &Token) -> Result<Option<Entry>, Error> {
        self.usual.sign_out(token).await
    }

    async fn announce(&self, public_url: &str) -> Result<Vec<String>, Error> {
        self.usual.announce(public_url).await
    }

    async fn people(&self, begins: &str, limit: usize) -> Result<Vec<Person>, Error> {
        self.usual.people(begins, limit).await
    }

    async fn person(&self, user: &UserId) -> Result<Option<Person>, Error> {
        self.usual.person(user).await
    }
}

#[tokio::test(start_paused = true)]
async fn who_signs_out_while_the_socket_opens_does_not_get_in() {
    let place = Place::new().await;
    let ann = place.joins("Ann").await;
    let hasty = |usual| -> Box<dyn Directory> {
        Box::new(Hasty {
            usual,
            is_done: AtomicBool::new(false),
        })
    };
    let node = place.node_with(hasty).await;
    let mut guest = Guest::enters(&node, &ann, &RoomId::lobby()).await;
    assert_eq!(guest.is_closed(IN_TIME).await, Some(4001));
    assert!(guest.told.is_empty(), "{:?}", guest.told);
}
