//! The notation in which the grammar is written down: one line of meaning, then `"key" => form, notes`.
//!
//! Everything is a constant; `const` blocks give nested parts their place in the program.

/// One of these words; after a semicolon those that are not built yet, each with what to write meanwhile.
macro_rules! words {
    ($($word:literal),* $(; $($later:literal => $meanwhile:literal),+)?) => {
        $crate::shape::Shape::Words(const { &[
            $($crate::shape::Word::built($word),)*
            $($($crate::shape::Word::not_yet($later, $meanwhile),)+)?
        ] })
    };
}

/// A single value of a form of [`Scalar`](super::Scalar).
macro_rules! one {
    ($scalar:ident) => {
        $crate::shape::Shape::Scalar($crate::shape::Scalar::$scalar)
    };
    ($scalar:ident $map:literal) => {
        $crate::shape::Shape::Scalar($crate::shape::Scalar::$scalar($map))
    };
}

/// A list of at least one; a single value may stand alone.
macro_rules! list {
    ($item:expr) => {
        $crate::shape::Shape::List(const { &$item })
    };
}

/// One of several shapes, told apart by being text, a list or a map.
macro_rules! either {
    ($($shape:expr),+ $(,)?) => { $crate::shape::Shape::Either(const { &[$($shape),+] }) };
}

/// A map with known keys that is used in one place.
macro_rules! record {
    ($noun:literal, $doc:literal, $keys:expr $(,)?) => {
        $crate::shape::Shape::Record(const { &$crate::shape::Record::new($noun, $doc, $keys) })
    };
}

/// A map of which exactly one key is written.
macro_rules! alternatives {
    ($noun:literal, $doc:literal, $keys:expr $(,)?) => {
        $crate::shape::Shape::Record(const { &$crate::shape::Record::alternatives($noun, $doc, $keys) })
    };
}

/// A map from names to things that is used in one place.
macro_rules! names {
    ($($field:ident: $value:expr),+ $(,)?) => {
        $crate::shape::Shape::Names(const { &$crate::shape::Names { $($field: $value),+ } })
    };
}

/// The keys of a record: what each means, its name, its shape, and notes.
macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $name:literal => $shape:expr $(, $note:ident($($argument:expr)?))*;)+) => {
        const { &[$(
            $crate::shape::Key::new($name, $shape, concat!($($doc),+))$(.$note($($argument)?))*,
        )+] }
    };
}
