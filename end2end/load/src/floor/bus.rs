//! What joins several floors: a Redis, spoken to in its own protocol (RESP2), with as few bytes and calls as it takes.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, bail};
use memchr::memchr;
use mio::net::TcpStream;

/// Stands between the parts of what is published; in no cid, and in no body of ours.
const BETWEEN: char = '\n';

pub struct Bus {
    pub hears: TcpStream,
    pub speaks: TcpStream,
    heard: Vec<u8>,
    /// Commands that are not written yet.
    said: Vec<u8>,
}

impl Bus {
    pub fn connect(port: u16) -> io::Result<Self> {
        Ok(Self {
            hears: dial(port)?,
            speaks: dial(port)?,
            heard: Vec::new(),
            said: Vec::new(),
        })
    }

    pub fn follow(&mut self, room: &str) -> io::Result<()> {
        let mut command = Vec::new();
        put_command(&mut command, &["SUBSCRIBE", room]);
        write_all(&mut self.hears, &command)
    }

    /// At the end of the turn, with all others of it.
    pub fn publish(&mut self, room: &str, cid: &str, body: &str) -> io::Result<()> {
        put_command(
            &mut self.said,
            &["PUBLISH", room, &format!("{cid}{BETWEEN}{body}")],
        );
        Ok(())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        let said = std::mem::take(&mut self.said);
        if said.is_empty() {
            Ok(())
        } else {
            write_all(&mut self.speaks, &said)
        }
    }

    /// Reads how many heard each message, and forgets it.
    pub fn answers(&mut self) -> anyhow::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            match self.speaks.read(&mut buffer) {
                Ok(0) => bail!("Redis has closed"),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What was published since the last time: room, cid, body.
    pub fn hear(&mut self) -> anyhow::Result<Vec<(String, String, String)>> {
        let mut buffer = [0; 64 * 1024];
        loop {
            match self.hears.read(&mut buffer) {
                Ok(0) => bail!("Redis has closed"),
                Ok(read) => self.heard.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        let (mut messages, mut used) = (Vec::new(), 0);
        while let Some((parts, length)) = parts(&self.heard[used..])? {
            used += length;
            if let [kind, room, said] = &parts[..]
                && kind == "message"
            {
                let (cid, body) = said.split_once(BETWEEN).context("no cid")?;
                messages.push((room.clone(), cid.to_owned(), body.to_owned()));
            }
        }
        self.heard.drain(..used);
        Ok(messages)
    }
}

fn dial(port: u16) -> io::Result<TcpStream> {
    let socket = std::net::TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket))
}

/// Waits while the socket is full: the floor has nothing else to do.
fn write_all(socket: &mut TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn put_command(out: &mut Vec<u8>, words: &[&str]) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
}

/// The array that stands first, and its length; none if it is not whole. A number in it (of an answer to SUBSCRIBE) is its digits.
fn parts(bytes: &[u8]) -> anyhow::Result<Option<(Vec<String>, usize)>> {
    let Some((count, mut at)) = head(bytes, 0, b'*')? else {
        return Ok(None);
    };
    let mut parts = Vec::with_capacity(count);
    for _ in 0..count {
        if bytes.get(at) == Some(&b':') {
            let Some((number, next)) = head(bytes, at, b':')? else {
                return Ok(None);
            };
            parts.push(number.to_string());
            at = next;
            continue;
        }
        let Some((length, begin)) = head(bytes, at, b'$')? else {
            return Ok(None);
        };
        let Some(part) = bytes.get(begin..begin + length) else {
            return Ok(None);
        };
        parts.push(std::str::from_utf8(part)?.to_owned());
        at = begin + length + 2;
    }
    Ok((at <= bytes.len()).then_some((parts, at)))
}

/// The number of a line that begins with this sign, and where the next one begins.
fn head(bytes: &[u8], at: usize, sign: u8) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else {
        return Ok(None);
    };
    if rest[0] != sign {
        bail!(
            "Redis says something else: {}",
            String::from_utf8_lossy(&rest[..rest.len().min(80)])
        );
    }
    let Some(end) = memchr(b'\r', rest) else {
        return Ok(None);
    };
    let number = std::str::from_utf8(&rest[1..end])?.parse()?;
    Ok((rest.len() >= end + 2).then_some((number, at + end + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_when_it_is_whole() {
        let mut bytes = Vec::new();
        put_command(&mut bytes, &["message", "lobby", "c\nhello"]);
        for length in 0..bytes.len() {
            let read = parts(&bytes[..length]).expect("sound");
            assert!(read.is_none(), "of {length} bytes");
        }
        let (read, length) = parts(&bytes).expect("sound").expect("whole");
        assert_eq!(read, ["message", "lobby", "c\nhello"]);
        assert_eq!(length, bytes.len());
        assert!(parts(b"-ERR no\r\n").is_err());
    }
}
