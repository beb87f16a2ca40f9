//! Under the lints of every room there is no way through the memory either.

#![forbid(unsafe_code)]

fn main() {
    let _: policy::Permit = unsafe { std::mem::transmute([0_u32; 3]) };
}
