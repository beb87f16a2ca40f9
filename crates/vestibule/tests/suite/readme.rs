//! README's first screen, held to what the program really does.

use std::process::Command;

use testkit::port;

use crate::standing::house;

const README: &str = include_str!("../../../../README.md");

/// The indented block of README that begins with this line.
fn block(first: &str) -> Vec<&'static str> {
    let from = README.lines().skip_while(|line| line.trim() != first);
    let block: Vec<_> =
        from.take_while(|line| line.is_empty() || line.starts_with("    ")).map(|line| line.trim()).collect();
    assert!(!block.is_empty(), "README has no line `{first}`");
    block.into_iter().filter(|line| !line.is_empty()).collect()
}

/// The words of a line, the ports as the demo has them by default, and what is long or secret left out.
fn shortened(line: &str, base: u16) -> String {
    let line = line.replace(&format!("localhost:{base}"), "localhost:8443");
    line.replace(&format!("localhost:{}", base + 1), "localhost:9443").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a line of README is a printed line, with `…` for any words left out and names of files without their folder.
fn is_said(short: &str, printed: &str) -> bool {
    let mut rest =
        printed.split(' ').map(|word| word.rsplit('/').next().filter(|_| word.ends_with(".pem")).unwrap_or(word));
    let mut skipping = false;
    for word in short.split_whitespace() {
        if word == "…" {
            skipping = true;
        } else if skipping {
            skipping = false;
            if !rest.any(|other| other == word) {
                return false;
            }
        } else if rest.next() != Some(word) {
            return false;
        }
    }
    true
}

#[test]
fn the_lines_of_readme_are_lines_that_the_demo_prints() {
    let base = port::free_run(7);
    let house = house().start_with(&["demo", "--port-base", &base.to_string()]);
    // The last line: it names the other file, and the file after it.
    house.wait_for_log("next.yaml ");
    let printed: Vec<String> = house.stdout().lines().map(|line| shortened(line, base)).collect();
    for line in block("A shop is open.   Ctrl-C closes it; everything is in vestibule-demo") {
        assert!(
            printed.iter().any(|other| is_said(line, other)),
            "README says `{line}`, the demo does not:\n{printed:#?}"
        );
    }
}

#[test]
fn the_ten_lines_of_readme_run_and_let_the_key_in() {
    if !testkit::needs("curl") {
        return;
    }
    let service = testkit::backend::Backend::saying("my notes");
    let port = port::free();
    let prepared = house();
    let made = prepared.command(&["keys", "create", "laptop", "--api", "notes", "--for-file"]);
    let key = made.stdout.trim().to_owned();
    let hash =
        made.stderr.lines().find_map(|line| line.trim().strip_prefix("hash: ")).expect("a hash").trim_matches('"');
    let file: Vec<String> = README
        .lines()
        .skip_while(|line| line.trim() != "vestibule: 1")
        .map_while(|line| line.strip_prefix("    ").map(str::to_owned))
        .collect();
    assert_eq!(file.len(), 10, "{file:?}");
    let text =
        file.join("\n").replace("<printed by the command below>", hash).replace("http://127.0.0.1:3000", service.url());
    let house = prepared.config(&format!("{text}\ndoors:\n  client: {{ listen: \"127.0.0.1:{port}\" }}\n")).start();
    let ask = |with_key: bool| {
        let mut curl = Command::new(testkit::tool("curl"));
        curl.args(["-sS", "-m", "20", "-w", "%{http_code}", "-o", "answer", "--cacert", "vestibule-data/local-ca.pem"]);
        if with_key {
            curl.args(["-H", &format!("Authorization: Bearer {key}")]);
        }
        let said = curl.arg(format!("https://localhost:{port}/")).current_dir(house.folder()).output().expect("curl");
        String::from_utf8_lossy(&said.stdout).into_owned()
    };
    assert_eq!(ask(true), "200");
    assert_eq!(ask(false), "401");
}
