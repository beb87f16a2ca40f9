//! The doors as they hold.

use ca::acme::Challenge;
use gateway::{DoorSettings, Errors};
use model::DoorKind;

use super::{Lines, list, path, text};
use crate::defaults::NetworksDefault;
use crate::draft::{Acme, Door, SPEAK, Tls};
use crate::plan::{From, Inherited, Plan, said_errors};
use crate::value::{write_duration, write_size};

impl Lines<'_, '_> {
    pub(super) fn doors(&mut self, plan: &Plan) {
        let planner = self.planner;
        self.below("doors", |lines| {
            for settings in &plan.gateway.doors {
                if let Some(door) = planner.index.doors.get(&*settings.door.name).copied() {
                    lines.below(&door.name.value, |lines| lines.door(door, settings));
                }
            }
            for door in planner.draft.doors.iter().filter(|door| !planner.index.is_used(door)) {
                let origin = lines.origin(From::Words(door.name.span));
                lines.comment(&door.name.value, "not opened, no API names it", origin);
            }
        });
    }

    fn door(&mut self, door: &Door, settings: &DoorSettings) {
        let kind = settings.door.kind;
        let default = || format!("default of {kind} doors");
        self.value("kind", kind.as_str(), if door.name.value == kind.as_str() { "by its name" } else { "" });
        let addresses = list(settings.listen.iter().map(ToString::to_string));
        match door.listen.first() {
            Some(first) => self.said("listen", &addresses, first.span),
            None => self.value("listen", &addresses, default()),
        }
        match door.hosts.is_empty() {
            true => self.comment("hosts", "every name", default()),
            false => self.texts("hosts", &door.hosts),
        }
        self.tls(door, kind);
        if let Some(redirect) = &door.redirect_from {
            self.said("redirect_from", &text(&redirect.value.to_string()), redirect.span);
        }
        let spoken = [("http1", settings.protocols.http1), ("http2", settings.protocols.http2)];
        let spoken = list(spoken.iter().filter(|(_, spoken)| *spoken).map(|(name, _)| (*name).to_owned()));
        match door.protocols.first() {
            Some(first) => self.said("protocols", &spoken, first.span),
            None => self.value("protocols", &spoken, default()),
        }
        if let Some(proxies) = &door.proxies {
            self.below("proxies", |lines| {
                lines.networks("networks", &proxies.networks);
                if let Some(speak) = &proxies.speak {
                    let word = SPEAK.iter().find(|(_, said)| *said == speak.value).map_or("", |(word, _)| word);
                    lines.said("speak", word, speak.span);
                }
            });
        }
        match &door.addresses.networks {
            Some(networks) => self.networks("networks", networks),
            None => self.comment("networks", "any address may connect", default()),
        }
        self.networks("deny", &door.addresses.deny);
        self.door_bounds(door, kind);
        let errors = said_errors(door.errors.as_ref(), &door.loosen)
            .unwrap_or(Inherited { value: settings.errors, from: From::Default(kind) });
        self.inherited("errors", errors, |errors| errors_word(errors).to_owned());
        self.below("connections", |lines| {
            let bounds = settings.connections;
            for (key, said, value) in
                [("at_most", &door.at_most, bounds.at_most), ("per_address", &door.per_address, bounds.per_address)]
            {
                match said {
                    Some(said) => lines.said(key, &value.to_string(), said.span),
                    None => lines.value(key, &value.to_string(), default()),
                }
            }
        });
        self.loosen(&door.loosen);
    }

    fn acme(&mut self, acme: &Acme) {
        self.said("contact", &text(&acme.contact.value), acme.contact.span);
        match &acme.directory {
            Some(said) => self.said("directory", &text(&said.value), said.span),
            None => self.value("directory", "letsencrypt", "default"),
        }
        let word = |challenge| if challenge == Challenge::Http { "http" } else { "tls-alpn" };
        match &acme.challenge {
            Some(said) => self.said("challenge", word(said.value), said.span),
            None => self.value("challenge", word(Challenge::TlsAlpn), "default"),
        }
        if let Some(binding) = &acme.binding {
            self.below("account_binding", |lines| {
                lines.said("id", &text(&binding.id.value), binding.id.span);
                lines.said("key", &path(&binding.key.value), binding.key.span);
            });
        }
        if let Some(ca) = &acme.ca {
            self.said("ca", &path(&ca.value), ca.span);
        }
    }

    fn tls(&mut self, door: &Door, kind: DoorKind) {
        match &door.tls {
            None => self.value("tls", "local", format!("default of {kind} doors on loopback")),
            Some(said) => match &said.value {
                Tls::Local => self.said("tls", "local", said.span),
                Tls::None => self.said("tls", "none", said.span),
                Tls::Files(files) => {
                    let one = |files: &crate::draft::CertificateFiles| {
                        format!(
                            "{{ certificate: {}, key: {} }}",
                            path(&files.certificate.value),
                            path(&files.key.value)
                        )
                    };
                    let files: Vec<_> = files.iter().map(one).collect();
                    self.said("tls", &format!("{{ files: [{}] }}", files.join(", ")), said.span);
                }
                Tls::Acme(acme) => self.below("tls", |lines| lines.below("acme", |lines| lines.acme(acme))),
            },
        }
        let asked = match (
            self.planner.defaults.of(kind).client_certificate,
            crate::draft::loosened(&door.loosen, "certificate-optional"),
        ) {
            (false, _) => "not asked",
            (true, false) => "required",
            (true, true) => "optional",
        };
        self.comment("client certificate", asked, format!("default of {kind} doors"));
    }

    /// Bounds that every operation of the door has unless nearer words say otherwise, and those without a key.
    fn door_bounds(&mut self, door: &Door, kind: DoorKind) {
        let defaults = self.planner.defaults.of(kind).clone();
        let from = |said: Option<crate::Span>| said.map_or(From::Default(kind), From::Words);
        for (key, said, default) in
            [("deadline", &door.bounds.deadline, defaults.deadline), ("idle", &door.bounds.idle, defaults.idle)]
        {
            let value = said.as_ref().map_or(default, |said| said.value);
            self.inherited(key, Inherited { value, from: from(said.as_ref().map(|said| said.span)) }, write_duration);
        }
        let body = door.bounds.body.as_ref();
        let value = body.map_or(defaults.body_bytes, |said| said.value);
        self.inherited("body", Inherited { value, from: from(body.map(|said| said.span)) }, write_size);
        let no_key = format!("always so at {kind} doors");
        let head = format!("{}, {} fields", write_size(defaults.head_bytes as u64), defaults.head_fields);
        self.comment("head of a request", &head, &no_key);
        self.comment("request target", &write_size(defaults.target_bytes as u64), &no_key);
        self.comment("head within", &write_duration(defaults.head_time), &no_key);
        let body = format!(
            "{}/s, and never silent for {}",
            write_size(defaults.body_bytes_per_second),
            write_duration(defaults.stall)
        );
        self.comment("request body at least", &body, &no_key);
        self.comment("handshake within", &write_duration(defaults.handshake), &no_key);
        self.comment("kept open between requests", &write_duration(defaults.keep_alive), &no_key);
        if defaults.networks == NetworksDefault::Private {
            self.comment("addresses of callers", "private and loopback, unless an API loosens `any-network`", &no_key);
        }
    }
}

pub(super) const fn errors_word(errors: Errors) -> &'static str {
    match errors {
        Errors::Terse => "terse",
        Errors::Detailed => "detailed",
    }
}
