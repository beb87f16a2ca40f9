//! A real browser, driven over its own pipe: opens a page, runs scripts in it, presses keys, takes pictures.
//!
//! The DevTools protocol over `--remote-debugging-pipe`: JSON messages that end
//! with a NUL, read by the browser from descriptor 3 and written to 4.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

/// The page that was asked is not there any more.
const LEFT: &str = "the page was left";

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    to: File,
    from: Receiver<Value>,
    session: String,
    next: u64,
    /// Messages of the page's console and violations of its policy, as they came.
    pub(crate) complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it with a profile of its own. It takes any certificate: what curl checks is not checked again here.
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let (to_path, from_path) = (profile.path().join("to"), profile.path().join("from"));
        for path in [&to_path, &from_path] {
            let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
            assert!(made.success());
        }
        // A FIFO is opened for reading and writing, so that neither side waits for the other to open it.
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec "$0" "$@" 3<>"$TO" 4<>"$FROM""#]).arg(testkit::tool("chromium"));
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]);
        command.args(["--ignore-certificate-errors", "--no-first-run", "--disable-background-networking"]);
        command.arg(format!("--user-data-dir={}", profile.path().join("profile").display()));
        command.env("TO", &to_path).env("FROM", &from_path);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.expect("a browser");
        let open = |path: &Path| OpenOptions::new().read(true).write(true).open(path).expect("a pipe");
        let from = messages(open(&from_path));
        let mut browser = Self {
            process,
            to: open(&to_path),
            from,
            session: String::new(),
            next: 0,
            complaints: Vec::new(),
            _profile: profile,
        };
        let page = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", &attach);
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Gives the window this size; `scheme` is `light` or `dark`.
    pub(crate) fn look(&mut self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", &scheme);
    }

    /// Opens a URL.
    pub(crate) fn open(&mut self, url: &str) {
        let answer = self.call("Page.navigate", &json!({ "url": url }));
        assert!(answer.get("errorText").is_none(), "{url}: {answer}");
    }

    /// The value of an expression in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        self.evaluate(expression).unwrap_or_else(|why| panic!("{expression}: {why}"))
    }

    /// Does something in the page that may lead to another one, which nobody waits for here.
    pub(crate) fn act(&mut self, statement: &str) {
        match self.evaluate(&format!("{{ {statement}; }}")) {
            Err(why) if why != LEFT => panic!("{statement}: {why}"),
            _ => {}
        }
    }

    /// Waits until an expression is true in a page that has been read to its end.
    ///
    /// A page that is left while it is asked, or where what is asked about is not there, is asked again.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let began = Instant::now();
        let question = format!("document.readyState !== 'loading' && Boolean({expression})");
        loop {
            let answer = self.evaluate(&question);
            if answer.as_ref().is_ok_and(|value| *value == true) {
                return;
            }
            if began.elapsed() > PATIENCE {
                let page = self.evaluate("location.href + '\\n' + document.body?.innerText");
                panic!("never true: {expression}: {answer:?}\n{page:?}");
            }
            // The page's own clock paces the question; a page that is left needs none.
            let _ = self.evaluate("new Promise(done => setTimeout(done, 20))");
        }
    }

    /// The value of an expression; or what the page threw, or `LEFT`.
    fn evaluate(&mut self, expression: &str) -> Result<Value, String> {
        let evaluate = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", &evaluate);
        if let Some(error) = answer.get("error") {
            // The page is another one by now, or just becoming it: all that the protocol says is this text.
            let words = error["message"].as_str().unwrap_or_default();
            let left = ["navigated or closed", "context", "Promise was collected"].iter().any(|at| words.contains(at));
            return Err(if left { LEFT.to_owned() } else { answer.to_string() });
        }
        match answer["result"].get("exceptionDetails") {
            Some(thrown) => Err(thrown.to_string()),
            None => Ok(answer["result"]["result"]["value"].clone()),
        }
    }

    /// Presses a key, as a person at the keyboard.
    pub(crate) fn press(&mut self, key: &str, text: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            " " => 32,
            _ => 0,
        };
        let mut event = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code });
        if !text.is_empty() {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", &event);
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", &up);
    }

    /// Types a text into what has the focus.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", &json!({ "text": text }));
    }

    /// A picture of the whole page, into the folder that `VESTIBULE_PICTURES` names; nothing without it.
    pub(crate) fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("VESTIBULE_PICTURES") else { return };
        let shot = self.call("Page.captureScreenshot", &json!({ "captureBeyondViewport": true }));
        let path = Path::new(&folder).join(format!("{name}.png.base64"));
        std::fs::write(path, shot["data"].as_str().expect("a picture")).expect("a file");
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        let answer = self.ask(method, parameters);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The whole message that answers.
    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("a browser that listens");
        loop {
            let answer = self.from.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            self.note(&answer);
            if answer["id"] == id {
                return answer;
            }
        }
    }

    fn note(&mut self, message: &Value) {
        let entry = &message["params"]["entry"];
        if message["method"] == "Log.entryAdded" && entry["level"] == "error" {
            self.complaints.push(entry["text"].as_str().unwrap_or_default().to_owned());
        }
        if message["method"] == "Runtime.exceptionThrown" {
            self.complaints.push(message["params"].to_string());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Messages as they come, on a thread of its own that ends with the pipe.
fn messages(mut pipe: File) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut buffer = Vec::new();
        let mut chunk = [0; 65_536];
        while let Ok(read) = pipe.read(&mut chunk) {
            buffer.extend_from_slice(&chunk[..read]);
            while let Some(end) = buffer.iter().position(|byte| *byte == 0) {
                let message: Vec<u8> = buffer.drain(..=end).collect();
                let Ok(message) = serde_json::from_slice(&message[..end]) else { continue };
                if sender.send(message).is_err() {
                    return;
                }
            }
        }
    });
    receiver
}
