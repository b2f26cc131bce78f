//! The floor: the least a server can do to tell a room what one of it said. One thread, one epoll loop, a ready frame written to
//! each socket; nothing is stored, nobody is known. What a chat server costs is told as a multiple of this.

mod bus;
mod line;
pub mod plain;
pub mod room;

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};

use self::bus::Bus;
use self::line::{Line, Wish};
use self::room::Room;

const LISTENER: Token = Token(usize::MAX);
const HEARS: Token = Token(usize::MAX - 1);
const SPEAKS: Token = Token(usize::MAX - 2);

const EVENTS_MAX: usize = 1024;
const BUFFER_BYTES: usize = 256 * 1024;

#[derive(clap::Args)]
pub struct Arguments {
    /// Writes all messages of one turn of the loop at once
    #[arg(long)]
    coalescing: bool,

    /// Another server: plain axum with a broadcast channel a room
    #[arg(long, conflicts_with_all = ["coalescing", "redis"])]
    axum: bool,

    /// The port of a Redis that carries what is said to the other floors
    #[arg(long)]
    redis: Option<u16>,
}

/// Serves until it is ended. Its first line tells where.
pub async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    if arguments.axum {
        plain::run().await?;
    } else {
        tokio::task::spawn_blocking(move || Floor::new(&arguments)?.run()).await??;
    }
    Ok(true)
}

/// Tells where it listens, as the first line.
fn tell(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "http://{address}")?;
    out.flush()
}

struct Floor {
    poll: Poll,
    listener: TcpListener,
    lines: Vec<Option<Line>>,
    free: Vec<usize>,
    rooms: Vec<Room>,
    ids: HashMap<String, usize>,
    bus: Option<Bus>,
    coalescing: bool,
    buffer: Vec<u8>,
}

impl Floor {
    fn new(arguments: &Arguments) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        let bus = arguments.redis.map(Bus::connect).transpose()?;
        Ok(Self {
            poll,
            listener,
            lines: Vec::new(),
            free: Vec::new(),
            rooms: Vec::new(),
            ids: HashMap::new(),
            bus,
            coalescing: arguments.coalescing,
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    fn run(mut self) -> anyhow::Result<()> {
        if let Some(bus) = &mut self.bus {
            let registry = self.poll.registry();
            registry.register(&mut bus.hears, HEARS, Interest::READABLE)?;
            registry.register(&mut bus.speaks, SPEAKS, Interest::READABLE)?;
        }
        tell(self.listener.local_addr()?)?;
        let mut events = Events::with_capacity(EVENTS_MAX);
        loop {
            match self.poll.poll(&mut events, None) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    HEARS => self.hear()?,
                    SPEAKS => self.bus.as_mut().map_or(Ok(()), Bus::answers)?,
                    Token(at) => {
                        if event.is_writable() {
                            self.flush(at);
                        }
                        if event.is_readable() || event.is_read_closed() {
                            self.read(at)?;
                        }
                    }
                }
            }
            self.end_turn()?;
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let mut socket = match self.listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            socket.set_nodelay(true)?;
            let at = self.free.pop().unwrap_or_else(|| {
                self.lines.push(None);
                self.lines.len() - 1
            });
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll
                .registry()
                .register(&mut socket, Token(at), both)?;
            self.lines[at] = Some(Line::new(socket));
        }
    }

    fn read(&mut self, at: usize) -> anyhow::Result<()> {
        let Some(line) = &mut self.lines[at] else {
            return Ok(());
        };
        let mut wishes = Vec::new();
        let goes_on = line.read(&mut self.buffer, &mut wishes);
        for wish in wishes {
            match wish {
                Wish::Hello(room) => self.greet(at, room)?,
                Wish::Send { room, cid, body } => self.send(&room, &cid, &body)?,
            }
        }
        if !goes_on {
            self.end(at);
        }
        Ok(())
    }

    fn greet(&mut self, at: usize, id: String) -> anyhow::Result<()> {
        let room = *self.ids.entry(id.clone()).or_insert(self.rooms.len());
        if room == self.rooms.len() {
            if let Some(bus) = &mut self.bus {
                bus.follow(&id)?;
            }
            self.rooms.push(Room::new(id));
        }
        if let Some(line) = &mut self.lines[at] {
            self.rooms[room].members.push(at);
            line.room = Some(room);
            line.write(&self.rooms[room].greeting());
        }
        Ok(())
    }

    fn send(&mut self, room: &str, cid: &str, body: &str) -> anyhow::Result<()> {
        match (&mut self.bus, self.ids.get(room)) {
            (Some(bus), _) => bus.publish(room, cid, body)?,
            (None, Some(&room)) => self.deliver(room, cid, body),
            (None, None) => {}
        }
        Ok(())
    }

    /// Tells the room: at once, or at the end of the turn.
    fn deliver(&mut self, room: usize, cid: &str, body: &str) {
        self.rooms[room].put_next(cid, body);
        if !self.coalescing {
            self.write(room);
        }
    }

    fn write(&mut self, room: usize) {
        let room = &mut self.rooms[room];
        for &at in &room.members {
            if let Some(line) = &mut self.lines[at] {
                line.write(&room.pending);
            }
        }
        room.pending.clear();
    }

    /// What other floors said, and what this one said itself.
    fn hear(&mut self) -> anyhow::Result<()> {
        let Some(bus) = &mut self.bus else {
            return Ok(());
        };
        for (room, cid, body) in bus.hear()? {
            if let Some(&room) = self.ids.get(&room) {
                self.deliver(room, &cid, &body);
            }
        }
        Ok(())
    }

    fn end_turn(&mut self) -> anyhow::Result<()> {
        if let Some(bus) = &mut self.bus {
            bus.flush()?;
        }
        if self.coalescing {
            for room in 0..self.rooms.len() {
                if !self.rooms[room].pending.is_empty() {
                    self.write(room);
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self, at: usize) {
        if let Some(Some(line)) = self.lines.get_mut(at) {
            line.flush();
        }
    }

    fn end(&mut self, at: usize) {
        if let Some(line) = self.lines[at].take() {
            if let Some(room) = line.room {
                self.rooms[room].members.retain(|member| *member != at);
            }
            self.free.push(at);
        }
    }
}
