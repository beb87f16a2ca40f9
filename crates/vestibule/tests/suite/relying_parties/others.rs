//! One script on this provider and on npm's `oidc-provider`, which has to hear the same of both.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use testkit::Root;

use super::{Party, Waiting, installed, says};
use crate::person::Person;
use crate::shop::{ADA, SECRETS};

/// The provider of others, until its standard input ends.
struct OidcProvider {
    process: Child,
    issuer: String,
    root: Root,
}

impl OidcProvider {
    fn start(folder: &Path) -> Self {
        let root = Root::new("another provider");
        let leaf = root.server(&["localhost"]);
        let (key, certificate) = (folder.join("provider-key.pem"), folder.join("provider.pem"));
        std::fs::write(&key, &leaf.key_pem).expect("a file");
        std::fs::write(&certificate, &leaf.pem).expect("a file");
        let mut command = Command::new("node");
        command.arg(folder.join("provider.mjs")).env("TLS_KEY", key).env("TLS_CERTIFICATE", certificate);
        command.env("SECRET", SECRETS[0]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("a provider");
        let mut said = BufReader::new(process.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let issuer = said.find(|line| line.starts_with("https://")).expect("its issuer");
        std::thread::spawn(move || said.for_each(drop));
        Self { process, issuer, root }
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

#[test]
fn one_relying_party_hears_the_same_of_this_provider_and_of_oidc_provider() {
    if !testkit::needs("npm") {
        return;
    }
    let folder = installed("node");
    let script = || {
        let mut command = Command::new("node");
        command.arg(folder.join("both.mjs"));
        command
    };
    let other = OidcProvider::start(&folder);
    // Whoever comes to the other provider is signed in already, and allows everything.
    let person = Waiting::at_a_browser(Person::new(ADA, &other.root));
    let of_other = says(script(), &folder, &other.root, &other.issuer, &person, SECRETS[0]);
    let of_ours = Party::open().says(script(), &folder, false);
    assert_eq!(of_ours, of_other);
    assert!(of_ours.contains("dpop userinfo ada@shop.example\nplain invalid_request\n"), "{of_ours}");
}
