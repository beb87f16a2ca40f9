//! The fields of one head or trailer section, as they were read: pseudo-fields apart, the others in their order.

/// What each field counts beside its octets (RFC 9113 §10.5.1).
const FIELD_BYTES: usize = 32;

/// A pseudo-field of a request (RFC 9113 §8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pseudo {
    /// `:method`.
    Method,
    /// `:scheme`.
    Scheme,
    /// `:authority`.
    Authority,
    /// `:path`.
    Path,
}

/// Where a field lies in the text.
#[derive(Clone, Copy, Debug)]
struct Span {
    name: usize,
    value: usize,
    end: usize,
}

/// The fields of one section.
#[derive(Debug)]
pub struct Section {
    pub(crate) text: Vec<u8>,
    fields: Vec<Span>,
    pseudo: [Option<Span>; 4],
    /// How much may still come.
    left: usize,
    bound: usize,
    malformed: bool,
    too_large: bool,
}

impl Section {
    /// One that keeps at most `bound` octets, each field counted with 32 more.
    #[must_use]
    pub const fn new(bound: usize) -> Self {
        Self {
            text: Vec::new(),
            fields: Vec::new(),
            pseudo: [None; 4],
            left: bound,
            bound,
            malformed: false,
            too_large: false,
        }
    }

    /// Whether it breaks the rules for pseudo-fields: each of them once, all before the others, none that is unknown.
    pub(crate) const fn is_malformed(&self) -> bool {
        self.malformed
    }

    /// Whether there were more fields than are kept.
    #[must_use]
    pub const fn is_too_large(&self) -> bool {
        self.too_large
    }

    /// Whether there is any pseudo-field.
    pub(crate) fn has_pseudo(&self) -> bool {
        self.pseudo.iter().any(Option::is_some)
    }

    /// Whether all pseudo-fields are there that each request has (RFC 9113 §8.3.1), as far as they were kept.
    pub(crate) fn is_request(&self) -> bool {
        let has = |which| self.pseudo(which).is_some();
        // CONNECT has no others (RFC 9113 §8.5).
        let whole = has(Pseudo::Scheme) && self.pseudo(Pseudo::Path).is_some_and(|path| !path.is_empty());
        self.too_large || has(Pseudo::Method) && (whole || self.pseudo(Pseudo::Method) == Some(b"CONNECT"))
    }

    /// The value of a pseudo-field.
    #[must_use]
    pub fn pseudo(&self, which: Pseudo) -> Option<&[u8]> {
        let span = (*self.pseudo.get(which as usize)?)?;
        self.text.get(span.value..span.end)
    }

    /// Names and values of all others.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|span| self.parts(span))
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
        *self = Self {
            text: std::mem::take(&mut self.text),
            fields: std::mem::take(&mut self.fields),
            ..Self::new(self.bound)
        };
    }

    /// Adds a field.
    pub(crate) fn push(&mut self, name: &[u8], value: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let middle = self.text.len();
        self.text.extend_from_slice(value);
        self.close((start, middle));
    }

    /// Name and value that lie at the end of the text.
    pub(crate) fn since(&self, (name, value): (usize, usize)) -> (&[u8], &[u8]) {
        self.parts(&Span { name, value, end: self.text.len() })
    }

    /// Adds the field that lies at the end of the text, or takes it away where there is too much already.
    pub(crate) fn close(&mut self, (name, value): (usize, usize)) {
        let span = Span { name, value, end: self.text.len() };
        let Some(left) = self.left.checked_sub(span.end - name + FIELD_BYTES) else {
            self.left = 0;
            self.too_large = true;
            self.text.truncate(name);
            return;
        };
        self.left = left;
        if self.text.get(name) != Some(&b':') {
            self.fields.push(span);
            return;
        }
        let known = match self.parts(&span).0 {
            b":method" => Some(Pseudo::Method),
            b":scheme" => Some(Pseudo::Scheme),
            b":authority" => Some(Pseudo::Authority),
            b":path" => Some(Pseudo::Path),
            _ => None,
        };
        let place = known.and_then(|known| self.pseudo.get_mut(known as usize));
        let in_order = self.fields.is_empty();
        match place {
            Some(place @ None) if in_order => *place = Some(span),
            _ => self.malformed = true,
        }
    }

    fn parts(&self, span: &Span) -> (&[u8], &[u8]) {
        let name = self.text.get(span.name..span.value).unwrap_or_default();
        (name, self.text.get(span.value..span.end).unwrap_or_default())
    }
}
