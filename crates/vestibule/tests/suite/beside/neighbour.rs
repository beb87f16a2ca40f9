//! A running nginx or HAProxy with a folder of its own, ended with the test.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::Deadline;

/// Where each speaks from.
pub(crate) const HAPROXY: &str = "127.0.0.77";
pub(crate) const NGINX: &str = "127.0.0.78";

const STREAM: &str = "/usr/lib/nginx/modules/ngx_stream_module.so";

/// The process; dropping it ends it.
pub(crate) struct Neighbour {
    child: Child,
    folder: tempfile::TempDir,
}

impl Neighbour {
    /// HAProxy with one `listen` section of these lines.
    pub(crate) fn haproxy(listen: SocketAddr, lines: &[String]) -> Self {
        Self::haproxy_binding(listen, "", lines)
    }

    /// The same, with options for its listening address.
    pub(crate) fn haproxy_binding(listen: SocketAddr, options: &str, lines: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        let file = format!(
            "global\n  maxconn 100\ndefaults\n  timeout connect 10s\n  timeout client 30s\n  timeout server 30s\n\
             listen front\n  bind {listen} {options}\n{lines}"
        );
        let path = folder.path().join("haproxy.cfg");
        fs::write(&path, file).expect("a file");
        let mut command = Command::new(testkit::tool("haproxy"));
        command.arg("-db").arg("-f").arg(path);
        Self::start(command, folder, listen)
    }

    /// nginx with one HTTP `server` of these directives. Paths in them are of its folder.
    pub(crate) fn nginx(listen: SocketAddr, server: &str) -> Self {
        let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};\n"))
            .concat();
        Self::nginx_with(listen, "", &format!("http {{\naccess_log off;\n{folders}server {{\n{server}\n}}\n}}\n"))
    }

    /// nginx with one `server` of its stream module.
    pub(crate) fn nginx_stream(listen: SocketAddr, server: &str) -> Self {
        Self::nginx_with(
            listen,
            &format!("load_module {STREAM};\n"),
            &format!("stream {{\nserver {{\n{server}\n}}\n}}\n"),
        )
    }

    /// `first` has to come before all others.
    fn nginx_with(listen: SocketAddr, first: &str, rest: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!(
            "{first}daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr crit;\n\
             events {{ worker_connections 64; }}\n{rest}"
        );
        let path = folder.path().join("nginx.conf");
        fs::write(&path, file).expect("a file");
        let mut command = Command::new(testkit::tool("nginx"));
        command.arg("-p").arg(folder.path()).args(["-e", "stderr"]).arg("-c").arg(path);
        Self::start(command, folder, listen)
    }

    fn start(mut command: Command, folder: tempfile::TempDir, listen: SocketAddr) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        let mut neighbour = Self { child: child.expect("a process"), folder };
        let deadline = Deadline::default();
        while TcpStream::connect_timeout(&listen, Duration::from_secs(1)).is_err() {
            let ended = neighbour.child.try_wait().expect("a child");
            assert!(ended.is_none() && !deadline.passed(), "it does not listen at {listen}: {ended:?}");
            std::thread::yield_now();
        }
        neighbour
    }

    /// Writes a file into its folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file");
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        // Both may fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
