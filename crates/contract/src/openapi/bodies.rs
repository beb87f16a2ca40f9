//! Bodies: what forms a request and each answer may have.

use document::{Fault, FaultCode};

use super::{flag, operation::Reading};
use crate::contract::{Answer, Content, RequestBody};
use crate::documents::Cursor;

/// The body of a request, where one is said.
pub(super) fn request(reading: &mut Reading<'_, '_>, operation: &Cursor<'_>) -> Option<RequestBody> {
    let body = reading.documents.resolve(operation.get("requestBody")?)?;
    let required = flag(&body, "required", &mut reading.faults).unwrap_or(false);
    Some(RequestBody { required, contents: contents(reading, &body) })
}

/// Each kind of answer.
pub(super) fn answers(reading: &mut Reading<'_, '_>, operation: &Cursor<'_>) -> Vec<Answer> {
    let Some(responses) = operation.get("responses") else { return Vec::new() };
    let mut answers = Vec::new();
    for (entry, response) in responses.entries().filter(|(entry, _)| !entry.key.starts_with("x-")) {
        if !is_status(&entry.key) {
            let message = format!("`{}` is not a status", entry.key);
            let fault = Fault::new(FaultCode::BadContract, entry.key_span, message);
            reading.faults.push(fault.label("write one, as `200`, a class, as `2XX`, or `default`"));
            continue;
        }
        let Some(response) = reading.documents.resolve(response) else { continue };
        answers.push(Answer { status: entry.key.to_ascii_uppercase(), contents: contents(reading, &response) });
    }
    answers
}

fn is_status(text: &str) -> bool {
    let (class, rest) = text.split_at_checked(1).unwrap_or_default();
    let digits = rest.len() == 2 && (rest.bytes().all(|byte| byte.is_ascii_digit()) || rest.eq_ignore_ascii_case("xx"));
    text == "default" || (matches!(class, "1" | "2" | "3" | "4" | "5") && digits)
}

fn contents(reading: &Reading<'_, '_>, holder: &Cursor<'_>) -> Vec<Content> {
    let Some(content) = holder.get("content") else { return Vec::new() };
    let contents = content.entries().filter_map(|(entry, media)| {
        let media = reading.documents.resolve(media)?;
        Some(Content {
            media_type: entry.key.trim().to_ascii_lowercase(),
            schema: media.get("schema").map(|schema| schema.at().clone()),
            at: media.at().clone(),
        })
    });
    contents.collect()
}
