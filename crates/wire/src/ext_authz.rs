//! Envoy's protocol for asking another service about a request (`ext_authz`, `envoy.service.auth.v3`): the question, and what the answer says.
//!
//! A call of gRPC with one message each way. Those have many more fields than are here: what is not said is empty
//! to the service, and of an answer only what decides, or would change the request, is read.
//!
//! An answer says no in many ways and yes in one. INVARIANT: what says nothing is not a yes, so that a service that
//! sends an empty message by mistake lets nothing pass.

mod messages;

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message as _;
use thiserror::Error;

use crate::grpc;
use messages::{
    Address, Attributes, CheckRequest, CheckResponse, HttpRequest, Peer, Request, SocketAddress, Timestamp,
};

/// The method that is called.
pub const TARGET: &str = "/envoy.service.auth.v3.Authorization/Check";

/// What is asked about: a request whose head has come.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it came.
    pub at: SystemTime,
    /// Its method.
    pub method: &'a str,
    /// Path and query, as they came.
    pub path: &'a str,
    /// The host that it is for.
    pub host: &'a str,
    /// `http` or `https`.
    pub scheme: &'a str,
    /// `HTTP/1.1` or `HTTP/2`.
    pub protocol: &'a str,
    /// Bytes of its body, where that is told before.
    pub size: Option<u64>,
    /// Fields that it is told of, in lower case. Those of one name become one value (RFC 9110 §5.3).
    pub fields: Vec<(&'a str, &'a str)>,
    /// Who sends it; the port is 0 where it is not known.
    pub source: SocketAddr,
    /// Who that is by its certificate.
    pub principal: Option<&'a str>,
    /// Where it came in.
    pub destination: Option<SocketAddr>,
    /// What the house says of it, which no caller could have written.
    pub context: &'a [(&'a str, &'a str)],
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes, to a request that was changed so.
    Yes(Changes),
    /// No, with this status of gRPC.
    No(i32),
}

/// What would be another request before it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Names of fields that would be set or taken away, in lower case.
    pub fields: Vec<String>,
    /// Whether the query would be another.
    pub query: bool,
}

/// Why an answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// Not one message, or a compressed one, which was not asked for.
    #[error("not one message")]
    Framing,
    /// Not a `CheckResponse`.
    #[error("not a message of this kind")]
    Malformed,
    /// It says neither yes nor no, or both, or that the service failed.
    #[error("neither yes nor no")]
    Unclear,
}

impl Question<'_> {
    /// The content of the call.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        grpc::frame(&CheckRequest { attributes: Some(self.attributes()) }.encode_to_vec())
    }

    fn attributes(&self) -> Attributes {
        let source = Peer { address: Some(address(self.source)), principal: self.principal.unwrap_or_default().into() };
        let destination = self.destination.map(|to| Peer { address: Some(address(to)), principal: String::new() });
        Attributes {
            source: Some(source),
            destination,
            request: Some(Request { time: timestamp(self.at), http: Some(self.http()) }),
            context_extensions: self.context.iter().map(|(name, value)| pair(name, value)).collect(),
        }
    }

    fn http(&self) -> HttpRequest {
        let mut headers = messages::Texts::new();
        for (name, value) in &self.fields {
            // RFC 9113 §8.2.3: the parts of a cookie are joined as it joins them itself.
            let between = if *name == "cookie" { "; " } else { ", " };
            let further = |all: &mut String| all.extend([between, value]);
            headers.entry((*name).to_owned()).and_modify(further).or_insert_with(|| (*value).to_owned());
        }
        HttpRequest {
            id: self.id.into(),
            method: self.method.into(),
            headers,
            path: self.path.into(),
            host: self.host.into(),
            scheme: self.scheme.into(),
            size: self.size.map_or(-1, |size| i64::try_from(size).unwrap_or(i64::MAX)),
            protocol: self.protocol.into(),
        }
    }
}

/// Reads the content of an answer whose status is good.
///
/// # Errors
/// [`AnswerError`]: it is neither yes nor no.
pub fn read(content: &[u8]) -> Result<Verdict, AnswerError> {
    let message = grpc::unframe(content).ok_or(AnswerError::Framing)?;
    let answer = CheckResponse::decode(message).map_err(|_| AnswerError::Malformed)?;
    let CheckResponse { status: Some(status), denied_response, ok_response, error_response: None } = answer else {
        return Err(AnswerError::Unclear);
    };
    match (status.code, denied_response, ok_response) {
        (0, None, ok) => Ok(Verdict::Yes(ok.map(changes).unwrap_or_default())),
        (code @ (i32::MIN..=-1 | 1..), _, None) => Ok(Verdict::No(code)),
        _ => Err(AnswerError::Unclear),
    }
}

fn changes(ok: messages::OkHttpResponse) -> Changes {
    let set = ok.headers.into_iter().map(|option| option.header.unwrap_or_default().key);
    Changes {
        fields: set.chain(ok.headers_to_remove).map(|name| name.to_ascii_lowercase()).collect(),
        query: !(ok.query_parameters_to_set.is_empty() && ok.query_parameters_to_remove.is_empty()),
    }
}

fn address(of: SocketAddr) -> Address {
    let port = Some(u32::from(of.port())).filter(|port| *port > 0);
    Address { socket_address: Some(SocketAddress { address: of.ip().to_canonical().to_string(), port_value: port }) }
}

fn timestamp(at: SystemTime) -> Option<Timestamp> {
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    let nanos = i32::try_from(since.subsec_nanos()).ok()?;
    Some(Timestamp { seconds: i64::try_from(since.as_secs()).ok()?, nanos })
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests;
