//! A page whose node died opens its next page at another one, where there is no cookie of it.

use reqwest::Response;
use reqwest::header::SET_COOKIE;

use super::world::person::location;
use super::world::{Node, Visitor, World};

async fn moves(to: &Node, origin: &str, token: &str, next: &str) -> Response {
    let request = Visitor::new().request(to, "POST", "/enter");
    let request = request.header("origin", origin);
    let request = request.header("sec-fetch-site", "cross-site");
    let request = request.form(&[("token", token), ("next", next)]);
    request.send().await.expect("an answer")
}

fn cookie(answer: &Response) -> Option<&str> {
    let cookie = answer.headers().get(SET_COOKIE)?.to_str().expect("text");
    cookie.split(';').next()
}

#[tokio::test]
async fn whose_node_died_is_signed_in_at_another_one_and_goes_on_there() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    let origin = one.url.clone();
    one.kill().await;
    let moved = moves(&two, &origin, &ann.token, "/rooms/lobby?at=1#m1").await;
    assert_eq!(moved.status().as_u16(), 303);
    assert_eq!(location(&moved), "/rooms/lobby?at=1");
    let own = cookie(&moved).expect("she is signed in there").to_owned();
    assert!(!own.ends_with(&ann.token), "by a token of its own");
    let page = Visitor::new().request(&two, "GET", "/rooms/lobby");
    let page = page.header("cookie", own).send().await.expect("an answer");
    assert_eq!(page.status().as_u16(), 200);
    assert!(page.text().await.expect("text").contains("Ann"));
}

#[tokio::test]
async fn only_our_pages_move_and_only_with_a_good_token() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    for origin in ["https://evil.example", "null"] {
        let refused = moves(&two, origin, &ann.token, "/rooms/lobby").await;
        assert_eq!(refused.status().as_u16(), 403, "{origin}");
        assert_eq!(cookie(&refused), None, "{origin}");
    }
    for token in ["", "guessed", &"A".repeat(43)] {
        let asked = moves(&two, &one.url, token, "/rooms/lobby").await;
        assert_eq!(location(&asked), "/?next=/rooms/lobby", "{token:?}");
        assert_eq!(cookie(&asked), None, "{token:?}");
    }
    for next in ["//evil.example", "https://evil.example/", ""] {
        let moved = moves(&two, &one.url, &ann.token, next).await;
        assert_eq!(location(&moved), "/rooms/lobby", "{next:?}");
    }
    let without = Visitor::new().request(&two, "POST", "/enter");
    let without = without.form(&[("next", "/")]).send().await;
    assert_eq!(without.expect("an answer").status().as_u16(), 422);
}
