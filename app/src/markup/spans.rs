//! What stands inside a block.

use std::cell::Cell;

use super::links::link;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span<'a> {
    Text(&'a str),
    Code(&'a str),
    /// A web address, and what is shown for it.
    Link {
        text: &'a str,
        address: &'a str,
    },
    Strong(Vec<Span<'a>>),
    Emphasis(Vec<Span<'a>>),
    Struck(Vec<Span<'a>>),
}

/// How deep marks may stand within marks: as far as they mean something, and so that no text takes long to read.
const DEPTH_MAX: usize = 4;

/// How many bytes of a block may be looked through in vain for the end of a span: each such look goes to the end of the block.
/// After that, marks are plain characters. With some hundred bytes a block never comes to that.
const IN_VAIN_BYTES: usize = 256 * 1024;

/// What a backslash makes a plain character.
const MARKS: &str = "\\`*_~[]()>-.";

/// How many bytes may still be looked through in vain.
struct Patience(Cell<usize>);

impl Patience {
    fn look<T>(&self, bytes: usize, ahead: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.0.get() == 0 {
            return None;
        }
        let found = ahead();
        if found.is_none() {
            self.0.set(self.0.get().saturating_sub(bytes));
        }
        found
    }
}

/// Reads the text of one block.
pub(super) fn spans(text: &str) -> Vec<Span<'_>> {
    read(text, DEPTH_MAX, &Patience(Cell::new(IN_VAIN_BYTES)))
}

fn read<'a>(text: &'a str, depth: usize, patience: &Patience) -> Vec<Span<'a>> {
    let mut found = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let before = text[..at].chars().next_back();
        match span((text, at), before, depth, patience) {
            Some((span, length)) => {
                found.extend(plain(&text[plain_from..at]));
                found.push(span);
                at += length;
                plain_from = at;
            }
            None if is_escape(text, at) => {
                found.extend(plain(&text[plain_from..at]));
                plain_from = at + 1;
                at += 2;
            }
            None => at += next.len_utf8(),
        }
    }
    found.extend(plain(&text[plain_from..]));
    found
}

fn plain(text: &str) -> Option<Span<'_>> {
    (!text.is_empty()).then_some(Span::Text(text))
}

fn is_escape(text: &str, at: usize) -> bool {
    let mut chars = text[at..].chars();
    chars.next() == Some('\\') && chars.next().is_some_and(|mark| MARKS.contains(mark))
}

/// The span that begins here, and how many bytes it takes.
fn span<'a>(
    (text, at): (&'a str, usize),
    before: Option<char>,
    depth: usize,
    patience: &Patience,
) -> Option<(Span<'a>, usize)> {
    let rest = &text[at..];
    let marked = |mark, span| marked((rest, before), mark, depth, patience, span);
    match rest.as_bytes()[0] {
        b'h' => {
            let address = link(before, rest)?;
            Some((
                Span::Link {
                    text: address,
                    address,
                },
                address.len(),
            ))
        }
        b'`' => patience.look(rest.len(), || code(rest)),
        b'[' => named_link(rest),
        b'*' if rest.starts_with("**") => marked("**", Span::Strong),
        b'*' => marked("*", Span::Emphasis),
        b'_' => marked("_", Span::Emphasis),
        b'~' => marked("~~", Span::Struck),
        _ => None,
    }
}

/// From a run of backticks to the next one as long.
fn code(rest: &str) -> Option<(Span<'_>, usize)> {
    let marks = rest.len() - rest.trim_start_matches('`').len();
    let inside = &rest[marks..];
    let mut at = 0;
    loop {
        at += inside[at..].find('`')?;
        let run = inside[at..].len() - inside[at..].trim_start_matches('`').len();
        if run == marks {
            break;
        }
        at += run;
    }
    let code = &inside[..at];
    // A space on both sides lets code begin or end with a backtick.
    let spaced = code
        .strip_prefix(' ')
        .and_then(|code| code.strip_suffix(' '));
    let shown = spaced
        .filter(|code| !code.trim().is_empty())
        .unwrap_or(code);
    Some((Span::Code(shown), marks + at + marks))
}

/// `[text](https://address)`, with no brackets in the text.
fn named_link(rest: &str) -> Option<(Span<'_>, usize)> {
    let inside = &rest[1..];
    let (text, after) = inside.split_at(inside.find(['[', ']', '\n'])?);
    let target = after.strip_prefix("](")?;
    let address = link(None, target)?;
    let is_closed = target[address.len()..].starts_with(')');
    let length = 1 + text.len() + 2 + address.len() + 1;
    (is_closed && !text.trim().is_empty()).then_some((Span::Link { text, address }, length))
}

/// From a mark to the same one again, around text without spaces at its ends. Letters and digits outside keep it from being
/// one: `a_name` and `2*3*4` stay as they are.
fn marked<'a>(
    (rest, before): (&'a str, Option<char>),
    mark: &str,
    depth: usize,
    patience: &Patience,
    span: fn(Vec<Span<'a>>) -> Span<'a>,
) -> Option<(Span<'a>, usize)> {
    let inside = rest.strip_prefix(mark)?;
    let is_open = !inside.starts_with(char::is_whitespace) && !before.is_some_and(is_of_word);
    if !is_open || depth == 0 {
        return None;
    }
    let end = patience.look(inside.len(), || closing(inside, mark, patience))?;
    Some((
        span(read(&inside[..end], depth - 1, patience)),
        mark.len() + end + mark.len(),
    ))
}

/// Where the mark stands that closes: in the same paragraph, and not inside code or an address.
fn closing(inside: &str, mark: &str, patience: &Patience) -> Option<usize> {
    let mut at = 0;
    let mut before = None;
    while let Some(next) = inside[at..].chars().next() {
        let rest = &inside[at..];
        if rest.starts_with("\n\n") {
            return None;
        }
        let whole = match next {
            'h' => link(before, rest).map(str::len),
            '`' => patience
                .look(rest.len(), || code(rest))
                .map(|(_, length)| length),
            '\\' if is_escape(inside, at) => Some(2),
            _ => None,
        };
        if whole.is_none() && rest.starts_with(mark) {
            let run = rest.len() - rest.trim_start_matches(next).len();
            let after = rest[run..].chars().next();
            let closes = before.is_some_and(|c: char| !c.is_whitespace())
                && run >= mark.len()
                && (run == mark.len() || run > 2)
                && !after.is_some_and(is_of_word);
            if closes {
                return Some(at + run - mark.len());
            }
            at += run;
        } else {
            at += whole.unwrap_or(next.len_utf8());
        }
        before = inside[..at].chars().next_back();
    }
    None
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Span::*, *};

    fn address(address: &str) -> Span<'_> {
        Link {
            text: address,
            address,
        }
    }

    #[test]
    fn marks_become_spans_and_the_rest_stays_text() {
        let cases: [(&str, Vec<Span>); 12] = [
            ("plain", vec![Text("plain")]),
            (
                "a **b** c",
                vec![Text("a "), Strong(vec![Text("b")]), Text(" c")],
            ),
            (
                "*a* _b_",
                vec![
                    Emphasis(vec![Text("a")]),
                    Text(" "),
                    Emphasis(vec![Text("b")]),
                ],
            ),
            ("~~no~~!", vec![Struck(vec![Text("no")]), Text("!")]),
            (
                "看**这里**吧",
                vec![Text("看"), Strong(vec![Text("这里")]), Text("吧")],
            ),
            (
                "***both***",
                vec![Strong(vec![Emphasis(vec![Text("both")])])],
            ),
            (
                "**a *b* c**",
                vec![Strong(vec![
                    Text("a "),
                    Emphasis(vec![Text("b")]),
                    Text(" c"),
                ])],
            ),
            (
                "*a **b** c*",
                vec![Emphasis(vec![
                    Text("a "),
                    Strong(vec![Text("b")]),
                    Text(" c"),
                ])],
            ),
            ("x `*a*` y", vec![Text("x "), Code("*a*"), Text(" y")]),
            ("`` a`b ``", vec![Code("a`b")]),
            (
                "*a `*` b*",
                vec![Emphasis(vec![Text("a "), Code("*"), Text(" b")])],
            ),
            (r"\*a\* \\", vec![Text("*a"), Text("* "), Text("\\")]),
        ];
        for (text, expected) in cases {
            assert_eq!(spans(text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_mark_stays_as_it_is() {
        for text in [
            "2 * 3 * 4",
            "2*3*4",
            "a_name_here",
            "_ _",
            "**",
            "****",
            "* a*",
            "*a *",
            "*open",
            "`open",
            "~a~",
            "[a]",
            "[a](b)",
            "[a](javascript:alert(1))",
            "<b>not</b>",
            "&amp;",
            "C:\\dir",
            "*a\n\nb*",
            "🦀",
        ] {
            assert_eq!(spans(text), [Text(text)], "{text}");
        }
    }

    #[test]
    fn addresses_become_links_whatever_marks_are_in_them() {
        let cases: [(&str, Vec<Span>); 7] = [
            (
                "see http://a.b/x_y_z.",
                vec![Text("see "), address("http://a.b/x_y_z"), Text(".")],
            ),
            ("**http://a.b**", vec![Strong(vec![address("http://a.b")])]),
            (
                "_see http://a.b/_c_",
                vec![Emphasis(vec![Text("see "), address("http://a.b/_c")])],
            ),
            (
                "看https://例子.中国/路，好",
                vec![Text("看"), address("https://例子.中国/路"), Text("，好")],
            ),
            ("xhttp://a.b", vec![Text("xhttp://a.b")]),
            (
                "[Ann](http://a.b/(c))!",
                vec![
                    Link {
                        text: "Ann",
                        address: "http://a.b/(c)",
                    },
                    Text("!"),
                ],
            ),
            (
                "http://a\nhttps://b",
                vec![address("http://a"), Text("\n"), address("https://b")],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(spans(text), expected, "{text}");
        }
    }

    #[test]
    fn no_text_takes_long_to_read() {
        for unit in ["*a ", "**a*", "_", "`", "[", "~~a", "*_~~", "\\", "> ", "h"] {
            let long = unit.repeat(4_000 / unit.len());
            let text = spans(&long);
            assert!(text.len() <= long.len(), "{unit}");
        }
        let runs = (1..=70)
            .map(|length| "`".repeat(length))
            .collect::<Vec<_>>();
        let code = format!("{}{}", "*a ".repeat(480), runs.join(" "));
        let brackets = format!("{}http://a{}", "*a ".repeat(600), ")".repeat(2_000));
        let named = format!("{}](http://{})", "[a".repeat(1_000), "a".repeat(1_900));
        for long in [code, brackets, named] {
            let began = Instant::now();
            spans(&long);
            let took = began.elapsed();
            // Some milliseconds, even without optimization; without limits, many seconds.
            assert!(took < Duration::from_secs(1), "{took:?}: {long}");
        }
    }

    #[test]
    fn many_marks_without_an_end_are_plain_and_leave_addresses_as_they_are() {
        let open = "_a ".repeat(1_200);
        assert_eq!(
            spans(&format!("{open}*b* http://a.b")),
            [Text(&format!("{open}*b* ")), address("http://a.b")]
        );
        let open = "_a ".repeat(200);
        assert_eq!(
            spans(&format!("{open}*b*")),
            [Text(open.as_str()), Emphasis(vec![Text("b")])]
        );
    }
}
