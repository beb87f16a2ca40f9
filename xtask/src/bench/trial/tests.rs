//! The pace that is chosen.

use super::pace_for;

#[test]
fn all_get_half_of_what_the_slowest_can_do() {
    assert_eq!(pace_for(41_900.0), 20_000);
    assert_eq!(pace_for(5_999.0), 2_900);
    assert_eq!(pace_for(300.0), 150);
    assert_eq!(pace_for(7.0), 3);
    assert_eq!(pace_for(0.0), 1);
}
