//! The documents the server answers with: whole HTML pages, rendered at once, that can be read and
//! used without scripts.

mod about;
mod account;
mod api;
mod join;
mod members;
mod new_room;
mod people;
mod problem;
mod room;
mod rooms;
mod sheet;
mod shell;
mod sign_in;
mod spent_ticket;

pub use about::{AboutView, about_page, room_title};
pub use account::{AccountDone, AccountView, account_page};
pub use api::{ApiAnswer, ApiField, ApiOperation, ApiView, api_page};
pub use join::{JoinForm, join_page};
pub use new_room::{NewRoomRefused, NewRoomView, new_room_page};
pub use people::{PeopleDone, PeopleView, people_page};
pub use problem::problem_page;
pub use room::room_page;
pub use rooms::{JoinRoomView, RoomRow, RoomsView, join_room_page, rooms_page};
pub use shell::{Assets, Shell};
pub use sign_in::{Refused, SignInForm, sign_in_page};
pub use spent_ticket::spent_ticket_page;

#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod tests;
