//! What an operator does to a store: prove it, copy it, put a copy in its place.

use std::path::{Path, PathBuf};

use super::proof::Proof;
use super::sqlite::upkeep as sqlite;

/// Why it was not done, with the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

/// What has been done by [`restore`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub proof: Proof,
    /// Where the store is kept that stood there before, if one did.
    pub before: Option<PathBuf>,
}

/// Reads everything in the store and tells what is wrong with it. The store is not changed, and nodes may run on it.
pub fn check(address: &str) -> Result<Proof, Error> {
    sqlite::check(path(address)?)
}

/// Makes a copy of one moment of the store, in one new file, and proves it. Nodes may run.
pub fn backup(address: &str, to: &Path) -> Result<Proof, Error> {
    sqlite::backup(path(address)?, to)
}

/// Puts a copy in the store's place, as another log: clients load everything anew. No node may run on the store. At every
/// moment there is either the whole old store or the whole new one.
pub fn restore(address: &str, from: &Path) -> Result<Restored, Error> {
    sqlite::restore(path(address)?, from)
}

/// Whether there is a store that a node can open, and not one that is still being copied there.
pub fn is_complete(address: &str) -> Result<(), Error> {
    sqlite::is_complete(path(address)?)
}

/// Whether there is a store of this build. Nodes may run on it.
pub fn is_there(address: &str) -> Result<(), Error> {
    sqlite::is_there(path(address)?)
}

fn path(address: &str) -> Result<&Path, Error> {
    match address.split_once(':') {
        Some(("sqlite", path)) => Ok(path.as_ref()),
        _ => Err(Error(super::Error::Address(address.to_owned()).to_string())),
    }
}
