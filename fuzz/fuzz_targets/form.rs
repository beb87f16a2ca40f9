//! Any octets as parameters of a query or form: what is read is bounded plain text, and is read the same when it is
//! written again.

#![no_main]

use idp::{Form, push_parameter};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Ok(form) = Form::parse(input) else { return };
    let mut written = String::new();
    let mut count = 0;
    for (name, value) in form.iter() {
        assert!(!name.is_empty() && name.len() <= Form::NAME_MAX_LEN && value.len() <= Form::VALUE_MAX_LEN);
        assert!(!name.chars().chain(value.chars()).any(char::is_control));
        push_parameter(&mut written, name, value);
        count += 1;
    }
    assert!(count <= Form::MAX);
    assert_eq!(Form::parse(written.as_bytes()).as_ref(), Ok(&form));
});
