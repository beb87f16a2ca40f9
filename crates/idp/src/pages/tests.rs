//! What holds for every page: labels, headings, tokens, no scripts, nothing that comes in unescaped, colours that can be read.

#![expect(clippy::string_slice, reason = "a test that breaks is a test that fails")]

mod accessible;

use std::time::{Duration, SystemTime};

use maud::Markup;

use super::colour::Colour;
use super::style::{CARDS, Style, TEXT};
use super::*;
use crate::same_origin::FormToken;
use crate::{AccountsMode, Brand, Endpoint, IssuerUrl, Lifetimes, SecondFactor, Settings};

/// What no page may hold as it is.
const HOSTILE: &str = "\"><script>alert(1)</script>'&";

fn look() -> Look {
    let settings = Settings {
        issuer: IssuerUrl::parse("https://shop.example").expect("an issuer"),
        path: "/auth".into(),
        brand: Brand {
            name: "Corner Shop".into(),
            logo: Some(("image/svg+xml".into(), bytes::Bytes::from_static(LOGO.as_bytes()))),
            colour: Some("#0f766e".into()),
            legal: Some("https://shop.example/terms".into()),
        },
        accounts: AccountsMode::Open,
        second_factor: SecondFactor::Offered,
        lifetimes: Lifetimes::default(),
        mail: crate::MailSettings::Print,
        keys_rotate: Duration::from_secs(90 * 24 * 60 * 60),
    };
    Look::of(&settings, &Style::of(&settings.brand))
}

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 40\"><rect width=\"40\" height=\"40\" rx=\"10\" fill=\"#0f766e\"/><path d=\"M9 17l3-7h16l3 7v1a4 4 0 0 1-7.3 2.2 4 4 0 0 1-7.4 0A4 4 0 0 1 9 18zM12 24h16v7H12z\" fill=\"#fff\"/></svg>";

/// Every page, with this in the place of whatever comes from outside.
fn all(text: &str) -> Vec<(&'static str, Markup)> {
    let (look, token) = (look(), FormToken::of("browser_1"));
    let mut pages = coming_in(&look, &token, text);
    pages.extend(deciding(&look, &token, text));
    pages.extend(of_the_account(&look, &token, text));
    pages
}

fn coming_in(look: &Look, token: &FormToken, text: &str) -> Vec<(&'static str, Markup)> {
    let whole = Fault::whole("That e-mail address and password do not belong together.");
    let weak = Fault::of("new_password", "This password is among the most common ones. Choose another.");
    let wrong = wrong_code();
    let externals = [External { name: "corp".into(), title: text.into() }];
    let sign_in_page =
        SignInPage { token, address: "", return_to: None, app: None, fault: None, open: true, externals: &[] };
    let full = SignInPage {
        address: text,
        return_to: Some(text),
        app: Some(text),
        fault: Some(&whole),
        externals: &externals,
        ..sign_in_page
    };
    let second = SecondFactorPage { token, return_to: Some(text), fault: None };
    let password = PasswordPage { token, address: text, fault: Some(&weak) };
    let joining = JoinPage { token, link: text, address: text, name: text, app: Some(text), fault: None };
    let asking = LinkPage { token, address: "", return_to: None, fault: None };
    let on_the_way = LinkPage { address: text, return_to: Some(text), ..asking };
    vec![
        ("sign-in", sign_in(look, &sign_in_page)),
        ("sign-in-fault", sign_in(look, &full)),
        ("second-factor", second_factor(look, &second)),
        ("second-factor-fault", second_factor(look, &SecondFactorPage { fault: Some(&wrong), ..second })),
        ("register", register(look, &asking, &[])),
        ("register-on-the-way", register(look, &on_the_way, &externals)),
        ("join", join(look, &joining)),
        ("confirm", confirm_address(look, token, text, text)),
        ("forgot", forgot(look, &on_the_way)),
        ("reset", reset(look, token, text, Some(&weak))),
        ("password", password_change(look, &password)),
    ]
}

fn deciding(look: &Look, token: &FormToken, text: &str) -> Vec<(&'static str, Markup)> {
    let scopes: Vec<ScopeWords> = ["Read your orders", text]
        .into_iter()
        .map(|words| ScopeWords { scope: "orders.read".into(), words: words.into() })
        .collect();
    let host = Some("app.example");
    let asked = ConsentPage { token, app: text, host, address: text, scopes: &scopes, request: text };
    let connecting = DevicePage { token, app: text, address: text, user_code: "BCDF-GHJK", scopes: &scopes };
    let said = Notice {
        title: "Check your mail",
        paragraphs: &["We have sent a link to the address that you typed.", text],
        link: Some(("/auth/sign-in", "Back to sign-in")),
        id: Some(text),
        code: Some("external-sign-in-refused"),
    };
    vec![
        ("consent", consent(look, &asked)),
        ("consent-none", consent(look, &ConsentPage { scopes: &[], host: None, ..asked })),
        ("device-code", device_code(look, token, text, None)),
        ("device", device_decision(look, &connecting)),
        ("sign-out", sign_out(look, token, Endpoint::EndSession, &[("state", text)])),
        ("notice", notice(look, &said)),
    ]
}

fn of_the_account(look: &Look, token: &FormToken, text: &str) -> Vec<(&'static str, Markup)> {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let row = |agent: &str, here| SignInRow {
        id: "0123456789abcdefghjkmnpqrs".into(),
        agent: agent.into(),
        address: "192.0.2.7".into(),
        started: at,
        seen: at + Duration::from_secs(7000),
        here,
    };
    let sign_ins = [row("Firefox on Linux", true), row(text, false)];
    let apps = [AppRow { id: "1".into(), title: text.into(), scopes: "orders.read orders.write".into(), since: at }];
    let keys = [KeyRow {
        name: "laptop".into(),
        apis: "orders, notes".into(),
        purpose: Some(text.into()),
        made: at,
        expires: Some(at + Duration::from_secs(90 * 24 * 60 * 60)),
        used: None,
    }];
    let elsewhere = [ElsewhereRow {
        title: text.into(),
        issuer: text.into(),
        subject: text.into(),
        shown: Some(text.into()),
        since: at,
    }];
    let linkable = [External { name: "corp".into(), title: text.into() }];
    let page = AccountPage {
        token,
        address: text,
        name: text,
        has_password: true,
        second_factor: Some(true),
        recovery_left: 9,
        sign_ins: &sign_ins,
        apps: &apps,
        keys: &keys,
        elsewhere: &elsewhere,
        linkable: &linkable,
        done: Some("Your name is saved."),
        fault: None,
    };
    let bare = AccountPage {
        has_password: false,
        second_factor: Some(false),
        sign_ins: &sign_ins[..1],
        apps: &[],
        keys: &[],
        elsewhere: &[],
        linkable: &[],
        done: None,
        ..page
    };
    let svg = qr();
    let qr = AuthenticatorPage { token, svg: &svg, secret: "JBSW Y3DP EHPK 3PXP", return_to: None, fault: None };
    let codes = ["4f7k-92mx-1pqe", "88aw-zz2n-0r4t", "c3v9-5h1j-x7yk", "m0qe-66td-w2sb"];
    vec![
        ("account", account(look, &page)),
        ("account-bare", account(look, &bare)),
        ("authenticator", authenticator(look, &qr)),
        ("recovery", recovery_codes(look, &codes, "/auth/account")),
        ("remove", remove_second_factor(look, token, Some(&wrong_code()))),
        ("renew", new_recovery_codes(look, token, None)),
        ("address", address_change(look, token, text, None)),
        ("delete", delete_account(look, token, text, true, None)),
    ]
}

fn wrong_code() -> Fault {
    Fault::of("code", "That is not the code of now. Wait for the next one.")
}

/// What stands for the drawing that the accounts make.
fn qr() -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 2 2\" role=\"img\" aria-label=\"Code to scan\"><path d=\"M0 0h1v1H0z\"/></svg>".to_owned()
}

/// The start tags of an element, without their brackets.
fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("<{name}");
    let starts = page.match_indices(&begin).map(|(at, _)| &page[at + begin.len()..]);
    let whole = starts.filter(|rest| rest.starts_with([' ', '>']));
    whole.map(|rest| &rest[..rest.find('>').expect("an end")]).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!(" {name}=\"");
    let rest = &tag[tag.find(&begin)? + begin.len()..];
    Some(&rest[..rest.find('"')?])
}

#[test]
fn every_page_is_built_for_whoever_hears_it_read() {
    for (name, page) in all("plain") {
        let page = page.into_string();
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{name}");
        assert_eq!(tags(&page, "h1").len(), 1, "{name}");
        assert_eq!(tags(&page, "main").len(), 1, "{name}");
        assert!(page.contains(" · Corner Shop</title>"), "{name}");
        for input in tags(&page, "input") {
            if attribute(input, "type") == Some("hidden") || input.contains(" hidden") {
                continue;
            }
            let id = attribute(input, "id").unwrap_or_else(|| panic!("{name}: {input}"));
            assert!(page.contains(&format!("<label for=\"{id}\">")), "{name}: {id}");
            assert!(attribute(input, "autocomplete").is_some_and(|said| !said.is_empty()), "{name}: {id}");
            for described in attribute(input, "aria-describedby").into_iter().flat_map(|said| said.split(' ')) {
                assert!(page.contains(&format!(" id=\"{described}\"")), "{name}: {described}");
            }
        }
        let ids: Vec<&str> = page.match_indices(" id=\"").map(|(at, _)| &page[at + 5..]).collect();
        let mut ids: Vec<&str> = ids.iter().map(|rest| &rest[..rest.find('"').expect("an end")]).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{name}: {ids:?}");
    }
}

#[test]
fn a_fault_is_told_first_and_beside_its_field() {
    for (name, page) in all("plain").into_iter().filter(|(name, _)| name.ends_with("-fault") || *name == "reset") {
        let page = page.into_string();
        assert!(page.contains("<title>Error: "), "{name}");
        assert_eq!(page.matches("role=\"alert\"").count(), 1, "{name}");
    }
    let pages = all("plain");
    let (_, page) = pages.iter().find(|(name, _)| *name == "second-factor-fault").expect("the page");
    let page = page.clone().into_string();
    let input = tags(&page, "input").into_iter().find(|tag| attribute(tag, "id") == Some("code")).expect("the field");
    assert_eq!(attribute(input, "aria-invalid"), Some("true"));
    assert_eq!(attribute(input, "aria-describedby"), Some("code-hint code-fault"));
    assert!(page.contains("<a href=\"#code\">"));
}

#[test]
fn every_form_is_sent_by_post_with_its_token_and_to_ourselves() {
    let token = FormToken::of("browser_1");
    let mut forms = 0;
    for (name, page) in all("plain") {
        let page = page.into_string();
        for form in page.split("<form").skip(1) {
            let form = &form[..form.find("</form>").expect("an end")];
            let start = format!("<form{}", &form[..form.find('>').expect("an end")]);
            assert_eq!(attribute(&start, "method"), Some("post"), "{name}");
            assert!(attribute(&start, "action").is_some_and(|action| action.starts_with("/auth/")), "{name}: {start}");
            let hidden = format!("name=\"form_token\" value=\"{}\"", token.as_str());
            assert_eq!(form.matches(&hidden).count(), 1, "{name}");
            forms += 1;
        }
    }
    assert!(forms > 25, "{forms}");
}

#[test]
fn nothing_that_comes_from_outside_becomes_a_part_of_the_page() {
    for (name, page) in all(HOSTILE) {
        let page = page.into_string();
        for bad in ["<script", "style=\"", " on", "javascript:"] {
            let inside = page.split('<').filter_map(|tag| tag.split('>').next()).any(|tag| {
                let lower = format!("<{}", tag.to_ascii_lowercase());
                lower.contains(bad) && bad != " on" || lower.contains(" onload=") || lower.contains(" onclick=")
            });
            assert!(!inside, "{name}: {bad}");
        }
        assert!(!page.contains(HOSTILE), "{name}");
    }
}

#[test]
fn any_colour_of_a_brand_can_be_read() {
    for colour in ["#000000", "#ffffff", "#ffff00", "#0f766e", "#7f7f7f", "#ff0000", "#00ff88", "#14161b"] {
        let style = Style::of(&Brand { colour: Some(colour.into()), ..Brand::default() });
        let sheet = std::str::from_utf8(&style.content).expect("text");
        let value = |name: &str| {
            let rest = &sheet[sheet.find(&format!("--{name}:")).expect("it") + name.len() + 3..];
            Colour::parse(&rest[..7]).expect("a colour")
        };
        let card = |text| Colour::parse(text).expect("a colour");
        for (time, card) in [("day", card(CARDS.0)), ("night", card(CARDS.1))] {
            let link = value(&format!("link-{time}"));
            assert!(link.contrast(card) >= TEXT, "{colour}: {link} on {card}");
            let (button, text) = (value(&format!("button-{time}")), value(&format!("on-button-{time}")));
            assert!(button.contrast(text) >= TEXT, "{colour}: {text} on {button}");
            assert!(button.contrast(card) >= 3.0, "{colour}: {button} on {card}");
        }
    }
}

#[test]
fn the_sheet_s_own_colours_can_be_read_in_light_and_dark() {
    let style = Style::of(&Brand::default());
    let sheet = std::str::from_utf8(&style.content).expect("text");
    let halves: Vec<&str> = sheet.splitn(2, "@media (prefers-color-scheme: dark)").collect();
    for half in halves {
        let value = |name: &str| {
            let rest = &half[half.find(&format!("--{name}: ")).expect(name) + name.len() + 4..];
            Colour::parse(&rest[..7]).expect("a colour")
        };
        for (text, ground) in [
            ("ink", "page"),
            ("ink", "card"),
            ("ink", "field"),
            ("ink", "wash"),
            ("soft", "card"),
            ("soft", "page"),
            ("soft", "wash"),
            ("bad", "card"),
            ("bad", "bad-wash"),
            ("good", "good-wash"),
            ("card", "bad"),
        ] {
            let contrast = value(text).contrast(value(ground));
            assert!(contrast >= TEXT, "{text} on {ground}: {contrast}");
        }
        assert!(value("edge").contrast(value("card")) >= 3.0);
    }
}

#[test]
fn the_address_of_the_sheet_changes_with_it() {
    let (one, other) =
        (Style::of(&Brand::default()), Style::of(&Brand { colour: Some("#0f766e".into()), ..Brand::default() }));
    assert_ne!(one.version, other.version);
    assert_eq!(one.version, Style::of(&Brand::default()).version);
}

#[test]
fn a_browser_is_named_in_few_words() {
    let named = |agent| short_agent(agent);
    let chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    assert_eq!(named(chrome), "Chrome on Linux");
    assert_eq!(
        named("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        "Firefox on Windows"
    );
    assert_eq!(named("curl/8.5.0"), "curl");
    assert_eq!(named(HOSTILE), "Unknown browser");
    assert_eq!(named(""), "Unknown browser");
}

/// Writes every page into the folder that `VESTIBULE_PICTURES` names, to be looked at; nothing without it.
#[test]
fn pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("VESTIBULE_PICTURES").map(std::path::PathBuf::from) else { return };
    let sheet = Style::of(&Brand { colour: Some("#0f766e".into()), ..Brand::default() });
    std::fs::write(folder.join("style.css"), &sheet.content).expect("a file");
    std::fs::write(folder.join("logo.svg"), LOGO).expect("a file");
    for (name, page) in all("ada@example.org") {
        let page =
            page.into_string().replace("/auth/style.css?v=", "style.css?v=").replace("/auth/logo?v=", "logo.svg?v=");
        std::fs::write(folder.join(format!("{name}.html")), page).expect("a file");
    }
}
