//! The request on the wire, and the answer off it.

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use wire::{BodyDecoder, Decoded, Framing, Method, Name, ResponseHead, encode};

use super::{FetchError, HouseRequest, host};
use crate::exchange::{BODY, HEAD};

/// Interim (1xx) answers taken before the final one.
const INTERIM_AT_MOST: usize = 4;
/// What one read asks for.
const READ_BYTES: usize = 8 * 1024;
/// These are written from the rest of the request, whatever its fields say.
const OURS: [HeaderName; 7] = [
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::ACCEPT_ENCODING,
    header::UPGRADE,
    header::TE,
];

/// Request line and fields.
pub(super) fn head(request: &HouseRequest) -> Result<Vec<u8>, FetchError> {
    let mut out = Vec::with_capacity(512);
    encode::request_line(&mut out, request.method.as_str(), request.target.path());
    encode::field(&mut out, "host", request.target.authority().as_bytes());
    for (name, value) in request.fields.iter().filter(|(name, _)| !OURS.contains(name)) {
        // Whatever a value of this type may be, here it is letters that everybody can see.
        if !value.as_bytes().iter().all(|octet| matches!(octet, b' '..=b'~')) {
            return Err(FetchError::Request);
        }
        encode::field(&mut out, name.as_str(), value.as_bytes().trim_ascii());
    }
    if !request.fields.contains_key(header::USER_AGENT) {
        encode::field(&mut out, "user-agent", b"vestibule");
    }
    if !request.body.is_empty() || request.method == http::Method::POST {
        encode::field_u64(&mut out, "content-length", request.body.len() as u64);
    }
    encode::field(&mut out, "accept-encoding", b"identity");
    encode::field(&mut out, "connection", b"close");
    encode::end_of_head(&mut out);
    Ok(out)
}

/// Sends the request and reads its answer to the end.
pub(super) async fn run(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &[u8],
    request: &HouseRequest,
) -> Result<Response<Bytes>, FetchError> {
    let broken = |source| FetchError::Broken { host: host(request), source };
    stream.write_all(head).await.map_err(broken)?;
    stream.write_all(&request.body).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut read = BytesMut::with_capacity(READ_BYTES);
    let answer = read_head(&mut stream, &mut read, request).await?;
    let body = read_body(&mut stream, read, answer.framing(), request).await?;
    answered(&answer, body).ok_or_else(|| FetchError::Unexpected { host: host(request) })
}

async fn read_head(
    stream: &mut (impl AsyncRead + Unpin),
    read: &mut BytesMut,
    request: &HouseRequest,
) -> Result<ResponseHead, FetchError> {
    let method = if request.method == http::Method::HEAD { Method::Head } else { Method::Get };
    let (mut head, mut interim) = (ResponseHead::new(), 0);
    loop {
        let parsed = head.parse(read, method, &HEAD);
        match parsed.map_err(|source| FetchError::Malformed { host: host(request), source })? {
            None => more(stream, read, request).await?,
            Some(length) => {
                read.advance(length);
                if !head.is_interim() {
                    break;
                }
                interim += 1;
                if interim > INTERIM_AT_MOST {
                    return Err(FetchError::Unexpected { host: host(request) });
                }
            }
        }
    }
    let coded = head.fields().all(Name::ContentEncoding).any(|coding| !coding.eq_ignore_ascii_case(b"identity"));
    if head.is_upgrade() || coded {
        return Err(FetchError::Unexpected { host: host(request) });
    }
    Ok(head)
}

async fn read_body(
    stream: &mut (impl AsyncRead + Unpin),
    mut read: BytesMut,
    framing: Framing,
    request: &HouseRequest,
) -> Result<Bytes, FetchError> {
    let at_most_bytes = request.bounds.answer_bytes;
    let too_large = || FetchError::TooLarge { host: host(request), at_most_bytes };
    // What says beforehand that it will be too much is not read at all.
    if matches!(framing, Framing::Length(length) if length > at_most_bytes as u64) {
        return Err(too_large());
    }
    let malformed = |source| FetchError::MalformedBody { host: host(request), source };
    let (mut decoder, mut body) = (BodyDecoder::new(framing, &BODY), BytesMut::new());
    loop {
        match decoder.decode(&read).map_err(malformed)? {
            Decoded::End { .. } => return Ok(body.freeze()),
            Decoded::More { skip } => {
                read.advance(skip);
                if framing == Framing::UntilClose && !fill(stream, &mut read, request).await? {
                    return Ok(body.freeze());
                }
                if framing != Framing::UntilClose {
                    more(stream, &mut read, request).await?;
                }
            }
            Decoded::Data { skip, len } => {
                read.advance(skip);
                if body.len() + len > at_most_bytes {
                    return Err(too_large());
                }
                body.extend_from_slice(&read.split_to(len));
            }
        }
    }
}

/// Reads more where there must be more.
async fn more(
    stream: &mut (impl AsyncRead + Unpin),
    read: &mut BytesMut,
    request: &HouseRequest,
) -> Result<(), FetchError> {
    if fill(stream, read, request).await? { Ok(()) } else { Err(FetchError::Closed { host: host(request) }) }
}

/// Reads more; `false` at the end.
async fn fill(
    stream: &mut (impl AsyncRead + Unpin),
    read: &mut BytesMut,
    request: &HouseRequest,
) -> Result<bool, FetchError> {
    read.reserve(READ_BYTES);
    let count = stream.read_buf(read).await;
    count.map(|count| count > 0).map_err(|source| FetchError::Broken { host: host(request), source })
}

fn answered(head: &ResponseHead, body: Bytes) -> Option<Response<Bytes>> {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(head.status()).ok()?;
    for field in head.fields().end_to_end() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        answer.headers_mut().append(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    Some(answer)
}
