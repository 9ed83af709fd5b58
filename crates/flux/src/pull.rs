//! What an object takes from a registry: by what rule, and at which address.

use infragen_kustomize::Value;
use smol_str::{SmolStr, format_smolstr};

use crate::kinds::*;

/// What an object takes from a registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pull {
    /// Where the address is.
    pub address: Address,
    /// What chooses the version.
    pub rule: Rule,
    /// How often Flux looks, in seconds; none where the object does not say so in a way that Flux reads.
    pub interval: Option<u64>,
    /// The media type of the layer that is taken; the first layer where there is none.
    pub layer: Option<SmolStr>,
}

/// Where an object has the address of what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// In itself.
    Own(Endpoint),
    /// In another object, that it names.
    In {
        /// The kind of that: `HelmRepository` or `ImageRepository`.
        kind: GroupKind,
        /// Its namespace, where it is given; else that of the object.
        namespace: Option<SmolStr>,
        /// Its name.
        name: SmolStr,
        /// The chart, which is a part of the address.
        chart: Option<SmolStr>,
    },
}

/// An address as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// `oci://ghcr.io/acme/web`
    pub url: SmolStr,
    /// Whether Flux asks without TLS.
    pub insecure: bool,
    /// Expressions of tags that are left out: `exclusionList` of an `ImageRepository`. Its default is about signatures,
    /// whose tags are no versions. [image-reflector-controller:api/v1/imagerepository_types.go]
    pub excluded: Vec<SmolStr>,
}

/// What chooses a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rule {
    /// This digest: `sha256:…`.
    Digest(SmolStr),
    /// This tag.
    Tag(SmolStr),
    /// The newest tag in a range, by `spec.ref` of an `OCIRepository`.
    Range {
        /// The range.
        range: SmolStr,
        /// The filter, where there is one.
        filter: Option<SmolStr>,
        /// Whether the tags are those of Helm charts, in which `_` stands for `+`.
        helm: bool,
    },
    /// The newest chart in a range, by `chart.spec.version` of a `HelmRelease`; `*` where it is not given.
    Chart(SmolStr),
    /// The newest image in a range, by an `ImagePolicy`.
    Image {
        /// The range.
        range: SmolStr,
        /// The expression of `filterTags`, where there is one.
        filter: Option<SmolStr>,
        /// What it extracts, where it does.
        extract: Option<SmolStr>,
        /// Expressions of tags that its `ImageRepository` leaves out.
        excluded: Vec<SmolStr>,
    },
}

/// The media type by which an `OCIRepository` takes the layer of a Helm chart.
pub(crate) const HELM_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// Whether objects of a kind may take something from a registry.
pub fn takes_versions(kind: &GroupKind) -> bool {
    [OCI_REPOSITORY, HELM_RELEASE, HELM_CHART, IMAGE_POLICY]
        .iter()
        .any(|known| *kind == **known)
}

impl Pull {
    /// What an object takes, as it is applied. None where it is of another kind, or takes nothing from a registry.
    pub fn read(kind: &GroupKind, object: &Value) -> Option<Self> {
        if *kind == *OCI_REPOSITORY {
            return Some(of_oci_repository(object));
        }
        if *kind == *HELM_RELEASE {
            return of_chart(object, object.at(&["spec", "chart", "spec"])?);
        }
        if *kind == *HELM_CHART {
            return of_chart(object, object.get("spec")?);
        }
        if *kind == *IMAGE_POLICY {
            return of_image_policy(object);
        }
        None
    }
}

impl Rule {
    /// The rule that chooses in the same way by another range.
    pub fn with_range(&self, range: &str) -> Self {
        let range = range.into();
        match self {
            Self::Digest(_) | Self::Tag(_) => Self::Range {
                range,
                filter: None,
                helm: false,
            },
            Self::Range { filter, helm, .. } => Self::Range {
                range,
                filter: filter.clone(),
                helm: *helm,
            },
            Self::Chart(_) => Self::Chart(range),
            Self::Image {
                filter,
                extract,
                excluded,
                ..
            } => Self::Image {
                range,
                filter: filter.clone(),
                extract: extract.clone(),
                excluded: excluded.clone(),
            },
        }
    }

    /// The expression that tags must match, where there is one.
    pub fn filter(&self) -> Option<&str> {
        match self {
            Self::Range { filter, .. } | Self::Image { filter, .. } => filter.as_deref(),
            Self::Digest(_) | Self::Tag(_) | Self::Chart(_) => None,
        }
    }
}

impl Endpoint {
    /// The address that an object has for others: of an `ImageRepository`, or of a `HelmRepository` of type `oci`
    /// with the name of a chart.
    pub fn read(kind: &GroupKind, object: &Value, chart: Option<&str>) -> Option<Self> {
        let field = match *kind == *IMAGE_REPOSITORY {
            true => "image",
            false => "url",
        };
        Some(Self {
            url: Self::address(kind, &text(object, &["spec", field])?, chart)?,
            insecure: is_true(object, &["spec", "insecure"]),
            excluded: texts(object, &["spec", "exclusionList"]),
        })
    }

    /// The address by what such an object says: its `image`, or its `url` with the name of a chart.
    pub fn address(kind: &GroupKind, said: &str, chart: Option<&str>) -> Option<SmolStr> {
        if *kind == *IMAGE_REPOSITORY {
            return Some(format_smolstr!("oci://{said}"));
        }
        let url = said.trim_end_matches('/');
        url.starts_with("oci://").then(|| match chart {
            Some(chart) => format_smolstr!("{url}/{chart}"),
            None => url.into(),
        })
    }
}

fn of_oci_repository(object: &Value) -> Pull {
    let reference = |key: &str| text(object, &["spec", "ref", key]);
    let layer = text(object, &["spec", "layerSelector", "mediaType"]);
    let rule = if let Some(digest) = reference("digest") {
        Rule::Digest(digest)
    } else if let Some(range) = reference("semver") {
        Rule::Range {
            range,
            filter: reference("semverFilter"),
            helm: layer.as_deref() == Some(HELM_LAYER),
        }
    } else {
        Rule::Tag(reference("tag").unwrap_or_else(|| "latest".into()))
    };
    Pull {
        address: Address::Own(Endpoint {
            url: text(object, &["spec", "url"]).unwrap_or_default(),
            insecure: is_true(object, &["spec", "insecure"]),
            excluded: Vec::new(),
        }),
        rule,
        interval: interval(object),
        layer,
    }
}

fn of_chart(object: &Value, spec: &Value) -> Option<Pull> {
    let source = spec.get("sourceRef")?;
    if text(source, &["kind"])? != HELM_REPOSITORY.kind {
        return None;
    }
    let own = spec
        .get("interval")
        .and_then(Value::as_str)
        .and_then(seconds);
    Some(Pull {
        address: Address::In {
            kind: GroupKind::from(HELM_REPOSITORY),
            namespace: text(source, &["namespace"]),
            name: text(source, &["name"])?,
            chart: Some(text(spec, &["chart"])?),
        },
        rule: Rule::Chart(text(spec, &["version"]).unwrap_or_else(|| "*".into())),
        interval: own.or_else(|| interval(object)),
        layer: None,
    })
}

fn of_image_policy(object: &Value) -> Option<Pull> {
    let repository = object.at(&["spec", "imageRepositoryRef"])?;
    let filter = |key: &str| text(object, &["spec", "filterTags", key]);
    Some(Pull {
        address: Address::In {
            kind: GroupKind::from(IMAGE_REPOSITORY),
            namespace: text(repository, &["namespace"]),
            name: text(repository, &["name"])?,
            chart: None,
        },
        rule: Rule::Image {
            range: text(object, &["spec", "policy", "semver", "range"])?,
            filter: filter("pattern"),
            extract: filter("extract"),
            excluded: Vec::new(),
        },
        interval: None,
        layer: None,
    })
}

fn interval(object: &Value) -> Option<u64> {
    object.at(&["spec", "interval"])?.as_str().and_then(seconds)
}

/// A text that is there: an empty one counts as unset.
fn text(value: &Value, path: &[&str]) -> Option<SmolStr> {
    let value = value.at(path)?;
    if value.is_null() {
        return None;
    }
    let text = value.as_str().filter(|text| !text.is_empty())?;
    Some(text.into())
}

fn texts(value: &Value, path: &[&str]) -> Vec<SmolStr> {
    let items = value.at(path).and_then(Value::as_list).unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(SmolStr::new)
        .collect()
}

fn is_true(value: &Value, path: &[&str]) -> bool {
    value.at(path).and_then(Value::as_str) == Some("true")
}

/// The seconds of a duration of Flux: `1h30m`, `90s`, `1.5m`, `500ms`. None where it is written otherwise.
pub fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut milliseconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().ok()?;
        let units = [("ms", 1.0), ("s", 1e3), ("m", 6e4), ("h", 3.6e6)];
        let (unit, factor) = units
            .into_iter()
            .find(|(unit, _)| after.starts_with(unit))?;
        milliseconds += number * factor;
        rest = &after[unit.len()..];
    }
    // Truncating is what is meant, and a conversion that saturates.
    (!text.is_empty()).then_some((milliseconds / 1e3) as u64)
}

#[cfg(test)]
mod tests {
    use infragen_kustomize::read_through_json as parse_value;

    use super::*;

    fn pull(kind: &Kind, spec: &str) -> Option<Pull> {
        let object = parse_value(&format!("kind: {}\nspec: {spec}\n", kind.kind)).unwrap();
        Pull::read(&GroupKind::from(kind), &object)
    }

    fn rule(reference: &str) -> Rule {
        let spec = format!("{{url: oci://ghcr.io/acme/web, ref: {reference}}}");
        pull(OCI_REPOSITORY, &spec).unwrap().rule
    }

    #[test]
    fn a_digest_wins_over_a_range_and_that_over_a_tag() {
        let range = Rule::Range {
            range: "^1".into(),
            filter: Some("x".into()),
            helm: false,
        };
        assert_eq!(rule("{tag: a, semver: ^1, semverFilter: x}"), range);
        assert_eq!(
            rule("{tag: a, semver: ^1, digest: 'sha256:0'}"),
            Rule::Digest("sha256:0".into())
        );
        assert_eq!(
            rule("{tag: a, semver: '', digest: null}"),
            Rule::Tag("a".into())
        );
        assert_eq!(rule("{semverFilter: x}"), Rule::Tag("latest".into()));
        assert_eq!(rule("null"), Rule::Tag("latest".into()));
    }

    #[test]
    fn a_chart_is_taken_from_a_repository_that_the_release_names() {
        let spec = "{interval: 1h30m, chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: acme}}}}";
        let pulled = pull(HELM_RELEASE, spec).unwrap();
        assert_eq!(pulled.rule, Rule::Chart("*".into()));
        assert_eq!(pulled.interval, Some(5400));
        let Address::In { kind, chart, .. } = pulled.address else {
            panic!("a chart has no address of its own")
        };
        let repository = parse_value("spec: {type: oci, url: oci://ghcr.io/acme/charts/}").unwrap();
        let endpoint = Endpoint::read(&kind, &repository, chart.as_deref()).unwrap();
        assert_eq!(endpoint.url, "oci://ghcr.io/acme/charts/web");
        let index = parse_value("spec: {url: https://charts.example.org}").unwrap();
        assert_eq!(Endpoint::read(&kind, &index, Some("web")), None);
        let git = "{chart: {spec: {chart: ./web, sourceRef: {kind: GitRepository, name: acme}}}}";
        assert_eq!(super::tests::pull(HELM_RELEASE, git), None);
    }

    #[test]
    fn a_policy_may_extract_what_it_judges() {
        let spec = "{imageRepositoryRef: {name: web}, filterTags: {pattern: '^main-(.*)', extract: $1}, policy: {semver: {range: 1.x}}}";
        assert_eq!(
            pull(IMAGE_POLICY, spec).unwrap().rule,
            Rule::Image {
                range: "1.x".into(),
                filter: Some("^main-(.*)".into()),
                extract: Some("$1".into()),
                excluded: Vec::new(),
            }
        );
        let repository = "spec: {image: ghcr.io/acme/web, exclusionList: ['-dev$']}";
        let repository = parse_value(repository).unwrap();
        let kind = GroupKind::from(IMAGE_REPOSITORY);
        let endpoint = Endpoint::read(&kind, &repository, None).unwrap();
        assert_eq!(endpoint.url, "oci://ghcr.io/acme/web");
        assert_eq!(endpoint.excluded, ["-dev$"]);
        let alphabetical = "{imageRepositoryRef: {name: web}, policy: {alphabetical: {}}}";
        assert_eq!(pull(IMAGE_POLICY, alphabetical), None);
    }

    #[test]
    fn durations() {
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("1.5m500ms"), Some(90));
        for wrong in ["", "5", "1d", "h", "1.2.3s"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
