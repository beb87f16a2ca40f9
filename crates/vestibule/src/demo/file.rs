//! The demo's configuration: a real file with comments, to read and to change while the demo runs.

use std::net::SocketAddr;

/// What the text depends on.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) site: SocketAddr,
    pub(crate) catalogue: SocketAddr,
    pub(crate) next_catalogue: SocketAddr,
    pub(crate) ordering: SocketAddr,
    pub(crate) payments: SocketAddr,
    /// Hash of the key `window`.
    pub(crate) window: &'a str,
    /// Hash of the key `till`.
    pub(crate) till: &'a str,
    /// Hash of the key `bookkeeper`.
    pub(crate) bookkeeper: &'a str,
    /// Where the admin socket is, if not in the data directory.
    pub(crate) admin: Option<&'a str>,
}

/// The trust domain of the demo's workloads.
pub(crate) const TRUST_DOMAIN: &str = "shop.example";

const TEMPLATE: &str = include_str!("demo.yaml");

/// What the file beside it changes.
const CHANGES: [(&str, &str); 2] = [
    ("share: 20%", "share: 50%"),
    (
        "      refund: POST /refunds\n",
        "      refund:\n        route: POST /refunds\n        callers: { workloads: [shop, warehouse] }\n",
    ),
];

/// The file as it might be next: to see what a change would mean before it is made. `None` where it is no other one.
pub(crate) fn next(text: &str) -> Option<String> {
    CHANGES.iter().try_fold(text.to_owned(), |text, (before, after)| {
        text.contains(before).then(|| text.replacen(before, after, 1))
    })
}

/// The file's text.
pub(crate) fn text(facts: &Facts<'_>) -> String {
    let admin = facts.admin.map(|path| format!("\nadmin: {{ listen: \"unix:{path}\" }}\n")).unwrap_or_default();
    let values = [
        ("@client@", facts.client.to_string()),
        ("@client-port@", facts.client.port().to_string()),
        ("@server@", facts.server.to_string()),
        ("@site@", facts.site.to_string()),
        ("@catalogue@", facts.catalogue.to_string()),
        ("@next-catalogue@", facts.next_catalogue.to_string()),
        ("@ordering@", facts.ordering.to_string()),
        ("@payments@", facts.payments.to_string()),
        ("@window@", facts.window.to_owned()),
        ("@till@", facts.till.to_owned()),
        ("@bookkeeper@", facts.bookkeeper.to_owned()),
        ("@domain@", TRUST_DOMAIN.to_owned()),
        ("@admin@\n", admin),
    ];
    values.iter().fold(TEMPLATE.to_owned(), |text, (mark, value)| text.replace(mark, value))
}
