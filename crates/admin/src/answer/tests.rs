//! The shapes that scripts rely on.

use serde_json::{Value, json};

use super::{DeprecatedUse, ReloadAnswer, StatusAnswer};
use crate::house::{
    CertificateStatus, Configuration, DoorStatus, Refusal, ReloadOutcome, ReplicaStatus, ServiceStatus, Status, Waiting,
};

fn value(answer: impl serde::Serialize) -> Value {
    serde_json::to_value(answer).expect("JSON")
}

#[test]
fn a_status_has_the_shape_of_the_reference() {
    let status = Status {
        ready: true,
        version: "0.1.0".to_owned(),
        pid: 4711,
        started_at: "2026-11-22T14:00:00Z".to_owned(),
        configuration: Configuration {
            hash: "7f3a91c".to_owned(),
            file: "vestibule.yaml".to_owned(),
            loaded_at: "2026-11-22T14:02:11Z".to_owned(),
            last_refused: Some(Refusal { at: "2026-11-22T14:03:00Z".to_owned(), faults: 2 }),
            waits: Some(Waiting { was: "02be114".to_owned(), until: "2026-11-22T14:04:00Z".to_owned() }),
            settled: None,
        },
        doors: vec![DoorStatus {
            name: "client".to_owned(),
            kind: "client".to_owned(),
            listen: vec!["127.0.0.1:8443".to_owned()],
            certificates: vec![CertificateStatus {
                name: "shop.example".to_owned(),
                until: Some("2027-02-20T14:00:00Z".to_owned()),
                note: None,
            }],
        }],
        services: vec![ServiceStatus {
            name: "shop".to_owned(),
            healthy: None,
            total: 2,
            breaker: None,
            outstanding: 3,
            replicas: vec![ReplicaStatus {
                address: "http://10.0.0.7:80".to_owned(),
                state: "ejected".to_owned(),
                canary: false,
                back_in_s: Some(9),
                outstanding: 3,
                latency_us: None,
            }],
        }],
    };
    let mut answer = StatusAnswer::from(status);
    answer.deprecated.push(DeprecatedUse {
        door: "client".to_owned(),
        api: "shop".to_owned(),
        operation: "list".to_owned(),
        deprecated: 4,
        retired: 0,
    });
    let expected = json!({
        "format": 1, "command": "status", "ok": true, "ready": true, "version": "0.1.0", "pid": 4711,
        "started_at": "2026-11-22T14:00:00Z",
        "configuration": { "hash": "7f3a91c", "file": "vestibule.yaml", "loaded_at": "2026-11-22T14:02:11Z",
            "last_refused": { "at": "2026-11-22T14:03:00Z", "faults": 2 },
            "waits": { "was": "02be114", "until": "2026-11-22T14:04:00Z" } },
        "doors": [{ "name": "client", "kind": "client", "listen": ["127.0.0.1:8443"],
            "certificates": [{ "name": "shop.example", "until": "2027-02-20T14:00:00Z" }] }],
        "services": [{ "name": "shop", "total": 2, "outstanding": 3, "replicas": [
            { "address": "http://10.0.0.7:80", "state": "ejected", "back_in_s": 9, "outstanding": 3 }] }],
        "deprecated": [{ "door": "client", "api": "shop", "operation": "list", "deprecated": 4, "retired": 0 }],
    });
    assert_eq!(value(&answer), expected, "what is unknown is absent, never null");
    assert_eq!(serde_json::from_value::<StatusAnswer>(expected).expect("reads back"), answer);
}

#[test]
fn a_reload_says_what_was_loaded_or_what_goes_on() {
    let loaded = ReloadOutcome::Loaded {
        hash: "7f3a91c".to_owned(),
        was: "02be114".to_owned(),
        took_ms: 38,
        changes: Some("1 API changed".to_owned()),
    };
    let expected = json!({ "format": 1, "command": "reload", "ok": true, "hash": "7f3a91c", "was": "02be114",
        "took_ms": 38, "changes": "1 API changed" });
    assert_eq!(value(ReloadAnswer::from(loaded)), expected);

    let refused = ReloadOutcome::Refused {
        running: "02be114".to_owned(),
        faults: vec![json!({ "code": "unknown-key" })],
        rendered: "error[unknown-key]: …".to_owned(),
    };
    let expected = json!({ "format": 1, "command": "reload", "ok": false, "hash": "02be114",
        "error": { "code": "faults", "message": "the configuration has faults; still running 02be114" },
        "faults": [{ "code": "unknown-key" }], "rendered": "error[unknown-key]: …" });
    assert_eq!(value(ReloadAnswer::from(refused)), expected);
}
