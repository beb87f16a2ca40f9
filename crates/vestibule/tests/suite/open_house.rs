//! A gateway with one public API in front of one service: for tests of what passes through, not of who may.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use testkit::http2::Http2;
use testkit::program::Prepared;
use testkit::{Backend, ClientTls, Connection, Deadline, House, Root, Stream, port};

use crate::standing::house;

/// How long a test waits for what should happen at once.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// A running gateway whose client door publishes everything to everyone.
pub(crate) struct OpenHouse {
    pub(crate) house: House,
    pub(crate) address: SocketAddr,
    tls: Option<ClientTls>,
}

impl OpenHouse {
    /// In cleartext. `api` are further lines of the API.
    pub(crate) fn plain(service: &Backend, api: &[&str]) -> Self {
        Self::plain_to(service.url(), api)
    }

    /// The same, to any address.
    pub(crate) fn plain_to(service: &str, api: &[&str]) -> Self {
        Self::start(house(), service, api, None)
    }

    /// In cleartext, to a service with these keys.
    pub(crate) fn to_service(keys: &str, api: &[&str]) -> Self {
        Self::start_with(house(), keys, api, None)
    }

    /// Over TLS, for HTTP/2.
    pub(crate) fn over_tls(service: &Backend, api: &[&str]) -> Self {
        Self::start(house(), service.url(), api, Some(&Root::new("people")))
    }

    /// Started as it was prepared; over TLS where there is a root for the door's certificate.
    pub(crate) fn prepared(prepared: Prepared, service: &Backend, root: Option<&Root>) -> Self {
        Self::start(prepared, service.url(), &[], root)
    }

    /// In cleartext, as it was prepared, to a service with these keys.
    pub(crate) fn prepared_to(prepared: Prepared, keys: &str) -> Self {
        Self::start_with(prepared, keys, &[], None)
    }

    /// Over TLS, for HTTP/2, as it was prepared, to a service with these keys.
    pub(crate) fn over_tls_to(prepared: Prepared, keys: &str, api: &[&str]) -> Self {
        Self::start_with(prepared, keys, api, Some(&Root::new("people")))
    }

    fn start(prepared: Prepared, service: &str, api: &[&str], root: Option<&Root>) -> Self {
        Self::start_with(prepared, &format!("urls: \"{service}\""), api, root)
    }

    fn start_with(prepared: Prepared, service: &str, api: &[&str], root: Option<&Root>) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()));
        let tls = if let Some(root) = root {
            let leaf = root.server(&["localhost", "127.0.0.1"]);
            prepared.write("door.pem", &leaf.pem);
            prepared.write("door-key.pem", &leaf.key_pem);
            "{ files: [{ certificate: door.pem, key: door-key.pem }] }"
        } else {
            "none"
        };
        let api: String = api.iter().map(|line| format!("    {line}\n")).collect();
        let file = format!(
            "vestibule: 1\n\
             doors:\n  client: {{ listen: \"{address}\", tls: {tls} }}\n\
             services:\n  shop: {{ {service} }}\n\
             apis:\n  everything:\n    door: client\n    service: shop\n    public: true\n\
             \x20   operations: {{ all: \"ANY /**\" }}\n{api}"
        );
        let house = prepared.config(&file).start();
        Self { house, address, tls: root.map(ClientTls::new) }
    }

    /// A new connection that speaks HTTP/1.1.
    pub(crate) fn connect(&self) -> Connection {
        match &self.tls {
            None => Connection::plain(self.address),
            Some(tls) => Connection::tls(self.address, tls),
        }
    }

    /// A new connection that speaks HTTP/2.
    pub(crate) fn connect_http2(&self) -> Http2 {
        let tls = self.tls.clone().expect("a house over TLS").alpn(&["h2"]);
        Http2::over(tls.connect(self.address).expect("a handshake"))
    }

    /// Sends a GET on a new connection; the text of its 200.
    pub(crate) fn get(&self, target: &str) -> String {
        let answer = self.connect().exchange(get(target));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    /// What a metric of the client door says.
    pub(crate) fn metric(&self, name: &str) -> String {
        let socket = self.house.folder().join("vestibule-data/admin.sock");
        let stream = UnixStream::connect(socket).expect("the admin socket");
        let page = Connection::over(Stream::Unix(stream)).exchange("GET /metrics HTTP/1.1\r\nhost: vestibule\r\n\r\n");
        let page = page.text();
        let series = format!("{name}{{door=\"client\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&series)).unwrap_or_default().to_owned()
    }

    /// Waits until the metric of the client door says this.
    pub(crate) fn wait_for_metric(&self, name: &str, value: &str) {
        let deadline = Deadline::within(SOON);
        loop {
            let found = self.metric(name);
            if found == value {
                return;
            }
            assert!(!deadline.passed(), "{name} is {found}, not {value}");
            std::thread::yield_now();
        }
    }
}

/// A plain GET.
pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n").into_bytes()
}

/// A POST with these field lines, without the last CR LF, and this body.
pub(crate) fn post(fields: &str, body: &str) -> Vec<u8> {
    format!("POST /order HTTP/1.1\r\nHost: shop.example\r\n{fields}\r\n\r\n{body}").into_bytes()
}
