//! Bodies come out of their framing the same however they were cut, or not at all.

use super::{BodyDecoder, BodyError, BodyLimits, Decoded, Misplaced, http2_trailers};
use crate::{Framing, HeadError, Name};

const LIMITS: BodyLimits =
    BodyLimits { chunk_line_bytes: 64, trailer_bytes: 128, trailer_fields: 3, misplaced: Misplaced::Refused };

/// The content, how much of the input was taken, and whether the body is whole; cut into pieces of this size.
fn decode(framing: Framing, input: &[u8], piece: usize) -> Result<(Vec<u8>, usize, BodyDecoder), BodyError> {
    let mut decoder = BodyDecoder::new(framing, &LIMITS);
    let mut content = Vec::new();
    let mut at = 0;
    let mut end = 0;
    loop {
        match decoder.decode(&input[at..end])? {
            Decoded::Data { skip, len } => {
                content.extend_from_slice(&input[at + skip..at + skip + len]);
                at += skip + len;
            }
            Decoded::More { skip } => {
                at += skip;
                assert_eq!(at, end, "all of the input is taken");
                if end == input.len() {
                    return Ok((content, at, decoder));
                }
                end = input.len().min(end.saturating_add(piece));
            }
            Decoded::End { skip } => return Ok((content, at + skip, decoder)),
        }
    }
}

fn chunked(input: &str) -> Result<(Vec<u8>, usize, BodyDecoder), BodyError> {
    decode(Framing::Chunked, input.as_bytes(), usize::MAX)
}

#[test]
fn a_length_is_what_it_says() {
    let (content, taken, decoder) = decode(Framing::Length(5), b"helloGET", 3).expect("valid");
    assert_eq!((content.as_slice(), taken, decoder.is_done()), (b"hello".as_slice(), 5, true));
    for framing in [Framing::None, Framing::Length(0)] {
        let (content, taken, decoder) = decode(framing, b"GET", 1).expect("valid");
        assert_eq!((content.len(), taken, decoder.is_done()), (0, 0, true));
    }
    let (content, taken, mut decoder) = decode(Framing::Length(9), b"hello", 2).expect("valid");
    assert_eq!((content.len(), taken, decoder.remaining_hint()), (5, 5, Some(4)));
    assert_eq!(decoder.closed(), Err(BodyError::Truncated));
}

#[test]
fn only_a_body_without_length_ends_with_the_connection() {
    let (content, _, mut decoder) = decode(Framing::UntilClose, b"hello", 2).expect("valid");
    assert_eq!((content.as_slice(), decoder.is_done()), (b"hello".as_slice(), false));
    assert_eq!(decoder.closed(), Ok(()));
    assert!(decoder.is_done());
    let whole = b"5\r\nhello\r\n0\r\n\r\n";
    for cut in 0..whole.len() {
        let (_, _, mut decoder) = decode(Framing::Chunked, &whole[..cut], usize::MAX).expect("valid");
        assert_eq!(decoder.closed(), Err(BodyError::Truncated), "{cut}");
    }
}

#[test]
fn chunks_are_joined_and_extensions_dropped() {
    for input in [
        "5\r\nhello\r\n0\r\n\r\n",
        "1\r\nh\r\n004\r\nello\r\n0000000000000000\r\n\r\n",
        "5;a\r\nhello\r\n0;b=c\r\n\r\n",
        "5;a=b;c=\"d;\\\"\te\"\r\nhello\r\n0\r\n\r\n",
        "5 ; a = b ;c\r\nhello\r\n0\r\n\r\n",
        "5\t;\ta\t=\t\"b\"\t;c\r\nhello\r\n0\r\n\r\n",
        "2\r\nhe\r\n3;chunk-signature=0123456789abcdef\r\nllo\r\n0\r\n\r\n",
    ] {
        for piece in 1..=input.len() + 5 {
            let more = format!("{input}GET /");
            let (content, taken, decoder) = decode(Framing::Chunked, more.as_bytes(), piece).expect(input);
            assert_eq!(content, b"hello", "{input:?} by {piece}");
            assert_eq!((taken, decoder.is_done()), (input.len(), true), "{input:?} by {piece}");
            assert!(decoder.trailers().is_none());
        }
    }
    let (content, ..) = chunked("A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n").expect("valid");
    assert_eq!(content, b"01234567890123456789a");
}

#[test]
fn a_chunk_has_one_form() {
    use BodyError::{ChunkEnd, ChunkExtension, ChunkLineTooLong, ChunkSize};
    let long = format!("5;{}\r\n", "a".repeat(62));
    for (input, error) in [
        ("\r\n", ChunkSize),
        ("\n", ChunkSize),
        (" 5\r\n", ChunkSize),
        ("+5\r\n", ChunkSize),
        ("-5\r\n", ChunkSize),
        ("0x5\r\n", ChunkSize),
        ("5h\r\n", ChunkSize),
        ("5,5\r\n", ChunkSize),
        ("5_0\r\n", ChunkSize),
        (";a\r\n", ChunkSize),
        ("g\r\n", ChunkSize),
        ("\u{ff15}\r\n", ChunkSize),
        ("5\n", ChunkSize),
        ("5\0\r\n", ChunkSize),
        ("00000000000000005\r\n", ChunkSize),
        ("10000000000000000\r\n", ChunkSize),
        ("5\rhello", ChunkExtension),
        ("5\r\r\n", ChunkExtension),
        ("5 \r\n", ChunkExtension),
        ("5 5\r\n", ChunkExtension),
        ("5;\r\n", ChunkExtension),
        ("5;;a\r\n", ChunkExtension),
        ("5;a=\r\n", ChunkExtension),
        ("5;=b\r\n", ChunkExtension),
        ("5;a b\r\n", ChunkExtension),
        ("5;a=b c\r\n", ChunkExtension),
        ("5;a \r\n", ChunkExtension),
        ("5;a=b \r\n", ChunkExtension),
        ("5;a\n", ChunkExtension),
        ("5;a=\"b\n", ChunkExtension),
        ("5;a=\"b\r\n", ChunkExtension),
        ("5;a=\"\\\r\n", ChunkExtension),
        ("5;a=\"b\"c\r\n", ChunkExtension),
        ("5;a=\0\r\n", ChunkExtension),
        ("5;a=b,c\r\n", ChunkExtension),
        ("5\r\nhelloX", ChunkEnd),
        ("5\r\nhello\n", ChunkEnd),
        ("5\r\nhello\rX", ChunkEnd),
        ("5\r\nhello0\r\n\r\n", ChunkEnd),
        ("0\r\nX\r\n", BodyError::Trailer(HeadError::LineEnd)),
        ("0\r\n\n", BodyError::Trailer(HeadError::LineEnd)),
        ("0\r\nX: y\n", BodyError::Trailer(HeadError::LineEnd)),
        (long.as_str(), ChunkLineTooLong),
    ] {
        for piece in 1..=input.len() {
            let result = decode(Framing::Chunked, input.as_bytes(), piece).map(|(content, ..)| content);
            assert_eq!(result, Err(error), "{input:?} by {piece}");
        }
    }
    assert!(chunked("ffffffffffffffff\r\nhello").is_ok());
}

#[test]
fn trailers_are_few_and_say_nothing_about_the_message() {
    let input = "0\r\nX-Sum: a b \r\nEtag: \"c\"\r\n\r\n";
    for piece in 1..=input.len() {
        let (_, taken, decoder) = decode(Framing::Chunked, input.as_bytes(), piece).expect("valid");
        assert_eq!(taken, input.len());
        let trailers = decoder.trailers().expect("trailers");
        assert_eq!(trailers.by_name("x-sum"), Some(b"a b".as_slice()));
        assert_eq!(trailers.get(Name::Etag), Some(b"\"c\"".as_slice()));
    }
    for name in [
        "Content-Length",
        "Transfer-Encoding",
        "Host",
        "Authorization",
        "Cookie",
        "Set-Cookie",
        "Content-Type",
        "Content-Foo",
        "Trailer",
        "TE",
        "Connection",
        "X-Forwarded-For",
        "X-Forwarded-User",
        "Sec-Fetch-Site",
        "Proxy-Foo",
        "Range",
        "vestibule-identity",
        "Expect",
        "Cache-Control",
    ] {
        let result = chunked(&format!("0\r\n{name}: 1\r\n\r\n")).map(|(content, ..)| content);
        assert_eq!(result, Err(BodyError::TrailerForbidden), "{name}");
    }
    for (trailers, error) in [
        (" X: y", BodyError::Trailer(HeadError::Folded)),
        ("X : y", BodyError::Trailer(HeadError::FieldName)),
        ("X: \0", BodyError::Trailer(HeadError::FieldValue)),
        ("X: a\rb", BodyError::Trailer(HeadError::LineEnd)),
        ("A: 1\r\nB: 2\r\nC: 3\r\nD: 4", BodyError::TrailersTooLarge),
        (&format!("A: {}", "1".repeat(130)), BodyError::TrailersTooLarge),
    ] {
        let result = chunked(&format!("0\r\n{trailers}\r\n\r\n")).map(|(content, ..)| content);
        assert_eq!(result, Err(error), "{trailers:?}");
    }
}

#[test]
fn trailers_of_http2_are_held_to_the_same_rules() {
    let read = |trailers: &[(&str, &str)]| {
        http2_trailers(trailers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())), &LIMITS)
    };
    let trailers = read(&[("grpc-status", "0"), ("grpc-message", "")]).expect("valid");
    assert_eq!(trailers.by_name("grpc-status"), Some(b"0".as_slice()));
    for (name, value, error) in [
        ("content-length", "1", BodyError::TrailerForbidden),
        ("x-forwarded-for", "a", BodyError::TrailerForbidden),
        ("connection", "close", BodyError::Trailer(HeadError::ConnectionSpecific)),
        ("Grpc-Status", "0", BodyError::Trailer(HeadError::FieldName)),
        (":path", "/", BodyError::Trailer(HeadError::FieldName)),
        ("x", "a\r\nY: z", BodyError::Trailer(HeadError::FieldValue)),
        ("x", " a", BodyError::Trailer(HeadError::ValueEdges)),
    ] {
        assert_eq!(read(&[(name, value)]), Err(error), "{name}: {value:?}");
    }
    assert_eq!(read(&[("x", "a"); 4]), Err(BodyError::TrailersTooLarge));
    assert_eq!(read(&[("x", &"a".repeat(128))]), Err(BodyError::TrailersTooLarge));
}

#[test]
fn where_misplaced_trailers_are_dropped_the_others_stay_and_malformed_ones_are_faults_still() {
    let limits = BodyLimits { misplaced: Misplaced::Dropped, ..LIMITS };
    let read = |trailers: &[(&str, &str)]| {
        http2_trailers(trailers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())), &limits)
    };
    for name in ["x-request-id", "via", "server", "vary", "set-cookie", "content-type", "content-foo", "date", "cookie"]
    {
        let trailers = read(&[("grpc-status", "0"), (name, "1")]).expect("valid");
        assert_eq!((trailers.len(), trailers.by_name("grpc-status")), (1, Some(b"0".as_slice())), "{name}");
    }
    let faults = [
        ("content-type", "a\r\nY: z", BodyError::Trailer(HeadError::FieldValue)),
        ("Content-Type", "a", BodyError::Trailer(HeadError::FieldName)),
        ("connection", "close", BodyError::Trailer(HeadError::ConnectionSpecific)),
    ];
    for (name, value, error) in faults {
        assert_eq!(read(&[("grpc-status", "0"), (name, value)]), Err(error), "{name}: {value:?}");
    }
    let mut decoder = BodyDecoder::new(Framing::Chunked, &limits);
    let body = b"0\r\nVia: x\r\nX-Sum: 7\r\nSet-Cookie: a=b\r\n\r\n";
    assert_eq!(decoder.decode(body), Ok(Decoded::End { skip: body.len() }));
    let trailers: Vec<_> = decoder.trailers().expect("trailers").iter().map(|field| field.name.to_owned()).collect();
    assert_eq!(trailers, ["x-sum"]);
    let mut decoder = BodyDecoder::new(Framing::Chunked, &limits);
    let fault = decoder.decode(b"0\r\nVia: \0\r\n\r\n");
    assert_eq!(fault, Err(BodyError::Trailer(HeadError::FieldValue)));
}
