//! Paths with one reading, and paths with more.

use super::{PathError, check_path};

#[test]
fn a_path_with_one_reading_passes() {
    for path in [
        "/",
        "/a",
        "/a/",
        "/a/b.c",
        "/.well-known/x",
        "/...",
        "/..a",
        "/a..",
        "/.a/b",
        "/a;b=c/d",
        "/~a",
        "/%7Ea",
        "/a%20b",
        "/%C3%A9",
        "/%c3%a9",
        "/%E2%82%AC/%F0%9F%98%80",
        "/a:b@c!$&'()*+,;=",
        "/100%25",
        "/a%3Bb",
        "/a%3Fb%23c",
        "/%5B0%5D",
    ] {
        assert_eq!(check_path(path.as_bytes()), Ok(()), "{path}");
    }
}

#[test]
fn a_path_with_two_readings_is_refused() {
    use PathError::{
        Character, DotSegment, EmptySegment, EncodedControl, EncodedSeparator, EncodedUnreserved, EncodedUtf8, Encoding,
    };
    for (path, error) in [
        ("", Character),
        ("a", Character),
        ("*", Character),
        ("/a b", Character),
        ("/a?b", Character),
        ("/a\\b", Character),
        ("/a\u{e9}", Character),
        ("/a[b", Character),
        ("/^", Character),
        ("/`", Character),
        ("//", EmptySegment),
        ("/a//b", EmptySegment),
        ("/a//", EmptySegment),
        ("/;a", EmptySegment),
        ("/a/;b/c", EmptySegment),
        ("/.", DotSegment),
        ("/..", DotSegment),
        ("/./a", DotSegment),
        ("/a/../b", DotSegment),
        ("/a/..", DotSegment),
        ("/a/.", DotSegment),
        ("/..;/a", DotSegment),
        ("/.;x=y/a", DotSegment),
        ("/a/..;", DotSegment),
        ("/..%3B/a", DotSegment),
        ("/.%3b", DotSegment),
        ("/%2e", EncodedUnreserved),
        ("/%2E%2E/a", EncodedUnreserved),
        ("/.%2e/a", EncodedUnreserved),
        ("/%61dmin", EncodedUnreserved),
        ("/%5A", EncodedUnreserved),
        ("/%30", EncodedUnreserved),
        ("/%2D%5F", EncodedUnreserved),
        ("/a%2Fb", EncodedSeparator),
        ("/a%2fb", EncodedSeparator),
        ("/a%5Cb", EncodedSeparator),
        ("/a%5cb", EncodedSeparator),
        ("/a%00", EncodedControl),
        ("/a%0d%0a", EncodedControl),
        ("/a%09", EncodedControl),
        ("/a%7F", EncodedControl),
        ("/a%C2%85", EncodedControl),
        ("/%", Encoding),
        ("/%4", Encoding),
        ("/%zz", Encoding),
        ("/%+1", Encoding),
        ("/%u0041", Encoding),
        ("/a%%20", Encoding),
        ("/%C0%AF", EncodedUtf8),
        ("/%C1%81", EncodedUtf8),
        ("/%E0%80%AF", EncodedUtf8),
        ("/%F0%80%80%AF", EncodedUtf8),
        ("/%ED%A0%80", EncodedUtf8),
        ("/%F4%90%80%80", EncodedUtf8),
        ("/%F5%80%80%80", EncodedUtf8),
        ("/%80", EncodedUtf8),
        ("/%FF", EncodedUtf8),
        ("/%C3", EncodedUtf8),
        ("/%C3a", EncodedUtf8),
        ("/%C3%", Encoding),
        ("/%C3%28", EncodedUtf8),
        ("/%E2%82", EncodedUtf8),
    ] {
        assert_eq!(check_path(path.as_bytes()), Err(error), "{path}");
    }
}
