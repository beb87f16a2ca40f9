//! What must hold of any text given as a configuration; shared by the tests and the fuzz target.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use config::{Defaults, Environment, FaultCode, Faults, Loaded, Refused, load_text};
use model::{DoorKind, OperationId};

/// Loads a text in a folder that is not there, on 2026-11-23, with one variable.
pub(crate) fn loaded(text: &str) -> Result<Loaded, Box<Refused>> {
    let variables = BTreeMap::from([("NAME".to_owned(), "127.0.0.1".to_owned())]);
    let environment = Environment::new(variables, UNIX_EPOCH + Duration::from_secs(1_795_392_000));
    load_text("vestibule.yaml", text, Path::new("/nowhere"), &Defaults::standard(), &environment)
}

/// A text is refused with faults that lie in it, or loads and lets nobody in whom it does not name.
pub(crate) fn any_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match loaded(text) {
        Ok(loaded) => {
            places_lie_within(text, &loaded.warnings);
            nobody_is_let_in_unsaid(text, &loaded);
            what_is_shown_means_the_same(&loaded);
        }
        Err(refused) => {
            assert!(refused.faults.errors() > 0, "refused without a fault");
            places_lie_within(text, &refused.faults);
        }
    }
}

fn places_lie_within(text: &str, faults: &Faults) {
    for fault in faults.iter() {
        let Some(place) = faults.place(fault) else { continue };
        let line = text.split('\n').nth(place.line - 1).expect("a line of the text");
        assert!(place.column >= 1 && place.column <= line.chars().count() + 1, "{place} is not in the text");
        assert!(!fault.message.is_empty());
    }
    assert!(faults.is_empty() || faults.render(false).contains('['));
    assert_eq!(faults.to_json().len(), faults.iter().count());
}

fn nobody_is_let_in_unsaid(text: &str, loaded: &Loaded) {
    let settings = &loaded.plan.gateway;
    assert_eq!(settings.rules.len(), settings.operations.len());
    for (at, operation) in settings.operations.iter().enumerate() {
        let rule = settings.rules.rule(OperationId(u32::try_from(at).expect("few"))).expect("a rule");
        assert!(rule.public || !rule.ways.is_empty(), "an operation that nobody was said to be allowed to call");
        let kind = settings.doors.get(operation.door).expect("its door").door.kind;
        assert!(!rule.public || (kind == DoorKind::Client && text.contains("public")), "public, and nobody said so");
        assert!(kind == DoorKind::Client || !operation.networks.is_empty() || text.contains("any-network"));
    }
    for door in &settings.doors {
        let exposed = door.listen.iter().any(|address| !address.ip().is_loopback());
        assert!(door.tls.is_some() || !exposed || text.contains("plaintext"), "cleartext off loopback");
    }
}

fn what_is_shown_means_the_same(loaded: &Loaded) {
    let shown = loaded.report.show(None).expect("everything");
    match self::loaded(&shown) {
        Ok(again) => {
            let routes = |loaded: &Loaded| {
                let of = |route: &config::RouteLine| (route.url.clone(), route.method.clone(), route.callers.clone());
                loaded.report.routes.iter().map(of).collect::<Vec<_>>()
            };
            assert_eq!(routes(loaded), routes(&again), "{shown}");
            // A door that is not opened is not shown, nor are its loosenings.
            let mut summary = again.report.summary;
            if loaded.warnings.iter().any(|fault| fault.code == FaultCode::DoorUnused) {
                summary.loosenings = loaded.report.summary.loosenings;
            }
            assert_eq!(loaded.report.summary, summary, "{shown}");
        }
        Err(refused) => panic!("what is shown does not load:\n{}\n{shown}", refused.faults.render(false)),
    }
}
