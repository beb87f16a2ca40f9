//! Writes the line of a record in the form that was chosen.

use super::stamp::Stamp;
use super::{json, text};
use crate::record::Record;
use crate::settings::{LogFormat, LogSettings};

/// One thread's writer of lines; it remembers the second that it wrote last.
pub(crate) struct Clerk {
    settings: LogSettings,
    stamp: Stamp,
}

impl Clerk {
    pub(crate) fn new(settings: LogSettings) -> Self {
        Self { settings, stamp: Stamp::default() }
    }

    /// Appends the line, without its end.
    pub(crate) fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let time = self.stamp.at(record.at);
        match self.settings.format {
            LogFormat::Json => json::write(record, &time, out),
            LogFormat::Text => text::write(record, &time, self.settings.colour, out),
            LogFormat::Off => {}
        }
    }
}
