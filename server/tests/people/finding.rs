//! Looking for people.

use protocol::Person;

use crate::account;
use crate::world::person::location;
use crate::world::{Node, Visitor, World};

async fn finds(visitor: &Visitor, node: &Node, begins: &str) -> Vec<String> {
    let request = visitor.request(node, "GET", "/people");
    let request = request.query(&[("name", begins)]);
    let answer = request.header("accept", "application/json").send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    let found: Vec<Person> = answer.json().await.expect("people");
    found.iter().map(|person| person.name.to_string()).collect()
}

#[tokio::test]
async fn people_are_found_by_how_their_name_begins_however_it_is_written() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann Lee").await;
    for name in ["Anna", "Bob", "Ännchen", "李雷"] {
        Visitor::joins(&node, name).await;
    }
    assert_eq!(finds(&ann, &node, "an").await, ["Anna", "Ann Lee"]);
    assert_eq!(finds(&ann, &node, "ＡＮＮＬ").await, ["Ann Lee"]);
    assert_eq!(finds(&ann, &node, "李").await, ["李雷"]);
    assert_eq!(finds(&ann, &node, "%").await, [""; 0]);
    assert_eq!(finds(&ann, &node, "' OR 1=1 --").await, [""; 0]);
    assert_eq!(finds(&ann, &node, "").await.len(), 5);
}

#[tokio::test]
async fn who_has_left_for_good_is_not_found() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let bob = Visitor::joins(&node, "Bob").await;
    account(&node, "Bobby")
        .await
        .submits(&node, "/leave", &[])
        .await;
    bob.submits(&node, "/leave", &[]).await;
    assert_eq!(finds(&ann, &node, "Bob").await, ["Bobby"]);
}

#[tokio::test]
async fn strangers_find_nobody() {
    let world = World::alone();
    let node = world.node().await;
    Visitor::joins(&node, "Ann").await;
    let request = Visitor::new().request(&node, "GET", "/people?name=A");
    let answer = request.header("accept", "application/json").send().await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 401);
    let answer = Visitor::new().gets(&node, "/people").await;
    assert_eq!(location(&answer), "/?next=/people");
}

#[tokio::test]
async fn script_in_a_name_is_text_on_every_page_of_people() {
    let world = World::alone();
    let node = world.node().await;
    let ann = account(&node, "<script>x</script>").await;
    Visitor::joins(&node, "\"><img src=x>").await;
    for path in [
        "/account",
        "/people",
        "/people?name=%22%3E%3Cimg%20src=x%3E",
    ] {
        let answer = ann.gets(&node, path).await;
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let page = answer.text().await.expect("text");
        assert!(
            !page.contains("<script>x") && !page.contains("<img"),
            "{page}"
        );
    }
    let fields = [("name", "\"><script>x</script>"), ("password", "y")];
    let answer = Visitor::new().submits(&node, "/sign-in", &fields).await;
    let page = answer.text().await.expect("text");
    assert!(!page.contains("<script>x"), "{page}");
}
