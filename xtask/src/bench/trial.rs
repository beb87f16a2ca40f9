//! One scenario under load: at which pace, round by round, and which samples are taken again.
//!
//! Steps: look for a moment at what each contender can do; if the load
//! generator could not follow the fastest, choose a pace that the slowest
//! holds comfortably; take the rounds; take a sample with a flaw again. Wrong
//! answers are not taken again, nor what a contender is too slow for: those are
//! its own.

use anyhow::Result;

use super::Proxy;
use super::contender::Contender;
use super::ground::Ground;
use super::outcome::Outcome;
use super::sample::{Flaw, Sample};
use super::scenario::{Kind, Scenario};

/// Where the load generator cannot follow, all get this share of what was seen of the slowest, be it limited by
/// itself or by the load generator.
const PACE: f64 = 0.5;
/// Requests per second where load and contender share a core: what both can do on one core together.
const SPREAD_PACE: u64 = 8_000;
/// Length of the first look, in seconds.
const LOOK_SECONDS: f64 = 0.3;
/// A load generator that is this busy in the first look would be saturated in one round or another.
const NEARLY_SATURATED: f64 = 0.85;
/// How often one sample is taken again.
const RETAKES: u32 = 4;

pub(crate) struct Trial<'a> {
    pub(crate) proxy: &'a Proxy,
    pub(crate) ground: &'a Ground,
    pub(crate) contenders: &'a [Contender],
    pub(crate) scenario: &'static Scenario,
    pub(crate) logged: bool,
}

/// What the rounds have given.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// In the order of the contenders, though taken in one that turns.
    pub(crate) rounds: Vec<Vec<Sample>>,
    /// Who had a flaw that taking the sample again did not help against: the first of each.
    pub(crate) flaws: Vec<(Contender, Flaw)>,
    /// How many samples were taken again.
    pub(crate) retaken: u32,
}

impl Taken {
    fn is_flawed(&self, contender: Contender) -> bool {
        self.flaws.iter().any(|(flawed, _)| *flawed == contender)
    }

    fn is_saturated(&self) -> bool {
        self.flaws.iter().any(|(_, flaw)| matches!(flaw, Flaw::Saturated(_)))
    }
}

impl Trial<'_> {
    /// # Errors
    /// When the subject or the load generator does not start, twice.
    pub(crate) fn run(&self) -> Result<Outcome> {
        let mut pace = match self.scenario.kind {
            Kind::Most => self.look()?,
            Kind::Spread => Some(SPREAD_PACE),
            _ => None,
        };
        let mut taken = self.rounds(pace)?;
        if pace.is_none() && taken.is_saturated() {
            pace = Some(pace_for(slowest(taken.rounds.iter().flatten())));
            self.tell_pace(pace);
            taken = self.rounds(pace)?;
        }
        Ok(Outcome::of(self.scenario, self.logged, pace, self.contenders, &taken))
    }

    /// None if the load generator follows all contenders.
    fn look(&self) -> Result<Option<u64>> {
        let mut seen = Vec::new();
        for contender in self.contenders {
            // Who cannot be looked at will be missed in the rounds.
            seen.extend(self.take(*contender, None, LOOK_SECONDS)?);
        }
        let busiest = seen.iter().map(Sample::load_busy).fold(0.0, f64::max);
        let pace = (busiest >= NEARLY_SATURATED).then(|| pace_for(slowest(&seen)));
        self.tell_pace(pace);
        Ok(pace)
    }

    fn tell_pace(&self, pace: Option<u64>) {
        if let Some(pace) = pace {
            eprintln!("{:<15}the load generator cannot follow: all get {pace} requests/s", self.scenario.name);
        }
    }

    fn rounds(&self, pace: Option<u64>) -> Result<Taken> {
        let mut taken = Taken::default();
        for round in 0..self.proxy.rounds {
            let mut order: Vec<usize> = (0..self.contenders.len()).collect();
            order.rotate_left(round as usize % self.contenders.len().max(1));
            let mut samples = Vec::new();
            for index in order {
                let Some(contender) = self.contenders.get(index) else { continue };
                samples.push((index, self.sample(*contender, pace, round, &mut taken)?));
            }
            samples.sort_by_key(|(index, _)| *index);
            taken.rounds.push(samples.into_iter().map(|(_, sample)| sample).collect());
            // Without the subject there is nothing to compare; without pace, one is to be found first.
            let subject_is_out = self.contenders.first().is_some_and(|subject| taken.is_flawed(*subject));
            if subject_is_out || (pace.is_none() && taken.is_saturated()) {
                break;
            }
        }
        Ok(taken)
    }

    /// One sample, taken again while it has a flaw that another may not have.
    fn sample(&self, contender: Contender, pace: Option<u64>, round: u32, taken: &mut Taken) -> Result<Sample> {
        let kind = if pace.is_some() { Kind::Paced } else { self.scenario.kind };
        let mut left = if taken.is_flawed(contender) { 0 } else { RETAKES };
        loop {
            let Some(sample) = self.take(contender, pace, self.proxy.seconds)? else {
                if !taken.is_flawed(contender) {
                    taken.flaws.push((contender, Flaw::Wrong("it does not start, or does not go on".to_owned())));
                }
                return Ok(Sample::default());
            };
            self.tell(round, contender, &sample);
            let flaw = sample.flaw(kind, self.scenario.setup);
            let again = match &flaw {
                // At no other pace than this can it be had; so try once more before the pace is changed.
                Some(Flaw::Saturated(_)) if pace.is_none() => left == RETAKES,
                Some(Flaw::Saturated(_) | Flaw::Behind(_)) => left > 0,
                Some(Flaw::Slow(_) | Flaw::Wrong(_)) => false,
                // Where the scenario is about latency, it is worth another two.
                None => self.scenario.kind == Kind::Paced && sample.late() && left > RETAKES - 2,
            };
            if again {
                left -= 1;
                taken.retaken += 1;
                continue;
            }
            if let Some(flaw) = flaw
                && !taken.is_flawed(contender)
            {
                taken.flaws.push((contender, flaw));
            }
            return Ok(sample);
        }
    }

    /// A contender that did not start is started once more: on a machine that is used, something may have been in
    /// its way. None if a peer cannot be had at all: the others are to be compared all the same.
    fn take(&self, contender: Contender, pace: Option<u64>, seconds: f64) -> Result<Option<Sample>> {
        let once = || Sample::take(contender, self.ground, self.scenario, self.logged, pace, seconds);
        let tell = |error: &anyhow::Error| eprintln!("{:<15}{}: {error:#}", self.scenario.name, contender.name());
        let twice = once().or_else(|error| {
            tell(&error);
            once()
        });
        match twice {
            Err(error) if self.contenders.first() != Some(&contender) => {
                tell(&error);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    fn tell(&self, round: u32, contender: Contender, sample: &Sample) {
        eprintln!(
            "{:<15}{:<5}round {:<3}{:<10}{:>8.2} µs/request {:>9.0}/s  p50 {:>6.0} µs  p99 {:>6.0} µs  \
             proxy {:>3.0} %  load {:>3.0} %  others {:>3.0} %",
            self.scenario.name,
            if self.logged { "log" } else { "" },
            round + 1,
            contender.name(),
            sample.cpu_us_per_request(),
            sample.requests_per_second(),
            sample.p50_us,
            sample.p99_us,
            sample.proxy_busy() * 100.0,
            sample.load_busy() * 100.0,
            sample.others_busy() * 100.0,
        );
    }
}

fn slowest<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> f64 {
    samples.into_iter().map(Sample::requests_per_second).fold(f64::INFINITY, f64::min)
}

/// Requests per second, with two figures that are not zero.
fn pace_for(slowest: f64) -> u64 {
    let pace = slowest * PACE;
    let step = 10_f64.powf(pace.max(10.0).log10().floor() - 1.0);
    ((pace / step).floor() * step).max(1.0) as u64
}

#[cfg(test)]
mod tests;
