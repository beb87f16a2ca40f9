//! What of a request decides where it goes: the part of it that its service balances by, and who calls.

use model::Caller;
use upstream::{Affinity, Routing, hash};

use crate::deadlines::request_streams;
use crate::record::Record;
use crate::request::Request;
use crate::settings::OperationSettings;

/// Works out only what the service asks for.
pub(super) fn route(request: &Request<'_>, record: &Record<'_>, operation: &OperationSettings) -> Routing {
    let service = record.service().and_then(|id| request.snapshot.upstreams.settings(id));
    let affinity = service.and_then(|service| service.affinity());
    Routing {
        affinity: affinity.map(|affinity| key(affinity, request, record, operation)),
        sticky: service.filter(|service| service.is_sticky()).map(|_| caller(request, record)),
        attempts: operation.attempts,
        attempt: request_streams(request.head, operation).then_some(operation.deadline),
        idempotent: operation.idempotent,
        caller: Some(request.peer.address),
    }
}

/// The hash of what the request has in common with others; of its caller's address where it does not have it.
fn key(affinity: &Affinity, request: &Request<'_>, record: &Record<'_>, operation: &OperationSettings) -> u64 {
    let found = match affinity {
        Affinity::Header(name) => {
            let mut fields = request.head.fields().end_to_end();
            fields.find(|field| *field.name == **name).map(|field| hash(field.value))
        }
        Affinity::Path(_) => {
            let segment = |at| request.head.path().split('/').skip(1).nth(at);
            operation.affine_segment.and_then(segment).map(|segment| hash(segment.as_bytes()))
        }
        Affinity::Caller => Some(caller(request, record)),
        Affinity::Address => None,
    };
    found.unwrap_or_else(|| address(request))
}

/// The hash of who calls; who says nothing of itself is known by its address.
fn caller(request: &Request<'_>, record: &Record<'_>) -> u64 {
    match &record.caller {
        Caller::Anonymous => address(request),
        caller => hash(format!("{}:{}", caller.kind(), caller.name()).as_bytes()),
    }
}

fn address(request: &Request<'_>) -> u64 {
    match request.peer.address.ip() {
        std::net::IpAddr::V4(four) => hash(&four.octets()),
        // One household or machine has a whole /64.
        std::net::IpAddr::V6(six) => hash(six.octets().get(..8).unwrap_or_default()),
    }
}
