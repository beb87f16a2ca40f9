//! Path templates of OpenAPI, and ours.

/// A template with the names of its parameters left out.
pub(super) fn shape(path: &str) -> String {
    parts(path).map(|part| if matches!(part, Part::Parameter(_)) { "{}" } else { part.text() }).collect()
}

/// The names of its parameters, from the left.
pub(super) fn parameters(path: &str) -> impl Iterator<Item = &str> {
    parts(path).filter_map(|part| match part {
        Part::Parameter(name) => Some(name),
        Part::Text(_) => None,
    })
}

/// As ours: OpenAPI gives parameters any name, we those of letters, digits, `-` and `_`. Only the place counts.
pub(super) fn ours(path: &str) -> String {
    parts(path)
        .map(|part| match part {
            Part::Parameter(name) => format!("{{{}}}", ours_named(name)),
            Part::Text(text) => text.to_owned(),
        })
        .collect()
}

fn ours_named(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || name.is_empty() {
        name
    } else {
        format!("_{name}")
    }
}

enum Part<'p> {
    Text(&'p str),
    /// By its name, without the braces.
    Parameter(&'p str),
}

impl<'p> Part<'p> {
    const fn text(&self) -> &'p str {
        match self {
            Self::Text(text) | Self::Parameter(text) => text,
        }
    }
}

/// Braces that do not close are text; what routes are made of refuses them.
fn parts(path: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let inside = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        if let Some((name, after)) = inside.filter(|(name, _)| !name.contains(['{', '/'])) {
            rest = after;
            return Some(Part::Parameter(name));
        }
        let start = rest.chars().next()?.len_utf8();
        let end = rest.get(start..)?.find('{').map_or(rest.len(), |at| at + start);
        let (text, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(Part::Text(text))
    })
}
