//! A permit cannot be read from text.

fn main() {
    let _: policy::Permit = "{}".parse().unwrap();
}
