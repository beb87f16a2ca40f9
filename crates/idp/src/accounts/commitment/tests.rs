//! What a commitment proves, and what it does not show.

use super::Commitment;
use crate::UserId;

#[test]
fn a_commitment_is_to_one_account_and_two_of_them_have_nothing_in_common() {
    let (ada, bob) = (UserId::generate().unwrap(), UserId::generate().unwrap());
    let (first, second) = (Commitment::to(ada).unwrap(), Commitment::to(ada).unwrap());
    assert!(first.is_to(ada) && second.is_to(ada));
    assert!(!first.is_to(bob));
    assert_ne!(first.mac, second.mac);
    let moved = Commitment { salt: second.salt, mac: first.mac };
    assert!(!moved.is_to(ada));
}
