//! What a process has cost: CPU to the nanosecond and memory, as Linux tells it under `/proc`.

use anyhow::Context;
use std::fs;

/// CPU time of all threads of these processes, in nanoseconds.
///
/// From `schedstat`, whose first figure is the time on a CPU; `stat` counts in
/// hundredths of a second, too coarse for a short window.
pub(crate) fn cpu_ns(processes: &[u32]) -> anyhow::Result<u64> {
    processes.iter().map(|process| process_cpu_ns(*process)).sum()
}

/// CPU time of this process, in nanoseconds.
pub(crate) fn own_cpu_ns() -> anyhow::Result<u64> {
    process_cpu_ns(std::process::id())
}

fn process_cpu_ns(process: u32) -> anyhow::Result<u64> {
    let threads =
        fs::read_dir(format!("/proc/{process}/task")).with_context(|| format!("process {process} is gone"))?;
    let mut total = 0;
    for thread in threads {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        total +=
            first_figure(&text).with_context(|| format!("cannot read schedstat of process {process}: `{text}`"))?;
    }
    Ok(total)
}

/// Memory of these processes in KiB, what they share divided among those who share it (`Pss`).
pub(crate) fn memory_kib(processes: &[u32]) -> anyhow::Result<u64> {
    processes.iter().map(|process| process_memory_kib(*process)).sum()
}

fn process_memory_kib(process: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))
        .with_context(|| format!("cannot read the memory of process {process}"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("Pss:").and_then(first_figure))
        .with_context(|| format!("process {process} has no `Pss`"))
}

/// Time that the whole machine was not idle, in nanoseconds (in steps of ten milliseconds).
pub(crate) fn machine_busy_ns() -> anyhow::Result<u64> {
    let text = fs::read_to_string("/proc/stat")?;
    let figures: Vec<u64> =
        text.lines().next().unwrap_or_default().split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal: all but the two kinds of idleness.
    let hundredths: u64 =
        figures.iter().take(8).enumerate().filter(|(at, _)| !matches!(at, 3 | 4)).map(|(_, figure)| figure).sum();
    Ok(hundredths * 10_000_000)
}

fn first_figure(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
