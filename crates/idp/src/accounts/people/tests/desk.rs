//! The same people, as `vestibule users` asks for them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{PASSWORD, entered, from, open_house};
use crate::accounts::people::{DeskError, PeopleError, holdings};
use crate::store::grants::{MemoryGrants, ProtocolStore};
use crate::store::sessions::{MemorySessions, Session, Sessions};
use crate::{Digest, GrantId, Scopes, SessionId, UserId};

#[tokio::test]
async fn accounts_are_made_listed_changed_locked_and_deleted_by_command() {
    let house = open_house();
    let ask = async |verb: &str, asked: Value| house.people.ask(verb, asked).await;
    let made = ask("create", json!({ "address": "Ada@shop.example", "name": "Ada" })).await.unwrap();
    let id = made["user"]["id"].as_str().unwrap().to_owned();
    let link = made["link"].as_str().unwrap().strip_prefix("https://shop.example/auth/reset?link=").unwrap();
    let cookie = entered(house.people.reset(link, PASSWORD, &from(1)).await.unwrap()).cookie;

    let listed = ask("list", json!({})).await.unwrap();
    assert_eq!(listed["users"][0]["address"], "Ada@shop.example");
    assert_eq!(listed["next"], Value::Null);
    let shown = ask("show", json!({ "user": "ada@shop.example" })).await.unwrap();
    assert_eq!((&shown["user"]["id"], &shown["sign_ins"]), (&json!(id), &json!(1)));

    let update = json!({ "user": id, "address": "lovelace@shop.example", "name": "" });
    let updated = ask("update", update).await.unwrap();
    assert_eq!(updated["user"]["address"], "lovelace@shop.example");
    assert_eq!(updated["user"]["name"], Value::Null);

    let locked = ask("lock", json!({ "user": id })).await.unwrap();
    assert_eq!((&locked["user"]["locked"], &locked["sign_ins"]), (&json!(true), &json!(0)));
    assert!(house.people.who(cookie.text().expose()).await.unwrap().is_none());
    assert_eq!(ask("unlock", json!({ "user": id })).await.unwrap()["user"]["locked"], false);
    let again = entered(house.people.sign_in("lovelace@shop.example", PASSWORD, &from(1)).await.unwrap());
    ask("end-sessions", json!({ "user": id })).await.unwrap();
    assert!(house.people.who(again.cookie.text().expose()).await.unwrap().is_none());
    assert_eq!(ask("export", json!({ "user": id })).await.unwrap()["export"]["account"]["id"], json!(id));

    assert_eq!(ask("delete", json!({ "user": id })).await.unwrap()["deleted"], json!(id));
    // Only who has the id is told that it was somebody's.
    let gone = ask("show", json!({ "user": id })).await;
    assert!(matches!(&gone, Err(DeskError::Departed(gone, _)) if gone.to_string() == id), "{gone:?}");
    for user in ["lovelace@shop.example", "00000000000000000000000000"] {
        let nobody = ask("show", json!({ "user": user })).await;
        assert!(matches!(nobody, Err(DeskError::People(PeopleError::Nobody))), "{nobody:?}");
    }
}

#[tokio::test]
async fn an_invitation_goes_by_mail_and_to_whoever_asked() {
    let house = open_house();
    let invited = house.people.ask("invite", json!({ "address": "ada@shop.example" })).await.unwrap();
    let link = house.link("ada@shop.example").await;
    assert_eq!(invited["link"], json!(format!("https://shop.example/auth/verify?link={link}")));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_and_changes_nothing() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    let wrong = [
        ("show", json!({})),
        ("show", json!({ "user": "ada@shop.example", "more": 1 })),
        ("show", json!({ "user": "ada" })),
        ("list", json!({ "after": "ada" })),
        ("create", json!({ "address": "ADA@shop.example" })),
        ("create", json!({ "address": "no address" })),
        ("update", json!({ "user": "ada@shop.example", "address": "no address", "name": "Eve" })),
        ("dance", json!({ "user": "ada@shop.example" })),
    ];
    for (verb, asked) in wrong {
        assert!(house.people.ask(verb, asked.clone()).await.is_err(), "{verb} {asked}");
    }
    let listed = house.people.ask("list", json!({})).await.unwrap();
    assert_eq!(listed["users"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["users"][0]["name"], Value::Null);
}

#[tokio::test]
async fn what_apps_have_of_a_person_is_exported_and_nobody_elses() {
    let protocol: Arc<dyn ProtocolStore> = Arc::new(MemoryGrants::default());
    let sessions: Arc<dyn Sessions> = Arc::new(MemorySessions::default());
    let (ada, bob) = (UserId::generate().unwrap(), UserId::generate().unwrap());
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let scopes = Scopes::parse("openid orders").unwrap();
    for user in [ada, bob] {
        protocol.remember(user, "shop".into(), scopes.clone(), now).await.unwrap();
        let session = Session {
            id: SessionId::generate().unwrap(),
            cookie: Digest::of(&user.to_string()),
            csrf: Digest::of("csrf"),
            grant: GrantId::generate().unwrap(),
            user,
            generation: 0,
            app: "shop".into(),
            scopes: scopes.clone(),
            sign_in: None,
            authenticated_at: now,
            methods: Box::default(),
            origin: "https://shop.example".into(),
            begun: now,
            seen: now,
        };
        sessions.begin(session, None).await.unwrap();
    }
    let mut held = Vec::new();
    for (name, holdings) in holdings(&protocol, &sessions) {
        held.push((name, holdings.of(ada).await.unwrap()));
    }
    let id = sessions.of(ada).await.unwrap()[0].id.to_string();
    let at = "2026-09-21T14:13:20Z";
    let session = json!({ "id": id, "app": "shop", "origin": "https://shop.example", "scopes": "openid orders",
        "begun": at, "seen": at });
    assert_eq!(
        held,
        [
            ("grants", json!([])),
            ("consents", json!([{ "app": "shop", "scopes": "openid orders" }])),
            ("sessions", json!([session])),
        ]
    );
}
