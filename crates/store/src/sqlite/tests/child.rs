//! A process of its own that writes, so that it can be watched, killed and starved: this very program, run again.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::*;

/// Says to the test below that it is the child, and what it is to do: `MODE DIRECTORY`.
const ROLE: &str = "VESTIBULE_STORE_TEST_CHILD";

/// The command that runs the child, under `wrapper` where that is not empty.
pub(super) fn command(wrapper: &[&str], mode: &str, directory: &Path) -> Command {
    let this = std::env::current_exe().expect("this program");
    let mut command = match wrapper {
        [] => Command::new(this),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(this);
            command
        }
    };
    command.args(["--exact", "sqlite::tests::child::the_child_of_other_tests", "--nocapture"]);
    command.env(ROLE, format!("{mode} {}", directory.display())).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// The lines that a child says, without what the test harness says around them.
pub(super) fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let output: ChildStdout = child.stdout.take().expect("piped");
    let lines = BufReader::new(output).lines().map(|line| line.expect("text"));
    lines.filter_map(|line| line.strip_prefix("child: ").map(str::to_owned))
}

/// One system call for each line, so that it can be found in a trace.
fn say(text: &str) {
    io::stdout().write_all(format!("child: {text}\n").as_bytes()).expect("somebody listens");
    io::stdout().flush().expect("somebody listens");
}

#[tokio::test]
async fn the_child_of_other_tests() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let (mode, directory) = role.split_once(' ').expect("two words");
    say("begins");
    match mode {
        "full" => write_some(Path::new(directory), Synchronous::Full).await,
        "off" => write_some(Path::new(directory), Synchronous::Off).await,
        "stream" => write_until_killed(Path::new(directory)).await,
        "starved" => write_until_starved(Path::new(directory)).await,
        other => panic!("no such mode: {other}"),
    }
}

/// What a record says that can be found among the octets of a page.
pub(super) fn mark(number: i64) -> String {
    format!("record-{number:06}-end")
}

async fn write_some(directory: &Path, synchronous: Synchronous) {
    let database = Database::open_synchronous(&settings(directory), &NOTES, &SystemClock, synchronous).expect("open");
    for number in 0..RECORDS {
        note(&database, number, &mark(number)).await.expect("written");
        say(&format!("has {number}"));
    }
}

pub(super) const RECORDS: i64 = 20;

/// Each change has two halves.
async fn write_until_killed(directory: &Path) {
    let database = open(directory);
    for first in (0..1_000_000).step_by(16) {
        let waiting: Vec<_> = (first..first + 16)
            .map(|number: i64| {
                database.change(move |connection| {
                    for half in [number * 2, number * 2 + 1] {
                        connection.execute("INSERT INTO notes VALUES (?1, 'half', NULL)", [half])?;
                    }
                    Ok::<_, StoreError>(number)
                })
            })
            .collect();
        for change in waiting {
            say(&format!("has {}", change.await.expect("written")));
        }
    }
}

/// Writes until the limit on the size of files stops it, takes the limit away, and goes on.
async fn write_until_starved(directory: &Path) {
    let database = open(directory);
    let text = "some text ".repeat(1000);
    let mut written = Vec::new();
    let refused = loop {
        let number = written.len() as i64;
        match note(&database, number, &text).await {
            Ok(()) => written.push(number),
            Err(error) => break error,
        }
        assert!(written.len() < 10_000, "never starved");
    };
    say(&format!("refused {} after {}", refused.code(), written.len()));
    let hard = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: hard, maximum: hard }).expect("the soft limit can be lifted");
    note(&database, -1, "after").await.expect("space is there again");
    let there = notes(&database).await.len();
    say(&format!("then {there}"));
    let faults = database.check().await.expect("checked").faults;
    assert_eq!((there, faults), (written.len() + 1, Vec::new()));
    say("sound");
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9_and_nothing_is_half() {
    let directory = tempfile::tempdir().expect("a directory");
    for round in 0..3 {
        let place = directory.path().join(format!("{round}"));
        fs::create_dir(&place).expect("a directory");
        let mut child = command(&[], "stream", &place).spawn().expect("the child runs");
        let mut said = lines(&mut child);
        let mut acknowledged = Vec::new();
        for line in said.by_ref() {
            acknowledged.extend(line.strip_prefix("has ").map(|number| number.parse::<i64>().expect("a number")));
            if acknowledged.len() >= 150 + 37 * round {
                break;
            }
        }
        child.kill().expect("it still runs");
        child.wait().expect("it is gone");
        // What it said before it died counts too.
        acknowledged.extend(said.filter_map(|line| line.strip_prefix("has ")?.parse::<i64>().ok()));
        let database = open(&place);
        let halves: Vec<i64> = notes(&database).await.into_iter().map(|(number, _)| number).collect();
        for number in acknowledged {
            assert!(halves.binary_search(&(number * 2)).is_ok(), "{number} was acknowledged");
        }
        for pair in halves.chunks(2) {
            assert!(pair[0] % 2 == 0 && pair.get(1) == Some(&(pair[0] + 1)), "{pair:?} is half");
        }
        assert_eq!(database.check().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[test]
fn a_disk_that_takes_no_more_is_said_and_waited_out() {
    let directory = tempfile::tempdir().expect("a directory");
    // The signal that comes with the limit would end the process; a program that is started ignoring it does.
    let starve = ["sh", "-c", "trap '' XFSZ; ulimit -S -f 600; exec \"$0\" \"$@\""];
    let mut child = command(&starve, "starved", directory.path()).spawn().expect("the child runs");
    let said: Vec<String> = lines(&mut child).collect();
    assert!(child.wait().expect("it ends").success(), "{said:?}");
    let [begins, refused, then, sound] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((begins.as_str(), sound.as_str()), ("begins", "sound"));
    assert!(refused.starts_with("refused store-full") || refused.starts_with("refused store-failed"), "{refused}");
    assert!(then.starts_with("then "), "{then}");
}
