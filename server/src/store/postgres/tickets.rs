//! Tickets in PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Person, RoomId, UserId};

use super::batch::Batch;
use super::rows::{get, id, person};
use super::sign_ins;
use super::{Error, Writer, directory};
use crate::store::rules::tickets;
use crate::store::sign_in::{Hash, now};
use crate::store::{self, Called, Redeemed, TICKET_TIME, Token};

pub(super) struct Tickets {
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Tickets for Tickets {
    async fn issue(
        &self,
        program: &Person,
        who: Called<UserId>,
        room: Option<Called<RoomId>>,
    ) -> Result<Token, Error> {
        let (program, ticket) = (program.clone(), Token::random());
        let hash = ticket.hash();
        self.writer
            .change(move |batch| {
                let (user, room) = tickets::issue(batch, &program, &who, room.as_ref())?;
                let sql =
                    "INSERT INTO ticket (hash, person, room, expires) VALUES ($1, $2, $3, $4)";
                let room = room.as_ref().map(RoomId::as_str);
                let expires = now() + TICKET_TIME.as_secs() as i64;
                batch.change(sql, &[&hash.as_slice(), &user.as_str(), &room, &expires])?;
                Ok(())
            })
            .await?;
        Ok(ticket)
    }

    async fn redeem(
        &self,
        ticket: &Token,
        former: Option<&Token>,
    ) -> Result<Option<Redeemed>, Error> {
        let (ticket, former) = (ticket.hash(), former.map(Token::hash));
        self.writer
            .change(move |batch| redeem(batch, ticket, former))
            .await
    }
}

fn redeem(
    batch: &mut Batch<'_>,
    ticket: Hash,
    former: Option<Hash>,
) -> Result<Option<Redeemed>, Error> {
    let sql = "DELETE FROM ticket USING person WHERE person.id = ticket.person AND hash = $1
               RETURNING person.id, person.name, ticket.room, ticket.expires, person.banned IS NOT NULL";
    let Some(found) = batch.row(sql, &[&ticket.as_slice()])? else {
        return Ok(None);
    };
    let (person, room): (_, Option<RoomId>) = (person(&found, 0)?, id(&found, 2)?);
    if get::<i64>(&found, 3)? <= now() {
        return Ok(None);
    }
    if get(&found, 4)? {
        return Err(Error::Banned);
    }
    let former = former.map(|former| directory::find(batch, former));
    let former = former.transpose()?.flatten();
    let is_theirs = former
        .as_ref()
        .is_some_and(|former| former.signed_in.person.id == person.id);
    if is_theirs {
        return Ok(Some(Redeemed {
            person,
            room,
            token: None,
            ended: None,
        }));
    }
    let token = Token::random();
    sign_ins::begin(batch, token.hash(), &person.id)?;
    let ended = match former {
        Some(former) if is_of_a_program(batch, &former.signed_in.person.id)? => {
            let person = &former.signed_in.person;
            Some(sign_ins::end(batch, former.root, person)?)
        }
        _ => None,
    };
    Ok(Some(Redeemed {
        person,
        room,
        token: Some(token),
        ended,
    }))
}

/// Forgets those that nobody can use any more.
pub(super) fn forget_expired(batch: &Batch<'_>) -> Result<(), Error> {
    batch.change("DELETE FROM ticket WHERE expires <= $1", &[&now()])?;
    Ok(())
}

/// Whether a program made this person.
pub(super) fn is_of_a_program(batch: &Batch<'_>, user: &UserId) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM person WHERE id = $1 AND program IS NOT NULL";
    Ok(batch.row(sql, &[&user.as_str()])?.is_some())
}
