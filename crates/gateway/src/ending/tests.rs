//! When an operation is gone, and what is told before.

use std::time::{Duration, UNIX_EPOCH};

use model::Code;
use wire::fields::Fields;

use super::Ending;

fn told(ending: &Ending, said: &[(&str, &str)]) -> Vec<String> {
    let mut fields = Fields::default();
    for (name, value) in said {
        fields.push(name.as_bytes(), value.as_bytes()).expect("a field");
    }
    let mut all = Vec::new();
    ending.each_field(&fields, |name, value| all.push(format!("{name}: {}", String::from_utf8_lossy(value))));
    all
}

#[test]
fn it_answers_until_its_day_begins_and_is_gone_from_then_on() {
    let on = UNIX_EPOCH + Duration::from_secs(1_798_761_600);
    let ending = Ending::new(UNIX_EPOCH, Some(on), None);
    assert!(ending.admit(on - Duration::from_millis(1)).is_ok());
    for at in [on, on + Duration::from_secs(1)] {
        let problem = ending.admit(at).expect_err("gone");
        assert_eq!((problem.code, problem.status()), (Code::Retired, 410));
        assert_eq!(&*problem.detail, "the operation ended on Fri, 01 Jan 2027 00:00:00 GMT");
    }
}

#[test]
fn without_a_day_it_never_ends() {
    let ending = Ending::new(UNIX_EPOCH, None, None);
    assert!(ending.admit(UNIX_EPOCH + Duration::from_secs(1 << 40)).is_ok());
    assert_eq!(told(&ending, &[]), ["deprecation: @0"]);
}

#[test]
fn its_callers_are_told_since_when_until_when_and_where_to_read() {
    let since = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let on = UNIX_EPOCH + Duration::from_secs(1_798_761_600);
    let ending = Ending::new(since, Some(on), Some("https://shop.example/v1"));
    let link = "link: <https://shop.example/v1>; rel=\"deprecation\", <https://shop.example/v1>; rel=\"sunset\"";
    let sunset = "sunset: Fri, 01 Jan 2027 00:00:00 GMT";
    assert_eq!(told(&ending, &[]), ["deprecation: @1767225600", sunset, link]);
    assert_eq!(told(&ending, &[("deprecation", "@5"), ("sunset", "x")]), [link], "the service's own words stand");
}
