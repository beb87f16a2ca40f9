//! By when an answer has to be there: as the operation says, the caller of a gRPC call, and the connection.

use std::time::{Duration, Instant};

use model::Problem;
use upstream::Deadline;

use crate::grpc;
use crate::request::Request;
use crate::settings::OperationSettings;

/// The moments of one request.
pub(crate) struct Deadlines {
    /// For the head of the answer, and for all of it where it is not a stream.
    pub(crate) answer: Instant,
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
        let answer = own.map_or(operation_says, |own| own.min(operation_says));
        let whole = if operation.streams { own } else { Some(answer) };
        let told = whole.map(if grpc::is_call(request.head) { Deadline::Grpc } else { Deadline::Plain });
        Ok(Self { answer, stream: own.or(peer.until), told })
    }
}
