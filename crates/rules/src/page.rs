//! The documentation of rules as Markdown.

use std::fmt::Write;

use camino::Utf8Path;
use infragen_registry::Timestamp;
use infragen_workspace::Workspace;

use crate::example::{example_answers, example_files, example_repositories};
use crate::finding::{Finding, Severity};
use crate::rule::Rule;
use crate::rules::RULES;

/// The page of a rule.
pub fn page(rule: &Rule) -> String {
    let mut page = format!(
        "# {}\n\n{}. Usually {}.\n\n{}\n\n## Example\n",
        rule.id,
        sentence(rule.summary),
        severity(rule.severity),
        rule.explanation.trim()
    );
    for (path, text) in example_files(rule.example) {
        let _ = write!(page, "\n`{path}`\n");
        if !text.trim().is_empty() {
            let _ = write!(page, "\n```yaml\n{}\n```\n", text.trim_end());
        }
    }
    for (url, lines) in example_repositories(rule.example) {
        let _ = match lines.first().and_then(|line| line.strip_prefix("! ")) {
            Some(fault) => write!(page, "\nOf `{url}` it is known that {fault}.\n"),
            None => write!(page, "\n`{url}` has the tags `{}`.\n", lines.join("`, `")),
        };
    }
    for (path, finding) in findings_of_example(rule) {
        if finding.rule == rule {
            let _ = write!(page, "\n> `{path}`: {}", finding.message);
            if let Some(help) = &finding.help {
                let _ = write!(page, "  \n> help: {help}");
            }
            page.push('\n');
        }
    }
    page
}

/// The list of all rules.
pub fn index() -> String {
    let mut index = "\
# Rules

What `infragen check` and the language server find. An **error** is certain: the cluster refuses it or \
waits for ever. A **warning** is very likely wrong, or depends on something that is not known here. \
`infragen explain RULE` prints these pages.

| rule | usually | finds |
|---|---|---|
"
    .to_owned();
    for rule in RULES {
        let (id, summary) = (rule.id, rule.summary);
        let _ = writeln!(
            index,
            "| [{id}]({id}.md) | {} | {summary} |",
            severity(rule.severity)
        );
    }
    index
}

/// What is found in the example of a rule, by any rule, with the path of each file.
pub(crate) fn findings_of_example(rule: &Rule) -> Vec<(String, Finding)> {
    let files = example_files(rule.example);
    let mut workspace = Workspace::new();
    let top = Utf8Path::new("/example");
    workspace.open_memory_root(top, &files);
    workspace.set_answers(example_answers(rule.example), Timestamp(0));
    let snapshot = workspace.snapshot();
    let mut found = Vec::new();
    for (path, _) in &files {
        if let Some(file) = workspace.file(&top.join(path)) {
            let findings = crate::check(snapshot.db(), file);
            found.extend(
                findings
                    .iter()
                    .map(|finding| ((*path).to_owned(), finding.clone())),
            );
        }
    }
    found
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "an error",
        Severity::Warning => "a warning",
        Severity::Information => "an information",
        Severity::Hint => "a hint",
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
