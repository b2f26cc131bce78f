//! What STOMP goes over: a WebSocket, or SockJS's requests.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::COOKIE;
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

use crate::frame::{Told, told, unwrap};
use crate::world::Node;

/// How one connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// STOMP in a WebSocket.
    Plain,
    /// SockJS in a WebSocket.
    SockJs,
    /// SockJS in one long answer after the other.
    Streamed,
    /// SockJS in an answer for each frame.
    Polled,
}

impl Way {
    pub const ALL: [Self; 4] = [Self::Plain, Self::SockJs, Self::Streamed, Self::Polled];
}

pub enum Line {
    Socket {
        socket: Box<WebSocketStream<MaybeTlsStream<TcpStream>>>,
        is_sockjs: bool,
    },
    Requests(Box<Requests>),
}

/// SockJS's requests, one after the other.
pub struct Requests {
    http: reqwest::Client,
    url: String,
    cookie: String,
    is_streamed: bool,
    answer: Option<reqwest::Response>,
    buffer: Vec<u8>,
}

/// A WebSocket at this path with these headers; the subprotocol that was chosen.
pub async fn dials(
    node: &Node,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<(WebSocketStream<MaybeTlsStream<TcpStream>>, String), tungstenite::Error> {
    let url = format!("{}{path}", node.url.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("an address");
    for (name, value) in headers {
        let value = value.parse().expect("a header");
        request.headers_mut().insert(*name, value);
    }
    let (socket, answer) = connect_async(request).await?;
    let chosen = answer.headers().get("sec-websocket-protocol");
    let chosen = chosen.map_or("", |chosen| chosen.to_str().expect("text"));
    Ok((socket, chosen.to_owned()))
}

/// A name for a connection of SockJS, of its own.
pub fn own_path() -> String {
    let name: protocol::SessionId = server::store::random_id::<4, _>();
    format!("/ws-stomp/000/{name}")
}

impl Line {
    pub async fn opens(node: &Node, way: Way, cookie: &str) -> Self {
        let path = own_path();
        match way {
            Way::Plain => Self::dialled(node, "/ws-stomp", cookie, false).await,
            Way::SockJs => Self::dialled(node, &(path + "/websocket"), cookie, true).await,
            Way::Streamed | Way::Polled => Self::Requests(Box::new(Requests {
                http: reqwest::Client::new(),
                url: format!("{}{path}", node.url),
                cookie: cookie.to_owned(),
                is_streamed: way == Way::Streamed,
                answer: None,
                buffer: Vec::new(),
            })),
        }
    }

    async fn dialled(node: &Node, path: &str, cookie: &str, is_sockjs: bool) -> Self {
        let dialled = dials(node, path, &[("cookie", cookie)]).await;
        Self::Socket {
            socket: Box::new(dialled.expect("it opens").0),
            is_sockjs,
        }
    }

    /// A WebSocket whose side of the network holds little: what it does not read stays with the node.
    pub async fn opens_narrow(node: &Node) -> Self {
        let host = node.url.strip_prefix("http://").expect("an address");
        let tcp = TcpSocket::new_v4().expect("a socket");
        tcp.set_recv_buffer_size(4 * 1024).expect("it may be small");
        let stream = tcp.connect(host.parse().expect("an address")).await;
        let stream = MaybeTlsStream::Plain(stream.expect("the node listens"));
        let request = format!("ws://{host}/ws-stomp").into_client_request();
        let dialled = client_async(request.expect("an address"), stream).await;
        Self::Socket {
            socket: Box::new(dialled.expect("it opens").0),
            is_sockjs: false,
        }
    }

    /// Writes this as one text.
    pub async fn writes(&mut self, text: &str) {
        match self {
            Self::Socket { socket, is_sockjs } => {
                let text = match is_sockjs {
                    true => json!([text]).to_string(),
                    false => text.to_owned(),
                };
                // Who is being closed may not hear it.
                let _ = socket.send(Message::text(text)).await;
            }
            Self::Requests(_) => {
                self.posts(&json!([text]).to_string()).await;
            }
        }
    }

    /// Writes a WebSocket's message.
    pub async fn writes_raw(&mut self, message: Message) {
        let Self::Socket { socket, .. } = self else {
            panic!("no socket");
        };
        socket.send(message).await.expect("the socket is open");
    }

    /// Posts this to `xhr_send`; the status and what is said with it.
    pub async fn posts(&mut self, body: &str) -> (u16, String) {
        let request = self.requests().asks("xhr_send").body(body.to_owned());
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("text"))
    }

    /// Listens by a second request; all that this says.
    pub async fn listens_again(&mut self) -> String {
        let answer = self.requests().asks("xhr_streaming").send().await;
        answer.expect("an answer").text().await.expect("text")
    }

    /// Breaks the answer off that is listened to.
    pub fn breaks_off(&mut self) {
        self.requests().answer = None;
    }

    fn requests(&mut self) -> &mut Requests {
        match self {
            Self::Requests(requests) => requests,
            Self::Socket { .. } => panic!("no requests"),
        }
    }

    /// Waits for what comes, and adds it.
    pub async fn reads(&mut self, all: &mut VecDeque<Told>) {
        let (socket, is_sockjs) = match self {
            Self::Socket { socket, is_sockjs } => (socket, *is_sockjs),
            Self::Requests(requests) => return requests.reads(all).await,
        };
        match socket.next().await {
            Some(Ok(Message::Text(text))) if is_sockjs => unwrap(&text, all),
            Some(Ok(Message::Text(text))) => told(&text, all),
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map_or(1005, |frame| frame.code.into());
                all.push_back(Told::Close(code));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => all.push_back(Told::Close(1006)),
        }
    }
}

impl Requests {
    fn asks(&self, what: &str) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}/{what}", self.url));
        request.header(COOKIE, &self.cookie)
    }

    async fn reads(&mut self, all: &mut VecDeque<Told>) {
        if self.answer.is_none() {
            let way = if self.is_streamed {
                "xhr_streaming"
            } else {
                "xhr"
            };
            let asked = self.asks(way).send().await.expect("an answer");
            if asked.status().as_u16() != 200 {
                return all.push_back(Told::Close(asked.status().as_u16()));
            }
            self.answer = Some(asked);
        }
        let answer = self.answer.as_mut().expect("it is there");
        match answer.chunk().await.expect("it goes on") {
            Some(bytes) => self.buffer.extend(bytes),
            None => self.answer = None,
        }
        while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            let line = std::str::from_utf8(&line[..end]).expect("text");
            if !line.starts_with("hhhh") {
                unwrap(line, all);
            }
        }
    }
}
