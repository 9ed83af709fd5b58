//! Versions as programs print them.

/// The first version in a text, as (major, minor): `NVIM v0.11.2` is (0, 11).
pub fn first(text: &str) -> Option<(u32, u32)> {
    text.split_whitespace().find_map(|word| {
        let word = word.strip_prefix('v').unwrap_or(word);
        let mut numbers = word.split(['.', '-', '+']);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::first;

    #[test]
    fn versions_are_read_from_what_programs_print() {
        assert_eq!(
            first("NVIM v0.12.4\nBuild type: Release\nLuaJIT 2.1.1"),
            Some((0, 12))
        );
        assert_eq!(first("NVIM v0.11.0-dev-1+gabc"), Some((0, 11)));
        assert_eq!(first("v24.9.0\n"), Some((24, 9)));
        assert_eq!(first("(devel)"), None);
        assert_eq!(first(""), None);
    }
}
