//! One STOMP frame, as it is written (STOMP 1.0, 1.1 and 1.2, https://stomp.github.io).

use std::borrow::Cow;
use std::fmt::Write as _;

/// Headers one frame may have: no client has a use for more.
const HEADERS_MAX: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    V10,
    V11,
    V12,
}

/// What clients say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Connect,
    Send,
    Subscribe,
    Unsubscribe,
    Disconnect,
    /// Of STOMP, and not done here.
    Other(&'static str),
}

const VERBS: [(&str, Verb); 11] = [
    ("CONNECT", Verb::Connect),
    ("STOMP", Verb::Connect),
    ("SEND", Verb::Send),
    ("SUBSCRIBE", Verb::Subscribe),
    ("UNSUBSCRIBE", Verb::Unsubscribe),
    ("DISCONNECT", Verb::Disconnect),
    ("ACK", Verb::Other("ACK")),
    ("NACK", Verb::Other("NACK")),
    ("BEGIN", Verb::Other("BEGIN")),
    ("COMMIT", Verb::Other("COMMIT")),
    ("ABORT", Verb::Other("ABORT")),
];

/// A frame of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) verb: Verb,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Version {
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::V12, "1.2"), (Self::V11, "1.1"), (Self::V10, "1.0")];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::V12 => "1.2",
            Self::V11 => "1.1",
            Self::V10 => "1.0",
        }
    }

    /// The newest of those a client accepts; none if there is none of ours. Who names none speaks 1.0.
    pub(super) fn accepted(named: Option<&str>) -> Option<Self> {
        let Some(named) = named else {
            return Some(Self::V10);
        };
        let named: Vec<&str> = named.split(',').map(str::trim).collect();
        let ours = Self::ALL.iter().find(|(_, ours)| named.contains(ours));
        ours.map(|(version, _)| *version)
    }
}

impl Frame {
    /// The first line and the headers of a frame, without the empty line after them.
    pub(super) fn parse_head(head: &str, version: Option<Version>) -> Result<Self, String> {
        let mut lines = head.split('\n').map(|line| match version {
            Some(Version::V10 | Version::V11) => line,
            _ => line.strip_suffix('\r').unwrap_or(line),
        });
        let word = lines.next().unwrap_or_default();
        let known = VERBS.iter().find(|(known, _)| *known == word);
        let Some(&(_, verb)) = known else {
            return Err(format!("{} is no command of STOMP", shown(word)));
        };
        let escapes = match (verb, version) {
            (Verb::Connect, _) | (_, None | Some(Version::V10)) => None,
            (_, Some(version)) => Some(version),
        };
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                return Err(format!("a header is name:value, not {}", shown(line)));
            };
            let (name, value) = (unescaped(name, escapes)?, unescaped(value, escapes)?);
            if name.is_empty() {
                return Err(format!(
                    "a header needs a name, which {} has not",
                    shown(line)
                ));
            }
            // Of those repeated the first one counts.
            if headers.iter().all(|(known, _)| *known != name) {
                headers.push((name.into_owned(), value.into_owned()));
            }
            if headers.len() > HEADERS_MAX {
                return Err(format!("a frame has at most {HEADERS_MAX} headers"));
            }
        }
        Ok(Self {
            verb,
            headers,
            body: String::new(),
        })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }
}

/// A part of what came, short enough for an answer.
pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("“{}{more}”", short.escape_debug())
}

fn unescaped(text: &str, version: Option<Version>) -> Result<Cow<'_, str>, String> {
    let Some(version) = version.filter(|_| text.contains('\\')) else {
        return Ok(text.into());
    };
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        plain.push(match sign {
            '\\' => match (signs.next(), version) {
                (Some('n'), _) => '\n',
                (Some('c'), _) => ':',
                (Some('\\'), _) => '\\',
                (Some('r'), Version::V12) => '\r',
                _ => {
                    return Err(format!(
                        "{} has an escape that STOMP does not know",
                        shown(text)
                    ));
                }
            },
            sign => sign,
        });
    }
    Ok(plain.into())
}

/// A frame of ours, in the version that was agreed on.
pub(super) fn write(version: Version, verb: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{verb}\n");
    for (name, value) in headers {
        let value = match verb {
            "CONNECTED" => one_line(value),
            _ => escaped(value, version),
        };
        let _ = writeln!(text, "{name}:{value}"); // a String takes all
    }
    if !body.is_empty() {
        let _ = writeln!(text, "content-length:{}", body.len());
    }
    text + "\n" + body + "\0"
}

fn escaped(value: &str, version: Version) -> String {
    if version == Version::V10 {
        return one_line(value);
    }
    let escaped = value
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace(':', "\\c");
    match version {
        Version::V12 => escaped.replace('\r', "\\r"),
        _ => escaped.replace('\r', " "),
    }
}

fn one_line(value: &str) -> String {
    value.replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Frame {
        Frame::parse_head(text, Some(Version::V12)).expect("a frame")
    }

    #[test]
    fn headers_are_unescaped_and_the_first_of_a_name_counts() {
        let frame = head("SEND\r\na\\cb:c\\nd\\\\e\\rf\r\nx:1\r\nx:2\r\nurl:http://x");
        assert_eq!(frame.verb, Verb::Send);
        assert_eq!(frame.header("a:b"), Some("c\nd\\e\rf"));
        assert_eq!(frame.header("x"), Some("1"));
        assert_eq!(frame.header("url"), Some("http://x"));
        assert_eq!(frame.header("y"), None);
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for version in [Version::V11, Version::V12] {
            let value = "a:b\\c\nd";
            let text = write(version, "SEND", &[("said", value)], "");
            let head = text.strip_suffix("\n\n\0").expect("no body");
            let frame = Frame::parse_head(head, Some(version)).expect("a frame");
            assert_eq!(frame.header("said"), Some(value));
        }
        let text = write(Version::V10, "ERROR", &[("message", "a:b\nc")], "é");
        assert_eq!(text, "ERROR\nmessage:a:b c\ncontent-length:2\n\né\0");
    }

    #[test]
    fn the_newest_version_both_sides_know_is_taken() {
        for (named, accepted) in [
            (None, Some(Version::V10)),
            (Some("1.0,1.1,1.2"), Some(Version::V12)),
            (Some("1.2,1.1,1.0"), Some(Version::V12)),
            (Some("1.1, 1.0"), Some(Version::V11)),
            (Some("1.0"), Some(Version::V10)),
            (Some("2.0,1.1"), Some(Version::V11)),
            (Some("2.0"), None),
            (Some(""), None),
        ] {
            assert_eq!(Version::accepted(named), accepted, "{named:?}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused_by_name() {
        let many = "SEND\n".to_owned()
            + &(0..=HEADERS_MAX)
                .map(|nth| format!("h{nth}:\n"))
                .collect::<String>();
        for (text, says) in [
            ("", "no command"),
            ("send", "“send”"),
            ("SEND\nnothing", "“nothing”"),
            ("SEND\n:x", "needs a name"),
            ("SEND\na:b\\t", "escape"),
            ("SEND\na:b\\", "escape"),
            (many.trim_end(), "at most 64"),
        ] {
            let refused = Frame::parse_head(text, Some(Version::V12)).expect_err(text);
            assert!(refused.contains(says), "{text}: {refused}");
        }
        let escape = Frame::parse_head("SEND\na:\\r", Some(Version::V11));
        assert!(escape.is_err(), "1.1 has no such escape");
        assert!(Frame::parse_head("CONNECT\na:\\t", None).is_ok());
    }
}
