//! Where sealed values are kept.

/// A column whose values are sealed, each for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedColumn {
    /// Name of the table.
    pub table: &'static str,
    /// Name of the column; a BLOB, or NULL where there is nothing.
    pub column: &'static str,
    /// Name of the column that tells its rows apart: TEXT, BLOB or INTEGER (its eight octets, big-endian, are the row).
    pub key: &'static str,
}
