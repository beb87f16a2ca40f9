//! Knowing the operation and the service is not a permit.

fn main() {
    let _: policy::Permit = (model::OperationId(0), model::ServiceId(0)).into();
}
