//! The few forms of Markdown that hovers are made of.

/// How wide a line of a hover may get: editors show about 60 columns, and the marks of Markdown are not
/// shown.
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

/// Markdown whose every line is at the most as wide as [`WIDTH`]: paths lose directories in their middle,
/// and what is still too long goes on in the next line, which Markdown takes for the same one.
pub(crate) fn fit(markdown: &str) -> String {
    let lines: Vec<_> = markdown.lines().map(fit_line).collect();
    lines.join("\n")
}

/// A part of a line: a code span, or text.
struct Piece {
    code: bool,
    text: String,
}

impl Piece {
    /// How wide it is shown.
    fn width(&self) -> usize {
        match self.code {
            true => self.text.chars().count(),
            false => self.text.replace("**", "").chars().count(),
        }
    }

    fn written(&self) -> String {
        match self.code {
            true => code(&self.text),
            false => self.text.clone(),
        }
    }
}

fn fit_line(line: &str) -> String {
    let mut pieces = pieces(line);
    let width = |pieces: &[Piece]| pieces.iter().map(Piece::width).sum::<usize>();
    if width(&pieces) <= WIDTH {
        return line.to_owned();
    }
    // Nobody recognizes a path of which less is left.
    const LEAST: usize = 20;
    for at in 0..pieces.len() {
        let over = width(&pieces).saturating_sub(WIDTH);
        let piece = &mut pieces[at];
        if !piece.code {
            continue;
        }
        let room = match is_path(&piece.text) {
            true => piece.width().saturating_sub(over).max(LEAST),
            false => WIDTH,
        };
        piece.text = shorten(&piece.text, room.min(WIDTH - "- ".len()));
    }
    wrap(&pieces)
}

/// The code spans of a line, and what is between them.
fn pieces(line: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let marks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let (mark, inside) = rest[at..].split_at(marks);
        let Some(end) = inside.find(mark) else { break };
        let text = &inside[..end];
        let text = match marks {
            1 => text,
            _ => text.trim(),
        };
        let between = rest[..at].to_owned();
        found.push(Piece {
            code: false,
            text: between,
        });
        found.push(Piece {
            code: true,
            text: text.to_owned(),
        });
        rest = &inside[end + marks..];
    }
    found.push(Piece {
        code: false,
        text: rest.to_owned(),
    });
    found
}

/// Whether a text is a path long enough to tell by its ends: neither an address nor `namespace/name`.
fn is_path(text: &str) -> bool {
    !text.contains("://") && text.matches('/').count() > 1
}

/// A text that is at the most so wide: a path keeps its ends, anything else its beginning.
fn shorten(text: &str, room: usize) -> String {
    let width = text.chars().count();
    if width <= room {
        return text.to_owned();
    }
    let host = text.find("://").map_or(0, |scheme| scheme + "://".len());
    if text[host..].matches('/').count() < 2 {
        let kept: String = text.chars().take(room.saturating_sub(1)).collect();
        return format!("{kept}…");
    }
    // The scheme is a part of what an address begins with.
    let first = text[host..].find('/').map_or(text.len(), |end| host + end);
    let mut parts = vec![&text[..first]];
    parts.extend(text[first..].split('/').skip(1));
    let joined = |head: usize, tail: usize| {
        let ends = [&parts[..head], &["…"], &parts[parts.len() - tail..]];
        ends.concat().join("/")
    };
    let fits = |head, tail| joined(head, tail).chars().count() <= room;
    if !fits(0, 1) {
        let kept: String = text.chars().skip(width - room.saturating_sub(1)).collect();
        return format!("…{kept}");
    }
    let (mut head, mut tail) = (0, 1);
    while head + tail + 1 < parts.len() {
        // The ends grow in turns.
        let before = head + tail;
        if head < tail && fits(head + 1, tail) {
            head += 1;
        } else if fits(head, tail + 1) {
            tail += 1;
        } else if fits(head + 1, tail) {
            head += 1;
        }
        if head + tail == before {
            break;
        }
    }
    joined(head, tail)
}

/// A line as several, broken between words; the further ones of a list's item stand below its text.
fn wrap(pieces: &[Piece]) -> String {
    let mut words: Vec<(String, usize)> = vec![(String::new(), 0)];
    for piece in pieces {
        let parts: Vec<&str> = match piece.code {
            true => vec![&piece.text],
            false => piece.text.split(' ').collect(),
        };
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                words.push((String::new(), 0));
            }
            let part = Piece {
                code: piece.code,
                text: part.to_owned(),
            };
            if let Some((word, width)) = words.last_mut() {
                word.push_str(&part.written());
                *width += part.width();
            }
        }
    }
    let item = words.first().is_some_and(|(word, _)| word == "-");
    let indent = if item { "  " } else { "" };
    let mut wrapped = String::new();
    let mut column = 0;
    for (number, (word, width)) in words.iter().enumerate() {
        // The mark of an item never stands alone.
        let marked = item && number == 1;
        if number > 0 && column + 1 + width > WIDTH && !marked {
            wrapped.push('\n');
            wrapped.push_str(indent);
            column = indent.len();
        } else if number > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped
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
    fn a_long_path_keeps_its_ends() {
        assert_eq!(
            fit("- defined in `kubernetes/apps/default/home-assistant/app/ocirepository.yaml:6`"),
            "- defined in `kubernetes/apps/…/app/ocirepository.yaml:6`"
        );
        assert_eq!(
            fit(&format!("**File** `a/b/{}.yaml`", "x".repeat(80))),
            format!("**File** `…{}.yaml`", "x".repeat(49))
        );
        let short = "- defined in `apps/a.yaml:6`";
        assert_eq!(fit(short), short);
    }

    #[test]
    fn what_is_no_path_goes_on_in_the_next_line() {
        let url = "oci://ghcr.io/home-operations/charts-mirror/external-secrets";
        assert_eq!(
            fit(&format!("- url `{}`", &url[..58])),
            format!("- url\n  `{}`", &url[..58])
        );
        assert_eq!(
            fit(&format!("- url `{url}`")),
            "- url `oci://ghcr.io/…/charts-mirror/external-secrets`"
        );
        let name = "x".repeat(40);
        assert_eq!(
            fit(&format!(
                "**No OCIRepository** `{name}` **in namespace** `apps`"
            )),
            format!("**No OCIRepository** `{name}` **in\nnamespace** `apps`")
        );
        let prose = "Pulls an artifact, and another one after it, and then all the others.";
        assert_eq!(
            fit(prose),
            "Pulls an artifact, and another one after it, and then all\nthe others."
        );
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
