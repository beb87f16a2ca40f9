//! Lengths of time on the command line.

use std::time::Duration;

/// Number and unit, as in the file.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "write a number and a unit, as in `10s`".to_owned())?;
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    milliseconds
        .and_then(|unit| number.checked_mul(unit))
        .map(Duration::from_millis)
        .ok_or_else(|| "the units are `ms`, `s`, `min`, `h` and `d`".to_owned())
}

/// The same, up to thirty days.
pub(super) fn overlap(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    let fits = time <= Duration::from_secs(30 * 24 * 60 * 60);
    if fits { Ok(time) } else { Err("write at most `30d`".to_owned()) }
}

/// The same in seconds, from one to those of an hour.
pub(super) fn whole_seconds(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    let fits = time.subsec_nanos() == 0 && (1..=3_600).contains(&time.as_secs());
    if fits { Ok(time) } else { Err("write whole seconds, from `1s` to `1h`".to_owned()) }
}
