//! Messages drawn at random: mostly well formed, of parts known from smuggling, and then damaged a little.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

/// What may stand in a place, and what may not or is seldom seen there.
struct Words {
    plain: &'static [&'static str],
    odd: &'static [&'static str],
}

const METHODS: Words = Words {
    plain: &["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE"],
    odd: &["get", "CONNECT", "PRI", ""],
};
const TARGETS: Words = Words {
    plain: &[
        "/",
        "/a/b?c=d",
        "/a/",
        "http://a/b",
        "HTTP://A",
        "https://a/?x",
        "/%20",
        "/?%zz",
        "/a;b/~c",
        "/%C3%A9",
        "/?[]{}|^`'",
    ],
    odd: &["*", "/%2e", "/a//b", "/../", "/#x", "a:1", "http://b/", "/..;/", "/a b", "", "/%2f"],
};
const VERSIONS: Words =
    Words { plain: &["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"], odd: &["HTTP/1.2", "HTTP/2.0", "http/1.1", ""] };
const NAMES: Words = Words {
    plain: &[
        "X-A",
        "x-b",
        "Accept",
        "Cookie",
        "Connection",
        "Content-Type",
        "Trailer",
        "TE",
        "Keep-Alive",
        "Via",
        "X_Y",
        "Upgrade",
    ],
    odd: &["Content-Length", "Transfer-Encoding", "Host", "Expect", "Proxy-Connection", "X-A ", "\u{b}X", "", "\u{e9}"],
};
const COLONS: Words = Words { plain: &[": ", ":", ":\t"], odd: &[" :", "", ":\r\n ", "\0:"] };
const VALUES: Words = Words {
    plain: &[
        "",
        "a",
        "1",
        " a b ",
        "\ta\t",
        "close",
        "keep-alive",
        "x-a",
        "upgrade",
        "websocket",
        "trailers",
        "\u{e9}",
        "a,,b",
        "\"a\\\"\"",
    ],
    odd: &[
        "chunked",
        "Chunked",
        "gzip, chunked",
        "0",
        "5",
        "+1",
        "05",
        "100-continue",
        "a\u{1}",
        "a\rb",
        "a\nb",
        "host",
    ],
};
const HOSTS: Words = Words {
    plain: &["Host: a\r\n", "host:a \r\n"],
    odd: &["Host: A:80\r\n", "", "Host: a,b\r\n", "Host: a\r\nHost: a\r\n", "Host: [::1]\r\n", "Host : a\r\n"],
};
const CONTENTS: &[&str] = &["", "a", "hello", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "0\r\n\r\n", "\r\n"];
const EXTENSIONS: Words = Words {
    plain: &["", "", ";a", ";a=b", ";a=\"b;\\\"c\"", " ; a = b", "\t;a=\"\""],
    odd: &[";", " ", ";a=\"", ";a=\"\r\n\"", ";a b", "\r", ";a=b "],
};
const TRAILERS: Words = Words {
    plain: &["", "", "X-T: a\r\n", "X-T: a\r\nx-u: b \r\n"],
    odd: &["Content-Length: 1\r\n", " X: y\r\n", "X\r\n", "X: a\n", "X: \0\r\n"],
};
const STATUSES: Words = Words {
    plain: &["200 OK", "200", "204 No Content", "304 Not Modified", "404 x", "500 ", "200 \u{e9}"],
    odd: &["099 x", "101 x", "100 x", "600 x", "20", " 200 OK"],
};

impl Words {
    /// Seldom an odd one: one alone makes the message refused, and what is refused is not compared.
    fn draw(&self) -> impl Strategy<Value = &'static str> + use<> {
        prop_oneof![15 => select(self.plain), 1 => select(self.odd)]
    }
}

/// What a damaged octet becomes.
const OCTETS: &[u8] = b"\r\n\0 \t:;,=/\\%?#\"0a5xA\x7f\x80\xff\x0b";

/// A connection's requests.
pub(crate) fn requests() -> impl Strategy<Value = Vec<u8>> {
    (vec(request(), 1..4), damage()).prop_map(|(requests, damage)| damaged(requests.concat(), &damage))
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = (METHODS.draw(), TARGETS.draw(), VERSIONS.draw());
    (line, HOSTS.draw(), fields(), body()).prop_map(|((method, target, version), host, fields, body)| {
        format!("{method} {target} {version}\r\n{host}{fields}{body}").into_bytes()
    })
}

/// An answer to be read by a client.
pub(crate) fn response() -> impl Strategy<Value = Vec<u8>> {
    let version = select(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2"][..]);
    let interim =
        select(&["", "", "", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"][..]);
    (interim, version, STATUSES.draw(), fields(), body(), damage()).prop_map(
        |(interim, version, status, fields, body, damage)| {
            damaged(format!("{interim}{version} {status}\r\n{fields}{body}").into_bytes(), &damage)
        },
    )
}

/// The chunks of a body.
pub(crate) fn chunked_body() -> impl Strategy<Value = Vec<u8>> {
    (chunks(), damage()).prop_map(|(chunks, damage)| damaged(chunks.into_bytes(), &damage))
}

/// Field lines for HTTP/2, as names and values.
pub(crate) fn http2_fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![NAMES.draw().prop_map(str::to_lowercase), NAMES.draw().prop_map(str::to_owned)];
    vec((name, VALUES.draw().prop_map(str::to_owned)), 0..6)
}

/// A target, by itself.
pub(crate) fn target() -> impl Strategy<Value = &'static str> {
    TARGETS.draw()
}

/// A method, by itself.
pub(crate) fn method() -> impl Strategy<Value = &'static str> {
    METHODS.draw()
}

/// Few, because each one may be the one that is refused.
fn fields() -> impl Strategy<Value = String> {
    let line = (NAMES.draw(), COLONS.draw(), VALUES.draw());
    vec(line, 0..3)
        .prop_map(|lines| lines.into_iter().map(|(name, colon, value)| format!("{name}{colon}{value}\r\n")).collect())
}

/// The framing fields, the end of the head, and a body that mostly fits them.
fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("\r\n".to_owned()),
        6 => select(CONTENTS).prop_map(|content| format!("Content-Length: {}\r\n\r\n{content}", content.len())),
        6 => chunks().prop_map(|chunks| format!("Transfer-Encoding: chunked\r\n\r\n{chunks}")),
        1 => (select(CONTENTS), 0_usize..9)
            .prop_map(|(content, length)| format!("Content-Length: {length}\r\n\r\n{content}")),
        1 => chunks().prop_map(|chunks| format!("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n{chunks}")),
    ]
}

fn chunks() -> impl Strategy<Value = String> {
    let chunk = (select(CONTENTS), EXTENSIONS.draw()).prop_map(|(content, extension)| match content {
        "" => String::new(),
        _ => format!("{:x}{extension}\r\n{content}\r\n", content.len()),
    });
    (vec(chunk, 0..4), EXTENSIONS.draw(), TRAILERS.draw())
        .prop_map(|(chunks, extension, trailers)| format!("{}0{extension}\r\n{trailers}\r\n", chunks.concat()))
}

#[derive(Clone, Debug)]
enum Damage {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, usize),
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let octet = || prop_oneof![select(OCTETS), any::<u8>()];
    let one = prop_oneof![
        (any::<Index>(), octet()).prop_map(|(at, octet)| Damage::Replace(at, octet)),
        (any::<Index>(), octet()).prop_map(|(at, octet)| Damage::Insert(at, octet)),
        any::<Index>().prop_map(Damage::Remove),
        (any::<Index>(), 1_usize..24).prop_map(|(at, len)| Damage::Repeat(at, len)),
        any::<Index>().prop_map(Damage::Cut),
    ];
    // Half of all messages stay whole: what is accepted is what can be compared.
    prop_oneof![Just(Vec::new()), vec(one, 1..3)]
}

fn damaged(mut message: Vec<u8>, damage: &[Damage]) -> Vec<u8> {
    for damage in damage {
        let Some(last) = message.len().checked_sub(1) else { break };
        match damage {
            Damage::Replace(at, octet) => message[at.index(last + 1)] = *octet,
            Damage::Insert(at, octet) => message.insert(at.index(last + 1), *octet),
            Damage::Remove(at) => drop(message.remove(at.index(last + 1))),
            Damage::Repeat(at, len) => {
                let at = at.index(last + 1);
                let piece = message[at..(at + len).min(last + 1)].to_vec();
                message.splice(at..at, piece);
            }
            Damage::Cut(at) => message.truncate(at.index(last + 1)),
        }
    }
    message
}
