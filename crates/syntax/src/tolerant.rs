//! The tolerant reader: the best tree of a document that is broken, nearly always because somebody is
//! typing in it.
//!
//! Two ways compete. The figures are those of the table test below: of 801 states of half-typed Flux
//! manifests, in how many every complete value survives at its path.
//!
//! 1. `tree-sitter` reads the text as it is (alone: 343). It sees all of the text and invents nothing, and
//!    it is good where a quote or a bracket is open, but half a key, a tab or a lone `*` costs it all that
//!    follows.
//! 2. Where that lost something, the place that a person would fix is made blank, first behind its
//!    `key:`, then the whole line, and the strict reader tries again, a bounded number of times (alone:
//!    800). That loses what was typed on that line and nothing else.
//! 3. If that does not end in valid YAML, `tree-sitter` reads what the blanking came to: there is a tree
//!    in any case.
//!
//! Whether something is lost, and which way is better, is measured on the text at hand: its [`Skeleton`]
//! says by indentation alone which key stands below which, and the tree that has most of those wins
//! (together: 800; the one that is left, a key typed right above the only key of a mapping, is ambiguous).

use text_size::{TextRange, TextSize};

use crate::before::Line;
use crate::builder::DocumentBuilder;
use crate::limits::Limits;
use crate::read::Part;
use crate::skeleton::Skeleton;
use crate::strict::{self, Refusal};
use crate::tree::{Reader, Tree};
use crate::{concrete, diagnosis};

/// How many places of one document are made blank.
const MAX_REPAIRS: usize = 24;

/// How many bytes reading a document again and again may come to: for a large one fewer repairs.
const MAX_REPAIR_BYTES: usize = 4 << 20;

/// Reads what can be read of the broken documents of one text.
pub(crate) struct Tolerant<'t> {
    text: &'t str,
    limits: Limits,
    /// How many bytes it may still read.
    budget: usize,
    /// A copy of the text to blank lines in, made for the first document that needs it.
    copy: String,
}

impl<'t> Tolerant<'t> {
    pub(crate) fn new(text: &'t str, limits: Limits) -> Self {
        Self {
            text,
            limits,
            budget: limits.tolerant_bytes,
            copy: String::new(),
        }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Leaves a document without a tree.
    pub(crate) fn skip(&self, tree: &mut Tree, part: Part) {
        DocumentBuilder::new(tree, self.text, self.limits, part.content).finish(Reader::Tolerant);
    }

    fn prepare_copy(&mut self) {
        if self.copy.is_empty() {
            self.copy.push_str(self.text);
        }
    }

    /// Reads one document into the tree. `error` is the place that a person would fix, `refused` the place
    /// where the strict reader gave up.
    pub(crate) fn read(&mut self, tree: &mut Tree, part: Part, error: TextSize, refused: TextSize) {
        let cost = usize::from(part.source.len()) + Limits::COST_OF_TOLERANCE;
        let Some(rest) = self.budget.checked_sub(cost) else {
            return self.skip(tree, part);
        };
        self.budget = rest;
        self.prepare_copy();
        let skeleton = Skeleton::of(
            &self.text[..part.content.end().into()],
            part.content.start(),
        );
        let mut trial = Trial {
            text: self.text,
            copy: &mut self.copy,
            tree,
            limits: self.limits,
            part,
            skeleton,
        };
        trial.run([error, refused]);
    }
}

/// Which reader reads which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    ConcreteAsItIs,
    ConcreteRepaired,
    StrictRepaired,
}

/// Reads one document in several ways; only the best stays in the tree.
struct Trial<'a> {
    text: &'a str,
    copy: &'a mut String,
    tree: &'a mut Tree,
    limits: Limits,
    part: Part,
    skeleton: Skeleton,
}

impl Trial<'_> {
    fn run(&mut self, suspects: [TextSize; 2]) {
        let mut best = (Reading::ConcreteAsItIs, self.score(Reading::ConcreteAsItIs));
        if best.1 < self.skeleton.len() {
            let repaired = self.repair(suspects);
            let score = self.score(repaired);
            // At the same score a valid text is better: a broken one may have run two values together.
            if score >= best.1 {
                best = (repaired, score);
            }
        }
        let (builder, _) = self.build(best.0);
        builder.finish(Reader::Tolerant);
    }

    /// The document as one reading has it, and why the strict reader stopped, if it did.
    fn build(&mut self, reading: Reading) -> (DocumentBuilder<'_>, Option<Refusal>) {
        let text = if reading == Reading::ConcreteAsItIs {
            self.text
        } else {
            &*self.copy
        };
        let mut builder = DocumentBuilder::new(self.tree, text, self.limits, self.part.content);
        let refusal = match reading {
            Reading::StrictRepaired => strict::read(&mut builder, self.part.source, None).err(),
            _ => {
                concrete::lower(&mut builder, self.part.source);
                None
            }
        };
        builder.close_all();
        (builder, refusal)
    }

    /// How many keys of the skeleton one reading keeps.
    fn score(&mut self, reading: Reading) -> usize {
        let (builder, _) = self.build(reading);
        let keys = builder.keys_with_parents();
        builder.abort();
        self.skeleton.score(&keys)
    }

    /// Blanks in the copy what is at fault, until the rest is valid or nothing helps.
    fn repair(&mut self, suspects: [TextSize; 2]) -> Reading {
        let mut suspects = suspects;
        let mut attempts = MAX_REPAIR_BYTES / usize::from(self.part.source.len()).max(1);
        for _ in 0..MAX_REPAIRS {
            let mut best: Option<(TextRange, usize)> = None;
            let mut furthest: Option<(TextRange, Refusal)> = None;
            for range in self.blankings(suspects).into_iter().take(attempts) {
                attempts -= 1;
                match self.attempt(range) {
                    Ok(score) if best.is_none_or(|(_, other)| score > other) => {
                        best = Some((range, score));
                        if score == self.skeleton.len() {
                            break;
                        }
                    }
                    Err(refusal)
                        if furthest
                            .as_ref()
                            .is_none_or(|(_, other)| refusal.at() > other.at()) =>
                    {
                        furthest = Some((range, refusal));
                    }
                    _ => {}
                }
            }
            if let Some((range, _)) = best {
                blank(self.copy, range);
                return Reading::StrictRepaired;
            }
            let Some((range, refusal)) = furthest else {
                break;
            };
            blank(self.copy, range);
            suspects = [self.place_to_fix(&refusal), refusal.at()];
        }
        Reading::ConcreteRepaired
    }

    /// Reads strictly without a range of the copy: how many keys that keeps.
    fn attempt(&mut self, range: TextRange) -> Result<usize, Refusal> {
        let original = self.copy[range].to_owned();
        blank(self.copy, range);
        let (builder, refusal) = self.build(Reading::StrictRepaired);
        let keys = refusal.is_none().then(|| builder.keys_with_parents());
        builder.abort();
        self.copy.replace_range(bytes(range), &original);
        match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(self.skeleton.score(&keys.unwrap_or_default())),
        }
    }

    fn place_to_fix(&self, refusal: &Refusal) -> TextSize {
        match refusal {
            Refusal::Invalid { at, message } => {
                diagnosis::explain(self.copy, self.part.content, *at, message)
                    .range
                    .start()
            }
            Refusal::Overflow { at, .. } => *at,
        }
    }

    /// What could be at fault, the likeliest first: the lines of the suspects behind their `key:`, these
    /// lines as a whole, and the lines above them.
    fn blankings(&self, suspects: [TextSize; 2]) -> Vec<TextRange> {
        let own = suspects.map(|suspect| Line::around(self.copy, self.part.content, suspect));
        let mut ranges = Vec::new();
        for line in own {
            ranges.extend(behind_key(line));
            ranges.push(line.range());
        }
        let above = own
            .into_iter()
            .filter_map(|line| line.above(self.copy, self.part.content));
        ranges.extend(above.map(Line::range));
        ranges.retain(|range| !self.copy[*range].trim().is_empty());
        ranges.dedup();
        ranges
    }
}

/// The part of a line behind its first `:`.
fn behind_key(line: Line<'_>) -> Option<TextRange> {
    let value = line.text.split_once(':')?.1;
    let end = line.range().end();
    Some(TextRange::new(end - TextSize::of(value), end))
}

/// Puts spaces instead of a range, so that all other places stay.
fn blank(text: &mut String, range: TextRange) {
    text.replace_range(bytes(range), &" ".repeat(range.len().into()));
}

fn bytes(range: TextRange) -> std::ops::Range<usize> {
    range.start().into()..range.end().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Part, Skeleton, Trial};
    use crate::testing::{HELM_RELEASE, KUSTOMIZATION, leaves};
    use crate::{Limits, Reader, TextRange, TextSize, Tree};

    /// What somebody has typed so far on a line of its own.
    const TYPED: &[(&str, &str)] = &[
        ("empty value", "new:"),
        ("empty value and a blank", "new: "),
        ("half a key", "inter"),
        ("half a key and a blank", "inter "),
        ("no blank behind the colon", "interval:5m"),
        ("two values", "new: a: b"),
        ("double quote", "new: \"./a"),
        ("single quote", "new: './a"),
        ("list", "new: [a, b"),
        ("list, more to come", "new: [a,"),
        ("map", "new: {a: b"),
        ("map, half a key", "new: {a"),
        ("dash", "-"),
        ("dash and a blank", "- "),
        ("item", "- a"),
        ("item that is half a key", "- na"),
        ("alias", "new: *"),
        ("anchor", "new: &"),
        ("lone alias", "*"),
        ("lone anchor", "&"),
        ("alias item", "- *"),
        ("tab", "\tnew: a"),
        ("indented too far", "   new: a"),
        ("percent", "new: %a"),
        ("at", "new: @a"),
        ("template", "{{- if .Values.x }}"),
        ("template value", "new: {{ .Values.x }}"),
        ("escape", "new: \"\\d\""),
        ("colon", ":"),
        ("conflict", "<<<<<<< HEAD"),
        ("conflict middle", "======="),
        ("conflict end", ">>>>>>> branch"),
    ];

    #[derive(Default)]
    struct Share {
        kept: usize,
        states: usize,
        lost: Vec<String>,
    }

    /// Types each of [`TYPED`] at each line of a manifest, indented as the line above or below, and asks which
    /// states keep every value of the other lines at its path.
    fn measure(parse: impl Fn(&str) -> Tree) -> BTreeMap<&'static str, Share> {
        let mut shares: BTreeMap<&str, Share> = BTreeMap::new();
        for manifest in [HELM_RELEASE, KUSTOMIZATION] {
            let expected = leaves(&Tree::parse(manifest));
            let lines: Vec<&str> = manifest.lines().collect();
            for at in (0..=lines.len()).step_by(3) {
                let neighbours = [at.checked_sub(1), Some(at)].into_iter().flatten();
                let mut indents: Vec<&str> = neighbours
                    .filter_map(|line| lines.get(line))
                    .map(|line| indent_of(line))
                    .collect();
                indents.dedup();
                // Indented less than the line below, it would take that line's keys for its own.
                indents.retain(|indent| {
                    lines
                        .get(at)
                        .is_none_or(|below| indent_of(below).len() <= indent.len())
                });
                let list_below = lines
                    .get(at)
                    .filter(|below| below.trim_start().starts_with("- "));
                for (name, typed) in TYPED {
                    for indent in &indents {
                        // A key right above a list of its own column takes that list.
                        if typed.contains(':')
                            && list_below.is_some_and(|below| indent_of(below) == *indent)
                        {
                            continue;
                        }
                        let mut text = lines.clone();
                        let line = format!("{indent}{typed}");
                        text.insert(at, &line);
                        let text = text.join("\n");
                        let tree = parse(&text);
                        let actual = leaves(&tree);
                        let share = shares.entry(name).or_default();
                        share.states += 1;
                        let lost = expected.iter().find(|leaf| !actual.contains(leaf));
                        match lost {
                            None => share.kept += 1,
                            Some(lost) => share.lost.push(format!("{at} {line:?}: {lost}")),
                        }
                    }
                }
            }
        }
        shares
    }

    fn indent_of(line: &str) -> &str {
        &line[..line.len() - line.trim_start().len()]
    }

    fn total(shares: &BTreeMap<&str, Share>) -> (usize, usize) {
        shares.values().fold((0, 0), |(kept, states), share| {
            (kept + share.kept, states + share.states)
        })
    }

    /// The reader without tree-sitter on the text as it is: only blanking and reading strictly again.
    fn parse_repaired(text: &str) -> Tree {
        let valid = Tree::parse(text);
        let Some(error) = valid.errors().first() else {
            return valid;
        };
        let range = TextRange::up_to(TextSize::of(text));
        let mut tree = Tree::of(text.into());
        let mut trial = Trial {
            text,
            copy: &mut text.to_owned(),
            tree: &mut tree,
            limits: Limits::DEFAULT,
            part: Part {
                source: range,
                content: range,
            },
            skeleton: Skeleton::of(text, 0.into()),
        };
        let reading = trial.repair([error.range.start(); 2]);
        trial.build(reading).0.finish(Reader::Tolerant);
        tree
    }

    /// The figures of the module's comment.
    #[test]
    fn together_the_repairs_keep_nearly_everything() {
        let together = measure(|text| Tree::parse(text));
        let lost: Vec<_> = together.values().flat_map(|share| &share.lost).collect();
        assert_eq!(
            total(&measure(|text| Tree::parse_tolerantly(text))),
            (343, 801)
        );
        assert_eq!(total(&measure(parse_repaired)), (800, 801));
        // What is left is ambiguous: a new key right above the only key of a mapping.
        assert_eq!(total(&together), (800, 801), "{lost:#?}");
    }

    /// One typed line above every fourth line.
    #[test]
    fn many_faults_in_one_document() {
        let expected = leaves(&Tree::parse(HELM_RELEASE));
        for (name, typed) in TYPED {
            let mut broken = String::new();
            for (number, line) in HELM_RELEASE.lines().enumerate() {
                if number % 4 == 3 {
                    broken += &format!("{}{typed}\n", indent_of(line));
                }
                broken += &format!("{line}\n");
            }
            let actual = leaves(&Tree::parse(broken));
            let lost: Vec<_> = expected
                .iter()
                .filter(|leaf| !actual.contains(leaf))
                .collect();
            let is_ambiguous = lost == ["/spec/install/remediation/retries = 3"];
            assert!(lost.is_empty() || is_ambiguous, "{name}: {lost:?}");
        }
    }

    /// What a state keeps, by name: top-level keys are what everything else is found by.
    #[test]
    fn the_identity_of_an_object_survives() {
        for (name, typed) in TYPED {
            let broken =
                HELM_RELEASE.replacen("  interval:", &format!("  {typed}\n  interval:"), 1);
            for text in [
                broken.clone(),
                format!("{KUSTOMIZATION}---\n{broken}---\n{KUSTOMIZATION}"),
            ] {
                let tree = Tree::parse(text);
                let count = tree.documents().len();
                let document = tree.document(count / 2).unwrap().root().unwrap();
                let value = |path: &[&str]| document.at(path).and_then(|node| node.as_str());
                assert_eq!(value(&["kind"]), Some("HelmRelease"), "{name}");
                assert_eq!(
                    value(&["apiVersion"]),
                    Some("helm.toolkit.fluxcd.io/v2"),
                    "{name}"
                );
                assert_eq!(value(&["metadata", "name"]), Some("podinfo"), "{name}");
                assert_eq!(value(&["spec", "interval"]), Some("50m"), "{name}");
                let readers = tree
                    .documents()
                    .filter(|document| document.reader() == Reader::Tolerant);
                assert!(readers.count() <= 1, "{name}: a document breaks no other");
            }
        }
    }

    /// A key whose value is open is still there, with an empty value.
    #[test]
    fn an_open_value_keeps_its_key() {
        for typed in ["\"./a", "'./a", "[a, b", "{a: b", "*", "&", "%a", "a: b"] {
            let tree = Tree::parse(format!("spec:\n  path: {typed}\n  prune: true\n"));
            let spec = tree
                .document(0)
                .unwrap()
                .root()
                .unwrap()
                .get("spec")
                .unwrap();
            assert!(spec.get("path").is_some(), "{typed}");
            assert_eq!(
                spec.get("prune").and_then(|node| node.as_str()),
                Some("true"),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_tab_between_a_colon_and_its_value_is_valid() {
        let tree = Tree::parse("a:\tb\nc:\t\td # e\nf: |\n  g:\th\n---\ni:\t1\n");
        assert_eq!(tree.errors(), []);
        assert!(
            tree.documents()
                .all(|document| document.reader() == Reader::Strict)
        );
        assert_eq!(
            leaves(&tree),
            ["/i = 1", "/f = g:\th\n", "/c = d", "/a = b"]
        );
        let tree = Tree::parse("a:\tb\nhalf\nc: d\n");
        assert_eq!(&tree.text()[tree.errors()[0].range], "half");
        assert_eq!(leaves(&tree), ["/c = d", "/a = b"]);
        assert!(!Tree::parse("a:\t- b\n").errors().is_empty());
    }

    #[test]
    fn many_broken_documents_have_a_bound() {
        let text = "a: [\n---\n".repeat(3_000);
        let tree = Tree::parse(text);
        assert_eq!(tree.documents().len(), 3_001);
        assert_eq!(tree.errors().len(), 3_000);
        assert!(tree.document(0).unwrap().root().is_some());
        assert!(tree.document(2_999).unwrap().root().is_none());
    }
}
