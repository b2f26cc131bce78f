//! Dates in UTC, as the server writes them before the browser's own time is known.

#[cfg(feature = "ssr")]
use crate::texts::Texts;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A day, counted from 1970-01-01.
pub(crate) type Day = i64;

/// The day of `at` (milliseconds since 1970 UTC) where clocks are `offset_ms` ahead of UTC.
pub(crate) fn day(at: u64, offset_ms: i64) -> Day {
    (at.cast_signed() + offset_ms).div_euclid(DAY_MS)
}

/// Midnight UTC of the day, in milliseconds since 1970.
pub(crate) fn start(day: Day) -> u64 {
    (day * DAY_MS).max(0).cast_unsigned()
}

/// `14:03`
#[cfg(feature = "ssr")]
pub(crate) fn time(at: u64) -> String {
    let (hour, minute, _) = hms(at);
    format!("{hour:02}:{minute:02}")
}

/// `2026-11-21T14:03:05Z`
pub(crate) fn iso(at: u64) -> String {
    let (year, month, date) = civil(day(at, 0));
    let (hour, minute, second) = hms(at);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `Saturday, 21 November 2026`, in the words of the language.
#[cfg(feature = "ssr")]
pub(crate) fn date(day: Day, texts: &Texts) -> String {
    let (year, month, date) = civil(day);
    let weekday = usize::try_from((day + 4).rem_euclid(7)).unwrap_or_default();
    (texts.date)(texts.weekdays[weekday], year, month, date)
}

fn hms(at: u64) -> (u64, u64, u64) {
    let second = at / 1_000 % 86_400;
    (second / 3_600, second / 60 % 60, second % 60)
}

/// Year, month and day of month;
/// http://howardhinnant.github.io/date_algorithms.html#civil_from_days
fn civil(day: Day) -> (i64, usize, u8) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        year,
        usize::try_from(month).unwrap_or(1),
        u8::try_from(date).unwrap_or(1),
    )
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::texts::{EN, ZH};

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_795_269_785_000), "2026-11-21T14:03:05Z");
        assert_eq!(
            date(day(1_795_269_785_000, 0), &EN),
            "Saturday, 21 November 2026"
        );
        assert_eq!(
            date(day(1_795_269_785_000, 0), &ZH),
            "2026年11月21日 星期六"
        );
        assert_eq!(time(1_795_269_785_000), "14:03");
    }

    #[test]
    fn a_day_begins_at_local_midnight() {
        let hour: i64 = 3_600_000;
        assert_eq!(day(23 * 3_600_000, 0), 0);
        assert_eq!(day(23 * 3_600_000, 8 * hour), 1);
        assert_eq!(day(3_600_000, -5 * hour), -1);
        assert_eq!(start(1), 86_400_000);
    }
}
