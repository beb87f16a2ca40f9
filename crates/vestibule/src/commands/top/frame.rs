//! One frame: tables of a width and height, the same for a terminal, a pipe and a test.
//!
//! Each table gets the lines that it needs, as long as there is room for all;
//! else the largest give way, and say how many lines they left out.

use admin::{DoorStatus, FiguresAnswer, ReplicaStatus, ServiceStatus};

use super::rates::{Only, Rates, Times};
use crate::terminal::Style;

/// One line, and how it is shown.
pub(super) type Line = (Option<Style>, String);

/// A heading and lines, of which some may be left out.
struct Table {
    heading: String,
    lines: Vec<Line>,
}

/// The whole picture, not wider and not higher than that.
pub(super) fn draw(now: &FiguresAnswer, rates: &Rates, only: Only<'_>, width: usize, height: usize) -> Vec<Line> {
    let mut frame = head(now);
    let tables = [doors(now, rates), apis(rates), services(now), problems(rates)];
    let tables: Vec<Table> = tables.into_iter().filter(|table| !table.lines.is_empty()).collect();
    let tables: Vec<Table> = if only.api.is_some() {
        tables.into_iter().filter(|table| table.heading.starts_with("api")).collect()
    } else {
        tables
    };
    let needs: Vec<usize> = tables.iter().map(|table| table.lines.len()).collect();
    // A heading for each, and an empty line before it.
    let room = height.saturating_sub(frame.len() + 2 * tables.len());
    for (table, share) in tables.into_iter().zip(shares(&needs, room)) {
        frame.push((None, String::new()));
        frame.push((Some(Style::Bold), table.heading));
        let all = table.lines.len();
        let shown = if share < all { share.saturating_sub(1) } else { all };
        frame.extend(table.lines.into_iter().take(shown));
        if share < all && share > 0 {
            frame.push((Some(Style::Faint), format!("… and {} more", all - shown)));
        }
    }
    frame.truncate(height);
    frame.into_iter().map(|(style, text)| (style, clipped(&text, width))).collect()
}

/// What stands on a terminal must not move its cursor: names of files may hold anything.
fn clipped(text: &str, width: usize) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).take(width).collect()
}

/// How many lines each table gets: what it needs, or an equal share of what is left.
fn shares(needs: &[usize], room: usize) -> Vec<usize> {
    let mut shares = vec![0; needs.len()];
    let mut room = room;
    // One line after the other, so that the smallest are served whole.
    while room > 0 {
        let mut gave = false;
        for (share, need) in shares.iter_mut().zip(needs) {
            if *share < *need && room > 0 {
                *share += 1;
                room -= 1;
                gave = true;
            }
        }
        if !gave {
            break;
        }
    }
    shares
}

fn head(now: &FiguresAnswer) -> Vec<Line> {
    let status = &now.status;
    let configuration = &status.configuration;
    let (word, style) = if status.ready { ("ready", Style::Green) } else { ("not ready", Style::Yellow) };
    let since = &configuration.loaded_at;
    let first =
        format!("{word}  vestibule {}, process {}, {} since {since}", status.version, status.pid, configuration.hash);
    let mut head = vec![(Some(style), first)];
    if let Some(waits) = &configuration.waits {
        head.push((Some(Style::Yellow), format!("goes back to {} at {} unless confirmed", waits.was, waits.until)));
    }
    if let Some(refused) = &configuration.last_refused {
        head.push((Some(Style::Yellow), format!("a change was refused at {}: vestibule check", refused.at)));
    }
    head
}

fn doors(now: &FiguresAnswer, rates: &Rates) -> Table {
    let heading = columns("door", ["req/s", "50%", "99%", "active", "open", "refused/s", "failed/s"], "certificate");
    let line = |door: &super::rates::DoorRate| {
        let status = now.status.doors.iter().find(|status| status.name == door.name);
        let cells = [
            rate(door.requests),
            time(door.times.half),
            time(door.times.most),
            door.active.to_string(),
            door.connections.to_string(),
            rate(door.refused),
            rate(door.failed),
        ];
        let (style, ends) = status.and_then(certificate).unwrap_or_default();
        let style = if door.failed > 0.0 { Some(Style::Yellow) } else { style };
        (style, columns(&door.name, cells.each_ref().map(String::as_str), &ends))
    };
    Table { heading, lines: rates.doors.iter().map(line).collect() }
}

/// The first of a door's certificates to end.
fn certificate(door: &DoorStatus) -> Option<(Option<Style>, String)> {
    // Where there is none yet, that is more pressing than any end.
    let first = door.certificates.iter().min_by(|a, b| a.until.cmp(&b.until))?;
    let style = first.note.as_ref().map(|_| Style::Yellow);
    let day = first.until.iter().flat_map(|until| until.split('T')).next().unwrap_or("none");
    let note = first.note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
    Some((style, format!("{day}{note}")))
}

fn apis(rates: &Rates) -> Table {
    let heading = columns("api", ["req/s", "50%", "99%", "", "", "4xx/s", "5xx/s"], "door");
    let line = |api: &super::rates::ApiRate| {
        let Times { half, most } = api.times;
        let cells = [
            rate(api.requests),
            time(half),
            time(most),
            String::new(),
            String::new(),
            rate(api.refused),
            rate(api.failed),
        ];
        let name = if api.name.is_empty() { "(no route)" } else { &api.name };
        let style = (api.failed > 0.0).then_some(Style::Yellow);
        (style, columns(name, cells.each_ref().map(String::as_str), &api.door))
    };
    // What was routed nowhere is only shown where there was any.
    let shown = rates.apis.iter().filter(|api| !api.name.is_empty() || api.requests > 0.0);
    Table { heading, lines: shown.map(line).collect() }
}

fn services(now: &FiguresAnswer) -> Table {
    let heading = format!("{:<34} {:>9} {:>8}  {}", "service, replicas", "under way", "latency", "state");
    let mut lines = Vec::new();
    for service in &now.status.services {
        lines.push(service_line(service));
        lines.extend(service.replicas.iter().map(replica_line));
    }
    Table { heading, lines }
}

fn service_line(service: &ServiceStatus) -> Line {
    let healthy = service.healthy.unwrap_or(service.total);
    let breaker = service.breaker.as_deref().filter(|state| *state != "closed");
    let open = breaker.map(|state| format!(", breaker {state}")).unwrap_or_default();
    let ill = healthy < service.total || breaker.is_some();
    let text =
        format!("{:<34} {:>9} {:>8}  {healthy} of {} well{open}", service.name, service.outstanding, "", service.total);
    (ill.then_some(Style::Yellow), text)
}

fn replica_line(replica: &ReplicaStatus) -> Line {
    let name = format!("  {}{}", replica.address, if replica.canary { " (canary)" } else { "" });
    let latency = time(replica.latency_us.map(|latency| latency as f64));
    let back = replica.back_in_s.map(|seconds| format!(", again in {seconds} s")).unwrap_or_default();
    let text = format!("{name:<34} {:>9} {latency:>8}  {}{back}", replica.outstanding, replica.state);
    ((replica.state != "healthy").then_some(Style::Yellow), text)
}

fn problems(rates: &Rates) -> Table {
    let line = |(code, frequency): &(String, f64)| (None, format!("{code:<28} {:>8}", rate(*frequency)));
    Table { heading: format!("{:<28} {:>8}", "problem", "per s"), lines: rates.problems.iter().map(line).collect() }
}

/// A name, seven figures, and a word.
fn columns(name: &str, cells: [&str; 7], last: &str) -> String {
    let [requests, half, most, active, open, refused, failed] = cells;
    let name: String = name.chars().take(14).collect();
    let figures = format!("{requests:>7} {half:>6} {most:>6} {active:>6} {open:>5} {refused:>9} {failed:>8}");
    format!("{name:<14} {figures}  {last}").trim_end().to_owned()
}

/// Up to four digits.
fn rate(rate: f64) -> String {
    match rate {
        0.0 => "0".to_owned(),
        rate if rate < 99.95 => format!("{rate:.1}"),
        rate if rate < 99_999.5 => format!("{rate:.0}"),
        rate => format!("{:.0}k", rate / 1_000.0),
    }
}

/// A time, as far as it is known: `<5ms` would say more than the four letters that it needs.
fn time(us: Option<f64>) -> String {
    match us {
        None => "-".to_owned(),
        Some(us) if us.is_infinite() => ">60s".to_owned(),
        Some(us) if us < 1_000.0 => format!("{us:.0}us"),
        Some(us) if us < 10_000.0 => format!("{}ms", trimmed(us / 1_000.0)),
        Some(us) if us < 1_000_000.0 => format!("{:.0}ms", us / 1_000.0),
        Some(us) => format!("{}s", trimmed(us / 1_000_000.0)),
    }
}

/// One digit behind the point, where it is not 0.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
