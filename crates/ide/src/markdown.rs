//! The few forms of Markdown that hovers are made of.

/// How wide a line of a hover may get before a list in it is cut short: editors show about 60 columns,
/// and the marks of Markdown are not shown.
const WIDTH: usize = 60;

/// A code span. Line ends become blanks; what is too long to read is cut.
pub(crate) fn code(text: &str) -> String {
    const MAX: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().take(MAX).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    match (shown.contains('`'), shown.is_empty()) {
        (_, true) => String::new(),
        (true, _) => format!("`` {shown} ``"),
        (false, _) => format!("`{shown}`"),
    }
}

/// An item of a list: one fact a line.
pub(crate) fn item(label: &str, value: &str) -> String {
    if label.is_empty() {
        format!("- {value}")
    } else {
        format!("- {label} {value}")
    }
}

/// Names behind a label of some width, as many as fit into a line: `a`, `b` and 7 more. At least one.
pub(crate) fn names(label_width: usize, names: &[String]) -> String {
    let room = WIDTH.saturating_sub(label_width + " and 99 more".len());
    let mut shown = String::new();
    let mut width = 0;
    for (count, name) in names.iter().enumerate() {
        let rest = names.len() - count;
        width += name.chars().count() + if count == 0 { 0 } else { 2 };
        let last_fits = rest == 1 && width <= room + " and 99 more".len();
        if count > 0 && width > room && !last_fits {
            return format!("{shown} and {rest} more");
        }
        if count > 0 {
            shown.push_str(", ");
        }
        shown.push_str(&code(name));
    }
    shown
}

/// `1 HelmRelease`, `3 HelmReleases`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    let stem = noun
        .strip_suffix('y')
        .filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match stem {
        Some(stem) => format!("{count} {stem}ies"),
        None if noun.ends_with(['s', 'x']) || noun.ends_with("ch") => format!("{count} {noun}es"),
        None => format!("{count} {noun}s"),
    }
}

/// `a HelmRelease`, `an OCIRepository`.
pub(crate) fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['A', 'E', 'I', 'O', 'U']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_where_the_line_ends() {
        let many: Vec<_> = (0..20).map(|number| format!("service-{number}")).collect();
        assert_eq!(
            names(8, &many),
            "`service-0`, `service-1`, `service-2` and 17 more"
        );
        assert_eq!(names(8, &many[..2]), "`service-0`, `service-1`");
        let long = ["x".repeat(80), "y".to_owned()];
        assert_eq!(names(8, &long), format!("`{}` and 1 more", "x".repeat(80)));
    }

    #[test]
    fn a_code_span_holds_any_text() {
        assert_eq!(code("a\n  b"), "`a b`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert!(code(&"é".repeat(500)).ends_with("…`"));
    }

    #[test]
    fn kinds_have_plurals() {
        assert_eq!(counted(2, "GitRepository"), "2 GitRepositories");
        assert_eq!(counted(3, "HelmRelease"), "3 HelmReleases");
        assert_eq!(counted(2, "Ingress"), "2 Ingresses");
        assert_eq!(counted(1, "Alert"), "1 Alert");
        assert_eq!(counted(2, "Gateway"), "2 Gateways");
    }
}
