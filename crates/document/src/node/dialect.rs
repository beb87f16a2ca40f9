//! How much of YAML a kind of file may use, and how large it may be.

/// What is accepted of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The largest file that is read, in bytes.
    pub bytes_at_most: usize,
    /// How deep maps and lists may stand in one another.
    pub depth_at_most: usize,
    /// How many maps, lists and values a file may have.
    pub nodes_at_most: usize,
    /// Whether other tools write such files: then keys may be numbers, values may be empty or `null`, unquoted text may
    /// go on over several lines, and characters that cannot be seen may stand in it. What such a file says is judged
    /// where it is used.
    pub foreign: bool,
}

impl Dialect {
    /// The file itself: enough for 20,000 operations.
    pub const FILE: Self =
        Self { bytes_at_most: 4 * 1024 * 1024, depth_at_most: 32, nodes_at_most: 250_000, foreign: false };
    /// A contract.
    pub const CONTRACT: Self =
        Self { bytes_at_most: 16 * 1024 * 1024, depth_at_most: 64, nodes_at_most: 1_000_000, foreign: true };
}
