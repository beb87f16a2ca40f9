//! The life of a request where its parts misbehave: what cannot be provoked from outside.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use model::{Code, Door, DoorKind, OperationId, Problem, ServiceId};
use observe::{LogFormat, LogSettings, Observatory};
use policy::{OperationRule, Rules};
use routing::{MethodRule, Route, Table, Template};
use upstream::{Alarm, RequestBody};
use wire::{HeadLimits, RequestHead};

use super::{Incoming, Reply, Request, serve};
use crate::answer::Answer;
use crate::house::{Folder, HouseAnswer};
use crate::peer::Peer;
use crate::record::Record;
use crate::settings::{
    ConnectionBounds, DoorSettings, Errors, HeadBounds, OperationSettings, Patience, Protocols, Settings, Streams,
    UpstreamErrors,
};
use crate::snapshot::{Configuration, Snapshot};
use crate::thread::Thread;

fn settings() -> Settings {
    let second = Duration::from_secs(1);
    let route = Route {
        host: None,
        template: Template::parse("/things").expect("a template"),
        method: MethodRule::Any,
        operation: OperationId(0),
    };
    let door = DoorSettings {
        door: Door::new("client", DoorKind::Client),
        listen: vec![],
        redirect_from: None,
        hosts: vec![],
        tls: None,
        protocols: Protocols { http1: true, http2: false },
        proxies: None,
        networks: guard::Networks::any(),
        connections: ConnectionBounds { at_most: 8, per_address: 8 },
        heads: HeadBounds { bytes: 4096, fields: 32, target_bytes: 1024 },
        patience: Patience {
            handshake: second,
            head: second,
            keep_alive: second,
            stall: second,
            body_bytes_per_second: 0,
        },
        errors: Errors::Detailed,
        routes: Table::build(vec![route]).expect("a table"),
    };
    let operation = OperationSettings {
        door: 0,
        api: "things".into(),
        name: "all".into(),
        place: "vestibule.yaml:1:1".into(),
        house: None,
        prefix: "".into(),
        networks: vec![],
        deadline: second,
        idle: second,
        body_bytes: 1024,
        errors: Errors::Detailed,
        streams: Streams::default(),
        websocket: false,
        upstream_errors: UpstreamErrors::Replace,
        compress: wire::coding::Codings::NONE,
        attempts: 0,
        idempotent: false,
        affine_segment: None,
        cache: None,
        ending: None,
        ask: None,
        resource: None,
        sign_in: None,
        audience: None,
        cors: None,
    };
    Settings {
        hash: "test".into(),
        doors: vec![door],
        operations: vec![operation],
        rules: Rules::new(vec![rule()]),
        directory: auth::Directory::new(auth::Settings { keys: vec![], workloads: vec![], trust_domain: None })
            .expect("an empty directory"),
        services: vec![],
        assertions: Arc::default(),
    }
}

fn rule() -> OperationRule {
    OperationRule {
        api: "things".into(),
        operation: "all".into(),
        service: Some(ServiceId(0)),
        public: true,
        ways: vec![],
        place: "vestibule.yaml:1:1".into(),
    }
}

/// A body that panics as soon as it is looked at.
struct Trap;

impl Incoming for Trap {
    fn bound(&mut self, _: u64) {
        panic!("sprung");
    }

    fn let_stream(&mut self, _: Duration) {}
}

impl RequestBody for Trap {
    fn poll_append(&mut self, _: &mut Context<'_>, _: &mut Vec<u8>, _: usize) -> Poll<Result<usize, Problem>> {
        Poll::Ready(Ok(0))
    }

    fn trailers(&mut self) -> Option<wire::fields::Fields> {
        None
    }
}

/// Keeps the statuses that were sent.
#[derive(Default)]
struct Sent(RefCell<Vec<u16>>);

impl Reply for &Sent {
    fn poll_withdrawn(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    async fn send(&mut self, _: &Request<'_>, record: &mut Record<'_>, answer: Answer, _: &mut Alarm) -> bool {
        self.0.borrow_mut().push(answer.head.status());
        record.sent_head(answer.head.status());
        record.complete();
        true
    }
}

/// Serves these requests one after the other on a runtime, and says with which statuses and what the metrics say then.
fn served(
    settings: Settings,
    runtime: &tokio::runtime::Runtime,
    bodies: Vec<Option<Box<dyn Incoming>>>,
) -> (Vec<u16>, String) {
    let settings_of_log = observe::Settings { log: LogSettings { format: LogFormat::Off, colour: false } };
    let observatory = Observatory::start(settings_of_log, Box::new(std::io::sink())).expect("an observatory");
    let configuration = Configuration::new(settings, None, &observatory).expect("a configuration");
    let thread = Thread::new(|pools| Snapshot::new(Arc::new(configuration), pools), observatory.observer());
    let snapshot = thread.snapshot();
    let (door, state) = snapshot.door(0).expect("the door");
    let mut head = RequestHead::new();
    let limits = HeadLimits { head_bytes: 4096, target_bytes: 1024, fields: 32 };
    let bytes = b"POST /things HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n";
    head.parse(bytes, &limits).expect("readable").expect("whole");
    let peer = Peer::plain("127.0.0.1:1".parse().expect("an address"));
    let request = Request {
        thread: &thread,
        snapshot: &snapshot,
        door,
        state,
        door_index: 0,
        peer: &peer,
        protocol: "HTTP/1.1",
        head: &head,
    };
    let sent = Sent::default();
    let received = Cell::new(0);
    runtime.block_on(async {
        for body in bodies {
            assert!(serve(&request, Ok(body), Instant::now(), &received, &mut Alarm::new(), &mut &sent).await);
        }
    });
    (sent.0.take(), observatory.render_metrics())
}

#[test]
fn a_panic_costs_its_request_and_nothing_else() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // The same thread goes on: the second request gets as far as the service, which this configuration does not
    // have: its 500 is that, and not a panic.
    let (statuses, metrics) = served(settings(), &runtime, vec![Some(Box::new(Trap)), None]);
    assert_eq!(statuses, [Code::InternalError.status(), Code::InternalError.status()]);
    assert!(metrics.contains("vestibule_panics_total 1"), "{metrics}");
}

#[test]
fn a_disk_that_hangs_is_waited_for_until_the_deadline_and_no_longer() {
    let mut settings = settings();
    for operation in &mut settings.operations {
        operation.house = Some(HouseAnswer::Folder(Arc::new(Folder::new("/nowhere".into()))));
        operation.deadline = Duration::from_millis(50);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().expect("a runtime");
    let (come_back, hangs) = std::sync::mpsc::channel::<()>();
    let hanging = runtime.spawn_blocking(move || hangs.recv().is_ok());
    let (statuses, metrics) = served(settings, &runtime, vec![None, None]);
    assert_eq!(statuses, [Code::Overloaded.status(); 2]);
    assert!(metrics.contains("problem=\"overloaded\"} 2"), "{metrics}");
    come_back.send(()).expect("it waits");
    assert!(runtime.block_on(hanging).expect("no panic"));
}
