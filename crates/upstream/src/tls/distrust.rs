//! Why a service's certificate was not believed, in words: the library's own are its types, printed.

use std::io;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error};

/// Says in words why a handshake failed over the certificate of the service; other errors stay as they are.
pub(super) fn in_words(error: io::Error, name: &ServerName<'_>) -> io::Error {
    let said = match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(fault)) => words(fault, &name.to_str()),
        _ => return error,
    };
    io::Error::new(error.kind(), said)
}

fn words(fault: &CertificateError, name: &str) -> String {
    use CertificateError as Fault;
    match fault {
        Fault::UnknownIssuer => "no authority that is believed vouches for its certificate".to_owned(),
        Fault::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!("its certificate is for no name, and `{name}` was asked for (`server_name`)")
        }
        Fault::NotValidForNameContext { presented, .. } => {
            let presented: Vec<_> = presented.iter().map(|name| bare(name)).collect();
            format!("its certificate is for {}, and `{name}` was asked for (`server_name`)", presented.join(", "))
        }
        Fault::NotValidForName => format!("its certificate is not for `{name}` (`server_name`)"),
        Fault::Expired | Fault::ExpiredContext { .. } => "its certificate is out of date".to_owned(),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => "its certificate is not valid yet".to_owned(),
        Fault::BadEncoding => "its certificate cannot be read".to_owned(),
        Fault::BadSignature => "its certificate, or its proof of the key, is not signed rightly".to_owned(),
        // What the library has no word for it prints, and this is one of the most frequent: a certificate that
        // somebody made for himself.
        Fault::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => {
            "it shows the certificate of an authority as its own; if it is meant, believe its key by `pin`".to_owned()
        }
        Fault::Other(other) => other.0.to_string(),
        fault => format!("its certificate is not believed: {fault}"),
    }
}

/// A name of a certificate without the library's word for its kind, as in `DnsName("shop.example")`.
fn bare(presented: &str) -> String {
    let inner = presented.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    format!("`{}`", inner.unwrap_or(presented).trim_matches('"'))
}
