//! Signing in with a provider elsewhere, and linking an account to it.

use http::StatusCode;

use super::Provider;
use super::failure::Failure;
use super::reception::Entered;
use super::visit::{Signed, Visit};
use crate::external::{ExternalError, Externals, Finished, LIFETIME, Led, Linker, Made, Person, Purpose};
use crate::pages::{ElsewhereRow, External, Fault, Notice, notice};
use crate::reply::{FormTargets, Reply, page, push_cookie, see_other};
use crate::store::externals::{Identity, Linking, Unlinking};
use crate::{AccountsMode, Cookie, Endpoint, ReturnTo, same_origin};

const LAST_WAY: &str = "You have no password: this is the only way in which you sign in. Choose a password first.";

impl Provider {
    /// The same, where people may come in with these providers as well.
    #[must_use]
    pub fn with_externals(mut self, externals: Externals) -> Self {
        let shown = externals
            .settings()
            .map(|settings| External { name: settings.name.clone(), title: settings.title.clone() });
        self.offered = shown.collect();
        let open = self.settings.accounts == AccountsMode::Open;
        let admits = externals.settings().map(|settings| open && settings.admits);
        self.admitting = self
            .offered
            .iter()
            .zip(admits)
            .filter(|(_, admits)| *admits)
            .map(|(external, _)| external.clone())
            .collect();
        self.externals = Some(externals);
        self
    }

    fn externals(&self) -> Result<&Externals, Failure> {
        self.externals.as_ref().ok_or(Failure::Nothing)
    }

    /// What went wrong with a provider, by the name that people know it by.
    fn fault(&self, name: &str) -> impl Fn(ExternalError) -> Failure {
        let known = self.offered.iter().find(|external| *external.name == *name);
        let title = known.map(|external| external.title.clone());
        move |error| match &title {
            Some(title) => Failure::External { title: title.clone(), error: Box::new(error) },
            None => Failure::Nothing,
        }
    }

    /// Leads to a provider, for a press of its button on a page of ours; nobody else's page begins that.
    pub(super) async fn begin_elsewhere(
        &self,
        visit: &Visit,
        name: &str,
        goal: Option<ReturnTo>,
    ) -> Result<Reply, Failure> {
        if same_origin::check_origin(&visit.fields, self.settings.issuer.as_str()).is_err() {
            return Ok(self.sign_in_page(visit, goal.as_ref(), "", None));
        }
        // Whoever is signed in and comes here again is asked to prove it once more.
        let led = self.lead(visit, name, Purpose::SignIn, goal, visit.signed.is_some()).await?;
        let mut reply = see_other(&led.to);
        remember(&mut reply, &led);
        Ok(reply)
    }

    async fn lead(
        &self,
        visit: &Visit,
        name: &str,
        purpose: Purpose,
        goal: Option<ReturnTo>,
        fresh: bool,
    ) -> Result<Led, Failure> {
        let externals = self.externals()?;
        externals.people().may_begin(&visit.guest())?;
        let cookie = Cookie::External.of(&visit.fields);
        externals.begin(name, cookie, purpose, goal, fresh).await.map_err(self.fault(name))
    }

    /// Takes what a provider answered.
    pub(super) async fn external_callback(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        let (externals, name) = (self.externals()?, visit.below.clone());
        let cookie = Cookie::External.of(&visit.fields);
        let finished = externals.finish(&name, cookie, &visit.form).await.map_err(self.fault(&name))?;
        let mut reply = match finished.purpose {
            Purpose::SignIn => {
                let entered = self.came(visit, &finished).await?.map_err(self.fault(&name))?;
                self.entered(visit, entered, finished.goal.as_ref())?
            }
            Purpose::Link(linker) => {
                let linked = self.link(visit, linker, finished.person).await?;
                linked.map_err(self.fault(&name))?
            }
        };
        push_cookie(&mut reply, Cookie::External.clear());
        Ok(reply)
    }

    /// As whom somebody comes in: as whoever is linked, or as somebody new where that may be.
    async fn came(&self, visit: &Visit, finished: &Finished) -> Result<Result<Entered, ExternalError>, Failure> {
        let people = self.externals()?.people();
        let person = &finished.person;
        if let Some(entered) = people.enter(person.identity.clone(), visit.guest()).await? {
            return Ok(Ok(entered));
        }
        if !finished.admits {
            return Ok(Err(ExternalError::Unknown));
        }
        Ok(match people.admit(person.clone(), visit.guest()).await? {
            Made::Entered(entered) => Ok(entered),
            Made::NotOpen => Err(ExternalError::Unknown),
            Made::NoAddress => Err(ExternalError::NoAddress),
            Made::AddressTaken => Err(ExternalError::AddressTaken),
        })
    }

    /// Links the account of whoever began it, if they still sit there.
    async fn link(
        &self,
        visit: &Visit,
        linker: Linker,
        person: Person,
    ) -> Result<Result<Reply, ExternalError>, Failure> {
        let here = visit.signed.as_ref().map(|signed| Linker { user: signed.account.id, sign_in: signed.sign_in.id });
        if here != Some(linker) {
            return Ok(Err(ExternalError::NotBegun));
        }
        Ok(match self.externals()?.people().link(linker.user, person).await? {
            Linking::Done => Ok(self.done("linked")),
            Linking::Taken => Err(ExternalError::Taken),
            Linking::TooMany => Err(ExternalError::TooMany),
            Linking::Nobody => Err(ExternalError::NotBegun),
        })
    }

    /// Begins to link an account: a page that leads on, because a form may lead to our own pages alone.
    pub(super) async fn begin_link(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        if !self.is_fresh(signed) {
            return Ok(self.to_sign_in(&self.look.at(Endpoint::Account), Some(signed.account.address.as_str())));
        }
        let name = visit.text("with")?;
        let linker = Linker { user: signed.account.id, sign_in: signed.sign_in.id };
        let led = self.lead(visit, name, Purpose::Link(linker), None, true).await?;
        let title = self.offered.iter().find(|external| *external.name == *name).map(|external| &*external.title);
        let title = title.unwrap_or_default();
        let heading = format!("Link {title}");
        let text = format!("Sign in there. From then on whoever signs in to that account of {title} is in yours here.");
        let words = format!("Continue to {title}");
        let said = Notice { title: &heading, paragraphs: &[&text], link: Some((&led.to, &words)), ..Notice::default() };
        let mut reply = self.page(notice(&self.look, &said));
        remember(&mut reply, &led);
        Ok(reply)
    }

    /// Takes a link away.
    pub(super) async fn unlink(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        if !self.is_fresh(signed) {
            return Ok(self.to_sign_in(&self.look.at(Endpoint::Account), Some(signed.account.address.as_str())));
        }
        let identity = Identity { issuer: visit.text("issuer")?.into(), subject: visit.text("subject")?.into() };
        match self.externals()?.people().unlink(signed.account.id, identity).await? {
            Unlinking::Done => Ok(self.done("unlinked")),
            Unlinking::NotThere => Ok(self.done("none")),
            Unlinking::LastWay => self.overview(visit, signed, None, Some(&Fault::whole(LAST_WAY))).await,
        }
    }

    /// What an account is linked to, and what it could be.
    pub(super) async fn elsewhere(&self, signed: &Signed) -> Result<(Vec<ElsewhereRow>, Vec<External>), Failure> {
        let Some(externals) = &self.externals else { return Ok((Vec::new(), Vec::new())) };
        let linked = externals.people().linked_to(signed.account.id).await?;
        let of = |issuer: &str| externals.settings().find(|settings| *settings.iss == *issuer);
        let rows = linked.iter().map(|linked| ElsewhereRow {
            title: of(&linked.identity.issuer).map_or(&linked.identity.issuer, |settings| &settings.title).clone(),
            issuer: linked.identity.issuer.clone(),
            subject: linked.identity.subject.clone(),
            shown: linked.shown.clone(),
            since: linked.since,
        });
        let is_free = |settings: &str| !linked.iter().any(|linked| *linked.identity.issuer == *settings);
        let free = externals.settings().zip(&self.offered).filter(|(settings, _)| is_free(&settings.iss));
        Ok((rows.collect(), free.map(|(_, external)| external.clone()).collect()))
    }

    /// The page of what went wrong, with a way back.
    pub(super) fn told_of_elsewhere(&self, title: &str, error: &ExternalError, id: &str) -> Reply {
        let code = error.code();
        let (heading, text) = words(title, error);
        let path = self.look.at(Endpoint::SignIn);
        let said = Notice {
            title: heading,
            paragraphs: &[&text],
            link: Some((&path, "Go to the sign-in")),
            id: Some(id),
            code: Some(code.as_str()),
        };
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        page(status, notice(&self.look, &said), &FormTargets::default())
    }
}

fn remember(reply: &mut Reply, led: &Led) {
    push_cookie(reply, Cookie::External.set(&led.cookie, Some(LIFETIME.as_secs())));
}

/// Heading and text. Nothing of what the provider sent is in them.
fn words(title: &str, error: &ExternalError) -> (&'static str, String) {
    match error {
        ExternalError::NotBegun | ExternalError::Malformed => {
            let text =
                "This was begun in another browser, or too long ago, or was answered already. Go back and try again.";
            ("Sign in once more", text.to_owned())
        }
        ExternalError::Refused(_) => {
            ("You are not signed in", format!("{title} signed nobody in. Try again, or sign in another way."))
        }
        ExternalError::Unknown => (
            "No account here belongs to this",
            format!("If you have an account here, sign in to it, and link {title} on your account page."),
        ),
        ExternalError::NoAddress => {
            ("No account could be made", format!("{title} knows no e-mail address that is confirmed to be yours."))
        }
        ExternalError::AddressTaken => (
            "There is an account already",
            format!(
                "An account here has the e-mail address that {title} has of you. Sign in to it, and link {title} on \
                 your account page."
            ),
        ),
        ExternalError::Taken => {
            ("This belongs to another account", format!("What you are at {title} is linked to another account here."))
        }
        ExternalError::TooMany => (
            "That is one too many",
            "Your account is linked to as many others as it can be. Remove one of them first.".to_owned(),
        ),
        ExternalError::Silent(_) | ExternalError::Lacks(_) | ExternalError::Fetch { .. } => (
            "This cannot be answered just now",
            format!("{title} gave no answer. Try again in a moment, or sign in another way."),
        ),
        _ => (
            "You are not signed in",
            format!("What {title} answered proves nothing to us. Try again, or sign in another way."),
        ),
    }
}
