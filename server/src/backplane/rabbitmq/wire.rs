//! A connection to a RabbitMQ that ends when it is dropped, whatever the broker does.

use std::net::Shutdown;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lapin::runtime::default_runtime;
use lapin::tcp::AsyncTcpStream;
use lapin::{Channel, Connection, ConnectionProperties};
use socket2::{SockRef, Socket, TcpKeepalive};
use tokio::time::timeout;

use super::ANSWER_MAX;
use super::address::RabbitmqAddress;

/// How long sent bytes may stay unacknowledged before the kernel gives the connection up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(5);

/// How long the broker may take to say goodbye.
const CLOSE_MAX: Duration = Duration::from_secs(1);

pub(super) struct Wire {
    connection: Connection,
    /// After the connection: it may still say that it goes.
    _end: End,
}

impl Wire {
    /// `name` is what the broker shows of it. The library's own recovery stays off: it gives up, and does not tell.
    pub(super) async fn open(address: &RabbitmqAddress, name: String) -> lapin::Result<Self> {
        let end = End::default();
        let socket = end.0.clone();
        let place = address.place();
        let connection = Connection::connector(
            address.uri().clone(),
            default_runtime()?,
            async move |_, runtime| {
                let addresses = runtime.to_socket_addrs(place.clone());
                let connecting = AsyncTcpStream::connect(&runtime, addresses);
                let stream = timeout(ANSWER_MAX, connecting)
                    .await
                    .map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
                if let AsyncTcpStream::Plain(plain) = &stream {
                    let ours = SockRef::from(plain.get_ref());
                    watch(&ours)?;
                    // Only one connection is made, as the library's own recovery is off.
                    let _ = socket.set(ours.try_clone()?);
                }
                Ok(stream)
            },
            ConnectionProperties::default().with_connection_name(name.into()),
        );
        Ok(Self {
            connection: connection.await?,
            _end: end,
        })
    }

    pub(super) async fn channel(&self) -> lapin::Result<Channel> {
        self.connection.create_channel().await
    }

    /// Whether the broker takes nothing that is published, for want of memory or disk.
    pub(super) fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    pub(super) fn events(&self) -> impl futures_util::Stream<Item = lapin::Event> + Send + 'static {
        self.connection.events_listener()
    }

    /// Says goodbye, if the broker listens.
    pub(super) async fn close(self) {
        // Who does not answer is left without.
        let _ = timeout(CLOSE_MAX, self.connection.close(200, "bye".into())).await;
    }
}

/// Ends the socket when dropped. The library reads it on a thread of its own, which would wait for a frozen broker for ever.
#[derive(Default)]
struct End(Arc<OnceLock<Socket>>);

impl Drop for End {
    fn drop(&mut self) {
        if let Some(socket) = self.0.get() {
            // It may have ended by itself.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

fn watch(socket: &Socket) -> std::io::Result<()> {
    let keepalive = TcpKeepalive::new()
        .with_time(UNACKNOWLEDGED_MAX)
        .with_interval(UNACKNOWLEDGED_MAX);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))?;
    Ok(())
}
