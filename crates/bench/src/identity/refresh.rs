//! Load on a token endpoint: each refresh token is redeemed for the next one, which is redeemed as soon as it is there.

use super::arguments::Refresh;
use super::client::{self, Client};
use super::{basic, form};
use crate::load::fault::Fault;
use crate::load::window::Window;
use crate::origin::Origin;
use crate::report::Report;
use crate::transport::Dialler;
use anyhow::Context;
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::fs;
use std::rc::Rc;
use std::time::Instant;
use tokio::task::JoinSet;

/// What all families of a run share.
struct Run {
    dialler: Dialler,
    window: Window,
    authority: String,
    path: String,
    over: Cell<bool>,
    /// The access tokens that came, where they are wanted.
    kept: Option<RefCell<Vec<String>>>,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

/// Runs the load for its time.
///
/// # Errors
/// A file cannot be read or written, or a process to be measured is gone. Wrong answers are no error but counted.
pub(crate) async fn run(refresh: &Refresh) -> anyhow::Result<Report> {
    let (provider, measured) = (&refresh.provider, &refresh.measured);
    let text = fs::read_to_string(&refresh.families).context("cannot read the families")?;
    let run = Rc::new(Run {
        dialler: Dialler::pinned(provider.target, &provider.server_certificate)?,
        window: Window::new(&measured.processes, Origin::default())?,
        authority: provider.authority.clone(),
        path: refresh.path.clone(),
        over: Cell::new(false),
        kept: refresh.keep.as_ref().map(|_| RefCell::default()),
    });
    let mut families = JoinSet::new();
    for token in text.lines().map(str::to_owned) {
        let run = Rc::clone(&run);
        families.spawn_local(async move { run.family(token).await });
    }
    let count = families.len();
    tokio::time::sleep(measured.warm_up()).await;
    run.window.open()?;
    tokio::time::sleep(measured.window()).await;
    let report = run.window.close(count)?;
    // Each ends with the answer that it waits for: a token that was shown and whose successor was lost is worth nothing.
    run.over.set(true);
    let good: String = families.join_all().await.into_iter().map(|token| token + "\n").collect();
    fs::write(&refresh.families, good).context("cannot write the families")?;
    if let (Some(path), Some(kept)) = (&refresh.keep, &run.kept) {
        let lines: String = kept.borrow().iter().map(|token| format!("authorization: Bearer {token}\n")).collect();
        fs::write(path, lines).context("cannot write the tokens")?;
    }
    Ok(report)
}

impl Run {
    /// Redeems a family's tokens until the load is over; the one that is good then.
    async fn family(&self, mut token: String) -> String {
        if let Err(fault) = self.redeem(&mut token).await {
            self.window.fault(&fault);
        }
        token
    }

    async fn redeem(&self, token: &mut String) -> Result<(), Fault> {
        let mut client = Client::open(&self.dialler).await?;
        let fields = format!("authorization: {}\r\n", basic());
        while !self.over.get() {
            let form = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
            let request = client::post(&self.authority, &self.path, &fields, &form);
            let since = Instant::now();
            let answer = client.ask(&request).await?;
            let tokens: Option<Tokens> = serde_json::from_slice(&answer.body).ok();
            let Some(tokens) = tokens.filter(|_| answer.status == 200) else {
                return Err(Fault::Status(format!("{} {}", answer.status, answer.text())));
            };
            self.window.answered(since);
            *token = tokens.refresh_token;
            if let Some(kept) = &self.kept {
                kept.borrow_mut().push(tokens.access_token);
            }
        }
        Ok(())
    }
}
