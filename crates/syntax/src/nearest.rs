//! The name that somebody may have meant.

use rapidfuzz::distance::osa::{Args, BatchComparator};

/// Longer names are like none: comparing takes time by the product of the lengths, and a text may hold names as
/// long as itself.
const LONGEST: usize = 256;

/// The most alike of some names, if it is alike enough: at most a third of the letters differ, in any case. A
/// letter that is changed, added, removed, or swapped with its neighbour counts once. Of names that are
/// equally alike the first in order of bytes. Names of one or two letters are like none.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if wanted.len() > LONGEST {
        return None;
    }
    let limit = wanted.chars().count() / 3;
    let like_wanted = BatchComparator::new(wanted.chars().map(|c| c.to_ascii_lowercase()));
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        if name == wanted || name.len().abs_diff(wanted.len()) > limit {
            continue;
        }
        let worst = best.map_or(limit, |(distance, _)| distance);
        let distance = like_wanted.distance_with_args(
            name.chars().map(|c| c.to_ascii_lowercase()),
            &Args::default().score_cutoff(worst),
        );
        let found = distance.map(|distance| (distance, name));
        best = best.into_iter().chain(found).min();
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_name_is_not() {
        let names = ["flux-system", "podinfo", "web"];
        assert_eq!(nearest("flux-sytsem", names), Some("flux-system"));
        assert_eq!(nearest("podinf", names), Some("podinfo"));
        assert_eq!(nearest("Podinfo", names), Some("podinfo"));
        assert_eq!(nearest("database", names), None);
        assert_eq!(nearest("ab", ["aa"]), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn the_most_alike_is_chosen_whatever_the_order() {
        for names in [["web-app", "web-api"], ["web-api", "web-app"]] {
            assert_eq!(nearest("web-apo", names), Some("web-api"));
            assert_eq!(nearest("web-aap", names), Some("web-app"));
        }
    }

    #[test]
    fn the_name_itself_is_no_suggestion() {
        assert_eq!(nearest("web", ["web"]), None);
    }
}
