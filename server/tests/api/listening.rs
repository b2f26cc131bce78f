//! A room as a stream of events.

use protocol::{Entry, Kind};
use reqwest::Response;
use serde_json::json;
use tokio::time::timeout;

use crate::program::Program;
use crate::world::{Node, PATIENCE, Visitor, World};

/// An open stream, and what of it was not looked at yet.
pub struct Stream {
    answer: Response,
    text: String,
}

impl Stream {
    pub async fn open(program: &Program, node: &Node, room: &str, last: Option<&str>) -> Self {
        let request = program.request(node, "GET", &format!("/api/v1/events?room={room}"));
        let request = match last {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-cache");
        let text = String::new();
        Self { answer, text }
    }

    /// The next event with its name: its id and its data. Signs of life come all the time, and are no event.
    pub async fn hears(&mut self, name: &str) -> (String, String) {
        let (found, heard) = timeout(PATIENCE, self.next()).await.expect("in time");
        assert_eq!(found, name);
        heard
    }

    async fn next(&mut self) -> (String, (String, String)) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event: Vec<(&str, &str)> = event
                    .lines()
                    .filter_map(|line| line.split_once(':'))
                    .collect();
                let field = |name: &str| {
                    let found = event.iter().find(|(field, _)| *field == name);
                    found.map_or("", |(_, value)| value.trim()).to_owned()
                };
                let (found, heard) = (field("event"), (field("id"), field("data")));
                self.text = rest.to_owned();
                if !found.is_empty() {
                    return (found, heard);
                }
                continue;
            }
            let piece = self.answer.chunk().await.expect("no error");
            let piece = piece.expect("the stream goes on");
            self.text
                .push_str(std::str::from_utf8(&piece).expect("text"));
        }
    }

    pub async fn hears_entry(&mut self, body: &str) -> (String, Entry) {
        let (id, data) = self.hears("entry").await;
        let entry: Entry = serde_json::from_str(&data).expect("an entry");
        assert_eq!(entry.body, body);
        (id, entry)
    }
}

#[tokio::test]
async fn a_program_hears_a_room_and_after_a_break_what_it_missed_on_another_node() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let program = Program::new(&world, "Ear", "listen,push", &[]).await;
    let mut ann = Visitor::joins(&one, "Ann").await.enters(&one).await;
    ann.says("before").await;
    let mut stream = Stream::open(&program, &two, "lobby", None).await;
    ann.says("one").await;
    let (_, entry) = stream.hears_entry("one").await;
    assert_eq!((entry.kind, entry.name.as_str()), (Kind::Posted, "Ann"));
    program
        .pushes(&one, json!({ "room": "lobby" }), "two\nlines")
        .await;
    let (last, entry) = stream.hears_entry("two\nlines").await;
    assert_eq!(entry.kind, Kind::Notice);
    drop(stream);
    let missed: Vec<String> = (0..10).map(|nth| format!("missed {nth}")).collect();
    for body in &missed {
        ann.says(body).await;
    }
    let mut stream = Stream::open(&program, &one, "lobby", Some(&last)).await;
    for body in &missed {
        stream.hears_entry(body).await;
    }
    ann.says("and on").await;
    stream.hears_entry("and on").await;
}

#[tokio::test]
async fn who_knows_another_log_is_told_to_forget_it() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ear", "listen", &[]).await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    let mut stream = Stream::open(&program, &node, "lobby", Some("another.7")).await;
    stream.hears("reset").await;
    ann.says("hi").await;
    stream.hears_entry("hi").await;
}

#[tokio::test]
async fn a_program_hears_no_room_that_is_not_for_it() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let fields = [("name", "Secret"), ("topic", ""), ("kind", "private")];
    let made = ann.submits(&node, "/rooms/new", &fields).await;
    let path = made.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    let secret = path.strip_prefix("/rooms/").expect("a room").to_owned();
    let anyone = Program::new(&world, "Anyone", "all", &[]).await;
    let bound = Program::new(&world, "Bound", "listen", &[&secret]).await;
    let deaf = Program::new(&world, "Deaf", "push,online,kick", &[]).await;
    let user = crate::program::id_of(&anyone, &node, "Ann").await;
    anyone
        .pushes(&node, json!({ "user": user }), "for Ann")
        .await;
    let events = |room: &str| format!("/api/v1/events?room={room}");
    for room in [
        &secret,
        "nowhere",
        &format!("inbox-{user}"),
        &format!("notices-{user}"),
    ] {
        let answer = anyone.gets(&node, &events(room)).await;
        assert_eq!(answer.status, 404, "{room}");
    }
    assert_eq!(bound.gets(&node, &events("lobby")).await.status, 404);
    assert_eq!(deaf.gets(&node, &events("lobby")).await.status, 403);
    Stream::open(&bound, &node, &secret, None).await;
    let path = events("lobby");
    let request = anyone
        .request(&node, "GET", &path)
        .header("last-event-id", "x");
    assert_eq!(anyone.sends("GET", &path, request).await.status, 400);
    assert_eq!(anyone.gets(&node, "/api/v1/events").await.status, 422);
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(Stream::open(&anyone, &node, "lobby", None).await);
    }
    assert_eq!(anyone.gets(&node, &path).await.status, 429);
}

#[tokio::test]
async fn a_node_that_stops_ends_its_streams() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::new(&world, "Ear", "listen", &[]).await;
    let mut stream = Stream::open(&program, &node, "lobby", None).await;
    let began = std::time::Instant::now();
    node.stop().await;
    let took = began.elapsed();
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    let rest = timeout(PATIENCE, stream.answer.chunk()).await;
    assert_eq!(rest.expect("in time").expect("it ends well"), None);
}

#[tokio::test]
async fn a_stream_ends_soon_after_its_key_is_revoked() {
    let world = World::alone();
    let node = world.node().await;
    let stays = Program::new(&world, "Stays", "listen", &[]).await;
    let goes = Program::new(&world, "Goes", "listen", &[]).await;
    // It is looked at first, as it is open first.
    let mut other = Stream::open(&stays, &node, "lobby", None).await;
    let mut stream = Stream::open(&goes, &node, "lobby", None).await;
    let mut ann = Visitor::joins(&node, "Ann").await.enters(&node).await;
    ann.says("before").await;
    stream.hears_entry("before").await;
    other.hears_entry("before").await;
    let (is_done, said) = world.confab(&["key", "revoke", "Goes"]).await;
    assert!(is_done, "{said}");
    // A silent stream has signs of life, which are no end.
    let ends = async { while let Ok(Some(_)) = stream.answer.chunk().await {} };
    timeout(PATIENCE, ends).await.expect("it ends in time");
    ann.says("after").await;
    other.hears_entry("after").await;
}
