//! The protocol's endpoints, one fact a test; most of them are attacks of RFC 9700 and of the RFCs that it builds on.

mod apps;
mod codes;
mod devices;
mod documents;
mod joints;
mod proofs;
mod pushed;
mod refresh;
mod requests;
mod sign_out;
mod tokens;
