//! There is no permit by default.

fn main() {
    let _: policy::Permit = Default::default();
}
