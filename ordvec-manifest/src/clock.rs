//! Times as RFC 3339 writes them: the report's `checked_at`, and the `created_at` of a section.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, as `2026-01-31T12:00:00Z`. A clock before 1970 reads as 1970.
pub(crate) fn now_rfc3339() -> String {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    format_unix(elapsed.map(|time| time.as_secs()).unwrap_or(0))
}

fn format_unix(seconds: u64) -> String {
    let (year, month, day) = civil_date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The Gregorian date of a day counted from 1970-01-01: whole years, then whole months.
fn civil_date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    while days >= year_days(year) {
        days -= year_days(year);
        year += 1;
    }
    let months = month_days(year);
    let mut month = 0;
    while days >= months[month] {
        days -= months[month];
        month += 1;
    }
    (year, month as u64 + 1, days + 1)
}

fn month_days(year: u64) -> [u64; 12] {
    let february = year_days(year) - 337;
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

fn year_days(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    365 + u64::from(leap)
}

/// Whether `text` is a time as RFC 3339, section 5.6, writes it, with any offset.
pub(crate) fn is_rfc3339(text: &str) -> bool {
    text.is_ascii() && read_rfc3339(text).is_some()
}

/// `None` where the text departs from `YYYY-MM-DDTHH:MM:SS[.F…](Z|±HH:MM)`.
fn read_rfc3339(text: &str) -> Option<()> {
    let (clock, rest) = text.split_at_checked(19)?;
    let number = |from: usize, to: usize| two_or_four_digits(&clock[from..to]);
    let separators = [(4, "-"), (7, "-"), (10, "Tt"), (13, ":"), (16, ":")];
    let placed = separators
        .iter()
        .all(|&(at, allowed)| allowed.contains(&clock[at..=at]));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let days = *month_days(year).get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    let time = number(11, 13)? < 24 && number(14, 16)? < 60 && number(17, 19)? <= 60;
    (placed && time && (1..=days).contains(&day)).then_some(())?;
    read_offset(skip_fraction(rest)?)
}

fn skip_fraction(rest: &str) -> Option<&str> {
    match rest.strip_prefix('.') {
        None => Some(rest),
        Some(digits) => {
            let offset = digits.trim_start_matches(|digit: char| digit.is_ascii_digit());
            (offset.len() < digits.len()).then_some(offset)
        }
    }
}

fn read_offset(text: &str) -> Option<()> {
    if matches!(text, "Z" | "z") {
        return Some(());
    }
    let (hour, minute) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let (hour, minute) = (two_or_four_digits(hour)?, two_or_four_digits(minute)?);
    (text.len() == 6 && hour < 24 && minute < 60).then_some(())
}

fn two_or_four_digits(text: &str) -> Option<u64> {
    let digits = matches!(text.len(), 2 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{format_unix, is_rfc3339};

    #[test]
    fn times_are_recognised() {
        for text in [
            "2026-01-31T12:00:00Z",
            "2024-02-29t23:59:60z",
            "1999-12-31T00:00:00.5+14:00",
            "0000-01-01T00:00:00.123456789-00:00",
        ] {
            assert!(is_rfc3339(text), "{text}");
        }
        for text in [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z",
            "2026-01-00T12:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:60:00Z",
            "2026-01-31T12:00:61Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00+1:00",
            "2026-01-31T12:00:00+24:00",
            "2026-01-31T12:00:00+01:0",
            "2026-01-31T12:00:00Z ",
            "+026-01-31T12:00:00Z",
            "2026-01-31T12:00:00é",
        ] {
            assert!(!is_rfc3339(text), "{text}");
        }
    }

    #[test]
    fn known_instants_are_written_as_rfc_3339() {
        assert_eq!(format_unix(0), "1970-01-01T00:00:00Z");
        assert_eq!(format_unix(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(format_unix(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(format_unix(1_767_225_599), "2025-12-31T23:59:59Z");
        assert_eq!(format_unix(4_107_542_400), "2100-03-01T00:00:00Z");
    }
}
