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
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let name = words.join(" ");
        if name.chars().any(|c| c.is_control() || is_invisible(c)) {
            Err(Reason::NameControl)
        } else if name.chars().all(char::is_whitespace) {
            Err(Reason::NameEmpty)
        } else if name.chars().count() > limits::NAME_CHARS_MAX {
            Err(Reason::NameTooLong)
        } else {
            Ok(Self(name.into()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|reason| format!("not a name: {reason:?}"))
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
