//! Records and sinks for this room's own tests.

#![expect(clippy::disallowed_types, reason = "a sink in memory is read by the test while the writer has it")]

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use model::{Caller, Code, Door, DoorKind, Key, KeyKind, Outcome, RequestId, SpanId, Stage, TraceId};

use crate::{
    CacheUse, DoorRow, Labels, LogFormat, LogSettings, OperationLabel, OperationName, OperationRow, Record, ServiceRow,
};

/// 2026-11-22T14:02:11.402Z.
pub(crate) fn afternoon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_356_131_402)
}

pub(crate) fn door() -> Door {
    Door::new("client", DoorKind::Client)
}

pub(crate) fn laptop() -> Caller {
    let key =
        Key { name: "laptop".into(), kind: KeyKind::Restricted, apis: Box::new([]), scopes: Box::new([]), tier: None };
    Caller::Key(Arc::new(key))
}

/// A request that was answered, with as little as a record can have.
pub(crate) fn answered<'a>(door: &'a Door, caller: &'a Caller) -> Record<'a> {
    Record {
        id: RequestId::new(1_795_356_131_402, 7),
        trace: None,
        span: None,
        at: afternoon(),
        door,
        door_row: DoorRow::default(),
        address: "203.0.113.9:50112".parse().unwrap(),
        protocol: "HTTP/1.1",
        method: "GET",
        host: "shop.localhost",
        path: "/api/products",
        has_query: false,
        operation: None,
        caller,
        status: 200,
        outcome: Outcome::Answered,
        detail: "",
        stage: None,
        bytes_in: 0,
        bytes_out: 214,
        duration: Duration::from_micros(1_812),
        service: None,
        upstream: None,
        retries: 0,
        cache: None,
        life: None,
    }
}

/// A request with everything that a record can have.
pub(crate) fn failed<'a>(door: &'a Door, caller: &'a Caller) -> Record<'a> {
    Record {
        trace: Some(TraceId([0x0a; 16])),
        span: Some(SpanId([0xf1; 8])),
        has_query: true,
        operation: Some(OperationLabel { row: OperationRow::default(), api: "shop", operation: "listProducts" }),
        status: 504,
        outcome: Outcome::Failed(Code::UpstreamTimeout),
        detail: "no answer within 10 s",
        stage: Some(Stage::Forward),
        service: Some(ServiceRow::default()),
        upstream: Some(Duration::from_millis(3)),
        retries: 1,
        cache: Some(CacheUse::Miss),
        ..answered(door, caller)
    }
}

pub(crate) fn settings(format: LogFormat) -> crate::Settings {
    crate::Settings { log: LogSettings { format, colour: false } }
}

/// A configuration with one door, these operations of the API `shop`, and one service.
pub(crate) fn labels(operations: &[&str]) -> Labels {
    let operation =
        |name: &&str| OperationName { door: "client".into(), api: "shop".into(), operation: (*name).into() };
    Labels {
        doors: vec![door()],
        operations: operations.iter().map(operation).collect(),
        deprecated: Vec::new(),
        services: vec!["catalogue".into()],
    }
}

/// A sink that keeps what it is given.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that stalls in its first write until it is let go, and says when it got there.
pub(crate) struct Stalled {
    kept: Kept,
    reached: Option<Sender<()>>,
    release: Receiver<()>,
}

impl Stalled {
    /// The sink; what tells that it stalls; what lets it go.
    pub(crate) fn new(kept: Kept) -> (Self, Receiver<()>, Sender<()>) {
        let (reached, has_reached) = channel();
        let (let_go, release) = channel();
        (Self { kept, reached: Some(reached), release }, has_reached, let_go)
    }
}

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(reached) = self.reached.take() {
            let _ = reached.send(());
            let _ = self.release.recv();
        }
        self.kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
