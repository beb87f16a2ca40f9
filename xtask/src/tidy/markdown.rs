//! Links within the repository lead somewhere.

use super::Fault;
use crate::repository::File;

/// Checks the relative links of one page against the files and their headings.
pub(super) fn check(file: &File, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for target in links(line) {
            if let Some(why) = broken(file, target, files) {
                faults.push(Fault::of(file, number, why));
            }
        }
    }
    faults
}

/// The targets of `[text](target)`, code spans apart.
fn links(line: &str) -> Vec<&str> {
    let outside_code = line.split('`').step_by(2);
    let targets = outside_code.flat_map(|text| text.split("](").skip(1));
    targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target)).collect()
}

fn broken(file: &File, target: &str, files: &[File]) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = if path.is_empty() { file.path.clone() } else { resolve(folder, path)? };
    let there = files.iter().find(|file| file.path == path);
    let is_folder = || files.iter().any(|file| file.path.starts_with(&format!("{path}/")));
    match (there, heading) {
        (None, _) if !is_folder() => Some(format!("the link `{target}` leads nowhere")),
        (Some(page), Some(heading)) if !anchors(page).any(|anchor| anchor == heading) => {
            Some(format!("`{path}` has no heading `#{heading}`"))
        }
        _ => None,
    }
}

/// The path from the root; `None` where it leaves the repository, which the forge then resolves.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// The anchors that forges make of headings: lower case, punctuation dropped, spaces to hyphens.
fn anchors(page: &File) -> impl Iterator<Item = String> {
    let headings = page
        .text
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    headings.map(|heading| {
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    })
}
