//! Asks each replica now and then whether it is well, where the file names a route for that.
//!
//! The only request that is sent without a permit: made of the file alone, by the house itself; nothing that a caller
//! sent is in it, and nothing of its answer but the status is used.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use fastrand::Rng;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinSet;
use wire::{HeadLimits, Method, ResponseHead, proxy};

use crate::endpoint::{Address, Endpoint};
use crate::http2;
use crate::keeper::{Of, jittered};
use crate::settings::{Http, ProbeSettings};
use crate::tls::agreed_on_http2;

/// For one probe, unless they come more often than that.
const WITHIN: Duration = Duration::from_secs(5);
/// Probes under way at once, for one group.
const AT_ONCE: usize = 8;
/// Interim answers taken before the final one.
const INTERIM_AT_MOST: usize = 4;
/// Bounds on the head of an answer.
const HEAD: HeadLimits = HeadLimits { head_bytes: 16 * 1024, target_bytes: 0, fields: 100 };

/// What the probes of one endpoint found lately.
#[derive(Clone, Copy, Debug, Default)]
struct Streak {
    good: u32,
    bad: u32,
}

impl Streak {
    /// One more; a verdict where there were enough in a row.
    fn add(&mut self, good: bool, settings: &ProbeSettings) -> Option<bool> {
        if good {
            *self = Self { good: self.good.saturating_add(1), bad: 0 };
            (self.good >= settings.healthy_after).then_some(true)
        } else {
            *self = Self { good: 0, bad: self.bad.saturating_add(1) };
            (self.bad >= settings.unhealthy_after).then_some(false)
        }
    }
}

/// Probes the endpoints of a group for ever. An endpoint counts as well until its probes say otherwise.
#[expect(clippy::mutable_key_type, reason = "what can change in a TLS configuration is no part of its identity")]
pub(crate) async fn watch_over(of: Of, settings: ProbeSettings) {
    let mut random = Rng::new();
    let mut streaks: HashMap<Address, Streak> = HashMap::new();
    loop {
        let lineup = of.group().lineup().to_vec();
        let found = probe_all(&lineup, &of, &settings).await;
        streaks.retain(|address, _| lineup.iter().any(|endpoint| endpoint.address() == address));
        for (endpoint, good) in found {
            let streak = streaks.entry(endpoint.address().clone()).or_default();
            if let Some(healthy) = streak.add(good, &settings) {
                endpoint.probed(healthy, Instant::now());
            }
        }
        tokio::time::sleep(jittered(settings.every, &mut random)).await;
    }
}

async fn probe_all(lineup: &[Arc<Endpoint>], of: &Of, settings: &ProbeSettings) -> Vec<(Arc<Endpoint>, bool)> {
    let authority = of.group().origins().first().map(crate::settings::Origin::authority).unwrap_or_default();
    let request: Arc<str> = Arc::from(format!(
        "{} {} HTTP/1.1\r\nhost: {authority}\r\nuser-agent: vestibule-probe\r\nconnection: close\r\n\r\n",
        settings.method, settings.path
    ));
    let method = if &*settings.method == "HEAD" { Method::Head } else { Method::Get };
    let within = WITHIN.min(settings.every);
    let mut introduction = Vec::new();
    if let Some(version) = settings.introduce {
        proxy::write(&mut introduction, version, None);
    }
    let introduction: Arc<[u8]> = Arc::from(introduction);
    let (mut found, mut under_way) = (Vec::with_capacity(lineup.len()), JoinSet::new());
    for endpoint in lineup {
        if under_way.len() == AT_ONCE {
            found.extend(under_way.join_next().await.and_then(Result::ok));
        }
        let (endpoint, introduction, request) = (Arc::clone(endpoint), Arc::clone(&introduction), Arc::clone(&request));
        under_way.spawn(async move {
            let asked = tokio::time::timeout(within, ask(endpoint.address(), &introduction, &request, method)).await;
            let good = matches!(asked, Ok(Ok(200..=399)));
            (endpoint, good)
        });
    }
    while let Some(ended) = under_way.join_next().await {
        found.extend(ended.ok());
    }
    found
}

/// The status of one answer.
async fn ask(address: &Address, introduction: &[u8], request: &str, method: Method) -> io::Result<u16> {
    let http = if introduction.is_empty() { address.http() } else { Http::One };
    let tcp = async |address| {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(introduction).await.map(|()| stream)
    };
    match address {
        Address::Tcp(address, _) => speak(tcp(*address).await?, http, request, method).await,
        Address::Tls(address, tls, _) => {
            let stream = tls.connect(tcp(*address).await?, http).await?;
            if agreed_on_http2(&stream) {
                exchange_http2(stream, "https", request).await
            } else {
                exchange(stream, request, method).await
            }
        }
        Address::Unix(path, _) => {
            let mut stream = UnixStream::connect(path).await?;
            stream.write_all(introduction).await?;
            speak(stream, http, request, method).await
        }
    }
}

/// In cleartext it is the file that says which HTTP is spoken.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    http: Http,
    request: &str,
    method: Method,
) -> io::Result<u16> {
    match http {
        Http::Two => exchange_http2(stream, "http", request).await,
        Http::One | Http::Auto => exchange(stream, request, method).await,
    }
}

async fn exchange_http2(stream: impl AsyncRead + AsyncWrite + Unpin, scheme: &str, request: &str) -> io::Result<u16> {
    let request = http2::request(request.as_bytes(), scheme, false).ok_or(io::ErrorKind::InvalidInput)?;
    let (mut requests, connection) = h2::client::handshake(stream).await.map_err(io::Error::other)?;
    let (answer, _) = requests.send_request(request, true).map_err(io::Error::other)?;
    tokio::select! {
        answer = answer => Ok(answer.map_err(io::Error::other)?.status().as_u16()),
        ended = connection => Err(ended.map_or_else(io::Error::other, |()| io::ErrorKind::UnexpectedEof.into())),
    }
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str, method: Method) -> io::Result<u16> {
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let (mut read, mut head, mut interim) = (BytesMut::with_capacity(1024), ResponseHead::new(), 0);
    loop {
        let parsed =
            head.parse(&read, method, &HEAD).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        match parsed {
            Some(length) if head.status() < 200 && interim < INTERIM_AT_MOST => {
                read.advance(length);
                interim += 1;
            }
            Some(_) => return Ok(head.status()),
            None if stream.read_buf(&mut read).await? == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
