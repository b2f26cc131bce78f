//! The command line: runs a node, or looks after the store of one.

mod admin;
mod key;
mod ready;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::admin::AdminDeed;
use self::key::KeyDeed;
use crate::config::{self, Config};
use crate::store::upkeep::{self, Error};

/// A Confab node: a chat room in the browser. Alone it needs nothing; several of them with one store and one backplane are a
/// cluster. Without a command it serves.
#[derive(Parser, Debug, Clone)]
#[command(
    name = "confab",
    version,
    max_term_width = 100,
    args_override_self = true
)]
pub struct CommandLine {
    #[command(subcommand)]
    pub upkeep: Option<Upkeep>,

    #[command(flatten)]
    pub config: Config,
}

/// What an operator does to a store (--data or --store say which).
#[derive(Subcommand, Debug, Clone)]
pub enum Upkeep {
    /// Prove that no entry is missing, doubled or out of its place; nodes may run
    Check,
    /// Copy the store, as it is at one moment, to a new file, and check the copy; nodes may run
    Backup {
        /// The file to make; it must not be there yet
        file: PathBuf,
    },
    /// Put a backup in the place of the store; its nodes have to be stopped
    Restore {
        /// The backup; it stays where it is
        file: PathBuf,
    },
    /// Copy a whole store to another kind of store, as the same log; its nodes have to be stopped
    CopyStore {
        /// The store there is, as --store takes it
        #[arg(value_parser = config::store)]
        from: String,
        /// A file that is not there yet, or an empty database
        #[arg(value_parser = config::store)]
        to: String,
    },
    /// Make, list and revoke the keys of programs; nodes may run
    #[command(subcommand)]
    Key(KeyDeed),
    /// Make and unmake administrators; nodes may run
    #[command(subcommand)]
    Admin(AdminDeed),
    /// Ask the node at --listen whether it takes people in: for the health check of a container
    Ready,
}

impl Upkeep {
    /// Does it and tells about it. Success only if the store that was looked at is sound.
    pub fn run(&self, config: &Config) -> Result<ExitCode, Error> {
        let store = &config.store();
        match self {
            Self::Ready => println!("{}", ready::ask(config.listen).map_err(Error)?),
            Self::Key(deed) => deed.run(store)?,
            Self::Admin(deed) => deed.run(store)?,
            Self::Check => {
                let proof = upkeep::check(store)?;
                println!("{proof}");
                if !proof.is_sound() {
                    return Ok(ExitCode::FAILURE);
                }
            }
            Self::Backup { file } => {
                let proof = upkeep::backup(store, file)?;
                println!("{proof}");
                println!("backup: {}", file.display());
            }
            Self::Restore { file } => {
                let restored = upkeep::restore(store, file)?;
                println!("{}", restored.proof);
                if let Some(before) = restored.before {
                    println!("kept: what stood there before is now {}", before.display());
                }
                println!("restored: start the nodes; clients load everything anew");
            }
            Self::CopyStore { from, to } => {
                println!("{}", upkeep::copy(from, to)?);
                println!(
                    "copied: start the nodes with the new --store, and none on the old one any more"
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(arguments: &[&str]) -> CommandLine {
        let all = std::iter::once("confab").chain(arguments.iter().copied());
        CommandLine::try_parse_from(all).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_commands_are_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn which_store_may_be_said_before_or_after_the_command() {
        for arguments in [["--data", "here", "check"], ["check", "--data", "here"]] {
            let line = parse(&arguments);
            assert!(matches!(line.upkeep, Some(Upkeep::Check)));
            assert_eq!(line.config.store(), "sqlite:here/confab.db");
        }
    }

    #[test]
    fn without_a_command_it_serves() {
        let line = parse(&["--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"]);
        assert!(line.upkeep.is_none());
        assert_eq!(line.config.listen.port(), 2, "the last one holds");
    }
}
