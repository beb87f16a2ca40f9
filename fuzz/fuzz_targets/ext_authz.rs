//! Any octets as the message of a service that decides by Envoy's protocol: a yes only where a status says so, and nothing refuses beside it.

#![no_main]

use wire::ext_authz::{AnswerError, Verdict, read};
use wire::grpc;

/// `status: { code: 7 }`, `denied_response` and `error_response`, each empty.
const REFUSALS: [&[u8]; 3] = [&[0x0A, 2, 0x08, 7], &[0x12, 0], &[0x2A, 0]];

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // As a whole answer, with a frame of its own.
    let whole = read(input);
    assert!(whole.is_err() || grpc::unframe(input).is_some());
    let answer = read(&grpc::frame(input));
    assert_ne!(answer, Err(AnswerError::Framing));
    // Whatever stands before or behind it, what refuses is never lost. Behind half a message it would be a part of that.
    for refusal in REFUSALS.iter().filter(|_| answer != Err(AnswerError::Malformed)) {
        let behind = read(&grpc::frame(&[input, *refusal].concat()));
        assert!(!matches!(behind, Ok(Verdict::Yes(_))), "{behind:?}");
    }
    for refusal in &REFUSALS[1..] {
        let before = read(&grpc::frame(&[refusal, input].concat()));
        assert!(!matches!(before, Ok(Verdict::Yes(_))), "{before:?}");
    }
    if let Ok(Verdict::Yes(_)) = answer {
        // Cut anywhere, it is not the same yes in a frame that promises more.
        let framed = grpc::frame(input);
        assert_eq!(read(framed.split_last().map_or(&[][..], |(_, rest)| rest)), Err(AnswerError::Framing));
    }
});
