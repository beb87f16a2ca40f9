//! How much of a body may still come.

use crate::GuardError;

/// Counts the bytes of one request body down to its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyBudget {
    bound_bytes: u64,
    left_bytes: u64,
}

impl BodyBudget {
    /// A body of at most so many bytes.
    #[must_use]
    pub const fn new(bound_bytes: u64) -> Self {
        Self { bound_bytes, left_bytes: bound_bytes }
    }

    /// Refuses a body that says beforehand that it is too long; counts nothing.
    ///
    /// # Errors
    /// [`GuardError::BodyTooLarge`] where the declared length passes the bound.
    pub const fn declare(&self, length_bytes: u64) -> Result<(), GuardError> {
        if length_bytes > self.left_bytes {
            return Err(GuardError::BodyTooLarge { bound_bytes: self.bound_bytes });
        }
        Ok(())
    }

    /// Counts bytes of content that have come.
    ///
    /// # Errors
    /// [`GuardError::BodyTooLarge`] with the first byte past the bound; every later byte is refused as well.
    pub fn take(&mut self, bytes: usize) -> Result<(), GuardError> {
        match self.left_bytes.checked_sub(bytes as u64) {
            Some(left) => {
                self.left_bytes = left;
                Ok(())
            }
            None => {
                // Not one byte fits any more: a caller of this that goes on by mistake stays refused.
                self.left_bytes = 0;
                Err(GuardError::BodyTooLarge { bound_bytes: self.bound_bytes })
            }
        }
    }

    /// Bytes that may still come.
    #[must_use]
    pub const fn left_bytes(&self) -> u64 {
        self.left_bytes
    }
}

#[cfg(test)]
mod tests;
