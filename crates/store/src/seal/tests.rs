//! Sealing: a value opens at its place, whole, with its key, and nowhere else.

use std::sync::Arc;

use super::*;

const SECRETS: SealedColumn = SealedColumn { table: "users", column: "totp", key: "id" };
const FIRST: &str = "8f2c1de09a4b7766554433221100ffeeddccbbaa99887766554433221100f0e1";
const SECOND: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn seal(text: &str) -> Seal {
    Seal::new(Arc::new(SealKeys::read(text).expect("keys")), "identity")
}

fn open(seal: &Seal, column: SealedColumn, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    seal.open(column, row, sealed).map(|opened| opened.expose().to_vec())
}

#[test]
fn a_value_opens_where_it_was_sealed() {
    let seal = seal(FIRST);
    for value in [&b""[..], b"x", &[7; 4096]] {
        let sealed = seal.seal(SECRETS, b"anna", value).expect("sealed");
        assert_eq!(sealed.len(), HEAD_LEN + value.len() + 16);
        assert_eq!(open(&seal, SECRETS, b"anna", &sealed).expect("opened"), value);
    }
}

#[test]
fn a_value_does_not_open_at_another_row_column_table_or_role() {
    let here = seal(FIRST);
    let sealed = here.seal(SECRETS, b"anna", b"secret").expect("sealed");
    let elsewhere = Seal::new(Arc::new(SealKeys::read(FIRST).expect("keys")), "audit");
    let moved = [
        open(&here, SECRETS, b"bert", &sealed),
        open(&here, SealedColumn { column: "other", ..SECRETS }, b"anna", &sealed),
        open(&here, SealedColumn { table: "other", ..SECRETS }, b"anna", &sealed),
        // The end of one name and the beginning of the next are not one text.
        open(&here, SealedColumn { table: "user", column: "stotp", ..SECRETS }, b"anna", &sealed),
        open(&elsewhere, SECRETS, b"anna", &sealed),
    ];
    for outcome in moved {
        assert!(matches!(outcome, Err(StoreError::SealBroken)), "{outcome:?}");
    }
}

#[test]
fn no_octet_of_a_sealed_value_can_be_changed_or_taken_away() {
    let seal = seal(FIRST);
    let sealed = seal.seal(SECRETS, b"anna", b"secret").expect("sealed");
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(open(&seal, SECRETS, b"anna", &altered).is_err(), "octet {at}");
        assert!(open(&seal, SECRETS, b"anna", &sealed[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn equal_values_are_sealed_differently() {
    let seal = seal(FIRST);
    let twice = [(); 2].map(|()| seal.seal(SECRETS, b"anna", b"secret").expect("sealed"));
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn a_new_key_before_the_old_one_seals_and_both_open() {
    let sealed = seal(FIRST).seal(SECRETS, b"anna", b"secret").expect("sealed");
    let both = seal(&format!("# new\n{SECOND}\n\n# old\n  {FIRST}  \n"));
    assert_eq!(open(&both, SECRETS, b"anna", &sealed).expect("opened"), b"secret");
    let anew = both.seal(SECRETS, b"anna", b"secret").expect("sealed");
    assert_eq!(open(&seal(SECOND), SECRETS, b"anna", &anew).expect("opened"), b"secret");
    let without = open(&seal(SECOND), SECRETS, b"anna", &sealed);
    assert!(matches!(without, Err(StoreError::SealWrong { .. })), "{without:?}");
}

#[test]
fn a_key_may_be_written_in_base64_or_hexadecimal() {
    let id = |text: &str| SealKeys::read(text).expect("a key").ids();
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    for same in [SECOND, SECOND.trim_end_matches('='), hex, &hex.to_uppercase()] {
        assert_eq!(id(same), id(SECOND), "{same}");
    }
    assert_ne!(id(FIRST), id(SECOND));
}

#[test]
fn a_master_key_that_is_none_is_refused_and_not_repeated() {
    let too_many = format!("{FIRST}\n").repeat(9);
    for text in ["", "# nothing\n", "hunter2", FIRST.trim_end_matches("f0e1"), &format!("{FIRST}00"), &too_many] {
        let error = SealKeys::read(text).expect_err("no key").to_string();
        assert!(text.is_empty() || !error.contains(text.trim()), "{error}");
        assert!(error.contains("openssl rand -base64 32") || error.contains("more than"), "{error}");
    }
}

#[test]
fn a_made_key_can_be_read_and_is_never_the_same() {
    let [one, other] = [(); 2].map(|()| SealKeys::generate().expect("randomness"));
    assert_ne!(SealKeys::read(&one).expect("a key").ids(), SealKeys::read(&other).expect("a key").ids());
}

#[test]
fn nothing_of_a_key_is_printed() {
    let printed = format!("{:?} {:?}", seal(FIRST), HashKey::new(&[0x41; 32]).expect("a key"));
    assert!(!printed.contains("8f2c1de0") && !printed.contains("65, 65") && !printed.contains("AAAA"), "{printed}");
}

#[test]
fn a_keyed_hash_depends_on_key_purpose_and_secret() {
    let key = HashKey::new(&[1; 32]).expect("a key");
    let hashes = [
        key.hash("refresh", b"abc"),
        key.hash("session", b"abc"),
        key.hash("refresh", b"abd"),
        key.hash("refresha", b"bc"),
        HashKey::new(&[2; 32]).expect("a key").hash("refresh", b"abc"),
    ];
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[at + 1..].contains(hash), "{at}");
    }
    assert_eq!(key.hash("refresh", b"abc"), hashes[0]);
    assert!(HashKey::new(&[1; 31]).is_err());
}
