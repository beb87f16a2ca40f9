//! The grammar as a page for people: `docs/reference/configuration.md`, written by `UPDATE=1` and checked by a test.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Default, Key, LOOSENINGS, Names, Record, Scalar, Shape, State, root};
use crate::defaults::Defaults;
use crate::fault::FaultCode;
use crate::node::Dialect;

/// The whole page.
#[must_use]
pub fn reference() -> String {
    let mut page = Page { out: String::new(), defaults: Defaults::standard(), later: Vec::new() };
    page.line(INTRODUCTION);
    page.yaml();
    page.forms();
    page.line("## The keys\n");
    page.record("the file", root());
    page.loosenings();
    page.later();
    page.faults();
    page.out
}

const INTRODUCTION: &str = "\
# The configuration file

<!-- Generated from the grammar in crates/config/src/shape: `UPDATE=1 cargo test -p vestibule-config` writes it. -->

One file, `vestibule.yaml`, says which doors there are, what stands behind, and what is published at which door, for
whom. `vestibule check` tells all of its faults at once, each with its line and what to write instead;
`vestibule show --defaults` prints it with everything filled in that it leaves out; `vestibule schema` prints the JSON
Schema for editors. What the file does not allow is refused.

How values combine, from far to near: the default of the door's kind, the door, the API, the operation.

- **The nearest wins, whole**: `callers` with `public`, `deadline`, `idle`, `body`, `errors`. An operation with its own
  `callers` says all of its callers; nothing of the API's is kept.
- **All must hold**: `networks`, `deny`, `scopes`. Writing one can only restrict.

References stand inside values: `${env:NAME}`, `${env:NAME:-text}` (with a default), `${file:PATH}` (the whole value;
one line break at its end is taken off; the file must not be readable by everyone, nor larger than 64 KiB). `$${` is a
literal `${`. Inside `{ }` and `[ ]` YAML wants them in quotes. Names, routes, scopes, words and booleans take no
reference: who may come in can be read in the file itself. Paths are relative to the file that names them.
";

struct Page {
    out: String,
    defaults: Defaults,
    later: Vec<(String, String)>,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn row(&mut self, cells: &[&str]) {
        let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(self.out, "| {} |", cells.join(" | "));
    }

    fn head(&mut self, cells: &[&str]) {
        self.row(cells);
        self.row(&vec!["---"; cells.len()]);
    }

    fn yaml(&mut self) {
        let text = format!(
            "## The YAML that is accepted\n\n\
             YAML 1.2 in UTF-8, one document of at most {} MiB, {} levels and {} values. No \
             anchors, aliases, merge keys,\ntags, directives, duplicate keys or tabs; no key without a value; no \
             unquoted text over several lines. Only `true` and\n`false` are booleans. Where a list is expected a single \
             value may stand alone.\n",
            Dialect::FILE.bytes_at_most >> 20,
            Dialect::FILE.depth_at_most,
            Dialect::FILE.nodes_at_most
        );
        self.line(&text);
    }

    fn forms(&mut self) {
        self.line("## The forms of values\n");
        self.head(&["form", "looks like", "reference"]);
        let mut seen = BTreeSet::new();
        visit(root(), &mut |scalar| {
            seen.insert((scalar.describe(), scalar.examples(), scalar.takes_reference()));
        });
        for (form, examples, takes) in seen {
            let examples: Vec<_> = examples.iter().map(|example| format!("`{example}`")).collect();
            self.row(&[form, &examples.join(", "), if takes { "yes" } else { "" }]);
        }
        self.line("");
    }

    fn record(&mut self, path: &str, record: &Record) {
        let built: Vec<_> = record.keys.iter().filter(|key| key.state == State::Built).collect();
        let _ = writeln!(self.out, "### {}\n\n{}\n", heading(path), record.doc);
        if record.alternatives {
            self.line("Exactly one of these is written.\n");
        }
        if !record.one_of.is_empty() {
            let names: Vec<_> = record.one_of.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(self.out, "Exactly one of {} is written.\n", names.join(" and "));
        }
        self.head(&["key", "value", "default", "meaning"]);
        for key in &built {
            let (value, default) = (key.shape.describe(), self.default(key));
            self.row(&[&format!("`{}`", key.name), &value, &default, &key.meaning()]);
        }
        self.line("");
        for key in record.keys {
            let path = if path == "the file" { key.name.to_owned() } else { format!("{path}.{}", key.name) };
            match key.state {
                State::NotYet(meanwhile) => self.later.push((path, meanwhile.to_owned())),
                State::Built => self.inside(&path, &key.shape),
            }
        }
    }

    /// The records inside a shape, each under its path.
    fn inside(&mut self, path: &str, shape: &Shape) {
        match shape {
            Shape::Record(inside) => self.record(path, inside),
            Shape::Names(Names { noun, value, .. }) => self.inside(&format!("{path}.{}", noun.to_uppercase()), value),
            Shape::List(item) => self.inside(path, item),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| self.inside(path, shape)),
            Shape::Words(words) => {
                for word in *words {
                    if let State::NotYet(meanwhile) = word.state {
                        self.later.push((format!("{path}: {}", word.text), meanwhile.to_owned()));
                    }
                }
            }
            Shape::Scalar(_) | Shape::Loosenings(_) => {}
        }
    }

    fn default(&self, key: &Key) -> String {
        match key.default {
            Default::None if key.needed && key.or_contract && key.or_own => {
                "needed with `service`, without `contract`".to_owned()
            }
            Default::None if key.needed && key.or_own => "needed, or what stands in its place".to_owned(),
            Default::None if key.needed && key.or_contract => "needed without `contract`".to_owned(),
            Default::None if key.needed => "needed".to_owned(),
            Default::None => String::new(),
            Default::Fixed(text) => text.to_owned(),
            Default::Service(of) => of(&self.defaults.service),
            Default::Door(of) => {
                let (client, server) = (of(&self.defaults.client), of(&self.defaults.server));
                if client == server { client } else { format!("client {client}, server {server}") }
            }
        }
    }

    fn loosenings(&mut self) {
        self.line(
            "## Loosenings\n\nAnything weaker than the default of the door is a line under `loosen:` with its reason, \
             `NAME: why`, or `NAME: { why: …, until: DAY }`.\nAfter its day `check` fails and `run` warns. `vestibule \
             loosenings` lists them all.\n",
        );
        self.head(&["name", "where", "what it opens"]);
        for loosening in LOOSENINGS.iter().filter(|loosening| loosening.built) {
            self.row(&[&format!("`{}`", loosening.name), loosening.place, loosening.opens]);
        }
        self.line("");
        for loosening in LOOSENINGS.iter().filter(|loosening| !loosening.built) {
            self.later.push((format!("loosen.{}", loosening.name), "there is nothing to loosen".to_owned()));
        }
    }

    fn later(&mut self) {
        self.line(
            "## Not built yet\n\nThese words belong to format 1 and their capabilities are to come. Writing one is a \
             fault that says so; none is read and ignored.\nThere are no default limits on requests yet either: only \
             sizes, times and connections are bounded.\n",
        );
        self.head(&["word", "meanwhile"]);
        for (path, meanwhile) in std::mem::take(&mut self.later) {
            self.row(&[&format!("`{path}`"), &meanwhile]);
        }
        self.line("");
    }

    fn faults(&mut self) {
        self.line("## Faults\n\nEach fault has one of these codes, in `check` as in `check --json`.\n");
        self.head(&["code", "meaning"]);
        for code in FaultCode::ALL {
            self.row(&[&format!("`{}`", code.as_str()), code.meaning()]);
        }
    }
}

fn heading(path: &str) -> String {
    if path == "the file" { "The file".to_owned() } else { format!("`{path}`") }
}

/// Every form that a built key uses.
fn visit(record: &Record, seen: &mut impl FnMut(Scalar)) {
    for key in record.keys.iter().filter(|key| key.state == State::Built) {
        visit_shape(&key.shape, seen);
    }
}

fn visit_shape(shape: &Shape, seen: &mut impl FnMut(Scalar)) {
    match shape {
        Shape::Scalar(scalar) => seen(*scalar),
        Shape::Record(inside) => visit(inside, seen),
        Shape::Names(names) => {
            seen(names.name);
            visit_shape(&names.value, seen);
        }
        Shape::List(item) => visit_shape(item, seen),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| visit_shape(shape, seen)),
        Shape::Words(_) | Shape::Loosenings(_) => {}
    }
}
