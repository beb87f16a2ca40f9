//! The field names that the house knows, each with what it may and may not be used for.

/// Ends at the next hop (RFC 9110 §7.6.1, and the proxy credentials of §11.7).
const HOP: u8 = 1;
/// `Connection` may not name it: to make a hop drop it would change what the message means.
const ESSENTIAL: u8 = 2;
/// May stand only once in a request: two readers could each take another one.
const ONCE: u8 = 4;
/// May not stand in a trailer section (RFC 9110 §6.5.1).
const HEAD_ONLY: u8 = 8;

macro_rules! names {
    ($( $variant:ident = $text:literal $(, $rule:ident)*; )+) => {
        /// A known field name, or `Other`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each variant is the field name that it spells")]
        pub enum Name { Other, $( $variant, )+ }

        impl Name {
            /// Every known name.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];
            /// How many values the type has, `Other` among them.
            pub(crate) const COUNT: usize = Self::ALL.len() + 1;

            /// The name in lower case; empty for `Other`.
            #[must_use]
            #[inline]
            pub const fn as_str(self) -> &'static str {
                match self { Self::Other => "", $( Self::$variant => $text, )+ }
            }

            #[inline]
            const fn rules(self) -> u8 {
                match self { Self::Other => 0, $( Self::$variant => 0 $( | $rule )*, )+ }
            }
        }
    };
}

names! {
    Accept = "accept", ESSENTIAL;
    AcceptEncoding = "accept-encoding", HEAD_ONLY;
    AcceptLanguage = "accept-language", HEAD_ONLY;
    AcceptRanges = "accept-ranges";
    AccessControlAllowCredentials = "access-control-allow-credentials", ESSENTIAL, HEAD_ONLY;
    AccessControlAllowHeaders = "access-control-allow-headers", ESSENTIAL, HEAD_ONLY;
    AccessControlAllowMethods = "access-control-allow-methods", ESSENTIAL, HEAD_ONLY;
    AccessControlAllowOrigin = "access-control-allow-origin", ESSENTIAL, HEAD_ONLY;
    AccessControlExposeHeaders = "access-control-expose-headers", ESSENTIAL, HEAD_ONLY;
    AccessControlMaxAge = "access-control-max-age", ESSENTIAL, HEAD_ONLY;
    AccessControlRequestHeaders = "access-control-request-headers", ESSENTIAL, ONCE, HEAD_ONLY;
    AccessControlRequestMethod = "access-control-request-method", ESSENTIAL, ONCE, HEAD_ONLY;
    Age = "age", HEAD_ONLY;
    Allow = "allow";
    AltSvc = "alt-svc", HEAD_ONLY;
    Authorization = "authorization", ESSENTIAL, ONCE, HEAD_ONLY;
    CacheControl = "cache-control", ESSENTIAL, HEAD_ONLY;
    Connection = "connection", HOP, ESSENTIAL, HEAD_ONLY;
    ContentDisposition = "content-disposition", ESSENTIAL, HEAD_ONLY;
    ContentEncoding = "content-encoding", ESSENTIAL, HEAD_ONLY;
    ContentLanguage = "content-language", HEAD_ONLY;
    ContentLength = "content-length", ESSENTIAL, HEAD_ONLY;
    ContentRange = "content-range", ESSENTIAL, ONCE, HEAD_ONLY;
    ContentSecurityPolicy = "content-security-policy", ESSENTIAL, HEAD_ONLY;
    ContentType = "content-type", ESSENTIAL, ONCE, HEAD_ONLY;
    Cookie = "cookie", ESSENTIAL, ONCE, HEAD_ONLY;
    CrossOriginOpenerPolicy = "cross-origin-opener-policy", ESSENTIAL, HEAD_ONLY;
    CrossOriginResourcePolicy = "cross-origin-resource-policy", ESSENTIAL, HEAD_ONLY;
    Date = "date", HEAD_ONLY;
    Dpop = "dpop", ESSENTIAL, ONCE, HEAD_ONLY;
    Etag = "etag";
    Expect = "expect", ESSENTIAL, ONCE, HEAD_ONLY;
    Expires = "expires", HEAD_ONLY;
    Forwarded = "forwarded", ESSENTIAL, HEAD_ONLY;
    Host = "host", ESSENTIAL, HEAD_ONLY;
    Http2Settings = "http2-settings", HOP, HEAD_ONLY;
    IdempotencyKey = "idempotency-key", ESSENTIAL, ONCE, HEAD_ONLY;
    IfMatch = "if-match", ESSENTIAL, HEAD_ONLY;
    IfModifiedSince = "if-modified-since", ESSENTIAL, ONCE, HEAD_ONLY;
    IfNoneMatch = "if-none-match", ESSENTIAL, HEAD_ONLY;
    IfRange = "if-range", ESSENTIAL, ONCE, HEAD_ONLY;
    IfUnmodifiedSince = "if-unmodified-since", ESSENTIAL, ONCE, HEAD_ONLY;
    KeepAlive = "keep-alive", HOP, HEAD_ONLY;
    LastEventId = "last-event-id", ESSENTIAL, ONCE, HEAD_ONLY;
    LastModified = "last-modified", HEAD_ONLY;
    Link = "link";
    Location = "location", ESSENTIAL, HEAD_ONLY;
    MaxForwards = "max-forwards", ONCE, HEAD_ONLY;
    Origin = "origin", ESSENTIAL, ONCE, HEAD_ONLY;
    Pragma = "pragma", HEAD_ONLY;
    Priority = "priority";
    ProxyAuthenticate = "proxy-authenticate", HOP, HEAD_ONLY;
    ProxyAuthorization = "proxy-authorization", HOP, HEAD_ONLY;
    ProxyConnection = "proxy-connection", HOP, HEAD_ONLY;
    Range = "range", ESSENTIAL, ONCE, HEAD_ONLY;
    RateLimit = "ratelimit";
    RateLimitPolicy = "ratelimit-policy";
    Referer = "referer", ESSENTIAL, ONCE, HEAD_ONLY;
    ReferrerPolicy = "referrer-policy", ESSENTIAL, HEAD_ONLY;
    RequestId = "x-request-id", ESSENTIAL, HEAD_ONLY;
    RetryAfter = "retry-after", HEAD_ONLY;
    SecFetchDest = "sec-fetch-dest", ESSENTIAL, ONCE, HEAD_ONLY;
    SecFetchMode = "sec-fetch-mode", ESSENTIAL, ONCE, HEAD_ONLY;
    SecFetchSite = "sec-fetch-site", ESSENTIAL, ONCE, HEAD_ONLY;
    SecFetchUser = "sec-fetch-user", ESSENTIAL, ONCE, HEAD_ONLY;
    SecWebSocketAccept = "sec-websocket-accept", ESSENTIAL, HEAD_ONLY;
    SecWebSocketExtensions = "sec-websocket-extensions", ESSENTIAL, HEAD_ONLY;
    SecWebSocketKey = "sec-websocket-key", ESSENTIAL, ONCE, HEAD_ONLY;
    SecWebSocketProtocol = "sec-websocket-protocol", ESSENTIAL, HEAD_ONLY;
    SecWebSocketVersion = "sec-websocket-version", ESSENTIAL, ONCE, HEAD_ONLY;
    Server = "server", HEAD_ONLY;
    SetCookie = "set-cookie", ESSENTIAL, HEAD_ONLY;
    Signature = "signature", ESSENTIAL;
    SignatureInput = "signature-input", ESSENTIAL;
    StrictTransportSecurity = "strict-transport-security", ESSENTIAL, HEAD_ONLY;
    Te = "te", HOP, HEAD_ONLY;
    Traceparent = "traceparent", ESSENTIAL, HEAD_ONLY;
    Tracestate = "tracestate", ESSENTIAL, HEAD_ONLY;
    Trailer = "trailer", HEAD_ONLY;
    TransferEncoding = "transfer-encoding", HOP, ESSENTIAL, HEAD_ONLY;
    Upgrade = "upgrade", HOP, HEAD_ONLY;
    UserAgent = "user-agent", ESSENTIAL, HEAD_ONLY;
    Vary = "vary", ESSENTIAL, HEAD_ONLY;
    VestibuleCsrf = "vestibule-csrf", ESSENTIAL, ONCE, HEAD_ONLY;
    VestibuleIdentity = "vestibule-identity", ESSENTIAL, HEAD_ONLY;
    Via = "via", ESSENTIAL, HEAD_ONLY;
    WwwAuthenticate = "www-authenticate", ESSENTIAL, HEAD_ONLY;
    XApiKey = "x-api-key", ESSENTIAL, ONCE, HEAD_ONLY;
    XContentTypeOptions = "x-content-type-options", ESSENTIAL, HEAD_ONLY;
    XForwardedFor = "x-forwarded-for", ESSENTIAL, HEAD_ONLY;
    XForwardedHost = "x-forwarded-host", ESSENTIAL, HEAD_ONLY;
    XForwardedPort = "x-forwarded-port", ESSENTIAL, HEAD_ONLY;
    XForwardedProto = "x-forwarded-proto", ESSENTIAL, HEAD_ONLY;
    XFrameOptions = "x-frame-options", ESSENTIAL, HEAD_ONLY;
    XPoweredBy = "x-powered-by";
    XRealIp = "x-real-ip", ESSENTIAL, HEAD_ONLY;
}

/// Open addressing with a load of a sixth: most look-ups compare once.
const SLOTS: usize = 512;
static TABLE: [Name; SLOTS] = table();

const fn hash(len: usize, first: u8, middle: u8, last: u8) -> usize {
    // Bit 5 makes letters lower case; what it does to other octets it does on both sides.
    let (first, middle, last) = (first | 0x20, middle | 0x20, last | 0x20);
    (len * 67 + first as usize * 7 + middle as usize * 31 + last as usize * 3) % SLOTS
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses what is out of bounds")]
const fn table() -> [Name; SLOTS] {
    let mut table = [Name::Other; SLOTS];
    let mut index = 0;
    while index < Name::ALL.len() {
        let name = Name::ALL[index];
        let text = name.as_str().as_bytes();
        let mut slot = hash(text.len(), text[0], text[text.len() / 2], text[text.len() - 1]);
        while !matches!(table[slot], Name::Other) {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = name;
        index += 1;
    }
    table
}

impl Name {
    /// The known name that this text spells in any case, or `Other`.
    #[must_use]
    #[inline]
    pub fn of(text: &[u8]) -> Self {
        let (Some(&first), Some(&middle), Some(&last)) = (text.first(), text.get(text.len() / 2), text.last()) else {
            return Self::Other;
        };
        let mut slot = hash(text.len(), first, middle, last);
        loop {
            match TABLE.get(slot).copied().unwrap_or(Self::Other) {
                Self::Other => return Self::Other,
                known if spells(text, known.as_str().as_bytes()) => return known,
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }

    /// Whether a field of this name ends at the next hop and is never forwarded.
    #[must_use]
    #[inline]
    pub const fn is_hop_by_hop(self) -> bool {
        self.rules() & HOP != 0
    }

    /// Whether `Connection` may not name it.
    pub(crate) const fn is_essential(self) -> bool {
        self.rules() & ESSENTIAL != 0
    }

    /// Whether a request may hold it once only.
    #[inline]
    pub(crate) const fn is_single(self) -> bool {
        self.rules() & ONCE != 0
    }

    /// Whether it may not stand in a trailer section.
    pub(crate) const fn is_head_only(self) -> bool {
        self.rules() & HEAD_ONLY != 0
    }
}

/// Whether the text is this known name in any case, eight octets at a time.
#[inline]
fn spells(text: &[u8], known: &[u8]) -> bool {
    if text.len() != known.len() {
        return false;
    }
    match (text.last_chunk(), known.last_chunk()) {
        (Some(text_end), Some(known_end)) => {
            let mut pairs = text.as_chunks().0.iter().zip(known.as_chunks().0);
            is_same_word(text_end, known_end) && pairs.all(|(text, known)| is_same_word(text, known))
        }
        _ => spells_short(text, known),
    }
}

/// The same for names of less than eight octets: from four on, two halves that may overlap.
#[inline]
fn spells_short(text: &[u8], known: &[u8]) -> bool {
    match (text.first_chunk(), text.last_chunk(), known.first_chunk(), known.last_chunk()) {
        (Some(text), Some(text_end), Some(known), Some(known_end)) => {
            is_same_word(&word(text, text_end), &word(known, known_end))
        }
        _ => text.iter().zip(known).all(|(text, known)| text.eq_ignore_ascii_case(known)),
    }
}

#[inline]
const fn word(front: &[u8; 4], end: &[u8; 4]) -> [u8; 8] {
    (u32::from_le_bytes(*front) as u64 | (u32::from_le_bytes(*end) as u64) << 32).to_le_bytes()
}

/// Octets may differ in bit 5 where the known one is a letter (bit 6), and nowhere else.
#[inline]
const fn is_same_word(text: &[u8; 8], known: &[u8; 8]) -> bool {
    let known = u64::from_ne_bytes(*known);
    let may_differ = (known >> 1) & u64::from_ne_bytes([0x20; 8]);
    (u64::from_ne_bytes(*text) ^ known) & !may_differ == 0
}
