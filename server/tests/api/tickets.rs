//! Tickets: links that sign in once.

use reqwest::header::SET_COOKIE;
use serde_json::json;

use crate::embedding::{person, room, shop};
use crate::program::{Program, id_of};
use crate::world::person::location;
use crate::world::{Node, Visitor, World};

/// A link for one of the program's people, below the node's address.
async fn link(program: &Program, node: &Node, json: serde_json::Value) -> String {
    let told = program.posts(node, "/api/v1/tickets", json).await;
    assert_eq!(
        (told.status, &told.json["expires_in"]),
        (201, &json!(60)),
        "{}",
        told.json
    );
    let url = told.json["url"].as_str().expect("an address");
    let path = url.strip_prefix(&node.url).expect("the node's own");
    let ticket = told.json["ticket"].as_str().expect("a ticket");
    assert_eq!(path, format!("/enter?ticket={ticket}"));
    path.to_owned()
}

/// Opens the link in a browser; where it leads.
async fn enters(visitor: &mut Visitor, node: &Node, link: &str) -> String {
    let answer = visitor.gets(node, link).await;
    assert_eq!(answer.status().as_u16(), 303, "{link}");
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    if let Some(cookie) = answer.headers().get(SET_COOKIE) {
        let cookie = cookie.to_str().expect("text");
        assert!(cookie.contains("HttpOnly"), "{cookie}");
        visitor.cookie = cookie.split(';').next().expect("a pair").to_owned();
    }
    location(&answer).to_owned()
}

/// Whose page it is, if the browser is signed in.
async fn is_called(visitor: &Visitor, node: &Node, name: &str) -> bool {
    let page = visitor.gets(node, "/account").await;
    let page = page.text().await.expect("text");
    page.contains(name)
}

#[tokio::test]
async fn a_ticket_opens_the_room_once_on_any_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let shop = Program::new(&world, "Shop", "people", &[]).await;
    person(&shop, &one, "ann", "Ann").await;
    let made = room(&shop, &one, "doc-1", &["ann"]).await;
    let id = made.json["id"].as_str().expect("an id");
    for room in [json!("doc-1"), json!({ "id": id })] {
        let link = link(&shop, &one, json!({ "user": "ann", "room": room })).await;
        let mut browser = Visitor::new();
        let leads = enters(&mut browser, &two, &link).await;
        assert_eq!(leads, format!("/rooms/{id}"));
        assert_eq!(browser.gets(&two, &leads).await.status().as_u16(), 200);
        let mut session = browser.connects(&two).await;
        session.says_hello(None, [].into()).await;
        session.is_welcome().await;
        for node in [&one, &two] {
            assert_eq!(
                Visitor::new().gets(node, &link).await.status().as_u16(),
                410
            );
        }
    }
    let link = link(
        &shop,
        &two,
        json!({ "user": { "id": person(&shop, &one, "ann", "Ann").await.json["id"] } }),
    )
    .await;
    assert_eq!(
        enters(&mut Visitor::new(), &one, &link).await,
        "/rooms/lobby"
    );
}

#[tokio::test]
async fn of_many_who_open_a_ticket_at_once_one_comes_in() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    let link = link(&shop, &node, json!({ "user": "ann" })).await;
    let visitor = Visitor::new();
    let opened = (0..20).map(|_| visitor.gets(&node, &link));
    let opened = futures_util::future::join_all(opened).await;
    let mut statuses: Vec<u16> = opened
        .iter()
        .map(|answer| answer.status().as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (303, &[410; 19][..]));
}

#[tokio::test]
async fn what_was_used_is_too_old_or_never_was_is_told_the_same() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    let used = link(&shop, &node, json!({ "user": "ann" })).await;
    enters(&mut Visitor::new(), &node, &used).await;
    let old = link(&shop, &node, json!({ "user": "ann" })).await;
    let file = rusqlite::Connection::open(world.folder().join("confab.db")).expect("the store");
    let aged = file.execute("UPDATE ticket SET expires = expires - 60", []);
    assert_eq!(aged.expect("it is changed"), 1, "the used one is gone");
    let never = format!("/enter?ticket={}", "A".repeat(43));
    for link in [&used, &old, &never, "/enter?ticket=x", "/enter"] {
        let answer = Visitor::new().gets(&node, link).await;
        assert_eq!(answer.status().as_u16(), 410, "{link}");
        assert!(answer.headers().get(SET_COOKIE).is_none(), "{link}");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        let page = answer.text().await.expect("text");
        assert!(page.contains("This link works once"), "{page}");
        let ticket = link.strip_prefix("/enter?ticket=").unwrap_or("none");
        assert!(ticket == "x" || !page.contains(ticket), "{page}");
    }
}

#[tokio::test]
async fn a_look_at_a_ticket_does_not_use_it_up() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    let link = link(&shop, &node, json!({ "user": "ann" })).await;
    let mut browser = Visitor::new();
    let looked = browser.request(&node, "HEAD", &link).send().await;
    assert_eq!(looked.expect("an answer").status().as_u16(), 204);
    let ahead = browser.request(&node, "GET", &link);
    let ahead = ahead
        .header("sec-purpose", "prefetch;prerender")
        .send()
        .await;
    assert_eq!(ahead.expect("an answer").status().as_u16(), 503);
    assert_eq!(enters(&mut browser, &node, &link).await, "/rooms/lobby");
}

#[tokio::test]
async fn another_ticket_in_the_same_browser_leaves_its_tabs_open() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    for (key, name) in [("ann", "Ann"), ("bob", "Bob")] {
        person(&shop, &node, key, name).await;
    }
    let mut browser = Visitor::new();
    let first = link(&shop, &node, json!({ "user": "ann" })).await;
    enters(&mut browser, &node, &first).await;
    let mut tab = browser.enters(&node).await;
    let before = browser.cookie.clone();
    let second = link(&shop, &node, json!({ "user": "ann" })).await;
    enters(&mut browser, &node, &second).await;
    assert_eq!(browser.cookie, before, "the same sign-in goes on");
    let shared = link(&shop, &node, json!({ "user": "bob" })).await;
    enters(&mut browser, &node, &shared).await;
    assert!(is_called(&browser, &node, "Bob").await);
    assert_eq!(
        tab.is_closed().await,
        4001,
        "who had the browser before is out"
    );
}

#[tokio::test]
async fn a_ticket_does_not_end_the_sign_in_of_a_guest() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    let guest = Visitor::joins(&node, "Guest").await;
    let mut browser = guest.clone();
    let link = link(&shop, &node, json!({ "user": "ann" })).await;
    enters(&mut browser, &node, &link).await;
    assert!(is_called(&browser, &node, "Ann").await);
    assert!(is_called(&guest, &node, "Guest").await);
}

#[tokio::test]
async fn a_program_opens_the_page_as_nobody_but_its_own_people() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    let other = Program::new(&world, "Other", "people", &[]).await;
    Visitor::joins(&node, "Guest").await;
    let guest = id_of(&shop, &node, "Guest").await;
    person(&shop, &node, "ann", "Ann").await;
    let foreign = person(&other, &node, "bob", "Bob").await.json["id"].clone();
    room(&shop, &node, "doc-1", &[]).await;
    let told = |json| shop.posts(&node, "/api/v1/tickets", json);
    for (json, unknown) in [
        (json!({ "user": "zoe" }), json!(["zoe"])),
        (json!({ "user": guest }), json!([guest])),
        (json!({ "user": { "id": guest } }), json!([guest])),
        (json!({ "user": { "id": foreign } }), json!([foreign])),
        (json!({ "user": "ann", "room": "doc-2" }), json!(["doc-2"])),
        (json!({ "user": "ann", "room": "doc-1" }), json!(["doc-1"])),
        (
            json!({ "user": "ann", "room": { "id": "inbox-x" } }),
            json!(["inbox-x"]),
        ),
    ] {
        let refused = told(json).await;
        assert_eq!((refused.status, &refused.json["unknown"]), (404, &unknown));
    }
    for (json, says) in [
        (json!({}), "missing field `user`"),
        (json!({ "user": "a b" }), "give a key"),
        (json!({ "user": "ann", "for": 600 }), "unknown field `for`"),
    ] {
        let refused = told(json).await;
        assert_eq!(refused.status, 422);
        assert!(refused.detail().contains(says), "{}", refused.json);
    }
}

#[tokio::test]
async fn who_is_banned_comes_in_by_no_ticket() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    let ann = person(&shop, &node, "ann", "Ann").await.json["id"].clone();
    person(&shop, &node, "bob", "Bob").await;
    let link = link(&shop, &node, json!({ "user": "ann" })).await;
    let admin = Visitor::joins(&node, "Admina").await;
    let fields = [("password", "a horse in the kitchen")];
    admin.submits(&node, "/account/password", &fields).await;
    let ban = format!("/people/{}/ban", ann.as_str().expect("an id"));
    let banned = admin.submits(&node, &ban, &[("why", "loud")]).await;
    assert_eq!(banned.status().as_u16(), 303);
    let answer = Visitor::new().gets(&node, &link).await;
    assert_eq!(answer.status().as_u16(), 403);
    assert!(answer.headers().get(SET_COOKIE).is_none());
    let refused = shop
        .posts(&node, "/api/v1/tickets", json!({ "user": "ann" }))
        .await;
    let told = (refused.status, &refused.json["reason"]);
    assert_eq!(told, (403, &json!("banned")));
    let made = room(&shop, &node, "doc-1", &["ann", "bob"]).await;
    let left_out = json!([{ "id": ann, "key": "ann", "reason": "banned" }]);
    assert_eq!((made.status, &made.json["left_out"]), (201, &left_out));
    assert_eq!(made.json["added"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_person_of_a_program_keeps_no_password_and_stays_when_they_leave() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    room(&shop, &node, "doc-1", &["ann"]).await;
    let mut browser = Visitor::new();
    let entry = link(&shop, &node, json!({ "user": "ann" })).await;
    enters(&mut browser, &node, &entry).await;
    let fields = [("password", "a horse in the kitchen")];
    let refused = browser.submits(&node, "/account/password", &fields).await;
    assert_eq!(refused.status().as_u16(), 403);
    browser.submits(&node, "/leave", &[]).await;
    let taken = Visitor::new()
        .submits(&node, "/join", &[("name", "Ann")])
        .await;
    assert_eq!(taken.status().as_u16(), 422, "the name is still theirs");
    let entry = link(&shop, &node, json!({ "user": "ann", "room": "doc-1" })).await;
    let leads = enters(&mut browser, &node, &entry).await;
    assert_eq!(browser.gets(&node, &leads).await.status().as_u16(), 200);
}

#[tokio::test]
async fn whom_a_program_signs_out_is_out_at_once_and_comes_back_by_ticket() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let shop = Program::new(&world, "Shop", "people", &[]).await;
    let other = Program::new(&world, "Other", "people", &[]).await;
    person(&shop, &one, "ann", "Ann").await;
    let mut browser = Visitor::new();
    let entry = link(&shop, &one, json!({ "user": "ann" })).await;
    enters(&mut browser, &one, &entry).await;
    let mut tab = browser.enters(&one).await;
    let out = "/api/v1/users/ann/sign-out";
    assert_eq!(other.asks(&two, "POST", out, "").await.status, 404);
    assert_eq!(shop.asks(&two, "POST", out, "").await.status, 200);
    assert_eq!(tab.is_closed().await, 4001);
    let page = browser.gets(&one, "/rooms/lobby").await;
    assert_eq!(location(&page), "/?next=/rooms/lobby");
    let entry = link(&shop, &two, json!({ "user": "ann" })).await;
    assert_eq!(enters(&mut browser, &one, &entry).await, "/rooms/lobby");
}

#[tokio::test]
async fn nobody_in_a_programs_room_lets_others_in() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    room(&shop, &node, "doc-1", &["ann"]).await;
    Visitor::joins(&node, "Guest").await;
    let mut browser = Visitor::new();
    let entry = link(&shop, &node, json!({ "user": "ann", "room": "doc-1" })).await;
    let room = enters(&mut browser, &node, &entry).await;
    for (path, fields) in [
        ("invite", &[("name", "Guest")][..]),
        ("link", &[][..]),
        ("rename", &[("name", "Mine")][..]),
    ] {
        let refused = browser
            .submits(&node, &format!("{room}/{path}"), fields)
            .await;
        assert_eq!(refused.status().as_u16(), 403, "{path}");
    }
    let seen = shop.gets(&node, "/api/v1/rooms/doc-1").await.json;
    assert_eq!(
        (&seen["people"], &seen["name"]),
        (&json!(1), &json!("Plan"))
    );
}

#[tokio::test]
async fn no_ticket_is_kept_or_logged() {
    let world = World::alone();
    let (shop, node) = shop(&world).await;
    person(&shop, &node, "ann", "Ann").await;
    let used = link(&shop, &node, json!({ "user": "ann" })).await;
    let open = link(&shop, &node, json!({ "user": "ann" })).await;
    enters(&mut Visitor::new(), &node, &used).await;
    Visitor::new().gets(&node, &used).await;
    for link in [used, open] {
        let ticket = link.strip_prefix("/enter?ticket=").expect("a ticket");
        assert!(!node.log().contains(ticket), "{}", node.log());
        for file in ["confab.db", "confab.db-wal"] {
            let bytes = std::fs::read(world.folder().join(file)).expect("the store");
            let is_there = bytes
                .windows(ticket.len())
                .any(|part| part == ticket.as_bytes());
            assert!(!is_there, "{file}");
        }
    }
}
