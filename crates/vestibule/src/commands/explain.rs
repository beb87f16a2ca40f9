//! `vestibule explain`: what would become of a request, stage by stage, and the line of the file that each rule came from.
//!
//! The answer is `gateway::explain`'s, which asks the functions that decide
//! about real requests. Here the question is read (`asked`, `door`, `caller`)
//! and the answer is told (`stages`, `told`).

mod asked;
mod caller;
mod door;
mod stages;
mod told;

use gateway::{Explanation, Inquiry, Verdict, explain};

use super::{Outcome, load};
use crate::cli::{EveryCommand, Explain};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;
use asked::Asked;

/// Explains one request.
pub(super) fn run(arguments: &Explain, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let expectation = arguments.expect.as_deref().map(Expectation::parse).transpose()?;
    let asked = Asked::parse(&arguments.method, &arguments.url, &arguments.fields)?;
    let loaded = load::required(every, terminal)?;
    let settings = &loaded.plan.gateway;
    let door = door::choose(settings, &asked, arguments.door.as_deref())?;
    let caller = caller::read(&arguments.callers, settings)?;
    let inquiry = Inquiry {
        door,
        address: arguments.from,
        server_name: asked.server_name(),
        certificate: caller.certificate,
        holding: caller.holding,
        head: &asked.head,
    };
    let explanation =
        explain(settings, &inquiry).ok_or_else(|| Failure::ours("the door that was chosen is not there"))?;
    let met = expectation.is_none_or(|expectation| expectation.is_met_by(&explanation));
    let account =
        told::Account { asked: &asked, from: arguments.from, door, explanation: &explanation, loaded: &loaded };
    if terminal.json() {
        terminal.object(&account.to_json(met));
    } else {
        account.print(terminal);
    }
    if met { Ok(()) } else { Err(Failure::told(Exit::No)) }
}

/// What whoever asks takes for right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expectation {
    Allowed,
    Refused,
    Status(u16),
}

impl Expectation {
    fn parse(text: &str) -> Result<Self, Failure> {
        match (text, text.parse()) {
            ("allow", _) => Ok(Self::Allowed),
            ("refuse", _) => Ok(Self::Refused),
            (_, Ok(status @ 100..=599)) => Ok(Self::Status(status)),
            _ => Err(Failure::new(Exit::Usage, "bad-expectation", format!("`{text}` is not something to expect"))
                .help("write `allow`, `refuse`, or the status that the caller sees")),
        }
    }

    fn is_met_by(self, explanation: &Explanation) -> bool {
        match (self, &explanation.verdict) {
            (Self::Allowed, verdict) => matches!(verdict, Verdict::Forwarded { .. } | Verdict::Answered { .. }),
            (Self::Refused, verdict) => !matches!(verdict, Verdict::Forwarded { .. } | Verdict::Answered { .. }),
            (Self::Status(status), Verdict::Refused { seen, .. }) => status == seen.status(),
            // What a service would answer is not known.
            (Self::Status(_), _) => false,
        }
    }
}
