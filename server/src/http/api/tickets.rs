//! `POST /api/v1/tickets`: opens the pages as one of a program's people.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::{Reason, RoomId, UserId};
use serde::{Deserialize, Serialize};

use super::asked::Json;
use super::called::Named;
use super::caller::Caller;
use super::own_rooms::may_make;
use super::problem::Problem;
use crate::chat::Refusal;
use crate::node::Node;
use crate::store::{Called, Error, TICKET_TIME};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    user: Named<UserId>,
    room: Option<Named<RoomId>>,
}

#[derive(Serialize)]
pub(super) struct Ticket {
    ticket: String,
    /// What to open: a page, or an iframe.
    url: String,
    /// Seconds.
    expires_in: u64,
}

/// A ticket, shown this once.
pub(super) async fn issue(
    State(node): State<Arc<Node>>,
    caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, Answer<Ticket>), Problem> {
    may_make(&caller)?;
    let (user, room) = (Called::from(wanted.user), wanted.room.map(Called::from));
    let names = (user.to_string(), room.as_ref().map(Called::to_string));
    let program = &caller.0.program;
    let ticket = node.chat.tickets.issue(program, user, room).await;
    let ticket = ticket.map_err(|error| refused(error, names))?;
    tracing::debug!(program = %program.id, "issues a ticket");
    let ticket = ticket.reveal().to_owned();
    let told = Ticket {
        url: format!("{}/enter?ticket={ticket}", node.public_url),
        ticket,
        expires_in: TICKET_TIME.as_secs(),
    };
    Ok((StatusCode::CREATED, Answer(told)))
}

fn refused(error: Error, (user, room): (String, Option<String>)) -> Problem {
    match (error, room) {
        (Error::PersonUnknown, _) => {
            let says = format!("{user} is none of your people; make them with PUT /users/{{key}}");
            Problem::unknown(says, user).because(Reason::PersonUnknown)
        }
        (Error::RoomUnknown, Some(room)) => {
            let says = format!("there is no room {room} that {user} is in or that is public");
            Problem::unknown(says, room).because(Reason::RoomUnknown)
        }
        (Error::Banned, _) => Refusal::from(Reason::Banned).into(),
        (error, _) => error.into(),
    }
}
