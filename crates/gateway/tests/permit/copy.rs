//! A permit that was given away is gone.

fn main() {}

fn twice(permit: policy::Permit) -> (policy::Permit, policy::Permit) {
    (permit, permit)
}
