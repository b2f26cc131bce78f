//! What an operator does to a store: prove it, copy it, put a copy in its place.

use std::path::{Path, PathBuf};

use super::copying::{self, Sink, Source};
use super::postgres::{copying::*, upkeep as postgres};
use super::proof::Proof;
use super::sqlite::{copying::*, upkeep as sqlite};

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
    match Place::of(address)? {
        Place::File(path) => sqlite::check(path),
        Place::Database => postgres::check(address),
    }
}

/// Makes a copy of one moment of the store, in one new file, and proves it. Nodes may run.
pub fn backup(address: &str, to: &Path) -> Result<Proof, Error> {
    match Place::of(address)? {
        Place::File(path) => sqlite::backup(path, to),
        Place::Database => Err(Error(postgres::BACKUP.to_owned())),
    }
}

/// Puts a copy in the store's place, as another log: clients load everything anew. No node may run on the store. At every
/// moment there is either the whole old store or the whole new one.
pub fn restore(address: &str, from: &Path) -> Result<Restored, Error> {
    match Place::of(address)? {
        Place::File(path) => sqlite::restore(path, from),
        Place::Database => Err(Error(postgres::RESTORE.to_owned())),
    }
}

/// Copies a whole store to a place where there is none yet, as the same log. No node may run on it, and none on both of them
/// later: two logs would call themselves the same.
pub fn copy(from: &str, to: &str) -> Result<Proof, Error> {
    let mut source: Box<dyn Source> = match Place::of(from)? {
        Place::File(path) => Box::new(FileSource::open(path)?),
        Place::Database => Box::new(DatabaseSource::open(from)?),
    };
    let sink: Box<dyn Sink> = match Place::of(to)? {
        Place::File(path) => Box::new(FileSink::make(path)?),
        Place::Database => Box::new(DatabaseSink::make(to)?),
    };
    copying::copy(&mut *source, sink)
}

/// Whether there is a store that a node can open, and not one that is still being copied there.
pub fn is_complete(address: &str) -> Result<(), Error> {
    match Place::of(address)? {
        Place::File(path) => sqlite::is_complete(path),
        Place::Database => postgres::is_complete(address),
    }
}

/// Whether there is a store of this build. Nodes may run on it.
pub fn is_there(address: &str) -> Result<(), Error> {
    match Place::of(address)? {
        Place::File(path) => sqlite::is_there(path),
        Place::Database => postgres::is_there(address),
    }
}

/// Where a store is.
enum Place<'a> {
    File(&'a Path),
    Database,
}

impl<'a> Place<'a> {
    fn of(address: &'a str) -> Result<Self, Error> {
        match address.split_once(':') {
            Some(("sqlite", path)) => Ok(Self::File(path.as_ref())),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Database),
            _ => Err(Error(super::Error::Address(address.to_owned()).to_string())),
        }
    }
}
