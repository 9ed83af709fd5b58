//! At every place of every text: no panic, and whatever is taken keeps YAML that was YAML, means what was
//! chosen, and stands where it was chosen.

use infragen_syntax::{Slot, TextSize, Tree, cursor_at};
use infragen_workspace::{SourceFile, Workspace};

use super::{APPS, REPOSITORY, after};
use crate::completion::{Completion, CompletionKind, completions};

/// Files with one of everything that infragen completes.
const EVERYTHING: &str = "  dependsOn:
    - name: infra
    - name: tenants
      namespace: tenants
    -
    - {name: }
  sourceRef:
    kind: GitRepository
    name: \"flux-system\"
  path: ./infra
  prune: true
  serviceAccountName: 'rec'
  postBuild:
    substituteFrom: [{kind: Secret, name: token}, {kind: }]
  healthChecks:
    - kind: HelmRelease
      name:
  patches:
    - target: {kind: HelmRelease, name: web}
      patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: web
        spec:
          chartRef:
            kind: OCIRepository
            name: pod

          dependsOn:
            - name: x # {\"$imagepolicy\": \"a:b\"}
    - patch: ''
---

---
kind:
apiVersion: source.toolkit.fluxcd.io/v1
//- infra/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: apps
resources:
- web.yaml
-
- ./
components: [../]
patches:
  - path: p.yaml
    target:
      kind: HelmRelease
      name:
  - patch: |-
      kind: HelmRelease
      apiVersion: helm.toolkit.fluxcd.io/v2
      metadata:
        name:
configMapGenerator:
  - name: a
    files: [a=b, c]
    envs:
      - x.env
//- infra/web.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  chart:
    spec:
      sourceRef: {kind: HelmRepository, name: bitnami}
";

struct Texts {
    workspace: Workspace,
    files: Vec<SourceFile>,
}

impl Texts {
    fn new() -> Texts {
        let all = format!("{REPOSITORY}{APPS}{EVERYTHING}");
        let files: Vec<(&str, &str)> = all
            .split("//- ")
            .filter_map(|file| file.split_once('\n'))
            .collect();
        let mut workspace = Workspace::new();
        let top = camino::Utf8Path::new("/repo");
        workspace.open_memory_root(top, &files);
        let files = files
            .iter()
            .filter_map(|(path, _)| workspace.file(&top.join(path)))
            .collect();
        Texts { workspace, files }
    }

    /// Shows every offer at every place of every file.
    fn each(
        &mut self,
        change: impl Fn(&str, usize) -> String,
        mut check: impl FnMut(&str, TextSize, &[Completion]),
    ) {
        for file in self.files.clone() {
            let (path, text) = {
                let snapshot = self.workspace.snapshot();
                let text = infragen_workspace::text(snapshot.db(), file).unwrap();
                (file.absolute_path(snapshot.db()), text)
            };
            for offset in 0..=text.len() {
                let text = change(&text, offset);
                let offset = TextSize::try_from(offset).unwrap();
                self.workspace.set_buffer(&path, Some(text.as_str().into()));
                let snapshot = self.workspace.snapshot();
                check(&text, offset, &completions(snapshot.db(), file, offset));
            }
            self.workspace.set_buffer(&path, None);
        }
    }
}

#[test]
fn no_place_of_a_whole_text_breaks_it() {
    let mut count = 0;
    Texts::new().each(
        |text, _| text.to_owned(),
        |text, offset, offers| {
            let whole = Tree::parse(text).errors().is_empty();
            for offer in offers {
                count += 1;
                assert!(
                    offer.edit.range.contains_inclusive(offset),
                    "{offset:?} {offer:?}"
                );
                let result = after(text, offer);
                let key =
                    offer.kind == CompletionKind::Field || offer.kind == CompletionKind::Skeleton;
                if whole && !key {
                    let tree = Tree::parse(result.as_str());
                    assert_eq!(tree.errors(), [], "{offer:?} at {offset:?}:\n{result}");
                }
                means_what_was_chosen(text, offset, offer, &result);
            }
        },
    );
    assert!(count > 1000, "{count} offers");
}

/// A scalar that is written stands at the path where the cursor was.
fn means_what_was_chosen(text: &str, offset: TextSize, offer: &Completion, result: &str) {
    let before = cursor_at(text, offset);
    let is_scalar = before.slot == Slot::Value && before.block.is_none() && !before.in_comment;
    if !is_scalar {
        return;
    }
    let earlier = offer
        .additional
        .iter()
        .filter(|edit| edit.range.start() < offer.edit.range.start());
    let moved: i64 = earlier
        .map(|edit| edit.new_text.len() as i64 - i64::from(u32::from(edit.range.len())))
        .sum();
    let written = offer.edit.new_text.trim_end().trim_end_matches(['"', '\'']);
    let end = i64::from(u32::from(offer.edit.range.start())) + moved + written.len() as i64;
    let now = cursor_at(result, u32::try_from(end).unwrap().into());
    assert_eq!(
        now.pattern(),
        before.pattern(),
        "{offer:?} at {offset:?}:\n{result}"
    );
    assert_eq!(
        &result[now.word], offer.label,
        "{offer:?} at {offset:?}:\n{result}"
    );
}

#[test]
fn no_place_of_a_text_that_ends_there_panics() {
    Texts::new().each(
        |text, offset| text[..offset].to_owned(),
        |text, _, offers| {
            for offer in offers {
                after(text, offer);
            }
        },
    );
}

#[test]
fn no_place_of_a_text_with_something_odd_there_panics() {
    // Every place, but not every odd thing at each: that would take a minute.
    const ODD: [&str; 14] = [
        "\t", "{", "[", "\"", "'", "|", "- ", ":", "*", "&a ", "#", "\u{e9}", "\0", "\r",
    ];
    for shift in [0, 5, 9] {
        Texts::new().each(
            |text, offset| {
                let odd = ODD[(offset + shift) % ODD.len()];
                format!("{}{odd}{}", &text[..offset], &text[offset..])
            },
            |text, _, offers| {
                for offer in offers {
                    after(text, offer);
                }
            },
        );
    }
}
