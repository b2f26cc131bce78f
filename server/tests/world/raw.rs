//! A socket below WebSocket: writes what no library would, reads as fast as the test wants.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::{Node, PATIENCE};

pub const CONTINUED: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xA;
pub const FIN: u8 = 0x80;

/// No byte of it is 0, so that what is not unmasked is seen.
const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

pub const HELLO: &[u8] = br#"{"type":"hello","version":1,"open":"lobby"}"#;

pub struct Raw {
    stream: TcpStream,
    /// Read, but not yet heard.
    buffer: Vec<u8>,
    /// A write found the connection torn down.
    is_reset: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Text(String),
    Ping,
    Pong(Vec<u8>),
    /// With its code; 1005 if it has none.
    Close(u16),
    /// The connection ended without a word.
    End,
    /// The connection was torn down: what was on its way may be lost.
    Reset,
}

/// A whole frame as a client writes it, `first` being FIN, reserved bits and opcode.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = head(first, payload.len() as u64);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(b, m)| b ^ m));
    bytes
}

/// A frame up to its payload, of which only the length is told.
pub fn head(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..126 => bytes.push(0x80 | length as u8),
        126..0x1_0000 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes
}

pub fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes()[..], reason].concat())
}

impl Raw {
    /// A TCP connection and nothing more.
    pub async fn dials(node: &Node) -> Self {
        Self::dial(node, None).await
    }

    /// A WebSocket of this visitor, without a hello.
    pub async fn connects(node: &Node, cookie: &str) -> Self {
        let mut raw = Self::dials(node).await;
        raw.upgrades(cookie).await;
        raw
    }

    /// A session, which has heard all that comes unasked.
    pub async fn enters(node: &Node, cookie: &str) -> Self {
        let mut raw = Self::connects(node, cookie).await;
        raw.is_welcome().await;
        raw
    }

    /// A session whose side of the network holds little: what it does not read stays with the node.
    pub async fn enters_narrow(node: &Node, cookie: &str) -> Self {
        let mut raw = Self::connects_narrow(node, cookie).await;
        raw.is_welcome().await;
        raw
    }

    /// The same without a hello.
    pub async fn connects_narrow(node: &Node, cookie: &str) -> Self {
        let mut raw = Self::dial(node, Some(8 * 1024)).await;
        raw.upgrades(cookie).await;
        raw
    }

    async fn dial(node: &Node, receive_bytes: Option<u32>) -> Self {
        let address: SocketAddr = node.url["http://".len()..].parse().expect("an address");
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = receive_bytes {
            socket.set_recv_buffer_size(bytes).expect("it may be small");
        }
        let stream = socket.connect(address).await.expect("the node listens");
        stream.set_nodelay(true).expect("it is open");
        Self {
            stream,
            buffer: Vec::new(),
            is_reset: false,
        }
    }

    /// Takes more at once from now on.
    pub fn widens(&self) {
        let socket = socket2::SockRef::from(&self.stream);
        socket
            .set_recv_buffer_size(256 * 1024)
            .expect("it may be wide");
    }

    async fn upgrades(&mut self, cookie: &str) {
        let request = format!(
            "GET /ws HTTP/1.1\r\nhost: confab\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\ncookie: {cookie}\r\n\r\n"
        );
        self.writes(request.as_bytes()).await;
        let end = loop {
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            assert!(self.reads().await, "the node answers the upgrade");
        };
        let answer: Vec<u8> = self.buffer.drain(..end).collect();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    }

    async fn is_welcome(&mut self) {
        self.writes(&frame(FIN | TEXT, HELLO)).await;
        self.hears_until(
            |heard| matches!(heard, Heard::Text(text) if text.contains(r#""type":"online""#)),
        )
        .await;
    }

    /// Writes all of it, or as much as the other side wants.
    pub async fn writes(&mut self, bytes: &[u8]) {
        self.is_reset |= self.stream.write_all(bytes).await.is_err();
    }

    pub async fn hears_until(&mut self, wanted: impl Fn(&Heard) -> bool) {
        loop {
            let heard = self.hears().await;
            if wanted(&heard) {
                return;
            }
            assert!(matches!(heard, Heard::Text(_) | Heard::Ping), "{heard:?}");
        }
    }

    pub async fn hears(&mut self) -> Heard {
        self.hears_within(PATIENCE)
            .await
            .expect("something comes in time")
    }

    /// What comes next, unless nothing does in time.
    pub async fn hears_within(&mut self, time: Duration) -> Option<Heard> {
        timeout(time, self.next()).await.ok()
    }

    /// Takes whatever has come, without looking at it.
    pub async fn reads(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(1..))
    }

    async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.take_frame() {
                return heard;
            }
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) if !self.is_reset => return Heard::End,
                Ok(0) => return Heard::Reset,
                Ok(_) => {}
                Err(_) => return Heard::Reset,
            }
        }
    }

    fn take_frame(&mut self) -> Option<Heard> {
        let (&first, &second) = (self.buffer.first()?, self.buffer.get(1)?);
        assert_eq!(second & 0x80, 0, "a server masks nothing");
        assert_eq!(first & 0xF0, FIN, "our frames are whole and plain");
        let (start, length) = match second {
            126 => (4, number(self.buffer.get(2..4)?)),
            127 => (10, number(self.buffer.get(2..10)?)),
            length => (2, usize::from(length)),
        };
        let payload = self.buffer.get(start..start + length)?.to_vec();
        self.buffer.drain(..start + length);
        Some(match first & 0x0F {
            TEXT => Heard::Text(String::from_utf8(payload).expect("text is UTF-8")),
            PING => Heard::Ping,
            PONG => Heard::Pong(payload),
            CLOSE if payload.is_empty() => Heard::Close(1005),
            CLOSE => Heard::Close(number(&payload[..2]) as u16),
            opcode => panic!("a server of ours does not write opcode {opcode}"),
        })
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}
