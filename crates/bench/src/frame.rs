//! Frames of HTTP/2 (RFC 9113 §4.1), and literals of its field blocks (RFC 7541 §6.2).

/// What a caller's side of a connection begins with (RFC 9113 §3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// What makes a connection's window as large as it can be.
pub(crate) const CONNECTION_WINDOW: u32 = 0x7fff_ffff - 65_535;
/// The connection's window is refilled when this much was used.
pub(crate) const REFILL: u32 = 1 << 26;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const PRIORITY: u8 = 0x20;

const HEAD: usize = 9;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Data,
    Headers,
    Settings,
    Ping,
    WindowUpdate,
    /// Resets a stream, ends the connection, or is of no use here.
    Other(u8),
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Kind::Data => 0,
            Kind::Headers => 1,
            Kind::Settings => 4,
            Kind::Ping => 6,
            Kind::WindowUpdate => 8,
            Kind::Other(number) => number,
        }
    }

    fn of(number: u8) -> Self {
        match number {
            0 => Kind::Data,
            1 => Kind::Headers,
            4 => Kind::Settings,
            6 => Kind::Ping,
            8 => Kind::WindowUpdate,
            other => Kind::Other(other),
        }
    }
}

pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame at the start of `bytes` and what follows it; nothing if it is not complete.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = *head;
        let (payload, after) = rest.split_at_checked(u32::from_be_bytes([0, l0, l1, l2]) as usize)?;
        let stream = u32::from_be_bytes([s0 & 0x7f, s1, s2, s3]);
        Some((Self { kind: Kind::of(kind), flags, stream, payload }, after))
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Appends a frame.
pub(crate) fn write(out: &mut Vec<u8>, kind: Kind, flags: u8, stream: u32, payload: &[u8]) {
    let [_, l0, l1, l2] = (payload.len() as u32).to_be_bytes();
    out.extend([l0, l1, l2, kind.number(), flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
}

/// A literal that the reader enters into its table (RFC 7541 §6.2.1); `indexed_name` is the name's number in the
/// static table, if it has one below 63.
pub(crate) fn literal(out: &mut Vec<u8>, indexed_name: Option<u8>, name: &str, value: &str) {
    out.push(0x40 | indexed_name.unwrap_or(0));
    if indexed_name.is_none() {
        string(out, name);
    }
    string(out, value);
}

/// Without Huffman coding; the constants here are shorter than 127 bytes.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    debug_assert!(text.len() < 127);
    out.push(text.len() as u8);
    out.extend(text.as_bytes());
}
