//! Says who is writing.

use protocol::Person;

use crate::{
    piece::{Piece, piece},
    room::Room,
};

pub(crate) fn typing_line(room: Room, typists: &[Person]) -> Piece {
    let names: Vec<&str> = typists.iter().map(|person| person.name.as_str()).collect();
    piece("p", "typing-line")
        .attr("role", "status")
        .attr("dir", "auto")
        .says(&(room.texts().typing)(&names))
}
