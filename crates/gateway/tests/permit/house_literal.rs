//! The fields of the house's own permit are out of reach.

fn main() {
    let _ = policy::HousePermit { work: policy::HouseWork::Mail };
}
