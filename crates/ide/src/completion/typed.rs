//! What has been typed so far, against what could be meant.

/// Whether the typed letters occur in a text in this order, whatever their case: how editors filter.
pub(super) fn fits(typed: &str, text: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    typed
        .chars()
        .flat_map(char::to_lowercase)
        .all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn letters_may_leave_gaps() {
        assert!(fits("", "apps"));
        assert!(fits("inco", "Infra-Controllers"));
        assert!(!fits("inx", "infra"));
        assert!(!fits("appss", "apps"));
    }
}
