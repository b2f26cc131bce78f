//! What people do with rooms by their forms.

use protocol::{Person, RoomId};
use reqwest::Response;
use serde::Deserialize;

use crate::world::person::{cid, location};
use crate::world::{Node, Visitor};

/// Makes a room by the form, or fails.
pub async fn makes(visitor: &Visitor, node: &Node, kind: &str, name: &str) -> RoomId {
    let cid = cid();
    let fields = [("cid", cid.as_str()), ("kind", kind), ("name", name)];
    let answer = visitor.submits(node, "/rooms/new", &fields).await;
    room_led_to(&answer)
}

/// The room that an answer leads to.
pub fn room_led_to(answer: &Response) -> RoomId {
    assert_eq!(answer.status().as_u16(), 303);
    let path = location(answer).strip_prefix("/rooms/");
    path.expect("it leads to a room").parse().expect("an id")
}

/// Uses a form of the page about a room; its status and the text of the page.
pub async fn does(
    visitor: &Visitor,
    node: &Node,
    (room, verb): (&RoomId, &str),
    fields: &[(&str, &str)],
) -> (u16, String) {
    let cid = cid();
    let mut all = vec![("cid", cid.as_str())];
    all.extend(fields);
    let answer = visitor
        .submits(node, &format!("/rooms/{room}/{verb}"), &all)
        .await;
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// Who is in a room, as the app is told it.
#[derive(Debug, Deserialize)]
pub struct People {
    pub owner: Option<String>,
    pub count: u64,
    pub people: Vec<Person>,
}

pub async fn people_of(visitor: &Visitor, node: &Node, room: &RoomId) -> People {
    let path = format!("/rooms/{room}/about");
    let request = visitor.request(node, "GET", &path);
    let request = request.header("accept", "application/json");
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("people")
}

/// The id of somebody by the name they joined under.
pub async fn id_of(visitor: &Visitor, node: &Node, name: &str) -> String {
    let request = visitor.request(node, "GET", &format!("/people?name={name}"));
    let request = request.header("accept", "application/json");
    let answer = request.send().await.expect("an answer");
    let found: Vec<Person> = answer.json().await.expect("people");
    let found = found
        .into_iter()
        .find(|person| person.name.as_str() == name);
    found.expect("they are here").id.to_string()
}
