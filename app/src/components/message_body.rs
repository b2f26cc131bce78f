//! What a message says: text, with the marks people write as what they mean.

use crate::{
    markup::{Block, Span, blocks},
    piece::{Piece, piece},
};

pub(crate) fn message_body(text: &str) -> Piece {
    piece("div", "message-body")
        .attr("dir", "auto")
        .with_all(blocks(text).iter().map(block).collect())
}

fn block(block: &Block<'_>) -> Piece {
    match block {
        Block::Paragraph(inside) => spans("p", inside),
        Block::Quote(lines) => {
            piece("blockquote", "").with_all(lines.iter().map(|line| spans("p", line)).collect())
        }
        Block::List { first, items } => {
            let items = items.iter().map(|item| spans("li", item)).collect();
            match first {
                Some(first) => piece("ol", "").attr("start", &first.to_string()),
                None => piece("ul", ""),
            }
            .with_all(items)
        }
        Block::Code(code) => piece("pre", "").part("code", "", code),
    }
}

fn spans(tag: &'static str, spans: &[Span<'_>]) -> Piece {
    spans.iter().fold(piece(tag, ""), add)
}

fn add(to: Piece, span: &Span<'_>) -> Piece {
    let inside = match span {
        Span::Text(plain) => return to.says(plain),
        Span::Code(code) => piece("code", "").says(code),
        Span::Link { text, address } => piece("a", "")
            .attr("href", address)
            .attr("title", address)
            .attr("target", "_blank")
            .attr("rel", "noopener nofollow ugc")
            .says(text),
        Span::Strong(inside) => spans("strong", inside),
        Span::Emphasis(inside) => spans("em", inside),
        Span::Struck(inside) => spans("s", inside),
    };
    to.with(inside)
}
