//! Which of its addresses a name is called at. Nothing leaves this machine: what is refused is refused before.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use policy::HouseWork;
use tokio::net::TcpListener;

use super::*;
use crate::house;
use crate::keeper::Lookup;

const SOON: Duration = Duration::from_secs(10);

/// Gives these answers one after the other, and the last again and again.
struct Told {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Resolve for Told {
    fn lookup<'a>(&'a self, _: &'a str, port: u16) -> Lookup<'a> {
        let at = self.asked.fetch_add(1, Ordering::Relaxed).min(self.answers.len() - 1);
        let answer = self.answers[at].iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        Box::pin(async move { Ok(answer) })
    }
}

/// Knows nobody, or never says.
struct Silent {
    hangs: bool,
}

impl Resolve for Silent {
    fn lookup<'a>(&'a self, _: &'a str, _: u16) -> Lookup<'a> {
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            Err(io::ErrorKind::NotFound.into())
        })
    }
}

fn told(answers: &[&[&str]]) -> (Dialler, Arc<Told>) {
    let ips = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().expect("an address")).collect();
    let told = Arc::new(Told { answers: answers.iter().map(ips).collect(), asked: AtomicUsize::new(0) });
    (Dialler::new(Arc::clone(&told) as Arc<dyn Resolve>), told)
}

async fn resolved(to: &Destination, answer: &[&str]) -> Result<Vec<String>, DialError> {
    let found = told(&[answer]).0.resolve(house(HouseWork::IssuerKeys), to, SOON).await?;
    Ok(found.iter().map(|address| address.ip().to_string()).collect())
}

fn on_a_caller_s_word() -> Destination {
    Destination::supplied("shop.example", 443, &[]).expect("a name")
}

fn on_the_file_s_word(name: &str) -> Destination {
    Destination::configured(name, 443).expect("a name")
}

#[tokio::test]
async fn on_a_caller_s_word_one_bad_address_among_good_ones_refuses_the_name() {
    let to = on_a_caller_s_word();
    assert_eq!(resolved(&to, &["8.8.8.8", "1.1.1.1"]).await.expect("public"), ["8.8.8.8", "1.1.1.1"]);
    for bad in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "100.64.0.1"] {
        for answer in [[bad, "8.8.8.8"], ["8.8.8.8", bad]] {
            let refused = resolved(&to, &answer).await.expect_err(bad);
            let DialError::Refused { address, .. } = refused else { panic!("{refused}") };
            assert_eq!(address.to_string(), bad);
        }
    }
}

#[tokio::test]
async fn on_the_file_s_word_private_addresses_are_called_and_those_of_nobody_left_out() {
    let to = on_the_file_s_word("shop.internal");
    assert_eq!(resolved(&to, &["169.254.169.254", "10.0.0.1", "::"]).await.expect("private"), ["10.0.0.1"]);
    let refused = resolved(&to, &["169.254.169.254"]).await.expect_err("metadata");
    assert!(matches!(refused, DialError::Refused { kind: AddressKind::Metadata, .. }), "{refused}");
    let refused = resolved(&to, &["127.0.0.1"]).await.expect_err("a name that does not say so");
    assert!(matches!(refused, DialError::Refused { kind: AddressKind::Loopback, .. }), "{refused}");
    assert_eq!(resolved(&on_the_file_s_word("a.localhost"), &["127.0.0.1"]).await.expect("it says so"), ["127.0.0.1"]);
}

#[tokio::test]
async fn a_name_without_an_address_is_told_from_one_that_cannot_be_looked_up() {
    let to = on_the_file_s_word("shop.internal");
    assert!(matches!(resolved(&to, &[]).await, Err(DialError::NoAddress { .. })));
    let nobody = Dialler::new(Arc::new(Silent { hangs: false }));
    let failed = nobody.resolve(house(HouseWork::Mail), &to, SOON).await;
    assert!(matches!(failed, Err(DialError::Unresolved { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_hangs_holds_nobody_up() {
    let hangs = Dialler::new(Arc::new(Silent { hangs: true }));
    let began = tokio::time::Instant::now();
    let late = hangs.connect(house(HouseWork::Mail), &on_the_file_s_word("shop.internal"), SOON).await;
    assert!(matches!(late, Err(DialError::TooLate { .. })));
    assert_eq!(began.elapsed(), SOON);
}

#[tokio::test]
async fn the_connection_goes_to_the_very_address_that_was_judged() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    // The first answer passes; whoever asked again before connecting would get the second.
    let (dialler, told) = told(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let to = Destination::configured("rebinding.localhost", port).expect("a name");
    let stream = dialler.connect(house(HouseWork::IssuerKeys), &to, SOON).await.expect("connected");
    assert_eq!(stream.peer_addr().expect("connected"), listener.local_addr().expect("bound"));
    assert_eq!(told.asked.load(Ordering::Relaxed), 1);
    let refused = dialler.connect(house(HouseWork::IssuerKeys), &to, SOON).await;
    assert!(matches!(refused, Err(DialError::Refused { .. })), "each connection is looked up and judged anew");
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_refuses_and_a_written_one_is_never_looked_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let (dialler, told) = told(&[&["127.0.0.9", "127.0.0.1"]]);
    let to = Destination::configured("localhost", port).expect("a name");
    let stream = dialler.connect(house(HouseWork::IssuerKeys), &to, SOON).await.expect("connected");
    assert_eq!(stream.peer_addr().expect("connected").ip().to_string(), "127.0.0.1");
    let written = Destination::configured("127.0.0.1", port).expect("an address");
    dialler.connect(house(HouseWork::IssuerKeys), &written, SOON).await.expect("connected");
    assert_eq!(told.asked.load(Ordering::Relaxed), 1);
    drop(listener);
    let unreached = dialler.connect(house(HouseWork::IssuerKeys), &written, SOON).await;
    assert!(matches!(unreached, Err(DialError::Unreached { .. })));
}

#[test]
fn families_take_turns_and_few_addresses_are_tried() {
    let addresses = |texts: &[&str]| -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().expect("an address"), 443)).collect()
    };
    let given = addresses(&["2606::1", "2606::2", "2606::2", "2606::3", "1.1.1.1", "1.1.1.2", "2606::4", "2606::5"]);
    let expected = addresses(&["2606::1", "1.1.1.1", "2606::2", "1.1.1.2", "2606::3", "2606::4"]);
    assert_eq!(in_turn(given), expected);
}
