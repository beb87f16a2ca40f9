//! The report: tables on the terminal, JSON for programs, a section of `bench/RESULTS.md` for readers.

#[cfg(test)]
mod tests;

use anyhow::Result;
use serde::Serialize;

use super::callers::{Counted, Timed};
use super::credential::{self, Credential};
use super::endpoint::Endpoint;
use super::house::Alone;
use super::sign_ins::SignIns;
use crate::bench::contender::Contender;
use crate::bench::figures::Figure;
use crate::bench::ground::{Cores, Ground};
use crate::bench::results::section;
use crate::bench::results::{EVEN, command, nothing, reached};
use crate::bench::{machine, table};
use crate::repository;

/// Tokens per second as a multiple of the peer's.
const ENDPOINT_AIM: f64 = 5.0;
/// Share of a core that the hashes alone take when people do nothing but sign in.
const HASHES_AIM: f64 = 0.85;

/// All that was measured.
#[derive(Serialize)]
pub(super) struct Measured {
    pub(super) callers: Vec<Timed>,
    /// Empty where nothing was counted.
    pub(super) counted: Vec<Counted>,
    pub(super) endpoint: Endpoint,
    pub(super) sign_ins: SignIns,
    pub(super) alone: Alone,
}

#[derive(Serialize)]
pub(super) struct Report {
    date: String,
    commit: String,
    command: String,
    cores: Cores,
    machine: Vec<String>,
    version: String,
    #[serde(flatten)]
    measured: Measured,
}

impl Report {
    pub(super) fn new(ground: &Ground, measured: Measured) -> Result<Self> {
        Ok(Self {
            date: machine::date(),
            commit: machine::commit(),
            command: command(),
            cores: ground.cores(),
            machine: machine::description(),
            version: Contender::Vestibule.version(ground)?,
            measured,
        })
    }

    pub(super) fn tables(&self) -> String {
        let measured = &self.measured;
        format!(
            "## A known caller beside nobody\n\n{}\n## Tokens\n\n{}\n## Sign-ins\n\n{}",
            table::markdown(&measured.callers()),
            table::markdown(&measured.tokens()),
            table::markdown(&measured.sign_ins()),
        )
    }

    /// Writes the section of identity of a file of the repository.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) fn write(&self, file: &str) -> Result<()> {
        let list = |lines: &[String]| lines.iter().map(|line| format!("- {line}\n")).collect::<String>();
        let text = format!(
            "{heading}\nMeasured on {date} at commit {commit} by `{command}`, which wrote this section.\n\n\
             {machine}- gateway and oidc-provider on core {core}, load generator and service on core {load}\n\
             - {version}\n- {peer}\n\n{HOW}\n{tables}",
            heading = section::IDENTITY,
            date = self.date,
            commit = self.commit,
            command = self.command,
            machine = list(&self.machine),
            core = self.cores.contender,
            load = self.cores.load,
            version = self.version,
            peer = self.measured.endpoint.peer_version,
            tables = self.tables(),
        );
        section::replace(&repository::root().join(file), &text)
    }
}

impl Measured {
    fn cpu(&self, credential: Credential) -> &[f64] {
        let one = self.callers.iter().find(|one| one.credential == credential);
        one.map_or(&[], |one| &one.cpu_us)
    }

    fn instructions(&self, credential: Credential) -> Option<f64> {
        self.counted.iter().find(|one| one.credential == credential).map(|one| one.instructions)
    }

    /// One row for each credential. Ratios of CPU near one are no claim; instructions decide.
    fn callers(&self) -> Vec<Vec<String>> {
        let heading = ["shown", "CPU µs/request", "to nobody", "instructions", "to nobody", "aim", "reached"];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        let nobody = (self.cpu(Credential::Nobody), self.instructions(Credential::Nobody));
        for credential in credential::ALL {
            let is_compared = credential != Credential::Nobody;
            let cpu = Figure::ratio(self.cpu(credential), nobody.0).filter(|_| is_compared);
            let counted = self.instructions(credential);
            let ratio = counted.zip(nobody.1).map(|(own, nobody)| own / nobody).filter(|_| is_compared);
            let aim = credential.aim();
            rows.push(vec![
                credential.title().to_owned(),
                text(self.cpu(credential)),
                cpu.map_or_else(String::new, |ratio| marked(&ratio)),
                counted.map_or_else(nothing, |count| format!("{count:.0}")),
                ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}")),
                aim.map_or_else(String::new, |aim| format!("≤ {aim}")),
                aim.map_or_else(String::new, |aim| reached(ratio.map(|ratio| ratio <= aim))),
            ]);
        }
        rows
    }

    fn tokens(&self) -> Vec<Vec<String>> {
        let Endpoint { own, peer, first_time_us, .. } = &self.endpoint;
        let per_core = |cpu_us: &[f64]| Figure::of(&cpu_us.iter().map(|cpu_us| 1e6 / cpu_us).collect::<Vec<_>>());
        let rate = Figure::ratio(&own.requests_per_second, &peer.requests_per_second);
        let verified = 1e6 / self.alone.es256_verified_us;
        let figure = |figure: Option<Figure>| figure.map_or_else(nothing, |figure| figure.text());
        vec![
            ["", "Vestibule", "oidc-provider", "Vestibule / this", "aim", "reached"].map(str::to_owned).to_vec(),
            vec![
                "refresh tokens redeemed, each for the next: per second".to_owned(),
                text(&own.requests_per_second),
                text(&peer.requests_per_second),
                rate.map_or_else(nothing, |ratio| marked(&ratio)),
                format!("≥ {ENDPOINT_AIM}"),
                reached(rate.map(|ratio| ratio.median >= ENDPOINT_AIM)),
            ],
            row("the same: CPU µs", &own.cpu_us, &peer.cpu_us),
            row("the same: p50 µs", &own.p50_us, &peer.p50_us),
            row("the same: p99 µs", &own.p99_us, &peer.p99_us),
            alone("tokens shown for the first time: CPU µs/request", &text(first_time_us)),
            alone("the same: requests per second of a core", &figure(per_core(first_time_us))),
            alone("ES256 verified and nothing else: per second of a core", &format!("{verified:.0}")),
        ]
    }

    fn sign_ins(&self) -> Vec<Vec<String>> {
        let shown = &self.sign_ins;
        let hashed: Vec<f64> = shown.per_second.iter().map(|rate| rate * self.alone.argon2id_us / 1e6).collect();
        let share = Figure::of(&hashed);
        let p99 = Figure::ratio(&shown.busy.p99_us, &shown.quiet.p99_us);
        let percent = |figure: Figure| format!("{:.0} % of the core", figure.median * 100.0);
        let row = |title: &str, value: String| vec![title.to_owned(), value, String::new(), String::new()];
        vec![
            ["", "", "aim", "reached"].map(str::to_owned).to_vec(),
            row("Argon2id and nothing else: CPU ms", format!("{:.1}", self.alone.argon2id_us / 1_000.0)),
            row("a sign-in: CPU ms", text(&shown.cpu_us.iter().map(|us| us / 1_000.0).collect::<Vec<_>>())),
            row("sign-ins per second", text(&shown.per_second)),
            vec![
                "of that, Argon2id".to_owned(),
                share.map_or_else(nothing, percent),
                format!("≥ {:.0} %", HASHES_AIM * 100.0),
                reached(share.map(|share| share.median >= HASHES_AIM)),
            ],
            row("sign-ins per second beside 1,000 requests/s of nobody", text(&shown.beside_requests_per_second)),
            row("those requests without sign-ins: p50 µs", text(&shown.quiet.p50_us)),
            row("those requests without sign-ins: p99 µs", text(&shown.quiet.p99_us)),
            row("those requests with sign-ins: p50 µs", text(&shown.busy.p50_us)),
            row("those requests with sign-ins: p99 µs", text(&shown.busy.p99_us)),
            vec![
                "p99 with sign-ins / without".to_owned(),
                p99.map_or_else(nothing, |ratio| marked(&ratio)),
                "flat".to_owned(),
                reached(p99.map(|ratio| ratio.median < EVEN.end)),
            ],
        ]
    }
}

fn row(title: &str, own: &[f64], peer: &[f64]) -> Vec<String> {
    let ratio = Figure::ratio(own, peer).map_or_else(nothing, |ratio| marked(&ratio));
    vec![title.to_owned(), text(own), text(peer), ratio, String::new(), String::new()]
}

fn alone(title: &str, value: &str) -> Vec<String> {
    [title, value, "", "", "", ""].map(str::to_owned).to_vec()
}

fn text(values: &[f64]) -> String {
    Figure::of(values).map_or_else(nothing, |figure| figure.text())
}

/// A ratio's text, marked if it is too near to one to be a claim.
fn marked(ratio: &Figure) -> String {
    format!("{}{}", if EVEN.contains(&ratio.median) { "≈ " } else { "" }, ratio.text())
}

const HOW: &str = include_str!("report/how.md");
