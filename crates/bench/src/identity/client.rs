//! One kept connection to a provider, on which requests are sent and answers read one after the other.

use super::answer::Answer;
use crate::load::fault::Fault;
use crate::transport::{Dialler, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What is read at once, in bytes.
const READ: usize = 16 * 1024;

pub(crate) struct Client {
    stream: Box<dyn Transport>,
    unread: Vec<u8>,
}

impl Client {
    pub(crate) async fn open(dialler: &Dialler) -> Result<Self, Fault> {
        Ok(Self { stream: dialler.dial().await?, unread: Vec::new() })
    }

    /// Sends a request and reads its answer to the last byte.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer, Fault> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        let mut buffer = vec![0; READ];
        loop {
            let count = self.stream.read(&mut buffer).await?;
            if count == 0 {
                return Err(Fault::Ended);
            }
            self.unread.extend_from_slice(buffer.get(..count).unwrap_or_default());
            if let Some((answer, taken)) = Answer::read(&self.unread)? {
                self.unread.drain(..taken);
                return if self.unread.is_empty() { Ok(answer) } else { Err(Fault::Surplus) };
            }
        }
    }
}

/// A POST of a form, as an application sends it.
pub(crate) fn post(authority: &str, path: &str, fields: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    let head = format!("POST {path} HTTP/1.1\r\nhost: {authority}\r\naccept: application/json\r\n{fields}");
    let content = format!("content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}");
    (head + &content).into_bytes()
}
