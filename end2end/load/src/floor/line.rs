//! A connection of the floor: the upgrade, what its client wishes, and what it has not taken yet.

use std::io::{self, Read as _, Write as _};

use memchr::memmem;
use mio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::light::frame::{self, CLOSE, TEXT};

pub struct Line {
    socket: TcpStream,
    is_open: bool,
    partial: Vec<u8>,
    backlog: Vec<u8>,
    pub room: Option<usize>,
}

/// What a client of the floor may wish.
pub enum Wish {
    Hello(String),
    Send {
        room: String,
        cid: String,
        body: String,
    },
}

impl Line {
    pub fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            is_open: false,
            partial: Vec::new(),
            backlog: Vec::new(),
            room: None,
        }
    }

    /// Reads what is there; whether there may be more some day.
    pub fn read(&mut self, buffer: &mut [u8], wishes: &mut Vec<Wish>) -> bool {
        loop {
            let kept = self.partial.len();
            if kept >= buffer.len() {
                return false;
            }
            buffer[..kept].copy_from_slice(&self.partial);
            let read = match self.socket.read(&mut buffer[kept..]) {
                Ok(0) => return false,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return false,
            };
            let filled = kept + read;
            let Some(used) = self.take(&buffer[..filled], wishes) else {
                return false;
            };
            self.partial.clear();
            self.partial.extend_from_slice(&buffer[used..filled]);
            if filled < buffer.len() {
                return true; // that was all there was
            }
        }
    }

    /// Takes all that is whole; how many bytes that was. None if it ends.
    fn take(&mut self, bytes: &[u8], wishes: &mut Vec<Wish>) -> Option<usize> {
        let mut used = 0;
        if !self.is_open {
            let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
                return Some(0);
            };
            self.upgrade(&bytes[..end])?;
            used = end + 4;
        }
        let mut text = Vec::new();
        while let Some(found) = frame::first(&bytes[used..]).ok()? {
            match found.opcode {
                TEXT => {
                    found.unmasked(&mut text);
                    wishes.extend(wish(&text));
                }
                CLOSE => return None,
                _ => {}
            }
            used += found.length;
        }
        Some(used)
    }

    fn upgrade(&mut self, head: &[u8]) -> Option<()> {
        let head = std::str::from_utf8(head).ok()?;
        let key = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("sec-websocket-key")
                .then(|| value.trim())
        })?;
        let accept = derive_accept_key(key.as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
        );
        self.write(answer.as_bytes());
        self.is_open = true;
        Some(())
    }

    /// Writes at once, as far as the socket takes it; the rest when it does.
    pub fn write(&mut self, bytes: &[u8]) {
        if !self.backlog.is_empty() {
            self.backlog.extend_from_slice(bytes);
            return;
        }
        let written = self.socket.write(bytes).unwrap_or(0); // its end is told by a read
        self.backlog.extend_from_slice(&bytes[written..]);
    }

    pub fn flush(&mut self) {
        while !self.backlog.is_empty() {
            match self.socket.write(&self.backlog) {
                Ok(written) => drop(self.backlog.drain(..written)),
                Err(_) => return, // it is full, or gone
            }
        }
    }
}

fn wish(text: &[u8]) -> Option<Wish> {
    let text = std::str::from_utf8(text).ok()?;
    let word = |before: &str| {
        let (_, rest) = text.split_once(before)?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    if text.starts_with(r#"{"type":"send""#) {
        return Some(Wish::Send {
            room: word(r#""room":""#)?,
            cid: word(r#""cid":""#)?,
            body: word(r#""body":""#)?,
        });
    }
    let hello = text.starts_with(r#"{"type":"hello""#);
    hello
        .then(|| word(r#""open":""#).map(Wish::Hello))
        .flatten()
}
