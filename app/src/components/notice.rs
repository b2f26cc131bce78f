//! A line that says who came and who went.

use client::Notice;
use protocol::Person;

use crate::{
    piece::{Piece, piece},
    texts::Texts,
};

/// "Ann joined"; of several people, "3 joined" that unfolds to their names.
pub(crate) fn notice_line(texts: &Texts, notice: &Notice) -> Piece {
    let content = if notice.joined.len() + notice.left.len() <= 1 {
        piece("span", "")
            .attr("dir", "auto")
            .says(&names(texts, notice))
    } else {
        let counts = piece("summary", "notice__summary").says(&counts(texts, notice));
        let names = piece("p", "notice__names")
            .attr("dir", "auto")
            .says(&names(texts, notice));
        piece("details", "").with(counts).with(names)
    };
    piece("div", "notice").with(content)
}

/// "3 joined, 1 left"
fn counts(texts: &Texts, notice: &Notice) -> String {
    said(texts, notice, |people, _, counted| {
        counted(people.len() as u64)
    })
}

/// "Ann, Bob and Cyd joined, Dan left"
fn names(texts: &Texts, notice: &Notice) -> String {
    said(texts, notice, |people, named, _| {
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        named(&(texts.list)(&names))
    })
}

fn said(
    texts: &Texts,
    notice: &Notice,
    say: impl Fn(&[Person], fn(&str) -> String, fn(u64) -> String) -> String,
) -> String {
    let joined =
        (!notice.joined.is_empty()).then(|| say(&notice.joined, texts.joined, texts.joined_count));
    let left = (!notice.left.is_empty()).then(|| say(&notice.left, texts.left, texts.left_count));
    [joined, left]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(texts.list_separator)
}
