//! What differs, for a pull request.

use infragen_workspace::{Cause, Comparison, Deletion, FieldChange, ObjectChange, Shown};
use similar::ChangeTag;

use super::report::{Report, What};
use super::text::changed_lines;
use super::words;

/// What to print.
pub fn print(report: &Report<'_>) -> String {
    let mut out = String::new();
    for environment in &report.environments {
        let names: Vec<_> = environment.names.iter().map(|name| plain(name)).collect();
        let names = names.join(", ");
        let comparison = match &environment.what {
            What::New => {
                out.push_str(&format!("### {names}\n\nA new environment.\n\n"));
                continue;
            }
            What::Gone => {
                out.push_str(&format!(
                    "### {names}\n\nIts entry point is gone; the cluster keeps what it has.\n\n"
                ));
                continue;
            }
            What::Compared(comparison) => comparison,
        };
        let summary = plain(&words::summary(report, comparison));
        out.push_str(&format!("### {names}: {summary}\n\n"));
        deletions(report, comparison, &mut out);
        objects(report, comparison, &mut out);
        for unknown in &comparison.unknown {
            let name = words::application(&unknown.application);
            out.push_str(&format!(
                ":warning: **Kustomization {}** is not compared\n",
                plain(&name)
            ));
            for why in words::not_compared(report, unknown) {
                out.push_str(&format!("- {}\n", plain(&why)));
            }
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn deletions(report: &Report<'_>, comparison: &Comparison, out: &mut String) {
    for (heading, wanted) in words::groups() {
        let deletions = comparison.deletions.iter();
        let deletions: Vec<_> = deletions.filter(|it| wanted(it.fate)).collect();
        let Some(first) = deletions.first() else {
            continue;
        };
        let note = if first.fate.is_loss() {
            "CAUTION"
        } else {
            "NOTE"
        };
        out.push_str(&format!("> [!{note}]\n> **{heading}**\n"));
        let mut told = String::new();
        for it in deletions {
            let because = words::because(it);
            if because != told {
                out.push_str(&format!("> - {}\n", plain(&because)));
                told = because;
            }
            out.push_str(&format!(">   - {}\n", deletion(report, it)));
        }
        out.push('\n');
    }
}

fn deletion(report: &Report<'_>, deletion: &Deletion) -> String {
    let object = plain(&words::object(&deletion.object));
    let along = deletion.takes_along();
    let along = along.map_or(String::new(), |along| format!(", {along}"));
    let mut line = format!("**{object}**{along}");
    if let Cause::Immutable { fields } = &deletion.cause {
        let paths: Vec<_> = fields
            .iter()
            .map(|field| code(&field.path.to_string()))
            .collect();
        line.push_str(&format!(" ({})", paths.join(", ")));
    }
    if let Some(place) = &deletion.place {
        let place = match deletion.cause {
            Cause::Moved { .. } | Cause::Immutable { .. } => report.after(place),
            _ => report.before(place),
        };
        line.push_str(&format!(" — {}", code(&place)));
    }
    line
}

fn objects(report: &Report<'_>, comparison: &Comparison, out: &mut String) {
    let mut some = false;
    for change in &comparison.objects {
        let name = plain(&words::object(&change.object));
        let line = match (&change.before, &change.after) {
            (None, Some(after)) => format!(
                "- :heavy_plus_sign: **{name}** — {}",
                code(&report.after(&after.place))
            ),
            (Some(_), None) if report.is_change => continue,
            (Some(before), None) => {
                let place = code(&report.before(&before.place));
                format!("- :heavy_minus_sign: **{name}** — {place}")
            }
            _ if change.fields.is_empty() => continue,
            _ => changed(report, change, &name),
        };
        some = true;
        out.push_str(&line);
        if let (None, Some(left)) = (&change.before, change.left_alone) {
            out.push_str(&format!("; {}", words::left_alone(left)));
        }
        out.push('\n');
    }
    if some {
        out.push('\n');
    }
}

/// An object that is on both sides: folded, with a diff of its fields.
fn changed(report: &Report<'_>, change: &ObjectChange, name: &str) -> String {
    let mut lines = Vec::new();
    for field in &change.fields {
        field_lines(report, field, &mut lines);
    }
    let was = change.was.as_ref();
    let was = was.map_or(String::new(), |was| {
        format!(" (was {})", plain(&words::object(was)))
    });
    let count = match change.fields.len() {
        1 => "1 field".to_owned(),
        count => format!("{count} fields"),
    };
    let count = match change.left_alone {
        Some(left) => format!("{count}; {}", words::left_alone(left).replace('`', "")),
        None => count,
    };
    let fence = fence(&lines);
    let body: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!(
        "- <details><summary>:pencil2: <b>{name}</b>{was}: {count}</summary>\n\n  {fence}diff\n{body}  {fence}\n\n  </details>"
    )
}

/// A field as lines of a diff: its path and place above its values.
fn field_lines(report: &Report<'_>, field: &FieldChange, lines: &mut Vec<String>) {
    let place = match (&field.set, &field.was_set) {
        (Some(set), _) => format!("  # {}", report.after(set)),
        (None, Some(was)) => format!("  # {}", report.before(was)),
        _ => String::new(),
    };
    lines.push(format!("@@ {} @@{place}", field.path));
    let value = |shown: &Option<Shown>| match shown {
        Some(Shown::Value(text)) => text.clone(),
        Some(Shown::Hidden) => "(not shown)".to_owned(),
        None => String::new(),
    };
    let (before, after) = (value(&field.before), value(&field.after));
    let hidden = [&field.before, &field.after].contains(&&Some(Shown::Hidden));
    if hidden && before == after {
        lines.push("! changed, its value is not shown".to_owned());
        return;
    }
    for (tag, line) in changed_lines(&before, &after) {
        let sign = match tag {
            Some(ChangeTag::Insert) => "+",
            Some(ChangeTag::Delete) => "-",
            _ => " ",
        };
        lines.push(format!("{sign} {line}"));
    }
}

/// A fence that no line closes.
fn fence(lines: &[String]) -> String {
    let ticks = |line: &String| {
        let runs = line.split(|c| c != '`');
        runs.map(str::len).max().unwrap_or_default()
    };
    let longest = lines.iter().map(ticks).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Text that is shown as it is: what Markdown and HTML would take for marks is escaped.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '*' | '_' | '[' | ']' | '|' | '\\' | '#' | '@' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::{fence, plain};

    #[test]
    fn nothing_in_a_value_is_taken_for_markup() {
        assert_eq!(plain("<b>*a* @all\n"), "&lt;b&gt;\\*a\\* \\@all ");
        assert_eq!(fence(&["- a".to_owned()]), "```");
        assert_eq!(fence(&["- ````".to_owned()]), "`````");
    }
}
