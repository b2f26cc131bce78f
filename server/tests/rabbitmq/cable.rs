//! A cable to a server that can be cut: nothing passes, and neither end is told.

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

pub struct Cable {
    port: u16,
    path: String,
    cut: Arc<watch::Sender<bool>>,
    _task: AbortOnDropHandle<()>,
}

impl Cable {
    /// To the server at `amqp://host:port/path`.
    pub async fn to(url: &str) -> Self {
        let place = url.trim_start_matches("amqp://");
        let (server, path) = place.split_once('/').unwrap_or((place, ""));
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let cut = Arc::new(watch::Sender::new(false));
        let task = tokio::spawn(accept(listener, server.to_owned(), cut.clone()));
        Self {
            port,
            path: path.to_owned(),
            cut,
            _task: AbortOnDropHandle::new(task),
        }
    }

    pub fn url(&self) -> String {
        format!("amqp://127.0.0.1:{}/{}", self.port, self.path)
    }

    pub fn cut(&self) {
        self.cut.send_replace(true);
    }
}

async fn accept(listener: TcpListener, server: String, cut: Arc<watch::Sender<bool>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let Ok(mut server) = TcpStream::connect(&server).await else {
            continue;
        };
        let mut cut = cut.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut client, &mut server) => return,
                _ = cut.wait_for(|cut| *cut) => {}
            }
            // Both ends stay open.
            std::future::pending::<()>().await;
        });
    }
}
