//! The proxies that are compared: what each is started with, from configuration files that are committed.

mod template;
#[cfg(test)]
mod tests;
mod wheels;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::ground::Ground;
use super::reloads;
use super::setup::{Setup, Variant};
use crate::repository;

pub(crate) use wheels::{INSTALLER, install as install_wheels};

/// How many routes there are in the scenario that has many; the load generator asks for the same ones.
const MANY_ROUTES: u32 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Contender {
    Vestibule,
    Nginx,
    Haproxy,
    Envoy,
    Caddy,
    Traefik,
}

impl Contender {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Contender::Vestibule => "Vestibule",
            Contender::Nginx => "nginx",
            Contender::Haproxy => "HAProxy",
            Contender::Envoy => "Envoy",
            Contender::Caddy => "Caddy",
            Contender::Traefik => "Traefik",
        }
    }

    /// The command and the Debian package that has it.
    pub(crate) fn package(self) -> Option<(&'static str, &'static str)> {
        match self {
            Contender::Nginx => Some(("nginx", "nginx-light")),
            Contender::Haproxy => Some(("haproxy", "haproxy")),
            Contender::Vestibule | Contender::Envoy | Contender::Caddy | Contender::Traefik => None,
        }
    }

    /// Where its program lies in the directory of those that came as Python packages.
    fn in_wheels(self) -> Option<&'static str> {
        match self {
            Contender::Envoy => Some("envoy/_bin/envoy"),
            Contender::Caddy => Some("bin/caddy"),
            Contender::Traefik => Some("bin/traefik"),
            Contender::Vestibule | Contender::Nginx | Contender::Haproxy => None,
        }
    }

    /// Whether it comes as a Python package.
    pub(crate) fn is_in_wheels(self) -> bool {
        self.in_wheels().is_some()
    }

    fn program(self, ground: &Ground) -> PathBuf {
        match self {
            Contender::Vestibule => ground.vestibule.clone(),
            Contender::Nginx => "nginx".into(),
            Contender::Haproxy => "haproxy".into(),
            Contender::Envoy | Contender::Caddy | Contender::Traefik => {
                ground.wheels.join(self.in_wheels().unwrap_or_default())
            }
        }
    }

    /// Whether its instructions are counted: callgrind ends when it meets a Go program, and takes as long for Envoy
    /// as for all others together.
    pub(crate) fn is_countable(self) -> bool {
        matches!(self, Contender::Vestibule | Contender::Nginx | Contender::Haproxy)
    }

    /// Whether it may listen before it knows what it serves.
    pub(crate) fn is_configured_late(self) -> bool {
        self == Contender::Traefik
    }

    /// Whether it can do what it would be set up for.
    pub(crate) fn can(self, setup: Setup) -> bool {
        match setup {
            // Caddy and Traefik have no cache unless they are built with another's plugin. Of Envoy's two filters one
            // ends the process under this load (1.40), the other keeps nothing that says `Vary`.
            Setup::Cache => matches!(self, Contender::Vestibule | Contender::Nginx | Contender::Haproxy),
            Setup::Reloads | Setup::Identity => self == Contender::Vestibule,
            Setup::Plain | Setup::Grpc | Setup::WebSocket | Setup::Routes | Setup::TwoWorkers => true,
        }
    }

    /// Whether its workers are threads or processes that stay the same.
    pub(crate) fn has_workers(self) -> bool {
        !matches!(self, Contender::Caddy | Contender::Traefik)
    }

    /// The processes that a running one is made of, besides the one that was started.
    pub(crate) fn children(self, setup: Setup) -> usize {
        match (self, setup) {
            // Two more look after what is kept.
            (Contender::Nginx, Setup::Cache) => 3,
            (Contender::Nginx, _) => setup.workers() as usize,
            _ => 0,
        }
    }

    /// Its configuration: the committed file, and what it is called where it is filled in.
    fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Contender::Vestibule => &[("bench/vestibule.yaml", "vestibule.yaml")],
            Contender::Nginx => {
                &[("bench/peers/nginx.conf", "nginx.conf"), ("bench/peers/nginx-forward.conf", "nginx-forward.conf")]
            }
            Contender::Haproxy => {
                &[("bench/peers/haproxy.cfg", "haproxy.cfg"), ("bench/peers/haproxy-routes.map", "haproxy-routes.map")]
            }
            Contender::Envoy => &[("bench/peers/envoy.yaml", "envoy.yaml")],
            Contender::Caddy => &[("bench/peers/Caddyfile", "Caddyfile")],
            Contender::Traefik => &[
                ("bench/peers/traefik.yaml", "traefik.yaml"),
                ("bench/peers/traefik-routes.yaml", "traefik-routes.yaml"),
            ],
        }
    }

    /// Writes its configuration, all names filled in, into the ground's directory.
    ///
    /// # Errors
    /// When a file of `bench/` is missing or the directory cannot be written.
    pub(crate) fn configure(self, ground: &Ground, variant: Variant) -> Result<()> {
        for (template, name) in self.files() {
            let text = fs::read_to_string(repository::root().join(template)).with_context(|| (*template).to_owned())?;
            fs::write(ground.directory.join(name), self.fill(ground, &text, variant))?;
        }
        Ok(())
    }

    fn fill(self, ground: &Ground, template: &str, Variant { setup, logged }: Variant) -> String {
        let template = template::sections(template, setup);
        let forward = ground.directory.join("nginx-forward.conf");
        let routes = match setup {
            Setup::Routes => template::routes(self, &forward.display().to_string(), MANY_ROUTES),
            Setup::Reloads => template::routes(self, &forward.display().to_string(), reloads::ROUTES_THAT_STAY),
            _ => String::new(),
        };
        let port = |address: SocketAddr| address.port().to_string();
        let places = [
            ("{{DIRECTORY}}", ground.directory.display().to_string()),
            ("{{ORIGIN}}", ground.origin.to_string()),
            ("{{ORIGIN_PORT}}", port(ground.origin)),
            ("{{PLAIN_PORT}}", port(ground.plain)),
            ("{{TLS_PORT}}", port(ground.tls)),
            ("{{MTLS_PORT}}", port(ground.mtls)),
            ("{{PLAIN}}", ground.plain.to_string()),
            ("{{TLS}}", ground.tls.to_string()),
            ("{{MTLS}}", ground.mtls.to_string()),
            ("{{MEMORY}}", ground.memory.display().to_string()),
            ("{{WORKERS}}", setup.workers().to_string()),
            ("{{SCHEME}}", if setup == Setup::Grpc { "h2c" } else { "http" }.to_owned()),
            ("{{ROUTES}}", routes),
            ("{{ACCESS_LOG}}", self.access_log(ground, logged)),
        ];
        places.iter().fold(template, |text, (place, value)| text.replace(place, value))
    }

    /// What its file says about the access log. All write one JSON line per request into a file: HAProxy and
    /// Vestibule by way of standard output.
    fn access_log(self, ground: &Ground, logged: bool) -> String {
        let file = self.log_file(ground);
        let file = file.display();
        match (self, logged) {
            (Contender::Nginx, true) => format!("{file} facts buffer=64k flush=1s"),
            (Contender::Nginx, false) => "off".to_owned(),
            (Contender::Haproxy, true) => "log stdout len 4096 format raw local0 info".to_owned(),
            (Contender::Haproxy, false) => "no log".to_owned(),
            (Contender::Vestibule, true) => "{ to: stdout, format: json }".to_owned(),
            (Contender::Vestibule, false) => "none".to_owned(),
            (Contender::Envoy, true) => ENVOY_LOG.replace("{{FILE}}", &file.to_string()),
            (Contender::Envoy, false) => "[]".to_owned(),
            (Contender::Caddy, true) => format!("log {{\n\t\toutput file {file}\n\t\tformat json\n\t}}"),
            (Contender::Traefik, true) => {
                format!("accessLog: {{ format: json, filePath: \"{file}\", bufferingSize: 100 }}")
            }
            (Contender::Caddy | Contender::Traefik, false) => String::new(),
        }
    }

    /// Where those that write one themselves have their access log.
    pub(crate) fn log_file(self, ground: &Ground) -> PathBuf {
        ground.directory.join(format!("{}-access.log", self.name().to_lowercase()))
    }

    /// The command line that runs it in the foreground.
    pub(crate) fn command_line(self, ground: &Ground, setup: Setup) -> Vec<String> {
        let workers = setup.workers().to_string();
        let file = |name: &str| ground.directory.join(name).display().to_string();
        let arguments = match self {
            Contender::Vestibule => {
                let mut arguments = vec!["run".to_owned(), "-c".to_owned(), file("vestibule.yaml")];
                // Its own look at the file, once a second, would come before the reload that is asked for.
                arguments.extend((setup == Setup::Reloads).then(|| "--watch=false".to_owned()));
                arguments
            }
            Contender::Nginx => {
                let arguments = ["-e", &file("nginx-error.log"), "-p", &file(""), "-c", &file("nginx.conf")];
                arguments.map(str::to_owned).to_vec()
            }
            Contender::Haproxy => vec!["-db".to_owned(), "-f".to_owned(), file("haproxy.cfg")],
            Contender::Envoy => {
                let arguments =
                    ["-c", &file("envoy.yaml"), "--concurrency", &workers, "--disable-hot-restart", "-l", "error"];
                arguments.map(str::to_owned).to_vec()
            }
            Contender::Caddy => {
                let arguments = ["run", "--adapter", "caddyfile", "--config", &file("Caddyfile")];
                arguments.map(str::to_owned).to_vec()
            }
            Contender::Traefik => vec![format!("--configFile={}", file("traefik.yaml"))],
        };
        // It replaces itself by the program, as what stands in front of all does.
        let threads = match self {
            Contender::Caddy | Contender::Traefik => vec!["env".to_owned(), format!("GOMAXPROCS={workers}")],
            _ => Vec::new(),
        };
        threads.into_iter().chain([self.program(ground).display().to_string()]).chain(arguments).collect()
    }

    /// What makes it do its work in the process that was started, for a counter that can follow only that.
    pub(crate) fn without_workers(self) -> &'static [&'static str] {
        match self {
            Contender::Nginx => &["-g", "master_process off;"],
            _ => &[],
        }
    }

    /// Its version and that of its TLS library, as it says itself.
    pub(crate) fn version(self, ground: &Ground) -> Result<String> {
        let (arguments, of_interest): (&[&str], &[&str]) = match self {
            Contender::Vestibule => (&["--version"], &["vestibule"]),
            Contender::Nginx => (&["-V"], &["nginx version", "built with"]),
            Contender::Haproxy => (&["-vv"], &["HAProxy version", "Running on OpenSSL"]),
            Contender::Envoy => (&["--version"], &[""]),
            Contender::Caddy => (&["version"], &["v"]),
            Contender::Traefik => (&["version"], &["Version", "Go version"]),
        };
        let said =
            said(&self.program(ground), arguments, |line| of_interest.iter().any(|word| line.starts_with(word)))?;
        let named = said.to_lowercase().contains(&self.name().to_lowercase());
        Ok(if named { said } else { format!("{} {said}", self.name()) })
    }
}

/// One JSON line with the facts that Vestibule logs, in Envoy's words.
const ENVOY_LOG: &str = r#"[{ name: envoy.access_loggers.file, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: "{{FILE}}",
                  log_format: { json_format: { time: "%START_TIME%", from: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                  method: "%REQ(:METHOD)%", host: "%REQ(:AUTHORITY)%", path: "%REQ(:PATH)%", status: "%RESPONSE_CODE%",
                  bytes_in: "%BYTES_RECEIVED%", bytes_out: "%BYTES_SENT%", duration_ms: "%DURATION%",
                  agent: "%REQ(USER-AGENT)%" } } } }]"#;

/// The lines that a program says about itself and that are of interest.
fn said(program: &Path, arguments: &[&str], of_interest: impl Fn(&str) -> bool) -> Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| program.display().to_string())?;
    let text = [output.stdout, output.stderr].concat();
    // Some name themselves by the whole way to where they lie on this machine.
    let folder = program.parent().filter(|folder| folder.is_absolute());
    let folder = folder.map(|folder| format!("{}/", folder.display())).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).replace(&folder, "");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && of_interest(line));
    Ok(lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("; "))
}
