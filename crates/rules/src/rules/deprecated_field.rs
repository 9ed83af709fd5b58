use infragen_kustomize::DeprecatedKey;
use infragen_syntax::{Node, NodeKind, TextEdit, TextSize};

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{Context, Rule};

/// A field of a kustomization file that has a successor.
pub static DEPRECATED_FIELD: Rule = Rule {
    id: "deprecated-field",
    severity: Severity::Hint,
    summary: "a kustomization file has a field that kustomize will not take for ever",
    explanation: "\
kustomize builds the file, and warns of `bases`, `commonLabels`, `imageTags`, `patchesJson6902`, \
`patchesStrategicMerge` and `vars`. The fix writes what `kustomize edit fix` does, where the successor is not there \
already.

`commonLabels` also goes into selectors, which nobody can change of a Deployment that is there: its successor is \
`labels` with `includeSelectors: true`, and labels that are added later are better without it. In `patches` a name is a \
regular expression. For `vars` there is no simple rewrite: `replacements` name the source and each target.",
    example: "\
//- kustomization.yaml
bases:
  - ../base
//- ../base/kustomization.yaml
namePrefix: a-
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kustomization) = &context.facts.kustomization else {
        return;
    };
    if context.facts.broken {
        return;
    }
    let deprecated = &kustomization.deprecated;
    for key in deprecated {
        let message = format!("`{}` is deprecated", key.field);
        let help = match key.field {
            "commonLabels" => "use `labels` with `includeSelectors: true`".to_owned(),
            _ => format!("use `{}`", key.instead),
        };
        // Two of them must not become one key twice.
        let same = deprecated.iter().filter(|it| it.instead == key.instead);
        let fix = (same.count() == 1)
            .then(|| rewritten(context, key))
            .flatten();
        let finding = DEPRECATED_FIELD.finding(key.range, message);
        findings.push(finding.help(help).fix(fix));
    }
}

/// The successor in its place, with the same meaning.
fn rewritten(context: &Context<'_>, key: &DeprecatedKey) -> Option<Fix> {
    let tree = context.tree();
    let root = tree.document(0)?.root()?;
    let mut entries = root.own_entries();
    let is_there = |entry: &infragen_syntax::Entry<'_>| {
        let name = entry.key.as_str();
        name.is_some_and(|name| name.eq_ignore_ascii_case(key.instead))
    };
    if root.own_entries().any(|entry| is_there(&entry)) {
        return None;
    }
    let value = entries
        .find(|entry| entry.key.content_range() == key.range)?
        .value;
    let mut edits = match key.field {
        "bases" | "imageTags" | "patchesJson6902" => Vec::new(),
        "patchesStrategicMerge" => paths(value)?,
        "commonLabels" => vec![with_selectors(context, value)?],
        _ => return None,
    };
    edits.insert(
        0,
        TextEdit {
            range: key.range,
            new_text: key.instead.to_owned(),
        },
    );
    Some(context.fix(format!("use `{}`", key.instead), edits))
}

/// Makes a path of each item; none where one is the patch itself.
fn paths(list: Node<'_>) -> Option<Vec<TextEdit>> {
    if !list.is_sequence() || matches!(list.kind(), NodeKind::Alias) {
        return None;
    }
    let is_flow = list.text().starts_with('[');
    let edits = list.items().map(|item| {
        let (text, style) = item.scalar()?;
        if style.is_block() || text.contains('\n') || item.range().is_empty() {
            return None;
        }
        let written = item.text();
        let new_text = match is_flow {
            true => format!("{{path: {written}}}"),
            false => format!("path: {written}"),
        };
        Some(TextEdit {
            range: item.range(),
            new_text,
        })
    });
    edits.collect()
}

/// Labels as the pairs of one item that selectors get too.
fn with_selectors(context: &Context<'_>, pairs: Node<'_>) -> Option<TextEdit> {
    if !matches!(pairs.kind(), NodeKind::Mapping) {
        return None;
    }
    let (range, text) = (pairs.range(), pairs.text());
    let new_text = if text.starts_with('{') {
        format!("[{{includeSelectors: true, pairs: {text}}}]")
    } else {
        let tree = context.tree();
        let before = tree.text().get(..usize::from(range.start()))?;
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let indent = &before[line..];
        if !indent.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let text = text.trim_end().replace('\n', "\n    ");
        format!("- includeSelectors: true\n{indent}  pairs:\n{indent}    {text}")
    };
    let end = range.start() + TextSize::of(text.trim_end());
    Some(TextEdit {
        range: infragen_syntax::TextRange::new(range.start(), end),
        new_text,
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::check;

    const RULE: &str = "deprecated-field";

    fn file(text: &str) -> String {
        format!("//- kustomization.yaml\n{text}")
    }

    #[test]
    fn a_field_is_renamed_where_its_successor_is_the_same() {
        check(RULE, &file("bases:\n- ../base\n"))
            .finds_one(Severity::Hint, "`bases` is deprecated")
            .helps("use `resources`")
            .fixed("resources:\n");
        check(RULE, &file("imageTags: [{name: a, newTag: b}]\n"))
            .fixed("images: [{name: a, newTag: b}]\n");
        check(RULE, &file("bases: [../base]\nResources: [a.yaml]\n"))
            .finds(1)
            .offers(0);
        check(RULE, &file("bases:\nvars: [{name: A}]\n"))
            .finds_one(Severity::Hint, "`vars` is deprecated")
            .offers(0);
        check(RULE, &file("resources: [a.yaml]\nlabels: []\n")).finds(0);
    }

    #[test]
    fn patches_get_their_paths() {
        check(RULE, &file("patchesStrategicMerge: [a.yaml, 'b.yaml']\n"))
            .fixed("patches: [{path: a.yaml}, {path: 'b.yaml'}]\n");
        check(RULE, &file("patchesStrategicMerge:\n- a.yaml # one\n"))
            .fixed("patches:\n- path: a.yaml # one\n");
        check(RULE, &file("patchesStrategicMerge:\n- |-\n  kind: A\n")).offers(0);
        let both = "patchesStrategicMerge: [a.yaml]\npatchesJson6902: []\n";
        check(RULE, &file(both)).finds(2).offers_nothing();
    }

    #[test]
    fn labels_keep_their_selectors() {
        check(
            RULE,
            &file("commonLabels:\n  app: web # it\n  tier: a\nnamePrefix: b-\n"),
        )
        .helps("use `labels` with `includeSelectors: true`")
        .fixed(
            "labels:\n  - includeSelectors: true\n    pairs:\n      app: web # it\n      tier: a\n",
        );
        check(RULE, &file("commonLabels: {app: web}\n"))
            .fixed("labels: [{includeSelectors: true, pairs: {app: web}}]\n");
    }
}
