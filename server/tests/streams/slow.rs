//! Who opens a stream and does not read it.

use std::time::{Duration, Instant};

use protocol::Event;
use server::store::random_id;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{interval, timeout};

use crate::world::raw::HELLO;
use crate::world::{Client, Node, PATIENCE, Visitor, World};

/// Bytes that this side of the network holds.
const NARROW: u32 = 4 * 1024;

/// Messages more than all buffers on the way hold.
const MESSAGES: u64 = 600;
const BODY_BYTES: usize = 4_000;

/// Memory one such client may cost, as one with a socket.
const SLOW_KIB_MAX: u64 = 512;

/// A stream read line by line, if at all.
struct Narrow(BufReader<TcpStream>);

impl Narrow {
    /// A session in the lobby, of which nothing but its name was read.
    async fn enters(node: &Node, visitor: &Visitor) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(NARROW).expect("a size");
        let host = node.url.strip_prefix("http://").expect("an address");
        let address = host.parse().expect("an address");
        let mut stream = socket.connect(address).await.expect("it is open");
        let cookie = &visitor.cookie;
        let head = format!("GET /stream HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("it is open");
        let mut narrow = Self(BufReader::new(stream));
        while narrow.line().await != "event: stream" {}
        let name = narrow.line().await;
        let name = name.strip_prefix("data: ").expect("its name");
        let hello = [name.as_bytes(), b"\n", HELLO].concat();
        let posted = visitor.request(node, "POST", "/stream").body(hello).send();
        assert_eq!(posted.await.expect("an answer").status().as_u16(), 204);
        narrow
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.0.read_line(&mut line)).await;
        read.expect("something comes in time").expect("it is open");
        line.trim_end().to_owned()
    }

    /// The seqs of all entries up to this one, as they come.
    async fn seqs_until(&mut self, last: u64) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.last() != Some(&last) {
            let line = self.line().await;
            let Some(frame) = line.strip_prefix("data: ") else {
                continue;
            };
            match serde_json::from_str(frame) {
                Ok(Event::Entry(entry)) => seqs.push(entry.seq),
                Ok(Event::Entries { entries, .. }) => {
                    seqs.extend(entries.iter().map(|entry| entry.seq));
                }
                _ => {}
            }
        }
        seqs
    }
}

async fn talks(bob: &mut Client) {
    for _ in 0..MESSAGES {
        let word: protocol::SessionId = random_id::<8, _>();
        bob.says(&format!("{word:-<BODY_BYTES$}")).await;
    }
}

#[tokio::test]
async fn who_does_not_read_is_given_up_after_20_seconds_and_who_reads_late_misses_nothing() {
    const SLOW: u64 = 5;
    let world = World::alone();
    let flags = [
        "--log",
        "info",
        "--sends-per-sec",
        "1000",
        "--sends-burst",
        "1000",
    ];
    let node = world.node_with(&flags).await;
    let mut bob = Visitor::joins(&node, "Bob").await.enters(&node).await;
    let cyd = Visitor::joins(&node, "Cyd").await;
    talks(&mut bob).await;
    let before = node.memory_kib();
    let began = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        slow.push(Narrow::enters(&node, &cyd).await);
    }
    talks(&mut bob).await;
    let each = node.memory_kib().saturating_sub(before) / SLOW;
    println!("each of {SLOW} who do not read costs {each} KiB");
    assert!(each <= SLOW_KIB_MAX, "{each} KiB");

    let mut late = slow.pop().expect("there are some");
    let seqs = late.seqs_until(2 * MESSAGES).await;
    let first = *seqs.first().expect("there are some");
    assert!(first <= MESSAGES + 1, "{first}");
    assert!(
        seqs.into_iter().eq(first..=2 * MESSAGES),
        "each once and in order"
    );

    let mut look = interval(Duration::from_millis(100));
    let given_up = async {
        while node
            .counts(r#"confab_sockets_closed_total{code="4010"}"#)
            .await
            < SLOW - 1
        {
            look.tick().await;
        }
    };
    timeout(3 * PATIENCE, given_up)
        .await
        .expect("they are given up");
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(19), "{took:?}");
}
