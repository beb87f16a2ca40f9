//! Every page in a real browser, judged by axe-core, which is neither of ours nor of the templates.

use std::path::Path;
use std::process::Command;

use super::{LOGO, all};
use crate::Brand;
use crate::pages::Style;

/// The version that is asked; another one may know other rules.
const AXE: &str = "axe-core@4.14.1";

/// What stands in every page: its faults go to the page around it.
const ASK: &str = "<script src=\"node_modules/axe-core/axe.min.js\"></script><script>\
    axe.run().then(said => parent.postMessage(said.violations.map(rule => [rule.id, rule.nodes.map(node => node.html)]), '*'))\
    </script></body>";

/// The page around them: lets one page after the other be judged, and holds what is said of each.
const AROUND: &str = "<!DOCTYPE html><pre id=\"said\"></pre><script>\
    const said = [], names = NAMES;\
    const next = () => {\
      if (!names.length) { document.getElementById('said').textContent = JSON.stringify(said) + ' done'; return; }\
      const frame = document.createElement('iframe');\
      frame.width = 400; frame.height = 800; frame.src = names[0] + '.html';\
      onmessage = event => { said.push([names.shift(), event.data]); frame.remove(); next(); };\
      document.body.append(frame);\
    };\
    next();\
    </script>";

fn install(folder: &Path) {
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", AXE]).current_dir(folder);
    let ended = npm.output().expect("npm");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// What axe-core says of all pages, in this colour scheme.
fn said(folder: &Path, dark: bool) -> String {
    let mut browser = Command::new(testkit::tool("chromium"));
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--virtual-time-budget=60000"]);
    browser.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    browser.args(["--dump-dom", "--disable-background-networking"]);
    if dark {
        browser.arg("--blink-settings=preferredColorScheme=0");
    }
    let ended = browser.arg(format!("file://{}", folder.join("around.html").display())).output().expect("a browser");
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

#[test]
fn axe_core_finds_no_fault_in_any_page_in_light_or_dark() {
    if !testkit::needs("chromium") || !testkit::needs("npm") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    install(folder.path());
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).expect("a file");
    write("style.css", &Style::of(&Brand { colour: Some("#0f766e".into()), ..Brand::default() }).content);
    write("logo.svg", LOGO.as_bytes());
    let mut names = Vec::new();
    for (name, page) in all("ada@example.org") {
        let page = page.into_string().replace("/auth/style.css?v=", "style.css?v=");
        let page = page.replace("/auth/logo?v=", "logo.svg?v=").replace("</body>", ASK);
        write(&format!("{name}.html"), page.as_bytes());
        names.push(name);
    }
    let listed = serde_json::to_string(&names).expect("JSON");
    write("around.html", AROUND.replace("NAMES", &listed).as_bytes());
    let found: Vec<String> = names.iter().map(|name| format!("[\"{name}\",[]]")).collect();
    let expected = format!("<pre id=\"said\">[{}] done</pre>", found.join(","));
    for dark in [false, true] {
        let said = said(folder.path(), dark);
        assert!(said.contains(&expected), "dark: {dark}\n{said}");
    }
}

#[test]
fn a_page_with_a_fault_would_be_found() {
    if !testkit::needs("chromium") || !testkit::needs("npm") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    install(folder.path());
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("bad.html", &format!("<html lang=\"en\"><title>a</title><body><main><h1>a</h1><input>{ASK}"));
    write("around.html", &AROUND.replace("NAMES", "[\"bad\"]"));
    let said = said(folder.path(), false);
    assert!(said.contains("[\"label\",[\"&lt;input&gt;\"]]"), "{said}");
}
