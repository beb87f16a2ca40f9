//! The keys of the OpenID provider in the box, and of the apps that come to it.

use super::{Names, Record, Scalar, Shape, Spot};

pub(super) static APPS: Names = Names { noun: "app", name: Scalar::Name, value: Shape::Record(&APP) };

pub(super) static IDENTITY: Record = Record::new(
    "`identity`",
    "The OpenID provider in the box: accounts, sign-in, tokens and sessions.",
    keys! {
        /// Its URL, printed in every token. Its host is that of a client door.
        "issuer" => one!(Issuer), needed();
        /// Where its pages and endpoints lie; the metadata is under `/.well-known/`.
        "path" => one!(PathPrefix), fixed("`/auth`");
        /// The server door where apps of type `machine` get tokens for themselves: token endpoint, introspection,
        /// revocation, keys and metadata, without pages.
        "machines" => one!(NameOf "doors");
        /// The name on its pages.
        "name" => one!(Text), fixed("the host of the issuer");
        /// The logo on its pages: SVG or PNG, up to 64 KiB.
        "logo" => one!(Path);
        /// The main colour of its pages.
        "colour" => one!(Colour);
        /// A link at the foot of its pages: terms, imprint.
        "legal" => one!(Url);
        /// Who may make an account: anybody, whoever was invited, or nobody.
        "accounts" => words!("open", "invite", "closed"), fixed("`invite`");
        /// How people sign in: by password, or by a name of `issuers`.
        "sign_in" => list!(either!(words!("password"; "passkey" => "`password` is built"), one!(NameOf "issuers"))), fixed("`password`");
        /// Whether people are offered, or need, a code of their phone beside the password.
        "second_factor" => words!("offered", "required", "none"), fixed("`offered`");
        /// How mail is sent. `print` prints the links where the gateway runs, and needs a door on loopback.
        "mail" => either!(words!("print"), Shape::Record(&MAIL)), fixed("`print` on loopback");
        /// How long tokens live.
        "tokens" => Shape::Record(&TOKENS);
        /// How long sessions live.
        "sessions" => Shape::Record(&SESSIONS);
        /// How often it signs with another key; both are published while tokens of the old one live.
        "keys_rotate" => one!(Duration), fixed("`90d`");
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::Identity);
    },
);

static MAIL: Record = Record::new(
    "`mail`",
    "The mail server, always over TLS.",
    keys! {
        /// Where it is.
        "smtp" => one!(MailServer), needed();
        /// The sender.
        "from" => one!(MailAddress), needed();
        /// The account there.
        "user" => one!(Text);
        /// Its password.
        "password" => one!(Secret);
    },
);

static TOKENS: Record = Record::new(
    "`tokens`",
    "How long tokens live.",
    keys! {
        /// Access tokens, up to an hour: a stolen one works till then.
        "access" => one!(Duration), fixed("`10min`");
        /// A sign-in of an app without use of its refresh token.
        "refresh" => one!(Duration), fixed("`30d`");
        /// How long the refresh token before the latest one still works, up to five minutes: tabs race.
        "refresh_grace" => one!(Duration), fixed("`20s`");
        /// How they are signed, where an app does not say it.
        "algorithm" => words!("ES256"; "EdDSA" => "say it at the app", "RS256" => "say it at the app"), fixed("`ES256`");
    },
);

static SESSIONS: Record = Record::new(
    "`sessions`",
    "How long sessions of browsers live.",
    keys! {
        /// Without a request.
        "idle" => one!(Duration), fixed("`12h`");
        /// In all.
        "at_most" => one!(Duration), fixed("`7d`");
    },
);

static APP: Record = Record::new(
    "an app",
    "An application that people sign in to, or that comes for itself: an OAuth client. Its name is its `client_id`.",
    keys! {
        /// What sort of program it is. `session`: a browser application whose session Vestibule keeps; `native`: mobile,
        /// desktop, command line; `server`: on a server, with people before it; `machine`: without people; `page`: a
        /// page that holds its tokens itself, which needs `loosen: { tokens-in-browser: WHY }`.
        "type" => words!("session", "native", "server", "machine", "page"), needed();
        /// What people read where they are asked.
        "title" => one!(Text), fixed("its name");
        /// Where answers may go, compared letter by letter; the port of a loopback address is free for `native`.
        "redirect_uris" => list!(one!(RedirectUri));
        /// Where its pages are.
        "origins" => list!(one!(Origin));
        /// What it may ask for; `openid`, `profile`, `email` and `offline_access` are scopes like others.
        "scopes" => list!(one!(Scope)), fixed("none");
        /// When people are asked: once for each scope, never (an own app), or every time.
        "consent" => words!("first", "never", "always"), fixed("`first`");
        /// Which limits.
        "tier" => one!(NameOf "tiers"), not_yet("leave it out");
        /// How a `server` or `machine` app shows who it is.
        "authenticate" => words!("secret", "private_key_jwt"; "certificate" => "`private_key_jwt` is built");
        /// The hashes of its secrets, each of at least 256 random bits; two while a new one is brought out.
        "secrets" => list!(one!(Digest));
        /// A JWKS file, for `private_key_jwt`.
        "public_keys" => one!(Path);
        /// What its tokens are signed with.
        "algorithm" => words!("ES256", "EdDSA", "RS256"), fixed("`ES256`");
        /// The resources that it may ask tokens for besides the house as a whole (RFC 8707).
        "resources" => list!(one!(Url));
        /// The resources that it is, whose tokens it may ask about (RFC 7662).
        "answers_for" => list!(one!(Url));
        /// Whether all its tokens must be bound to a key of its own.
        "bound" => words!("dpop");
        /// Whether it must push its authorization requests (RFC 9126).
        "pushed_only" => one!(Boolean), fixed("`false`");
        /// Whose certificate it shows.
        "workload" => one!(NameOf "workloads"), not_yet("leave it out");
        /// Where people go then: a URL, or for a `session` app a path at its first origin.
        "after_sign_out" => list!(one!(AfterSignOut));
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::App);
    },
);
