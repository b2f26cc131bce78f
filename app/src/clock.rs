//! Which time the page shows: UTC as the server wrote it, then the reader's own.

use crate::{
    Language, browser,
    browser::DateFormat,
    calendar::{self, Day},
};

/// How times are written. The first picture is drawn in UTC on both sides, so that the browser
/// finds what the server wrote.
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
            Self::Utc(_) => calendar::time(at),
            Self::Local(local) => local.time.format(at),
        }
    }

    /// Date and time in full.
    pub(crate) fn date_and_time(&self, at: u64) -> String {
        match self {
            Self::Utc(language) => {
                let date = calendar::date(calendar::day(at, 0), language.texts());
                format!("{date} {} UTC", calendar::time(at))
            }
            Self::Local(local) => local.date_and_time.format(at),
        }
    }

    /// What a day line says.
    pub(crate) fn day_label(&self, day: Day) -> String {
        match self {
            Self::Utc(language) => calendar::date(day, language.texts()),
            Self::Local(local) => match local.today - day {
                0 => local.language.texts().today.to_owned(),
                1 => local.language.texts().yesterday.to_owned(),
                _ => local.date.format(calendar::start(day)),
            },
        }
    }
}

fn today() -> Day {
    let at = browser::time_of_day();
    calendar::day(at, browser::utc_offset_ms(at))
}
