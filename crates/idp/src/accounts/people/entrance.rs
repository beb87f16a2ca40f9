//! The last step of every way in: a sign-in begins, with a new cookie.

use super::{Bearer, Entered, People, PeopleError, SecondFactor, SignIn, Step, Visitor};
use crate::SignInId;
use crate::accounts::Stage;
use crate::store::accounts::Account;
use crate::store::sign_ins::{Begun, Methods};

impl People {
    /// Goes on after the first factor: to the second where there is one, to setting it up where it is required.
    pub(super) async fn after_first(
        &self,
        account: Account,
        methods: Methods,
        visitor: &Visitor,
    ) -> Result<Step, PeopleError> {
        let stage = Stage { user: account.id, generation: account.generation, first: methods };
        match self.second_factor {
            SecondFactor::None => {}
            _ if account.authenticator.is_some() => {
                return Ok(Step::SecondFactor(self.lasting.tickets.issue(stage)?));
            }
            SecondFactor::Required => return Ok(Step::Enrol(self.lasting.tickets.issue(stage)?)),
            SecondFactor::Offered => {}
        }
        Ok(Step::Entered(Box::new(self.enter(account, methods, visitor).await?)))
    }

    /// Begins a sign-in. INVARIANT: the cookie is new with each, so that nobody is signed in with one that somebody
    /// else had put there before.
    pub(super) async fn enter(
        &self,
        account: Account,
        methods: Methods,
        visitor: &Visitor,
    ) -> Result<Entered, PeopleError> {
        let (cookie, now) = (Bearer::generate("sign-in")?, self.now());
        let device = self.lasting.devices.issue(account.id, now)?;
        let sign_in = SignIn {
            id: SignInId::generate()?,
            cookie: cookie.digest(),
            user: account.id,
            started: now,
            seen: now,
            methods,
            agent: visitor.agent.chars().filter(|at| !at.is_control()).take(120).collect::<String>().into(),
            address: visitor.address,
        };
        // What was proven was proven against this generation; the store refuses where it has passed.
        match self.lasting.sign_ins.begin(sign_in.clone(), account.generation).await? {
            Begun::Stale => Err(PeopleError::Wrong),
            Begun::Begun(ended) => {
                for id in ended {
                    self.lasting.endings.sign_in(account.id, id, now);
                }
                Ok(Entered { cookie, device, sign_in, account })
            }
        }
    }
}
