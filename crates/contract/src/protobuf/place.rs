//! Where things stand in `.proto` texts: methods, and what the compiler has against them.

use std::collections::HashMap;
use std::path::{Component, Path};

use document::{Fault, FaultCode, FileId, Source, Span};
use miette::Diagnostic;
use prost_reflect::{FileDescriptor, ServiceDescriptor};

use crate::read::Reader;

/// The place of each method, by its full name.
pub(super) fn of_methods(
    file: &FileDescriptor,
    services: &[ServiceDescriptor],
    source: Option<&Source>,
) -> HashMap<String, Span> {
    let Some((source, info)) = source.zip(file.file_descriptor_proto().source_code_info.as_ref()) else {
        return HashMap::new();
    };
    // Lines count from 0 (descriptor.proto, `SourceCodeInfo.Location.span`).
    let line = |span: &[i32]| usize::try_from(*span.first()?).ok();
    let lines: HashMap<&[i32], usize> =
        info.location.iter().filter_map(|location| Some((location.path.as_slice(), line(&location.span)?))).collect();
    let methods = services.iter().flat_map(ServiceDescriptor::methods);
    methods
        .filter_map(|method| {
            let span = source.in_line(lines.get(method.path()).copied()?, method.name())?;
            Some((method.full_name().to_owned(), span))
        })
        .collect()
}

/// Tells what the compiler says, at the words that it says it of.
pub(super) fn tell(error: &protox::Error, read: &HashMap<String, FileId>, otherwise: Span, reader: &mut Reader<'_>) {
    let code = if error.is_file_not_found() { FaultCode::UnknownRef } else { FaultCode::BadContract };
    let label = error.labels().and_then(|mut labels| labels.next());
    let file = error.file().and_then(|name| read.get(name)).map(|file| reader.sources.get(*file));
    let span = match (&label, file) {
        (Some(label), Some(source)) => source.span(label.offset(), label.offset() + label.len()),
        (None, Some(source)) => source.span(0, 0),
        (_, None) => otherwise,
    };
    if let (Some(label), Some(source)) = (&label, file)
        && leads_out(source.text(), label.offset(), label.len())
    {
        let fault = Fault::new(code, span, "imports stay in their folder, and are written without `.` and `..`");
        let words = "its path below the contract's folder, or below one of `imports`";
        return reader.faults.push(fault.label(words));
    }
    let fault = Fault::new(code, span, format!("this is not protobuf as it should be: {error}"));
    let fault = match label.as_ref().and_then(|label| label.label()) {
        Some(words) => fault.label(words),
        None => fault,
    };
    reader.faults.push(match error.help() {
        Some(help) => fault.help(help.to_string()),
        None => fault,
    });
}

/// Whether these words are an import by a path that is not plainly below its folder.
fn leads_out(text: &str, offset: usize, length: usize) -> bool {
    let (before, words) = (text.get(..offset), text.get(offset..offset + length));
    let before = before.unwrap_or_default().trim_end();
    let is_import = ["import", "public", "weak"].into_iter().any(|word| before.ends_with(word));
    let path = words.unwrap_or_default().trim_matches(['"', '\'']);
    is_import && Path::new(path).components().any(|part| !matches!(part, Component::Normal(_)))
}
