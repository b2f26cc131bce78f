//! How a session begins: the first frame, and who is there.

use std::collections::BTreeMap;

use protocol::{Close, Command, Cursor, Person, RoomId, VERSION, limits};

use crate::chat::Chat;
use crate::socket::{Received, Socket};
use crate::store::{self, Token};

pub(super) struct Hello {
    pub(super) person: Person,
    pub(super) token: Token,
    pub(super) open: RoomId,
    pub(super) cursors: BTreeMap<RoomId, Cursor>,
}

/// The first frame, and who is there.
pub(super) async fn hello(
    chat: &Chat,
    socket: &mut Socket,
    cookie: Option<Token>,
) -> Result<Hello, Close> {
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
    let resume = token.as_deref().and_then(Token::received);
    let (person, token) = recognise(chat, cookie, resume).await?;
    Ok(Hello {
        person,
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
) -> Result<(Person, Token), Close> {
    let by_resume = known(chat, resume).await?;
    let by_cookie = known(chat, cookie).await?;
    match (by_cookie, by_resume) {
        (Some((person, _)), Some((same, resume))) if person == same => Ok((person, resume)),
        (Some((person, cookie)), _) => {
            let resume = chat
                .directory
                .resume_token(&cookie)
                .await
                .map_err(|error| close_for(&error))?;
            Ok((person, resume))
        }
        (None, Some(resumed)) => Ok(resumed),
        (None, None) => Err(Close::SessionEnded),
    }
}

async fn known(chat: &Chat, token: Option<Token>) -> Result<Option<(Person, Token)>, Close> {
    let Some(token) = token else { return Ok(None) };
    let person = chat
        .directory
        .recognise(&token)
        .await
        .map_err(|error| close_for(&error))?;
    Ok(person.map(|person| (person, token)))
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
