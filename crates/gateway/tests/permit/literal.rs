//! The fields are out of reach.

fn main() {
    let _ = policy::Permit { operation: model::OperationId(0), service: Some(model::ServiceId(0)) };
}
