//! How much one user, and all clients together, may ask of a node.

use clap::{Args, value_parser};
use protocol::limits;

/// Above what one machine can do: who tests for load switches a limit off with it.
const MOST: u32 = 1_000_000;

/// A request each millisecond: more than a site's notices need, less than a node can take.
const API_PER_SEC: u32 = 1_000;

/// A school or a firm may come from one address.
const JOINS_PER_ADDRESS: u32 = 120;

/// See [`Limits::commands`].
const COMMANDS: (u32, u32) = (50, 200);

/// The limits that are settings. What both sides obey without asking stands in `protocol::limits`.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Messages a second one user may send for long
    #[arg(
        long,
        env = "CONFAB_SENDS_PER_SEC",
        value_name = "COUNT",
        default_value_t = limits::SENDS_PER_SEC,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub sends_per_sec: u32,

    /// Messages one user may send at once
    #[arg(
        long,
        env = "CONFAB_SENDS_BURST",
        value_name = "COUNT",
        default_value_t = limits::SENDS_BURST,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub sends_burst: u32,

    /// WebSockets one user may have open at a node
    #[arg(
        long,
        env = "CONFAB_SESSIONS_PER_USER",
        value_name = "COUNT",
        default_value_t = limits::SESSIONS_PER_USER_MAX as u32,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub sessions_per_user: u32,

    /// Let each user have one WebSocket alone: a new one ends the one before, wherever that is. The same for all nodes
    #[arg(long, env = "CONFAB_ONE_SESSION_PER_USER")]
    pub one_session_per_user: bool,

    /// Hellos a node answers at once; who comes meanwhile waits a moment, or is told when to come again
    #[arg(
        long,
        env = "CONFAB_HANDSHAKES",
        value_name = "COUNT",
        default_value_t = limits::HANDSHAKES_MAX,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub handshakes: u32,

    /// Requests a second a program's key may make for long, and twice as many at once
    #[arg(
        long,
        env = "CONFAB_API_PER_SEC",
        value_name = "COUNT",
        default_value_t = API_PER_SEC,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub api_per_sec: u32,

    /// Guests who may join at once from one network address; after that as many a minute
    #[arg(
        long,
        env = "CONFAB_JOINS_PER_ADDRESS",
        value_name = "COUNT",
        default_value_t = JOINS_PER_ADDRESS,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub joins_per_address: u32,

    /// WebSockets that may be open before their hello; one more ends the one that has been silent for longest
    #[arg(
        long,
        env = "CONFAB_OPENERS",
        value_name = "COUNT",
        default_value_t = limits::OPENERS_MAX,
        value_parser = value_parser!(u32).range(1..=i64::from(MOST))
    )]
    pub openers: u32,
}

impl Limits {
    /// Commands one session may give a second for long, and at once: far above what our client does.
    pub(crate) fn commands(&self) -> (u32, u32) {
        let (per_sec, burst) = COMMANDS;
        (
            per_sec.max(2 * self.sends_per_sec),
            burst.max(2 * self.sends_burst),
        )
    }
}
