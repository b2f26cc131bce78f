//! What a program encloses in what it says, for other programs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits;

/// What a program encloses in what it says: never empty. People are not shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosed {
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    label: Option<Label>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

/// What kind of thing is told: 1 to 64 characters of a-z, 0-9, dot, - and _.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(Box<str>);

/// The data are over [`limits::DATA_BYTES_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

impl Enclosed {
    /// None if there is nothing to enclose.
    pub fn new(label: Option<Label>, data: Option<Value>) -> Result<Option<Self>, TooMuch> {
        let bytes = data.as_ref().map_or(0, |data| data.to_string().len());
        if bytes > limits::DATA_BYTES_MAX {
            return Err(TooMuch);
        }
        let is_something = label.is_some() || data.is_some();
        Ok(is_something.then_some(Self { label, data }))
    }
}

impl FromStr for Label {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if (1..=64).contains(&text.len()) && text.bytes().all(is_fit) {
            Ok(Self(text.into()))
        } else {
            Err("a type is 1 to 64 characters of a-z, 0-9, dot, - and _".to_owned())
        }
    }
}

impl TryFrom<String> for Label {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Label> for String {
    fn from(label: Label) -> String {
        label.0.into()
    }
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = limits::DATA_BYTES_MAX;
        write!(f, "data has at most {most} bytes as JSON without spaces")
    }
}

impl std::error::Error for TooMuch {}
