//! Objects inside of texts of others: in patches, and in what a ResourceSet renders.

use infragen_syntax::{Embedded, Node, TextRange, TextSize, Tree};
use smol_str::SmolStr;

use super::objects::object;
use super::{Definition, ObjectFacts, is_templated};
use crate::versions;

/// The objects inside an inline strategic merge patch, their places mapped to the file. Patches inside
/// such a patch are read too: parents hand defaults down that way. Of a JSON patch its target, where it chooses a version.
pub(super) fn patch_objects(
    patch: Option<Node<'_>>,
    target: Option<Node<'_>>,
    objects: &mut Vec<ObjectFacts>,
) {
    let Some(embedded) = patch.and_then(Embedded::of) else {
        return;
    };
    if let Some(target) = target
        && embedded.text().contains("op")
    {
        objects.extend(json_patched(&embedded, target));
    }
    embedded_objects(&embedded, embedded.text(), objects, &mut |_| {});
}

/// The object whose version a JSON patch chooses, as far as the patch and its target tell it.
fn json_patched(embedded: &Embedded, target: Node<'_>) -> Option<ObjectFacts> {
    let tree = Tree::parse(embedded.text());
    let operations = tree.document(0)?.root()?;
    let (kind, versions) = versions::in_operations(operations, target)?;
    let mut object = ObjectFacts {
        kind: kind.into(),
        api_version: SmolStr::default(),
        name: None,
        namespace: None,
        document: 0,
        range: operations.range(),
        kind_range: TextRange::empty(operations.range().start()),
        makes: Vec::new(),
        references: Vec::new(),
        paths: Vec::new(),
        components: Vec::new(),
        target_namespace: None,
        rewrites: false,
        copies: Vec::new(),
        in_patch: true,
        rendered: false,
        missing: Vec::new(),
        versions: Some(versions),
    };
    map_to_file(&mut object, embedded);
    Some(object)
}

fn map_to_file(object: &mut ObjectFacts, embedded: &Embedded) {
    object.map_ranges(&|range| {
        embedded
            .range_to_file(range)
            .unwrap_or(TextRange::empty(TextSize::new(0)))
    });
}

/// The objects in a text inside a scalar, which is `text` or as long, their places mapped to the file. Each
/// object of the text itself is shown to `visit`, not those in patches of it.
fn embedded_objects(
    embedded: &Embedded,
    text: &str,
    objects: &mut Vec<ObjectFacts>,
    visit: &mut dyn FnMut(&mut ObjectFacts),
) {
    if !text.contains("kind:") {
        return;
    }
    let tree = Tree::parse(text);
    let from = objects.len();
    for document in tree.documents() {
        if let Some(root) = document.root().filter(|root| root.is_mapping()) {
            let at = objects.len();
            object(root, document.index(), true, objects);
            objects.get_mut(at).into_iter().for_each(&mut *visit);
        }
    }
    for object in &mut objects[from..] {
        map_to_file(object, embedded);
    }
}

/// The objects that a ResourceSet renders: those of its lists, and those in its template texts as far as
/// they can be read. The set makes them, and what they make.
pub(super) fn rendered_objects(
    root: Node<'_>,
    document: usize,
    set: usize,
    objects: &mut Vec<ObjectFacts>,
) {
    let first = objects.len();
    let steps = root.at(&["spec", "steps"]).into_iter();
    let parts = root.get("spec").into_iter();
    for part in parts.chain(steps.flat_map(|steps| steps.items())) {
        let items = part.get("resources").into_iter();
        for item in items.flat_map(|list| list.items()) {
            let at = objects.len();
            object(item, document, true, objects);
            objects
                .get_mut(at)
                .into_iter()
                .for_each(|object| object.rendered = true);
        }
        if let Some(template) = part.get("resourcesTemplate").and_then(Embedded::of) {
            let text = without_instructions(template.text());
            embedded_objects(&template, &text, objects, &mut |object| {
                object.rendered = true;
            });
        }
    }
    let (mut makes, mut copies) = (Vec::new(), Vec::new());
    for object in objects[first..].iter_mut().filter(|object| object.rendered) {
        let own = object.name.clone().map(|name| Definition {
            kind: object.kind.clone(),
            name,
            namespace: object.namespace.clone().map(|namespace| namespace.value),
        });
        makes.extend(own.filter(|own| !is_templated(&own.kind.kind)));
        makes.append(&mut object.makes);
        // What an artifact is put together from is asked of whoever makes the artifact.
        copies.append(&mut object.copies);
    }
    objects[set].makes = makes;
    objects[set].copies = copies;
}

/// A template with blanks in the place of the lines that hold an instruction and no more
/// (`<<- range … >>`): they vanish when it is rendered, and are no YAML.
fn without_instructions(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    for line in template.split_inclusive('\n') {
        let bare = line.trim();
        let instruction = bare.starts_with("<<")
            && bare
                .find(">>")
                .is_some_and(|end| end + ">>".len() == bare.len());
        if instruction {
            let end = line.trim_end_matches(['\r', '\n']).len();
            text.extend(std::iter::repeat_n(' ', end));
            text.push_str(&line[end..]);
        } else {
            text.push_str(line);
        }
    }
    text
}

impl ObjectFacts {
    fn map_ranges(&mut self, map: &dyn Fn(TextRange) -> TextRange) {
        let mut ranges = vec![&mut self.range, &mut self.kind_range];
        ranges.extend(self.name.as_mut().map(|name| &mut name.range));
        ranges.extend(
            self.namespace
                .as_mut()
                .map(|namespace| &mut namespace.range),
        );
        ranges.extend(self.makes.iter_mut().map(|made| &mut made.name.range));
        ranges.extend(self.paths.iter_mut().map(|path| &mut path.path.range));
        ranges.extend(self.copies.iter_mut().map(|copy| &mut copy.range));
        ranges.extend(
            self.components
                .iter_mut()
                .map(|component| &mut component.range),
        );
        ranges.extend(
            self.versions
                .iter_mut()
                .flat_map(|versions| versions.ranges()),
        );
        for reference in &mut self.references {
            ranges.push(&mut reference.name.range);
            ranges.push(&mut reference.range);
            ranges.extend(reference.kind_range.as_mut());
            ranges.extend(
                reference
                    .namespace
                    .as_mut()
                    .map(|namespace| &mut namespace.range),
            );
        }
        for range in ranges {
            *range = map(*range);
        }
    }
}
