//! What is a URL that the house calls, and what only looks like one.

use proptest::prelude::*;

use super::super::AddressKind;
use super::*;

#[test]
fn a_url_is_a_host_a_port_a_path_and_a_query() {
    let target = Target::configured("https://Login.Corp.Example/realms/main?a=b%20c").expect("a URL");
    assert_eq!(target.destination().host(), &Host::Name("login.corp.example".into()));
    assert_eq!((target.destination().port(), target.is_tls()), (443, true));
    assert_eq!((target.path(), target.authority().as_str()), ("/realms/main?a=b%20c", "login.corp.example"));
    let target = Target::configured("https://[2606:4700::1]:8443").expect("a URL");
    assert_eq!((target.path(), target.authority().as_str()), ("/", "[2606:4700::1]:8443"));
    assert_eq!(target.to_string(), "https://[2606:4700::1]:8443/");
}

#[test]
fn what_readers_of_urls_disagree_about_is_refused() {
    use TargetError as Error;
    for (url, expected) in [
        ("", Error::Scheme),
        ("//shop.example/", Error::Scheme),
        ("HTTPS://shop.example/", Error::Scheme),
        ("ftp://shop.example/", Error::Scheme),
        ("file:///etc/passwd", Error::Scheme),
        (" https://shop.example/", Error::Scheme),
        ("https://user@shop.example/", Error::UserInformation),
        ("https://shop.example@169.254.169.254/", Error::UserInformation),
        ("https:///path", Error::Host),
        ("https://", Error::Host),
        ("https://shop.example./", Error::Host),
        ("https://shop..example/", Error::Host),
        ("https://-shop.example/", Error::Host),
        ("https://sh%6fp.example/", Error::Host),
        ("https://sh\u{f6}p.example/", Error::Host),
        ("https://shop.example\t/", Error::Host),
        ("https://[shop.example]/", Error::OddAddress),
        ("https://[fe80::1%25eth0]/", Error::OddAddress),
        ("https://[::1/", Error::Port),
        ("https://127.1/", Error::OddAddress),
        ("https://0177.0.0.1/", Error::OddAddress),
        ("https://0x7f.0.0.1/", Error::OddAddress),
        ("https://0x7f000001/", Error::OddAddress),
        ("https://2130706433/", Error::OddAddress),
        ("https://127.0.0.01/", Error::OddAddress),
        ("https://1.2.3.4.5/", Error::OddAddress),
        ("https://shop.0x/", Error::OddAddress),
        ("https://shop.example:/", Error::Port),
        ("https://shop.example:0/", Error::Port),
        ("https://shop.example:0443/", Error::Port),
        ("https://shop.example:+443/", Error::Port),
        ("https://shop.example:65536/", Error::Port),
        ("https://shop.example:443:443/", Error::Port),
        ("https://shop.example#/", Error::Path),
        ("https://shop.example/a#b", Error::Path),
        ("https://shop.example/a b", Error::Path),
        ("https://shop.example/a\r\nhost: other", Error::Path),
        ("https://shop.example\\@other.example/", Error::Path),
        ("https://shop.example?query", Error::Path),
    ] {
        assert_eq!(Target::configured(url), Err(expected), "{url}");
    }
    let long = format!("https://shop.example/{}", "a".repeat(URL_BYTES));
    assert_eq!(Target::configured(&long), Err(TargetError::TooLong));
}

#[test]
fn plain_http_leads_to_this_machine_where_the_file_says_so_and_nowhere_else() {
    for fine in ["http://127.0.0.1:8080/", "http://[::1]:1/", "http://localhost/", "http://a.localhost:9/"] {
        assert!(Target::configured(fine).is_ok(), "{fine}");
        assert_eq!(Target::supplied(fine, &[8080, 1, 80, 9]).map(|_| ()).map_err(|_| ()), Err(()), "{fine}");
    }
    for plain in ["http://10.0.0.1/", "http://shop.internal/", "http://shop.example:8080/"] {
        assert_eq!(Target::configured(plain), Err(TargetError::Plain), "{plain}");
    }
    assert_eq!(Target::supplied("http://shop.example/", &[]), Err(TargetError::Plain));
}

#[test]
fn the_file_may_name_private_addresses_and_a_caller_may_not() {
    use AddressKind as Kind;
    for (host, kind) in [
        ("10.0.0.1", Kind::Private),
        ("127.0.0.1", Kind::Loopback),
        ("[::1]", Kind::Loopback),
        ("[fd00::1]", Kind::Private),
        ("100.64.0.1", Kind::Shared),
        ("192.0.2.1", Kind::Reserved),
    ] {
        let url = format!("https://{host}/");
        assert!(Target::configured(&url).is_ok(), "{url}");
        assert_eq!(Target::supplied(&url, &[]), Err(TargetError::Refused(kind)), "{url}");
    }
    for name in ["shop", "localhost", "a.localhost"] {
        let refused = Err(TargetError::Refused(Kind::Private));
        assert_eq!(Target::supplied(&format!("https://{name}/"), &[]), refused, "{name}");
    }
}

#[test]
fn metadata_services_are_called_on_nobody_s_word() {
    for host in ["169.254.169.254", "[fd00:ec2::254]", "metadata.google.internal", "METADATA", "0.0.0.0", "[::]"] {
        let url = format!("https://{host}/");
        assert!(matches!(Target::configured(&url), Err(TargetError::Refused(_))), "{url}");
        assert!(matches!(Target::supplied(&url, &[]), Err(TargetError::Refused(_))), "{url}");
    }
}

#[test]
fn a_caller_names_port_443_or_one_that_the_file_allows() {
    assert!(Target::supplied("https://shop.example:443/", &[]).is_ok());
    assert_eq!(Target::supplied("https://shop.example:8443/", &[]), Err(TargetError::Port));
    assert!(Target::supplied("https://shop.example:8443/", &[8443]).is_ok());
    assert_eq!(Target::supplied("https://shop.example:22/", &[8443]), Err(TargetError::Port));
}

proptest! {
    #[test]
    fn what_is_read_is_read_alike_when_it_is_written_again(url in "https?://[a-z0-9.:\\[\\]@%/?#x-]{0,40}") {
        if let Ok(target) = Target::configured(&url) {
            prop_assert_eq!(Target::configured(&target.to_string()), Ok(target));
        }
    }
}
