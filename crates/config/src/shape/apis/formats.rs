//! The formats of what an API takes and gives: contracts, SOAP, XML, gRPC.

use super::super::{Record, Shape};
use super::LEAVE;

pub(super) static CONTRACT: Record = Record::new(
    "`contract`",
    "What requests and answers look like.",
    keys! {
        /// The contract.
        "file" => one!(Path), needed();
        /// What stands in front of its paths, for callers and service alike.
        "base" => one!(PathPrefix), fixed("the path of its servers");
        /// Folders of protobuf imports, looked through before the contract's own.
        "imports" => list!(one!(Path));
        /// gRPC services to publish, with their package, as in `shop.Orders`.
        "methods" => list!(one!(OperationName)), fixed("all of the file");
        /// What is done about differences.
        "mode" => words!("enforce", "watch"), not_yet(UNCHECKED);
        /// Parameters that it does not have.
        "unknown_query" => UNKNOWN, not_yet(UNCHECKED);
        /// Fields that it does not have.
        "unknown_fields" => UNKNOWN, not_yet(UNCHECKED);
        /// Answers that differ.
        "answers" => words!("trim", "record", "refuse"), not_yet(UNCHECKED);
        /// Only these operations: by name, by pattern with `*`, or `tag:NAME`.
        "publish" => list!(one!(OperationChoice)), fixed("all");
        /// All but these operations, written in the same ways.
        "withhold" => list!(one!(OperationChoice)), fixed("none");
        /// Where the contract is readable.
        "serve" => one!(PathPrefix), not_yet(LEAVE);
    },
);

const UNCHECKED: &str = "a contract gives routes; requests are not compared with it yet; leave it out";

const UNKNOWN: Shape = words!("refuse", "pass", "record");

pub(super) static SOAP: Record = Record::new(
    "`soap`",
    "SOAP.",
    keys! {
        /// Its version.
        "version" => one!(Text);
        /// Its description.
        "wsdl" => one!(Path);
    },
);

pub(super) static XML: Record = Record::new(
    "`xml`",
    "XML.",
    keys! {
        /// How it is turned into JSON.
        "without_contract" => words!("badgerfish", "parker");
    },
);

pub(super) static GRPC: Record = Record::new(
    "`grpc`",
    "gRPC.",
    keys! {
        /// gRPC-Web.
        "web" => one!(Boolean);
        /// Connect.
        "connect" => one!(Boolean);
        /// How streams look as JSON.
        "stream_as" => words!("sse", "ndjson", "array");
    },
);
