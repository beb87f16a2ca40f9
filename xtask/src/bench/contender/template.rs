//! Configuration files with sections that only some scenarios have, and the many routes of one of them.
//!
//! `#if WORD`, `#else` and `#end` stand on lines of their own, which every
//! contender's format reads as comments. They do not nest.

#[cfg(test)]
mod tests;

use super::Contender;
use crate::bench::setup::Setup;

/// Routes lie in areas of fifty.
const IN_AN_AREA: u32 = 50;

/// The lines that are there with this setup.
pub(crate) fn sections(template: &str, setup: Setup) -> String {
    let mut there = true;
    let mut lines = Vec::new();
    for line in template.lines() {
        match line.trim_start() {
            "#else" => there = !there,
            "#end" => there = true,
            word => match word.strip_prefix("#if ") {
                Some(wanted) => there = wanted == setup.word(),
                None if there => lines.push(line),
                None => {}
            },
        }
    }
    lines.join("\n") + "\n"
}

/// So many routes in a contender's own words, each answered by the origin.
pub(crate) fn routes(contender: Contender, forward: &str, count: u32) -> String {
    let numbers = 0..count;
    let beginnings =
        numbers.map(|number| (number, format!("/area{:02}/kind{:02}/", number / IN_AN_AREA, number % IN_AN_AREA)));
    let lines = beginnings.map(|(number, beginning)| match contender {
        Contender::Vestibule => format!("      route{number}: GET {beginning}{{length}}\n"),
        Contender::Nginx => format!("        location {beginning} {{ include {forward}; }}\n"),
        Contender::Haproxy => format!("{beginning} origin\n"),
        Contender::Envoy => format!("                              \"{beginning}\": {ENVOY_ACTION}\n"),
        Contender::Caddy => format!("{beginning}* "),
        Contender::Traefik => format!(
            "    route{number}: {{ entryPoints: [plain], rule: \"Host(`localhost`) && PathPrefix(`{beginning}`)\", service: origin }}\n"
        ),
    });
    lines.collect()
}

const ENVOY_ACTION: &str = r#"{ action: { name: route, typed_config: { "@type": type.googleapis.com/envoy.config.route.v3.Route, match: { prefix: / }, route: { cluster: origin, timeout: 60s } } } }"#;
