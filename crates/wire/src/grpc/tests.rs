//! What is gRPC and what only looks like it, and timeouts in each unit.

use super::*;

#[test]
fn the_media_type_is_told_from_its_neighbours() {
    for media_type in ["application/grpc", "application/grpc+proto", "Application/GRPC; x=y", "application/grpc ;x"] {
        assert!(is_media_type(media_type.as_bytes()), "{media_type}");
    }
    for media_type in ["", "application/grp", "application/grpc-web", "application/grpc-web+proto", "application/grpcx"]
    {
        assert!(!is_media_type(media_type.as_bytes()), "{media_type}");
    }
}

#[test]
fn a_timeout_is_a_short_number_and_a_unit() {
    for (text, timeout) in [
        ("1H", Duration::from_secs(3600)),
        ("2M", Duration::from_secs(120)),
        ("3S", Duration::from_secs(3)),
        ("100m", Duration::from_millis(100)),
        ("0u", Duration::ZERO),
        ("99999999n", Duration::from_nanos(99_999_999)),
    ] {
        assert_eq!(read_timeout(text.as_bytes()), Some(timeout), "{text}");
    }
    for text in ["", "1", "S", "-1S", "+1S", "1.5S", "1s", "1 S", "123456789S", "1SS"] {
        assert_eq!(read_timeout(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn what_is_written_is_read_again_and_is_no_longer() {
    for timeout in [0, 1, 999, 99_999_999, 100_000_000, 1 << 40].map(Duration::from_millis) {
        let read = read_timeout(write_timeout(timeout).as_bytes()).expect("a timeout");
        assert!(read <= timeout && timeout - read < Duration::from_secs(1) || read.as_secs() == LARGEST, "{timeout:?}");
    }
    assert_eq!(write_timeout(Duration::from_micros(1_999)), "1m");
}

#[test]
fn a_message_is_plain_text_whatever_it_says() {
    assert_eq!(
        write_message("no more than 50 %\r\ngrpc-status: 0 \u{e4}"),
        "no more than 50 %25%0D%0Agrpc-status: 0 %C3%A4"
    );
}

#[test]
fn a_message_is_framed_and_read_back_whole_or_not_at_all() {
    assert_eq!(frame(b""), [0, 0, 0, 0, 0]);
    let framed = frame(&[7; 300]);
    assert_eq!(framed.get(..5), Some([0, 0, 0, 1, 44].as_slice()));
    assert_eq!(unframe(&framed), Some([7; 300].as_slice()));
    for cut in 0..framed.len() {
        assert_eq!(unframe(&framed[..cut]), None);
    }
    assert_eq!(unframe(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 1]), None);
}
