//! Contracts: what the authors of an API wrote down about it, read into operations, parameters and messages.
//!
//! Words: a *contract* is a file in a format that others defined, OpenAPI 3.0 or 3.1, or protobuf; the *documents* of
//! an OpenAPI contract are that file and those beside it that it refers to; an *operation* is one method at one path.
//! Schemas are not compiled here: an operation keeps [`At`], where it stands, and the contract keeps what stands there.
//!
//! What a contract cannot say is who may call: that stands in the file. What cannot be read is a fault with its
//! place; a fault that concerns one operation is kept with that operation, since it may never be published.

mod contract;
mod documents;
mod names;
mod openapi;
mod protobuf;
mod read;

pub use contract::{
    Alternative, Answer, Content, Contract, Operation, Parameter, ParameterPlace, RequestBody, Schemas, Security,
    Server, Streams, Style,
};
pub use documents::{At, Documents};
pub use read::{Files, Unread, Wanted, read};
