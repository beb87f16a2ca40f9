//! `vestibule top`: what it tells, and that it leaves the terminal as it was.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use serde_json::Value;
use testkit::{Backend, Deadline};

use crate::open_house::{OpenHouse, SOON, get};

#[test]
fn one_frame_tells_doors_apis_services_and_refusals() {
    let service = Backend::saying("served");
    let house = OpenHouse::plain(&service, &[]);
    let mut process = Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .args(["top", "--once"])
        .current_dir(house.house.folder())
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .expect("vestibule");
    // What comes before its first look is no rate; within the second behind it there is enough.
    let deadline = Deadline::within(SOON);
    let mut connection = house.connect();
    while process.try_wait().expect("a child").is_none() {
        connection.exchange(get("/x"));
        connection.exchange(b"GET /x HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer x\r\n\r\n");
        assert!(!deadline.passed(), "it does not end");
    }
    let output = process.wait_with_output().expect("its output");
    let text = String::from_utf8_lossy(&output.stdout);
    let line =
        |word: &str| text.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{word}: {text}"));
    assert!(line("ready  vestibule ").contains(&house.house.pid().to_string()));
    let figures = |word: &str| -> Vec<String> { line(word).split_whitespace().map(str::to_owned).collect() };
    let client = figures("client ");
    assert!(client[1].parse::<f64>().is_ok_and(|rate| rate > 0.0) && client[2] != "-", "{text}");
    assert!(line("everything ").ends_with("client"), "{text}");
    assert!(
        line("shop ").contains("1 of 1 well") && line(&format!("  {}", service.url())).contains("healthy"),
        "{text}"
    );
}

#[test]
fn scripts_get_objects_and_names_that_nothing_has_are_refused() {
    let service = Backend::saying("served");
    let house = OpenHouse::plain(&service, &[]);
    let ended = house.house.command(&["top", "--once", "--json"]);
    let told: Value = serde_json::from_str(&ended.stdout).expect("one object");
    assert_eq!((&told["command"], &told["status"]["ready"]), (&"top".into(), &true.into()), "{told}");
    assert_eq!(told["per_second"]["doors"][0]["name"], "client", "{told}");
    for (flag, name) in [("--door", "clinet"), ("--api", "everythin")] {
        let ended = house.house.command(&["top", "--once", flag, name]);
        assert_eq!(ended.status.code(), Some(6), "{ended:?}");
        assert!(ended.stderr.contains("did you mean"), "{ended:?}");
    }
    let ended = house.house.command(&["top", "--once", "--admin", "unix:nowhere.sock"]);
    assert_eq!(ended.status.code(), Some(4), "{ended:?}");
}

/// `vestibule top` on a terminal of this size.
struct Drawn {
    process: Child,
    keyboard: File,
    terminal: File,
    said: Receiver<Vec<u8>>,
    all: Vec<u8>,
}

impl Drawn {
    fn start(house: &OpenHouse) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("for us");
        let name = ptsname(&master, Vec::new()).expect("its name").into_string().expect("text");
        let terminal = File::options().read(true).write(true).open(name).expect("its other end");
        let (keyboard, mut screen) = (File::from(master.try_clone().expect("a copy")), File::from(master));
        size(&terminal, 80, 24);
        let end = || Stdio::from(terminal.try_clone().expect("a copy"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.arg("top").current_dir(house.house.folder()).stdin(end()).stdout(end()).stderr(end());
        let process = command.spawn().expect("vestibule");
        let (tell, said) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if tell.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { process, keyboard, terminal, said, all: Vec::new() }
    }

    fn settings(&self) -> Termios {
        tcgetattr(&self.terminal).expect("its settings")
    }

    /// Waits until so much was drawn since it began.
    fn wait_for(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.all).contains(text) {
            let more = self.said.recv_timeout(SOON);
            self.all.extend(more.unwrap_or_else(|_| panic!("no {text:?} in {}", self.all.escape_ascii())));
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("a running process");
    }

    /// Waits for its end, and gives what was drawn last.
    fn end(mut self) -> (ExitStatus, String, Termios) {
        self.wait_for("\x1b[?1049l");
        let status = self.process.wait().expect("a child");
        (status, String::from_utf8_lossy(&self.all).into_owned(), self.settings())
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn size(terminal: &File, columns: u16, lines: u16) {
    let size = Winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("its size");
}

/// Of one frame after the other, the longest line and how many there are.
fn measures(drawn: &str) -> Vec<(usize, usize)> {
    let frames = drawn.split("\x1b[H").skip(1).filter_map(|frame| frame.split_once("\x1b[J"));
    frames
        .map(|(frame, _)| {
            let lines: Vec<usize> = frame.split("\r\n").map(|line| printed(line).chars().count()).collect();
            (lines.iter().copied().max().unwrap_or(0), lines.len())
        })
        .collect()
}

/// A line without what sets colours and clears.
fn printed(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once(|letter: char| letter.is_ascii_alphabetic()).map_or("", |(_, rest)| rest)
    })
}

#[test]
fn a_terminal_is_drawn_on_and_given_back() {
    let service = Backend::saying("served");
    let house = OpenHouse::plain(&service, &[]);
    let mut drawn = Drawn::start(&house);
    let before = drawn.settings();
    drawn.wait_for("q quits");
    size(&drawn.terminal, 60, 12);
    drawn.signal(Signal::WINCH);
    let frames = measures(&String::from_utf8_lossy(&drawn.all)).len();
    while measures(&String::from_utf8_lossy(&drawn.all)).len() <= frames {
        let more = drawn.said.recv_timeout(SOON).expect("another frame");
        drawn.all.extend(more);
    }
    drawn.keyboard.write_all(b"q").expect("pressed");
    let (status, text, after) = drawn.end();
    assert_eq!(status.code(), Some(0), "{text}");
    assert!(text.starts_with("\x1b[?1049h\x1b[?25l") && text.ends_with("\x1b[?25h\x1b[?1049l"), "{text:?}");
    assert_eq!(format!("{before:?}"), format!("{after:?}"), "the settings of before");
    let measured = measures(&text);
    let (first, last) = (measured.first().expect("a frame"), measured.last().expect("a frame"));
    assert!(first.0 <= 80 && first.1 == 24, "{first:?}");
    assert!(last.0 <= 60 && last.1 == 12, "{last:?}");
}

#[test]
fn a_signal_gives_the_terminal_back_too() {
    let service = Backend::saying("served");
    let house = OpenHouse::plain(&service, &[]);
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut drawn = Drawn::start(&house);
        let before = drawn.settings();
        drawn.wait_for("q quits");
        drawn.signal(signal);
        let (status, text, after) = drawn.end();
        assert_eq!(status.code(), Some(code), "{text}");
        assert_eq!(format!("{before:?}"), format!("{after:?}"), "the settings of before");
    }
}
