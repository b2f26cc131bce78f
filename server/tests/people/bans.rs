//! Administrators, and whom they do not let in.

use std::time::{Duration, Instant};

use protocol::{Event, Person, Reason, limits};

use crate::world::person::location;
use crate::world::raw::{Heard, Raw};
use crate::world::{Client, Node, Visitor, World};
use crate::{PASSWORD, account, is_signed_in, signs_in, tries};

/// Whoever has this name.
async fn person(asks: &Visitor, node: &Node, name: &str) -> Person {
    let request = asks.request(node, "GET", &format!("/people?name={name}"));
    let answer = request.header("accept", "application/json").send().await;
    let found: Vec<Person> = answer.expect("an answer").json().await.expect("people");
    found.into_iter().next().expect("somebody")
}

async fn bans(by: &Visitor, node: &Node, whom: &Person, why: &str) -> u16 {
    let path = format!("/people/{}/ban", whom.id);
    let answer = by.submits(node, &path, &[("why", why)]).await;
    let status = answer.status().as_u16();
    assert!(status != 303 || location(&answer) == "/people?done=banned");
    status
}

/// The code it is closed with, and what was told last.
async fn is_closed(client: &mut Client) -> (u16, Option<(Reason, String)>) {
    let mut last = None;
    loop {
        match client.hears_or_is_closed().await {
            Ok(Event::Error { reason, message }) => last = Some((reason, message)),
            Ok(_) => {}
            Err(code) => return (code, last),
        }
    }
}

async fn is_admin(visitor: &Visitor, node: &Node) -> bool {
    let page = visitor.gets(node, "/account").await.text().await;
    page.expect("text").contains("You are an administrator")
}

#[tokio::test]
async fn who_is_banned_is_told_why_and_put_out_on_every_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = account(&one, "Ann").await;
    let bob = account(&two, "Bob").await;
    let of_bob = person(&ann, &one, "Bob").await;
    let mut sockets = [bob.enters(&one).await, bob.enters(&two).await];
    let mut of_ann = ann.enters(&two).await;
    assert_eq!(bans(&ann, &one, &of_bob, "Too <loud>").await, 303);
    let began = Instant::now();
    for socket in &mut sockets {
        let told = Some((Reason::Banned, "Too <loud>".to_owned()));
        assert_eq!(is_closed(socket).await, (4003, told));
    }
    let took = began.elapsed();
    assert!(took <= Duration::from_secs(1), "{took:?}");
    of_ann.says("I stay").await;

    assert!(!is_signed_in(&bob, &two).await);
    let refused = tries(&Visitor::new(), &two, "Bob", PASSWORD).await;
    assert_eq!(refused.status().as_u16(), 422);
    let page = refused.text().await.expect("text");
    assert!(page.contains("An administrator has banned you"), "{page}");
    let taken = [("name", "bob")];
    let taken = Visitor::new().submits(&two, "/join", &taken).await;
    assert_eq!(taken.status().as_u16(), 422, "the name stays his");
    let page = ann.gets(&two, "/people").await.text().await;
    assert!(page.expect("text").contains("Too &lt;loud&gt;"));

    let path = format!("/people/{}/unban", of_bob.id);
    let answer = ann.submits(&one, &path, &[]).await;
    assert_eq!(location(&answer), "/people?done=unbanned");
    signs_in(&two, "Bob", PASSWORD).await.enters(&two).await;
}

#[tokio::test]
async fn a_banned_guest_does_not_come_back_with_the_old_cookie_or_name() {
    let world = World::alone();
    let node = world.node().await;
    let ann = account(&node, "Ann").await;
    let guest = Visitor::joins(&node, "Guest").await;
    let mut socket = guest.enters(&node).await;
    let of_guest = person(&ann, &node, "Guest").await;
    assert_eq!(bans(&ann, &node, &of_guest, "").await, 303);
    let told = Some((Reason::Banned, String::new()));
    assert_eq!(is_closed(&mut socket).await, (4003, told));
    assert!(!is_signed_in(&guest, &node).await);
    let mut again = guest.connects(&node).await;
    again.says_hello(None, Default::default()).await;
    assert_eq!(again.is_closed().await, 4001);
    let taken = [("name", "Guest")];
    let taken = Visitor::new().submits(&node, "/join", &taken).await;
    assert_eq!(taken.status().as_u16(), 422);
}

#[tokio::test]
async fn only_administrators_ban_and_nobody_bans_them() {
    let world = World::alone();
    let node = world.node_with(&["--admin", "Ann,Root Beer"]).await;
    let bob = account(&node, "Bob").await;
    let ann = account(&node, "ann").await;
    let other = account(&node, "Root Beer").await;
    assert!(
        !is_admin(&bob, &node).await,
        "the first, but not the one named"
    );
    assert!(is_admin(&ann, &node).await && is_admin(&other, &node).await);
    let find = async |name| person(&ann, &node, name).await;
    let (of_ann, of_bob) = (find("ann").await, find("Bob").await);
    assert_eq!(bans(&bob, &node, &of_ann, "").await, 403);
    assert_eq!(bans(&bob, &node, &of_bob, "").await, 403);
    assert_eq!(bans(&other, &node, &of_ann, "").await, 403);
    let path = format!("/people/{}/ban", of_bob.id);
    let answer = Visitor::new().submits(&node, &path, &[]).await;
    assert_eq!(location(&answer), "/sign-in?next=/people");
    let nobody = Person {
        id: "nobody".parse().expect("an id"),
        name: of_bob.name.clone(),
    };
    assert_eq!(bans(&ann, &node, &nobody, "").await, 404);
    assert_eq!(bans(&bob, &node, &nobody, "").await, 403);
    let long = "x".repeat(201);
    assert_eq!(bans(&ann, &node, &of_bob, &long).await, 413);
    assert_eq!(bans(&ann, &node, &of_bob, "a\u{7}b").await, 422);
    let path = format!("/people/{}/unban", of_bob.id);
    let answer = bob.submits(&node, &path, &[]).await;
    assert_eq!(answer.status().as_u16(), 403);
    assert!(is_signed_in(&bob, &node).await && is_signed_in(&ann, &node).await);
    let page = bob.gets(&node, "/people").await.text().await;
    assert!(!page.expect("text").contains("/ban\""));
}

#[tokio::test]
async fn the_first_account_is_the_administrators() {
    let world = World::alone();
    let node = world.node().await;
    let guest = Visitor::joins(&node, "Guest").await;
    let (ann, bob) = (account(&node, "Ann").await, account(&node, "Bob").await);
    assert!(is_admin(&ann, &node).await);
    assert!(!is_admin(&bob, &node).await && !is_admin(&guest, &node).await);
    // An operator can name another one later.
    node.stop().await;
    let node = world.node_with(&["--admin", "BOB"]).await;
    assert!(is_admin(&ann, &node).await && is_admin(&bob, &node).await);
}

#[tokio::test]
async fn who_reads_slowly_is_told_why_and_nothing_of_what_still_waited() {
    const SAID: usize = 60;
    let world = World::alone();
    let node = world.node_with(&["--sends-burst", "1000"]).await;
    let ann = account(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    let of_bob = person(&ann, &node, "Bob").await;
    let mut slow = Raw::enters_narrow(&node, &bob.cookie).await;
    let mut of_ann = ann.enters(&node).await;
    let long = "x".repeat(limits::BODY_CHARS_MAX);
    for _ in 0..SAID {
        of_ann.says(&long).await;
    }
    assert_eq!(bans(&ann, &node, &of_bob, "Too slow").await, 303);
    let mut texts = Vec::new();
    let close = loop {
        match slow.hears().await {
            Heard::Text(text) => texts.push(text),
            Heard::Close(code) => break code,
            Heard::Ping => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(close, 4003);
    let last = texts.last().expect("something is told");
    assert!(
        last.contains("banned") && last.contains("Too slow"),
        "{last}"
    );
    let heard = texts.iter().filter(|text| text.contains(&long)).count();
    assert!(heard < SAID, "{heard} of {SAID}");
}

#[tokio::test]
async fn an_operator_makes_and_unmakes_administrators_while_nodes_run() {
    let world = World::alone();
    let node = world.node().await;
    let (ann, bob) = (account(&node, "Ann").await, account(&node, "Bob").await);
    let cyd = Visitor::joins(&node, "Cyd").await;
    let of_cyd = person(&ann, &node, "Cyd").await;
    assert!(is_admin(&ann, &node).await && !is_admin(&bob, &node).await);
    let (is_done, said) = world.confab(&["admin", "remove", "ann"]).await;
    assert!(
        is_done && said.contains("no administrator any more"),
        "{said}"
    );
    assert!(!is_admin(&ann, &node).await);
    assert_eq!(bans(&ann, &node, &of_cyd, "").await, 403);
    let (is_done, said) = world.confab(&["admin", "add", "Bob"]).await;
    assert!(is_done, "{said}");
    assert_eq!(bans(&bob, &node, &of_cyd, "").await, 303);
    assert!(!is_signed_in(&cyd, &node).await);
    for (verb, name, why) in [
        ("remove", "Ann", "is no administrator"),
        ("remove", "Nobody", "is no administrator"),
        ("add", "Nobody", "nobody keeps this name with a password"),
        ("add", "", "not a name"),
    ] {
        let (is_done, said) = world.confab(&["admin", verb, name]).await;
        assert!(!is_done && said.contains(why), "{verb} {name}: {said}");
    }
}
