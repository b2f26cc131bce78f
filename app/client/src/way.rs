//! How a node is reached: by a socket, or by a stream where sockets are refused. The rule for it stands here alone.

use crate::Millis;

/// Sockets in a row that do not come through before a stream is tried, once one has: a node that starts again refuses them,
/// too. Before that one is enough, as the page itself has come through.
const REFUSALS: u32 = 3;

/// How long streams are taken before a socket is tried again.
const STREAMS_MS: Millis = 10 * 60 * 1_000;

/// A stream that lived this long and broke was cut by something on its way, and the node is still there.
const CUT_MS: Millis = 2_000;

/// What is on the way to a node.
#[derive(Debug, Default)]
pub(crate) struct Way {
    /// Whoever opens the connections can open streams.
    knows_streams: bool,
    /// A socket has come through.
    has_worked: bool,
    /// Sockets that did not, since one did.
    refused: u32,
    /// Sockets are refused, and not tried before this.
    streams_until: Option<Millis>,
    /// The connection is a stream.
    is_stream: bool,
    /// The node has been heard over it.
    is_through: bool,
    /// The node has said why it closes it.
    is_told: bool,
}

/// Why a connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Sockets are refused: a stream at the same node may be not.
    Refused,
    /// A stream was cut: the same node has another one.
    Cut,
    /// The node is gone, or does not want this client now.
    Gone,
}

impl Way {
    pub(crate) fn know_streams(&mut self) {
        self.knows_streams = true;
    }

    /// Sockets are refused, as one has found before.
    pub(crate) fn refuse_sockets(&mut self, now: Millis) {
        self.streams_until = Some(now + STREAMS_MS);
    }

    /// Begins a connection; whether it is to be a stream.
    pub(crate) fn begin(&mut self, now: Millis) -> bool {
        (self.is_through, self.is_told) = (false, false);
        self.is_stream = self.streams_until.is_some_and(|until| now < until);
        self.is_stream
    }

    /// The node was heard.
    pub(crate) fn came_through(&mut self) {
        self.is_through = true;
        if !self.is_stream {
            self.has_worked = true;
            self.refused = 0;
            self.streams_until = None;
        }
    }

    /// The node closes it, and says why.
    pub(crate) fn told_why(&mut self) {
        self.came_through();
        self.is_told = true;
    }

    /// The connection is lost, after this time of talk.
    pub(crate) fn lost(&mut self, now: Millis, lived_ms: Millis) -> Loss {
        if self.is_through {
            let is_cut = self.is_stream && !self.is_told && lived_ms >= CUT_MS;
            return if is_cut { Loss::Cut } else { Loss::Gone };
        }
        if self.is_stream {
            // Nothing comes through: the node is away, and the next one is asked by a socket first.
            self.streams_until = None;
            self.refused = 0;
            return Loss::Gone;
        }
        self.refused += 1;
        if self.knows_streams && (self.refused >= REFUSALS || !self.has_worked) {
            self.refuse_sockets(now);
            return Loss::Refused;
        }
        Loss::Gone
    }
}
