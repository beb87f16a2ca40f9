//! What is left of a person who was forgotten, and what a copy of the database shows of one who was not.

use std::time::SystemTime;

use idp::accounts::{Address, Commitment, Departure, PasswordHash, TotpSecret, Work};
use idp::store::accounts::{Account, Accounts, Authenticator, Change, Changed};
use idp::store::codes::{Code, Codes, Redeem};
use idp::store::consents::Consents;
use idp::store::grants::{Endings, Grant, Grants};
use idp::store::links::{Link, Links, Purpose};
use idp::store::sessions::{Session, Sessions};
use idp::store::sign_ins::{Methods, SignIn, SignIns};
use idp::{Digest, GrantId, Scopes, SessionId, SignInId, UserId};

use super::*;

pub(super) fn now() -> SystemTime {
    sql::time(1_790_000_000_123)
}

pub(super) fn person() -> Account {
    Account {
        id: UserId::generate().expect("randomness"),
        address: Address::parse("Ada@shop.example").expect("an address"),
        name: Some("Ada L.".into()),
        verified: true,
        password: Some(PasswordHash::make("rain on a tin roof", Work::LEAST, &mut Vec::new()).expect("a hash")),
        authenticator: Some(Authenticator { secret: TotpSecret::generate().expect("randomness"), used_step: 7 }),
        offered: Some(TotpSecret::generate().expect("randomness")),
        recovery: vec![Digest::of("code")],
        locked: false,
        generation: 1,
        created: now(),
        changed: now(),
    }
}

/// Gives a person everything that this engine keeps of one.
pub(super) async fn live(store: &Identity, ada: &Account) -> GrantId {
    store.create(ada.clone()).await.expect("kept");
    let sign_in = SignIn {
        id: SignInId::generate().expect("randomness"),
        cookie: Digest::of("cookie"),
        user: ada.id,
        started: now(),
        seen: now(),
        methods: Methods { password: true, otp: true, federated: false },
        agent: "a browser".into(),
        address: "192.0.2.1".parse().expect("an address"),
    };
    SignIns::begin(store, sign_in.clone(), 1).await.expect("kept");
    let purpose = Purpose::Verify { user: ada.id, address: ada.address.clone() };
    store
        .put(Link { digest: Digest::of("link"), purpose, expires: now() + Duration::from_secs(60) })
        .await
        .expect("kept");
    let scopes = Scopes::parse("openid").expect("scopes");
    store.remember(ada.id, "shop".into(), scopes.clone(), now()).await.expect("kept");
    let grant = Grant {
        id: GrantId::generate().expect("randomness"),
        user: ada.id,
        generation: 1,
        app: "shop".into(),
        scopes,
        resources: Box::default(),
        sign_in: Some(sign_in.id),
        authenticated_at: now(),
        methods: Box::new(["pwd".into()]),
        bound_to: None,
        begun: now(),
        used: now(),
        ended: None,
    };
    begin(store, &grant).await;
    let session = Session {
        id: SessionId::generate().expect("randomness"),
        cookie: Digest::of("a session"),
        csrf: Digest::of("csrf"),
        grant: grant.id,
        user: ada.id,
        generation: 1,
        app: "shop".into(),
        scopes: grant.scopes.clone(),
        sign_in: grant.sign_in,
        authenticated_at: now(),
        methods: grant.methods.clone(),
        origin: "https://shop.example".into(),
        begun: now(),
        seen: now(),
    };
    assert_eq!(Sessions::begin(store, session, None).await, Ok(Vec::new()));
    grant.id
}

pub(super) async fn begin(store: &Identity, grant: &Grant) {
    let code = Code {
        digest: Digest::of("a code"),
        grant: grant.clone(),
        redirect_uri: "https://shop.example/".into(),
        challenge: "challenge".into(),
        nonce: None,
        key: None,
        expires: now() + Duration::from_secs(60),
    };
    let shown = Redeem {
        shown: code.digest,
        app: "shop".into(),
        redirect_uri: None,
        challenge: "challenge".into(),
        key: None,
        bound_to: None,
        refresh: Some(Digest::of("refresh")),
        now: now(),
    };
    store.issue(code).await.expect("kept");
    store.redeem(shown).await.expect("redeemed");
}

/// The tables and columns in which any row holds this.
async fn holding(store: &Identity, value: &[u8]) -> Vec<String> {
    let value = value.to_vec();
    let found = store.read(move |connection| {
        let columns = "SELECT tables.name, columns.name FROM pragma_table_list AS tables \
                       JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'";
        let mut statement = connection.prepare(columns)?;
        let all = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut holding = Vec::new();
        for (table, column) in all.collect::<Result<Vec<(String, String)>, _>>()? {
            let sql = format!("SELECT count(*) FROM {table} WHERE instr(CAST(\"{column}\" AS BLOB), ?1) > 0");
            if connection.query_row(&sql, [&value], |row| row.get::<_, i64>(0))? > 0 {
                holding.push(format!("{table}.{column}"));
            }
        }
        Ok(holding)
    });
    found.await.expect("read")
}

#[tokio::test]
async fn no_row_is_about_a_person_who_was_deleted() {
    let place = Place::new();
    let store = place.empty().await;
    let ada = person();
    let grant = live(&store, &ada).await;
    let mut before = holding(&store, &ada.id.0).await;
    before.sort();
    let everywhere = [
        "accounts.id",
        "consents.user",
        "grants.user",
        "links.subject",
        "recovery_codes.account",
        "sessions.user",
        "sign_ins.account",
    ];
    assert_eq!(before, everywhere);
    let departure = Departure { commitment: Commitment::to(ada.id).expect("randomness"), at: now() };
    assert_eq!(store.delete(ada.id, departure).await, Ok(true));
    assert_eq!(holding(&store, &ada.id.0).await, Vec::<String>::new());
    assert_eq!(holding(&store, b"Ada@shop.example").await, Vec::<String>::new());
    let kept = store.departures(0, 10).await.expect("read");
    assert!(kept == [departure] && kept[0].commitment.is_to(ada.id));

    // Tokens of the grant may still be about; the next process has to know.
    let endings = Endings { grants: vec![(grant, now())], tokens: Vec::new() };
    assert_eq!(store.ended_since(now()).await, Ok(endings));
    assert_eq!(Grants::drop_old(&store, now(), now() + Duration::from_secs(1), 100).await, Ok(1));
    assert_eq!(store.ended_since(now()).await, Ok(Endings::default()));
}

#[tokio::test]
async fn the_database_shows_neither_passwords_nor_what_apps_share() {
    let place = Place::new();
    let store = place.empty().await;
    let ada = person();
    live(&store, &ada).await;
    let hash = ada.password.as_ref().expect("one").expose();
    let authenticator = ada.authenticator.as_ref().expect("one");
    let secrets = [hash.as_bytes(), authenticator.secret.expose(), ada.offered.as_ref().expect("one").expose()];
    for secret in secrets {
        assert_eq!(holding(&store, secret).await, Vec::<String>::new());
    }
    assert_eq!(holding(&store, b"Ada L.").await, ["accounts.name"], "what is not sealed is found");
    let checked = store.database().check().await.expect("checked");
    assert_eq!((checked.sealed, checked.faults), (3 + 2, Vec::new()));
}

/// A new password, a lock and a sign-out everywhere end no grant by itself: what was given out is of an earlier
/// generation. The process that hears of it tells the doors; one that begins has to read it.
#[tokio::test]
async fn what_an_account_has_made_void_is_told_to_a_process_that_begins() {
    let place = Place::new();
    let hash = PasswordHash::make("nine lanterns", Work::LEAST, &mut Vec::new()).expect("a hash");
    for change in [Change::Password { hash, keep: None }, Change::Locked(true), Change::End { keep: None }] {
        let store = place.empty().await;
        let ada = person();
        let grant = live(&store, &ada).await;
        assert_eq!(store.ended_since(now()).await, Ok(Endings::default()));
        let later = now() + Duration::from_secs(5);
        assert_eq!(Accounts::change(&store, ada.id, change.clone(), later).await, Ok(Changed::Done));
        let void = Endings { grants: vec![(grant, later)], tokens: Vec::new() };
        assert_eq!(store.ended_since(now()).await, Ok(void), "{change:?}");
        let unused = store.ended_since(now() + Duration::from_secs(1)).await;
        assert_eq!(unused, Ok(Endings::default()), "every token of it is over");
    }
}
