//! What SockJS's requests are answered.

use tokio_tungstenite::tungstenite::Message;

use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::{Visitor, World};

#[tokio::test]
async fn what_is_no_array_of_texts_is_refused() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Streamed, "Ann").await;
    assert_eq!(
        ann.line.posts("").await,
        (500, "Payload expected.".to_owned())
    );
    assert_eq!(
        ann.line.posts("[\"x").await,
        (500, "Broken JSON encoding.".to_owned())
    );
    assert_eq!(ann.line.posts("[]").await.0, 204);
    let (status, _) = ann
        .line
        .posts(&format!("[\"{}\"]", "x".repeat(140_000)))
        .await;
    assert_eq!(status, 413);
    ann.says("still here").await;
    ann.sees("still here").await;
    assert_eq!(ann.line.posts("[1]").await.0, 204);
    assert_eq!(ann.is_refused().await.1, 1002);

    let mut bob = Speaker::opens(&node, Way::SockJs, "").await;
    bob.line.writes_raw(Message::text("")).await;
    bob.shakes_hands().await;
    bob.line.writes_raw(Message::text("{")).await;
    assert_eq!(bob.is_refused().await.1, 1002);
}

#[tokio::test]
async fn an_unknown_connection_takes_nothing() {
    let world = World::alone();
    let node = world.node().await;
    for path in [
        "/ws-stomp/000/nobody/xhr_send",
        "/ws-stomp/0.0/nobody/xhr_send",
        "/ws-stomp/000/a.b/xhr_send",
    ] {
        let request = Visitor::new()
            .request(&node, "POST", path)
            .body("[\"\\n\"]");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
    let opened = Visitor::new()
        .request(&node, "POST", "/ws-stomp/a.b/c/xhr")
        .send()
        .await;
    assert_eq!(opened.expect("an answer").status().as_u16(), 404);
}

#[tokio::test]
async fn only_one_listens_at_a_time() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Streamed, "Ann").await;
    let again = ann.line.listens_again().await;
    assert!(
        again.ends_with("\nc[2010,\"Another connection still open\"]\n"),
        "{again}"
    );
    ann.says("the first one goes on").await;
    ann.sees("the first one goes on").await;
}

#[tokio::test]
async fn a_long_answer_ends_and_the_next_one_goes_on() {
    let world = World::alone();
    let node = world
        .node_with(&["--sends-per-sec", "1000", "--sends-burst", "1000"])
        .await;
    let mut ann = Speaker::enters(&node, Way::Streamed, "Ann").await;
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    let said: Vec<String> = (0..100).map(|nth| format!("{nth:-<3900}")).collect();
    for body in &said {
        page.says(body).await;
    }
    assert_eq!(ann.sees_all_until(&said[99]).await, said);
}

#[tokio::test]
async fn a_connection_ends_when_nobody_listens_any_more() {
    let world = World::alone();
    let node = world.node().await;
    let mut page = Visitor::joins(&node, "Page").await.enters(&node).await;
    let mut cut = Speaker::enters(&node, Way::Streamed, "Cut").await;
    let away = Speaker::enters(&node, Way::Polled, "Away").await;
    page.is_told("Away", true).await;
    cut.line.breaks_off();
    page.is_told("Cut", false).await;
    drop(away);
    page.is_told("Away", false).await;
    assert_eq!(cut.line.posts("[\"\\n\"]").await.0, 404);
    Speaker::are_gone(&node).await;
}

#[tokio::test]
async fn the_last_words_are_told_to_who_asks_again_and_again() {
    let world = World::alone();
    let node = world.node().await;
    let mut ann = Speaker::enters(&node, Way::Polled, "Ann").await;
    ann.sends("DISCONNECT", &[("receipt", "bye")], "").await;
    ann.has_receipt("bye").await;
    assert_eq!(ann.is_closed().await, 1000);
    let mut bob = Speaker::connects(&node, Way::Polled).await;
    bob.sends("ACK", &[], "").await;
    let (error, code) = bob.is_refused().await;
    assert!(error.header("message").contains("ACK"), "{error:?}");
    assert_eq!(code, 1002);
    assert_eq!(bob.line.posts("[]").await.0, 404, "and then it is no more");
}
