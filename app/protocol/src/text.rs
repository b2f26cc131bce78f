//! Texts people write, checked once where they come in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Reason, limits};

/// A person's name as they wrote it: trimmed, 1 to 32 characters, none of them invisible.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Box<str>);

impl Name {
    /// Trims `text` and folds runs of spaces into one; refuses what does not fit.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        Ok(Self(line(text, limits::NAME_CHARS_MAX)?.into()))
    }

    /// Whether a message's text speaks to whoever has this name: `@Ann`, in any case, and not `@Anna`.
    pub fn is_mentioned_in(&self, body: &str) -> bool {
        let (body, name) = (body.to_lowercase(), self.0.to_lowercase());
        let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let ends_open = goes_on(name.chars().next_back());
        body.match_indices('@').any(|(at, _)| {
            let follows = body[at + 1..].strip_prefix(&name);
            !goes_on(body[..at].chars().next_back())
                && follows.is_some_and(|rest| !(ends_open && goes_on(rest.chars().next())))
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|_| "not a name".to_owned())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0.into()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A room's name as its maker wrote it: trimmed, 1 to 40 characters, none of them invisible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomName(String);

impl RoomName {
    /// Trims `text` and folds runs of spaces into one; refuses what does not fit.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        Ok(Self(line(text, limits::ROOM_NAME_CHARS_MAX)?))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a room is about, in a line of up to 200 characters; it may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(String);

impl Topic {
    /// Trims `text` and folds runs of spaces into one; refuses what does not fit.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        match line(text, limits::TOPIC_CHARS_MAX) {
            Ok(topic) => Ok(Self(topic)),
            Err(Reason::NameEmpty) => Ok(Self(String::new())),
            Err(Reason::NameTooLong) => Err(Reason::TopicTooLong),
            Err(reason) => Err(reason),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One line without invisible signs, its runs of spaces folded.
fn line(text: &str, chars_max: usize) -> Result<String, Reason> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    if line.chars().any(|c| c.is_control() || is_invisible(c)) {
        Err(Reason::NameControl)
    } else if line.chars().all(char::is_whitespace) {
        Err(Reason::NameEmpty)
    } else if line.chars().count() > chars_max {
        Err(Reason::NameTooLong)
    } else {
        Ok(line)
    }
}

/// A message's text: not blank, within the limits, line ends as `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Takes `\r\n` for `\n`, cuts white space at the end and empty lines at the start; refuses what does not fit.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_end().trim_start_matches('\n');
        if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            Err(Reason::BodyControl)
        } else if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            Err(Reason::BodyEmpty)
        } else if text.len() > limits::BODY_BYTES_MAX
            || text.chars().count() > limits::BODY_CHARS_MAX
        {
            Err(Reason::BodyTooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Body> for String {
    fn from(body: Body) -> String {
        body.0
    }
}

/// Characters that take no room on the screen or turn the direction of what follows: a name made with them looks like
/// another one.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_its_spaces_folded() {
        assert_eq!(
            Name::parse("  Ann   Lee ").map(String::from),
            Ok("Ann Lee".to_owned())
        );
        assert_eq!(Name::parse("李雷").map(String::from), Ok("李雷".to_owned()));
    }

    #[test]
    fn an_unfit_name_is_refused_with_its_reason() {
        assert_eq!(Name::parse("   "), Err(Reason::NameEmpty));
        assert_eq!(Name::parse(&"a".repeat(33)), Err(Reason::NameTooLong));
        assert_eq!(Name::parse("a\nb"), Err(Reason::NameControl));
        assert_eq!(Name::parse("\u{202E}nnA"), Err(Reason::NameControl));
        assert!(Name::parse(&"名".repeat(32)).is_ok());
    }

    #[test]
    fn a_name_is_mentioned_by_its_whole() {
        let ann = Name::parse("Ann").expect("a name");
        for body in [
            "@Ann",
            "hi @ann!",
            "(@ANN)",
            "@Ann, @Bob",
            "@Ann你好",
            "你好@ann",
        ] {
            assert!(ann.is_mentioned_in(body), "{body}");
        }
        for body in ["Ann", "@Anna", "me@ann.example", "@ Ann", ""] {
            assert!(!ann.is_mentioned_in(body), "{body}");
        }
        let lei = Name::parse("李雷").expect("a name");
        assert!(lei.is_mentioned_in("@李雷你好"));
    }

    #[test]
    fn a_topic_may_be_empty_and_a_rooms_name_may_not() {
        assert_eq!(Topic::parse("  ").map(|topic| topic.0), Ok(String::new()));
        assert_eq!(Topic::parse(&"a".repeat(201)), Err(Reason::TopicTooLong));
        assert_eq!(RoomName::parse("  "), Err(Reason::NameEmpty));
        assert_eq!(RoomName::parse(&"a".repeat(41)), Err(Reason::NameTooLong));
        assert_eq!(
            RoomName::parse(" Tea  time ").map(|name| name.0),
            Ok("Tea time".to_owned())
        );
    }

    #[test]
    fn a_body_keeps_its_lines_and_indents() {
        assert_eq!(
            Body::parse("\r\n  a\r\n\tb \n").map(String::from),
            Ok("  a\n\tb".to_owned())
        );
    }

    #[test]
    fn an_unfit_body_is_refused_with_its_reason() {
        assert_eq!(Body::parse(" \n\u{200B}"), Err(Reason::BodyEmpty));
        assert_eq!(Body::parse("a\u{0}b"), Err(Reason::BodyControl));
        assert_eq!(Body::parse(&"a".repeat(4_001)), Err(Reason::BodyTooLong));
        assert!(Body::parse(&"𝒶".repeat(4_000)).is_ok());
    }
}
