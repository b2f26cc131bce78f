//! Why a socket was closed, and what a client does then.

/// The codes Confab closes sockets with: those of RFC 6455 and of the application range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Close {
    /// The client left.
    Normal,
    /// A frame against RFC 6455.
    Protocol,
    /// A binary frame; Confab speaks text.
    Binary,
    /// Text that is not UTF-8.
    NotUtf8,
    /// Too many bad frames.
    Policy,
    /// A frame over the limit.
    TooBig,
    /// A bug of the server.
    Internal,
    /// The node stops or starts again.
    Restart,
    /// The node has too much to do. Before it [`Event::TryAgain`](crate::Event::TryAgain) tells when to come again, if the node
    /// can say.
    Overload,
    /// No hello in time, or something else before it.
    NoHello,
    /// Signed out, or never signed in.
    SessionEnded,
    /// Banned.
    Banned,
    /// The client speaks another version.
    Version,
    /// Commands faster than any client of ours.
    Flooding,
    /// The client reads too slowly.
    Slow,
    /// The client fell silent.
    Heartbeat,
}

/// What a client does after a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Connect again, after the usual back-off.
    Reconnect,
    /// Load the page again: it is too old, or somebody has to sign in.
    Reload,
    /// Stay away until the user asks.
    Stop,
}

impl Close {
    /// Each code with its number, the reason said with it, and what the client does next. The one place for all three.
    const TABLE: [(Close, u16, &'static str, Next); 16] = [
        (Close::Normal, 1000, "bye", Next::Reconnect),
        (Close::Protocol, 1002, "protocol error", Next::Reconnect),
        (Close::Binary, 1003, "text frames only", Next::Reconnect),
        (Close::NotUtf8, 1007, "text is not UTF-8", Next::Reconnect),
        (Close::Policy, 1008, "too many bad frames", Next::Reconnect),
        (Close::TooBig, 1009, "frame too big", Next::Reconnect),
        (Close::Internal, 1011, "internal error", Next::Reconnect),
        (Close::Restart, 1012, "node restarts", Next::Reconnect),
        (Close::Overload, 1013, "try again later", Next::Reconnect),
        (Close::NoHello, 4000, "hello expected", Next::Reconnect),
        (Close::SessionEnded, 4001, "session ended", Next::Reload),
        (Close::Banned, 4003, "banned", Next::Stop),
        (Close::Version, 4004, "another version", Next::Reload),
        (Close::Flooding, 4008, "flooding", Next::Reconnect),
        (Close::Slow, 4010, "too slow", Next::Reconnect),
        (Close::Heartbeat, 4011, "no heartbeat", Next::Reconnect),
    ];

    pub fn code(self) -> u16 {
        self.row().1
    }

    pub fn text(self) -> &'static str {
        self.row().2
    }

    /// What a client does after this code. One that is not ours (1006: the connection broke) means to try again.
    pub fn next(code: u16) -> Next {
        Self::TABLE
            .iter()
            .find(|row| row.1 == code)
            .map_or(Next::Reconnect, |row| row.3)
    }

    fn row(self) -> &'static (Close, u16, &'static str, Next) {
        Self::TABLE
            .iter()
            .find(|row| row.0 == self)
            .expect("every code has its row")
    }
}
