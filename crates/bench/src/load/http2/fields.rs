//! Field blocks (RFC 7541) read just as far as a call's status needs it.
//!
//! Every field of every block is walked over, because what one of them enters
//! into the table another may point at. Strings are not decoded but compared
//! as they are, so that the length of an entry is not known; it need not be:
//! entries are counted from the newest on, and who still points at one knows
//! that it was not evicted.

use crate::load::fault::Fault;
use std::collections::VecDeque;

/// An entry takes 32 bytes at least (RFC 7541 §4.1), and the table has 4,096.
const MOST_ENTRIES: usize = 128;
const STATIC_ENTRIES: usize = 61;
const STATUS_200: usize = 8;
/// `grpc-status` as it is, and with the Huffman code (RFC 7541 appendix B).
const GRPC_STATUS: [&[u8]; 2] = [b"grpc-status", &[0x9a, 0xca, 0xc8, 0xb2, 0x12, 0x34, 0xda, 0x8f]];
/// `0`, in both ways.
const ZERO: [&[u8]; 2] = [b"0", &[0x07]];

const MALFORMED: Fault = Fault::Http2("a field block that is malformed");

/// What is of interest about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// `:status` is 200.
    Status200,
    /// `grpc-status` is 0.
    GrpcOk,
    /// `grpc-status` is something else.
    GrpcNotOk,
    Other,
}

/// What one end of a connection has entered into the other's table, the newest first.
#[derive(Default)]
pub(crate) struct Table(VecDeque<Fact>);

impl Table {
    /// Walks over a block; says whether it has the fact, and not its contrary.
    ///
    /// # Errors
    /// When the block does not end where its last field does.
    pub(crate) fn shows(&mut self, mut block: &[u8], wanted: Fact) -> Result<bool, Fault> {
        let mut shown = false;
        while let Some(first) = block.first() {
            let fact = match first {
                0x80.. => self.entry(integer(&mut block, 7)?)?,
                0x40..0x80 => {
                    let fact = self.literal(&mut block, 6)?;
                    self.0.push_front(fact);
                    self.0.truncate(MOST_ENTRIES);
                    fact
                }
                // A new size of the table; nothing that is still pointed at is lost by it.
                0x20..0x40 => {
                    integer(&mut block, 5)?;
                    continue;
                }
                _ => self.literal(&mut block, 4)?,
            };
            if fact == Fact::GrpcNotOk {
                return Ok(false);
            }
            shown |= fact == wanted;
        }
        Ok(shown)
    }

    fn entry(&self, number: usize) -> Result<Fact, Fault> {
        match number {
            0 => Err(MALFORMED),
            STATUS_200 => Ok(Fact::Status200),
            1..=STATIC_ENTRIES => Ok(Fact::Other),
            _ => self.0.get(number - STATIC_ENTRIES - 1).copied().ok_or(MALFORMED),
        }
    }

    fn literal(&self, block: &mut &[u8], prefix_bits: u32) -> Result<Fact, Fault> {
        let is_status = match integer(block, prefix_bits)? {
            0 => GRPC_STATUS.contains(&string(block)?),
            number => matches!(self.entry(number)?, Fact::GrpcOk | Fact::GrpcNotOk),
        };
        let is_zero = ZERO.contains(&string(block)?);
        Ok(match (is_status, is_zero) {
            (true, true) => Fact::GrpcOk,
            (true, false) => Fact::GrpcNotOk,
            (false, _) => Fact::Other,
        })
    }
}

/// RFC 7541 §5.1.
fn integer(block: &mut &[u8], prefix_bits: u32) -> Result<usize, Fault> {
    let mask = (1_usize << prefix_bits) - 1;
    let mut value = usize::from(next(block)?) & mask;
    if value < mask {
        return Ok(value);
    }
    for shift in [0, 7, 14] {
        let byte = next(block)?;
        value += usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(MALFORMED)
}

/// RFC 7541 §5.2, its bytes as they are.
fn string<'a>(block: &mut &'a [u8]) -> Result<&'a [u8], Fault> {
    let length = integer(block, 7)?;
    let (text, rest) = block.split_at_checked(length).ok_or(MALFORMED)?;
    *block = rest;
    Ok(text)
}

fn next(block: &mut &[u8]) -> Result<u8, Fault> {
    let (first, rest) = block.split_first().ok_or(MALFORMED)?;
    *block = rest;
    Ok(*first)
}

#[cfg(test)]
mod tests;
