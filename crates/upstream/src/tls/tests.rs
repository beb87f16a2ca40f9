//! What is refused before any handshake, and what counts as the same.

use testkit::{Leaf, Root};

use super::*;

fn settings(anchors: TlsAnchors, pins: &[Pin], shown: Option<&Leaf>) -> TlsSettings {
    let certificate = shown.map(|leaf| (vec![leaf.der.clone()], leaf.key()));
    TlsSettings { anchors, pins: pins.to_vec(), certificate }
}

fn of(root: &Root) -> TlsAnchors {
    TlsAnchors::Named(vec![root.der().clone()])
}

#[test]
fn with_nothing_to_believe_a_service_by_there_is_no_tls() {
    for anchors in [TlsAnchors::Pins, TlsAnchors::Named(Vec::new()), TlsAnchors::System(Vec::new())] {
        let refused = ClientTls::new(&settings(anchors, &[], None), "shop.example").expect_err("nothing");
        assert!(matches!(refused, TlsError::NothingToBelieve));
    }
    let pinned_and_no_authority = settings(TlsAnchors::Named(Vec::new()), &[[1; 32]], None);
    assert!(ClientTls::new(&pinned_and_no_authority, "shop.example").is_err());
}

#[test]
fn an_authority_that_is_none_is_refused_where_it_was_named_and_left_out_of_the_machine_s() {
    let root = Root::new("services");
    let junk = CertificateDer::from(vec![0x30, 0]);
    let named = settings(TlsAnchors::Named(vec![root.der().clone(), junk.clone()]), &[], None);
    assert!(matches!(ClientTls::new(&named, "a.example"), Err(TlsError::Anchor(_))));
    let system = settings(TlsAnchors::System(vec![root.der().clone(), junk]), &[], None);
    assert!(ClientTls::new(&system, "a.example").is_ok());
}

#[test]
fn a_name_that_no_certificate_can_have_is_refused() {
    let tls = ClientTls::new(&settings(of(&Root::new("services")), &[], None), "10.0.0.1").expect("an address");
    assert!(matches!(tls.named("shop..example"), Err(TlsError::Name(_))));
}

#[test]
fn the_same_settings_are_equal_and_any_difference_is_another() {
    let (one, other) = (Root::new("services"), Root::new("services"));
    let (shown, another) = (one.server(&["gateway"]), one.server(&["gateway"]));
    let made = |anchors, pins: &[Pin], shown| {
        ClientTls::new(&settings(anchors, pins, shown), "shop.example").expect("good settings")
    };
    let tls = made(of(&one), &[], None);
    assert_eq!(tls, made(of(&one), &[], None));
    assert_ne!(tls, tls.named("other.example").expect("a name"));
    let different = [
        made(of(&other), &[], None),
        made(TlsAnchors::System(vec![one.der().clone()]), &[], None),
        made(of(&one), &[[1; 32]], None),
        made(TlsAnchors::Pins, &[[1; 32]], None),
        made(of(&one), &[], Some(&shown)),
        made(of(&one), &[], Some(&another)),
    ];
    for (at, one) in different.iter().enumerate() {
        assert_ne!(*one, tls);
        assert!(different.iter().skip(at + 1).all(|other| other != one));
    }
}
