//! What identity costs at least: one verification, one signature, one hash of a password, with nothing around them.

use super::arguments::Alone;
use super::proof::Key;
use crate::processes;
use anyhow::{Context, anyhow, ensure};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Octets of an access token that are signed.
const MESSAGE: usize = 420;
/// What a password costs in production: 19 MiB, two passes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// CPU of one, in microseconds.
#[derive(Serialize)]
pub(crate) struct Costs {
    es256_verified_us: f64,
    es256_signed_us: f64,
    argon2id_us: f64,
}

/// # Errors
/// The library fails, or the kernel does not tell what CPU was taken.
pub(crate) fn measure(alone: &Alone) -> anyhow::Result<Costs> {
    let each = Duration::from_millis(alone.each_ms);
    let (key, message) = (Key::generate()?, [b'a'; MESSAGE]);
    let signature = key.sign(&message)?;
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.point()).map_err(|error| anyhow!("{error}"))?;
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|error| anyhow!("{error}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut memory = vec![Block::default(); MEMORY_KIB as usize];
    let mut hash = [0; 32];
    Ok(Costs {
        es256_verified_us: cost_us(each, || {
            public.verify_sig(&message, &signature).ok().context("a right signature is refused")
        })?,
        es256_signed_us: cost_us(each, || key.sign(&message).map(drop))?,
        argon2id_us: cost_us(each, || {
            let made = argon2.hash_password_into_with_memory(b"a password", &[7; 16], &mut hash, &mut memory);
            made.map_err(|error| anyhow!("{error}"))
        })?,
    })
}

/// CPU of one of those that are done within this time, in microseconds.
fn cost_us(each: Duration, mut once: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    // The first touches memory that the others find there.
    once()?;
    let (begun, before) = (Instant::now(), processes::this_thread_cpu_ns()?);
    let mut done = 0_u64;
    while begun.elapsed() < each || done == 0 {
        once()?;
        done += 1;
    }
    let taken = processes::this_thread_cpu_ns()?.saturating_sub(before);
    ensure!(taken > 0, "the kernel does not tell what CPU was taken");
    Ok(taken as f64 / done as f64 / 1_000.0)
}
