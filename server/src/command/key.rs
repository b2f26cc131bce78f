//! Keys of programs, as an operator makes and ends them.

use std::collections::BTreeSet;

use clap::Subcommand;
use protocol::{Name, RoomId};

use crate::store::upkeep::{self, Error};
use crate::store::{self, Keys, Log, NewKey, ProgramKey, Scope, Store, TOKEN_MARK};

/// What an operator does to keys. A node knows of it at the key's next use.
#[derive(Subcommand, Debug, Clone)]
pub enum KeyDeed {
    /// Make a key and print its token, which is shown this once
    Make {
        /// What the program is called in what it says; nobody else's name
        #[arg(value_parser = name)]
        name: Name,
        /// What it is good for: push, online, kick, listen, people, with commas between them, or all
        #[arg(long, value_name = "SCOPES", value_parser = scopes)]
        scope: Scopes,
        /// The only room it may have to do with, by its id; may be given several times
        #[arg(long, value_name = "ROOM")]
        room: Vec<RoomId>,
    },
    /// Tell all keys, what they are good for, and on which day each was last used
    List,
    /// End a key
    Revoke {
        #[arg(value_parser = name)]
        name: Name,
    },
}

/// Words of `--scope`.
#[derive(Debug, Clone)]
pub struct Scopes(BTreeSet<Scope>);

impl KeyDeed {
    pub(super) fn run(&self, store: &str) -> Result<(), Error> {
        on(store, async |store| self.perform(&*store.keys).await)
    }

    async fn perform(&self, keys: &dyn Keys) -> Result<(), Error> {
        match self {
            Self::Make { name, scope, room } => {
                let new = NewKey {
                    name: name.clone(),
                    scopes: scope.0.clone(),
                    rooms: (!room.is_empty()).then(|| room.iter().cloned().collect()),
                };
                let token = keys.make(new).await.map_err(told)?;
                eprintln!("made: keep this token, it is not shown again");
                println!("{TOKEN_MARK}{}", token.reveal());
            }
            Self::List => {
                for key in keys.list().await.map_err(told)? {
                    println!("{}", line(&key));
                }
            }
            Self::Revoke { name } => {
                if !keys.revoke(name).await.map_err(told)? {
                    return Err(Error(format!(
                        "there is no key {name}; see: confab key list"
                    )));
                }
                println!("revoked: {name}");
            }
        }
        Ok(())
    }
}

/// Does something to the store at this address, while nodes may run on it.
pub(super) fn on(
    address: &str,
    perform: impl AsyncFnOnce(&Store) -> Result<(), Error>,
) -> Result<(), Error> {
    upkeep::is_there(address)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Error(format!("the async runtime: {error}")))?;
    runtime.block_on(async {
        let store = store::connect(address).map_err(told)?;
        let done = perform(&store).await;
        Log::close(&*store.log).await;
        done
    })
}

fn line(key: &ProgramKey) -> String {
    let words = |set: Vec<String>| set.join(",");
    let scopes = words(key.scopes.iter().map(Scope::to_string).collect());
    let rooms = match &key.rooms {
        None => "all".to_owned(),
        Some(rooms) if rooms.is_empty() => "none".to_owned(),
        Some(rooms) => words(rooms.iter().map(RoomId::to_string).collect()),
    };
    let used = key.used.map_or("never".to_owned(), date);
    let (name, made) = (&key.program.name, date(key.made));
    format!("{name}\tscopes {scopes}\trooms {rooms}\tmade {made}\tlast used {used}")
}

/// A day since 1970 UTC, as `2026-11-21`.
fn date(day: i64) -> String {
    let since = time::Duration::days(day);
    let date = time::OffsetDateTime::UNIX_EPOCH.checked_add(since);
    date.map_or("?".to_owned(), |date| date.date().to_string())
}

pub(super) fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|reason| format!("not a name: {reason:?}"))
}

fn scopes(text: &str) -> Result<Scopes, String> {
    if text == "all" {
        return Ok(Scopes(Scope::ALL.into()));
    }
    let words = text.split(',').map(str::parse);
    words.collect::<Result<_, _>>().map(Scopes)
}

fn told(error: store::Error) -> Error {
    match error {
        store::Error::NameTaken => {
            Error("somebody is called so; give the key another name".to_owned())
        }
        error => Error(error.to_string()),
    }
}
