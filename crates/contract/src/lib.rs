//! Contracts: what the authors of an API wrote down about it, read into operations, parameters and messages.
//!
//! Words: a *contract* is a file in a format that others defined, OpenAPI 3.0 or 3.1; the *documents* are that file
//! and those beside it that it refers to; an *operation* is one method at one path. Schemas are not compiled here:
//! an operation keeps [`At`], where its schemas stand, and the contract keeps the documents.
//!
//! What a contract cannot say is who may call: that stands in the file. What cannot be read is a fault with its
//! place; a fault that concerns one operation is kept with that operation, since it may never be published.

mod contract;
mod documents;
mod openapi;
mod read;

pub use contract::{
    Alternative, Answer, Content, Contract, Operation, Parameter, ParameterPlace, RequestBody, Security, Server,
    Streams, Style,
};
pub use documents::{At, Documents};
pub use read::{Files, Unread, read};
