//! Libraries of programs, as they are published, get tokens at the server door and call with them.

use std::process::Command;

use testkit::Leaf;

use super::{Machines, SECRET};
use crate::relying_parties::{installed, private_jwk};

/// What a script of `tests/relying_parties/` says of this gateway's server door.
fn says(machines: &Machines, mut command: Command) -> String {
    let house = &machines.house.house;
    let mut put = |name: &str, text: &str, told: &[&str]| {
        house.write(name, text);
        for variable in told {
            command.env(variable, house.folder().join(name));
        }
    };
    put("root.pem", machines.house.people.pem(), &["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"]);
    let mut show = |leaf: &Leaf, certificate: &str, key: &str| {
        put(&format!("{certificate}.pem"), &leaf.pem, &[certificate]);
        put(&format!("{key}.pem"), &leaf.key_pem, &[key]);
    };
    show(&machines.house.workload("batch"), "CERTIFICATE", "KEY");
    show(&machines.house.workload("other"), "OTHER_CERTIFICATE", "OTHER_KEY");
    command.env("DOOR", &machines.origin).env("ISSUER", &machines.issuer);
    let output = command.env("SECRET", SECRET).env("SIGNER", private_jwk(&machines.signer)).output();
    let output = output.expect("a script");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn authlib_gets_tokens_by_a_secret_and_by_a_signature_and_calls_with_them() {
    if !testkit::needs("pip") {
        return;
    }
    let folder = installed("python");
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", folder.join("library")).arg(folder.join("machine.py"));
    let expected = "\
issuer True
basic Bearer orders.read None
called 200 served
sent 403 insufficient-scope
stolen 401 credential-invalid
introspected True batch
revoked 200
introspected {'active': False}
signed for an hour invalid_client
signed Bearer orders.read
called 200 served
";
    assert_eq!(says(&Machines::open(), command), expected);
}

#[test]
fn x_oauth2_gets_tokens_by_a_secret_and_calls_with_them() {
    if !testkit::needs("go") {
        return;
    }
    let mut command = Command::new(installed("go").join("client"));
    command.arg("machine");
    let expected = "\
issuer true
basic Bearer orders.read true
called 200 served
sent 403
without a certificate true
";
    assert_eq!(says(&Machines::open(), command), expected);
}
