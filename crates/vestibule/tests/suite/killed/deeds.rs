//! The deeds that are cut off, and what has to hold after each.

use std::time::SystemTime;

use data_encoding::BASE32_NOPAD;
use idp::accounts::{TotpSecret, totp};

use super::World;
use crate::accounts_house::{AccountsHouse, Agent, PASSWORD, Tokens, entered, form, join};

const OTHER: &str = "nine lanterns over the harbour 4";
const SCOPE: &str = "orders.read offline_access";

/// What is done, cut off once, and looked at.
type Deed = fn(&mut World);

/// Every deed, by a name for whoever reads of a run.
pub(super) const DEEDS: &[(&str, Deed)] = &[
    ("join by a link", join_by_a_link),
    ("sign in", sign_in),
    ("change the password", change_the_password),
    ("reset the password", reset_the_password),
    ("move to another address", move_to_another_address),
    ("set up two steps", set_up_two_steps),
    ("use a recovery code", use_a_recovery_code),
    ("redeem a code", redeem_a_code),
    ("refresh", refresh),
    ("revoke", revoke),
    ("sign out everywhere", sign_out_everywhere),
    ("sign out", sign_out),
    ("delete the account", delete_the_account),
    ("create a key", create_a_key),
    ("rotate a key", rotate_a_key),
    ("revoke a key", revoke_a_key),
];

/// Whether these tokens open anything. What opens the API is of a family that goes on, and the other way round.
#[track_caller]
fn live(at: &AccountsHouse, tokens: &Tokens) -> bool {
    let (access, refreshed) = (at.opens(&tokens.access), at.refresh(&tokens.refresh));
    assert_eq!(access, refreshed.is_some(), "an access token and its family");
    refreshed.is_some()
}

fn join_by_a_link(world: &mut World) {
    let address = world.address();
    let link = world.at.ask_to_join(&address);
    let ready = world.at.agent().filled("/auth/verify", &join(&link));
    let answer = world.send(ready);
    let is_made = world.at.comes_in(&address, PASSWORD);
    let mut agent = world.at.agent();
    if is_made {
        assert_eq!(agent.get(&format!("/auth/verify?{}", form(&[("link", &link)]))).status, 410, "used up");
    } else {
        assert!(answer.is_none(), "an account that was answered is there");
        assert!(entered(&agent.submit("/auth/verify", &join(&link))), "nothing of it was kept");
    }
    assert!(world.at.comes_in(&address, PASSWORD));
}

fn sign_in(world: &mut World) {
    let (address, _) = world.person();
    let mut agent = world.at.agent();
    let ready = agent.filled("/auth/sign-in", &[("address", &address), ("password", PASSWORD)]);
    if let Some(answer) = world.send(ready) {
        assert!(entered(&answer), "{}", answer.status);
        agent.keep(&answer);
        assert_eq!(agent.get("/auth/account").status, 200, "who was let in stays in");
    }
    assert!(world.at.comes_in(&address, PASSWORD));
}

fn change_the_password(world: &mut World) {
    let (address, mut agent) = world.person();
    let tokens = world.at.tokens(&mut agent, SCOPE);
    let (mut elsewhere, _) = world.at.sign_in(&address, PASSWORD);
    let ready = agent.filled("/auth/account/password", &[("password", PASSWORD), ("new_password", OTHER)]);
    let answer = world.send(ready);
    let (old, new) = (world.at.comes_in(&address, PASSWORD), world.at.comes_in(&address, OTHER));
    assert!(old != new, "one password, and not none: {old} {new}");
    assert!(new || answer.is_none(), "a password that was answered is there");
    assert_eq!(live(&world.at, &tokens), old, "what was given out under a password ends with it");
    assert_eq!(elsewhere.get("/auth/account").status == 200, old, "and every other sign-in");
    assert_eq!(agent.get("/auth/account").status, 200, "but not the one in which it was asked");
}

fn reset_the_password(world: &mut World) {
    let (address, mut agent) = world.person();
    let tokens = world.at.tokens(&mut agent, SCOPE);
    assert_eq!(world.at.agent().submit("/auth/forgot", &[("address", &address)]).status, 200);
    let link = world.at.mailed(&address, "/auth/reset");
    let mut other = world.at.agent();
    let ready = other.filled("/auth/reset", &[("link", &link), ("new_password", OTHER)]);
    let answer = world.send(ready);
    let (old, new) = (world.at.comes_in(&address, PASSWORD), world.at.comes_in(&address, OTHER));
    assert!(old != new, "one password, and not none: {old} {new}");
    assert!(new || answer.is_none(), "a password that was answered is there");
    assert_eq!(live(&world.at, &tokens), old);
    assert_eq!(agent.get("/auth/account").status == 200, old);
    let again = world.at.agent().get(&format!("/auth/reset?{}", form(&[("link", &link)])));
    assert_eq!(again.status == 410, new, "a link is used up with what it was for, not before: {}", again.status);
}

fn move_to_another_address(world: &mut World) {
    let (from, mut agent) = world.person();
    let to = world.address();
    let asked = agent.submit("/auth/account/address", &[("address", &to), ("password", PASSWORD)]);
    assert_eq!(asked.status, 200, "{}", asked.text());
    let link = world.at.mailed(&to, "/auth/verify");
    let ready = world.at.agent().filled("/auth/verify", &[("link", &link)]);
    let answer = world.send(ready);
    let (old, new) = (world.at.comes_in(&from, PASSWORD), world.at.comes_in(&to, PASSWORD));
    assert!(old != new, "one address, and not none: {old} {new}");
    assert!(new || answer.is_none());
    let again = world.at.agent().get(&format!("/auth/verify?{}", form(&[("link", &link)])));
    assert_eq!(again.status == 410, new, "{}", again.status);
}

/// The secret that the page shows.
fn offered(agent: &mut Agent) -> TotpSecret {
    let page = agent.get("/auth/account/authenticator").text();
    let key = page.split_once("class=\"key\">").and_then(|(_, rest)| rest.split('<').next()).expect("a key");
    let key: String = key.chars().filter(|at| !at.is_whitespace()).collect();
    let octets = BASE32_NOPAD.decode(key.to_uppercase().as_bytes()).expect("base32");
    TotpSecret::from_octets(octets.try_into().expect("20 octets"))
}

/// A form that is filled in by hand: its page would offer another secret.
fn confirming(agent: &Agent, secret: &TotpSecret) -> String {
    let token = idp::same_origin::FormToken::of(agent.cookie(idp::Cookie::Browser).expect("a browser"));
    let code = totp::code(secret, totp::step_at(SystemTime::now()));
    form(&[("code", &code), (idp::same_origin::TOKEN, token.as_str())])
}

fn recovery_codes(page: &str) -> Vec<String> {
    let list = page.split_once("class=\"codes\"").map_or("", |(_, rest)| rest);
    let codes = list.split("<code>").skip(1).filter_map(|rest| rest.split('<').next());
    codes.map(str::to_owned).collect()
}

/// Where a right password leads to.
fn after_the_password(world: &World, address: &str) -> (Agent, String) {
    let (agent, answer) = world.at.sign_in(address, PASSWORD);
    (agent, answer.field("location").unwrap_or_default().to_owned())
}

/// Whether a code lets somebody in, behind the password.
fn comes_in_with(world: &World, address: &str, code: &str) -> bool {
    let (mut agent, location) = after_the_password(world, address);
    assert_eq!(location, "/auth/second-factor");
    entered(&agent.submit("/auth/second-factor", &[("code", code)]))
}

fn set_up_two_steps(world: &mut World) {
    let (address, mut agent) = world.person();
    let secret = offered(&mut agent);
    let ready = agent.ready("/auth/account/authenticator", &confirming(&agent, &secret));
    let answer = world.send(ready);
    let codes = answer.as_ref().map(|answer| recovery_codes(&answer.text()));
    let is_on = after_the_password(world, &address).1 == "/auth/second-factor";
    assert!(is_on || answer.is_none(), "two steps that were answered are asked for");
    if is_on {
        let next = totp::code(&secret, totp::step_at(SystemTime::now()) + 1);
        assert!(comes_in_with(world, &address, &next), "and the app that was shown knows the codes");
    } else {
        let again = agent.post("/auth/account/authenticator", &confirming(&agent, &secret));
        assert_eq!(recovery_codes(&again.text()).len(), 10, "what was offered is so still: {}", again.text());
    }
    if let Some(codes) = codes {
        assert_eq!(codes.len(), 10);
        assert!(comes_in_with(world, &address, &codes[0]), "codes that were shown work");
    }
}

fn use_a_recovery_code(world: &mut World) {
    let (address, mut agent) = world.person();
    let secret = offered(&mut agent);
    let page = agent.post("/auth/account/authenticator", &confirming(&agent, &secret));
    let codes = recovery_codes(&page.text());
    let (mut coming, location) = after_the_password(world, &address);
    assert_eq!(location, "/auth/second-factor");
    let ready = coming.filled("/auth/second-factor", &[("code", &codes[0])]);
    if let Some(answer) = world.send(ready) {
        assert!(entered(&answer));
        coming.keep(&answer);
        assert_eq!(coming.get("/auth/account").status, 200);
        assert!(!comes_in_with(world, &address, &codes[0]), "a recovery code that was used is used");
    } else {
        // It was used, or it was not: then it works this once.
        comes_in_with(world, &address, &codes[0]);
        assert!(!comes_in_with(world, &address, &codes[0]));
    }
    assert!(comes_in_with(world, &address, &codes[1]), "the others are there");
}

fn redeem_a_code(world: &mut World) {
    let (_, mut agent) = world.person();
    let code = world.at.code(&mut agent, SCOPE);
    let ready = agent.ready("/auth/token", &AccountsHouse::redeeming(&code));
    let answered = world.send(ready).is_some();
    let second = world.at.redeem(&code);
    assert!(!(answered && second.is_some()), "a code that was used is used");
    let third = world.at.redeem(&code);
    assert!(third.is_none());
    if let Some(tokens) = second {
        assert!(!live(&world.at, &tokens), "a code that is shown twice ends what came of it");
    }
}

fn refresh(world: &mut World) {
    let (_, mut agent) = world.person();
    let tokens = world.at.tokens(&mut agent, SCOPE);
    let ready = agent.ready("/auth/token", &AccountsHouse::refreshing(&tokens.refresh));
    let answer = world.send(ready);
    let next = match answer.as_ref().and_then(testkit::Answer::json) {
        Some(document) => document["refresh_token"].as_str().expect("a token").to_owned(),
        // Who has heard nothing shows the same once more, within the grace.
        None => world.at.refresh(&tokens.refresh).expect("an honest client goes on").refresh,
    };
    let third = world.at.refresh(&next).expect("and on");
    assert!(live(&world.at, &third));
    assert!(world.at.refresh(&tokens.refresh).is_none(), "two turns later the first is a replay");
    assert!(!live(&world.at, &third), "which ends the family");
}

fn revoke(world: &mut World) {
    let (_, mut agent) = world.person();
    let tokens = world.at.tokens(&mut agent, SCOPE);
    let body = form(&[("token", &tokens.refresh), ("client_id", "program")]);
    let ready = agent.ready("/auth/revoke", &body);
    let answer = world.send(ready);
    let goes_on = live(&world.at, &tokens);
    assert!(!(goes_on && answer.is_some()), "what was given back is void");
}

/// A browser session of the page, in the browser that is signed in.
fn begin_session(agent: &mut Agent) {
    agent.follow("/auth/session/start?return_to=/shop/orders");
    assert!(agent.cookie(idp::Cookie::Session).is_some(), "a session");
}

/// Whether the API is open to the cookies of a browser.
fn in_session(agent: &mut Agent) -> bool {
    agent.get("/shop/orders").status == 200
}

fn sign_out_everywhere(world: &mut World) {
    let (address, mut agent) = world.person();
    begin_session(&mut agent);
    assert!(in_session(&mut agent));
    let tokens = world.at.tokens(&mut agent, SCOPE);
    let (mut elsewhere, _) = world.at.sign_in(&address, PASSWORD);
    begin_session(&mut elsewhere);
    let ready = agent.ready("/auth/session/end", &form(&[("everywhere", "yes")]));
    let answer = world.send(ready);
    let goes_on = in_session(&mut agent);
    assert!(!(goes_on && answer.is_some()), "who is signed out is out");
    assert_eq!(in_session(&mut elsewhere), goes_on, "everywhere");
    assert_eq!(live(&world.at, &tokens), goes_on, "and every application");
    assert_eq!(elsewhere.get("/auth/account").status == 200, goes_on, "and the provider");
}

fn sign_out(world: &mut World) {
    let (_, mut agent) = world.person();
    begin_session(&mut agent);
    let online = world.at.tokens(&mut agent, "orders.read");
    let ready = agent.ready("/auth/session/end", "");
    let answer = world.send(ready);
    let (session, signed_in) = (in_session(&mut agent), agent.get("/auth/account").status == 200);
    assert!(!signed_in || session, "nobody else is signed in by one click while the app says that one is out");
    if answer.is_some() {
        assert!(!session && !live(&world.at, &online));
    } else if session {
        assert_eq!(agent.post("/auth/session/end", "").status, 204, "who is in still can sign out once more");
        assert!(!in_session(&mut agent));
        assert!(!live(&world.at, &online), "and then nothing is left of it");
    } else {
        assert!(!live(&world.at, &online));
    }
}

fn delete_the_account(world: &mut World) {
    let (address, mut agent) = world.person();
    let tokens = world.at.tokens(&mut agent, SCOPE);
    begin_session(&mut agent);
    let ready = agent.filled("/auth/account/delete", &[("password", PASSWORD), ("code", "")]);
    let answer = world.send(ready);
    let is_there = world.at.comes_in(&address, PASSWORD);
    assert!(!(is_there && answer.is_some()), "an account that was deleted is gone");
    assert_eq!(in_session(&mut agent), is_there);
    assert_eq!(live(&world.at, &tokens), is_there, "with everything that it gave out");
    if !is_there {
        world.at.register(&address);
    }
}

/// How the gateway has a key, where it has it.
fn state(world: &World, name: &str) -> Option<String> {
    let told = world.at.house.command(&["keys", "show", name, "--json"]);
    let document: serde_json::Value = serde_json::from_str(&told.stdout).ok()?;
    Some(document["record"]["state"].as_str()?.to_owned())
}

fn create_a_key(world: &mut World) {
    let name = world.address().replace("@shop.example", "-new");
    match world.command(&["keys", "create", &name, "--api", "shop"]) {
        Some(key) => assert!(world.at.opens(&key), "a key that was shown opens"),
        // Nobody has seen its text; the name is free, or it is told that it is not.
        None if state(world, &name).is_some() => {
            assert!(world.at.house.command(&["keys", "rotate", &name]).status.success());
        }
        None => assert!(world.at.house.command(&["keys", "create", &name, "--api", "shop"]).status.success()),
    }
}

/// A key of its own, outside what is cut off.
fn key(world: &mut World) -> (String, String) {
    let name = world.address().replace("@shop.example", "-key");
    let made = world.at.house.command(&["keys", "create", &name, "--api", "shop"]);
    assert!(made.status.success(), "{made:?}");
    (name, made.stdout.trim().to_owned())
}

fn rotate_a_key(world: &mut World) {
    let (name, before) = key(world);
    match world.command(&["keys", "rotate", &name]) {
        Some(after) => assert!(world.at.opens(&after) && !world.at.opens(&before)),
        None => assert_eq!(state(world, &name).as_deref(), Some("good")),
    }
}

fn revoke_a_key(world: &mut World) {
    let (name, text) = key(world);
    let answered = world.command(&["keys", "revoke", &name]).is_some();
    let is_revoked = state(world, &name).as_deref() == Some("revoked");
    assert!(is_revoked || !answered, "a key that was revoked is");
    assert_eq!(world.at.opens(&text), !is_revoked);
}
