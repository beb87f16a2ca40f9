//! The Huffman code of HPACK (RFC 7541 §5.2, Appendix B). It is canonical, so that the lengths of its codes say it all.

use super::Unreadable;

/// The end of the string; no text has it.
const END: usize = 256;
/// Bits of each symbol's code.
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12,
    10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6,
    5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22,
    22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
    22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28,
    27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28,
    27, 27, 27, 27, 27, 26, 30,
];
const LONGEST: usize = 30;
/// So many bits are looked up at once; the codes of all usual characters are shorter.
const AT_ONCE: usize = 9;

static TABLES: Tables = Tables::new();

struct Tables {
    /// The code of each symbol, in its lowest bits.
    codes: [u32; 257],
    /// By the first bits: the symbol and the length of its code, or zeros where that is longer.
    short: [(u8, u8); 1 << AT_ONCE],
    /// Symbols in the order of their codes.
    symbols: [u16; 257],
    /// By length: the first code, and the place of its symbol in that order.
    first: [(u32, u16); LONGEST + 2],
}

impl Tables {
    #[expect(clippy::indexing_slicing, reason = "when it is compiled: what is out of range does not compile")]
    const fn new() -> Self {
        let mut tables =
            Self { codes: [0; 257], short: [(0, 0); 1 << AT_ONCE], symbols: [0; 257], first: [(0, 0); LONGEST + 2] };
        let (mut code, mut place, mut length) = (0_u32, 0_usize, 1_usize);
        while length <= LONGEST {
            code <<= 1;
            tables.first[length] = (code, place as u16);
            let mut symbol = 0;
            while symbol < 257 {
                if LENGTHS[symbol] as usize == length {
                    tables.codes[symbol] = code;
                    tables.symbols[place] = symbol as u16;
                    if length <= AT_ONCE {
                        let spare = AT_ONCE - length;
                        let mut tail = 0;
                        while tail < 1 << spare {
                            tables.short[((code as usize) << spare) + tail] = (symbol as u8, length as u8);
                            tail += 1;
                        }
                    }
                    code += 1;
                    place += 1;
                }
                symbol += 1;
            }
            length += 1;
        }
        tables.first[LONGEST + 1] = (code << 1, place as u16);
        tables
    }

    /// The symbol at the front of 32 bits, and the length of its code.
    fn look_up(&self, window: u32) -> Option<(usize, usize)> {
        let &(symbol, length) = self.short.get((window >> (32 - AT_ONCE)) as usize)?;
        if length > 0 {
            return Some((usize::from(symbol), usize::from(length)));
        }
        for length in AT_ONCE + 1..=LONGEST {
            let (&(first, place), &(_, next)) = (self.first.get(length)?, self.first.get(length + 1)?);
            let offset = (window >> (32 - length)).checked_sub(first)?;
            if offset < u32::from(next - place) {
                let &symbol = self.symbols.get(usize::from(place) + offset as usize)?;
                return Some((usize::from(symbol), length));
            }
        }
        None
    }
}

/// Appends the text of a string.
///
/// # Errors
/// [`Unreadable`] where it ends within a code, holds the end of the string, or is filled up with more or else than the
/// front of that (RFC 7541 §5.2).
pub(super) fn decode(input: &[u8], out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let mut input = input.iter();
    let mut bits = 0_u64;
    let mut count = 0_usize;
    loop {
        while count <= 48
            && let Some(&octet) = input.next()
        {
            bits = bits << 8 | u64::from(octet);
            count += 8;
        }
        if count == 0 {
            return Ok(());
        }
        let window = window(bits, count);
        let (symbol, length) = TABLES.look_up(window).ok_or(Unreadable)?;
        match u8::try_from(symbol) {
            Ok(octet) if length <= count => out.push(octet),
            // Nothing but ones is left, and less than an octet of them.
            _ if count < 8 && window == u32::MAX => return Ok(()),
            _ => return Err(Unreadable),
        }
        count -= length;
    }
}

/// The first 32 of the `count` lowest bits, filled up with ones.
const fn window(bits: u64, count: usize) -> u32 {
    if count >= 32 { (bits >> (count - 32)) as u32 } else { (!(!bits << (32 - count))) as u32 }
}

/// How many octets a text has in this code.
pub(super) fn encoded_len(text: &[u8]) -> usize {
    let bits: usize = text.iter().map(|&octet| length_of(usize::from(octet))).sum();
    bits.div_ceil(8)
}

/// Appends a text in this code.
pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) {
    let mut bits = 0_u64;
    let mut count = 0_usize;
    for &octet in text {
        let symbol = usize::from(octet);
        let length = length_of(symbol);
        bits = bits << length | u64::from(TABLES.codes.get(symbol).copied().unwrap_or_default());
        count += length;
        while count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if count > 0 {
        out.push((bits << (8 - count)) as u8 | 0xFF >> count);
    }
}

fn length_of(symbol: usize) -> usize {
    debug_assert!(symbol < END);
    usize::from(LENGTHS.get(symbol).copied().unwrap_or_default())
}
