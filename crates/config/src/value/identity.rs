//! The forms of what the provider in the box is told: its issuer, its mail server, its colour.

use idp::apps::{Origin, RedirectUri};
use idp::{IssuerUrl, MailServer, MailTls};

use super::{Wrong, host};

/// The URL of an issuer.
///
/// # Errors
/// What is wrong and what to write.
pub fn issuer(text: &str) -> Result<IssuerUrl, Wrong> {
    let help = "as in `https://shop.example` or `https://localhost:8443`";
    let wrong = |error| Wrong::new(format!("`{text}` is not an issuer: {error}"), help);
    IssuerUrl::parse(text).map_err(|error| {
        let guess = text.trim_end_matches('/').trim_end_matches(":443").to_ascii_lowercase();
        let usable = guess != text && IssuerUrl::parse(&guess).is_ok();
        if usable { wrong(error).replace(guess) } else { wrong(error) }
    })
}

/// `#rrggbb`.
///
/// # Errors
/// What is wrong and what to write.
pub fn colour(text: &str) -> Result<&str, Wrong> {
    let good = text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit() || matches!(digit, b'a'..=b'f'))
    });
    let wrong = || Wrong::new(format!("`{text}` is not a colour"), "`#` and six of `0-9a-f`, in quotes: `\"#0b5fff\"`");
    good.then_some(text).ok_or_else(wrong)
}

/// `smtps://host` or `smtp://host`, perhaps with a port; TLS begins at once with the one, and by STARTTLS with the
/// other.
///
/// # Errors
/// What is wrong and what to write.
pub fn mail_server(text: &str) -> Result<MailServer, Wrong> {
    let help = "`smtps://mail.example` (port 465), or `smtp://mail.example:587`; TLS is used with both";
    let wrong = || Wrong::new(format!("`{text}` is not a mail server"), help);
    let (rest, usual, tls) = match text.strip_prefix("smtps://") {
        Some(rest) => (rest, 465, MailTls::AtOnce),
        None => (text.strip_prefix("smtp://").ok_or_else(wrong)?, 587, MailTls::StartTls),
    };
    let (name, port) = match rest.split_once(':') {
        Some((name, port)) => (name, port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?),
        None => (rest, usual),
    };
    let name = host(name).map_err(|_| wrong())?;
    Ok(MailServer { host: name.into(), port, tls })
}

/// The address of a sender: the plain form, without a name or comments beside it.
///
/// # Errors
/// What is wrong and what to write.
pub fn mail_address(text: &str) -> Result<&str, Wrong> {
    let wrong = || Wrong::new(format!("`{text}` is not a mail address"), "as in `shop@shop.example`");
    let (local, domain) = text.split_once('@').ok_or_else(wrong)?;
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&octet);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let good = (1..=64).contains(&local.len()) && local.bytes().all(plain) && !dots && host(domain).is_ok();
    good.then_some(text).ok_or_else(wrong)
}

/// An origin of pages.
///
/// # Errors
/// What is wrong and what to write.
pub fn origin(text: &str) -> Result<Origin, Wrong> {
    let wrong =
        || Wrong::new(format!("`{text}` is not an origin"), "as in `https://shop.example`, with nothing after it");
    Origin::parse(text).map_err(|_| {
        let guess = text.trim_end_matches('/').to_ascii_lowercase();
        if guess != text && Origin::parse(&guess).is_ok() { wrong().replace(guess) } else { wrong() }
    })
}

/// A redirect URI.
///
/// # Errors
/// What is wrong and what to write.
pub fn redirect_uri(text: &str) -> Result<RedirectUri, Wrong> {
    let help = "as in `https://shop.example/callback`, or `http://127.0.0.1/callback` for a native app";
    RedirectUri::parse(text).map_err(|error| Wrong::new(format!("`{text}` is not a redirect URI: {error}"), help))
}

/// Where a browser goes after a sign-out.
///
/// # Errors
/// What is wrong and what to write.
pub fn after_sign_out(text: &str) -> Result<&str, Wrong> {
    let path = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(|octet| octet.is_ascii_graphic());
    if path || RedirectUri::parse(text).is_ok() {
        return Ok(text);
    }
    let help = "a URL, or for a `session` app a path as in `/`";
    Err(Wrong::new(format!("`{text}` is no place to go to after a sign-out"), help))
}
