//! Medians, their spread, and ratios of what was measured side by side.

#[cfg(test)]
mod tests;

/// The middle of several measurements and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) median: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

impl Figure {
    /// None without measurements.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Self { median: f64::midpoint(lower, upper), lowest, highest })
    }

    /// The ratios of two series whose members were measured in the same rounds.
    pub(crate) fn ratio(over: &[f64], under: &[f64]) -> Option<Self> {
        let ratios: Vec<f64> = over.iter().zip(under).map(|(over, under)| over / under).collect();
        Self::of(&ratios).filter(|figure| figure.highest.is_finite())
    }

    /// `12.3`, as in `text`.
    pub(crate) fn median_text(&self) -> String {
        grouped(self.median, decimals(self.median))
    }

    /// `12.3 (12.1–13.0)`, with so many decimals that three figures are seen; `12.3` if there is but one value.
    pub(crate) fn text(&self) -> String {
        let decimals = decimals(self.median);
        if self.lowest.total_cmp(&self.highest).is_eq() {
            return self.median_text();
        }
        format!(
            "{} ({}–{})",
            grouped(self.median, decimals),
            grouped(self.lowest, decimals),
            grouped(self.highest, decimals)
        )
    }
}

fn decimals(value: f64) -> usize {
    match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    }
}

/// With commas between thousands.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    if fraction.is_empty() { out } else { format!("{out}.{fraction}") }
}
