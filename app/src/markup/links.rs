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
