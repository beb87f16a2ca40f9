//! Load on the sign-in: people type their right password, and again as soon as they are in.

use super::arguments::SignIns;
use super::client::{self, Client};
use super::kept::{self, Returning};
use crate::load::fault::Fault;
use crate::load::window::Window;
use crate::origin::Origin;
use crate::report::Report;
use crate::transport::Dialler;
use std::rc::Rc;
use std::time::Instant;
use tokio::task::JoinSet;

/// What all who sign in share.
struct Run {
    dialler: Dialler,
    window: Window,
    authority: String,
}

/// Runs the load for its time, each person on a connection of its own.
///
/// # Errors
/// There is nobody to sign in, or a process to be measured is gone. Wrong answers are no error but counted.
pub(crate) async fn run(sign_ins: &SignIns) -> anyhow::Result<Report> {
    let (provider, measured) = (&sign_ins.provider, &sign_ins.measured);
    let people: Vec<Returning> = kept::read_json(&sign_ins.directory, kept::PEOPLE)?;
    let run = Rc::new(Run {
        dialler: Dialler::pinned(provider.target, &provider.server_certificate)?,
        window: Window::new(&measured.processes, Origin::default())?,
        authority: provider.authority.clone(),
    });
    let mut signing = JoinSet::new();
    for person in people {
        let run = Rc::clone(&run);
        signing.spawn_local(async move {
            if let Err(fault) = run.sign_in(&person).await {
                run.window.fault(&fault);
            }
        });
    }
    let count = signing.len();
    tokio::time::sleep(measured.warm_up()).await;
    run.window.open()?;
    tokio::time::sleep(measured.window()).await;
    let report = run.window.close(count);
    signing.abort_all();
    report
}

impl Run {
    /// Signs a person in for ever, from a browser that is known to be theirs.
    async fn sign_in(&self, person: &Returning) -> Result<(), Fault> {
        let mut client = Client::open(&self.dialler).await?;
        let origin = format!("origin: https://{}\r\nsec-fetch-site: same-origin\r\n", self.authority);
        let fields = format!("cookie: {}\r\n{origin}", person.cookies);
        let request = client::post(&self.authority, "/auth/sign-in", &fields, &person.form);
        loop {
            let since = Instant::now();
            let answer = client.ask(&request).await?;
            let is_in = answer.status == 303 && answer.field("location") == Some("/auth/account");
            if !is_in {
                return Err(Fault::Status(format!("{} {}", answer.status, answer.text())));
            }
            self.window.answered(since);
        }
    }
}
