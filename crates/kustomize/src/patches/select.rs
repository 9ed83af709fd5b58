//! Target selectors: which objects a patch or a replacement is about.

use infragen_go_regex::GoRegex;
use infragen_syntax::{TextRange, TextSize};

use super::labels::LabelSelector;
use crate::context::Context;
use crate::error::{BuildError, ErrorKind};
use crate::id::{Gvk, Id};
use crate::resource::Resource;
use crate::spec::{Selector, Text};

/// A selector that was read.
pub(crate) struct Select {
    group: Option<GoRegex>,
    version: Option<GoRegex>,
    kind: Option<GoRegex>,
    name: Option<GoRegex>,
    namespace: Option<GoRegex>,
    labels: LabelSelector,
    annotations: LabelSelector,
    /// Whether it asks for labels or annotations.
    by_labels: bool,
}

/// Whether a pattern matches; none matches all.
fn fits(pattern: &Option<GoRegex>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_none_or(|pattern| pattern.is_match(text))
}

impl Select {
    /// Reads a selector; what is wrong with it becomes an error of the build.
    pub(crate) fn read(selector: &Selector, context: &mut Context<'_>) -> Option<Select> {
        let mut all_well = true;
        let mut pattern = |text: &Text, field: &str| {
            if text.value.is_empty() {
                return None;
            }
            match GoRegex::anchored(&text.value) {
                Ok(pattern) => Some(pattern),
                Err(error) => {
                    all_well = false;
                    let message = format!("`{}` is no regular expression: {error}", text.value);
                    let place = context.place(part_of(text, error.range));
                    let mut error = BuildError::new(ErrorKind::Selector, place, message);
                    if text.value.trim_matches('*').is_empty() {
                        error = error
                            .with_help(format!("use `.*`, or leave `{field}` out to match any"));
                    }
                    context.push(error);
                    None
                }
            }
        };
        let mut select = Select {
            group: pattern(&selector.group, "group"),
            version: pattern(&selector.version, "version"),
            kind: pattern(&selector.kind, "kind"),
            name: pattern(&selector.name, "name"),
            namespace: pattern(&selector.namespace, "namespace"),
            labels: LabelSelector::default(),
            annotations: LabelSelector::default(),
            by_labels: false,
        };
        for (text, into) in [
            (&selector.label_selector, &mut select.labels),
            (&selector.annotation_selector, &mut select.annotations),
        ] {
            select.by_labels |= !text.value.is_empty();
            match LabelSelector::parse(&text.value) {
                Ok(read) => *into = read,
                Err(message) => {
                    all_well = false;
                    let message = format!("the selector cannot be read: {message}");
                    context.report(ErrorKind::Selector, text.range, message);
                }
            }
        }
        all_well.then_some(select)
    }

    /// Whether it selects an object for a patch: by the name and namespace that it had first, or has now.
    pub(crate) fn selects(&self, resource: &Resource) -> bool {
        if !self.fits_gvk(&resource.gvk()) {
            return false;
        }
        let current = (resource.name(), resource.effective_namespace());
        let by_name = |name: &str| fits(&self.name, name);
        let by_namespace = |namespace: &str| fits(&self.namespace, namespace);
        let (name, namespace) = current;
        let named = by_name(name) && by_namespace(namespace) || {
            let first = resource.original_id();
            (by_name(name) || by_name(&first.name))
                && (by_namespace(namespace) || by_namespace(first.effective_namespace()))
        };
        named && self.fits_labels(resource)
    }

    /// Whether it would select an object but for the namespace.
    pub(crate) fn takes_in_any_namespace(&self, resource: &Resource) -> bool {
        self.fits_gvk(&resource.gvk())
            && (fits(&self.name, resource.name()) || fits(&self.name, &resource.original_id().name))
            && self.fits_labels(resource)
    }

    /// Whether it fits an id, whose namespace counts as it is written.
    pub(crate) fn fits_id(&self, id: &Id) -> bool {
        self.fits_gvk(&id.gvk) && fits(&self.name, &id.name) && fits(&self.namespace, &id.namespace)
    }

    /// Whether it asks for nothing but labels and annotations.
    pub(crate) fn is_only_labels(&self) -> bool {
        let patterns = [
            &self.group,
            &self.version,
            &self.kind,
            &self.name,
            &self.namespace,
        ];
        patterns.into_iter().all(Option::is_none)
    }

    /// Whether it asks for labels or annotations.
    pub(crate) fn is_by_labels(&self) -> bool {
        self.by_labels
    }

    /// Whether the labels and annotations of an object are what it asks for.
    pub(crate) fn fits_labels(&self, resource: &Resource) -> bool {
        self.labels.matches(resource.labels()) && self.annotations.matches(resource.annotations())
    }

    fn fits_gvk(&self, gvk: &Gvk) -> bool {
        fits(&self.kind, &gvk.kind)
            && fits(&self.group, &gvk.group)
            && fits(&self.version, &gvk.version)
    }
}

/// The place of a part of a text, where it stands in the file as it is; else all of it.
fn part_of(text: &Text, part: std::ops::Range<usize>) -> TextRange {
    let is_plain = usize::from(text.range.len()) == text.value.len();
    let (Ok(start), Ok(end)) = (TextSize::try_from(part.start), TextSize::try_from(part.end))
    else {
        return text.range;
    };
    if !is_plain || part.is_empty() || end > text.range.len() {
        return text.range;
    }
    TextRange::new(text.range.start() + start, text.range.start() + end)
}
