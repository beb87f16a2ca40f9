//! The one call by gRPC that origin and callers both know.

/// The method that is called.
pub(crate) const PATH: &str = "/bench.Echo/Call";

/// What a client library sends with a call.
pub(crate) const FIELDS: &[(&str, &str)] =
    &[("te", "trailers"), ("content-type", "application/grpc"), ("user-agent", "grpc-bench/1")];

/// A message with its prefix: not compressed, and its length.
pub(crate) fn message(body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    [&[0], length.as_slice(), body].concat()
}
