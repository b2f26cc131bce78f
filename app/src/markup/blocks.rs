//! The blocks of a message.

use super::{Span, spans};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// Lines as they were written.
    Paragraph(Vec<Span<'a>>),
    Quote(Vec<Vec<Span<'a>>>),
    /// The items; `first` is the number of the first one in a numbered list.
    List {
        first: Option<u32>,
        items: Vec<Vec<Span<'a>>>,
    },
    Code(&'a str),
}

/// What a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening<'a> {
    Text,
    Quote(&'a str),
    Item(&'a str),
    Numbered(u32, &'a str),
    Fence(&'a str),
}

/// Reads a message. Each block is of lines that stand together; an empty line between two of them is not kept.
pub(crate) fn blocks(body: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (block, after) = match opening(line(rest).0) {
            Opening::Text => paragraph(rest),
            Opening::Quote(_) => quote(rest),
            Opening::Item(_) => items(rest),
            Opening::Numbered(first, _) => numbered(rest, first),
            Opening::Fence(fence) => code(rest, fence),
        };
        blocks.extend(block);
        rest = after;
    }
    blocks
}

/// The first line without its end, and what follows it.
fn line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

fn opening(line: &str) -> Opening<'_> {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return Opening::Text;
    }
    if let Some(quoted) = text.strip_prefix('>') {
        return Opening::Quote(quoted.strip_prefix(' ').unwrap_or(quoted));
    }
    if let Some(item) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
        return Opening::Item(item);
    }
    if text.starts_with("```") {
        let marks = text.len() - text.trim_start_matches('`').len();
        let (fence, language) = text.split_at(marks);
        // With another mark in it, it is code within a line.
        if !language.contains('`') {
            return Opening::Fence(fence);
        }
    }
    let numbered = text.split_once(". ").filter(|(number, _)| {
        (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
    });
    match numbered.and_then(|(number, item)| Some((number.parse().ok()?, item))) {
        Some((number, item)) => Opening::Numbered(number, item),
        None => Opening::Text,
    }
}

/// The lines from the start of `text` on that `part` finds something in, and what follows them.
fn run<'a>(
    mut text: &'a str,
    part: impl Fn(Opening<'a>) -> Option<&'a str>,
) -> (Vec<Vec<Span<'a>>>, &'a str) {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let (first, after) = line(text);
        let Some(found) = part(opening(first)) else {
            break;
        };
        parts.push(spans(found));
        text = after;
    }
    (parts, text)
}

fn quote(text: &str) -> (Option<Block<'_>>, &str) {
    let (lines, after) = run(text, |opening| match opening {
        Opening::Quote(quoted) => Some(quoted),
        _ => None,
    });
    (Some(Block::Quote(lines)), after)
}

fn items(text: &str) -> (Option<Block<'_>>, &str) {
    let (items, after) = run(text, |opening| match opening {
        Opening::Item(item) => Some(item),
        _ => None,
    });
    (Some(Block::List { first: None, items }), after)
}

fn numbered(text: &str, first: u32) -> (Option<Block<'_>>, &str) {
    let (items, after) = run(text, |opening| match opening {
        Opening::Numbered(_, item) => Some(item),
        _ => None,
    });
    let first = Some(first);
    (Some(Block::List { first, items }), after)
}

/// Up to the line that closes the fence, or to the end: who has not closed it yet is still writing code.
fn code<'a>(text: &'a str, fence: &str) -> (Option<Block<'a>>, &'a str) {
    let (_, inside) = line(text);
    let mut rest = inside;
    while !rest.is_empty() {
        let (first, after) = line(rest);
        let marks = first.trim();
        if marks.len() >= fence.len() && marks.bytes().all(|b| b == b'`') {
            let code = &inside[..inside.len() - rest.len()];
            return (
                Some(Block::Code(code.strip_suffix('\n').unwrap_or(code))),
                after,
            );
        }
        rest = after;
    }
    (Some(Block::Code(inside)), "")
}

/// Up to the line that begins something else.
fn paragraph(text: &str) -> (Option<Block<'_>>, &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let (first, after) = line(rest);
        if opening(first) != Opening::Text {
            break;
        }
        rest = after;
    }
    let lines = text[..text.len() - rest.len()].trim_matches('\n');
    let block = (!lines.trim().is_empty()).then(|| Block::Paragraph(spans(lines)));
    (block, rest)
}

#[cfg(test)]
mod tests {
    use super::{super::Span::Text, Block::*, *};

    #[test]
    fn lines_become_the_blocks_they_look_like() {
        let text = |text| vec![Text(text)];
        let cases: [(&str, Vec<Block>); 14] = [
            ("one\n\n two", vec![Paragraph(text("one\n\n two"))]),
            (
                "> a\n>b\nc",
                vec![Quote(vec![text("a"), text("b")]), Paragraph(text("c"))],
            ),
            (
                "list:\n- a\n* b\n\nend",
                vec![
                    Paragraph(text("list:")),
                    List {
                        first: None,
                        items: vec![text("a"), text("b")],
                    },
                    Paragraph(text("end")),
                ],
            ),
            (
                "3. c\n4. d",
                vec![List {
                    first: Some(3),
                    items: vec![text("c"), text("d")],
                }],
            ),
            (
                "2026. It was",
                vec![List {
                    first: Some(2026),
                    items: vec![text("It was")],
                }],
            ),
            ("1.5 and -1", vec![Paragraph(text("1.5 and -1"))]),
            ("-no list", vec![Paragraph(text("-no list"))]),
            (
                "```\nlet a = *b*;\n\n  c\n```",
                vec![Code("let a = *b*;\n\n  c")],
            ),
            (
                "```rust\nx\n```\nafter",
                vec![Code("x"), Paragraph(text("after"))],
            ),
            ("````\n```\n````", vec![Code("```")]),
            ("```\nstill writing", vec![Code("still writing")]),
            ("```", vec![Code("")]),
            ("", vec![]),
            ("    > far in", vec![Paragraph(text("    > far in"))]),
        ];
        for (body, expected) in cases {
            assert_eq!(blocks(body), expected, "{body}");
        }
    }
}
