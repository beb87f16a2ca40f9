//! Frames about the connection itself, and about windows and priorities.

use super::{Connection, LEAVING_PING, Leaving, Phase, WINDOW_AT_MOST};
use crate::connection::heads::depends_on;
use crate::frame::{self, Frame, setting};
use crate::reason::Reason;

impl Connection {
    pub(super) fn take_settings(&mut self, frame: Frame<'_>) -> Result<(), Reason> {
        if frame.stream != 0 {
            return Err(Reason::PROTOCOL_ERROR);
        }
        if frame.has(frame::ACK) {
            return if frame.payload.is_empty() { Ok(()) } else { Err(Reason::FRAME_SIZE_ERROR) };
        }
        let (settings, rest) = frame.payload.as_chunks::<6>();
        if !rest.is_empty() {
            return Err(Reason::FRAME_SIZE_ERROR);
        }
        for [n1, n2, v1, v2, v3, v4] in settings {
            self.set(u16::from_be_bytes([*n1, *n2]), u32::from_be_bytes([*v1, *v2, *v3, *v4]))?;
        }
        if self.phase == Phase::Settings {
            self.phase = Phase::Open;
        }
        frame::write(&mut self.out, frame::SETTINGS, frame::ACK, 0, &[]);
        self.share_out();
        Ok(())
    }

    /// One setting (RFC 9113 §6.5.2); those that are unknown mean nothing.
    fn set(&mut self, setting: u16, value: u32) -> Result<(), Reason> {
        match setting {
            setting::HEADER_TABLE_SIZE => self.encoder.allow(value as usize),
            setting::ENABLE_PUSH if value > 1 => return Err(Reason::PROTOCOL_ERROR),
            setting::INITIAL_WINDOW_SIZE => return self.resize_windows(i64::from(value)),
            setting::MAX_FRAME_SIZE => {
                if !(0x4000..=0xFF_FFFF).contains(&value) {
                    return Err(Reason::PROTOCOL_ERROR);
                }
                self.peer_frame = value as usize;
            }
            _ => {}
        }
        Ok(())
    }

    /// Holds for streams that are open as well (RFC 9113 §6.9.2).
    fn resize_windows(&mut self, size: i64) -> Result<(), Reason> {
        if size > WINDOW_AT_MOST {
            return Err(Reason::FLOW_CONTROL_ERROR);
        }
        let more = size - self.peer_window;
        self.peer_window = size;
        for place in 0..self.streams.len() {
            let Some(stream) = self.streams.get_mut(place).filter(|stream| stream.id != 0) else { continue };
            stream.outgoing.window += more;
            if stream.outgoing.window > WINDOW_AT_MOST {
                return Err(Reason::FLOW_CONTROL_ERROR);
            }
            let key = super::Key { place, id: stream.id };
            if more < 0 && stream.outgoing.granted > 0 {
                // What was given out of the larger window must not be sent any more; whoever has it asks again.
                stream.wake();
                self.retract(key);
            }
            self.queue(key);
        }
        Ok(())
    }

    pub(super) fn take_ping(&mut self, frame: Frame<'_>) -> Result<(), Reason> {
        if frame.stream != 0 {
            return Err(Reason::PROTOCOL_ERROR);
        }
        let payload: &[u8; 8] = frame.payload.try_into().map_err(|_| Reason::FRAME_SIZE_ERROR)?;
        if !frame.has(frame::ACK) {
            frame::write(&mut self.out, frame::PING, frame::ACK, 0, payload);
        } else if payload == LEAVING_PING && self.leaving == Leaving::Announced {
            self.leaving = Leaving::Final;
            self.go_away(self.last, Reason::NO_ERROR);
        }
        Ok(())
    }

    /// Priorities mean nothing any more (RFC 9113 §5.3.2), but they have a form.
    pub(super) fn take_priority(&mut self, frame: Frame<'_>) -> Result<(), Reason> {
        if frame.stream == 0 {
            return Err(Reason::PROTOCOL_ERROR);
        }
        let Ok(priority) = <&[u8; 5]>::try_from(frame.payload) else {
            return match self.key_of(frame.stream) {
                Some(key) => self.fault(key, Reason::FRAME_SIZE_ERROR),
                None => Err(Reason::FRAME_SIZE_ERROR),
            };
        };
        if depends_on(priority) != frame.stream {
            return Ok(());
        }
        match self.key_of(frame.stream) {
            Some(key) => self.fault(key, Reason::PROTOCOL_ERROR),
            None => Err(Reason::PROTOCOL_ERROR),
        }
    }

    pub(super) fn take_window_update(&mut self, frame: Frame<'_>) -> Result<(), Reason> {
        let more = i64::from(frame.word()? & 0x7FFF_FFFF);
        if frame.stream == 0 {
            self.outgoing += more;
            return match more {
                0 => Err(Reason::PROTOCOL_ERROR),
                _ if self.outgoing > WINDOW_AT_MOST => Err(Reason::FLOW_CONTROL_ERROR),
                _ => {
                    self.share_out();
                    Ok(())
                }
            };
        }
        let Some(key) = self.key_of(frame.stream) else { return self.must_be_over(frame.stream) };
        let Some(stream) = self.stream(key).filter(|stream| stream.is_open()) else { return Ok(()) };
        if more == 0 {
            return self.fault(key, Reason::PROTOCOL_ERROR);
        }
        stream.outgoing.window += more;
        if stream.outgoing.window > WINDOW_AT_MOST {
            return self.fault(key, Reason::FLOW_CONTROL_ERROR);
        }
        self.queue(key);
        self.share_out();
        Ok(())
    }
}
