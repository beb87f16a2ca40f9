//! The real program, run from a configuration text in a folder of its own, and ended with the test.

mod captured;

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::Deadline;
use crate::deadline::PATIENCE;
use captured::Captured;

/// The file's name in the folder.
pub const FILE: &str = "vestibule.yaml";

/// A folder with a configuration that is not running yet.
pub struct Prepared {
    binary: PathBuf,
    folder: TempDir,
    environment: Vec<(String, String)>,
    /// A tool and its options that come before the program on the command line.
    tool: Vec<OsString>,
}

/// A running gateway. Dropping it kills the process and removes the folder.
pub struct House {
    child: Child,
    prepared: Prepared,
    stdout: Captured,
    stderr: Captured,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Everything it wrote to standard output.
    pub stdout: String,
    /// Everything it wrote to standard error.
    pub stderr: String,
}

impl House {
    /// A fresh folder for this binary: `House::new(env!("CARGO_BIN_EXE_vestibule"))`.
    ///
    /// # Panics
    /// When there is no place for temporary files.
    #[expect(clippy::new_ret_no_self, reason = "a house is prepared before it stands")]
    #[must_use]
    pub fn new(binary: &str) -> Prepared {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Prepared { binary: PathBuf::from(binary), folder, environment: Vec::new(), tool: Vec::new() }
    }

    /// The folder of the file and of everything beside it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.prepared.folder.path()
    }

    /// Writes another configuration; it is not loaded yet.
    pub fn write_config(&self, text: &str) {
        self.prepared.write(FILE, text);
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        self.prepared.write(name, text);
    }

    /// Runs the program once more, beside the running one, to its end.
    ///
    /// # Panics
    /// When it cannot be run, or does not end within 20 s.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Ended {
        self.prepared.command(arguments)
    }

    /// The same, with this on its standard input.
    ///
    /// # Panics
    /// As [`House::command`].
    #[must_use]
    pub fn command_with(&self, arguments: &[&str], input: &str) -> Ended {
        self.prepared.command_with(arguments, input)
    }

    /// Process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to standard output: the access log, a line each.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What it has written to standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until standard output holds the text, and gives the line that holds it.
    ///
    /// # Panics
    /// When it does not come within 20 s.
    pub fn wait_for_log(&self, text: &str) -> String {
        self.stdout.wait_for(text, Deadline::default()).unwrap_or_else(|all| panic!("no {text:?} in the log:\n{all}"))
    }

    /// Waits until standard error holds the text, and gives the line that holds it.
    ///
    /// # Panics
    /// When it does not come within 20 s.
    pub fn wait_for_message(&self, text: &str) -> String {
        self.stderr.wait_for(text, Deadline::default()).unwrap_or_else(|all| panic!("no {text:?} said:\n{all}"))
    }

    /// Sends SIGHUP: read the file again.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Sends SIGTERM: finish what runs and end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When there is no such process.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("a running process");
    }

    /// Starts `vestibule run` once more in the same folder, after the process before has ended.
    ///
    /// # Panics
    /// When it ends or stays silent instead.
    pub fn start_again(&mut self) {
        (self.child, self.stdout, self.stderr) = self.prepared.spawn(&["run", "-c", FILE]);
        self.wait_for_message("ready in ");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn wait(&mut self, within: Duration) -> ExitStatus {
        let deadline = Deadline::within(within);
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(!deadline.passed(), "still running after {within:?}:\n{}", self.stderr());
            // A process that ends closes its pipes; the pause only bounds the wait for one that closed them early.
            self.stderr.wait_for_end(Deadline::within(Duration::from_millis(20)));
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = format!("stderr of vestibule:\n{}\nstdout:\n{}\n", self.stderr(), self.stdout());
            let _ = std::io::Write::write_all(&mut std::io::stderr(), log.as_bytes());
        }
    }
}

impl Prepared {
    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the configuration.
    #[must_use]
    pub fn config(self, text: &str) -> Self {
        self.write(FILE, text);
        self
    }

    /// Sets a variable of the program's environment.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Has the program started by a tool, such as a tracer, that leaves the process to the program.
    #[must_use]
    pub fn under(mut self, tool: &Path, options: &[&str]) -> Self {
        self.tool = std::iter::once(tool.into()).chain(options.iter().map(OsString::from)).collect();
        self
    }

    /// Writes a file, readable by its owner only, since it may be a key.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder");
        }
        // Renamed into place: a gateway that watches the file never reads half of it.
        let part = path.with_extension("part");
        fs::write(&part, text).expect("a file");
        fs::set_permissions(&part, fs::Permissions::from_mode(0o600)).expect("its mode");
        fs::rename(&part, &path).expect("in place");
    }

    /// Runs the program with these arguments to its end.
    ///
    /// # Panics
    /// When it cannot be run, or does not end within 20 s.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Ended {
        self.command_with(arguments, "")
    }

    /// The same, with this on its standard input.
    ///
    /// # Panics
    /// As [`Prepared::command`].
    #[must_use]
    pub fn command_with(&self, arguments: &[&str], input: &str) -> Ended {
        let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
        let (mut child, stdout, stderr) = self.spawn_with(arguments, stdin);
        if let Some(mut stdin) = child.stdin.take() {
            // Whoever does not read it says so by how it ends.
            let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        }
        let deadline = Deadline::default();
        let ended = stdout.wait_for_end(deadline) && stderr.wait_for_end(deadline);
        if !ended {
            let _ = child.kill();
        }
        let status = child.wait().expect("a child");
        let ended_with = Ended { status, stdout: stdout.text(), stderr: stderr.text() };
        assert!(ended, "`vestibule {}` did not end: {ended_with:?}", arguments.join(" "));
        ended_with
    }

    /// Starts `vestibule run` and waits until it says `ready in`.
    ///
    /// # Panics
    /// When it ends or stays silent instead.
    #[must_use]
    pub fn start(self) -> House {
        let house = self.start_with(&["run", "-c", FILE]);
        match house.stderr.wait_for("ready in ", Deadline::within(PATIENCE)) {
            Ok(_) => house,
            Err(said) => panic!("vestibule did not become ready:\n{said}"),
        }
    }

    /// Starts the program with these arguments and waits for nothing.
    #[must_use]
    pub fn start_with(self, arguments: &[&str]) -> House {
        let (child, stdout, stderr) = self.spawn(arguments);
        House { child, prepared: self, stdout, stderr }
    }

    fn spawn(&self, arguments: &[&str]) -> (Child, Captured, Captured) {
        self.spawn_with(arguments, Stdio::null())
    }

    fn spawn_with(&self, arguments: &[&str], stdin: Stdio) -> (Child, Captured, Captured) {
        let mut line = self.tool.iter().map(OsString::as_os_str).chain([self.binary.as_os_str()]);
        let mut command = Command::new(line.next().unwrap_or_default());
        command.args(line).args(arguments).current_dir(self.folder.path()).stdin(stdin);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).env("NO_COLOR", "1");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", self.binary.display()));
        let stdout = Captured::of(child.stdout.take().expect("a pipe"));
        let stderr = Captured::of(child.stderr.take().expect("a pipe"));
        (child, stdout, stderr)
    }
}

/// Waits until something accepts connections there.
///
/// # Panics
/// When nothing does in time.
pub fn wait_for_listener(address: SocketAddr, within: Duration) {
    let deadline = Deadline::within(within);
    while std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)).is_err() {
        assert!(!deadline.passed(), "nothing listens at {address} after {within:?}");
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests;
