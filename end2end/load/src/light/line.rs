//! One connection of a light client: from its dialing to its close, by a socket that never waits.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use memchr::memmem;
use mio::net::TcpStream;

use super::frame::{self, CLOSE, PING, PONG, TEXT};
use super::places::{Place, Places};
use super::stamp;
use super::tally::{Progress, Tally};
use super::told::{self, Beginning, Entry, Told};

/// What nobody reads at the other end may wait here; above it nothing more is sent.
const OUT_BYTES_MAX: usize = 1024 * 1024;

/// What a socket tells when it ends without a close frame.
const BROKEN: u16 = 1006;

/// A place at a server: where, as whom, and the room that is listened to.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub to: SocketAddr,
    /// The cookie that tells who it is; empty where nobody asks.
    pub cookie: Arc<str>,
    /// Which of the light client's rooms.
    pub room: usize,
}

pub struct Line {
    pub socket: TcpStream,
    pub ticket: Ticket,
    stage: Stage,
    /// The beginning of what is not whole yet.
    partial: Vec<u8>,
    out: Vec<u8>,
    pub places: Places,
    /// A send has been answered since this was taken back.
    pub is_answered: bool,
    /// In so many milliseconds, if the server said so.
    pub again_after: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Dialing,
    Upgrading,
    Open,
    Greeted,
}

/// What all lines of a thread share.
pub struct Hearing {
    pub rooms: Arc<[Room]>,
    pub progress: Arc<Progress>,
    pub tally: Tally,
    /// What is read goes through it.
    pub buffer: Vec<u8>,
}

pub struct Room {
    pub id: String,
    pub beginning: Beginning,
}

/// With this code.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended(pub u16);

impl Line {
    /// Begins to dial.
    pub fn dial(ticket: Ticket) -> io::Result<Self> {
        let socket = TcpStream::connect(ticket.to)?;
        Ok(Self {
            socket,
            ticket,
            stage: Stage::Dialing,
            partial: Vec::new(),
            out: Vec::new(),
            places: Places::default(),
            is_answered: false,
            again_after: None,
        })
    }

    pub fn is_greeted(&self) -> bool {
        self.stage == Stage::Greeted
    }

    /// It may be written now.
    pub fn writable(&mut self) -> Result<(), Ended> {
        if self.stage == Stage::Dialing {
            if matches!(self.socket.take_error(), Ok(Some(_)) | Err(_)) {
                return Err(Ended(BROKEN));
            }
            if self.socket.peer_addr().is_err() {
                return Ok(()); // not yet
            }
            self.socket.set_nodelay(true).map_err(|_| Ended(BROKEN))?;
            self.stage = Stage::Upgrading;
            self.ask_for_upgrade();
        }
        self.flush()
    }

    /// Something may be read now: all that is there.
    pub fn readable(&mut self, hearing: &mut Hearing) -> Result<(), Ended> {
        let mut buffer = std::mem::take(&mut hearing.buffer);
        let outcome = self.read_into(&mut buffer, hearing);
        hearing.buffer = buffer;
        outcome?;
        self.flush()
    }

    fn read_into(&mut self, buffer: &mut [u8], hearing: &mut Hearing) -> Result<(), Ended> {
        loop {
            let kept = self.partial.len();
            if kept >= buffer.len() {
                return Err(Ended(BROKEN)); // no frame is that long
            }
            buffer[..kept].copy_from_slice(&self.partial);
            let read = match self.socket.read(&mut buffer[kept..]) {
                Ok(0) => return Err(Ended(BROKEN)),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Ended(BROKEN)),
            };
            let filled = kept + read;
            let used = self.hear(&buffer[..filled], hearing)?;
            self.partial.clear();
            self.partial.extend_from_slice(&buffer[used..filled]);
            // A read that leaves room has taken all there was: epoll tells of what comes after it.
            if filled < buffer.len() {
                return Ok(());
            }
        }
    }

    /// Takes all that is whole; how many bytes that was.
    fn hear(&mut self, bytes: &[u8], hearing: &mut Hearing) -> Result<usize, Ended> {
        let mut used = 0;
        if self.stage == Stage::Upgrading {
            let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
                return Ok(0);
            };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                return Err(Ended(status(bytes)));
            }
            used = end + 4;
            self.stage = Stage::Open;
            self.say_hello(&hearing.rooms[self.ticket.room].id);
        }
        let now = stamp::now();
        let before = hearing.tally.delivered;
        let outcome = self.hear_frames(&bytes[used..], now, hearing);
        let delivered = hearing.tally.delivered - before;
        hearing.progress.delivered.fetch_add(delivered, Relaxed);
        Ok(used + outcome?)
    }

    fn hear_frames(
        &mut self,
        bytes: &[u8],
        now: u64,
        hearing: &mut Hearing,
    ) -> Result<usize, Ended> {
        let mut used = 0;
        while let Some(found) = frame::first(&bytes[used..]).map_err(|_| Ended(BROKEN))? {
            let payload = found.plain().map_err(|_| Ended(BROKEN))?;
            match found.opcode {
                TEXT => self.hear_text(payload, now, hearing),
                PING => self.put(PONG, payload),
                CLOSE => return Err(Ended(code(payload))),
                _ => {}
            }
            used += found.length;
        }
        Ok(used)
    }

    fn hear_text(&mut self, text: &[u8], now: u64, hearing: &mut Hearing) {
        let rooms = hearing.rooms.clone();
        match rooms[self.ticket.room].beginning.tell(text) {
            Told::Entry(entry) => self.take(entry, now, &mut hearing.tally),
            Told::Entries { fresh, entries } => self.take_all(fresh, entries, now, hearing),
            Told::Accepted(sent) => {
                self.is_answered = true;
                hearing.progress.answered.fetch_add(1, Relaxed);
                hearing.tally.accepted += 1;
                if let Some(sent) = sent {
                    Tally::time(&mut hearing.tally.answer, sent, now);
                }
            }
            Told::Rejected(reason) => {
                self.is_answered = true;
                let rejected = &mut hearing.tally.rejected;
                *rejected.entry(reason.to_owned()).or_default() += 1;
            }
            Told::Greeted if self.stage == Stage::Open => {
                self.stage = Stage::Greeted;
                hearing.progress.greeted.fetch_add(1, Relaxed);
            }
            Told::TryAgain(after) => self.again_after = Some(after),
            Told::Greeted | Told::Other => {}
        }
    }

    fn take_all(&mut self, fresh: bool, entries: &[u8], now: u64, hearing: &mut Hearing) {
        let mut entries = told::entries(entries).peekable();
        if self.stage == Stage::Open {
            // What one comes in with is nothing that was delivered.
            let last = entries.last().map_or(0, |entry| entry.seq);
            self.places.begin(last);
            return;
        }
        if let Some(first) = entries.peek().filter(|_| fresh) {
            hearing.tally.skipped += self.places.begin(first.seq - 1);
        }
        for entry in entries {
            // A fresh page brings again what is known.
            if !fresh || entry.seq > self.places.top() {
                self.take(entry, now, &mut hearing.tally);
            }
        }
    }

    fn take(&mut self, entry: Entry, now: u64, tally: &mut Tally) {
        tally.delivered += 1;
        match self.places.tell(entry.seq) {
            Place::Next | Place::After(_) => {}
            Place::Late => tally.misordered += 1,
            Place::Again => tally.doubled += 1,
        }
        if let Some(sent) = entry.sent {
            Tally::time(&mut tally.delivery, sent, now);
        }
    }

    /// Puts a text frame where it is written from; whether there was room.
    pub fn say(&mut self, text: &[u8]) -> bool {
        let has_room = self.out.len() < OUT_BYTES_MAX;
        if has_room {
            self.put(TEXT, text);
        }
        has_room
    }

    /// Writes what waits, as far as the other end takes it.
    pub fn flush(&mut self) -> Result<(), Ended> {
        while !self.out.is_empty() {
            match self.socket.write(&self.out) {
                Ok(written) => drop(self.out.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Ended(BROKEN)),
            }
        }
        Ok(())
    }

    fn put(&mut self, opcode: u8, payload: &[u8]) {
        frame::put_masked(
            opcode,
            payload,
            fastrand::u32(..).to_ne_bytes(),
            &mut self.out,
        );
    }

    fn ask_for_upgrade(&mut self) {
        let Ticket { to, cookie, .. } = &self.ticket;
        let cookie = match &cookie[..] {
            "" => String::new(),
            cookie => format!("cookie: {cookie}\r\n"),
        };
        let request = format!(
            "GET /ws HTTP/1.1\r\nhost: {to}\r\norigin: http://{to}\r\n{cookie}connection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.out.extend_from_slice(request.as_bytes());
    }

    fn say_hello(&mut self, room: &str) {
        let hello = format!(
            r#"{{"type":"hello","version":{},"open":"{room}","cursors":{{}}}}"#,
            protocol::VERSION
        );
        self.put(TEXT, hello.as_bytes());
    }
}

fn code(payload: &[u8]) -> u16 {
    match *payload {
        [high, low, ..] => u16::from_be_bytes([high, low]),
        _ => 1005,
    }
}

/// The status of an answer that is no upgrade.
fn status(answer: &[u8]) -> u16 {
    let digits = answer
        .get(9..12)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(BROKEN)
}
