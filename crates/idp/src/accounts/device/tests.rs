//! Which browsers are known, and as whose.

use std::time::{Duration, SystemTime};

use model::Secret;

use super::{DEVICE_LIFETIME, Devices};
use crate::UserId;

#[test]
fn a_device_is_known_for_its_person_by_its_house_and_for_its_time() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let (devices, others) = (Devices::new(&Secret::new([1; 32])), Devices::new(&Secret::new([2; 32])));
    let (ada, bob) = (UserId::generate().unwrap(), UserId::generate().unwrap());
    let value = devices.issue(ada, now).unwrap();
    let value = value.expose();
    assert!(devices.known(value, ada, now).is_some());
    assert!(devices.known(value, bob, now).is_none());
    assert!(others.known(value, ada, now).is_none());
    assert!(devices.known(value, ada, now + DEVICE_LIFETIME).is_none());
    assert!(devices.known(value, ada, now - Duration::from_secs(1)).is_none(), "from the future");
    let again = devices.issue(ada, now).unwrap();
    assert_ne!(devices.known(value, ada, now), devices.known(again.expose(), ada, now));
}

#[test]
fn a_changed_value_is_nobodys() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let devices = Devices::new(&Secret::new([1; 32]));
    let ada = UserId::generate().unwrap();
    let value = devices.issue(ada, now).unwrap();
    for place in 0..value.expose().len() {
        let mut changed = value.expose().clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert!(devices.known(std::str::from_utf8(&changed).unwrap(), ada, now).is_none(), "{place}");
    }
    for text in ["", "AAAA", &"A".repeat(96), &"ä".repeat(48), &format!("{}A", value.expose())] {
        assert!(devices.known(text, ada, now).is_none(), "{text}");
    }
}
