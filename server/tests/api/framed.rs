//! The chat in a page of another site: who may frame it, and what that page may not do.

use reqwest::header::SET_COOKIE;
use serde_json::json;

use crate::embedding::person;
use crate::program::Program;
use crate::world::{Client, Node, Visitor, World};

const SHOP: &str = "https://shop.example";
const CHAT: &str = "https://chat.example";

async fn framed(world: &World) -> Node {
    let flags = ["--frame-ancestors", SHOP, "--public-url", CHAT];
    listening(world.node_with(&flags).await)
}

/// The node with the address it listens on, as behind a proxy that has the public one.
fn listening(mut node: Node) -> Node {
    let log = node.log();
    let (_, address) = log.split_once("listening on ").expect("it tells");
    let address = address.split_whitespace().next().expect("an address");
    node.url = format!("http://{address}");
    node
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn no_page_may_frame_the_chat_unless_the_operator_says_so() {
    let world = World::alone();
    let node = world.node().await;
    let other = World::alone();
    let sites = "https://shop.example,https://*.tea.example";
    let open = other.node_with(&["--frame-ancestors", sites]).await;
    for path in [
        "/",
        "/enter",
        "/rooms",
        "/api",
        "/api/v1/online",
        "/pkg/none",
        "/nothing",
    ] {
        let closed = Visitor::new().gets(&node, path).await;
        assert_eq!(header(&closed, "x-frame-options"), "DENY", "{path}");
        let policy = header(&closed, "content-security-policy");
        assert!(
            policy.ends_with("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        let framed = Visitor::new().gets(&open, path).await;
        assert_eq!(header(&framed, "x-frame-options"), "", "{path}");
        let policy = header(&framed, "content-security-policy");
        let ends = "frame-ancestors https://shop.example https://*.tea.example";
        assert!(policy.ends_with(ends), "{path}: {policy}");
    }
}

#[tokio::test]
async fn the_cookie_is_one_that_browsers_take_in_a_frame_on_another_site() {
    let world = World::alone();
    let node = framed(&world).await;
    let shop = Program::new(&world, "Shop", "people", &[]).await;
    person(&shop, &node, "ann", "Ann").await;
    let told = shop
        .posts(&node, "/api/v1/tickets", json!({ "user": "ann" }))
        .await;
    let url = told.json["url"].as_str().expect("an address");
    let path = url.strip_prefix(CHAT).expect("the public address");
    let mut browser = Visitor::new();
    let answer = browser.gets(&node, path).await;
    let cookie = header(&answer, "set-cookie").to_owned();
    for part in [
        "__Host-confab-framed=",
        "; HttpOnly",
        "; SameSite=None",
        "; Secure",
        "; Partitioned",
        "; Path=/",
    ] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    browser.cookie = cookie.split(';').next().expect("a pair").to_owned();
    let looks = browser
        .submits(&node, "/settings", &[("theme", "dark")])
        .await;
    let looks = header(&looks, "set-cookie");
    assert!(
        looks.contains("; SameSite=None") && looks.contains("; Partitioned"),
        "{looks}"
    );
    let left = browser.submits(&node, "/leave", &[]).await;
    let ended = left.headers().get_all(SET_COOKIE).iter();
    let ended: Vec<&str> = ended.map(|cookie| cookie.to_str().expect("text")).collect();
    assert_eq!(ended.len(), 2, "{ended:?}");
    assert!(
        ended.iter().all(|cookie| cookie.contains("Max-Age=0")),
        "{ended:?}"
    );
}

#[tokio::test]
async fn who_was_signed_in_before_frames_were_allowed_still_is() {
    let world = World::alone();
    let node = listening(world.node_with(&["--public-url", CHAT]).await);
    let ann = Visitor::joins(&node, "Ann").await;
    assert!(ann.cookie.starts_with("__Host-confab="), "{}", ann.cookie);
    node.stop().await;
    let node = framed(&world).await;
    assert_eq!(ann.gets(&node, "/rooms/lobby").await.status().as_u16(), 200);
}

#[tokio::test]
async fn the_page_around_the_chat_does_nothing_in_its_persons_name() {
    let world = World::alone();
    let node = framed(&world).await;
    let shop = Program::new(&world, "Shop", "people,online", &[]).await;
    person(&shop, &node, "ann", "Ann").await;
    let told = shop
        .posts(&node, "/api/v1/tickets", json!({ "user": "ann" }))
        .await;
    let url = told.json["url"].as_str().expect("an address").to_owned();
    let mut ann = Visitor::new();
    let entered = ann
        .gets(&node, url.strip_prefix(CHAT).expect("its path"))
        .await;
    let cookie = header(&entered, "set-cookie");
    ann.cookie = cookie.split(';').next().expect("a pair").to_owned();
    let message = [("cid", "c1"), ("body", "not mine")];
    for path in [
        "/rooms/lobby/messages",
        "/rooms/lobby/leave",
        "/rooms/lobby/mute",
        "/rooms/new",
        "/talk",
        "/leave",
        "/settings",
        "/join",
        "/sign-in",
        "/account/password",
        "/account/sign-out-everywhere",
    ] {
        for (name, value) in [
            ("origin", SHOP),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let forged = ann.request(&node, "POST", path).header(name, value);
            let answer = forged.form(&message).send().await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 403, "{path} with {name}: {value}");
        }
    }
    let headers = [("cookie", ann.cookie.as_str()), ("origin", SHOP)];
    assert!(Client::connect(&node, &headers).await.is_err(), "no socket");
    let read = ann
        .request(&node, "GET", "/rooms/lobby/entries")
        .header("origin", SHOP);
    let read = read.send().await.expect("an answer");
    assert_eq!(
        header(&read, "access-control-allow-origin"),
        "",
        "nor reads it"
    );
    let page = ann.gets(&node, "/rooms/lobby").await;
    let page = page.text().await.expect("text");
    assert!(page.contains("Ann") && !page.contains("not mine"));
}
