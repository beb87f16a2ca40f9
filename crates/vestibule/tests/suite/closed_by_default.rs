//! No request without identity reaches a service unless its API says `public`: over random configurations.
//!
//! Files are drawn from the whole grammar (`draw`), loaded, and run in this
//! process. Somebody without an identity, and with made-up ones, tries every
//! published operation and what lies beside them, at every door (`probe`). Each
//! request has a number, which the services report; whether one may arrive is
//! read from the drawn tree by code that shares nothing with the rooms
//! (`verdict`). A run fails too if any key, word, form or loosening of the
//! grammar that is built was in no file that loaded.
//!
//! `VESTIBULE_SEED` and `VESTIBULE_FILES` choose another run.

mod cast;
mod draw;
mod elements;
mod issuers;
mod probe;
mod provider;
mod tree;
mod verdict;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime};

use config::defaults::Unidentified;
use config::{Defaults, Environment};
use draw::Surroundings;
use fastrand::Rng;
use gateway::{CertificateAndKey, Gateway, Options};
use probe::{Caller, Probe};
use testkit::{Backend, Http2Backend, Leaf, Reply, Root, script};

use crate::ask;

/// Files that are drawn, where nothing else is said; most of them load.
const FILES: usize = 180;
/// Of a hundred drawn files so many must load, or little is tried.
const LOADED_AT_LEAST: usize = 60;

/// Services, certificates and a folder for every file of a run.
struct Ground {
    services: Vec<Backend>,
    /// Says yes; kept so that it does.
    _asked: (Backend, Http2Backend),
    /// The target of each request that arrived at a service.
    arrivals: Receiver<String>,
    surroundings: Surroundings,
    folder: tempfile::TempDir,
    people: Root,
    foreign: Root,
    leaf: Leaf,
    runtime: tokio::runtime::Runtime,
}

/// What a run came to.
#[derive(Default)]
struct Outcome {
    loaded: usize,
    /// Faults of files that did not load, and how often.
    faults: BTreeMap<String, usize>,
    /// In how many files that loaded each element of the grammar was.
    drawn: BTreeMap<String, usize>,
    probes: usize,
    arrivals: usize,
    /// Requests that reached a service and were not meant to.
    violations: Vec<String>,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (people, workloads) = (Root::new("people"), Root::new("workloads"));
        let leaf = people.server(&["localhost", "127.0.0.1", "*.drawn.test"]);
        let write = |name: &str, text: &str| {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
        };
        write("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        write("app.json", provider::PUBLIC_KEYS);
        std::fs::create_dir(folder.path().join("site")).expect("a folder");
        write("door.pem", &leaf.pem);
        write("door-key.pem", &leaf.key_pem);
        write("workloads.pem", workloads.pem());
        write("workloads-key.pem", &workloads.key_pem());
        write("seal", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        write("binding.key", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W");
        let (report, arrivals) = channel();
        let services: Vec<Backend> = (0..3)
            .map(|_| {
                let report = report.clone();
                Backend::choosing(move |head, _| {
                    report.send(head.target.clone()).expect("the test is there");
                    script::answer(Reply::ok("served"))
                })
            })
            .collect();
        let (asked, called) = (Backend::saying("yes"), Http2Backend::always(ask::ext_authz::yes()));
        let url = |number: usize| services[number].url().to_owned();
        let urls = [vec![url(0), url(1)], vec![url(2)]];
        let surroundings = Surroundings { urls, asked: asked.url().to_owned(), called: called.url() };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        Self {
            services,
            _asked: (asked, called),
            arrivals,
            surroundings,
            folder,
            people,
            foreign: Root::new("workloads"),
            leaf,
            runtime,
        }
    }

    /// Draws, loads and tries files; ends early at the first violation where that is all that is asked.
    fn run(&self, seed: u64, files: usize, defaults: &Defaults, until_violated: bool) -> Outcome {
        let mut random = Rng::with_seed(seed);
        let mut outcome = Outcome::default();
        for _ in 0..files {
            let file = draw::draw(&mut random, &self.surroundings);
            self.try_file(&file, defaults, &mut outcome);
            if until_violated && !outcome.violations.is_empty() {
                break;
            }
        }
        outcome
    }

    fn try_file(&self, file: &draw::Drawn, defaults: &Defaults, outcome: &mut Outcome) {
        let text = file.tree.to_yaml();
        let Some(settings) = self.load(&text, file, defaults, outcome) else { return };
        outcome.loaded += 1;
        for element in &file.elements {
            *outcome.drawn.entry(element.clone()).or_default() += 1;
        }
        let observatory =
            observe::Settings { log: observe::LogSettings { format: observe::LogFormat::Off, colour: false } };
        let observatory = observe::Observatory::start(observatory, Box::new(std::io::sink())).expect("a thread");
        let options = Options { threads: 1, ..Options::default() };
        let opened = settings.doors.iter().map(|door| door.door.name.to_string()).collect::<Vec<_>>();
        let gateway =
            self.runtime.block_on(Gateway::start(settings, options, observatory.clone())).expect("free ports");
        let sent = self.probe(file, &opened, outcome);
        self.runtime.block_on(gateway.shutdown(Duration::from_secs(5)));
        observatory.flush_and_stop();
        // Whatever was forwarded has arrived: the connections to the services are gone with the gateway.
        for target in self.arrivals.try_iter().filter(|target| target != draw::HEALTH) {
            outcome.arrivals += 1;
            let number = target.rsplit_once("probe=").and_then(|(_, number)| number.parse::<usize>().ok());
            let probe = number.and_then(|number| sent.get(&number));
            if !probe.is_some_and(|probe| probe.may_arrive) {
                outcome.violations.push(format!("{target} arrived: {probe:?}\n{text}"));
            }
        }
    }

    fn load(
        &self,
        text: &str,
        file: &draw::Drawn,
        defaults: &Defaults,
        outcome: &mut Outcome,
    ) -> Option<gateway::Settings> {
        let mut variables = Vec::new();
        file.tree.variables(&mut variables);
        let environment = Environment::new(variables.into_iter().collect(), SystemTime::now());
        match config::load_text("vestibule.yaml", text, self.folder.path(), defaults, &environment) {
            Ok(loaded) => {
                let mut plan = loaded.plan;
                // What the wiring does with the local CA.
                for local in &plan.local_certificates {
                    let tls = plan.gateway.doors.get_mut(local.door).and_then(|door| door.tls.as_mut());
                    let pair = CertificateAndKey { chain: vec![self.leaf.der.clone()], key: self.leaf.key() };
                    tls.expect("a door with TLS").certificates = vec![pair];
                }
                // And with the keys by which services are told who called.
                let key = auth::jose::SigningKey::generate(auth::jose::Algorithm::Es256).expect("a key");
                plan.gateway.assertions.connect(Arc::new(gateway::AssertionKeys::new(Arc::new(key), "{}")));
                Some(plan.gateway)
            }
            Err(refused) => {
                let rendered = refused.faults.render(false);
                for line in rendered.lines().filter(|line| line.starts_with("error[")) {
                    *outcome.faults.entry(line.to_owned()).or_default() += 1;
                }
                None
            }
        }
    }

    /// Everything that was sent, by its number.
    fn probe(&self, file: &draw::Drawn, opened: &[String], outcome: &mut Outcome) -> HashMap<usize, Probe> {
        let mut sent = HashMap::new();
        for door in file.cast.doors.iter().filter(|door| opened.iter().any(|name| name == door.name)) {
            let probes = probe::at_door(&file.tree, &file.cast, door);
            for way in Caller::all(door, &self.people, &self.foreign) {
                sent.extend(Caller::new(way, &mut outcome.probes).send(&probes));
            }
        }
        sent
    }
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seed of this run.
fn seed() -> u64 {
    from_environment("VESTIBULE_SEED").unwrap_or_else(|| fastrand::u64(..))
}

#[test]
fn no_request_without_identity_reaches_a_service_unless_its_api_says_public() {
    let began = Instant::now();
    let ground = Ground::new();
    let files = from_environment("VESTIBULE_FILES").unwrap_or(FILES);
    let seed = seed();
    println!("VESTIBULE_SEED={seed}");
    let outcome = ground.run(seed, files, &Defaults::standard(), false);
    let Outcome { loaded, probes, arrivals, .. } = outcome;
    println!("{loaded} of {files} files, {probes} requests, {arrivals} arrived, {:?}", began.elapsed());
    println!("rarest: {:?}", outcome.drawn.iter().min_by_key(|(_, files)| **files));
    assert!(
        outcome.violations.is_empty(),
        "{} arrived; the first:\n{}",
        outcome.violations.len(),
        outcome.violations[0]
    );
    assert!(loaded * 100 >= files * LOADED_AT_LEAST, "{loaded} of {files} files loaded: {:#?}", outcome.faults);
    assert!(arrivals > probes / 50, "of {probes} requests only {arrivals} arrived: nothing was open at all");
    let never: Vec<_> = elements::all().into_iter().filter(|element| !outcome.drawn.contains_key(element)).collect();
    assert!(
        never.is_empty(),
        "in no file that loaded: {never:#?}\nof {loaded}; faults of the others: {:#?}",
        outcome.faults
    );
    // What did arrive was whole and strict.
    for service in &ground.services {
        let _ = service.requests();
    }
}

#[test]
fn one_default_flipped_at_either_kind_of_door_makes_the_same_test_fail() {
    let ground = Ground::new();
    let seed = seed();
    println!("VESTIBULE_SEED={seed}");
    let (mut client, mut server) = (Defaults::standard(), Defaults::standard());
    client.client.unidentified = Unidentified::Everywhere;
    server.server.unidentified = Unidentified::Everywhere;
    for (kind, mutant) in [("client", client), ("server", server)] {
        let outcome = ground.run(seed, FILES, &mutant, true);
        assert!(
            !outcome.violations.is_empty(),
            "{kind} doors open to everyone, and {} requests noticed nothing",
            outcome.probes
        );
    }
}

#[test]
fn the_grammar_has_elements_of_every_sort() {
    let all = elements::all();
    for element in [".apis.*.public", ".apis.*.callers.keys (list)", ".doors.*.tls=none", ".doors.*.loosen.plaintext"] {
        assert!(all.contains(element), "{element} is not in {all:#?}");
    }
    assert!(all.len() > 100, "{}", all.len());
}
