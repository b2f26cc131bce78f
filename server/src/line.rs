//! One TCP connection, set so that a slow or vanished other side costs little, and ended so that it hears the last word.

use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use protocol::limits;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Bytes the system takes beyond what is on its way: more would only wait there, where it cannot be dropped.
const UNSENT_BYTES_MAX: u32 = 16 * 1024;

/// Bytes sent and not taken for this long mean that nobody is there: ends a download nobody reads, too. Longer than a session
/// waits for a write, which has a code to tell.
const UNCONFIRMED_MAX: Duration = Duration::from_secs(limits::SILENCE_SECS);

/// Bytes read at once from a side that is not listened to any more.
const DROPPED_BYTES: usize = 4 * 1024;

/// Connections that may wait to be taken; the system allows fewer, as a rule 4,096. Above it a storm's clients are not answered
/// at all, and try again after 1, 3 and 7 s.
const UNTAKEN_MAX: u32 = 16 * 1024;

/// Listens for connections, also right after another node did so here.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(UNTAKEN_MAX)
}

/// A TCP connection. Clones share it, so that who ends a session can still reach it below HTTP and WebSocket.
#[derive(Clone)]
pub struct Line(Arc<TcpStream>);

impl Line {
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?; // or small frames wait for the client's acknowledgement
        #[cfg(target_os = "linux")]
        {
            let socket = SockRef::from(&stream);
            socket.set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
            socket.set_tcp_user_timeout(Some(UNCONFIRMED_MAX))?;
        }
        Ok(Self(Arc::new(stream)))
    }

    /// Where the other side is; none when it has gone.
    pub fn peer(&self) -> Option<IpAddr> {
        self.0.peer_addr().ok().map(|peer| peer.ip())
    }

    /// Says that nothing more comes, then drops what the other side still sends until it ends, too. Without it the system
    /// answers what nobody has read with a reset, and the other side may lose the last words to it.
    pub async fn end(&self) {
        if self.shutdown().is_err() {
            return;
        }
        let mut dropped = vec![0; DROPPED_BYTES]; // not in the future, whose room every session has
        while self.0.readable().await.is_ok() {
            match self.0.try_read(&mut dropped) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                _ => return,
            }
        }
    }

    fn shutdown(&self) -> io::Result<()> {
        SockRef::from(&*self.0).shutdown(Shutdown::Write)
    }
}

/// Tries again each time the socket was not as ready as it was thought to be.
macro_rules! when_ready {
    ($cx:ident, $stream:expr, $poll_ready:ident, $attempt:expr) => {
        loop {
            ready!($stream.$poll_ready($cx))?;
            match $attempt {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => break done,
            }
        }
    };
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = when_ready!(cx, self.0, poll_read_ready, self.0.try_read_buf(buffer));
        Poll::Ready(read.map(|_| ()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(when_ready!(
            cx,
            self.0,
            poll_write_ready,
            self.0.try_write(bytes)
        ))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(when_ready!(
            cx,
            self.0,
            poll_write_ready,
            self.0.try_write_vectored(slices)
        ))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // the system has all that was written
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown())
    }
}
