//! A network that loses what a server says to its subscribers, without closing anything, or closes it.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

/// Whether a client that says this is a subscriber.
type Subscribes = fn(&[u8]) -> bool;

pub struct Swallower {
    scheme: String,
    port: u16,
    fate: Arc<Fate>,
    task: AbortOnDropHandle<()>,
}

/// What becomes of subscribers.
#[derive(Default)]
struct Fate {
    swallows: AtomicBool,
    is_cut: Notify,
}

impl Swallower {
    pub async fn before(url: &str) -> Self {
        let (scheme, server) = url.split_once("://").expect("an address");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let mut swallower = Self::on(listener, server.to_owned(), listens);
        swallower.scheme = scheme.to_owned();
        swallower
    }

    /// Takes the clients of the server at `host:port`.
    pub fn on(listener: std::net::TcpListener, server: String, subscribes: Subscribes) -> Self {
        let set = listener.set_nonblocking(true);
        set.expect("a socket can be set");
        let listener = TcpListener::from_std(listener).expect("a runtime is there");
        let port = listener.local_addr().expect("it is bound").port();
        let fate = Arc::new(Fate::default());
        let task = tokio::spawn(accept(listener, server, subscribes, fate.clone()));
        Self {
            scheme: "redis".to_owned(),
            port,
            fate,
            task: AbortOnDropHandle::new(task),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    pub fn swallow_subscriptions(&self) {
        self.fate.swallows.store(true, Relaxed);
    }

    pub fn let_pass(&self) {
        self.fate.swallows.store(false, Relaxed);
    }

    /// Takes no more clients. Returns when another one may listen there.
    pub async fn ends(self) {
        self.task.abort();
        let _ = self.task.await; // it was cancelled
    }

    /// Closes what subscribers have open.
    pub fn cut_subscriptions(&self) {
        self.fate.is_cut.notify_waiters();
    }
}

/// As subscribers of Redis and of AMQP 0-9-1 (`basic.consume`) say it.
fn listens(said: &[u8]) -> bool {
    let words: [&[u8]; 2] = [b"SUBSCRIBE", &[0, 60, 0, 20]];
    let says = |word: &&[u8]| said.windows(word.len()).any(|part| part == *word);
    words.iter().any(says)
}

async fn accept(listener: TcpListener, server: String, subscribes: Subscribes, fate: Arc<Fate>) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&server).await else {
            continue;
        };
        tokio::spawn(pass(client, server, subscribes, fate.clone()));
    }
}

async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    subscribes: Subscribes,
    fate: Arc<Fate>,
) {
    let mut is_subscriber = false;
    let (mut up, mut down) = ([0; 16_384], [0; 16_384]);
    loop {
        tokio::select! {
            Ok(n) = client.read(&mut up) => {
                is_subscriber |= subscribes(&up[..n]);
                if n == 0 || server.write_all(&up[..n]).await.is_err() {
                    return;
                }
            }
            Ok(n) = server.read(&mut down) => {
                if is_subscriber && fate.swallows.load(Relaxed) {
                    continue;
                }
                if n == 0 || client.write_all(&down[..n]).await.is_err() {
                    return;
                }
            }
            () = fate.is_cut.notified(), if is_subscriber => return,
            else => return,
        }
    }
}
