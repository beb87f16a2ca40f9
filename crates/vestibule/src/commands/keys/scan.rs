//! `vestibule keys scan`: keys of ours in files, found by their form and checksum; nothing is sent anywhere, and no secret is printed.
//!
//! Every regular file below a folder is read whole, hidden and ignored ones as
//! well, piece by piece. What is not read is told: links, which are not followed,
//! and what is no file are counted, and a file that cannot be read is a failure.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use auth::keys::{FoundKey, Scanner};
use serde_json::{Value, json};

use super::Outcome;
use crate::cli::KeysScan;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Octets read at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Folders that may wait to be looked into.
const FOLDERS_AT_MOST: usize = 100_000;
/// Keys that one JSON object tells of; more are counted.
const TOLD_AT_MOST: usize = 10_000;

/// Reads everything below the paths, and tells of each key where it stands.
pub(super) fn run(arguments: &KeysScan, terminal: &Terminal) -> Outcome {
    let mut scan =
        Scan { terminal, piece: vec![0; PIECE_BYTES], folders: Vec::new(), told: Vec::new(), seen: Seen::default() };
    for path in &arguments.paths {
        if path.as_os_str() == "-" {
            scan.read(Path::new("-"), io::stdin().lock())?;
            continue;
        }
        // A path that was named is followed, where it is a link.
        let kind = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
        if kind.is_dir() {
            scan.folders.push(path.clone())
        } else {
            scan.file(path)?
        }
        while let Some(folder) = scan.folders.pop() {
            scan.folder(&folder)?;
        }
    }
    scan.end()
}

/// What was come across.
#[derive(Debug, Default)]
struct Seen {
    keys: u64,
    files: u64,
    links: u64,
    /// Sockets, pipes and devices.
    others: u64,
    unread: u64,
    /// How the first that could not be read would end the command.
    exit: Option<Exit>,
}

struct Scan<'t> {
    terminal: &'t Terminal,
    piece: Vec<u8>,
    folders: Vec<PathBuf>,
    told: Vec<Value>,
    seen: Seen,
}

impl Scan<'_> {
    fn folder(&mut self, folder: &Path) -> Outcome {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unread(folder, &error);
                return Ok(());
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unread(folder, &error);
                    return Ok(());
                }
            };
            let path = entry.path();
            // That of the entry itself: a link is not followed.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && self.folders.len() >= FOLDERS_AT_MOST => {
                    let message = format!("more than {FOLDERS_AT_MOST} folders wait below `{}`", shown(folder));
                    return Err(Failure::new(Exit::Unreachable, "too-many-folders", message)
                        .help("scan its folders one by one"));
                }
                Ok(kind) if kind.is_dir() => self.folders.push(path),
                Ok(kind) if kind.is_file() => self.file(&path)?,
                Ok(kind) if kind.is_symlink() => self.seen.links += 1,
                Ok(_) => self.seen.others += 1,
                Err(error) => self.unread(&path, &error),
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Outcome {
        match File::open(path) {
            Ok(file) => self.read(path, file),
            Err(error) => {
                self.unread(path, &error);
                Ok(())
            }
        }
    }

    fn read(&mut self, path: &Path, mut file: impl Read) -> Outcome {
        let mut scanner = Scanner::new();
        let mut piece = std::mem::take(&mut self.piece);
        let ended = loop {
            match file.read(&mut piece) {
                Ok(0) => break Ok(()),
                Ok(len) => scanner.feed(piece.get(..len).unwrap_or_default(), |key| self.tell(path, key)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.piece = piece;
        scanner.finish(|key| self.tell(path, key));
        match ended {
            Ok(()) => self.seen.files += 1,
            Err(error) => self.unread(path, &error),
        }
        Ok(())
    }

    fn tell(&mut self, path: &Path, key: FoundKey) {
        self.seen.keys += 1;
        let FoundKey { kind, id, line, column } = key;
        if !self.terminal.json() {
            self.terminal.result(format_args!("{}:{line}:{column}: {kind} key {id}", shown(path)));
        } else if self.told.len() < TOLD_AT_MOST {
            let at = json!({ "file": path.to_string_lossy(), "line": line, "column": column });
            self.told.push(json!({ "kind": kind.as_str(), "id": id.as_str(), "at": at }));
        }
    }

    fn unread(&mut self, path: &Path, error: &io::Error) {
        self.seen.unread += 1;
        let exit = Failure::file("read", path, error).exit;
        self.seen.exit.get_or_insert(exit);
        self.terminal.warn(format_args!("cannot read `{}`: {error}", shown(path)));
    }

    fn end(self) -> Outcome {
        let Seen { keys, files, links, others, unread, exit } = self.seen;
        if self.terminal.json() {
            self.terminal.object(&json!({
                "format": 1, "command": self.terminal.command(), "ok": keys == 0 && unread == 0, "found": self.told,
                "keys": keys, "files": files, "links": links, "others": others, "unread": unread,
            }));
        } else {
            let not_read = [
                (links, "links not followed"),
                (others, "pipes, sockets and devices not read"),
                (unread, "not readable"),
            ];
            let not_read: String = not_read
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("; {count} {what}"))
                .collect();
            self.terminal.say(format_args!("{keys} keys in {files} files{not_read}"));
            if keys > 0 {
                self.terminal
                    .say("`vestibule keys revoke NAME` ends one; `keys list` and the file tell whose id it is");
            }
        }
        match (keys, exit) {
            (0, None) => Ok(()),
            (0, Some(exit)) => Err(Failure::told(exit)),
            _ => Err(Failure::told(Exit::No)),
        }
    }
}

/// A path as a person may be shown it: a name could hold what a terminal obeys.
fn shown(path: &Path) -> String {
    path.to_string_lossy()
        .chars()
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect()
}
