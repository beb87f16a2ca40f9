//! What a process has cost: CPU to the nanosecond and memory, as Linux tells it under `/proc`.

use anyhow::Context;
use std::collections::BTreeMap;
use std::fs;

/// CPU time of each thread of these processes, in nanoseconds.
///
/// From `schedstat`, whose first figure is the time on a CPU; `stat` counts in
/// hundredths of a second, too coarse for a short window.
pub(crate) fn cpu_ns(processes: &[u32]) -> anyhow::Result<Threads> {
    let mut all = Threads::default();
    for process in processes {
        all.0.extend(threads_cpu_ns(*process)?);
    }
    Ok(all)
}

/// CPU time of this process, in nanoseconds.
pub(crate) fn own_cpu_ns() -> anyhow::Result<u64> {
    Ok(threads_cpu_ns(std::process::id())?.values().sum())
}

/// CPU time of the thread that asks, in nanoseconds: others may end meanwhile, and take theirs with them.
pub(crate) fn this_thread_cpu_ns() -> anyhow::Result<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    first_figure(&text).with_context(|| format!("cannot read schedstat of this thread: `{text}`"))
}

/// CPU time by thread, in nanoseconds.
#[derive(Clone, Default)]
pub(crate) struct Threads(BTreeMap<String, u64>);

impl Threads {
    /// What all have taken since, and what the busiest has.
    pub(crate) fn since(&self, before: &Self) -> (u64, u64) {
        let taken = |(thread, now): (&String, &u64)| now.saturating_sub(before.0.get(thread).copied().unwrap_or(0));
        let each: Vec<u64> = self.0.iter().map(taken).collect();
        (each.iter().sum(), each.iter().copied().max().unwrap_or(0))
    }
}

fn threads_cpu_ns(process: u32) -> anyhow::Result<BTreeMap<String, u64>> {
    let threads =
        fs::read_dir(format!("/proc/{process}/task")).with_context(|| format!("process {process} is gone"))?;
    let mut all = BTreeMap::new();
    for thread in threads {
        let thread = thread?;
        let text = fs::read_to_string(thread.path().join("schedstat"))?;
        let cpu_ns =
            first_figure(&text).with_context(|| format!("cannot read schedstat of process {process}: `{text}`"))?;
        all.insert(thread.file_name().to_string_lossy().into_owned(), cpu_ns);
    }
    Ok(all)
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
