//! The endpoints through a real socket, and the bounds of a connection.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Notify;

use super::CONNECTIONS;
use crate::specimen::{Dolls, PATIENCE, Standing};
use crate::{Ask, ChangeAnswer, ReloadAnswer, StatusAnswer, client};

/// Sends these bytes and reads until the server closes.
async fn raw(stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin), bytes: &[u8]) -> String {
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time");
    // Who closes with bytes unread resets; what was answered before stands.
    assert!(end.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::ConnectionReset), "{end:?}");
    String::from_utf8(answer).expect("UTF-8")
}

async fn tcp(address: SocketAddr, target: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    raw(&mut stream, format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await
}

#[tokio::test]
async fn health_is_life_and_readiness_is_the_houses() {
    let house = Arc::new(Dolls::default());
    let standing = Standing::start(Arc::clone(&house)).await;
    let health = standing.server.health().expect("listening");
    assert_eq!(standing.ask("GET", "/health").await.expect("an answer").status, 200);
    assert_eq!(standing.ask("GET", "/ready").await.expect("an answer").status, 503);
    assert!(tcp(health, "/ready").await.starts_with("HTTP/1.1 503"));
    house.ready.store(true, Ordering::Relaxed);
    assert_eq!(standing.ask("GET", "/ready").await.expect("an answer").status, 200);
    assert!(tcp(health, "/ready").await.ends_with("\r\n\r\nyes\n"));
    assert!(tcp(health, "/health").await.ends_with("\r\n\r\nyes\n"));
}

#[tokio::test]
async fn the_plain_addresses_serve_one_thing_each() {
    let standing = Standing::start(Arc::default()).await;
    let (metrics, health) = (standing.server.metrics().expect("one"), standing.server.health().expect("one"));
    let answer = tcp(metrics, "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\nvestibule_build_info{"), "{answer}");
    assert!(answer.to_ascii_lowercase().contains(&format!("content-type: {}\r\n", observe::CONTENT_TYPE)), "{answer}");
    for (address, target) in
        [(metrics, "/status"), (metrics, "/reload"), (metrics, "/health"), (health, "/metrics"), (health, "/status")]
    {
        assert!(tcp(address, target).await.starts_with("HTTP/1.1 404"), "{target}");
    }
}

#[tokio::test]
async fn status_and_metrics_are_told_over_the_socket() {
    let standing = Standing::start(Arc::default()).await;
    let answer = standing.ask("GET", "/status").await.expect("an answer");
    let status: StatusAnswer = serde_json::from_slice(&answer.body).expect("the shape");
    assert_eq!((answer.status, status.status.configuration.hash.as_str()), (200, "7f3a91c"));
    let answer = standing.ask("GET", "/figures").await.expect("an answer");
    let figures: crate::FiguresAnswer = serde_json::from_slice(&answer.body).expect("the shape");
    assert_eq!((figures.command.as_str(), figures.status.configuration.hash.as_str()), ("top", "7f3a91c"));
    let answer = standing.ask("GET", "/metrics").await.expect("an answer");
    assert!(answer.body.starts_with(b"# HELP "));
}

#[tokio::test]
async fn a_reload_is_a_post_and_its_faults_are_told() {
    let house = Arc::new(Dolls::default());
    let standing = Standing::start(Arc::clone(&house)).await;
    assert_eq!(standing.ask("GET", "/reload").await.expect("an answer").status, 405);
    assert_eq!(house.reloads_begun.load(Ordering::Relaxed), 0);
    let answer = standing.ask("POST", "/reload").await.expect("an answer");
    let loaded: ReloadAnswer = serde_json::from_slice(&answer.body).expect("the shape");
    assert_eq!((answer.status, loaded.ok, loaded.was.as_deref()), (200, true, Some("02be114")));
    house.refuses.store(true, Ordering::Relaxed);
    let answer = standing.ask("POST", "/reload").await.expect("an answer");
    let refused: ReloadAnswer = serde_json::from_slice(&answer.body).expect("the shape");
    assert_eq!((answer.status, refused.ok, refused.hash.as_str()), (422, false, "02be114"));
}

#[tokio::test]
async fn a_reload_ends_even_where_nobody_waits_for_it() {
    let gate = Arc::new(Notify::new());
    let house = Arc::new(Dolls { gate: Some(Arc::clone(&gate)), ..Dolls::default() });
    let standing = Standing::start(Arc::clone(&house)).await;
    let mut stream = UnixStream::connect(&standing.socket).await.expect("connected");
    stream.write_all(b"POST /reload HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    tokio::time::timeout(PATIENCE, house.told.notified()).await.expect("begun");
    drop(stream);
    gate.notify_one();
    tokio::time::timeout(PATIENCE, house.told.notified()).await.expect("done");
    assert_eq!(house.reloads_done.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_upgrade_is_a_post_that_may_name_a_binary() {
    let standing = Standing::start(Arc::default()).await;
    assert_eq!(standing.ask("GET", "/upgrade").await.expect("an answer").status, 405);
    let answer = standing.ask("POST", "/upgrade").await.expect("an answer");
    let told: crate::UpgradeAnswer = serde_json::from_slice(&answer.body).expect("the shape");
    assert_eq!((answer.status, told.ok, told.pid, told.was), (200, true, Some(2), Some(1)));
    let answer = standing.ask("POST", "/upgrade?binary=%2Fno%20thing").await.expect("an answer");
    let told: crate::UpgradeAnswer = serde_json::from_slice(&answer.body).expect("the shape");
    let why = told.error.expect("an error");
    assert_eq!((answer.status, told.ok, why.message.as_str()), (409, false, "`/no thing` is none"));
}

#[tokio::test]
async fn a_change_is_a_post_with_a_file_and_the_list_of_versions_a_get() {
    let house = Arc::new(Dolls::default());
    let standing = Standing::start(Arc::clone(&house)).await;
    let ask = async |method: &str, target: &str, body: &'static [u8]| {
        let answer = client::send(&standing.socket, method, target, body.into(), PATIENCE).await.expect("an answer");
        (answer.status, serde_json::from_slice::<ChangeAnswer>(&answer.body))
    };
    for (method, target) in [("GET", "/diff"), ("GET", "/apply"), ("GET", "/confirm"), ("POST", "/versions")] {
        assert_eq!(ask(method, target, b"").await.0, 405, "{target}");
    }
    let proposal = || crate::Proposal { name: "new.yaml".to_owned(), text: "vestibule: 1\n".to_owned() };
    let (confirm, over) = (Some(std::time::Duration::from_secs(60)), Some("02be114".to_owned()));
    for (method, target, asked) in [
        ("POST", "/diff?name=new.yaml", Ask::Diff(proposal())),
        ("POST", "/apply?name=new.yaml&over=02be114&confirm_s=60", Ask::Apply { proposal: proposal(), over, confirm }),
        ("POST", "/rollback?to=02be114", Ask::Rollback { to: Some("02be114".to_owned()) }),
        ("GET", "/versions", Ask::Versions),
    ] {
        let (status, answer) = ask(method, target, b"vestibule: 1\n").await;
        let answer = answer.expect("the shape");
        assert_eq!((status, answer.ok, answer.command.as_str()), (200, true, asked.command()));
        assert_eq!(answer.notes, [format!("{asked:?}")]);
    }
    let (status, answer) = ask("POST", "/confirm", b"").await;
    assert_eq!((status, answer.expect("the shape").ok), (409, false));
    house.refuses.store(true, Ordering::Relaxed);
    assert_eq!(ask("POST", "/apply", b"nothing").await.0, 422);
}

#[tokio::test]
async fn a_file_that_is_too_long_or_no_text_is_not_taken() {
    let standing = Standing::start(Arc::default()).await;
    let send = |body: Vec<u8>| client::send(&standing.socket, "POST", "/diff", body.into(), PATIENCE);
    assert_eq!(send(vec![b' '; 4 * 1024 * 1024]).await.expect("an answer").status, 200);
    assert_eq!(send(vec![0xff]).await.expect("an answer").status, 400);
    // It answers before it has read all, so that the connection may be reset on the way.
    let long = send(vec![b' '; 4 * 1024 * 1024 + 1]).await;
    assert!(long.as_ref().map_or(true, |answer| answer.status == 413), "{long:?}");
}

#[tokio::test]
async fn unknown_paths_get_a_problem() {
    let standing = Standing::start(Arc::default()).await;
    let answer = standing.ask("GET", "/nothing").await.expect("an answer");
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!((answer.status, &problem["type"]), (404, &"urn:vestibule:problem:not-found".into()));
}

#[tokio::test]
async fn a_head_is_bounded_in_size() {
    let standing = Standing::start(Arc::default()).await;
    for head in [format!("x: {}\r\n", "a".repeat(20_000)), "x: y\r\n".repeat(100)] {
        let mut stream = UnixStream::connect(&standing.socket).await.expect("connected");
        let request = format!("GET /health HTTP/1.1\r\nhost: x\r\n{head}\r\n");
        assert!(raw(&mut stream, request.as_bytes()).await.starts_with("HTTP/1.1 431"));
    }
}

#[tokio::test]
async fn a_connection_serves_one_request() {
    let standing = Standing::start(Arc::default()).await;
    let mut stream = UnixStream::connect(&standing.socket).await.expect("connected");
    let twice = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_eq!(raw(&mut stream, twice).await.matches("HTTP/1.1 200").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_head_is_bounded_in_time() {
    let standing = Standing::start(Arc::default()).await;
    let mut stream = UnixStream::connect(&standing.socket).await.expect("connected");
    stream.write_all(b"GET /health HTTP/1.1\r\n").await.expect("sent");
    let begun = tokio::time::Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("closed");
    assert!(begun.elapsed() <= std::time::Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn connections_are_bounded_and_what_is_beyond_is_counted() {
    let standing = Standing::start(Arc::default()).await;
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        open.push(UnixStream::connect(&standing.socket).await.expect("connected"));
    }
    let mut beyond = UnixStream::connect(&standing.socket).await.expect("connected");
    let mut byte = [0];
    let closed = tokio::time::timeout(PATIENCE, beyond.read(&mut byte)).await.expect("in time");
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    assert_eq!(standing.refused("bound"), 1);
    let answer = raw(open.first_mut().expect("one"), b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "those inside are served");
}

#[tokio::test]
async fn stopping_lets_the_running_finish_and_removes_the_socket() {
    let gate = Arc::new(Notify::new());
    let house = Arc::new(Dolls { gate: Some(Arc::clone(&gate)), ..Dolls::default() });
    let standing = Standing::start(Arc::clone(&house)).await;
    let Standing { server, socket, .. } = standing;
    let running = socket.clone();
    let asked = tokio::spawn(async move { crate::client::request(&running, "POST", "/reload", PATIENCE).await });
    tokio::time::timeout(PATIENCE, house.told.notified()).await.expect("begun");
    let stopping = tokio::spawn(server.stop());
    while socket.exists() {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    assert_eq!(asked.await.expect("no panic").expect("an answer").status, 200);
    stopping.await.expect("stopped");
}

#[tokio::test]
async fn an_address_that_is_taken_leaves_nothing_behind() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("an address");
    let base = tempfile::tempdir().expect("a directory");
    let socket = base.path().join("admin.sock");
    let settings = super::Settings { socket: socket.clone(), metrics: taken.local_addr().ok(), health: None };
    let observatory =
        observe::Observatory::start(observe::Settings::default(), Box::new(std::io::sink())).expect("a thread");
    let started = super::Server::start(&settings, Arc::<Dolls>::default(), observatory).await;
    assert!(matches!(started, Err(crate::AdminError::Listen { .. })));
    assert!(!socket.exists());
}

#[tokio::test]
async fn another_user_is_closed_unserved_and_counted() {
    if !testkit::needs("curl") || !testkit::root() {
        return;
    }
    let standing = Standing::start(Arc::default()).await;
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    // The file system would keep this user out already; here the second lock is tried, with the first one open.
    std::fs::set_permissions(standing.base.path(), mode(0o755)).expect("set");
    std::fs::set_permissions(&standing.socket, mode(0o666)).expect("set");
    let socket = standing.socket.clone();
    let status_as = move |user: Option<u32>| {
        let mut curl = Command::new(testkit::tool("curl"));
        curl.args(["--silent", "--max-time", "10", "--write-out", "%{http_code}", "--output", "/dev/null"]);
        curl.arg("--unix-socket").arg(&socket).arg("http://vestibule/health");
        if let Some(user) = user {
            curl.uid(user).gid(user);
        }
        String::from_utf8(curl.output().expect("curl runs").stdout).expect("UTF-8")
    };
    let (stranger, own) =
        tokio::task::spawn_blocking(move || (status_as(Some(65_534)), status_as(None))).await.expect("no panic");
    assert_eq!((stranger.as_str(), own.as_str()), ("000", "200"));
    assert_eq!(standing.refused("peer"), 1);
}
