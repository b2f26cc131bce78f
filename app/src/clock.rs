//! Which time the page shows: UTC as the server writes it, then the reader's own.

use crate::{
    Language, browser,
    browser::DateFormat,
    calendar::{self, Day},
};

/// How times are written. Only the server writes UTC: the browser finds its times there and puts the reader's own in their
/// place, without knowing what they said.
#[derive(Clone)]
pub(crate) enum Clock {
    Utc(Language),
    Local(Local),
}

#[derive(Clone)]
pub(crate) struct Local {
    language: Language,
    /// By the reader's clock, as of the last look.
    today: Day,
    time: DateFormat,
    date: DateFormat,
    date_and_time: DateFormat,
}

impl Clock {
    pub(crate) fn local(language: Language) -> Self {
        let tag = language.tag();
        Self::Local(Local {
            language,
            today: today(),
            time: DateFormat::new(tag, r#"{"timeStyle":"short"}"#),
            date: DateFormat::new(tag, r#"{"dateStyle":"full","timeZone":"UTC"}"#),
            date_and_time: DateFormat::new(tag, r#"{"dateStyle":"full","timeStyle":"medium"}"#),
        })
    }

    /// The same clock today, if it is another day by now.
    pub(crate) fn turned(&self) -> Option<Self> {
        match self {
            Self::Local(local) if local.today != today() => Some(Self::Local(Local {
                today: today(),
                ..local.clone()
            })),
            _ => None,
        }
    }

    /// The day `at` was on.
    pub(crate) fn day(&self, at: u64) -> Day {
        match self {
            Self::Utc(_) => calendar::day(at, 0),
            Self::Local(_) => calendar::day(at, browser::utc_offset_ms(at)),
        }
    }

    /// The time of day, short.
    pub(crate) fn time(&self, at: u64) -> String {
        match self {
            Self::Utc(_) => utc::time(at),
            Self::Local(local) => local.time.format(at),
        }
    }

    /// Date and time in full.
    pub(crate) fn date_and_time(&self, at: u64) -> String {
        match self {
            Self::Utc(language) => utc::date_and_time(at, *language),
            Self::Local(local) => local.date_and_time.format(at),
        }
    }

    /// What a day line says.
    pub(crate) fn day_label(&self, day: Day) -> String {
        match self {
            Self::Utc(language) => utc::date(day, *language),
            Self::Local(local) => match local.today - day {
                0 => local.language.texts().today.to_owned(),
                1 => local.language.texts().yesterday.to_owned(),
                _ => local.date.format(calendar::start(day)),
            },
        }
    }
}

#[cfg(feature = "ssr")]
mod utc {
    use crate::{
        Language,
        calendar::{self, Day},
    };

    pub(super) use calendar::time;

    pub(super) fn date(day: Day, language: Language) -> String {
        calendar::date(day, language.texts())
    }

    pub(super) fn date_and_time(at: u64, language: Language) -> String {
        let date = date(calendar::day(at, 0), language);
        format!("{date} {} UTC", time(at))
    }
}

/// There is something where a time is, and it is not looked at.
#[cfg(not(feature = "ssr"))]
mod utc {
    use crate::{Language, calendar::Day};

    const SOMETHING: &str = "-";

    pub(super) fn time(_: u64) -> String {
        SOMETHING.to_owned()
    }

    pub(super) fn date(_: Day, _: Language) -> String {
        SOMETHING.to_owned()
    }

    pub(super) fn date_and_time(_: u64, _: Language) -> String {
        SOMETHING.to_owned()
    }
}

fn today() -> Day {
    let at = browser::time_of_day();
    calendar::day(at, browser::utc_offset_ms(at))
}
