//! Times against the calendar.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Stamp;

fn text(stamp: &mut Stamp, milliseconds: u64) -> String {
    String::from_utf8(stamp.at(SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)).to_vec()).expect("ASCII")
}

#[test]
fn a_time_has_its_milliseconds_even_where_they_are_none() {
    let mut stamp = Stamp::default();
    assert_eq!(text(&mut stamp, 0), "1970-01-01T00:00:00.000Z");
    assert_eq!(text(&mut stamp, 1_795_356_131_402), "2026-11-22T14:02:11.402Z");
    assert_eq!(text(&mut stamp, 1_795_356_131_007), "2026-11-22T14:02:11.007Z");
    assert_eq!(text(&mut stamp, 1_795_356_132_000), "2026-11-22T14:02:12.000Z");
    assert_eq!(text(&mut stamp, 1_709_164_800_000), "2024-02-29T00:00:00.000Z");
}

#[test]
fn a_clock_that_cannot_be_right_does_no_harm() {
    let mut stamp = Stamp::default();
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(5);
    assert_eq!(&stamp.at(before), b"1970-01-01T00:00:00.000Z");
    let far = SystemTime::UNIX_EPOCH + Duration::from_secs(400_000_000_000);
    assert_eq!(&stamp.at(far), b"1970-01-01T00:00:00.000Z");
}

proptest! {
    #[test]
    fn times_read_back_whatever_was_written_before(times in prop::collection::vec(0_u64..253_402_300_799_999, 1..8)) {
        let mut stamp = Stamp::default();
        for milliseconds in times {
            let read = OffsetDateTime::parse(&text(&mut stamp, milliseconds), &Rfc3339).expect("RFC 3339");
            prop_assert_eq!(read.unix_timestamp_nanos(), i128::from(milliseconds) * 1_000_000);
        }
    }
}
