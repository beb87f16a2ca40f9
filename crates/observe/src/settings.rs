//! What the file says of observation, as this room needs it.

/// Everything that this room is told at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Settings {
    /// The access log.
    pub log: LogSettings,
}

/// How the access log is written; where to is decided by the sink that `Observatory::start` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct LogSettings {
    /// In which form.
    pub format: LogFormat,
    /// Whether the readable form may use colour; never has an effect on JSON.
    pub colour: bool,
}

/// The form of a line of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// Columns for people.
    Text,
    /// Nothing is written; metrics are kept all the same.
    Off,
}
