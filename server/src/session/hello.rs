//! How a session begins: the first frame, and who is there.

use std::collections::BTreeMap;
use std::time::Duration;

use metrics::counter;
use protocol::{Close, Command, Cursor, Event, RoomId, VERSION, limits};
use tokio::time::timeout;

use crate::admission::{Admission, Handshake, TryAgain};
use crate::chat::Chat;
use crate::frame::encode;
use crate::measure::TURNED_AWAY;
use crate::socket::{Received, Socket};
use crate::store::{self, SignedIn, Token};

pub(super) struct Hello<'a> {
    pub(super) signed_in: SignedIn,
    pub(super) token: Token,
    pub(super) open: RoomId,
    pub(super) cursors: BTreeMap<RoomId, Cursor>,
    /// Kept until the hello is answered.
    pub(super) handshake: Handshake<'a>,
}

/// How long it may take to find out who is there.
const RECOGNISE_MAX: Duration = Duration::from_secs(5);

/// The first frame and, when it is its turn, who is there.
pub(super) async fn hello<'a>(
    chat: &Chat,
    admission: &'a Admission,
    socket: &mut Socket,
    cookie: Option<Token>,
) -> Result<Hello<'a>, Close> {
    let mut opener = match admission.open() {
        Ok(opener) => opener,
        Err(again) => return Err(turn_away(socket, again).await),
    };
    let wait = Duration::from_secs(limits::HELLO_SECS);
    let first = tokio::select! {
        biased;
        first = timeout(wait, first_frame(socket)) => first.unwrap_or(Err(Close::NoHello))?,
        again = opener.put_out() => return Err(turn_away(socket, again).await),
    };
    let handshake = match opener.greet().await {
        Ok(handshake) => handshake,
        Err(again) => return Err(turn_away(socket, again).await),
    };
    let resume = first.token.as_deref().and_then(Token::received);
    let (signed_in, token) = timeout(RECOGNISE_MAX, recognise(chat, cookie, resume))
        .await
        .unwrap_or(Err(Close::Overload))?;
    Ok(Hello {
        signed_in,
        token,
        open: first.open,
        cursors: first.cursors,
        handshake,
    })
}

/// Tells when to come again; the close to end with.
async fn turn_away(socket: &mut Socket, TryAgain(wait): TryAgain) -> Close {
    counter!(TURNED_AWAY).increment(1);
    let retry_after_ms = wait.as_millis() as u64;
    let told = socket
        .send([encode(&Event::TryAgain { retry_after_ms })])
        .await;
    told.err().unwrap_or(Close::Overload)
}

/// What the first frame says.
struct First {
    token: Option<String>,
    open: RoomId,
    cursors: BTreeMap<RoomId, Cursor>,
}

async fn first_frame(socket: &mut Socket) -> Result<First, Close> {
    let text = loop {
        match socket.receive().await {
            Received::Text(text) => break text,
            Received::Sign => {}
            Received::Gone => return Err(Close::Normal),
            Received::Broken(close) => return Err(close),
        }
    };
    let Ok(Command::Hello {
        version,
        token,
        open,
        cursors,
    }) = serde_json::from_str(&text)
    else {
        return Err(Close::NoHello);
    };
    if version != VERSION {
        return Err(Close::Version);
    }
    if cursors.len() > limits::CURSORS_MAX {
        return Err(Close::Policy);
    }
    Ok(First {
        token,
        open,
        cursors,
    })
}

/// Whose session this is, and a token that stands in for the cookie on the next node. The cookie wins: it is what the person
/// sees as signed in.
async fn recognise(
    chat: &Chat,
    cookie: Option<Token>,
    resume: Option<Token>,
) -> Result<(SignedIn, Token), Close> {
    let by_resume = known(chat, resume).await?;
    let by_cookie = known(chat, cookie).await?;
    match (by_cookie, by_resume) {
        (Some((signed_in, _)), Some((same, resume))) if signed_in == same => {
            Ok((signed_in, resume))
        }
        (Some((signed_in, cookie)), _) => {
            let resume = chat
                .directory
                .resume_token(&cookie)
                .await
                .map_err(|error| close_for(&error))?;
            Ok((signed_in, resume))
        }
        (None, Some(resumed)) => Ok(resumed),
        (None, None) => Err(Close::SessionEnded),
    }
}

async fn known(chat: &Chat, token: Option<Token>) -> Result<Option<(SignedIn, Token)>, Close> {
    let Some(token) = token else { return Ok(None) };
    let signed_in = chat
        .directory
        .recognise(&token)
        .await
        .map_err(|error| close_for(&error))?;
    Ok(signed_in.map(|signed_in| (signed_in, token)))
}

/// The close for a store that cannot serve a session now.
pub(super) fn close_for(error: &store::Error) -> Close {
    match error {
        store::Error::SignInEnded => Close::SessionEnded,
        error => {
            tracing::warn!(%error, "the store cannot serve a session");
            Close::Overload
        }
    }
}
