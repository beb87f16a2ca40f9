//! Numbers with a meaning: counts, durations, sizes, rates, shares, days.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Wrong;

const DURATIONS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const SIZES: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
/// The longest duration: a year and a day.
const DURATION_MS_AT_MOST: u64 = 366 * 86_400_000;
/// The largest size: 1,024 GiB.
const SIZE_AT_MOST: u64 = 1 << 40;

/// Digits and what follows them. Underscores may stand between digits.
fn number_and_rest(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let misplaced = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    // A leading zero is an octal number to some readers.
    if misplaced || digits.len() > 24 || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.replace('_', "").parse().ok()?, rest))
}

/// A whole number of at least one; underscores may stand between digits.
///
/// # Errors
/// What is wrong and what to write.
pub fn count(text: &str) -> Result<u64, Wrong> {
    match number_and_rest(text) {
        Some((number, "")) if (1..=1_000_000_000).contains(&number) => Ok(number),
        _ => Err(Wrong::new(format!("`{text}` is not a count"), "a whole number from 1, as in `20_000`")),
    }
}

/// A number and a unit of `ms s min h d`, from 1 ms to 366 days.
///
/// # Errors
/// What is wrong and what to write.
pub fn duration(text: &str) -> Result<Duration, Wrong> {
    let help = "a number and one of `ms s min h d`, as in `10s`";
    let Some((number, unit)) = number_and_rest(text) else {
        return Err(Wrong::new(format!("`{text}` is not a duration"), help));
    };
    if unit.is_empty() {
        return Err(Wrong::new(format!("`{text}` has no unit"), format!("`{number}s` or `{number}ms`?")));
    }
    let Some((_, factor)) = DURATIONS.iter().find(|(name, _)| *name == unit) else {
        let wrong = Wrong::new(format!("`{unit}` is not a unit of time"), help);
        let meant = match unit {
            "m" | "mins" | "minute" | "minutes" => "min",
            "sec" | "secs" | "second" | "seconds" => "s",
            "hour" | "hours" | "hr" => "h",
            "day" | "days" => "d",
            _ => return Err(wrong),
        };
        return Err(wrong.replace(format!("{number}{meant}")));
    };
    match number.checked_mul(*factor) {
        Some(0) => Err(Wrong::new(format!("`{text}` is no time at all"), "at least `1ms`")),
        Some(ms) if ms <= DURATION_MS_AT_MOST => Ok(Duration::from_millis(ms)),
        _ => Err(Wrong::new(format!("`{text}` is too long"), "at most `366d`")),
    }
}

/// A number and a unit of `B KiB MiB GiB`, from 1 byte to 1,024 GiB; the result is in bytes.
///
/// # Errors
/// What is wrong and what to write.
pub fn size(text: &str) -> Result<u64, Wrong> {
    let help = "a number and one of `B KiB MiB GiB`, as in `1MiB`";
    let Some((number, unit)) = number_and_rest(text) else {
        return Err(Wrong::new(format!("`{text}` is not a size"), help));
    };
    if unit.is_empty() {
        return Err(Wrong::new(format!("`{text}` has no unit"), help).replace(format!("{number}B")));
    }
    let Some((_, factor)) = SIZES.iter().find(|(name, _)| *name == unit) else {
        let letter = unit.get(..1).unwrap_or_default().to_ascii_uppercase();
        let two_readings = matches!(letter.as_str(), "K" | "M" | "G") && unit.len() <= 2;
        return Err(if two_readings {
            let (thousands, small) = match letter.as_str() {
                "K" => (number.saturating_mul(1_000), "B"),
                "M" => (number.saturating_mul(1_000), "KiB"),
                _ => (number.saturating_mul(1_000), "MiB"),
            };
            let message = format!("`{text}` has two readings, by 1000 and by 1024");
            Wrong::new(message, format!("`{number}{letter}iB`, or about `{thousands}{small}`"))
                .replace(format!("{number}{letter}iB"))
        } else {
            Wrong::new(format!("`{unit}` is not a unit of size"), help)
        });
    };
    match number.checked_mul(*factor) {
        Some(0) => Err(Wrong::new(format!("`{text}` is no size at all"), "at least `1B`")),
        Some(bytes) if bytes <= SIZE_AT_MOST => Ok(bytes),
        _ => Err(Wrong::new(format!("`{text}` is too large"), "at most `1024GiB`")),
    }
}

/// `COUNT/UNIT`, the unit one of `s min h day month`.
///
/// # Errors
/// What is wrong and what to write.
pub fn rate(text: &str) -> Result<(u64, &str), Wrong> {
    let wrong = || {
        Wrong::new(format!("`{text}` is not a rate"), "a count and one of `/s /min /h /day /month`, as in `600/min`")
    };
    let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
    if unit == "m" {
        return Err(Wrong::new("`/m` has two readings", "`/min` or `/month`?"));
    }
    match number_and_rest(number) {
        Some((number, "")) if number > 0 && matches!(unit, "s" | "min" | "h" | "day" | "month") => Ok((number, unit)),
        _ => Err(wrong()),
    }
}

/// A whole number of percent, `5%`.
///
/// # Errors
/// What is wrong and what to write.
pub fn share(text: &str) -> Result<u8, Wrong> {
    match number_and_rest(text) {
        Some((percent @ 1..=100, "%")) => u8::try_from(percent).map_err(|_| Wrong::new("", "")),
        _ => Err(Wrong::new(format!("`{text}` is not a share"), "whole percent from `1%` to `100%`")),
    }
}

/// A day of the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    days_since_1970: i64,
}

impl Day {
    /// The day of a point in time.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self { days_since_1970: i64::try_from(seconds / 86_400).unwrap_or(i64::MAX) }
    }

    /// The first moment of the day.
    #[must_use]
    pub fn start(self) -> SystemTime {
        let days = u64::try_from(self.days_since_1970).unwrap_or(0);
        UNIX_EPOCH.checked_add(Duration::from_secs(days.saturating_mul(86_400))).unwrap_or(UNIX_EPOCH)
    }

    /// The first moment after the day.
    #[must_use]
    pub fn end(self) -> SystemTime {
        let days = u64::try_from(self.days_since_1970.saturating_add(1)).unwrap_or(0);
        UNIX_EPOCH.checked_add(Duration::from_secs(days.saturating_mul(86_400))).unwrap_or(UNIX_EPOCH)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.days_since_1970);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A day, `2027-03-31`.
///
/// # Errors
/// What is wrong and what to write.
pub fn day(text: &str) -> Result<Day, Wrong> {
    let wrong = || Wrong::new(format!("`{text}` is not a day"), "year, month and day, as in `2027-03-31`");
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| {
        let digits = parts.next().filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<i64>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return Err(wrong()) };
    let days_since_1970 = days(year, month, day);
    // The calendar read back is the check: the 31st of April comes back as the 1st of May.
    if year < 1970 || civil(days_since_1970) != (year, month, day) {
        return Err(wrong());
    }
    Ok(Day { days_since_1970 })
}

/// Days since 1970-01-01 of a date, counted in years that begin in March, so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9).rem_euclid(12);
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = march_year.div_euclid(4) - march_year.div_euclid(100) + march_year.div_euclid(400);
    // 719,468 days lie between the 1st of March of the year 0 and 1970-01-01.
    march_year * 365 + leap_days + day_of_year - 719_468
}

/// The date of a number of days since 1970-01-01.
fn civil(days_since_1970: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days_since_1970.div_euclid(366);
    while days(year + 1, 1, 1) <= days_since_1970 {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= days_since_1970 {
        month += 1;
    }
    (year, month, days_since_1970 - days(year, month, 1) + 1)
}

/// The shortest exact writing of a duration, in one unit.
#[must_use]
pub fn write_duration(duration: Duration) -> String {
    let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    // Seconds below two minutes read better than minutes: `60s`, `90s`, then `2min`.
    let fits = |(name, factor): &&(&str, u64)| ms.is_multiple_of(*factor) && (*name != "min" || ms >= 120_000);
    let (unit, factor) = DURATIONS.iter().rev().find(fits).copied().unwrap_or(("ms", 1));
    format!("{}{unit}", ms / factor)
}

/// The shortest exact writing of a size in bytes, in one unit.
#[must_use]
pub fn write_size(bytes: u64) -> String {
    let (unit, factor) =
        SIZES.iter().rev().find(|(_, factor)| bytes.is_multiple_of(*factor)).copied().unwrap_or(("B", 1));
    format!("{}{unit}", bytes / factor)
}
