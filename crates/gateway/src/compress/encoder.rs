//! The encoders: how each coding is set up, so that the memory of one answer is known beforehand.
//!
//! The settings were measured on answers of 4 to 140 KB (decision 0025): zstd costs a quarter of what gzip does and is
//! about as small, brotli costs one and a half times as much and is a twelfth smaller. What they keep back differs:
//! each encodes a block when it has one (gzip 32 KiB, brotli 64 KiB, zstd 128 KiB), or when it is flushed.

use std::io::{self, Write};

use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use wire::coding::Coding;
use zstd::zstd_safe::CParameter;

/// Low: twice the time buys a few percent more.
const GZIP_LEVEL: u32 = 5;
/// The first that finds more than gzip does.
const BROTLI_QUALITY: u32 = 5;
/// 128 KiB, in powers of two. A smaller one makes this encoder choose tables of 33 MiB.
const BROTLI_WINDOW: u32 = 17;
/// What comes out of it at a time.
const BROTLI_OUTPUT_BYTES: usize = 4 * 1024;
const ZSTD_LEVEL: i32 = 3;
/// 128 KiB, in powers of two.
const ZSTD_WINDOW: u32 = 17;
/// Each of its two tables, in powers of two; without a word they would be four times as large, and of no more use.
const ZSTD_TABLE: u32 = 15;

/// One answer's encoder.
pub(crate) enum Encoder {
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Gzip(GzEncoder<Vec<u8>>),
}

/// What one encoder holds at most, in bytes; as measured on random octets and on text, and rounded up.
pub(super) const fn most_bytes(coding: Coding) -> usize {
    match coding {
        Coding::Zstd => 1280 * 1024,
        Coding::Brotli => 3584 * 1024,
        Coding::Gzip => 512 * 1024,
    }
}

impl Encoder {
    /// `length`: how many octets will come, where that is known; small contents need small tables.
    pub(super) fn new(coding: Coding, length: Option<u64>) -> io::Result<Self> {
        Ok(match coding {
            Coding::Zstd => Self::Zstd(zstd(length)?),
            Coding::Brotli => {
                let writer = CompressorWriter::new(Vec::new(), BROTLI_OUTPUT_BYTES, BROTLI_QUALITY, BROTLI_WINDOW);
                Self::Brotli(Box::new(writer))
            }
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL))),
        })
    }

    /// Takes in some of the content.
    pub(super) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.writer().write_all(content)
    }

    /// Lets out what was taken in so far.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }

    /// What came out, to be taken away.
    pub(super) fn output(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Zstd(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
            Self::Gzip(encoder) => encoder.get_mut(),
        }
    }

    /// The rest, with the end.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Zstd(encoder) => encoder.finish(),
            Self::Brotli(encoder) => Ok(encoder.into_inner()),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Zstd(encoder) => encoder,
            Self::Brotli(encoder) => encoder.as_mut(),
            Self::Gzip(encoder) => encoder,
        }
    }
}

fn zstd(length: Option<u64>) -> io::Result<zstd::stream::write::Encoder<'static, Vec<u8>>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
    encoder.set_parameter(CParameter::WindowLog(ZSTD_WINDOW))?;
    encoder.set_parameter(CParameter::HashLog(ZSTD_TABLE))?;
    encoder.set_parameter(CParameter::ChainLog(ZSTD_TABLE))?;
    encoder.set_pledged_src_size(length)?;
    Ok(encoder)
}

#[cfg(test)]
mod tests;
