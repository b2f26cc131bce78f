//! Finds web addresses in what people write.

/// A piece of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// An `http://` or `https://` address as it was written.
    Link(&'a str),
}

/// Cuts `body` into text and links; put together again they are the body. Only `http` and `https`
/// become links, and only where a word begins.
pub(crate) fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut text_from = 0;
    let mut from = 0;
    while let Some(start) = next_scheme(body, from) {
        let end = start + link_length(&body[start..]);
        if end == start {
            from = start + 1;
            continue;
        }
        if text_from < start {
            pieces.push(Piece::Text(&body[text_from..start]));
        }
        pieces.push(Piece::Link(&body[start..end]));
        text_from = end;
        from = end;
    }
    if text_from < body.len() {
        pieces.push(Piece::Text(&body[text_from..]));
    }
    pieces
}

/// Where the next `http` at a word's begin stands.
fn next_scheme(body: &str, from: usize) -> Option<usize> {
    let found = body
        .get(from..)?
        .match_indices('h')
        .map(|(at, _)| from + at);
    found
        .filter(|&at| scheme_length(&body[at..]) > 0)
        .find(|&at| {
            let before = body[..at].chars().next_back();
            // Chinese is written without spaces, so only a letter or digit that could be part of
            // the word keeps a link from beginning.
            !before.is_some_and(|c| c.is_ascii_alphanumeric())
        })
}

fn scheme_length(text: &str) -> usize {
    ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))
        .map_or(0, str::len)
}

/// How many bytes of `text`, which begins with a scheme, are the address; 0 if nothing follows the
/// scheme.
fn link_length(text: &str) -> usize {
    let scheme = scheme_length(text);
    let end = text.find(ends_link).unwrap_or(text.len());
    let mut link = &text[..end];
    // What closes a sentence or a bracket around the address is not part of it.
    while let Some(last) = link.chars().next_back() {
        let closes = match last {
            ')' => link.matches('(').count() < link.matches(')').count(),
            ']' => link.matches('[').count() < link.matches(']').count(),
            _ => matches!(
                last,
                '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~'
            ),
        };
        if !closes {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    let host_begins = link.get(scheme..).and_then(|rest| rest.chars().next());
    if host_begins.is_some_and(|c| !c.is_ascii_punctuation() || c == '[') {
        link.len()
    } else {
        0
    }
}

/// White space, quotes, and the full-width punctuation that follows an address in Chinese text.
fn ends_link(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '<' | '>' | '"' | '`' | '“' | '”' | '‘' | '’' | '\u{3000}'..='\u{303F}'
        )
        || matches!(c, '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF1F}')
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, *};

    #[test]
    fn addresses_become_links_and_the_rest_stays_text() {
        let cases: [(&str, &[Piece]); 10] = [
            ("no link", &[Text("no link")]),
            (
                "see https://a.b/c?d=e#f.",
                &[Text("see "), Link("https://a.b/c?d=e#f"), Text(".")],
            ),
            (
                "(http://a.b/x_(y))",
                &[Text("("), Link("http://a.b/x_(y)"), Text(")")],
            ),
            (
                "看https://例子.中国/路，好",
                &[Text("看"), Link("https://例子.中国/路"), Text("，好")],
            ),
            (
                "javascript:alert(1) data:x ftp://a",
                &[Text("javascript:alert(1) data:x ftp://a")],
            ),
            ("http:// alone", &[Text("http:// alone")]),
            ("xhttp://a.b", &[Text("xhttp://a.b")]),
            (
                "<a href=\"http://a.b\">",
                &[Text("<a href=\""), Link("http://a.b"), Text("\">")],
            ),
            (
                "http://a\nhttps://b",
                &[Link("http://a"), Text("\n"), Link("https://b")],
            ),
            ("", &[]),
        ];
        for (body, expected) in cases {
            assert_eq!(pieces(body), expected, "{body}");
        }
    }
}
