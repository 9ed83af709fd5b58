//! What differs, for a terminal.

use infragen_workspace::{Cause, Comparison, Deletion, FieldChange, ObjectChange, Shown};
use similar::{ChangeTag, TextDiff};

use super::report::{Environment, Report, What};
use super::words;
use crate::terminal::Terminal;

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";
const FAINT: &str = "2";

/// What to print.
pub fn print(report: &Report<'_>, terminal: &Terminal) -> String {
    let mut page = Page {
        report,
        terminal,
        out: String::new(),
    };
    for (number, environment) in report.environments.iter().enumerate() {
        if number > 0 {
            page.line("");
        }
        page.environment(environment);
    }
    if report.environments.is_empty() {
        page.line("this repository has no environment");
    }
    page.out
}

struct Page<'r, 'db> {
    report: &'r Report<'db>,
    terminal: &'r Terminal,
    out: String,
}

impl Page<'_, '_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn styled(&self, style: &str, text: &str) -> String {
        self.terminal.styled(style, text)
    }

    fn environment(&mut self, environment: &Environment) {
        let names = self.styled(BOLD, &environment.names.join(", "));
        let comparison = match &environment.what {
            What::New => return self.line(&format!("{names}: a new environment")),
            What::Gone => {
                return self.line(&format!(
                    "{names}: its entry point is gone; the cluster keeps what it has"
                ));
            }
            What::Compared(comparison) => comparison,
        };
        let summary = words::summary(self.report, comparison);
        self.line(&format!("{names}: {summary}"));
        for (heading, wanted) in words::groups() {
            let deletions = comparison.deletions.iter();
            let deletions: Vec<_> = deletions.filter(|d| wanted(d.fate)).collect();
            if deletions.is_empty() {
                continue;
            }
            let style = if deletions[0].fate.is_loss() {
                "1;31"
            } else {
                BOLD
            };
            let heading = self.styled(style, heading);
            self.line(&format!("\n  {heading}"));
            let mut told = String::new();
            for deletion in deletions {
                let because = words::because(deletion);
                if because != told {
                    self.line(&format!("    {because}"));
                    told = because;
                }
                self.deletion(deletion);
            }
        }
        self.objects(comparison);
        if !comparison.unknown.is_empty() {
            let heading = self.styled("1;31", "Not compared");
            self.line(&format!("\n  {heading}"));
        }
        for unknown in &comparison.unknown {
            let name = words::application(&unknown.application);
            self.line(&format!("    Kustomization {name}"));
            for why in words::not_compared(self.report, unknown) {
                self.line(&format!("        {why}"));
            }
        }
    }

    fn deletion(&mut self, deletion: &Deletion) {
        let object = self.styled(BOLD, &words::object(&deletion.object));
        let (sign, style) = if deletion.fate.is_loss() {
            ("✗", RED)
        } else {
            ("·", FAINT)
        };
        let sign = self.styled(style, sign);
        let along = deletion.takes_along();
        let along = along.map_or(String::new(), |along| format!(", {along}"));
        let place = deletion.place.as_ref().map(|place| match deletion.cause {
            Cause::Moved { .. } | Cause::Immutable { .. } => self.report.after(place),
            _ => self.report.before(place),
        });
        let place = place.map_or(String::new(), |place| {
            self.styled(FAINT, &format!("  {place}"))
        });
        self.line(&format!("      {sign} {object}{along}{place}"));
        if let Cause::Immutable { fields } = &deletion.cause {
            fields.iter().for_each(|field| self.field(field));
        }
    }

    fn objects(&mut self, comparison: &Comparison) {
        let is_change = self.report.is_change;
        // What is gone, or only moves, is told above.
        let objects = comparison.objects.iter().filter(|change| {
            change.before.is_none()
                || !change.fields.is_empty()
                || change.after.is_none() && !is_change
        });
        let mut objects = objects.peekable();
        if objects.peek().is_some() {
            let heading = if is_change { "Changes" } else { "Differences" };
            let heading = self.styled(BOLD, heading);
            self.line(&format!("\n  {heading}"));
        }
        objects.for_each(|change| self.object(change));
    }

    fn object(&mut self, change: &ObjectChange) {
        let name = words::object(&change.object);
        let place = |place: String| self.styled(FAINT, &format!("  {place}"));
        let (sign, style, behind) = match (&change.before, &change.after) {
            (None, Some(after)) => ("+", GREEN, place(self.report.after(&after.place))),
            (Some(before), None) => ("-", RED, place(self.report.before(&before.place))),
            _ => {
                let was = change.was.as_ref();
                let was = was.map_or(String::new(), |was| {
                    self.styled(FAINT, &format!("  was {}", words::object(was)))
                });
                ("~", YELLOW, was)
            }
        };
        let sign = self.styled(style, sign);
        let name = self.styled(BOLD, &name);
        self.line(&format!("    {sign} {name}{behind}"));
        if let Some(left) = change.left_alone {
            self.line(&format!("        {}", words::left_alone(left)));
        }
        change.fields.iter().for_each(|field| self.field(field));
    }

    fn field(&mut self, field: &FieldChange) {
        let place = match (&field.set, &field.was_set) {
            (Some(set), _) => Some(self.report.after(set)),
            (None, Some(was)) => Some(self.report.before(was)),
            _ => None,
        };
        let place = place.map_or(String::new(), |place| {
            self.styled(FAINT, &format!("  {place}"))
        });
        let path = &field.path;
        let value = |shown: &Option<Shown>| match shown {
            Some(Shown::Value(text)) => Some(text.trim_end_matches('\n').to_owned()),
            Some(Shown::Hidden) => Some("(hidden)".to_owned()),
            None => None,
        };
        let hidden = [&field.before, &field.after].contains(&&Some(Shown::Hidden));
        let (before, after) = (value(&field.before), value(&field.after));
        let is_long = |text: &Option<String>| {
            text.as_ref()
                .is_some_and(|text| text.contains('\n') || text.len() > 100)
        };
        if hidden {
            let what = match (before, after) {
                (None, _) => "new",
                (_, None) => "removed",
                _ => "changed",
            };
            return self.line(&format!(
                "        {path}: {what}, its value is not shown{place}"
            ));
        }
        if is_long(&before) || is_long(&after) {
            self.line(&format!("        {path}:{place}"));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            return self.lines(&before, &after);
        }
        let line = match (before, after) {
            (Some(before), Some(after)) => {
                let (before, after) = (
                    self.styled(RED, &quiet(&before)),
                    self.styled(GREEN, &quiet(&after)),
                );
                format!("{path}: {before} → {after}")
            }
            (None, Some(after)) => format!(
                "{path}: {}",
                self.styled(GREEN, &format!("+ {}", quiet(&after)))
            ),
            (Some(before), None) => format!(
                "{path}: {}",
                self.styled(RED, &format!("- {}", quiet(&before)))
            ),
            (None, None) => return,
        };
        self.line(&format!("        {line}{place}"));
    }

    /// The lines that differ, with one of those around them.
    fn lines(&mut self, before: &str, after: &str) {
        for (tag, line) in changed_lines(before, after) {
            let (sign, style) = match tag {
                Some(ChangeTag::Insert) => ("+", GREEN),
                Some(ChangeTag::Delete) => ("-", RED),
                _ => (" ", FAINT),
            };
            let line = self.styled(style, &format!("{sign} {line}"));
            self.line(&format!("          {line}"));
        }
    }
}

/// An empty text is shown as one.
fn quiet(text: &str) -> String {
    if text.is_empty() {
        "\"\"".to_owned()
    } else {
        text.to_owned()
    }
}

/// How many lines of one field are shown.
const MOST_LINES: usize = 40;

/// The lines that differ in two texts with one around them; `…` without a tag for what is left out.
pub fn changed_lines(before: &str, after: &str) -> Vec<(Option<ChangeTag>, String)> {
    let diff = TextDiff::from_lines(before, after);
    let mut found = Vec::new();
    for (number, group) in diff.grouped_ops(1).iter().enumerate() {
        if number > 0 {
            found.push((None, "…".to_owned()));
        }
        for op in group {
            for change in diff.iter_changes(op) {
                let line = change.value().trim_end_matches(['\n', '\r']);
                found.push((Some(change.tag()), line.to_owned()));
            }
        }
    }
    if found.len() > MOST_LINES {
        let more = found.len() - MOST_LINES;
        found.truncate(MOST_LINES);
        found.push((None, format!("… {more} more lines")));
    }
    found
}
