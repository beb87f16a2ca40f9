//! What the doors show: their certificates, the ends of those, and who is told when one is near.

use std::time::{Duration, SystemTime};

use ca::Leaf;
use gateway::{CertificateAndKey, DoorSettings, Settings};
use model::Door;
use observe::DoorCertificate;

/// How often somebody is told that a certificate ends.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The certificates of one door.
pub(crate) fn by(door: &DoorSettings) -> impl Iterator<Item = Leaf> + '_ {
    pairs(door).filter_map(|pair| Leaf::of_chain(&pair.chain))
}

/// The ends of all certificates, for the metrics.
pub(crate) fn ends(settings: &Settings) -> Vec<DoorCertificate> {
    let ends = settings.doors.iter().flat_map(|door| by(door).map(|leaf| (&door.door.name, leaf)));
    ends.map(|(door, leaf)| DoorCertificate { door: door.clone(), name: leaf.name(), until: leaf.not_after }).collect()
}

/// What there is to say of a certificate's times; the words follow its name.
pub(crate) fn note(leaf: &Leaf, now: SystemTime) -> Option<&'static str> {
    if leaf.not_after < now {
        Some("has expired")
    } else if leaf.not_before > now {
        Some("is not valid yet")
    } else if leaf.is_ending(now) {
        Some("ends soon")
    } else {
        None
    }
}

/// Why another configuration must not take the place of this one: a door would show a certificate that is out of date,
/// and that it does not show already.
pub(crate) fn gone_out_of_date(now_running: &Settings, next: &Settings, now: SystemTime) -> Option<String> {
    next.doors.iter().find_map(|door| {
        let before = now_running.doors.iter().find(|before| before.door == door.door)?;
        let new = pairs(door).filter(|pair| !pairs(before).any(|old| old.chain == pair.chain));
        let leaf = new.filter_map(|pair| Leaf::of_chain(&pair.chain)).find(|leaf| !leaf.is_valid(now))?;
        let (door, name, note) = (&door.door.name, leaf.name(), note(&leaf, now).unwrap_or_default());
        Some(format!("the new certificate of the door `{door}` for `{name}` {note}; the one before stays"))
    })
}

fn pairs(door: &DoorSettings) -> impl Iterator<Item = &CertificateAndKey> {
    door.tls.iter().flat_map(|tls| &tls.certificates)
}

/// When somebody was last told of ends that are near.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    looked: Option<SystemTime>,
    told: Vec<(Leaf, SystemTime)>,
}

impl Notices {
    /// Whether a day has passed since the last look.
    pub(crate) fn are_due(&self, now: SystemTime) -> bool {
        self.looked.is_none_or(|last| has_passed(last, now))
    }

    /// The certificates that end soon and were not told of within a day.
    pub(crate) fn look(&mut self, settings: &Settings, now: SystemTime) -> Vec<(Door, Leaf)> {
        self.looked = Some(now);
        self.told.retain(|(_, at)| !has_passed(*at, now));
        let shown = settings.doors.iter().flat_map(|door| by(door).map(|leaf| (door.door.clone(), leaf)));
        let ending = shown.filter(|(_, leaf)| note(leaf, now).is_some());
        let new: Vec<_> = ending.filter(|(_, leaf)| !self.told.iter().any(|(told, _)| told == leaf)).collect();
        self.told.extend(new.iter().map(|(_, leaf)| (leaf.clone(), now)));
        new
    }
}

/// A clock that was put back is no reason to wait.
fn has_passed(last: SystemTime, now: SystemTime) -> bool {
    now.duration_since(last).map_or(true, |since| since >= DAY)
}
