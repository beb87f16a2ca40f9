//! A CA that cannot be reached, and certificates that another node got. What a CA says is tested with a real one.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use super::{Keeper, Report, Tended, Wanted};
use crate::LocalAuthority;
use crate::acme::{AcmeSettings, Challenge, Proof, Responder, Store};

#[derive(Default)]
#[expect(clippy::disallowed_types, reason = "a test looks at what was shown")]
struct Shown(std::sync::Mutex<Vec<Proof>>);

impl Shown {
    fn now(&self) -> Vec<Proof> {
        self.0.lock().expect("a lock").clone()
    }
}

impl Responder for Shown {
    fn show(&self, proofs: &[Proof]) {
        *self.0.lock().expect("a lock") = proofs.to_vec();
    }
}

/// Nothing listens at port 1 of this machine.
fn wanted(data: &Path) -> Wanted {
    let settings = AcmeSettings {
        names: vec!["shop.test".to_owned()],
        directory: "https://127.0.0.1:1/directory".to_owned(),
        contact: "ops@shop.test".to_owned(),
        challenge: Challenge::Http,
        binding: None,
        anchors: Vec::new(),
    };
    Wanted { door: "client".into(), settings, data: data.to_owned() }
}

fn keeper(data: &Path) -> (Keeper, mpsc::Receiver<Report>, Arc<Shown>) {
    let (reports, told) = mpsc::channel(16);
    let shown = Arc::new(Shown::default());
    let mut keeper = Keeper::new(Arc::clone(&shown) as Arc<dyn Responder>, reports);
    keeper.take(&[wanted(data)]);
    (keeper, told, shown)
}

/// As another node would: under the lock, with a life that began so long ago.
fn another_node_got_one(data: &Path, life: Duration) {
    let store = Store::new(data, &wanted(data).settings);
    drop(store.lock().expect("a folder"));
    let authority = LocalAuthority::create().expect("a CA");
    let issued = authority.issue_server(&["shop.test".to_owned()], life).expect("issued");
    store.keep(issued.key_pem.expose(), &issued.chain_pem).expect("kept");
}

#[tokio::test]
async fn a_failure_is_told_and_neither_this_process_nor_the_next_tries_again_before_its_time() {
    let data = tempfile::tempdir().expect("a folder");
    let (mut first, mut told, _) = keeper(data.path());
    let now = SystemTime::now();
    first.look(now).await;
    let Some(Report::Failed { door, name, again, .. }) = told.recv().await else { panic!("no failure") };
    assert_eq!((&*door, &*name), ("client", "shop.test"));
    assert!(again > now + Duration::from_secs(59), "{again:?}");
    let (mut second, mut told_second, _) = keeper(data.path());
    second.look(SystemTime::now()).await;
    let Some(Report::Failed { again: still, .. }) = told_second.recv().await else { panic!("it is not told again") };
    assert!(again.duration_since(still).is_ok_and(|less| less < Duration::from_secs(1)), "{still:?}");
    for keeper in [&mut first, &mut second] {
        keeper.look(SystemTime::now()).await;
    }
    assert!(told.try_recv().is_err() && told_second.try_recv().is_err());
    second.look(again + Duration::from_secs(1)).await;
    let Some(Report::Failed { again: later, .. }) = told_second.recv().await else { panic!("no failure") };
    assert!(later > again + Duration::from_secs(3 * 60), "it waits longer each time");
}

#[tokio::test]
async fn a_certificate_that_another_node_got_is_taken_over_and_nobody_is_asked() {
    let data = tempfile::tempdir().expect("a folder");
    another_node_got_one(data.path(), Duration::from_secs(90 * 24 * 3_600));
    let (mut keeper, mut told, _) = keeper(data.path());
    keeper.look(SystemTime::now()).await;
    assert!(matches!(told.recv().await, Some(Report::Changed { leaf, .. }) if leaf.names == ["shop.test"]));
    assert!(told.try_recv().is_err(), "the CA was asked");
    let first = keeper.tended.first().and_then(|tended: &Tended| tended.leaf.clone()).expect("a leaf");
    // Two thirds of its life later it is due.
    let due = super::renew_at(&first, 0);
    keeper.look(due + Duration::from_secs(1)).await;
    assert!(matches!(told.recv().await, Some(Report::Failed { .. })));
}

#[tokio::test]
async fn nobody_asks_while_another_node_does_and_its_proofs_are_shown_here_too() {
    let data = tempfile::tempdir().expect("a folder");
    let other = Store::new(data.path(), &wanted(data.path()).settings);
    let lock = other.lock().expect("a folder");
    let (token, key_authorization) = ("t0ken".to_owned(), "t0ken.thumb".to_owned());
    let proof = Proof { challenge: Challenge::Http, name: "shop.test".to_owned(), token, key_authorization };
    other.keep_proofs(std::slice::from_ref(&proof), SystemTime::now()).expect("kept");
    let (mut keeper, mut told, shown) = keeper(data.path());
    keeper.look(SystemTime::now()).await;
    assert!(told.try_recv().is_err(), "the CA was asked");
    assert_eq!(shown.now(), [proof]);
    other.keep_proofs(&[], SystemTime::now()).expect("gone");
    keeper.look(SystemTime::now()).await;
    assert_eq!(shown.now(), []);
    drop(lock);
}
