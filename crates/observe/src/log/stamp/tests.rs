//! Times against the calendar.
