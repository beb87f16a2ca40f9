//! The master key of the store, as it comes out of a reference.

use std::sync::Arc;

use store::SealKeys;

use super::Wrong;

/// Master keys, one a line. Nothing of the text is repeated: it is a secret.
///
/// # Errors
/// What is wrong and what to write.
pub fn master_key(text: &str) -> Result<Arc<SealKeys>, Wrong> {
    let wrong = |error: store::StoreError| Wrong::new(error.to_string(), "`openssl rand -base64 32` makes one");
    SealKeys::read(text).map(Arc::new).map_err(wrong)
}
