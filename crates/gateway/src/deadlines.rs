//! By when an answer has to be there: as the operation says, the caller of a gRPC call, and the connection.

use std::time::{Duration, Instant};

use model::Problem;
use upstream::Deadline;
use wire::RequestHead;

use crate::grpc;
use crate::request::Request;
use crate::settings::OperationSettings;

/// The moments of one request.
pub(crate) struct Deadlines {
    /// For the head of the answer, and for all of it where it is not a stream. Where the request is one, only what the
    /// caller says: nobody can answer a question that is still being asked.
    pub(crate) answer: Option<Instant>,
    /// For the end of a stream.
    pub(crate) stream: Option<Instant>,
    /// What the service is told, where the whole answer has an end.
    pub(crate) told: Option<Deadline>,
}

impl Deadlines {
    /// The smaller of what the operation and the caller say holds.
    ///
    /// # Errors
    /// What the caller of a call says is not a time.
    pub(crate) fn of(request: &Request<'_>, operation: &OperationSettings, started: Instant) -> Result<Self, Problem> {
        let peer = request.peer;
        let own = grpc::timeout(request.head)?;
        let by_then = |within: Duration| started.checked_add(within).map(|until| peer.at_most_until(until));
        let own = own.and_then(by_then);
        let operation_says = peer.at_most_until(started + operation.deadline);
        let stream = own.or(peer.until);
        let answer = match request_streams(request.head, operation) {
            true => stream,
            false => Some(own.map_or(operation_says, |own| own.min(operation_says))),
        };
        let whole = if operation.streams.answer { own } else { answer };
        let told = whole.map(if grpc::is_call(request.head) { Deadline::Grpc } else { Deadline::Plain });
        Ok(Self { answer, stream, told })
    }
}

/// Whether a request may go on for as long as it and its answer are not silent: the operation is known for it, or it
/// is a gRPC call whose answer is a stream, which may be one in both directions.
pub(crate) fn request_streams(head: &RequestHead, operation: &OperationSettings) -> bool {
    let streams = operation.streams;
    streams.request || streams.answer && grpc::is_call(head)
}
