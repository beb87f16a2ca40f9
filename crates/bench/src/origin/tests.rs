//! The origin as a client of gRPC and a caller that keeps WebSockets open see it.

use super::{Origin, bind, serve};
use bytes::Bytes;
use http::{HeaderMap, Request};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::spawn_local;

/// Runs an origin and a caller of it on one thread.
fn with_origin<F: Future<Output = ()>>(caller: impl FnOnce(SocketAddr, Origin) -> F) {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async {
        let (listener, origin) = (bind("127.0.0.1:0".parse().unwrap()).unwrap(), Origin::default());
        let address = listener.local_addr().unwrap();
        spawn_local(serve(listener, origin.clone()));
        caller(address, origin).await;
    });
}

/// The message and the trailers that a call is answered with.
async fn call(sender: &mut h2::client::SendRequest<Bytes>, parts: &[&'static str]) -> (Vec<u8>, HeaderMap) {
    let request = Request::post("http://localhost/bench.Echo/Call").body(()).unwrap();
    let (answer, mut body) = sender.send_request(request, false).unwrap();
    for (index, part) in parts.iter().enumerate() {
        body.send_data(Bytes::from_static(part.as_bytes()), index + 1 == parts.len()).unwrap();
    }
    let answer = answer.await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/grpc".parse().unwrap())
    );
    let (mut body, mut message) = (answer.into_body(), Vec::new());
    while let Some(part) = body.data().await {
        message.extend(part.unwrap());
    }
    (message, body.trailers().await.unwrap().unwrap())
}

/// Calls twice, because fields are written anew the first time only.
fn calls_are_answered(builder: h2::client::Builder) {
    with_origin(|address, origin| async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) = builder.handshake(stream).await.unwrap();
        spawn_local(connection);
        for parts in [&["a message"][..], &["in ", "two parts"], &["again"]] {
            sender = sender.ready().await.unwrap();
            let (message, trailers) = call(&mut sender, parts).await;
            assert_eq!(message, parts.concat().as_bytes());
            assert_eq!(trailers["grpc-status"], "0");
        }
        assert_eq!(origin.requests(), 3);
    });
}

#[test]
fn a_call_gets_its_message_back_and_trailers() {
    calls_are_answered(h2::client::Builder::new());
}

#[test]
fn a_caller_without_a_table_gets_its_fields_in_full() {
    let mut builder = h2::client::Builder::new();
    builder.header_table_size(0);
    calls_are_answered(builder);
}

#[test]
fn an_answer_may_be_kept_where_it_is_asked_for() {
    with_origin(|address, origin| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /cached/3 HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut answer = [0; 1024];
        let count = stream.read(&mut answer).await.unwrap();
        let text = str::from_utf8(&answer[..count]).unwrap();
        assert!(text.contains("\r\ncache-control: public, max-age=3600\r\n") && text.ends_with("\r\n\r\n!\"#"));
        let date = text.lines().find_map(|line| line.strip_prefix("date: ")).unwrap();
        assert!(date.len() == 29 && date.ends_with(" GMT") && !date.contains("2024"), "{date}");
        assert_eq!(origin.requests(), 1);
    });
}
