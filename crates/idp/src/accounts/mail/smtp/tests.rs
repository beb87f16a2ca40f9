//! Mail handed over to a server: with STARTTLS, with TLS from the first octet, and refused without.

use std::sync::Arc;

use lettre::address::Address as LettreAddress;
use model::Secret;
use rustls::ServerConfig;
use testkit::certificates::{LeafRequest, Root};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use upstream::{Dialler, SystemResolver};

use super::{Letter, MailError, Mailer, Smtp, SmtpSettings};
use crate::accounts::Address;
use crate::{MailServer, MailTls};

/// How the server of a test behaves.
#[derive(Clone, Copy)]
struct Manner {
    implicit: bool,
    starttls: bool,
    to_rcpt: &'static str,
}

const USUAL: Manner = Manner { implicit: false, starttls: true, to_rcpt: "250 ok" };

/// Serves one connection; gives every line that it got, with `TLS` where the connection was encrypted from then on.
async fn serve(listener: TcpListener, root: Arc<Root>, manner: Manner) -> Vec<String> {
    let leaf = root.issue(&LeafRequest { addresses: vec!["127.0.0.1".parse().unwrap()], ..LeafRequest::named(&[]) });
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der.clone()], leaf.key())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut lines = Vec::new();
    if manner.implicit {
        lines.push("TLS".to_owned());
        let Ok(mut encrypted) = acceptor.accept(stream).await else { return lines };
        talk(&mut encrypted, manner, true, &mut lines).await;
        return lines;
    }
    if talk(&mut stream, manner, false, &mut lines).await {
        lines.push("TLS".to_owned());
        let Ok(mut encrypted) = acceptor.accept(stream).await else { return lines };
        talk(&mut encrypted, Manner { starttls: false, ..manner }, true, &mut lines).await;
    }
    lines
}

/// Answers until the end, or until STARTTLS, which it says. After STARTTLS there is no greeting.
async fn talk<S>(stream: &mut S, manner: Manner, encrypted: bool, lines: &mut Vec<String>) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    let greet = !encrypted || manner.implicit;
    if greet {
        say(&mut stream, "220 test ESMTP").await;
    }
    let mut line = String::new();
    while {
        line.clear();
        stream.read_line(&mut line).await.unwrap_or(0) > 0
    } {
        let said = line.trim_end().to_owned();
        lines.push(said.clone());
        let verb = said.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let offer = if manner.starttls { "250-STARTTLS\r\n" } else { "" };
                say(&mut stream, &format!("250-test\r\n{offer}250-8BITMIME\r\n250 AUTH PLAIN LOGIN")).await;
            }
            "STARTTLS" => {
                say(&mut stream, "220 go on").await;
                return true;
            }
            "AUTH" => say(&mut stream, "235 you are").await,
            "RCPT" => say(&mut stream, manner.to_rcpt).await,
            "DATA" => {
                say(&mut stream, "354 go on").await;
                let mut text = String::new();
                while {
                    text.clear();
                    stream.read_line(&mut text).await.unwrap_or(0) > 0
                } && text != ".\r\n"
                {
                    lines.push(format!("| {}", text.trim_end()));
                }
                say(&mut stream, "250 taken").await;
            }
            "QUIT" => say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 ok").await,
        }
    }
    false
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) {
    let _ = stream.write_all(format!("{text}\r\n").as_bytes()).await;
    let _ = stream.flush().await;
}

fn letter() -> Letter {
    Letter {
        to: Address::parse("ada@shop.example").unwrap(),
        subject: "Your account at Café ✓".into(),
        text: Secret::new("Follow this:\n\nhttps://shop.example/auth/verify?link=link_abc\n.\nZürich\n".into()),
    }
}

fn sender(port: u16, tls: MailTls, credentials: bool, anchor: &Root) -> Smtp {
    let settings = SmtpSettings {
        server: MailServer { host: "127.0.0.1".into(), port, tls },
        from: Address::parse("shop@shop.example").unwrap(),
        name: "Corner Shop, Ltd \"x\"".into(),
        credentials: credentials.then(|| ("shop".into(), Arc::new(Secret::new("pass".to_owned())))),
        anchors: vec![anchor.der().to_vec()],
    };
    Smtp::new(settings, Dialler::new(Arc::new(SystemResolver))).unwrap()
}

async fn exchange(
    manner: Manner,
    tls: MailTls,
    credentials: bool,
    believed: bool,
) -> (Result<(), MailError>, Vec<String>) {
    let root = Arc::new(Root::new("mail"));
    let stranger = Root::new("somebody else");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(serve(listener, Arc::clone(&root), manner));
    let smtp = sender(port, tls, credentials, if believed { &root } else { &stranger });
    let sent = smtp.send(&letter()).await;
    drop(smtp);
    (sent, serving.await.unwrap())
}

fn place(lines: &[String], start: &str) -> Option<usize> {
    lines.iter().position(|line| line.starts_with(start))
}

#[tokio::test]
async fn a_mail_goes_out_after_starttls_with_password_and_all() {
    let (sent, lines) = exchange(USUAL, MailTls::StartTls, true, true).await;
    assert_eq!(sent, Ok(()), "{lines:?}");
    let tls = place(&lines, "TLS").unwrap();
    assert!(place(&lines, "AUTH PLAIN").unwrap() > tls, "{lines:?}");
    assert!(place(&lines, "MAIL FROM:<shop@shop.example>").unwrap() > tls, "{lines:?}");
    assert!(place(&lines, "RCPT TO:<ada@shop.example>").is_some(), "{lines:?}");
    for head in ["| From: ", "| To: ada@shop.example", "| Subject: ", "| Date: ", "| Message-ID: <"] {
        assert!(place(&lines, head).is_some(), "{head}: {lines:?}");
    }
    assert!(lines.contains(&"| Auto-Submitted: auto-generated".to_owned()), "{lines:?}");
    assert!(lines.iter().all(|line| line.is_ascii()), "{lines:?}");
}

#[tokio::test]
async fn a_mail_goes_out_over_tls_from_the_first_octet() {
    let (sent, lines) =
        exchange(Manner { implicit: true, starttls: false, ..USUAL }, MailTls::AtOnce, true, true).await;
    assert_eq!(sent, Ok(()), "{lines:?}");
    assert_eq!(place(&lines, "TLS"), Some(0));
}

#[tokio::test]
async fn a_server_whose_certificate_is_not_believed_gets_nothing() {
    for (manner, tls) in
        [(USUAL, MailTls::StartTls), (Manner { implicit: true, starttls: false, ..USUAL }, MailTls::AtOnce)]
    {
        let (sent, lines) = exchange(manner, tls, true, false).await;
        assert!(sent.is_err(), "{lines:?}");
        for start in ["AUTH", "MAIL", "RCPT", "|"] {
            assert_eq!(place(&lines, start), None, "{lines:?}");
        }
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    for credentials in [false, true] {
        let (sent, lines) = exchange(Manner { starttls: false, ..USUAL }, MailTls::StartTls, credentials, true).await;
        assert_eq!(sent, Err(MailError::Refused("the server offers no STARTTLS".into())));
        assert_eq!(place(&lines, "AUTH").or(place(&lines, "MAIL")), None, "{lines:?}");
    }
}

#[tokio::test]
async fn what_the_server_says_decides_about_another_try() {
    let refuse = |to_rcpt| Manner { to_rcpt, ..USUAL };
    let (sent, _) = exchange(refuse("550 no such user"), MailTls::StartTls, false, true).await;
    assert!(matches!(&sent, Err(MailError::Refused(said)) if said.contains("no such user")), "{sent:?}");
    let (sent, _) = exchange(refuse("451 later"), MailTls::StartTls, false, true).await;
    assert!(matches!(&sent, Err(MailError::Away(_))), "{sent:?}");
}

#[tokio::test]
async fn where_nobody_listens_the_mail_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let sent = sender(port, MailTls::StartTls, false, &Root::new("mail")).send(&letter()).await;
    assert!(matches!(sent, Err(MailError::Away(_))), "{sent:?}");
}

#[test]
fn every_address_of_ours_is_one_of_the_librarys() {
    for text in ["a@b.example", "o'neil+x@xn--bcher-kva.example", "!#$%&'*+-/=?^_`{|}~@b.example"] {
        assert!(Address::parse(text).is_ok() && text.parse::<LettreAddress>().is_ok(), "{text}");
    }
}
