//! The fields that choose a version: of an artifact, a Git tag, a chart or an image.

use infragen_syntax::{Node, Spanned, TextRange, type_of};
use smol_str::SmolStr;

use crate::facts::is_templated;
use crate::kinds::*;
use crate::pull::HELM_LAYER;

/// Where an object says which versions it takes.
#[derive(Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// The kind.
    pub from: &'static Kind,
    /// The mapping that holds the fields.
    pub path: &'static [&'static str],
    /// The key of the range.
    pub range: &'static str,
    /// The key of the filter, where the kind has one.
    pub filter: Option<&'static str>,
    /// Keys beside the range that win over it.
    pub over: &'static [&'static str],
    /// Keys beside the range that it wins over.
    pub under: &'static [&'static str],
}

/// Every field with a version range.
pub const VERSIONS: &[VersionRow] = &[
    VersionRow {
        from: OCI_REPOSITORY,
        path: &["spec", "ref"],
        range: "semver",
        filter: Some("semverFilter"),
        over: &["digest"],
        under: &["tag"],
    },
    VersionRow {
        from: GIT_REPOSITORY,
        path: &["spec", "ref"],
        range: "semver",
        filter: None,
        over: &["commit", "name"],
        under: &["tag", "branch"],
    },
    VersionRow {
        from: HELM_RELEASE,
        path: &["spec", "chart", "spec"],
        range: "version",
        filter: None,
        over: &[],
        under: &[],
    },
    VersionRow {
        from: HELM_CHART,
        path: &["spec"],
        range: "version",
        filter: None,
        over: &[],
        under: &[],
    },
    VersionRow {
        from: IMAGE_POLICY,
        path: &["spec", "policy", "semver"],
        range: "range",
        filter: None,
        over: &[],
        under: &[],
    },
];

/// What an object says of the versions that it takes. A field that is null or empty is not there: an empty
/// `semver` counts as unset, an empty version of a chart is the default `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFacts {
    /// The row.
    pub row: &'static VersionRow,
    /// The fields that are there, in the order of the row: range, filter, those that win, those that lose.
    pub fields: Vec<VersionField>,
    /// Whether the tags are those of Helm charts, in which `_` stands for `+`.
    pub helm: bool,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionField {
    /// Its key.
    pub key: Spanned<&'static str>,
    /// Its value.
    pub value: Spanned<SmolStr>,
    /// What the value is to Kubernetes: `string`, `number`, `integer` or `boolean`.
    pub type_name: &'static str,
}

impl VersionFacts {
    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&VersionField> {
        self.fields.iter().find(|field| field.key.value == key)
    }

    /// The range.
    pub fn range(&self) -> Option<&VersionField> {
        self.field(self.row.range)
    }

    /// The filter.
    pub fn filter(&self) -> Option<&VersionField> {
        self.field(self.row.filter?)
    }

    pub(crate) fn ranges(&mut self) -> impl Iterator<Item = &mut TextRange> {
        let fields = self.fields.iter_mut();
        fields.flat_map(|field| [&mut field.key.range, &mut field.value.range])
    }
}

impl VersionField {
    /// Whether its value is a text that is what it says: no placeholder, and no number.
    pub fn is_literal(&self) -> bool {
        self.type_name == "string" && !is_templated(&self.value.value)
    }
}

/// What an object says. None where it says nothing, or where nobody reads it: the version of a chart from a
/// Git repository or a bucket is ignored.
pub(crate) fn read(root: Node<'_>, kind: &GroupKind) -> Option<Box<VersionFacts>> {
    let row = VERSIONS.iter().find(|row| *kind == *row.from)?;
    let fields = of_mapping(row, root.at(row.path)?)?;
    let media_type = root.at(&["spec", "layerSelector", "mediaType"]);
    facts(
        row,
        fields,
        media_type.and_then(Node::as_str) == Some(HELM_LAYER),
    )
}

/// The fields that are there; none where nobody reads them.
fn of_mapping(row: &VersionRow, mapping: Node<'_>) -> Option<Vec<VersionField>> {
    let source = mapping.at(&["sourceRef", "kind"]).and_then(Node::as_str);
    if matches!(source, Some("GitRepository" | "Bucket")) {
        return None;
    }
    let fields = row.keys().filter_map(|key| {
        let entry = mapping.entry(key)?;
        field(key, entry.key, entry.value)
    });
    Some(fields.collect())
}

fn facts(
    row: &'static VersionRow,
    fields: Vec<VersionField>,
    helm: bool,
) -> Option<Box<VersionFacts>> {
    (!fields.is_empty()).then(|| Box::new(VersionFacts { row, fields, helm }))
}

/// What the operations of a JSON patch write of the versions that their target takes, with the kind of that: their
/// paths stand for keys.
pub(crate) fn in_operations(
    operations: Node<'_>,
    target: Node<'_>,
) -> Option<(&'static Kind, Box<VersionFacts>)> {
    let of_target = |key| target.get(key).and_then(Node::as_str);
    let (group, kind) = (of_target("group"), of_target("kind")?);
    let mut rows = VERSIONS.iter();
    let row = rows
        .find(|row| row.from.kind == kind && group.is_none_or(|group| group == row.from.group))?;
    let mut fields = Vec::new();
    for operation in operations.items() {
        let op = operation.get("op").and_then(Node::as_str);
        let (Some("add" | "replace"), Some(path), Some(value)) =
            (op, operation.get("path"), operation.get("value"))
        else {
            continue;
        };
        let mut segments = path.as_str().unwrap_or_default().split('/').skip(1);
        if !row.path.iter().all(|key| segments.next() == Some(key)) {
            continue;
        }
        match (segments.next(), segments.next()) {
            (None, _) => fields.extend(of_mapping(row, value).into_iter().flatten()),
            (Some(last), None) => {
                let key = row.keys().find(|key| *key == last);
                fields.extend(key.and_then(|key| field(key, path, value)));
            }
            _ => {}
        }
    }
    Some((row.from, facts(row, fields, false)?))
}

impl VersionRow {
    /// Its keys: range, filter, those that win, those that lose.
    fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        let own = [Some(self.range), self.filter].into_iter().flatten();
        own.chain(self.over.iter().chain(self.under).copied())
    }
}

fn field(key: &'static str, written: Node<'_>, value: Node<'_>) -> Option<VersionField> {
    let (text, style) = value.scalar()?;
    let type_name = type_of(text, style, value.tag()).schema_type()?;
    if text.is_empty() || type_name == "null" {
        return None;
    }
    let value = value.spanned_str()?;
    Some(VersionField {
        key: Spanned {
            value: key,
            range: written.content_range(),
        },
        value: Spanned {
            value: value.value.into(),
            range: value.range,
        },
        type_name,
    })
}

#[cfg(test)]
mod tests {
    use infragen_syntax::Tree;

    use crate::FileFacts;

    /// The fields that count, as `key=value` or `key:type`.
    fn fields(kind: &str, spec: &str) -> Vec<String> {
        let group = match kind {
            "HelmRelease" => "helm.toolkit.fluxcd.io/v2",
            "ImagePolicy" => "image.toolkit.fluxcd.io/v1",
            _ => "source.toolkit.fluxcd.io/v1",
        };
        let text = format!("apiVersion: {group}\nkind: {kind}\nspec: {spec}\n");
        let facts = FileFacts::read(&Tree::parse(text.as_str()), false);
        let Some(versions) = &facts.objects[0].versions else {
            return Vec::new();
        };
        let fields = versions.fields.iter().map(|field| {
            assert_eq!(&text[field.key.range], field.key.value);
            match field.type_name {
                "string" => format!("{}={}", field.key.value, field.value.value),
                other => format!("{}:{other}", field.key.value),
            }
        });
        fields.collect()
    }

    #[test]
    fn what_chooses_a_version() {
        assert_eq!(
            fields(
                "OCIRepository",
                "{ref: {tag: 1.10, semverFilter: x, semver: '^1', digest: null}}"
            ),
            ["semver=^1", "semverFilter=x", "tag:number"]
        );
        assert_eq!(
            fields(
                "GitRepository",
                "{ref: {branch: main, semver: '^1', name: ''}}"
            ),
            ["semver=^1", "branch=main"]
        );
        assert_eq!(
            fields("HelmRelease", "{chart: {spec: {version: 1.x}}}"),
            ["version=1.x"]
        );
        assert_eq!(fields("HelmChart", "{version: 1}"), ["version:integer"]);
        assert_eq!(
            fields("ImagePolicy", "{policy: {semver: {range: 1.x}}}"),
            ["range=1.x"]
        );
    }

    #[test]
    fn what_nobody_reads_is_not_there() {
        for source in ["GitRepository", "Bucket"] {
            let spec = format!("{{version: 1.x, sourceRef: {{kind: {source}}}}}");
            assert!(fields("HelmChart", &spec).is_empty());
        }
        let spec = "{version: 1.x, sourceRef: {kind: HelmRepository}}";
        assert_eq!(fields("HelmChart", spec), ["version=1.x"]);
        assert!(fields("OCIRepository", "{ref: {semver: ''}}").is_empty());
        assert!(fields("Alert", "{ref: {semver: '^1'}}").is_empty());
    }

    #[test]
    fn what_a_json_patch_writes_of_its_target() {
        let text = "resources: [a.yaml]
patches:
- target: {kind: OCIRepository, name: web}
  patch: |-
    - op: replace
      path: /spec/ref/semver
      value: '^1'
    - {op: add, path: /spec/url, value: x}
    - {op: remove, path: /spec/ref/tag}
- target: {kind: OCIRepository, group: example.com}
  patch: '- {op: add, path: /spec/ref/tag, value: x}'
";
        let facts = FileFacts::read(&Tree::parse(text), true);
        let [object] = facts.objects.as_slice() else {
            panic!("{:?}", facts.objects);
        };
        let [field] = object.versions.as_ref().unwrap().fields.as_slice() else {
            panic!("{object:?}");
        };
        assert_eq!(&text[field.key.range], "/spec/ref/semver");
        assert_eq!(field.key.value, "semver");
        assert_eq!(&text[field.value.range], "^1");
        assert!(object.in_patch && object.range.contains_range(field.value.range));
        assert_eq!(object.kind.kind, "OCIRepository");
    }
}
