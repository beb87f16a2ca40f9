//! The one style sheet: ours, with the colours of the brand in front.

use bytes::Bytes;

use super::colour::Colour;
use crate::{Brand, Digest};

const SHEET: &str = include_str!("style.css");
/// Without a brand's own.
const USUAL: &str = "#2f5bd0";
/// The cards of the sheet, in light and dark.
pub(super) const CARDS: (&str, &str) = ("#ffffff", "#1b1e25");
/// WCAG 2.2, 1.4.3: text.
pub(super) const TEXT: f64 = 4.5;
/// WCAG 2.2, 1.4.11: what is to be seen as a control.
const CONTROL: f64 = 3.0;

/// The style sheet of one configuration.
#[derive(Clone, Debug)]
pub struct Style {
    /// What is sent.
    pub content: Bytes,
    /// Another one for another content: stands in its address, so that browsers may keep it for long.
    pub version: Box<str>,
}

impl Style {
    /// The sheet in the colours of a brand.
    #[must_use]
    pub fn of(brand: &Brand) -> Self {
        let read = |text: &str| Colour::parse(text).unwrap_or(Colour::BLACK);
        let colour = brand.colour.as_deref().and_then(Colour::parse).unwrap_or_else(|| read(USUAL));
        let (light, dark) = (read(CARDS.0), read(CARDS.1));
        let (day, night) = (colour.readable_on(light, CONTROL), colour.readable_on(dark, CONTROL));
        let content = format!(
            ":root{{--button-day:{day};--on-button-day:{};--link-day:{};--button-night:{night};\
             --on-button-night:{};--link-night:{}}}\n{SHEET}",
            day.ink(),
            colour.readable_on(light, TEXT),
            night.ink(),
            colour.readable_on(dark, TEXT),
        );
        let version: String = Digest::of(&content).0.iter().take(6).map(|octet| format!("{octet:02x}")).collect();
        Self { content: content.into(), version: version.into() }
    }
}
