//! A network that loses what a server says to its subscribers, without closing anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

pub struct Swallower {
    port: u16,
    swallows: Arc<AtomicBool>,
    _task: AbortOnDropHandle<()>,
}

impl Swallower {
    pub async fn before(url: &str) -> Self {
        let server = url.trim_start_matches("redis://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let swallows = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(accept(listener, server, swallows.clone()));
        Self {
            port,
            swallows,
            _task: AbortOnDropHandle::new(task),
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn swallow_subscriptions(&self) {
        self.swallows.store(true, Relaxed);
    }

    pub fn let_pass(&self) {
        self.swallows.store(false, Relaxed);
    }
}

async fn accept(listener: TcpListener, server: String, swallows: Arc<AtomicBool>) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&server).await else {
            continue;
        };
        tokio::spawn(pass(client, server, swallows.clone()));
    }
}

async fn pass(mut client: TcpStream, mut server: TcpStream, swallows: Arc<AtomicBool>) {
    let mut subscribes = false;
    let (mut up, mut down) = ([0; 16_384], [0; 16_384]);
    loop {
        tokio::select! {
            Ok(n) = client.read(&mut up) => {
                subscribes |= up[..n].windows(9).any(|word| word == b"SUBSCRIBE");
                if n == 0 || server.write_all(&up[..n]).await.is_err() {
                    return;
                }
            }
            Ok(n) = server.read(&mut down) => {
                if subscribes && swallows.load(Relaxed) {
                    continue;
                }
                if n == 0 || client.write_all(&down[..n]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}
