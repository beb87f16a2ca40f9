//! An honest answer, as bytes.

use std::fmt::Write as _;

/// An answer that a script sends.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    chunk: Option<usize>,
}

impl Reply {
    /// 200 with this text.
    #[must_use]
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    /// Any status with this text.
    #[must_use]
    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, fields: Vec::new(), body: body.into(), chunk: None }
    }

    /// With one more field.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// In chunks of this many bytes instead of with a length.
    #[must_use]
    pub const fn chunked(mut self, bytes: usize) -> Self {
        self.chunk = Some(bytes);
        self
    }

    /// The bytes, as an answer to a request of this method.
    #[must_use]
    pub fn to_bytes(&self, method: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for (name, value) in &self.fields {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let bodiless = matches!(self.status, 100..200 | 204 | 304);
        match self.chunk {
            _ if bodiless => {}
            Some(_) => head.push_str("transfer-encoding: chunked\r\n"),
            None => drop(write!(head, "content-length: {}\r\n", self.body.len())),
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if method == "HEAD" || bodiless {
            return bytes;
        }
        let Some(size) = self.chunk else {
            bytes.extend_from_slice(&self.body);
            return bytes;
        };
        for chunk in self.body.chunks(size.max(1)) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        bytes
    }
}
