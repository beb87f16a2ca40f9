//! One decision, one permit.

fn main() {}

fn twice(permit: policy::Permit) -> (policy::Permit, policy::Permit) {
    (permit.clone(), permit)
}
