//! Visits in PostgreSQL.

use async_trait::async_trait;
use protocol::{Name, Person};

use super::Error;
use super::directory::Directory;
use super::sign_ins;
use crate::store::sign_in::{Hash, VISIT_SECS, now};
use crate::store::{self, Token};

#[async_trait]
impl store::Visits for Directory {
    async fn visit(&self, name: Name) -> Result<(Person, Token), Error> {
        self.take_in(name, sign_ins::begin_visit).await
    }

    async fn stay(&self, visits: &[Token]) -> Result<(), Error> {
        let hashes: Vec<Hash> = visits.iter().map(Token::hash).collect();
        self.writer
            .change(move |batch| {
                let hashes: Vec<&[u8]> = hashes.iter().map(Hash::as_slice).collect();
                let sql = "UPDATE sign_in SET expires = $2 WHERE hash = ANY ($1)";
                batch.change(sql, &[&hashes, &(now() + VISIT_SECS)])?;
                Ok(())
            })
            .await
    }
}
