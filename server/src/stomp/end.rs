//! Why a connection ends, and what its client is told of it.

use protocol::Close;

/// The end of a connection: the ERROR that says why, if there is anything to say, and the code.
#[derive(Debug)]
pub(super) struct End {
    pub(super) close: Close,
    pub(super) says: Option<String>,
    /// The receipt that was asked for with what is refused.
    pub(super) receipt: Option<String>,
}

impl End {
    /// What the client said cannot be done.
    pub(super) fn refused(says: impl Into<String>, receipt: Option<&str>) -> Self {
        Self {
            close: Close::Protocol,
            says: Some(says.into()),
            receipt: receipt.map(str::to_owned),
        }
    }

    /// It ends for this reason, in its own words if there are any.
    pub(super) fn because(close: Close, says: Option<String>) -> Self {
        Self {
            close,
            says: says.or_else(|| words(close).map(str::to_owned)),
            receipt: None,
        }
    }
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::because(close, None)
    }
}

/// What somebody is told who is to come again.
pub(super) fn busy(secs: u64) -> String {
    format!("the node has too much to do; connect again in {secs} s")
}

/// The closes that a session ends with, by their codes.
pub(super) fn close_of(code: u16) -> Close {
    const ENDS: [Close; 14] = [
        Close::Normal,
        Close::Protocol,
        Close::Binary,
        Close::NotUtf8,
        Close::Policy,
        Close::TooBig,
        Close::Restart,
        Close::Overload,
        Close::NoHello,
        Close::SessionEnded,
        Close::Banned,
        Close::Flooding,
        Close::Slow,
        Close::Heartbeat,
    ];
    let found = ENDS.into_iter().find(|close| close.code() == code);
    found.unwrap_or(Close::Internal)
}

fn words(close: Close) -> Option<&'static str> {
    Some(match close {
        Close::Normal => return None,
        Close::Protocol => "this is not what STOMP or SockJS says",
        Close::Binary => "text frames only, none of bytes",
        Close::NotUtf8 => "text is UTF-8",
        Close::Policy => {
            "this user has as many connections as one may have; close one, and connect again"
        }
        Close::TooBig => "a frame has at most 65536 bytes",
        Close::Internal => "the server has a fault; connect again",
        Close::Restart => "this node stops or starts again; connect again",
        Close::Overload => {
            "the node has too much to do, or cannot reach its store; connect again in some seconds"
        }
        Close::NoHello => "CONNECT did not come within 10 seconds; connect again",
        Close::SessionEnded => "signed out; connect again, and say who you are",
        Close::Banned => "an administrator has banned you",
        Close::Version => "this version is not spoken here",
        Close::Flooding => "too many frames at once; connect again, and send fewer",
        Close::Slow => "you read too slowly; connect again",
        Close::Heartbeat => {
            "the heart-beats you promised, or answers to pings, do not come; connect again"
        }
    })
}
