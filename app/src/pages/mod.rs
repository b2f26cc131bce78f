//! The documents the server answers with: whole HTML pages, rendered at once, that can be read and
//! used without scripts.

mod join;
mod problem;
mod room;
mod shell;

pub use join::{JoinForm, join_page};
pub use problem::problem_page;
pub use room::room_page;
pub use shell::{Assets, Shell};

#[cfg(test)]
mod tests;
