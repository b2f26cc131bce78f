//! What the light client finds wrong, with a server that does it wrong.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::frame::{self, CLOSE, PING, PONG, TEXT, put};
use super::{Light, Pace, Plan, Tally, Ticket, stamp};
use crate::floor::room::{Room, put_entry};

const PATIENCE: Duration = Duration::from_secs(30);

/// The answer of a light client that is told this, a list for each of its connections.
struct Found {
    tally: Tally,
    lost: u64,
    /// What the server was told besides.
    said: Vec<Vec<u8>>,
}

/// Serves as many connections as there are scripts, one after the other; then waits until all are closed.
fn serve(listener: TcpListener, scripts: Vec<Vec<u8>>) -> JoinHandle<Vec<Vec<u8>>> {
    std::thread::spawn(move || {
        let greet = |script: &Vec<u8>| {
            let (mut socket, _) = listener.accept().expect("a client comes");
            read_until(&mut socket, |said| said.ends_with(b"\r\n\r\n"));
            let greeting = Room::new("lobby".to_owned()).greeting();
            let upgrade = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
            socket
                .write_all(&[&upgrade[..], &greeting].concat())
                .expect("it is there");
            read_until(&mut socket, |said| {
                matches!(frame::first(said), Ok(Some(_)))
            });
            (socket, script.clone())
        };
        let mut greeted: Vec<_> = scripts.iter().map(greet).collect();
        for (socket, script) in &mut greeted {
            // In pieces, as nobody promises whole frames.
            let mut pieces = script.chunks(7);
            pieces
                .try_for_each(|piece| socket.write_all(piece))
                .expect("it is there");
        }
        let hear = |(mut socket, _): (TcpStream, Vec<u8>)| {
            let mut said = Vec::new();
            socket.read_to_end(&mut said).expect("it goes");
            said
        };
        greeted.into_iter().map(hear).collect()
    })
}

fn read_until(socket: &mut TcpStream, is_enough: impl Fn(&[u8]) -> bool) {
    let (mut said, mut byte) = (Vec::new(), [0]);
    while !is_enough(&said) {
        socket.read_exact(&mut byte).expect("it goes on");
        said.push(byte[0]);
    }
}

/// The frames of these seqs.
fn entries(seqs: &[u64]) -> Vec<u8> {
    let mut frames = Vec::new();
    for seq in seqs {
        let (mut text, mut body) = (Vec::new(), Vec::new());
        stamp::put(stamp::now(), &mut body);
        let body = String::from_utf8(body).expect("digits");
        put_entry(&mut text, "lobby", *seq, "c", &body);
        put(TEXT, &text, &mut frames);
    }
    frames
}

/// Has all connections told their script, at least `told` entries of them.
async fn found(scripts: Vec<Vec<u8>>, told: u64) -> Found {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let ticket = Ticket {
        to: listener.local_addr().expect("it is bound"),
        cookie: Arc::from(""),
        room: 0,
    };
    let count = scripts.len();
    let server = serve(listener, scripts);
    let mut light = Light::new(1, &["lobby".to_owned()]).expect("threads can be started");
    light.open(vec![ticket; count], 1).expect("it runs");
    light.is_greeted(PATIENCE).await.expect("all are greeted");
    let began = std::time::Instant::now();
    while light.progress.delivered() < told {
        assert!(
            began.elapsed() < PATIENCE,
            "{} came",
            light.progress.delivered()
        );
        tokio::task::yield_now().await;
    }
    let (tally, lost) = (
        light.take().await.expect("it runs"),
        light.lost().await.expect("it runs"),
    );
    drop(light);
    let said = tokio::task::spawn_blocking(|| server.join().expect("it ends")).await;
    Found {
        tally,
        lost,
        said: said.expect("it ends"),
    }
}

#[tokio::test]
async fn a_sound_stream_is_found_sound_and_timed() {
    let Found { tally, lost, .. } = found(vec![entries(&[1, 2, 3]); 2], 6).await;
    assert_eq!((tally.delivered, tally.delivery.len()), (6, 6));
    assert_eq!((lost, tally.doubled, tally.misordered), (0, 0, 0));
    assert!(
        tally.delivery.max() < 60_000_000,
        "{} µs",
        tally.delivery.max()
    );
}

#[tokio::test]
async fn a_doubled_frame_is_found() {
    let Found { tally, lost, .. } = found(vec![entries(&[1, 2, 2, 3])], 4).await;
    assert_eq!((lost, tally.doubled, tally.misordered), (0, 1, 0));
}

#[tokio::test]
async fn a_misordered_frame_is_found() {
    let Found { tally, lost, .. } = found(vec![entries(&[1, 3, 2, 4])], 4).await;
    assert_eq!((lost, tally.doubled, tally.misordered), (0, 0, 1));
}

#[tokio::test]
async fn a_lost_frame_is_found_in_the_middle_and_at_the_end() {
    let scripts = vec![entries(&[1, 2, 3, 4]), entries(&[1, 3])];
    let Found { tally, lost, .. } = found(scripts, 6).await;
    assert_eq!((lost, tally.doubled, tally.misordered), (2, 0, 0));
}

#[tokio::test]
async fn a_fresh_page_is_told_as_skipped_and_not_as_delivered_twice() {
    let mut script = entries(&[1, 2]);
    let fresh = br#"{"type":"entries","room":"lobby","fresh":true,"entries":[{"room":"lobby","seq":9,"body":""}]}"#;
    put(TEXT, fresh, &mut script);
    script.extend(entries(&[10]));
    let Found { tally, lost, .. } = found(vec![script], 4).await;
    assert_eq!(
        (lost, tally.doubled, tally.skipped, tally.delivered),
        (0, 0, 6, 4)
    );
}

#[tokio::test]
async fn a_ping_is_answered() {
    let mut script = Vec::new();
    put(PING, b"there?", &mut script);
    script.extend(entries(&[1]));
    let Found { said, .. } = found(vec![script], 1).await;
    let (mut pong, answer) = (Vec::new(), frame::first(&said[0]));
    let answer = answer.expect("a frame").expect("a whole one");
    answer.unmasked(&mut pong);
    assert_eq!((answer.opcode, &pong[..]), (PONG, &b"there?"[..]));
}

#[tokio::test]
async fn a_close_is_counted_by_its_code() {
    let mut script = entries(&[1]);
    put(CLOSE, &1012_u16.to_be_bytes(), &mut script);
    let Found { tally, .. } = found(vec![script], 1).await;
    assert_eq!(tally.closed.get(&1012), Some(&1));
}

#[tokio::test]
async fn what_is_written_is_stamped_and_as_long_as_wanted() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let to = listener.local_addr().expect("it is bound");
    let server = serve(listener, vec![Vec::new()]);
    let mut light = Light::new(1, &["lobby".to_owned()]).expect("threads can be started");
    let ticket = Ticket {
        to,
        cookie: Arc::from(""),
        room: 0,
    };
    light.open(vec![ticket], 1).expect("it runs");
    light.is_greeted(PATIENCE).await.expect("it is greeted");
    let plan = Plan {
        pace: Pace::Answered,
        bytes: 128,
        began: std::time::Instant::now(),
    };
    light.write(Some(plan)).expect("it runs");
    light.take().await.expect("it has obeyed");
    drop(light);
    let said = tokio::task::spawn_blocking(|| server.join().expect("it ends"))
        .await
        .expect("it ends");
    let (mut text, found) = (Vec::new(), frame::first(&said[0]).expect("a frame"));
    found.expect("a whole one").unmasked(&mut text);
    let protocol::Command::Send { cid, body, .. } =
        serde_json::from_slice(&text).expect("a command")
    else {
        panic!("{}", String::from_utf8_lossy(&text))
    };
    assert_eq!(body.len(), 128);
    assert_eq!(
        stamp::read(cid.as_str().as_bytes()),
        stamp::read(body.as_bytes())
    );
    assert_eq!(frames(&said[0]), 1, "the next one waits for an answer");
}

fn frames(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Ok(Some(found)) = frame::first(bytes) {
        (count, bytes) = (count + 1, &bytes[found.length..]);
    }
    count
}
