//! A permit for one service does not become one for another by update.

fn main() {}

fn other(permit: policy::Permit) -> policy::Permit {
    policy::Permit { service: Some(model::ServiceId(1)), ..permit }
}
