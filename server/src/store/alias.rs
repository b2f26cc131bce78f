//! What a program calls a person or a room of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Characters of an alias: as long as the ids of other products are.
const CHARS_MAX: usize = 128;

/// A program's own id of a person or a room; its users read "key". Two programs may call different ones the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alias(String);

/// A text that is not an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 1 to {CHARS_MAX} characters of a-z, A-Z, 0-9 and - _ . ~ : @ + = |")]
pub struct BadAlias;

/// Somebody or something, as a program calls it or by its id here. The two are told apart by who asks, never by how they look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called<T> {
    Alias(Alias),
    Id(T),
}

impl Alias {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Alias {
    type Err = BadAlias;

    fn from_str(text: &str) -> Result<Self, BadAlias> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.~:@+=|".contains(&b);
        if (1..=CHARS_MAX).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAlias)
        }
    }
}

impl TryFrom<String> for Alias {
    type Error = BadAlias;

    fn try_from(text: String) -> Result<Self, BadAlias> {
        text.parse()
    }
}

impl From<Alias> for String {
    fn from(alias: Alias) -> Self {
        alias.0
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T: fmt::Display> fmt::Display for Called<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(alias) => alias.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_other_products_are_keys() {
        for key in [
            "7",
            "auth0|5f7c8ec7c33c6c004bbafe82",
            "ann.lee+test@shop.example",
            "urn:doc:12",
            "c3ab8ff1-3720-4f2a-9d0c-000000000000",
        ] {
            assert!(key.parse::<Alias>().is_ok(), "{key}");
        }
        assert!("x".repeat(CHARS_MAX).parse::<Alias>().is_ok());
    }

    #[test]
    fn what_an_address_could_not_carry_is_no_key() {
        let long = "x".repeat(CHARS_MAX + 1);
        for key in ["", "a b", "a/b", "a?b", "a#b", "a%b", "ä", "a\n", &long] {
            assert_eq!(key.parse::<Alias>(), Err(BadAlias), "{key:?}");
        }
    }
}
