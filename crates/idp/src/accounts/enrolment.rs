//! What a person sees once to put the secret into an authenticator app: a text, a URI, and its QR code.

use std::fmt::Write;

use model::Secret;
use qrcode::{Color, EcLevel, QrCode};

use super::{Address, TotpSecret};

/// A secret on its way into an app.
#[derive(Debug)]
pub struct Enrolment {
    /// To be typed where no camera reads the code: base32 in groups of four.
    pub text: Secret<String>,
    /// `otpauth://totp/…`, as apps read it.
    pub uri: Secret<String>,
    /// That URI as a QR code: an SVG element for the page, without style and script. Empty where it would not fit,
    /// which only a brand of hundreds of characters brings about; the text is there always.
    pub svg: Secret<String>,
}

impl Enrolment {
    /// For an account at the house called `brand`.
    #[must_use]
    pub fn of(secret: &TotpSecret, address: &Address, brand: &str) -> Self {
        let text = secret.to_base32();
        let (issuer, label) = (encoded(brand), encoded(address.as_str()));
        // SHA-1, six digits and thirty seconds are what apps assume; some of them stumble over being told.
        let uri = format!("otpauth://totp/{issuer}:{label}?secret={}&issuer={issuer}", text.expose());
        let grouped = text.expose().as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
        Self { text: Secret::new(grouped), svg: Secret::new(svg(&uri)), uri: Secret::new(uri) }
    }
}

/// Percent-encoding of all but RFC 3986's unreserved characters.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, octet| {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(octet));
        } else {
            let _ = write!(out, "%{octet:02X}");
        }
        out
    })
}

/// Black on white whatever the colours of the page, with the four modules of quiet around that readers need.
fn svg(text: &str) -> String {
    const QUIET: usize = 4;
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return String::new() };
    let (width, side) = (code.width(), code.width() + 2 * QUIET);
    let mut path = String::new();
    for (place, colour) in code.into_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let (x, y) = (place % width + QUIET, place / width + QUIET);
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         aria-label=\"QR code for your authenticator app\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests;
