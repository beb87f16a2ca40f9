//! Why there is no answer.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use super::{ClientError, request};
use crate::specimen::PATIENCE;

#[tokio::test]
async fn where_nobody_listens_it_says_so() {
    let base = tempfile::tempdir().expect("a directory");
    let path = base.path().join("admin.sock");
    let asked = request(&path, "GET", "/status", PATIENCE).await;
    assert!(matches!(asked, Err(ClientError::Unreachable { .. })), "no such file");
    drop(UnixListener::bind(&path).expect("a socket"));
    let asked = request(&path, "GET", "/status", PATIENCE).await;
    let Err(error @ ClientError::Unreachable { .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(error.to_string(), format!("no gateway at unix:{}", path.display()));
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_not_waited_for_for_ever() {
    let base = tempfile::tempdir().expect("a directory");
    let path = base.path().join("admin.sock");
    let _listener = UnixListener::bind(&path).expect("a socket");
    let asked = request(&path, "GET", "/status", Duration::from_millis(50)).await;
    assert!(matches!(asked, Err(ClientError::TimedOut { .. })), "{asked:?}");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_no_answer() {
    let base = tempfile::tempdir().expect("a directory");
    let path = base.path().join("admin.sock");
    let listener = UnixListener::bind(&path).expect("a socket");
    tokio::spawn(async move {
        for answer in ["", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let _ = stream.read(&mut [0; 1_024]).await;
            stream.write_all(answer.as_bytes()).await.expect("sent");
        }
    });
    for _ in 0..3 {
        let asked = request(&path, "GET", "/status", PATIENCE).await;
        assert!(matches!(asked, Err(ClientError::Broken { .. })), "{asked:?}");
    }
}

#[tokio::test]
async fn what_is_not_a_request_is_not_sent() {
    let asked = request(std::path::Path::new("/nowhere"), "GE T", "/", PATIENCE).await;
    assert!(matches!(asked, Err(ClientError::Request { .. })));
}
