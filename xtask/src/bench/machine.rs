//! What a comparison was made on, so that a reader knows what its figures are worth elsewhere.

use std::fs;
use std::process::Command;

/// Lines for a list: processor, kernel, compiler, settings that matter.
pub(crate) fn description() -> Vec<String> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let virtual_machine = cpuinfo.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        format!(
            "processor: {}, {cores} cores{}",
            processor.trim_start_matches([' ', '\t', ':']),
            if virtual_machine { ", a virtual machine" } else { "" }
        ),
        format!("kernel: Linux {}", one_line("/proc/sys/kernel/osrelease")),
        format!("congestion control: {}", one_line("/proc/sys/net/ipv4/tcp_congestion_control")),
        format!("system: {}", system()),
        format!("compiler: {}", said("rustc", &["--version"])),
    ]
}

/// Today, as `2026-11-23`.
pub(crate) fn date() -> String {
    said("date", &["--utc", "+%Y-%m-%d"])
}

/// The commit that is measured, marked if files differ from it.
pub(crate) fn commit() -> String {
    let changed = !said("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty();
    format!("{}{}", said("git", &["rev-parse", "--short", "HEAD"]), if changed { " with changes" } else { "" })
}

fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("unknown");
    name.trim_matches('"').to_owned()
}

fn one_line(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

/// What a program says; nothing if it is not there: a report without one line is better than none.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
