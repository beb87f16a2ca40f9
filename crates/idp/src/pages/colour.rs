//! The colour of a brand, and what has to be done to it so that people can read what is written in it.
//!
//! Contrast is that of WCAG 2.2 (1.4.3, 1.4.11): the ratio of relative luminances.

use std::fmt;

/// A colour of the screen, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };
    /// White.
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    /// Reads `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self { red, green, blue })
    }

    /// From 1 (the same) to 21 (black and white).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever is read better on it.
    #[must_use]
    pub fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The same, made darker or lighter until it has this contrast with a background.
    #[must_use]
    pub fn readable_on(self, background: Self, contrast: f64) -> Self {
        const STEPS: u16 = 50;
        let goal = background.ink();
        let mut mixed = (0..=STEPS).map(|step| self.toward(goal, step, STEPS));
        mixed.find(|colour| colour.contrast(background) >= contrast).unwrap_or(goal)
    }

    fn toward(self, goal: Self, step: u16, steps: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let sum = u16::from(from) * (steps - step) + u16::from(to) * step;
            u8::try_from(sum / steps).unwrap_or(u8::MAX)
        };
        Self { red: mix(self.red, goal.red), green: mix(self.green, goal.green), blue: mix(self.blue, goal.blue) }
    }

    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}
