//! What a program encloses, for who has no use for it: it is skipped.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

/// There was something enclosed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enclosed;

impl<'de> Deserialize<'de> for Enclosed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}
