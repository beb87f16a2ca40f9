//! gRPC through a door, by the libraries of other languages as they are published: each form of a method, and how refusals and deadlines are told.
//!
//! Each client calls the same methods of one service and says what came; `tests/grpc/` has both. What they need
//! is put under `target/` once, by `tests/grpc/install.sh`.

mod streams;

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use testkit::{House, port};

use crate::standing::house;

/// What every client says.
const SAID: &str = "\
unary 300000
metadata yes 7 00ff
answers 1 2 3
asked a b c
both A B C
left True True True
fail 5 no such thing: \u{e4} 50%
slow 4
unknown 12 not-found: There is nothing here
locked 16 credential-required: A credential is required
large 8 body-too-large: The body is too large
stops begun
stops 4 upstream-timeout: The service took too long
";

/// What a client says of calls whose ends say more than callers should hear; and where the file lets them hear it.
const ENDED: &str = "\
marked answered a 7 None None
raises 2 upstream-failed: The service failed None
breaks begun
breaks 13 upstream-failed: The service failed None
raises 2 Exception calling application: the password of the database None
breaks begun
breaks 13 the password of the database the password of the database
";

/// The folder that has a language's library, and what is written with it.
fn installed(language: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grpc").join(language);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grpc/install.sh");
    let status = Command::new(script).arg(language).arg(&folder).status().expect("a shell");
    assert!(status.success(), "the gRPC library of {language} cannot be had");
    folder
}

fn python(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", folder.join("library")).arg(folder.join(script));
    command
}

/// A service, which says its port first and ends with its standard input.
pub(crate) struct Service {
    process: Child,
    open: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
    pub(crate) port: u16,
}

impl Service {
    pub(crate) fn start(language: &str) -> Self {
        let folder = installed(language);
        let mut command = python(&folder, "server.py");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a service");
        let mut said = BufReader::new(process.stdout.take().expect("its output"));
        let mut line = String::new();
        said.read_line(&mut line).expect("a line");
        let port = line.trim().parse().expect("a port");
        Self { open: process.stdin.take(), process, said, port }
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        line
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.open = None;
        let _ = self.process.wait();
    }
}

/// A door in cleartext before it.
fn open(service: &Service) -> (House, SocketAddr) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()));
    let house = house().config(&format!(
        "vestibule: 1\n\
         doors:\n  client: {{ listen: \"{address}\", tls: none, protocols: [http2] }}\n\
         services:\n  echo: {{ urls: \"http://127.0.0.1:{}\", http: 2 }}\n\
         apis:\n\
         \x20 echo:\n    door: client\n    service: echo\n    public: true\n\
         \x20   deadline: 2s\n    body: 1MiB\n    operations:\n\
         \x20     every: \"POST /shop.Echo/{{method}}\"\n\
         \x20     slow: {{ route: POST /shop.Echo/Slow, deadline: 300ms }}\n\
         \x20     stops: {{ route: POST /shop.Echo/Stops, idle: 300ms }}\n\
         \x20 told:\n    door: client\n    service: echo\n    public: true\n\
         \x20   upstream_errors: pass\n    loosen: {{ detailed-errors: tests }}\n\
         \x20   operations: {{ every: \"POST /shop.Told/{{method}}\" }}\n\
         \x20 locked:\n    door: client\n    service: echo\n    callers: {{ keys: restricted }}\n\
         \x20   operations: {{ every: \"POST /shop.Locked/{{method}}\" }}\n",
        service.port
    ));
    (house.start(), address)
}

/// What a client says of the house, when it has made its calls.
fn says(client: &mut Command) -> String {
    let ended = client.stderr(Stdio::inherit()).output().expect("a client");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{}: {said}", ended.status);
    said
}

/// What a client in this language says, run by this command in the folder that has it.
fn is_said(language: &str, command: impl FnOnce(&Path) -> Command) {
    if !testkit::needs("pip") {
        return;
    }
    let service = Service::start("python");
    let (_house, address) = open(&service);
    let folder = installed(language);
    assert_eq!(says(command(&folder).arg(address.to_string())), SAID);
}

#[test]
fn the_python_client_makes_every_kind_of_call() {
    is_said("python", |folder| python(folder, "client.py"));
}

#[test]
fn the_python_client_hears_how_a_call_ended_and_not_what_an_exception_held() {
    if !testkit::needs("pip") {
        return;
    }
    let service = Service::start("python");
    let (house, address) = open(&service);
    let folder = installed("python");
    assert_eq!(says(python(&folder, "ends.py").arg(address.to_string())), ENDED);
    // Trailers alone, and trailers behind an answer.
    let line = house.wait_for_log("the service ended the call with grpc-status 2");
    assert!(line.contains("\"problem\":\"upstream-failed\""), "{line}");
    let line = house.wait_for_log("the service ended the call with grpc-status 13");
    assert!(line.contains("\"outcome\":\"failed\""), "{line}");
    assert!(!line.contains("password"), "{line}");
}

#[test]
fn the_go_client_makes_every_kind_of_call() {
    if testkit::needs("go") {
        is_said("go", |folder| Command::new(folder.join("client")));
    }
}

#[test]
fn the_node_client_makes_every_kind_of_call() {
    if testkit::needs("npm") {
        is_said("node", |folder| {
            let mut command = Command::new("node");
            command.arg(folder.join("client.js"));
            command
        });
    }
}

#[test]
fn the_java_client_makes_every_kind_of_call() {
    if testkit::needs("javac") && testkit::needs("mvn") {
        is_said("java", |folder| {
            let mut command = Command::new("java");
            command.arg("-cp").arg(format!("{0}/target/classes:{0}/library/*", folder.display())).arg("Client");
            command
        });
    }
}
