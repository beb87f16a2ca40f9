//! A permit cannot be changed.

fn main() {}

fn other(mut permit: policy::Permit) -> policy::Permit {
    permit.service = Some(model::ServiceId(1));
    permit
}
