//! Finds web addresses in what people write.

/// The address that begins right at the start of `text`, when `before` is the character there; only `http` and `https`, and only
/// where a word begins.
pub(super) fn link(before: Option<char>, text: &str) -> Option<&str> {
    // Chinese is written without spaces, so only a letter or digit that could be part of the word keeps a link from beginning.
    if before.is_some_and(|c| c.is_ascii_alphanumeric()) || scheme_length(text) == 0 {
        return None;
    }
    let length = link_length(text);
    (length > 0).then(|| &text[..length])
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
    let host = text[scheme_length(text)..].chars().next();
    if !host.is_some_and(|c| !ends_link(c) && (!c.is_ascii_punctuation() || c == '[')) {
        return 0;
    }
    let end = text.find(ends_link).unwrap_or(text.len());
    let mut link = &text[..end];
    // More closed than opened: counted once, as there may be many.
    let excess = |open, close| {
        link.matches(close)
            .count()
            .saturating_sub(link.matches(open).count())
    };
    let (mut round, mut square) = (excess('(', ')'), excess('[', ']'));
    // What closes a sentence or a bracket around the address is not part of it.
    while let Some(last) = link.chars().next_back() {
        match last {
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => {}
            _ => break,
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link.len()
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
    use super::*;

    #[test]
    fn an_address_ends_where_the_sentence_around_it_goes_on() {
        let cases = [
            ("https://a.b/c?d=e#f.", Some("https://a.b/c?d=e#f")),
            ("http://a.b/x_(y))", Some("http://a.b/x_(y)")),
            ("https://例子.中国/路，好", Some("https://例子.中国/路")),
            ("http://a\nhttps://b", Some("http://a")),
            ("http://a.b\">", Some("http://a.b")),
            ("http:// alone", None),
            ("http://.", None),
            ("http://[::1]:80/x[1]],", Some("http://[::1]:80/x[1]")),
            ("http://a(b)).)", Some("http://a(b)")),
            ("javascript:alert(1)", None),
            ("ftp://a", None),
            ("no link", None),
        ];
        for (text, expected) in cases {
            assert_eq!(link(None, text), expected, "{text}");
        }
        assert_eq!(link(Some('x'), "http://a.b"), None);
        assert_eq!(link(Some('看'), "http://a.b"), Some("http://a.b"));
    }
}
