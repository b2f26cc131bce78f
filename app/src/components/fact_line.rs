//! A line that tells what became of the room: who was let in or put out, how it is called.

use client::Fact;

use crate::{
    piece::{Piece, piece},
    texts::Texts,
};

pub(crate) fn fact_line(texts: &Texts, fact: &Fact) -> Piece {
    let who = fact.who.as_ref().map_or("", |who| who.name.as_str());
    let says = (texts.fact)(fact.kind, fact.by.name.as_str(), who, &fact.text);
    piece("div", "notice").written("span", "", &says)
}
