//! Figures against examples done by hand.

use super::Figure;

#[test]
fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
    let figure = Figure::of(&[4.0, 1.0, 2.0, 9.0]).unwrap();
    assert_eq!((figure.median, figure.lowest, figure.highest), (3.0, 1.0, 9.0));
    assert_eq!(Figure::of(&[7.0, 5.0, 6.0]).unwrap().median, 6.0);
    assert!(Figure::of(&[]).is_none());
}

#[test]
fn a_ratio_is_taken_round_by_round() {
    // Both were twice as slow in the second round: the ratio does not care.
    let figure = Figure::ratio(&[1.0, 2.0, 1.2], &[2.0, 4.0, 2.0]).unwrap();
    assert_eq!((figure.median, figure.lowest, figure.highest), (0.5, 0.5, 0.6));
    assert!(Figure::ratio(&[1.0], &[0.0]).is_none());
}

#[test]
fn three_figures_are_shown_and_thousands_set_apart() {
    assert_eq!(Figure::of(&[61_234.5]).unwrap().text(), "61,234");
    assert_eq!(Figure::of(&[12.345, 12.0, 13.0]).unwrap().text(), "12.3 (12.0–13.0)");
    assert_eq!(Figure::of(&[0.771]).unwrap().text(), "0.77");
    assert_eq!(Figure::of(&[123.0]).unwrap().text(), "123");
}
