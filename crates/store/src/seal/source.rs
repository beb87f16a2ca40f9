//! Where the master key comes from.

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::SealKeys;
use crate::{StoreError, files};

/// The file that is made where nothing else is said.
const FILE: &str = "seal.key";
/// Octets that such a file may have.
const MOST: u64 = 64 * 1024;
const HEADER: &str = "\
# The master key of the store beside this file. Keep a copy of it elsewhere: without it nothing that is
# sealed in the store can be read. The first key seals; keys below it only open what was sealed before.
";

/// Where the master key is.
#[derive(Clone, Debug)]
pub enum SealSource {
    /// In `seal.key` in the directory of the store, made with the first database there.
    Beside,
    /// Said elsewhere.
    Given(Arc<SealKeys>),
}

impl SealSource {
    /// The keys. Where there is no database yet and none are given, one is made.
    ///
    /// # Errors
    /// Where the file is missing beside a database, readable by others, or not of the form.
    pub(crate) fn load(&self, directory: &Path, has_database: bool) -> Result<Arc<SealKeys>, StoreError> {
        match self {
            Self::Given(keys) => Ok(Arc::clone(keys)),
            Self::Beside => load_beside(&directory.join(FILE), has_database).map(Arc::new),
        }
    }
}

fn load_beside(path: &Path, has_database: bool) -> Result<SealKeys, StoreError> {
    if !path.try_exists().map_err(|error| StoreError::file(path, error))? {
        // INVARIANT: a key is never made for a database that has one; what is sealed would be lost behind it.
        if has_database {
            return Err(StoreError::SealMissing { path: path.to_owned() });
        }
        let text = Zeroizing::new(format!("{HEADER}{}\n", *SealKeys::generate()?));
        files::write_new(path, text.as_bytes())?;
    }
    files::refuse_readable(path)?;
    let text = Zeroizing::new(files::read_bounded(path, MOST)?);
    let text = std::str::from_utf8(&text).map_err(|_| StoreError::SealKey { why: "it is not text".to_owned() })?;
    SealKeys::read(text)
}
