//! Visits in maps, where nothing expires.

use async_trait::async_trait;
use protocol::{Name, Person};

use super::Opened;
use crate::store::{Directory as _, Error, Token, Visits};

#[async_trait]
impl Visits for Opened {
    async fn visit(&self, name: Name) -> Result<(Person, Token), Error> {
        self.join(name).await
    }

    async fn stay(&self, _visits: &[Token]) -> Result<(), Error> {
        Ok(())
    }
}
