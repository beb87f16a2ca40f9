//! What a file is, by the ending of its name; unknown endings are octets that a browser downloads.

/// A media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) media_type: &'static str,
    /// Whether content coding makes it smaller.
    pub(super) gains: bool,
}

impl Media {
    /// The type of a file of this name.
    pub(super) fn of(name: &str) -> Self {
        let ending = name.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map_or("", |(_, ending)| ending);
        let ending = ending.to_ascii_lowercase();
        let found = TYPES.iter().find(|(endings, _, _)| endings.split(' ').any(|known| known == ending));
        found.map_or(Self { media_type: "application/octet-stream", gains: false }, |(_, media_type, gains)| Self {
            media_type,
            gains: *gains,
        })
    }
}

/// Endings, type, and whether coding makes it smaller.
const TYPES: &[(&str, &str, bool)] = &[
    ("html htm", "text/html; charset=utf-8", true),
    ("css", "text/css; charset=utf-8", true),
    ("js mjs", "text/javascript; charset=utf-8", true),
    ("json map", "application/json", true),
    ("webmanifest", "application/manifest+json", true),
    ("txt text log", "text/plain; charset=utf-8", true),
    ("md", "text/markdown; charset=utf-8", true),
    ("csv", "text/csv; charset=utf-8", true),
    ("xml", "application/xml", true),
    ("svg", "image/svg+xml", true),
    ("wasm", "application/wasm", true),
    ("yaml yml", "application/yaml", true),
    ("ics", "text/calendar; charset=utf-8", true),
    ("vtt", "text/vtt; charset=utf-8", true),
    ("png", "image/png", false),
    ("jpg jpeg", "image/jpeg", false),
    ("gif", "image/gif", false),
    ("webp", "image/webp", false),
    ("avif", "image/avif", false),
    ("ico", "image/vnd.microsoft.icon", true),
    ("woff", "font/woff", false),
    ("woff2", "font/woff2", false),
    ("ttf", "font/ttf", true),
    ("otf", "font/otf", true),
    ("mp4 m4v", "video/mp4", false),
    ("webm", "video/webm", false),
    ("mp3", "audio/mpeg", false),
    ("ogg oga", "audio/ogg", false),
    ("wav", "audio/wav", false),
    ("pdf", "application/pdf", false),
    ("zip", "application/zip", false),
    ("gz", "application/gzip", false),
];
