//! A line that says where a day begins, or where the reader stopped.

use crate::{
    piece::{Piece, piece},
    texts::Texts,
};

pub(crate) fn day_line(day: &str) -> Piece {
    line("day-line", day)
}

/// All below it came after the reader was last here.
pub(crate) fn new_since_line(texts: &Texts) -> Piece {
    line("day-line day-line--new", texts.new_since)
}

fn line(class: &str, says: &str) -> Piece {
    piece("h2", class).part("span", "day-line__label", says)
}
