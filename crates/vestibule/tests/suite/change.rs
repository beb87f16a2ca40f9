//! Another file for the running gateway: compared, tried, confirmed, taken back; and what is left where the file is broken.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;
use testkit::program::Ended;
use testkit::{Backend, Connection, Deadline, House};

use crate::open_house::{OpenHouse, SOON, get};
use crate::two_doors::admin;

/// A gateway that publishes everything, and beside its file another one that publishes `/new` alone.
struct Stage {
    open: OpenHouse,
    _service: Backend,
    old: String,
    new: String,
}

impl Stage {
    fn set() -> Self {
        let service = Backend::saying("served");
        let open = OpenHouse::plain(&service, &[]);
        let old = std::fs::read_to_string(open.house.folder().join("vestibule.yaml")).expect("the file");
        let new = old.replace("    public: true\n", "    public: true\n    path: /new\n");
        open.house.write("new.yaml", &new);
        Self { open, _service: service, old, new }
    }

    fn house(&self) -> &House {
        &self.open.house
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.house().command(arguments)
    }

    /// Runs a command that ends so.
    fn ends(&self, arguments: &[&str], code: i32) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {ended:?}");
        ended
    }

    fn file(&self) -> String {
        std::fs::read_to_string(self.house().folder().join("vestibule.yaml")).expect("the file")
    }

    /// Whether the other file runs.
    fn new_runs(&self) -> bool {
        Connection::plain(self.open.address).exchange(get("/elsewhere")).status == 404
    }

    fn wait_until_new_runs(&self, runs: bool) {
        let deadline = Deadline::within(SOON);
        while self.new_runs() != runs {
            assert!(!deadline.passed(), "new runs: {}\n{}", !runs, self.house().stderr());
        }
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["status", "--json"]).stdout).expect("JSON")
    }

    /// Another process of the program in the same folder.
    fn spawn(&self, arguments: &[&str]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.args(arguments).current_dir(self.house().folder()).stdin(Stdio::null());
        Process(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("vestibule"))
    }

    /// The gateway started anew in its folder, once it is ready.
    fn start_again(&self, arguments: &[&str]) -> Process {
        let process = self.spawn(&[&["run"], arguments].concat());
        let deadline = Deadline::within(SOON);
        while self.run(&["status"]).status.code() != Some(0) {
            assert!(!deadline.passed(), "it does not come to serve");
        }
        process
    }
}

/// A process that ends with the test.
struct Process(Child);

impl Process {
    fn end(mut self) -> (Option<i32>, String) {
        let deadline = Deadline::within(SOON);
        while self.0.try_wait().expect("a child").is_none() {
            assert!(!deadline.passed(), "it does not end");
            std::thread::yield_now();
        }
        let mut said = String::new();
        std::io::Read::read_to_string(&mut self.0.stdout.take().expect("a pipe"), &mut said).expect("text");
        (self.0.wait().expect("a child").code(), said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_runs_is_compared_also_where_its_file_holds_something_else_by_now() {
    let stage = Stage::set();
    // A change that is broken: the gateway goes on, and the file says nothing of what runs any more.
    stage.house().write_config("vestibule: 1\nnothing: here\n");
    let admin = ["--admin", "unix:vestibule-data/admin.sock"];
    let ended = stage.ends(&[&["diff", "live", "new.yaml"], &admin[..]].concat(), 1);
    assert!(ended.stdout.contains("- anyone ") && ended.stdout.contains("everything.all"), "{}", ended.stdout);
    let ended =
        stage.ends(&[&["diff", "live", "new.yaml", "--json", "--fail-on", "loosenings"], &admin[..]].concat(), 0);
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((&told["ok"], &told["old"]["source"]), (&true.into(), &"live".into()), "{told}");
    assert!(told["summary"]["closes"].as_u64().is_some_and(|closes| closes > 0), "{told}");
    let ended = stage.ends(&[&["diff", "live"], &admin[..]].concat(), 3);
    assert!(ended.stderr.contains("error[unknown-key]") && ended.stderr.contains("still running"), "{ended:?}");
    stage.house().write("old.yaml", &stage.old);
    let ended = stage.ends(&[&["diff", "live", "old.yaml"], &admin[..]].concat(), 0);
    assert_eq!(ended.stdout, "no difference\n");
}

#[test]
fn a_change_that_nobody_confirms_goes_back_though_whoever_made_it_is_gone() {
    let stage = Stage::set();
    let mut open = stage.open.connect();
    assert_eq!(open.exchange(get("/elsewhere")).status, 200);
    let began = Instant::now();
    let process = stage.spawn(&["apply", "new.yaml", "--confirm", "3s"]);
    stage.wait_until_new_runs(true);
    drop(process);
    assert_eq!(open.exchange(get("/elsewhere")).status, 404, "on the same connection");
    let waits = &stage.status()["configuration"]["waits"];
    assert!(waits["was"].is_string() && waits["until"].is_string(), "{waits}");
    assert!(stage.run(&["status"]).stdout.contains("(vestibule confirm keeps it)"));
    assert_eq!(stage.file(), stage.old, "the file stays what it was until then");
    stage.wait_until_new_runs(false);
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(open.exchange(get("/elsewhere")).status, 200, "on the same connection");
    let status = stage.status();
    assert_eq!(status["configuration"]["settled"]["outcome"], "taken-back", "{status}");
    assert_eq!(stage.file(), stage.old);
    stage.ends(&["confirm"], 6);
}

#[test]
fn apply_ends_with_0_where_it_was_confirmed_and_with_8_where_it_went_back() {
    let stage = Stage::set();
    let ended = stage.ends(&["apply", "new.yaml", "--confirm", "1s"], 8);
    assert!(ended.stdout.contains("everything.all") && ended.stdout.contains("taken back; "), "{ended:?}");
    assert!(!stage.new_runs());
    let process = stage.spawn(&["apply", "new.yaml", "--confirm", "1min"]);
    stage.wait_until_new_runs(true);
    let ended = stage.ends(&["confirm"], 0);
    assert!(ended.stdout.starts_with("confirmed "), "{ended:?}");
    let (code, said) = process.end();
    assert_eq!((code, said.ends_with("confirmed\n")), (Some(0), true), "{said}");
    assert_eq!(stage.file(), stage.new, "it is the file now");
    // What is the file already needs no confirmation, and somebody who is not there cannot be asked.
    stage.house().write("old.yaml", &stage.old);
    stage.ends(&["apply", "new.yaml", "--yes"], 7);
    stage.ends(&["apply", "old.yaml"], 2);
    stage.ends(&["apply", "old.yaml", "--yes"], 0);
    assert_eq!((stage.file(), stage.new_runs()), (stage.old.clone(), false));
}

#[test]
fn a_process_that_dies_meanwhile_is_followed_by_one_with_the_file_of_before() {
    let stage = Stage::set();
    let process = stage.spawn(&["apply", "new.yaml", "--confirm", "1min"]);
    stage.wait_until_new_runs(true);
    stage.house().signal(Signal::KILL);
    assert_eq!(process.end().0, Some(4), "nobody can tell what became of it");
    let _again = stage.start_again(&[]);
    assert!(!stage.new_runs());
}

#[test]
fn while_a_change_waits_nothing_else_is_loaded() {
    let stage = Stage::set();
    let process = stage.spawn(&["apply", "new.yaml", "--confirm", "1min"]);
    stage.wait_until_new_runs(true);
    let reload = stage.ends(&["reload"], 3);
    assert!(reload.stderr.contains("a change waits"), "{reload:?}");
    let upgrade = stage.ends(&["upgrade"], 1);
    assert!(upgrade.stderr.contains("a change waits"), "{upgrade:?}");
    let apply = stage.ends(&["apply", "vestibule.yaml", "--confirm", "1s"], 7);
    assert!(apply.stderr.contains("error[change-waits]"), "{apply:?}");
    // Somebody writes into the file: it is not written over, and loaded once the change is gone.
    let third = stage.old.replace("    public: true\n", "    public: true\n    path: /third\n");
    stage.house().write_config(&third);
    let confirm = stage.ends(&["confirm"], 7);
    assert!(confirm.stderr.contains("error[file-differs]"), "{confirm:?}");
    stage.ends(&["rollback"], 0);
    assert_eq!(process.end().0, Some(8));
    let deadline = Deadline::within(SOON);
    while Connection::plain(stage.open.address).exchange(get("/third/x")).status != 200 || !stage.new_runs() {
        assert!(!deadline.passed(), "the file is not loaded");
    }
}

#[test]
fn faults_a_faster_colleague_and_changed_files_are_refused() {
    let stage = Stage::set();
    let hash = stage.status()["configuration"]["hash"].as_str().expect("a hash").to_owned();
    stage.house().write("bad.yaml", &stage.new.replace("door: client", "door: clinet"));
    let ended = stage.ends(&["apply", "bad.yaml", "--confirm", "1s"], 3);
    assert!(ended.stderr.contains("--> bad.yaml:") && ended.stderr.contains("did you mean `client`?"), "{ended:?}");
    assert!(ended.stderr.contains(&format!("still running {hash}")), "{ended:?}");
    let moved = stage.new.replace("doors:\n", "admin: { listen: \"unix:elsewhere.sock\" }\ndoors:\n");
    stage.house().write("moved.yaml", &moved);
    let ended = stage.ends(&["apply", "moved.yaml", "--confirm", "1s"], 7);
    assert!(ended.stderr.contains("error[restart-needed]"), "{ended:?}");
    let answer = admin(stage.house(), "POST", "/apply?over=0000000");
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert!(answer.text().contains("\"changed-meanwhile\""), "{}", answer.text());
    stage.ends(&["apply", "new.yaml", "--confirm", "2h"], 2);
    stage.ends(&["rollback"], 6);
    stage.ends(&["confirm"], 6);
    assert!(!stage.new_runs());
}

#[test]
fn what_ran_is_listed_and_can_run_again() {
    let stage = Stage::set();
    stage.ends(&["apply", "new.yaml", "--yes"], 0);
    let versions = || -> Vec<(String, String, bool)> {
        let told: Value = serde_json::from_str(&stage.ends(&["versions", "--json"], 0).stdout).expect("JSON");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let all = told["versions"].as_array().expect("a list").iter();
        all.map(|one| (text(&one["hash"]), text(&one["by"]), one["running"] == true)).collect()
    };
    let before = versions();
    let [(new, by_apply, true), (old, by_start, false)] = before.as_slice() else { panic!("{before:?}") };
    assert_eq!((by_apply.as_str(), by_start.as_str()), ("apply", "start"));
    let ended = stage.ends(&["rollback"], 0);
    assert!(ended.stdout.contains(&format!("running {old} (was {new})")), "{ended:?}");
    assert_eq!((stage.file(), stage.new_runs()), (stage.old.clone(), false));
    stage.ends(&["rollback", new], 0);
    assert_eq!((stage.file(), stage.new_runs()), (stage.new.clone(), true));
    assert_eq!(versions().len(), 4);
    stage.ends(&["rollback", new], 7);
    stage.ends(&["rollback", "0000000"], 6);
    let table = stage.ends(&["versions"], 0).stdout;
    assert!(
        table.lines().next().is_some_and(|line| line.starts_with(new.as_str()) && line.ends_with("running")),
        "{table}"
    );
}

#[test]
fn a_broken_file_starts_with_what_ran_last_only_where_that_is_asked_for() {
    let stage = Stage::set();
    stage.house().terminate();
    let broken = stage.old.replace("door: client", "door: clinet");
    let deadline = Deadline::within(SOON);
    while stage.run(&["status"]).status.code() != Some(4) {
        assert!(!deadline.passed(), "it does not end");
    }
    stage.house().write_config(&broken);
    let ended = stage.ends(&["run"], 3);
    assert!(
        ended.stderr.contains("clinet") && ended.stderr.contains("`vestibule run --last-good` starts with "),
        "{ended:?}"
    );
    let again = stage.start_again(&["--last-good"]);
    assert_eq!(stage.open.get("/x"), "served");
    let status = stage.status();
    assert_eq!(status["configuration"]["last_refused"]["faults"], 1, "{status}");
    assert_eq!(stage.file(), broken, "nobody writes into it");
    // Mended, it is loaded as ever.
    stage.house().write_config(&stage.new);
    stage.wait_until_new_runs(true);
    drop(again);
}

#[test]
fn no_secret_is_kept_with_what_ran() {
    let service = Backend::saying("served");
    let root = testkit::Root::new("people");
    let prepared = crate::standing::house().environment("SHOP_HOST", "127.0.0.1");
    let leaf = root.server(&["localhost", "127.0.0.1"]);
    prepared.write("door.pem", &leaf.pem);
    prepared.write("door-key.pem", &leaf.key_pem);
    let address = crate::two_doors::free_address();
    let url = service.url().replace("127.0.0.1", "${env:SHOP_HOST}");
    let house = prepared
        .config(&format!(
            "vestibule: 1\ndoors:\n  client:\n    listen: \"{address}\"\n    tls: {{ files: [{{ certificate: door.pem, \
             key: door-key.pem }}] }}\nservices:\n  shop: {{ urls: \"{url}\" }}\napis:\n  a: {{ door: client, service: \
             shop, public: true, operations: {{ all: \"ANY /**\" }} }}\n"
        ))
        .start();
    let folder = house.folder().join("vestibule-data/versions");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> =
        std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let kept = std::fs::read_to_string(&files[0]).expect("text");
    assert_eq!(mode(&files[0]), 0o600);
    assert!(kept.contains("${env:SHOP_HOST}") && kept.contains("door-key.pem"), "{kept}");
    assert!(!kept.contains(service.url()) && !kept.contains("PRIVATE KEY"), "{kept}");
}

#[test]
fn what_changed_while_a_change_waited_is_loaded_once_it_is_confirmed() {
    let stage = Stage::set();
    let write = |text: &str| {
        stage.house().write("place", text);
        let place = stage.house().folder().join("place");
        std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o600)).expect("private");
    };
    write("/new");
    stage.house().write("new.yaml", &stage.new.replace("path: /new", "path: \"${file:place}\""));
    let process = stage.spawn(&["apply", "new.yaml", "--confirm", "1min"]);
    stage.wait_until_new_runs(true);
    write("/third");
    stage.ends(&["confirm"], 0);
    assert_eq!(process.end().0, Some(0));
    let deadline = Deadline::within(SOON);
    while Connection::plain(stage.open.address).exchange(get("/third/x")).status != 200 {
        assert!(!deadline.passed(), "what was changed meanwhile is not loaded\n{}", stage.house().stderr());
    }
}

#[test]
fn a_refusal_is_forgotten_once_the_file_is_good_again() {
    let stage = Stage::set();
    stage.house().write_config("vestibule: 1\nnothing: here\n");
    let admin = ["--admin", "unix:vestibule-data/admin.sock"];
    assert_eq!(stage.run(&[&["reload"], &admin[..]].concat()).status.code(), Some(3));
    let refused = || {
        let status = stage.run(&[&["status", "--json"], &admin[..]].concat()).stdout;
        let status: Value = serde_json::from_str(&status).expect("JSON");
        !status["configuration"]["last_refused"].is_null()
    };
    assert!(refused());
    // What runs is in the file again: there is nothing to load.
    stage.house().write_config(&stage.old);
    stage.ends(&["reload"], 0);
    assert!(!refused(), "{}", stage.house().stderr());
}

#[test]
fn what_cannot_be_a_file_is_refused_as_check_refuses_it() {
    let stage = Stage::set();
    stage.house().write("large.yaml", &"#".repeat(4 * 1024 * 1024 + 1));
    for (file, why) in [("large.yaml", "it has more than 4096 KiB"), ("/dev/zero", "it is not a file")] {
        let commands =
            [(&["apply", file, "--yes"][..], 3), (&["diff", "live", file], 3), (&["check", "--config", file], 1)];
        for (command, code) in commands {
            let ended = stage.ends(command, code);
            assert!(ended.stderr.contains(why), "{command:?}: {ended:?}");
        }
    }
}
