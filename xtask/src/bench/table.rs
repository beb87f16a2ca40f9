//! Tables that read well on a terminal and are Markdown at the same time.

#[cfg(test)]
mod tests;

/// Rows of equal length; the first is the heading.
pub(crate) fn markdown(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default().max(3)).collect();
    let mut out = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells = widths.iter().enumerate().map(|(column, width)| {
            let cell = row.get(column).map_or("", String::as_str);
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        out += &format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
        if index == 0 {
            let rules = widths.iter().enumerate().map(|(column, width)| {
                if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
            });
            out += &format!("| {} |\n", rules.collect::<Vec<_>>().join(" | "));
        }
    }
    out
}
