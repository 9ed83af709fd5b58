use std::time::Duration;

/// Durations of the same thing, measured many times.
#[derive(Debug, Default)]
pub struct Figures(Vec<Duration>);

impl Figures {
    /// Adds one.
    pub fn push(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// A percentile (nearest rank); zero where nothing was measured.
    pub fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }
}

/// A duration as the table shows it.
pub fn milliseconds(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    if ms < 10.0 {
        format!("{ms:.2} ms")
    } else {
        format!("{ms:.0} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_by_nearest_rank() {
        let mut figures = Figures::default();
        (1..=200).for_each(|ms| figures.push(Duration::from_millis(ms)));
        assert_eq!(figures.at(50), Duration::from_millis(100));
        assert_eq!(figures.at(99), Duration::from_millis(198));
        assert_eq!(Figures::default().at(99), Duration::ZERO);
    }

    #[test]
    fn small_durations_keep_their_digits() {
        assert_eq!(milliseconds(Duration::from_micros(1234)), "1.23 ms");
        assert_eq!(milliseconds(Duration::from_millis(123)), "123 ms");
    }
}
