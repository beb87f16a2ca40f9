//! The command line as a person or a script meets it: help, exit codes, and files that `init` writes and `run` runs.

use serde_json::Value;
use testkit::program::Ended;

use crate::standing::house;

fn vestibule(arguments: &[&str]) -> Ended {
    house().command(arguments)
}

#[track_caller]
fn assert_code(ended: &Ended, code: i32) {
    assert_eq!(ended.status.code(), Some(code), "{ended:#?}");
}

#[test]
fn the_help_of_every_command_is_as_documented() {
    let top = vestibule(&["--help"]);
    assert_code(&top, 0);
    insta::assert_snapshot!("help", top.stdout);
    for command in [
        "demo",
        "init",
        "check",
        "diff",
        "explain",
        "run",
        "status",
        "reload",
        "apply",
        "confirm",
        "rollback",
        "versions",
        "top",
        "upgrade",
        "routes",
        "loosenings",
        "show",
        "schema",
        "help",
    ] {
        let ended = vestibule(&[command, "--help"]);
        assert_code(&ended, 0);
        insta::assert_snapshot!(format!("help-{command}"), ended.stdout);
    }
    let keys = vestibule(&["keys", "create", "--help"]);
    assert_code(&keys, 0);
    insta::assert_snapshot!("help-keys-create", keys.stdout);
    insta::assert_snapshot!("help-apps-create", vestibule(&["apps", "create", "--help"]).stdout);
    insta::assert_snapshot!("help-keys", vestibule(&["keys", "--help"]).stdout);
    for noun in ["users", "apps", "sessions", "tokens"] {
        insta::assert_snapshot!(format!("help-{noun}"), vestibule(&[noun, "--help"]).stdout);
    }
    insta::assert_snapshot!("help-store", vestibule(&["store", "--help"]).stdout);
}

#[test]
fn without_a_command_it_tells_the_commands_there_are() {
    let ended = vestibule(&[]);
    assert_code(&ended, 0);
    assert!(ended.stdout.contains("Usage: vestibule"), "{ended:?}");
    assert_eq!(ended.stderr, "");
}

#[test]
fn what_is_misspelt_or_not_built_is_code_2() {
    for arguments in [&["chekc"][..], &["check", "--no-such-flag"], &["run", "--watch=perhaps"], &["--timeout", "10"]] {
        assert_code(&vestibule(arguments), 2);
    }
    let ended = vestibule(&["why", "01JD4Q"]);
    assert_code(&ended, 2);
    assert!(ended.stderr.contains("error[not-yet]: `vestibule why` is not built yet"), "{ended:?}");
    assert_code(&vestibule(&["keys", "rotate", "laptop", "--overlap", "31d"]), 2);
    assert_code(&vestibule(&["keys", "update", "laptop"]), 2);
}

#[test]
fn the_code_of_a_problem_or_fault_is_explained_offline_and_an_unknown_topic_is_code_6() {
    let ended = vestibule(&["help", "unknown-key"]);
    assert_code(&ended, 0);
    assert!(ended.stdout.starts_with("# unknown-key\n"), "{ended:?}");
    let ended = vestibule(&["help", "credential-required"]);
    assert_code(&ended, 0);
    assert!(ended.stdout.starts_with("# credential-required"), "{ended:?}");
    assert_code(&vestibule(&["help", "check"]), 0);
    assert_code(&vestibule(&["help", "no-such-thing"]), 6);
}

#[test]
fn the_version_is_told_to_people_and_to_scripts() {
    assert_eq!(vestibule(&["--version"]).stdout, format!("vestibule {}\n", env!("CARGO_PKG_VERSION")));
    let object: Value = serde_json::from_str(&vestibule(&["--version", "--json"]).stdout).expect("JSON");
    assert_eq!(object["file_formats"], serde_json::json!([1]));
}

#[test]
fn the_schema_is_json() {
    let schema: Value = serde_json::from_str(&vestibule(&["schema"]).stdout).expect("JSON");
    assert!(schema["properties"]["apis"].is_object());
}

#[test]
fn without_a_file_it_says_how_to_get_one() {
    for command in ["check", "run", "routes", "loosenings", "status"] {
        let ended = vestibule(&[command]);
        assert_code(&ended, 6);
        assert!(ended.stderr.contains("vestibule init"), "{ended:?}");
    }
}

#[test]
fn a_named_file_that_is_not_there_is_code_6_for_every_command() {
    let prepared = house();
    for command in [
        &["check"][..],
        &["run"],
        &["routes"],
        &["loosenings"],
        &["show", "--defaults"],
        &["explain", "GET", "https://localhost/", "--as", "anonymous"],
        &["diff", "."],
        &["keys", "create", "laptop", "--api", "notes", "--for-file"],
        &["status"],
        &["reload"],
    ] {
        let ended = prepared.command(&[command, &["-c", "nofile.yaml"]].concat());
        assert_code(&ended, 6);
        assert!(ended.stderr.contains("error[no-file]: there is no file `nofile.yaml`"), "{ended:?}");
        assert_eq!(ended.stdout, "");
        // What is there and cannot be read as a file has a fault.
        let expected = match command {
            ["check"] => 1,
            ["status" | "reload"] => 4,
            ["keys", ..] => 0,
            _ => 3,
        };
        assert_code(&prepared.command(&[command, &["-c", "."]].concat()), expected);
    }
    assert_code(&prepared.command(&["check", "nofile.yaml"]), 6);
}

#[test]
fn init_leaves_nothing_behind_after_a_url_that_is_none() {
    for url in ["localhost:3000", "htp://127.0.0.1", "http://shop.example.com", "", "a\"b"] {
        let folder = tempfile::tempdir().expect("a folder");
        let within = folder.path().join("new");
        let ended = vestibule(&["init", within.to_str().expect("text"), "--door", "client", "--service", url]);
        assert_code(&ended, 2);
        assert!(ended.stderr.contains("error[bad-url]"), "{ended:?}");
        assert!(!within.exists(), "{url}");
    }
}

#[test]
fn a_key_is_made_only_for_apis_that_the_file_has_and_of_a_kind_that_they_take() {
    let file = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\n\
                keys: { laptop: { kind: restricted, hash: filled in later, apis: notes } }\napis:\n  \
                notes: { door: client, service: notes, callers: { keys: restricted }, operations: { all: ANY /** } }\n  \
                stock: { door: server, service: notes, callers: { keys: secret }, operations: { all: ANY /** } }\n";
    let prepared = house().config(file);
    let create = |rest: &[&str]| prepared.command(&[&["keys", "create", "laptop", "--for-file"], rest].concat());
    assert_code(&create(&["--api", "notes"]), 0);
    assert_code(&create(&["--api", "stock", "--kind", "secret"]), 0);
    let ended = create(&["--api", "nots"]);
    assert_code(&ended, 6);
    assert_eq!(ended.stdout, "");
    assert!(
        ended.stderr.contains("there is no API `nots` in `vestibule.yaml`\nhelp: did you mean `notes`?"),
        "{ended:?}"
    );
    let ended = create(&["--api", "nowhere-near"]);
    assert!(ended.stderr.contains("help: there are `notes`, `stock`"), "{ended:?}");
    let ended = create(&["--api", "stock"]);
    assert_code(&ended, 2);
    assert!(ended.stderr.contains("`stock` is at a server door, which takes no restricted keys"), "{ended:?}");
    assert!(ended.stderr.contains("write `--kind secret`"), "{ended:?}");
    let routes = prepared.command(&["routes", "--api", "nots"]);
    assert_code(&routes, 3);
}

#[test]
fn routes_of_a_name_that_nothing_has_say_which_there_are() {
    let prepared = house().config(ONE_API);
    for (flag, said) in [("--api", "published at an API named `b`"), ("--door", "published at a door named `b`")] {
        let ended = prepared.command(&["routes", flag, "b"]);
        assert_code(&ended, 6);
        assert!(ended.stderr.contains(said) && ended.stderr.contains("help: "), "{ended:?}");
    }
}

#[test]
fn a_gateway_whose_file_was_moved_can_still_be_asked() {
    let port = testkit::port::free();
    let house = house().config(&format!("{ONE_API}doors:\n  client: {{ listen: \"127.0.0.1:{port}\" }}\n")).start();
    std::fs::rename(house.folder().join("vestibule.yaml"), house.folder().join("elsewhere")).expect("moved");
    let status = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.arg("status").args(arguments).current_dir(house.folder()).output().expect("vestibule")
    };
    for arguments in [&[][..], &["-c", "vestibule.yaml"]] {
        let ended = status(arguments);
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    }
    let ended = status(&["-c", "nowhere/vestibule.yaml"]);
    assert_eq!(ended.status.code(), Some(6), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("--admin unix:PATH"), "{ended:?}");
}

#[test]
fn every_fault_is_told_at_once_and_the_code_says_which_command_found_them() {
    let prepared = house().config("vestibule: 1\nservices:\n  a: { urls: 7 }\napis:\n  b: { door: clinet }\n");
    let check = prepared.command(&["check"]);
    assert_code(&check, 1);
    assert_eq!(check.stdout, "");
    assert!(check.stderr.contains("vestibule.yaml:3:") && check.stderr.contains("vestibule.yaml:5:"), "{check:?}");
    for command in ["run", "routes", "loosenings"] {
        assert_code(&prepared.command(&[command]), 3);
    }
    let json = prepared.command(&["check", "--json"]);
    assert_code(&json, 1);
    let object: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(object["ok"], false);
    assert!(object["faults"].as_array().is_some_and(|faults| faults.len() >= 2), "{object}");
    assert_eq!(object["faults"][0]["at"]["line"], 3);
    assert_eq!(object["faults"][0]["page"], "docs/faults/bad-value.md");
}

#[test]
fn a_loosening_past_its_day_fails_the_check() {
    let file = |until: &str| {
        format!(
            "vestibule: 1\nservices: {{ notes: {{ urls: http://127.0.0.1:3000 }} }}\n\
             apis: {{ notes: {{ door: client, service: notes, public: true, operations: {{ all: ANY /** }}, \
             loosen: {{ detailed-errors: {{ why: trial, until: {until} }} }} }} }}\n"
        )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vestibule.yaml");
    let path = path.to_str().expect("text");
    for (until, code) in [("2020-01-01", 1), ("2999-01-01", 0)] {
        std::fs::write(path, file(until)).expect("written");
        let ended = vestibule(&["check", path]);
        assert_code(&ended, code);
        assert_eq!(ended.stderr.contains("error[loosening-expired]"), code == 1, "{ended:?}");
        assert_eq!(ended.stdout.is_empty(), code == 1, "{ended:?}");
        let json: Value = serde_json::from_str(&vestibule(&["check", path, "--json"]).stdout).expect("JSON");
        assert_eq!((&json["ok"], &json["summary"]["errors"]), (&Value::Bool(code == 0), &Value::from(code)), "{json}");
        // Others go on and warn: a date stops no gateway.
        assert_code(&vestibule(&["routes", "-c", path]), 0);
    }
}

#[test]
fn nobody_at_the_admin_socket_is_code_4_and_says_what_to_run() {
    for command in ["status", "reload"] {
        let ended = vestibule(&[command, "--admin", "unix:nobody.sock"]);
        assert_code(&ended, 4);
        assert!(ended.stderr.contains("error[unreachable]: no gateway at unix:nobody.sock"), "{ended:?}");
        assert!(ended.stderr.contains("vestibule run"), "{ended:?}");
    }
    let ended = vestibule(&["status", "--admin", "unix:nobody.sock", "--json"]);
    let object: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((&object["ok"], &object["error"]["code"]), (&Value::Bool(false), &Value::from("unreachable")));
    assert_code(&vestibule(&["status", "--admin", "somewhere"]), 2);
}

#[test]
fn a_new_key_stands_alone_on_standard_output_and_only_its_hash_below() {
    let ended = vestibule(&["keys", "create", "laptop", "--api", "notes", "--for-file"]);
    assert_code(&ended, 0);
    let key = ended.stdout.trim_end();
    assert!(key.starts_with("vst_restricted_") && !key.contains(char::is_whitespace), "{key}");
    assert!(ended.stderr.contains("hash: \"sha256:") && !ended.stderr.contains(key), "{ended:?}");
    assert!(ended.stderr.contains("\n  laptop:\n"), "{ended:?}");
    let create = |rest: &[&str]| vestibule(&[&["keys", "create", "a", "--api", "notes", "--for-file"], rest].concat());
    let page = [
        "--kind",
        "publishable",
        "--origin",
        "https://shop.example",
        "--network",
        "private",
        "--expires",
        "2099-03-31",
    ];
    let ended = create(&page);
    assert_code(&ended, 0);
    let lines = "    origins: [\"https://shop.example\"]\n    networks: [\"private\"]\n    expires: 2099-03-31\n";
    assert!(ended.stderr.contains(lines), "{ended:?}");
    for wrong in [
        &["--kind", "publishable"][..],
        &["--kind", "publishable", "--origin", "https://shop.example/"],
        &["--kind", "secret", "--origin", "https://shop.example"],
        &["--network", "10.0.0.1/8"],
        &["--expires", "2099-02-30"],
        &["--owner", "Ada"],
    ] {
        let ended = create(wrong);
        assert_code(&ended, 2);
        assert!(ended.stderr.contains("error[bad-value]"), "{ended:?}");
    }
    assert_code(&vestibule(&["keys", "create", "Not A Name", "--api", "notes", "--for-file"]), 2);
    let json = vestibule(&["keys", "create", "erp", "--api", "b", "--kind", "secret", "--for-file", "--json"]);
    let object: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert!(object["key"].as_str().is_some_and(|key| key.starts_with("vst_secret_")), "{object}");
}

#[test]
fn init_asks_nobody_where_nobody_sits() {
    let ended = vestibule(&["init"]);
    assert_code(&ended, 2);
    assert!(ended.stderr.contains("--door client"), "{ended:?}");
}

#[test]
fn init_writes_over_nothing_without_force() {
    let prepared = house();
    assert_code(&prepared.command(&["init", "--door", "client"]), 0);
    let first = std::fs::read_to_string(prepared.folder().join("vestibule.yaml")).expect("a file");
    let ca = std::fs::read(prepared.folder().join("vestibule-data/local-ca.pem")).expect("a file");
    let again = prepared.command(&["init", "--door", "server"]);
    assert_code(&again, 7);
    assert_eq!(std::fs::read_to_string(prepared.folder().join("vestibule.yaml")).expect("a file"), first);
    assert_code(&prepared.command(&["init", "--door", "server", "--force"]), 0);
    assert_ne!(std::fs::read_to_string(prepared.folder().join("vestibule.yaml")).expect("a file"), first);
    // Others may rely on the authority already.
    assert_eq!(std::fs::read(prepared.folder().join("vestibule-data/local-ca.pem")).expect("a file"), ca);
}

/// What `init` writes is checked, run, and called by the very line that it prints.
#[track_caller]
fn init_runs_at_once(door: &str, standing_port: u16) {
    if !testkit::needs("curl") {
        return;
    }
    let service = testkit::backend::Backend::saying("made by the service");
    let prepared = house();
    let init = prepared.command(&["init", "--door", door, "--service", service.url(), "--json"]);
    assert_code(&init, 0);
    let said: Value = serde_json::from_str(&init.stdout).expect("JSON");
    assert_code(&prepared.command(&["check"]), 0);
    let port = testkit::port::free();
    let path = prepared.folder().join("vestibule.yaml");
    let written = std::fs::read_to_string(&path).expect("a file");
    let house = prepared.config(&format!("{written}\ndoors:\n  {door}: {{ listen: \"127.0.0.1:{port}\" }}\n")).start();
    let key = said["key"].as_str().unwrap_or_default();
    let mut argv = said["try"].as_array().expect("a command").iter().map(|word| {
        let word = word.as_str().expect("a word");
        word.replace("$KEY", key).replace(&format!(":{standing_port}/"), &format!(":{port}/"))
    });
    assert_eq!(argv.next().as_deref(), Some("curl"));
    let output = std::process::Command::new(testkit::tool("curl"))
        .args(argv)
        .args(["-sS", "-m", "20"])
        .current_dir(house.folder())
        .output()
        .expect("curl");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "made by the service", "{output:?}\n{}", house.stdout());
}

#[test]
fn init_for_the_client_door_runs_and_its_key_opens_it() {
    init_runs_at_once("client", 8443);
}

#[test]
fn init_for_the_server_door_runs_and_its_certificate_opens_it() {
    init_runs_at_once("server", 9443);
}

const ONE_API: &str = "vestibule: 1
services:
  a: { urls: http://127.0.0.1:9 }
apis:
  a: { door: client, service: a, public: true, operations: { all: ANY /** } }
";

#[test]
fn an_address_in_use_is_code_7_and_names_its_holder() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = taken.local_addr().expect("an address");
    let prepared = house().config(&format!("{ONE_API}doors:\n  client: {{ listen: \"{address}\" }}\n"));
    let ended = prepared.command(&["run"]);
    assert_code(&ended, 7);
    let said = format!("error[address-in-use]: `{address}` is in use by ");
    assert!(ended.stderr.contains(&said), "{ended:?}");
    assert!(ended.stderr.contains(&format!("(process {})", std::process::id())), "{ended:?}");
}

#[test]
fn a_second_gateway_with_the_same_data_directory_is_code_7() {
    let port = testkit::port::free();
    let other = testkit::port::free();
    let file = |port: u16| format!("{ONE_API}doors:\n  client: {{ listen: \"127.0.0.1:{port}\" }}\n");
    let house = house().config(&file(port)).start();
    house.write("other.yaml", &file(other));
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .args(["run", "-c", "other.yaml"])
        .current_dir(house.folder())
        .output()
        .expect("vestibule");
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("another gateway answers"), "{ended:?}");
}

#[test]
fn run_ends_with_0_on_both_signals_and_says_how_long_it_took_to_open() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let port = testkit::port::free();
        let file = format!("{ONE_API}doors:\n  client: {{ listen: \"127.0.0.1:{port}\" }}\n");
        let mut house = house().config(&file).start();
        assert!(house.stderr().trim_end().lines().last().is_some_and(|line| line.starts_with("ready in ")));
        house.signal(signal);
        assert_eq!(house.wait(std::time::Duration::from_secs(20)).code(), Some(0), "{}", house.stderr());
    }
}

#[test]
fn a_changed_file_a_signal_and_the_command_all_load_it_and_faults_leave_what_ran() {
    let port = testkit::port::free();
    let file = |deadline: &str| {
        format!("{ONE_API}doors:\n  client: {{ listen: \"127.0.0.1:{port}\", deadline: {deadline} }}\n")
    };
    let house = house().config(&file("1s")).start();
    let vestibule = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.args(arguments).current_dir(house.folder()).output().expect("vestibule")
    };
    let hash = || {
        // The file may name another socket by now.
        let status = vestibule(&["status", "--json", "--admin", "unix:vestibule-data/admin.sock"]);
        let status: Value = serde_json::from_slice(&status.stdout).expect("JSON");
        status["configuration"]["hash"].as_str().expect("a hash").to_owned()
    };
    let first = hash();
    house.write_config(&file("2s"));
    house.wait_for_message(&format!("(was {first})"));
    let second = hash();

    house.write_config("vestibule: 1\napis: 7\n");
    house.wait_for_message(&format!("still running {second}"));
    let refused = vestibule(&["reload"]);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("vestibule.yaml:2:7") && said.contains(&format!("still running {second}")), "{said}");
    assert_eq!(hash(), second);

    // Whichever of the three ways comes first, the others find it done.
    house.write_config(&file("3s"));
    house.hang_up();
    house.wait_for_message(&format!("(was {second})"));
    let third = hash();
    let same = vestibule(&["reload"]);
    assert_eq!(String::from_utf8_lossy(&same.stdout), format!("nothing has changed: running {third}\n"));

    house.write_config(&format!("{}admin: {{ listen: \"unix:elsewhere.sock\" }}\n", file("3s")));
    house.wait_for_message("a change of `admin.listen` needs a restart");
    assert_eq!(hash(), third);
}

#[test]
fn a_signal_lets_requests_finish_and_a_second_one_does_not() {
    let service = testkit::Backend::always(testkit::script::hang());
    let port = testkit::port::free();
    let file = ONE_API.replace("http://127.0.0.1:9", service.url());
    let door = format!("doors:\n  client: {{ listen: \"127.0.0.1:{port}\", tls: none }}\n");
    let mut house = house().config(&format!("{file}{door}")).start();
    let mut caller = testkit::Connection::plain(([127, 0, 0, 1], port).into());
    caller.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    service
        .wait_until("the request has arrived", std::time::Duration::from_secs(10), |service| service.arrivals() == 1);
    house.terminate();
    house.wait_for_message("closing: ");
    house.terminate();
    assert_eq!(house.wait(std::time::Duration::from_secs(10)).code(), Some(143), "{}", house.stderr());
}

#[test]
fn routes_loosenings_and_defaults_are_told_of_a_file() {
    let file = "vestibule: 1
services:
  notes: { urls: \"http://127.0.0.1:3000\" }
apis:
  notes:
    door: client
    service: notes
    public: true
    operations:
      read: GET /notes/{id}
    loosen: { detailed-errors: while we build it }
";
    let prepared = house().config(file);
    let routes = prepared.command(&["routes"]);
    assert!(routes.status.success(), "{routes:?}");
    assert_eq!(routes.stdout.lines().count(), 1, "{routes:?}");
    for word in ["client", "GET", "/notes/{id}", "notes.read"] {
        assert!(routes.stdout.contains(word), "{word}: {routes:?}");
    }
    let loosenings = prepared.command(&["loosenings"]);
    for word in ["detailed-errors", "while we build it", "vestibule.yaml:11"] {
        assert!(loosenings.stdout.contains(word), "{word}: {loosenings:?}");
    }
    let show = prepared.command(&["show", "--defaults"]);
    assert!(show.stdout.contains("deadline: 10s"), "{show:?}");
}
