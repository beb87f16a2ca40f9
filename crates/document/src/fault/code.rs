//! The closed list of fault codes: stable names by which tools and people look a fault up.

macro_rules! codes {
    ($( $variant:ident = $text:literal, $meaning:literal; )+) => {
        /// What kind of fault it is. Codes are only added; a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FaultCode { $( #[doc = $meaning] $variant, )+ }

        impl FaultCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code as it is printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }

            /// The code of this text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// Its page within the repository; the program prints it as `vestibule help CODE`.
            #[must_use]
            pub fn page(self) -> String {
                format!("docs/faults/{}.md", self.as_str())
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )+ }
            }
        }
    };
}

codes! {
    UnreadableFile = "unreadable-file", "A file cannot be read.";
    TooLarge = "too-large", "The file is larger, deeper or has more parts than is read.";
    NotText = "not-text", "The file is not UTF-8, or has a character that no configuration needs.";
    Tab = "tab", "A tab stands in the file; YAML indents with spaces.";
    Syntax = "syntax", "The file is not YAML.";
    Documents = "documents", "The file holds no document, or more than one.";
    NotAMap = "not-a-map", "The file is not a map of keys.";
    YamlFeature = "yaml-feature", "An anchor, alias, merge key, tag or directive of YAML; every fact has one place here.";
    Indentation = "indentation", "A key that stands at another depth than the one it belongs to.";
    DuplicateKey = "duplicate-key", "The same key stands twice in one map.";
    KeyNotText = "key-not-text", "A key that is not a plain word.";
    EmptyValue = "empty-value", "A key without a value, or with an empty one.";
    LooseText = "loose-text", "Unquoted text that goes on over several lines.";
    UnquotedReference = "unquoted-reference", "A reference inside braces or brackets that is not in quotes.";
    UnknownKey = "unknown-key", "A key that this place does not have.";
    NotBuilt = "not-built", "A word of the file format whose capability is not built yet.";
    MissingKey = "missing-key", "A key that this place needs is not there.";
    WrongShape = "wrong-shape", "Text, a list or a map where another of the three belongs.";
    UnknownWord = "unknown-word", "A value that is not among the words of this place.";
    BadValue = "bad-value", "A value that is not written in the form of this place.";
    Format = "format", "`vestibule: 1` is missing, not first, or another format.";
    BadName = "bad-name", "A name with other characters than names have, or a reserved one.";
    UnresolvedReference = "unresolved-reference", "A reference to something that is not there or may not be used.";
    ReferenceMisplaced = "reference-misplaced", "A reference where the value must stand in the file itself.";
    MissingFile = "missing-file", "A file that is named is not there.";
    WrongFile = "wrong-file", "A file that does not hold what it should.";
    ExposedSecret = "exposed-secret", "A file with a secret that others may read or replace.";
    KeyMismatch = "key-mismatch", "A certificate and a key that do not belong together.";
    UnknownName = "unknown-name", "A name that nothing in the file has.";
    NoCallers = "no-callers", "Nobody is said to be allowed to call.";
    PublicAtServerDoor = "public-at-server-door", "`public` at a server door.";
    CallerMisplaced = "caller-misplaced", "A kind of caller that this kind of door does not take.";
    CallerNeverFits = "caller-never-fits", "A way in that no caller could ever use.";
    NoKeyYet = "no-key-yet", "An API takes API keys, and no key in the file opens it.";
    NoTls = "no-tls", "A door whose certificate is not said, or cannot be made.";
    Plaintext = "plaintext", "A door or service without encryption where that was not loosened.";
    PublicAddress = "public-address", "A server door on an address that is not private.";
    SameSocket = "same-socket", "Two doors, or a door and another listener, on one socket.";
    HostNeeded = "host-needed", "An API that does not say which of its door's hosts it answers to.";
    TrustNeeded = "trust-needed", "A server door without a root to check certificates against.";
    OutsideNetworks = "outside-networks", "Addresses that a server door does not admit.";
    RouteConflict = "route-conflict", "Two operations that answer to the same requests.";
    TrailingSlash = "trailing-slash", "A path that goes to other callers with a slash at its end.";
    BadRoute = "bad-route", "A route that is not `METHOD /path`.";
    DaysReversed = "days-reversed", "Something that ends before the day since which it is on its way out.";
    NotAContract = "not-a-contract", "A contract that is neither OpenAPI 3.0 or 3.1 nor protobuf.";
    BadContract = "bad-contract", "A part of a contract that is not as its format says.";
    UnknownRef = "unknown-ref", "A `$ref` to something that is not there, or that may not be read.";
    CircularRef = "circular-ref", "A `$ref` that leads back to itself and to nothing else.";
    DuplicateOperation = "duplicate-operation", "Two operations of a contract with one name.";
    AmbiguousServer = "ambiguous-server", "A contract that does not say which path stands in front of its own.";
    OpenByContract = "open-by-contract", "An operation that a contract opens to anyone, and the file does not.";
    HostDiffers = "host-differs", "A contract that names other hosts than its API answers to.";
    LooseningMisplaced = "loosening-misplaced", "A loosening at a place where it means nothing.";
    LooseningNeeded = "loosening-needed", "A value weaker than the default, without its loosening.";
    LooseningExpired = "loosening-expired", "A loosening past its day.";
    KeyExpired = "key-expired", "A pinned key past its day.";
    CertificateExpired = "certificate-expired", "A certificate past its end, or before its beginning.";
    CertificateName = "certificate-name", "A host of a door that no certificate of the door is for.";
    DoorUnused = "door-unused", "A door that no API names; it is not opened.";
    NotUnderstood = "not-understood", "A part of the file that was read and then not used: a fault of ours.";
}
