//! The policy's own constructor is out of reach.

fn main() {
    let _ = policy::Permit::new(model::OperationId(0), Some(model::ServiceId(0)));
}
