//! Administrators, as an operator makes and unmakes them.

use clap::Subcommand;
use protocol::Name;

use super::key::{name, on};
use crate::store::upkeep::Error;
use crate::store::{self, Store};

/// What an operator does about administrators. Nodes know of it at what is asked of them next.
#[derive(Subcommand, Debug, Clone)]
pub enum AdminDeed {
    /// Make an account an administrator's
    Add {
        #[arg(value_parser = name)]
        name: Name,
    },
    /// Make an administrator an account like others; whom --admin names becomes one again when a node starts
    Remove {
        #[arg(value_parser = name)]
        name: Name,
    },
}

impl AdminDeed {
    pub(super) fn run(&self, address: &str) -> Result<(), Error> {
        on(address, async |store| self.perform(store).await)
    }

    async fn perform(&self, store: &Store) -> Result<(), Error> {
        let told = |error: store::Error| Error(error.to_string());
        match self {
            Self::Add { name } => {
                let account = store.accounts.account(name).await.map_err(told)?;
                if account.is_none() {
                    let why = "nobody keeps this name with a password; administrators have to";
                    return Err(Error(format!("{name}: {why}")));
                }
                let promoted = store.bans.promote(std::slice::from_ref(name)).await;
                promoted.map_err(told)?;
                println!("an administrator: {name}");
            }
            Self::Remove { name } => {
                if !store.bans.demote(name).await.map_err(told)? {
                    return Err(Error(format!("{name} is no administrator")));
                }
                println!("no administrator any more: {name}");
            }
        }
        Ok(())
    }
}
