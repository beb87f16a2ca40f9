//! What origin and callers both know, so that every answer can be compared with what it must be.

/// The largest body that is asked for, in bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// The first `length` bytes of the body. Its period is prime, so that bytes which move or repeat are seen.
pub(crate) fn body(length: usize) -> Vec<u8> {
    (b'!'..=b'z')
        .cycle()
        .zip(0..)
        .filter(|(_, position)| position % 91 != 17)
        .map(|(byte, _)| byte)
        .take(length)
        .collect()
}

/// How many routes there are, in areas of fifty; `cargo xtask bench` writes them into the proxies' files.
const ROUTES: u32 = 5_000;
const IN_AN_AREA: u32 = 50;
/// Has no divisor in common with their number, so that going on by it comes to each of them.
const STRIDE: u32 = 1_777;

/// The beginnings of all routes' paths, each once, neighbours far from each other.
pub(crate) fn routes() -> impl Iterator<Item = String> {
    (0..ROUTES).map(|turn| turn * STRIDE % ROUTES).map(|route| {
        let (area, kind) = (route / IN_AN_AREA, route % IN_AN_AREA);
        format!("/area{area:02}/kind{kind:02}")
    })
}
