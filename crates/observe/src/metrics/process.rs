//! What the kernel says of this process, read at each scrape from `/proc/self`; a figure that cannot be read is left out.

use std::fs;

/// Clock ticks per second in `/proc/self/stat`; Linux shows this rate to programs on every architecture.
const TICKS_PER_SECOND: u64 = 100;

/// Figures of the process.
#[derive(Default)]
pub(super) struct Process {
    pub(super) cpu_nanoseconds: Option<u64>,
    pub(super) resident_bytes: Option<u64>,
    pub(super) virtual_bytes: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) open_fds: Option<u64>,
    pub(super) max_fds: Option<u64>,
}

impl Process {
    pub(super) fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        Self {
            cpu_nanoseconds: cpu_nanoseconds(&stat),
            resident_bytes: figure(&status, "VmRSS:").map(|kib| kib * 1_024),
            virtual_bytes: figure(&status, "VmSize:").map(|kib| kib * 1_024),
            threads: figure(&status, "Threads:"),
            open_fds: fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count() as u64),
            max_fds: figure(&limits, "Max open files"),
        }
    }
}

/// The first number after `name` at the start of a line.
fn figure(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Fields 14 and 15 of proc_pid_stat(5); the second field may hold spaces and parentheses, so counting starts after it.
fn cpu_nanoseconds(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * (1_000_000_000 / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests;
