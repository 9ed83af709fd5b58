//! Copying what one environment has for another: which words of a text mean the environment.

/// The keys whose values say what is fetched, in sources and in the sync of a FluxInstance.
const REVISIONS: [&str; 6] = ["url", "ref", "branch", "tag", "commit", "digest"];

/// A text with one environment's name in place of another's, wherever it stands as a word of its own: a
/// part of a path or of a host name, a whole value. Inside of a longer name (`letsencrypt-staging`) it
/// stays, for that may be the name of something that both environments use; so does a key of a mapping,
/// and what says which revision of which repository is taken: `main` is a branch too. A `semverFilter` is
/// where `-staging-` means the environment as well.
pub(crate) fn rename(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '-']);
        let key = content.split_once(':').map(|(key, _)| key);
        match key {
            Some(key) if REVISIONS.contains(&key) => out.push_str(line),
            key => rename_line(line, from, to, key == Some("semverFilter"), &mut out),
        }
    }
    out
}

fn rename_line(line: &str, from: &str, to: &str, dashes_part: bool, out: &mut String) {
    let mut done = 0;
    for (at, word) in line.match_indices(from) {
        let end = at + word.len();
        let before = line[..at].chars().next_back();
        let mut behind = line[end..].chars();
        let after = behind.next();
        let colon =
            after == Some(':') && behind.next().is_none_or(|next| next.is_ascii_whitespace());
        // In a comment a colon ends a word of prose.
        let is_key = colon && !line[..at].contains('#');
        let part = |letter: Option<char>| letter.is_none_or(|letter| parts(letter, dashes_part));
        if part(before) && part(after) && !is_key {
            out.push_str(&line[done..at]);
            out.push_str(to);
            done = end;
        }
    }
    out.push_str(&line[done..]);
}

/// Whether a text still names one environment where another one's name was put in place of it:
/// `letsencrypt-staging` does. The other name may hold this one (`production-2`), and is none of it.
pub(crate) fn names(text: &str, from: &str, to: &str) -> bool {
    let letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(from).any(|(at, _)| {
        let end = at + from.len();
        let within = to.match_indices(from).any(|(before, _)| {
            let start = at.checked_sub(before);
            start
                .and_then(|start| text.get(start..))
                .is_some_and(|rest| rest.starts_with(to))
        });
        !within && !letter(text[..at].chars().next_back()) && !letter(text[end..].chars().next())
    })
}

/// Whether a character ends a word.
fn parts(letter: char, dashes_part: bool) -> bool {
    match letter {
        '-' => dashes_part,
        '_' => false,
        letter => !letter.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::{names, rename};

    fn preview(text: &str) -> String {
        rename(text, "staging", "preview")
    }

    #[test]
    fn paths_hosts_and_whole_values_follow() {
        assert_eq!(
            preview("path: ./clusters/staging\n"),
            "path: ./clusters/preview\n"
        );
        assert_eq!(
            preview("host: a.staging.example.com"),
            "host: a.preview.example.com"
        );
        assert_eq!(preview("- ../staging/x.yaml"), "- ../preview/x.yaml");
        assert_eq!(
            preview("ENVIRONMENT: \"staging\""),
            "ENVIRONMENT: \"preview\""
        );
        assert_eq!(
            preview("# activity in staging: applies"),
            "# activity in preview: applies"
        );
    }

    #[test]
    fn longer_names_stay() {
        for text in [
            "issuer: letsencrypt-staging",
            "a: staging_db",
            "a: prestaging",
            "a: stagings",
        ] {
            assert_eq!(preview(text), text);
        }
    }

    #[test]
    fn keys_stay() {
        assert_eq!(
            preview("staging:\n  a: staging\n"),
            "staging:\n  a: preview\n"
        );
        assert_eq!(preview("to: http://staging:80/"), "to: http://preview:80/");
    }

    #[test]
    fn what_is_fetched_stays() {
        let text =
            "  url: https://github.com/acme/main\n  ref: refs/heads/main\n  - branch: main\n";
        assert_eq!(rename(text, "main", "preview"), text);
        assert_eq!(
            rename("    path: ./main\n", "main", "preview"),
            "    path: ./preview\n"
        );
    }

    #[test]
    fn what_is_left_of_a_name() {
        let left = |text| names(text, "production", "production-2");
        assert!(left("issuer: letsencrypt-production"));
        assert!(left("a: production-2, b: production"));
        assert!(!left("path: ./clusters/production-2/apps"));
        assert!(!left("a: reproductions"));
        let left = |text| names(text, "eu", "eu-eu");
        assert!(!left("a: eu-eu") && left("a: eu"));
        assert!(!names("a: stagings", "staging", "preview"));
    }

    #[test]
    fn a_filter_is_made_of_the_name() {
        assert_eq!(
            preview("    semverFilter: .*-staging-.*\n    tag: a-staging-1\n"),
            "    semverFilter: .*-preview-.*\n    tag: a-staging-1\n"
        );
    }
}
