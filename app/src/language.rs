//! The languages of the page.

use serde::{Deserialize, Serialize};

use crate::texts::{self, Texts};

/// A language the page can be read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "&'static str")]
pub enum Language {
    #[default]
    En,
    Zh,
}

impl From<String> for Language {
    fn from(text: String) -> Self {
        Self::parse(&text).unwrap_or_default()
    }
}

impl From<Language> for &'static str {
    fn from(choice: Language) -> Self {
        choice.as_str()
    }
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// As cookies and forms write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// What [`as_str`](Self::as_str) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == text)
    }

    /// The language of the page's text, for `lang` and for `Intl`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// What its readers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    pub fn texts(self) -> &'static Texts {
        match self {
            Self::En => &texts::EN,
            Self::Zh => &texts::ZH,
        }
    }

    /// The language liked most of those an `Accept-Language` header names (RFC 9110 §12.5.4);
    /// English if it names none of ours.
    pub fn from_accept(header: &str) -> Self {
        let mut best = (0, Self::En);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let primary = tag
                .trim()
                .split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            if let Some(language) = Self::parse(&primary) {
                let liked = thousandths(weight);
                if liked > best.0 {
                    best = (liked, language);
                }
            }
        }
        best.1
    }
}

/// `q=0.7` → 700; what is no weight counts as 0.
fn thousandths(weight: &str) -> u32 {
    let number = weight.trim().strip_prefix("q=").unwrap_or_default();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part: u32 = format!("{part:0<3}")
        .get(..3)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    whole
        .parse::<u32>()
        .map_or(0, |whole| whole.min(1) * 1_000 + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_liked_most_is_taken() {
        let cases = [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en-GB,en;q=0.9", Language::En),
            ("fr, zh;q=0.3, en;q=0.7", Language::En),
            ("de;q=1, zh-Hant-TW;q=0.2", Language::Zh),
            ("", Language::En),
            ("fr,*;q=0.5", Language::En),
            ("zh;q=0,en;q=0.001", Language::En),
        ];
        for (header, language) in cases {
            assert_eq!(Language::from_accept(header), language, "{header}");
        }
    }
}
