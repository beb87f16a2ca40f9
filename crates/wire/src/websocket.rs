//! WebSocket frames (RFC 6455 §5), read only as far as it takes to know where each one ends: what is in them passes unread.
//!
//! [`Frames`] follows one direction. It says how many octets at the front of what
//! came may pass, and refuses what two readers could cut differently. [`close`]
//! and [`ping`] write the two frames that the house sends itself, for which there
//! is room wherever [`Frames::is_between`].
//!
//! Deliberately absent: unmasking, and with it any look at a message.

use thiserror::Error;

/// Most octets that a control frame may carry (§5.5).
const CONTROL_AT_MOST: u64 = 125;

/// Who sends the frames of a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Whoever asked for the upgrade; it masks every frame.
    Client,
    /// Whoever granted it; it masks none.
    Server,
}

/// What is wrong with a frame. Nothing of it has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// A reserved bit, where no extension was agreed on (§5.2).
    #[error("a WebSocket frame has a reserved bit and no extension was agreed on")]
    Reserved,
    /// An opcode that means nothing (§5.2).
    #[error("a WebSocket frame has an unknown opcode")]
    Opcode,
    /// Masked by a server, or not masked by a client (§5.1).
    #[error("a WebSocket frame is masked by a server, or not masked by a client")]
    Mask,
    /// A control frame in pieces or with more than 125 octets, or a Close with half a code (§5.5).
    #[error("a WebSocket control frame is in pieces or too long")]
    Control,
    /// A continuation of nothing, or a new message within one (§5.4).
    #[error("WebSocket frames continue nothing, or begin a message within another")]
    Fragment,
    /// A length that is not written in its shortest form, or has its first bit set (§5.2).
    #[error("the length of a WebSocket frame is not written in its shortest form")]
    Length,
    /// A message is longer than the bound.
    #[error("a WebSocket message is longer than the bound")]
    TooLong,
    /// More after a Close (§5.5.1).
    #[error("a WebSocket frame follows the last one")]
    AfterClose,
}

/// Follows the frames of one direction.
#[derive(Clone, Debug)]
pub struct Frames {
    sender: Sender,
    extended: bool,
    at_most: u64,
    /// Octets left of the frame under way.
    left: u64,
    /// Octets so far of a message that is not over; `None` between messages.
    message: Option<u64>,
    close_began: bool,
}

/// What the first octets of a frame say.
struct Head {
    length: usize,
    payload: u64,
    fin: bool,
    opcode: u8,
}

impl Frames {
    /// Before the first frame. `extended`: an extension was agreed on, which may use the reserved bits. A message may
    /// have `at_most` octets, as they are sent.
    #[must_use]
    pub const fn new(sender: Sender, extended: bool, at_most: u64) -> Self {
        Self { sender, extended, at_most, left: 0, message: None, close_began: false }
    }

    /// How many octets at the front of `input` may pass: at most to the end of one frame, and none before the whole
    /// beginning of a frame is there, which has 14 octets at most.
    ///
    /// # Errors
    /// The first rule that the next frame breaks; this direction is not to be read any more.
    pub fn pass(&mut self, input: &[u8]) -> Result<usize, FrameError> {
        if input.is_empty() {
            return Ok(0);
        }
        let mut passed = 0;
        if self.left == 0 {
            let Some(head) = self.head(input)? else { return Ok(0) };
            self.begin(&head)?;
            passed = head.length;
        }
        let rest = input.len().saturating_sub(passed);
        let payload = usize::try_from(self.left).map_or(rest, |left| left.min(rest));
        self.left -= payload as u64;
        Ok(passed + payload)
    }

    /// Whether the next octet begins a frame, so that one from elsewhere may stand before it.
    #[must_use]
    pub const fn is_between(&self) -> bool {
        self.left == 0
    }

    /// Whether a Close has passed whole.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.close_began && self.left == 0
    }

    fn head(&self, input: &[u8]) -> Result<Option<Head>, FrameError> {
        let [first, second, rest @ ..] = input else { return Ok(None) };
        let (payload, of_length) = match (second & 0x7F, rest) {
            (126, [a, b, ..]) => (u64::from(u16::from_be_bytes([*a, *b])), 2),
            (127, [a, b, c, d, e, f, g, h, ..]) => (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), 8),
            (126 | 127, _) => return Ok(None),
            (short, _) => (u64::from(short), 0),
        };
        let shortest = match of_length {
            2 => payload > CONTROL_AT_MOST,
            8 => payload > u64::from(u16::MAX) && payload <= u64::MAX / 2,
            _ => true,
        };
        if !shortest {
            return Err(FrameError::Length);
        }
        let masked = second & 0x80 != 0;
        if masked != (self.sender == Sender::Client) {
            return Err(FrameError::Mask);
        }
        if first & 0x70 != 0 && !self.extended {
            return Err(FrameError::Reserved);
        }
        let length = 2 + of_length + if masked { 4 } else { 0 };
        let head = Head { length, payload, fin: first & 0x80 != 0, opcode: first & 0x0F };
        Ok((input.len() >= length).then_some(head))
    }

    fn begin(&mut self, head: &Head) -> Result<(), FrameError> {
        if self.close_began {
            return Err(FrameError::AfterClose);
        }
        match head.opcode {
            8..=10 => {
                let half_a_code = head.opcode == 8 && head.payload == 1;
                if !head.fin || head.payload > CONTROL_AT_MOST || half_a_code {
                    return Err(FrameError::Control);
                }
                self.close_began = head.opcode == 8;
            }
            opcode @ 0..=2 => {
                let before = match (opcode, self.message) {
                    (0, Some(before)) => before,
                    (1 | 2, None) => 0,
                    _ => return Err(FrameError::Fragment),
                };
                let message = before.saturating_add(head.payload);
                if message > self.at_most {
                    return Err(FrameError::TooLong);
                }
                self.message = (!head.fin).then_some(message);
            }
            _ => return Err(FrameError::Opcode),
        }
        self.left = head.payload;
        Ok(())
    }
}

/// Writes a Close with this code (§7.4). Toward a server it is masked with `mask`, which has to be unforeseeable.
pub fn close(out: &mut Vec<u8>, code: u16, mask: Option<[u8; 4]>) {
    control(out, 8, &code.to_be_bytes(), mask);
}

/// Writes a Ping without content.
pub fn ping(out: &mut Vec<u8>, mask: Option<[u8; 4]>) {
    control(out, 9, &[], mask);
}

fn control(out: &mut Vec<u8>, opcode: u8, payload: &[u8], mask: Option<[u8; 4]>) {
    debug_assert!(payload.len() as u64 <= CONTROL_AT_MOST);
    let masked = if mask.is_some() { 0x80 } else { 0 };
    out.extend_from_slice(&[0x80 | opcode, masked | payload.len() as u8]);
    let mask_octets = mask.unwrap_or_default();
    if mask.is_some() {
        out.extend_from_slice(&mask_octets);
    }
    out.extend(payload.iter().zip(mask_octets.iter().cycle()).map(|(octet, mask)| octet ^ mask));
}

#[cfg(test)]
mod tests;
