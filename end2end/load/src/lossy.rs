//! A network between the nodes and Redis that loses what is published, while everything else gets through.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Loss {
    /// All frames of rooms. A node still hears its own probe: the backplane looks healthy, which is the worst.
    Rooms,
    /// Whatever is published, the probe too: the nodes find the backplane suspect.
    All,
}

pub struct Lossy {
    pub port: u16,
    lost: Arc<AtomicU64>,
    _task: AbortOnDropHandle<()>,
}

impl Lossy {
    /// Stands before a Redis on this port.
    pub async fn before(redis: u16, loss: Loss) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let lost = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(accept(listener, redis, loss, lost.clone()));
        Ok(Self {
            port,
            lost,
            _task: AbortOnDropHandle::new(task),
        })
    }

    /// Frames lost so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }
}

async fn accept(listener: TcpListener, redis: u16, loss: Loss, lost: Arc<AtomicU64>) {
    while let Ok((node, _)) = listener.accept().await {
        let Ok(redis) = TcpStream::connect((Ipv4Addr::LOCALHOST, redis)).await else {
            continue;
        };
        let lost = lost.clone();
        tokio::spawn(async move {
            let (from_node, to_node) = node.into_split();
            let (from_redis, to_redis) = redis.into_split();
            // When one side ends, both do.
            tokio::select! {
                () = pass(from_node, to_redis) => {}
                () = sift(from_redis, to_node, loss, &lost) => {}
            }
        });
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

async fn sift(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, loss: Loss, lost: &AtomicU64) {
    let mut heard = Vec::with_capacity(64 * 1024);
    while let Ok(1..) = from.read_buf(&mut heard).await {
        let (mut passed, mut at) = (Vec::with_capacity(heard.len()), 0);
        while let Some(length) = length(&heard[at..]) {
            let value = &heard[at..at + length];
            at += length;
            if is_lost(value, loss) {
                lost.fetch_add(1, Relaxed);
            } else {
                passed.extend_from_slice(value);
            }
        }
        heard.drain(..at);
        if to.write_all(&passed).await.is_err() {
            return;
        }
    }
}

fn is_lost(value: &[u8], loss: Loss) -> bool {
    let has = |word: &[u8]| value.windows(word.len()).take(128).any(|at| at == word);
    let is_published = matches!(value.first(), Some(b'*' | b'>')) && has(b"message\r\n");
    is_published && (loss == Loss::All || has(b"room:"))
}

/// The length of the first whole value in RESP, <https://redis.io/docs/latest/develop/reference/protocol-spec/>; none if its
/// end has not come yet.
fn length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let number = || {
        std::str::from_utf8(&bytes[1..line - 2])
            .ok()?
            .parse::<i64>()
            .ok()
    };
    match bytes[0] {
        b'$' | b'=' | b'!' => match number()? {
            -1 => Some(line),
            length => {
                let end = line + usize::try_from(length).ok()? + 2;
                (bytes.len() >= end).then_some(end)
            }
        },
        b'*' | b'>' | b'~' => after(bytes, line, number()?),
        b'%' => after(bytes, line, 2 * number()?),
        _ => Some(line),
    }
}

/// The end of this many values from here on.
fn after(bytes: &[u8], start: usize, count: i64) -> Option<usize> {
    (0..count).try_fold(start, |at, _| Some(at + length(bytes.get(at..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &[u8] = b"*3\r\n$7\r\nmessage\r\n$17\r\nconfab:room:lobby\r\n$3\r\na\r\nb\r\n";
    const PROBE: &[u8] = b"*3\r\n$7\r\nmessage\r\n$15\r\nconfab:probe:n1\r\n$5\r\nprobe\r\n";

    #[test]
    fn a_value_is_taken_whole() {
        for value in [
            PROBE,
            b"+OK\r\n",
            b":1\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"*0\r\n",
            b"%1\r\n+a\r\n:1\r\n",
        ] {
            let more = [value, b"+OK\r\n"].concat();
            assert_eq!(length(&more), Some(value.len()));
            for cut in 0..value.len() {
                assert_eq!(length(&value[..cut]), None, "{:?}", &value[..cut]);
            }
        }
    }

    #[test]
    fn what_is_published_to_a_room_is_lost_and_the_probe_is_not() {
        assert!(is_lost(ROOM, Loss::Rooms) && is_lost(ROOM, Loss::All));
        assert!(!is_lost(PROBE, Loss::Rooms) && is_lost(PROBE, Loss::All));
        let answer = b"$17\r\nconfab:room:lobby\r\n";
        assert!(!is_lost(answer, Loss::Rooms) && !is_lost(answer, Loss::All));
    }
}
