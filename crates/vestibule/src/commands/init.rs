//! `vestibule init`: a commented file for the right door, its schema, and the certificates with which it runs at once.
//!
//! Nothing that is there is written over without `--force`, and authorities
//! and certificates not even then: others may rely on them already.

mod ask;

use std::fs;
use std::path::{Path, PathBuf};

use config::{Defaults, Environment, Severity};
use model::KeyKind;
use serde_json::json;

use super::{Outcome, load, schema};
use crate::cli::{Door, Init};
use crate::failure::{Exit, Failure};
use crate::roots::{self, Roots};
use crate::terminal::{Style, Terminal};

const FILE: &str = "vestibule.yaml";
const SCHEMA: &str = "vestibule.schema.json";
const DATA: &str = "vestibule-data";
const WORKLOADS: &str = "workloads";
const WORKLOAD: &str = "first";
const TRUST_DOMAIN: &str = "local.vestibule";
const SERVICE: &str = "http://127.0.0.1:3000";

/// What was written, and the line that shows that it works.
struct Written {
    /// A key to be shown once, at a client door.
    key: Option<String>,
    /// The curl command; `$KEY` stands for the key.
    curl: Vec<String>,
}

/// Asks what is not said, writes, checks, and says what to do next.
pub(super) fn run(arguments: &Init, terminal: &Terminal) -> Outcome {
    let (door, service) = ask::what_is_missing(arguments, SERVICE, terminal)?;
    check_url(&service)?;
    let folder = &arguments.directory;
    fs::create_dir_all(folder).map_err(|error| Failure::file("make the directory", folder, &error))?;
    if !arguments.force {
        refuse_to_overwrite(folder)?;
    }
    let written = write(folder, door, &service)?;
    let file = below(folder, FILE);
    load::load(&file).map_err(|refused| load::faulty(&file, &refused.faults, terminal))?;
    if terminal.json() {
        let mut object = json!({
            "format": 1, "command": "init", "ok": true, "file": file, "door": door_word(door), "service": service,
            "try": written.curl,
        });
        if let (Some(key), Some(members)) = (&written.key, object.as_object_mut()) {
            members.insert("key".to_owned(), json!(key));
        }
        terminal.object(&object);
    } else {
        say_what_next(folder, &service, &written, terminal);
    }
    Ok(())
}

fn refuse_to_overwrite(folder: &Path) -> Outcome {
    match [FILE, SCHEMA].iter().map(|name| folder.join(name)).find(|path| path.exists()) {
        None => Ok(()),
        Some(path) => Err(Failure::new(Exit::Conflict, "file-exists", format!("`{}` exists", path.display()))
            .help("`--force` writes over it, or name another directory")),
    }
}

fn write(folder: &Path, door: Door, service: &str) -> Result<Written, Failure> {
    let data = below(folder, DATA);
    let roots = Roots::open_or_create(&data, TRUST_DOMAIN)?;
    let local_ca = roots.local_path.display().to_string();
    let mut curl = vec!["curl".to_owned(), "--cacert".to_owned(), local_ca];
    let (template, hash, key, port) = match door {
        Door::Client => {
            let key = roots::key(KeyKind::Restricted)?;
            curl.extend(["-H".to_owned(), "Authorization: Bearer $KEY".to_owned()]);
            (include_str!("init/client.yaml"), key.hash, Some(key.text.expose().clone()), 8443)
        }
        Door::Server => {
            let workloads = below(folder, WORKLOADS);
            let (certificate, key) = roots::files(&workloads, WORKLOAD);
            if !certificate.exists() {
                roots.workload(WORKLOAD, &workloads)?;
            }
            let shown = |path: PathBuf| path.display().to_string();
            curl.extend(["--cert".to_owned(), shown(certificate), "--key".to_owned(), shown(key)]);
            (include_str!("init/server.yaml"), String::new(), None, 9443)
        }
    };
    curl.push(format!("https://localhost:{port}/"));
    let text = template.replace("@service@", service).replace("@hash@", &hash).replace("@domain@", TRUST_DOMAIN);
    for (name, text) in [(FILE, text), (SCHEMA, schema::text())] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))?;
    }
    Ok(Written { key, curl })
}

fn say_what_next(folder: &Path, service: &str, written: &Written, terminal: &Terminal) {
    let here = |name: &str| below(folder, name).display().to_string();
    let bold = |text: String| terminal.paint(Style::Bold, text);
    let run =
        if folder == Path::new(".") { "vestibule run".to_owned() } else { format!("vestibule run -c {}", here(FILE)) };
    terminal.result(format_args!(
        "Wrote {}, {} and, in {}, a local CA for the doors and a root for workloads.\n",
        here(FILE),
        here(SCHEMA),
        here(DATA)
    ));
    terminal.result(format_args!("With your service at {service}:\n\n  {}\n", bold(run)));
    terminal.result("and in another terminal:\n");
    if let Some(key) = &written.key {
        terminal.result(format_args!("  KEY={key}"));
    }
    let words: Vec<String> =
        written.curl.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { word.clone() }).collect();
    terminal.result(format_args!("  {}", bold(words.join(" "))));
    if written.key.is_some() {
        terminal.result("\nThe key is shown this once; the file holds only its hash.");
    }
}

/// A name in a folder, without a leading `./`.
fn below(folder: &Path, name: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}

/// Whether a file with this service would load, asked before anything is written.
fn check_url(url: &str) -> Outcome {
    let bad = |why: &str| {
        Err(Failure::new(
            Exit::Usage,
            "bad-url",
            format!("`{}` is not the URL of a service: {why}", url.escape_debug()),
        )
        .help(format!("write it as in `{SERVICE}`")))
    };
    // What could break out of the file's quotes.
    if url.is_empty() || !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\$".contains(&byte)) {
        return bad("it has characters that no URL has");
    }
    let probe = format!(
        "vestibule: 1\nservices: {{ service: {{ urls: \"{url}\" }} }}\napis: {{ api: {{ door: client, service: service, \
         callers: {{ keys: restricted }}, operations: {{ all: ANY /** }} }} }}\n"
    );
    let nowhere = Path::new("/nonexistent");
    match config::load_text(FILE, &probe, nowhere, &Defaults::standard(), &Environment::of_process()) {
        Ok(_) => Ok(()),
        Err(refused) => {
            let first = refused.faults.iter().find(|fault| fault.severity == Severity::Error);
            bad(first.map_or("it is refused", |fault| fault.label.as_deref().unwrap_or(&fault.message)))
        }
    }
}

const fn door_word(door: Door) -> &'static str {
    match door {
        Door::Client => "client",
        Door::Server => "server",
    }
}
