//! Where redirects lead, and where they never do.

use wire::HeadLimits;

use super::*;

fn head(target: &str) -> RequestHead {
    let limits = HeadLimits { head_bytes: 4096, target_bytes: 2048, fields: 10 };
    let mut head = RequestHead::new();
    let text = format!("GET {target} HTTP/1.1\r\nhost: shop.example\r\n\r\n");
    assert!(matches!(head.parse(text.as_bytes(), &limits), Ok(Some(_))), "{target}");
    head
}

fn location(to: &str, template: &str, target: &str) -> String {
    Redirect::new(to, 308, template).expect("a redirect").location(&head(target))
}

#[test]
fn words_of_the_file_lead_there_whatever_is_asked_for() {
    assert_eq!(location("https://shop.example/", "/**", "/a/b"), "https://shop.example/");
    assert_eq!(location("/news", "/old", "/old"), "/news");
    assert_eq!(location("https://shop.example", "/**", "/a"), "https://shop.example");
}

#[test]
fn variables_of_the_route_stand_for_their_segments_and_rest_for_what_is_behind() {
    assert_eq!(location("/items/{id}", "/shop/products/{id}", "/shop/products/7%20a"), "/items/7%20a");
    assert_eq!(location("https://b.example/{rest}", "/a/**", "/a/b/c/"), "https://b.example/b/c/");
    assert_eq!(location("https://b.example/{rest}", "/a/**", "/a"), "https://b.example/");
    assert_eq!(location("/v2/{id}/{rest}", "/v1/{id}/**", "/v1/7/x/y"), "/v2/7/x/y");
    assert_eq!(location("/{rest}", "/{rest}/more", "/one/more"), "/one", "a variable of that name comes first");
}

#[test]
fn the_query_goes_on_unless_one_is_written() {
    assert_eq!(location("/b", "/a", "/a?x=1"), "/b?x=1");
    assert_eq!(location("/b?y=2", "/a", "/a?x=1"), "/b?y=2");
    assert_eq!(location("/b#part", "/a", "/a?x=1"), "/b#part");
}

#[test]
fn what_could_lead_to_another_host_is_refused() {
    let wrong = |to: &str| Redirect::new(to, 308, "/{name}/**").err();
    for to in ["", "shop.example", "//shop.example", "javascript:alert(1)", "https://", "https:///a", "https://u@h/"] {
        assert_eq!(wrong(to), Some(RedirectError::Start), "{to}");
    }
    for to in ["https://{name}/", "https://a.example{rest}", "https://a.example:{name}/", "/{name", "/name}", "/{}"] {
        assert_eq!(wrong(to), Some(RedirectError::Braces), "{to}");
    }
    for to in ["/a?b={name}", "/a#{name}", "https://a.example?{name}"] {
        assert_eq!(wrong(to), Some(RedirectError::Braces), "{to}");
    }
    for to in ["/a b", "/a\\b", "/a\nb", "/ä"] {
        assert_eq!(wrong(to), Some(RedirectError::Character), "{to}");
    }
    assert_eq!(wrong("/{other}"), Some(RedirectError::Unknown("other".into())));
    assert_eq!(Redirect::new("/{rest}", 308, "/a").err(), Some(RedirectError::Unknown("rest".into())));
}

#[test]
fn no_path_makes_a_redirect_lead_to_another_host() {
    // With nothing in the place of the rest two slashes would stand side by side.
    assert_eq!(location("/{rest}/{name}", "/{name}/**", "/evil.example"), "/evil.example");
    let mut random = fastrand::Rng::with_seed(7);
    let targets = ["/{rest}", "/{name}", "/{rest}/{name}", "/a/{rest}", "https://b.example/{rest}/{name}"];
    for _ in 0..2000 {
        let segments = (0..random.usize(1..4)).map(|_| {
            let pieces = ["a", ".a", "@", ":", "evil.example", "%20", "~", "*", ";b", "$"];
            (0..random.usize(1..4)).map(|_| pieces[random.usize(0..pieces.len())]).collect::<String>()
        });
        let target = format!("/a{}", segments.collect::<Vec<_>>().join("/"));
        let limits = HeadLimits { head_bytes: 4096, target_bytes: 2048, fields: 10 };
        let mut head = RequestHead::new();
        let text = format!("GET {target} HTTP/1.1\r\nhost: shop.example\r\n\r\n");
        if !matches!(head.parse(text.as_bytes(), &limits), Ok(Some(_))) {
            continue;
        }
        let to = targets[random.usize(0..targets.len())];
        let location = Redirect::new(to, 308, "/{name}/**").expect("a redirect").location(&head);
        let own = location.starts_with('/') && !location.starts_with("//");
        assert!(own || location.starts_with("https://b.example/"), "{target} {to}: {location}");
    }
}
