//! Who may open a stream, and what is no post to one.

use std::collections::BTreeMap;

use crate::listener::Listener;
use crate::world::{Node, Visitor, World};

const FOREIGN: &str = "https://evil.example";

async fn says(node: &Node, body: impl Into<reqwest::Body>) -> (u16, String) {
    let request = Visitor::new().request(node, "POST", "/stream").body(body);
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("text"))
}

#[tokio::test]
async fn a_stream_asks_that_nobody_on_the_way_holds_it_back() {
    let world = World::alone();
    let node = world.node().await;
    let answer = Visitor::new().gets(&node, "/stream").await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store, no-transform"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(answer.headers()[name], value);
    }
    assert!(answer.headers().get("content-encoding").is_none());
}

#[tokio::test]
async fn only_pages_of_ours_may_open_one_or_post_to_it() {
    let world = World::alone();
    let friend = "https://intranet.example";
    let node = world.node_with(&["--allow-origin", friend]).await;
    let ann = Visitor::joins(&node, "Ann").await;
    for foreign in [FOREIGN, "null"] {
        let request = ann.request(&node, "GET", "/stream");
        let answer = request.header("origin", foreign).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status().as_u16(), 403);
        assert!(
            answer
                .text()
                .await
                .expect("text")
                .contains("--allow-origin")
        );
    }
    let request = ann
        .request(&node, "GET", "/stream")
        .header("origin", friend);
    let mut stream = Listener::over(request, &node).await;
    stream.says_hello(None, BTreeMap::new()).await;
    stream.is_welcome().await;
    for (origin, status) in [(FOREIGN, 403), (friend, 204)] {
        let request = ann
            .request(&node, "POST", "/stream")
            .header("origin", origin);
        let answer = request
            .body(stream.name.clone())
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
        let shared = answer.headers().get("access-control-allow-origin");
        assert_eq!(shared.is_some(), origin == friend);
    }
    assert_eq!(node.counts("confab_streams").await, 1);
}

#[tokio::test]
async fn what_is_no_post_to_a_stream_is_refused_with_the_reason() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let stream = Listener::enters(&node, &ann).await;
    let home = stream.name.split('.').next().expect("its node");
    for (body, status, says_so) in [
        ("".to_owned(), 404, "no such stream"),
        ("{\"type\":\"heartbeat\"}".to_owned(), 404, "no such stream"),
        (format!("{home}.0000"), 404, "no such stream"),
        (format!("{}0\n{{}}", stream.name), 404, "no such stream"),
        ("another.0000\n{}".to_owned(), 421, "another node"),
    ] {
        let (answered, text) = says(&node, body.clone()).await;
        assert_eq!(answered, status, "{body}");
        assert!(text.contains(says_so), "{body}: {text}");
    }
    let (status, text) = says(&node, vec![0xFF; 100]).await;
    assert_eq!((status, text.contains("UTF-8")), (400, true), "{text}");
    let long = format!("{}\n{}", stream.name, "x".repeat(70_000));
    let (status, text) = says(&node, long).await;
    assert_eq!((status, text.contains("65536")), (413, true), "{text}");
    let other = Visitor::new().request(&node, "PUT", "/stream").send().await;
    assert_eq!(other.expect("an answer").status().as_u16(), 405);
    assert_eq!(stream.posts("").await, 204, "it lives on");
}
