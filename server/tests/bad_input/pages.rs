//! Forms and addresses nobody of ours would send.

use crate::world::{Client, Visitor, World};

#[tokio::test]
async fn an_unfit_name_is_refused_with_its_reason() {
    let world = World::alone();
    let node = world.node().await;
    Visitor::joins(&node, "Ann").await;
    for name in [
        "",
        "   ",
        "ann",
        "Ａnn",
        "Admin",
        "a\u{202E}b",
        "a\tb",
        &"x".repeat(33),
    ] {
        let answer = Visitor::new()
            .submits(&node, "/join", &[("name", name)])
            .await;
        assert_eq!(answer.status().as_u16(), 422, "{name:?}");
        assert!(answer.headers().get("set-cookie").is_none(), "{name:?}");
        let page = answer.text().await.expect("text");
        assert!(
            page.contains(r#"role="alert""#),
            "{name:?}: the page says why"
        );
    }
}

#[tokio::test]
async fn a_foreign_page_opens_no_socket_and_posts_no_form() {
    let world = World::alone();
    let node = world
        .node_with(&["--allow-origin", "https://intranet.example"])
        .await;
    let visitor = Visitor::joins(&node, "Ann").await;
    for (origin, may) in [
        ("https://evil.example", false),
        ("null", false),
        ("https://intranet.example", true),
        (node.url.as_str(), true),
    ] {
        let opened =
            Client::connect(&node, &[("cookie", &visitor.cookie), ("origin", origin)]).await;
        assert_eq!(opened.is_ok(), may, "{origin}");
    }
    let forged = visitor
        .request(&node, "POST", "/rooms/lobby/messages")
        .header("origin", "https://evil.example");
    let answer = forged
        .form(&[("cid", "c1"), ("body", "forged")])
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status().as_u16(), 403);
}

#[tokio::test]
async fn script_in_names_and_messages_is_text_and_the_policy_forbids_inline() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "<script>x</script>").await;
    let fields = [
        ("cid", "c1"),
        ("body", "<img src=x onerror=alert(1)>\"'</textarea>"),
    ];
    visitor
        .submits(&node, "/rooms/lobby/messages", &fields)
        .await;
    let answer = visitor.gets(&node, "/rooms/lobby").await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("script-src 'self' 'nonce-") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    let page = answer.text().await.expect("text");
    assert!(
        !page.contains("<img src=x") && !page.contains("<script>x"),
        "{page}"
    );
    assert!(
        page.contains("&lt;img src=x onerror=alert(1)&gt;"),
        "{page}"
    );
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let world = World::alone();
    let node = world.node().await;
    let visitor = Visitor::joins(&node, "Ann").await;
    for path in [
        "/nowhere",
        "/rooms/cellar",
        "/rooms/..%2Fetc",
        "/rooms/cellar/entries",
        "/pkg/none.js",
    ] {
        assert_eq!(
            visitor.gets(&node, path).await.status().as_u16(),
            404,
            "{path}"
        );
    }
    assert_eq!(
        Visitor::new()
            .gets(&node, "/rooms/lobby/entries")
            .await
            .status()
            .as_u16(),
        401
    );
    let long = "x".repeat(80_000);
    let answer = visitor
        .submits(
            &node,
            "/rooms/lobby/messages",
            &[("cid", "c1"), ("body", &long)],
        )
        .await;
    assert_eq!(answer.status().as_u16(), 413);
    let answer = visitor
        .submits(
            &node,
            "/rooms/lobby/messages",
            &[("cid", "c1"), ("body", " ")],
        )
        .await;
    assert_eq!(answer.status().as_u16(), 422);
}
