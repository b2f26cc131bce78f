//! A tab's socket: opening, open, or none.

use std::pin::Pin;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// There is one for each of thousands of sockets.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// A write that takes longer waits for a node that does not read: it is given up, as the engine gives up on the node.
const WRITE_MAX: Duration = Duration::from_secs(1);

/// What a socket tells when it ends without a close frame.
pub const BROKEN: u16 = 1006;

type Stream = WebSocketStream<TcpStream>;
type Dialing = Pin<Box<dyn Future<Output = anyhow::Result<Stream>> + Send>>;

pub enum Wire {
    None,
    Dialing(Dialing),
    Open(Box<Stream>),
}

/// What a wire tells.
pub enum Heard {
    Opened,
    Text(String),
    /// Closed with this code; nothing comes after it.
    Closed(u16),
}

impl Wire {
    /// Begins to open a socket, with these headers.
    pub fn dial(url: String, headers: Vec<(&'static str, String)>) -> Self {
        Self::Dialing(Box::pin(open(url, headers)))
    }

    /// What comes next; never, if there is no socket. May be dropped and asked again.
    pub async fn next(&mut self) -> Heard {
        match self {
            Self::None => std::future::pending().await,
            Self::Dialing(dialing) => match dialing.await {
                Ok(stream) => {
                    *self = Self::Open(Box::new(stream));
                    Heard::Opened
                }
                Err(_) => self.closed(BROKEN),
            },
            Self::Open(stream) => loop {
                match stream.next().await {
                    Some(Ok(Message::Text(text))) => return Heard::Text(text.as_str().to_owned()),
                    Some(Ok(Message::Close(frame))) => {
                        let code = frame.map_or(1005, |frame| frame.code.into());
                        return self.closed(code);
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return self.closed(BROKEN),
                }
            },
        }
    }

    /// Sends a text frame. On a socket that is closing it is lost; the engine sends again what is not answered.
    pub async fn send(&mut self, text: String) {
        if let Self::Open(stream) = self {
            let _ = timeout(WRITE_MAX, stream.send(Message::text(text))).await; // its end is told by `next`
        }
    }

    /// Says goodbye with this code.
    pub async fn close(&mut self, code: u16) {
        if let Self::Open(stream) = self {
            let goodbye = CloseFrame {
                code: code.into(),
                reason: "".into(),
            };
            let _ = timeout(WRITE_MAX, WebSocketStream::close(stream, Some(goodbye))).await; // whether it is heard or not
        }
        *self = Self::None;
    }

    /// Goes away without a word.
    pub fn cut(&mut self) {
        *self = Self::None;
    }

    fn closed(&mut self, code: u16) -> Heard {
        *self = Self::None;
        Heard::Closed(code)
    }
}

async fn open(url: String, headers: Vec<(&'static str, String)>) -> anyhow::Result<Stream> {
    let mut request = url.into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(name, value.parse()?);
    }
    let host = request.uri().authority().context("no host")?;
    let tcp = TcpStream::connect(host.as_str()).await?;
    tcp.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let (stream, _) = client_async_with_config(request, tcp, Some(config)).await?;
    Ok(stream)
}
