//! Times as RFC 3339 in UTC with milliseconds; the calendar is asked once per second.

use std::time::SystemTime;

use time::OffsetDateTime;

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
pub(super) type Text = [u8; 24];

const EPOCH: Text = *b"1970-01-01T00:00:00.000Z";

/// The latest second that was formatted.
pub(super) struct Stamp {
    second: u64,
    text: Text,
}

impl Default for Stamp {
    fn default() -> Self {
        Self { second: 0, text: EPOCH }
    }
}

impl Stamp {
    /// The text of a time. Before 1970 and after 9999 no clock is right, and 1970 is shown.
    pub(super) fn at(&mut self, time: SystemTime) -> Text {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if since.as_secs() != self.second {
            self.second = since.as_secs();
            self.text = calendar(self.second).unwrap_or(EPOCH);
        }
        let mut text = self.text;
        put(&mut text, 20, 3, since.subsec_millis());
        text
    }
}

fn calendar(second: u64) -> Option<Text> {
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(second).ok()?).ok()?;
    let mut text = EPOCH;
    put(&mut text, 0, 4, u32::try_from(time.year()).ok()?);
    put(&mut text, 5, 2, u32::from(u8::from(time.month())));
    put(&mut text, 8, 2, u32::from(time.day()));
    put(&mut text, 11, 2, u32::from(time.hour()));
    put(&mut text, 14, 2, u32::from(time.minute()));
    put(&mut text, 17, 2, u32::from(time.second()));
    Some(text)
}

fn put(text: &mut Text, at: usize, digits: usize, mut number: u32) {
    for byte in text.iter_mut().skip(at).take(digits).rev() {
        *byte = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

#[cfg(test)]
mod tests;
