//! What the house answers itself, through the real program: fixed answers and redirects.

use std::net::SocketAddr;

use testkit::{Answer, Backend, Connection, Deadline, House, Reply, script};

use crate::standing::house;
use crate::two_doors::{SOON, TwoDoors, assert_problem, bearer, free_address, get, request};

const APIS: &str = "  moved: { door: client, path: /old, public: true, redirect: 'https://shop.example/new/{rest}' }
  closed: { door: client, path: /closed, public: true, respond: { status: 503, body: closed on Sundays } }
  shop:
    door: client
    path: /shop
    service: shop
    public: true
    operations:
      list: GET /products
      robots: { route: GET /robots.txt, respond: \"User-agent: *\\n\" }
      item: { route: 'GET /items/{id}', redirect: { to: '/shop/products/{id}', status: 302 } }
      nothing: { route: POST /beacon, respond: { status: 204 } }
";

/// A gateway in cleartext; its service says which target arrived.
struct Ground {
    house: House,
    address: SocketAddr,
    service: Backend,
}

impl Ground {
    fn open() -> Self {
        let service = Backend::choosing(|head, _| script::answer(Reply::ok(head.target.clone())));
        let address = free_address();
        let file = format!(
            "vestibule: 1\ndoors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
             services:\n  shop: {{ urls: \"{}\" }}\napis:\n{APIS}",
            service.url()
        );
        Self { house: house().config(&file).start(), address, service }
    }

    fn ask(&self, method: &str, target: &str, fields: &[&str], body: &str) -> Answer {
        let mut connection = Connection::plain(self.address);
        connection.send(request(method, target, fields, body).as_bytes());
        connection.answer_to(method, Deadline::within(SOON)).expect("an answer")
    }

    fn get(&self, target: &str, fields: &[&str]) -> Answer {
        self.ask("GET", target, fields, "")
    }
}

#[test]
fn a_redirect_takes_path_and_query_along_and_no_service_hears_of_it() {
    let ground = Ground::open();
    let answer = ground.get("/old/a/b?c=d", &[]);
    assert_eq!((answer.status, answer.field("location")), (308, Some("https://shop.example/new/a/b?c=d")));
    assert_eq!(answer.field("cache-control"), Some("max-age=3600"));
    assert_eq!(answer.field("content-length"), Some("0"));
    let answer = ground.ask("POST", "/old", &[], "some content");
    assert_eq!((answer.status, answer.field("location")), (308, Some("https://shop.example/new/")));
    let answer = ground.get("/shop/items/7%20b", &[]);
    assert_eq!((answer.status, answer.field("location")), (302, Some("/shop/products/7%20b")));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    assert_eq!(ground.get("/shop/products", &[]).text(), "/products");
    let arrived: Vec<_> = ground.service.requests().iter().map(|request| request.head.target.clone()).collect();
    assert_eq!(arrived, ["/products"]);
}

#[test]
fn a_fixed_answer_is_the_same_to_everybody_and_need_not_be_sent_twice() {
    let ground = Ground::open();
    let answer = ground.get("/shop/robots.txt", &[]);
    assert_eq!((answer.status, answer.text().as_str()), (200, "User-agent: *\n"));
    assert_eq!(answer.field("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.field("cache-control"), Some("no-cache"));
    let tag = answer.field("etag").expect("a tag").to_owned();
    let again = ground.get("/shop/robots.txt", &[&format!("if-none-match: \"other\", {tag}")]);
    assert_eq!((again.status, again.text().as_str(), again.field("etag")), (304, "", Some(tag.as_str())));
    assert_eq!(again.field("content-length"), None);
    assert_eq!(ground.get("/shop/robots.txt", &["if-match: \"other\""]).status, 412);
    let head = ground.ask("HEAD", "/shop/robots.txt", &[], "");
    assert_eq!((head.status, head.field("content-length"), head.text().as_str()), (200, Some("14"), ""));
}

#[test]
fn a_part_of_a_fixed_answer_is_given_where_it_is_there() {
    let ground = Ground::open();
    let part = ground.get("/shop/robots.txt", &["range: bytes=0-3"]);
    assert_eq!((part.status, part.text().as_str(), part.field("content-range")), (206, "User", Some("bytes 0-3/14")));
    let beyond = ground.get("/shop/robots.txt", &["range: bytes=14-"]);
    assert_eq!((beyond.status, beyond.field("content-range")), (416, Some("bytes */14")));
    let other = ground.get("/shop/robots.txt", &["range: bytes=0-3", "if-range: \"other\""]);
    assert_eq!((other.status, other.text().len()), (200, 14));
}

#[test]
fn other_statuses_are_answered_to_every_method_and_are_not_kept() {
    let ground = Ground::open();
    for method in ["GET", "POST", "DELETE"] {
        let answer = ground.ask(method, "/closed/for/now", &[], "");
        assert_eq!((answer.status, answer.text().as_str()), (503, "closed on Sundays"), "{method}");
        assert_eq!(answer.field("cache-control"), Some("no-store"));
    }
    let answer = ground.ask("POST", "/shop/beacon", &[], "");
    assert_eq!((answer.status, answer.field("content-length"), answer.text().as_str()), (204, None, ""));
    assert_problem(&ground.get("/shop/beacon", &[]), 404, "not-found");
}

#[test]
fn a_connection_goes_on_after_an_answer_of_the_house_and_its_request_is_in_the_log() {
    let ground = Ground::open();
    let mut connection = Connection::plain(ground.address);
    for _ in 0..3 {
        assert_eq!(connection.exchange(request("POST", "/old/x", &[], "some content")).status, 308);
        assert_eq!(connection.exchange(get("/shop/robots.txt", &[])).status, 200);
    }
    let line = ground.house.wait_for_log("/shop/robots.txt");
    assert!(line.contains("robots") && line.contains("200"), "{line}");
}

#[test]
fn the_house_answers_only_to_those_who_may_call() {
    let doors = TwoDoors::open_with(&[(
        "      list: GET /list\n      own:",
        "      list: { route: GET /list, respond: for keys only }\n      own:",
    )]);
    let refused = doors.get("/notes/list", &[]);
    assert_problem(&refused, 401, "credential-required");
    let answer = doors.get("/notes/list", &[&bearer(&doors.keys.app)]);
    assert_eq!((answer.status, answer.text().as_str()), (200, "for keys only"));
    assert_eq!(answer.field("cache-control"), Some("private, no-cache"));
}

#[test]
fn an_explanation_says_that_the_house_answers() {
    let ground = Ground::open();
    let ended =
        ground.house.command(&["explain", "GET", &format!("http://{}/old/x", ground.address), "--as", "anonymous"]);
    let told = ended.stdout;
    assert!(told.contains("allowed; the house would answer with a redirect, 308"), "{told}");
}

/// A folder beside the file, and the gateway that serves it at `/site`.
struct Site {
    ground: House,
    address: SocketAddr,
}

impl Site {
    fn open(files: &[(&str, &str)]) -> Self {
        let prepared = house();
        let address = free_address();
        for (name, text) in files {
            let path = prepared.folder().join("site").join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("written");
        }
        let file = format!(
            "vestibule: 1\ndoors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
             apis:\n  site: {{ door: client, path: /site, public: true, files: site }}\n"
        );
        Self { ground: prepared.config(&file).start(), address }
    }

    fn ask(&self, method: &str, target: &str, fields: &[&str]) -> Answer {
        let mut connection = Connection::plain(self.address);
        connection.send(request(method, target, fields, "").as_bytes());
        connection.answer_to(method, Deadline::within(SOON)).expect("an answer")
    }

    fn get(&self, target: &str, fields: &[&str]) -> Answer {
        self.ask("GET", target, fields)
    }
}

#[test]
fn files_of_a_folder_are_served_by_name_and_a_folder_by_its_index() {
    let site = Site::open(&[
        ("index.html", "<p>home"),
        ("docs/index.html", "<p>docs"),
        ("app.3f9a1c2b.js", "let a;"),
        ("a b.txt", "words"),
        ("data", "octets"),
    ]);
    for (target, text, media_type, kept) in [
        ("/site/", "<p>home", "text/html; charset=utf-8", "no-cache"),
        ("/site/docs/", "<p>docs", "text/html; charset=utf-8", "no-cache"),
        ("/site/app.3f9a1c2b.js?v=1", "let a;", "text/javascript; charset=utf-8", "max-age=31536000, immutable"),
        ("/site/a%20b.txt", "words", "text/plain; charset=utf-8", "no-cache"),
        ("/site/data", "octets", "application/octet-stream", "no-cache"),
    ] {
        let answer = site.get(target, &[]);
        assert_eq!((answer.status, answer.text().as_str()), (200, text), "{target}");
        assert_eq!(answer.field("content-type"), Some(media_type), "{target}");
        assert_eq!(answer.field("cache-control"), Some(kept), "{target}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{target}");
        let head = site.ask("HEAD", target, &[]);
        assert_eq!(
            (head.status, head.field("content-length")),
            (200, Some(text.len().to_string().as_str())),
            "{target}"
        );
    }
    for (target, location) in [("/site/docs?a=b", "/site/docs/?a=b"), ("/site", "/site/"), ("/site?a=b", "/site/?a=b")]
    {
        let folder = site.get(target, &[]);
        assert_eq!((folder.status, folder.field("location")), (308, Some(location)), "{target}");
    }
}

#[test]
fn nothing_is_served_that_is_hidden_outside_or_not_there_and_nothing_is_written() {
    let site = Site::open(&[
        ("index.html", "home"),
        (".env", "SECRET=1"),
        (".git/config", "url"),
        ("deep/x.txt", "x"),
        ("odd/index.html/x.txt", "the index is a folder"),
    ]);
    let folder = site.ground.folder();
    std::os::unix::fs::symlink(folder.join("vestibule.yaml"), folder.join("site/out.txt")).expect("a link");
    std::os::unix::fs::symlink("../vestibule.yaml", folder.join("site/up.txt")).expect("a link");
    let hidden = ["/site/.env", "/site/.git/config", "/site/out.txt", "/site/up.txt", "/site/none", "/site/deep/"];
    for target in hidden.into_iter().chain(["/site/odd/"]) {
        assert_problem(&site.get(target, &[]), 404, "not-found");
    }
    for target in ["/site/../vestibule.yaml", "/site/%2e%2e/vestibule.yaml", "/site/..%2fvestibule.yaml", "/site//x"] {
        assert_problem(&site.get(target, &[]), 400, "ambiguous-path");
    }
    for method in ["PUT", "POST", "DELETE"] {
        assert_problem(&site.ask(method, "/site/index.html", &[]), 404, "not-found");
    }
}

#[test]
fn a_large_file_comes_whole_in_parts_and_after_a_break() {
    let text: String = (0..40_000).map(|number| format!("{number:07}\n")).collect();
    let site = Site::open(&[("large.txt", &text)]);
    let whole = site.get("/site/large.txt", &[]);
    assert_eq!((whole.status, whole.text() == text), (200, true));
    let tag = whole.field("etag").expect("a tag").to_owned();
    let rest = site.get("/site/large.txt", &["range: bytes=100000-", &format!("if-range: {tag}")]);
    assert_eq!((rest.status, rest.text() == text.split_at(100_000).1), (206, true));
    let end = site.get("/site/large.txt", &["range: bytes=-8"]);
    assert_eq!((end.status, end.text().as_str()), (206, "0039999\n"));
    assert_eq!(site.get("/site/large.txt", &["range: bytes=400000-"]).status, 416);
    let again = site.get("/site/large.txt", &[&format!("if-none-match: {tag}")]);
    assert_eq!((again.status, again.text().as_str()), (304, ""));
    let modified = whole.field("last-modified").expect("a time").to_owned();
    assert_eq!(site.get("/site/large.txt", &[&format!("if-modified-since: {modified}")]).status, 304);
    std::fs::write(site.ground.folder().join("site/large.txt"), "another").expect("written");
    let other = site.get("/site/large.txt", &["range: bytes=100000-", &format!("if-range: {tag}")]);
    assert_eq!((other.status, other.text().as_str()), (200, "another"));
}

#[test]
fn a_neighbour_in_a_coding_that_the_caller_accepts_is_served_in_its_place() {
    let site = Site::open(&[("app.js", "let a;"), ("app.js.br", "BR"), ("app.js.gz", "GZ"), ("photo.png", "P")]);
    let answer = site.get("/site/app.js", &["accept-encoding: gzip, br"]);
    assert_eq!((answer.text().as_str(), answer.field("content-encoding")), ("BR", Some("br")));
    assert_eq!(answer.field("content-type"), Some("text/javascript; charset=utf-8"));
    let plain = site.get("/site/app.js", &["accept-encoding: br;q=0"]);
    assert_eq!((plain.text().as_str(), plain.field("content-encoding")), ("let a;", None));
    assert_eq!(plain.field("vary"), Some("accept-encoding"));
    assert_ne!(plain.field("etag"), answer.field("etag"));
    assert_eq!(site.get("/site/photo.png", &["accept-encoding: gzip"]).field("vary"), None);
}
