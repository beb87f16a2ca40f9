//! Pieces that many pages have: fields with their labels, what is wrong, buttons, the token of a form.

use maud::{Markup, html};

use crate::same_origin::{FormToken, TOKEN};

/// What is wrong with what a person sent, told in their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field it is about, by its name; none where it is about the whole.
    pub field: Option<&'static str>,
    /// What is wrong, and what to do.
    pub text: Box<str>,
}

impl Fault {
    /// About a field.
    #[must_use]
    pub fn of(field: &'static str, text: &str) -> Self {
        Self { field: Some(field), text: text.into() }
    }

    /// About the whole.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        Self { field: None, text: text.into() }
    }
}

/// One field to fill in.
#[derive(Clone, Copy, Default)]
pub(super) struct Field<'a> {
    /// Its name, which is its id as well.
    pub(super) name: &'static str,
    pub(super) label: &'a str,
    /// `text` where empty.
    pub(super) kind: &'static str,
    /// What browsers and password managers know it by.
    pub(super) autocomplete: &'static str,
    /// A sentence below the label.
    pub(super) hint: Option<&'a str>,
    /// What stands in it.
    pub(super) value: &'a str,
    pub(super) required: bool,
    /// The keyboard of a phone.
    pub(super) inputmode: Option<&'static str>,
    pub(super) maxlength: u16,
    /// Where the person begins.
    pub(super) first: bool,
}

/// What is wrong, in front of the form, with a way to the field.
pub(super) fn summary(fault: Option<&Fault>) -> Markup {
    html! {
        @if let Some(fault) = fault {
            div class="summary" role="alert" {
                @match fault.field {
                    Some(field) => { p { a href=(format!("#{field}")) { (fault.text) } } }
                    None => { p { (fault.text) } }
                }
            }
        }
    }
}

/// A field with its label, its hint, and what is wrong with it.
pub(super) fn field(field: &Field<'_>, fault: Option<&Fault>) -> Markup {
    let fault = fault.filter(|fault| fault.field == Some(field.name));
    let (hint_id, fault_id) = (format!("{}-hint", field.name), format!("{}-fault", field.name));
    let described: Vec<&str> =
        [field.hint.map(|_| &*hint_id), fault.map(|_| &*fault_id)].into_iter().flatten().collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    html! {
        div class=(if fault.is_some() { "field bad" } else { "field" }) {
            label for=(field.name) { (field.label) }
            @if let Some(hint) = field.hint { p class="hint" id=(hint_id) { (hint) } }
            @if let Some(fault) = fault { p class="fault" id=(fault_id) { (fault.text) } }
            input id=(field.name) name=(field.name) type=(if field.kind.is_empty() { "text" } else { field.kind })
                value=[(!field.value.is_empty()).then_some(field.value)]
                autocomplete=(field.autocomplete) required[field.required] maxlength=(field.maxlength)
                inputmode=[field.inputmode] autofocus[field.first]
                autocapitalize=[(field.kind != "password").then_some("none")] spellcheck="false"
                aria-invalid=[fault.map(|_| "true")] aria-describedby=[described];
        }
    }
}

/// The token that every form has.
pub(super) fn token(token: &FormToken) -> Markup {
    hidden(TOKEN, token.as_str())
}

/// A heading in which no word is broken at its hyphen.
pub(super) fn heading(text: &str) -> Markup {
    html! {
        h1 {
            @for (at, word) in text.split(' ').enumerate() {
                @if at > 0 { " " }
                @if word.contains('-') { span class="one" { (word) } } @else { (word) }
            }
        }
    }
}

/// A value that goes along.
pub(super) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The button that sends the form.
pub(super) fn submit(label: &str) -> Markup {
    html! { button type="submit" { (label) } }
}

/// A form of one button; `about` says what of, for whoever hears the buttons read one after the other.
pub(super) fn button_form(action: &str, form: &FormToken, label: &str, values: &[(&str, &str)], about: &str) -> Markup {
    html! {
        form class="small" method="post" action=(action) {
            (token(form))
            @for (name, value) in values { (hidden(name, value)) }
            button type="submit" class="quiet" {
                (label)
                @if !about.is_empty() { span class="unseen" { ": " (about) } }
            }
        }
    }
}

/// The e-mail address by which a person is known.
pub(super) const fn address_field<'a>(value: &'a str, hint: Option<&'a str>) -> Field<'a> {
    Field {
        name: "address",
        label: "E-mail address",
        kind: "email",
        autocomplete: "username",
        hint,
        value,
        required: true,
        inputmode: Some("email"),
        maxlength: 254,
        first: value.is_empty(),
    }
}

/// A password that is chosen.
pub(super) const fn new_password_field(label: &'static str) -> Field<'static> {
    Field {
        name: "new_password",
        label,
        kind: "password",
        autocomplete: "new-password",
        hint: Some("At least 8 characters. A few unrelated words are good; a name or a date is not."),
        value: "",
        required: true,
        inputmode: None,
        maxlength: 128,
        first: false,
    }
}

/// The password that a person has.
pub(super) const fn password_field(first: bool) -> Field<'static> {
    Field {
        name: "password",
        label: "Password",
        kind: "password",
        autocomplete: "current-password",
        hint: None,
        value: "",
        required: true,
        inputmode: None,
        maxlength: 128,
        first,
    }
}

/// A code of an authenticator app.
pub(super) const fn code_field(hint: Option<&'static str>, first: bool) -> Field<'static> {
    Field {
        name: "code",
        label: "Code",
        kind: "text",
        autocomplete: "one-time-code",
        hint,
        value: "",
        required: true,
        inputmode: None,
        maxlength: 32,
        first,
    }
}
