//! A permit cannot be changed.

fn main() {}

fn other(mut permit: policy::Permit) -> policy::Permit {
    permit.service = model::ServiceId(1);
    permit
}
