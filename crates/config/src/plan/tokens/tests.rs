//! What a file says of callers by session and token, as the rooms get it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use gateway::OperationSettings;
use model::{Bound, Via};
use policy::{Binding, UserWay, Way};

use crate::{Defaults, Environment, Loaded, load_text};

/// As in `load/good/tokens.yaml`, with a root that is made for it.
fn loaded() -> Loaded {
    let folder = tempfile::tempdir().expect("a folder");
    let root = ca::WorkloadAuthority::create("shop.example").expect("a root");
    root.save(&folder.path().join("root.pem"), &folder.path().join("root.key")).expect("saved");
    let environment = Environment::new(BTreeMap::new(), UNIX_EPOCH + Duration::from_secs(1_795_392_000));
    let text = include_str!("../../load/good/tokens.yaml");
    let path: &Path = folder.path();
    match load_text("vestibule.yaml", text, path, &Defaults::standard(), &environment) {
        Ok(loaded) => loaded,
        Err(refused) => panic!("{}", refused.faults.render(false)),
    }
}

fn operation<'l>(loaded: &'l Loaded, api: &str, name: &str) -> (&'l OperationSettings, &'l [Way]) {
    let settings = &loaded.plan.gateway;
    let found = settings.operations.iter().position(|one| *one.api == *api && *one.name == *name);
    let at = found.unwrap_or_else(|| panic!("{api}.{name}"));
    let rule = settings.rules.rule(model::OperationId(u32::try_from(at).expect("few"))).expect("a rule");
    (&settings.operations[at], &rule.ways)
}

fn users(ways: &[Way]) -> &UserWay {
    match ways {
        [Way::Users(users)] => users,
        other => panic!("{other:?}"),
    }
}

fn texts(texts: &[std::sync::Arc<str>]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

#[test]
fn each_host_of_an_app_has_the_endpoints_of_sessions_and_nothing_else_of_the_provider() {
    let loaded = loaded();
    let settings = &loaded.plan.gateway;
    let all = settings.operations.iter().filter(|operation| &*operation.api == "vestibule.sessions");
    let names: Vec<&str> = all.map(|operation| &*operation.name).collect();
    assert_eq!(names, ["session-start", "session-callback", "session", "session-end", "style-css", "logo"]);
    let (list, _) = operation(&loaded, "inbox", "list");
    assert_eq!(list.sign_in.as_deref(), Some("/auth/session/start?app=page"));
}

#[test]
fn all_that_is_said_of_people_is_asked_of_them() {
    let loaded = loaded();
    let (list, ways) = operation(&loaded, "orders", "list");
    let way = users(ways);
    assert_eq!((texts(&way.issuers), texts(&way.scopes)), (vec!["own"], vec!["orders.read"]));
    assert_eq!(way.apps.as_deref().map(texts), Some(vec!["page", "phone"]));
    assert_eq!(way.via, [Via::Session, Via::Token]);
    assert_eq!(way.claims, [("plan".into(), vec!["pro".into()])]);
    assert_eq!((way.fresh, way.bound), (None, Binding::Free));
    assert_eq!(list.sign_in.as_deref(), Some("/auth/session/start?app=page"));
    let (cancel, ways) = operation(&loaded, "orders", "cancel");
    let way = users(ways);
    assert_eq!((texts(&way.scopes), way.fresh), (vec!["orders.write"], Some(Duration::from_secs(300))));
    assert_eq!(cancel.resource, None, "sessions alone need no token");
    let (mine, ways) = operation(&loaded, "anyone", "mine");
    assert_eq!((texts(&users(ways).issuers), users(ways).apps.as_deref()), (vec!["own"], None));
    assert!(mine.sign_in.is_some());
}

#[test]
fn an_api_is_the_resource_that_tokens_are_for_and_says_who_gives_them_out() {
    let loaded = loaded();
    let (list, _) = operation(&loaded, "orders", "list");
    let resource = list.resource.as_deref().expect("a resource");
    assert_eq!(&*resource.id, "https://shop.localhost:8443/orders");
    let metadata = "https://shop.localhost:8443/.well-known/oauth-protected-resource/orders";
    assert_eq!(&*resource.metadata, metadata);
    let (mine, ways) = operation(&loaded, "profile", "mine");
    assert_eq!(&*mine.resource.as_deref().expect("a resource").id, "https://api.localhost:8443");
    assert_eq!((mine.sign_in.as_deref(), users(ways).bound), (None, Binding::To(Bound::Dpop)));
    let (_, ways) = operation(&loaded, "vestibule.resource.orders", "metadata");
    assert!(ways.is_empty(), "public");
    let routes = &loaded.report.published;
    assert!(routes.iter().any(|route| route.template.as_str() == "/.well-known/oauth-protected-resource/orders"));
    // At a server door too, where nothing is public: whoever comes through the door may know.
    let (levels, _) = operation(&loaded, "stock", "levels");
    let metadata = &levels.resource.as_deref().expect("a resource").metadata;
    assert_eq!(&**metadata, "https://localhost:9443/.well-known/oauth-protected-resource/stock");
    let (_, ways) = operation(&loaded, "vestibule.resource.stock", "metadata");
    assert!(ways.is_empty(), "for nobody in particular");
}

#[test]
fn a_token_of_an_application_is_bound_unless_that_was_loosened() {
    let loaded = loaded();
    for (api, names, bound) in [
        ("stock", Some(vec!["nightly"]), Binding::Some),
        ("spare", None, Binding::Some),
        ("bound", Some(vec!["nightly"]), Binding::To(Bound::Certificate)),
    ] {
        let (levels, ways) = operation(&loaded, api, "levels");
        let [Way::Apps(apps)] = ways else { panic!("{ways:?}") };
        assert_eq!((apps.names.as_deref().map(texts), apps.bound), (names, bound), "{api}");
        assert_eq!(texts(&apps.issuers), ["own"]);
        assert!(levels.resource.is_some());
    }
}

#[test]
fn programs_get_their_tokens_at_the_server_door_that_the_file_names() {
    let loaded = loaded();
    let machines = loaded.plan.identity.as_ref().and_then(|identity| identity.machines.as_ref()).expect("a door");
    assert_eq!(&*machines.origin, "https://localhost:9443");
    let settings = &loaded.plan.gateway;
    let all = settings.operations.iter().filter(|operation| &*operation.api == "vestibule.machines");
    let names: Vec<&str> = all.map(|operation| &*operation.name).collect();
    assert_eq!(names, ["oauth-authorization-server", "jwks", "token", "introspect", "revoke"]);
}
