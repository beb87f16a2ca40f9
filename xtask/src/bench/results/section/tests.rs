//! Each chore leaves the other's part alone.

use super::{IDENTITY, joined, split};

#[test]
fn a_section_is_replaced_and_the_rest_stays() {
    let first = joined("# Proxies\n\na table\n", &format!("{IDENTITY}\nold\n"));
    assert_eq!(first, format!("# Proxies\n\na table\n\n{IDENTITY}\nold\n"));
    let (rest, section) = split(&first);
    assert_eq!(section, format!("{IDENTITY}\nold\n"));
    assert_eq!(joined(rest, &format!("{IDENTITY}\nnew\n")), format!("# Proxies\n\na table\n\n{IDENTITY}\nnew\n"));
    assert_eq!(joined("# Other proxies\n", section), format!("# Other proxies\n\n{IDENTITY}\nold\n"));
}

#[test]
fn without_a_section_all_is_the_rest() {
    assert_eq!(split("# Proxies\n"), ("# Proxies\n", ""));
    assert_eq!(joined("# Proxies\n", ""), "# Proxies\n");
}
