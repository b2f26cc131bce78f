//! Which pages may come in, and how.

use serde_json::{Value, json};

use crate::line::{Way, dials, own_path};
use crate::speaker::Speaker;
use crate::world::{Node, Visitor, World};

const FRIEND: &str = "https://intranet.example";
const FOREIGN: &str = "https://evil.example";

async fn asks(node: &Node, method: &str, path: &str, origin: &str) -> reqwest::Response {
    let request = Visitor::new().request(node, method, path);
    let request = match origin {
        "" => request,
        origin => request.header("origin", origin),
    };
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn it_says_what_it_can_to_pages_of_allowed_origins() {
    let world = World::alone();
    let node = world.node_with(&["--allow-origin", FRIEND]).await;
    for origin in ["", FRIEND] {
        let answer = asks(&node, "GET", "/ws-stomp/info", origin).await;
        assert_eq!(answer.status().as_u16(), 200, "{origin}");
        let allowed = answer.headers().get("access-control-allow-origin").cloned();
        assert_eq!(
            allowed.is_some_and(|allowed| allowed == FRIEND),
            origin == FRIEND
        );
        assert_eq!(answer.headers()["cache-control"], "no-store, no-transform");
        let about: Value = answer.json().await.expect("JSON");
        assert_eq!(about["websocket"], json!(true));
        assert!(about["entropy"].is_u64(), "{about}");
    }
    let send = own_path() + "/xhr_send";
    let preflight = asks(&node, "OPTIONS", &send, FRIEND).await;
    assert_eq!(preflight.status().as_u16(), 204);
    assert_eq!(preflight.headers()["access-control-allow-origin"], FRIEND);
    assert_eq!(
        preflight.headers()["access-control-allow-credentials"],
        "true"
    );
    let hello = asks(&node, "GET", "/ws-stomp", "").await;
    assert!(
        hello
            .text()
            .await
            .expect("text")
            .starts_with("Welcome to SockJS!\n")
    );
}

#[tokio::test]
async fn foreign_pages_are_refused_at_every_door() {
    let world = World::alone();
    let node = world.node_with(&["--allow-origin", FRIEND]).await;
    let own = own_path();
    for (method, path) in [
        ("GET", "/ws-stomp/info".to_owned()),
        ("POST", format!("{own}/xhr")),
        ("POST", format!("{own}/xhr_streaming")),
        ("POST", format!("{own}/xhr_send")),
        ("OPTIONS", format!("{own}/xhr_send")),
    ] {
        let answer = asks(&node, method, &path, FOREIGN).await;
        assert_eq!(answer.status().as_u16(), 403, "{path}");
        assert!(
            answer
                .headers()
                .get("access-control-allow-origin")
                .is_none()
        );
        let says = answer.text().await.expect("text");
        assert!(says.contains("--allow-origin"), "{says}");
    }
    for path in [
        "/ws-stomp",
        "/ws-stomp/websocket",
        &format!("{own}/websocket"),
    ] {
        assert!(
            dials(&node, path, &[("origin", FOREIGN)]).await.is_err(),
            "{path}"
        );
        assert!(
            dials(&node, path, &[("origin", FRIEND)]).await.is_ok(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_best_subprotocol_is_chosen() {
    let world = World::alone();
    let node = world.node().await;
    for (offered, chosen) in [
        ("v12.stomp, v11.stomp, v10.stomp", "v12.stomp"),
        ("v10.stomp, v11.stomp", "v11.stomp"),
        ("v10.stomp", "v10.stomp"),
    ] {
        let headers = [("sec-websocket-protocol", offered)];
        let dialled = dials(&node, "/ws-stomp/websocket", &headers).await;
        assert_eq!(dialled.expect("it opens").1, chosen);
    }
}

#[tokio::test]
async fn who_never_says_connect_is_closed_for_it() {
    let world = World::alone();
    let node = world.node().await;
    let mut silent = Speaker::opens(&node, Way::Plain, "").await;
    let (error, code) = silent.is_refused().await;
    assert!(
        error.header("message").contains("CONNECT did not come"),
        "{error:?}"
    );
    assert_eq!(code, 4000);
}

#[tokio::test]
async fn who_has_no_name_gives_way_when_too_many_stand_at_the_door() {
    let world = World::alone();
    let node = world.node_with(&["--openers", "2"]).await;
    let mut ann = Speaker::enters(&node, Way::Plain, "Ann").await;
    let mut first = Speaker::connects(&node, Way::Plain).await;
    let _second = Speaker::connects(&node, Way::SockJs).await;
    let _third = Speaker::connects(&node, Way::Streamed).await;
    let (error, code) = first.is_refused().await;
    assert!(
        error.header("message").contains("connect again in"),
        "{error:?}"
    );
    assert_eq!(code, 1013);
    ann.says("I stay").await;
    ann.sees("I stay").await;
}
