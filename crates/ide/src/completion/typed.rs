//! What has been typed so far, against what could be meant.

/// Whether the typed letters occur in a text in this order, whatever their case: how editors filter.
pub(super) fn fits(typed: &str, text: &str) -> bool {
    // Names are hardly ever anything else, and there may be many thousands of them.
    if typed.is_ascii() && text.is_ascii() {
        let mut letters = text.bytes();
        let mut typed = typed.bytes();
        return typed.all(|wanted| letters.any(|letter| letter.eq_ignore_ascii_case(&wanted)));
    }
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
        assert!(fits("ÜB", "tür-bänder"));
    }
}
