//! The schema that kustomize has built in, in tables that need no reading.

use super::table::{KINDS, TYPES};
use super::{Form, Keys};

/// A property of a type.
pub(super) struct Property {
    name: &'static str,
    shape: Shape,
}

/// What a property holds; numbers are indices of types.
pub(super) enum Shape {
    /// An object.
    Object(u16),
    /// Objects under any key.
    Map(u16),
    /// A list that is replaced.
    List,
    /// A list whose items merge by these keys.
    Keyed(u16, &'static [&'static str]),
}

impl Property {
    /// A row of the table.
    pub(super) const fn new(name: &'static str, shape: Shape) -> Property {
        Property { name, shape }
    }
}

/// The index of an object's type.
pub(super) fn type_of(api_version: &str, kind: &str) -> Option<usize> {
    let row = KINDS
        .binary_search_by_key(&(api_version, kind), |&(version, kind, _)| (version, kind))
        .ok()?;
    KINDS.get(row).map(|&(_, _, of)| usize::from(of))
}

/// The type and form of a property.
pub(super) fn field(of: usize, key: &str) -> Option<(usize, Form<'static>)> {
    let properties = TYPES.get(of)?;
    let row = properties
        .binary_search_by_key(&key, |property| property.name)
        .ok()?;
    let (of, form) = match properties.get(row)?.shape {
        Shape::Object(of) => (of, Form::Object),
        Shape::Map(of) => (of, Form::Map),
        Shape::List => (0, Form::List),
        Shape::Keyed(of, keys) => (of, Form::Keyed(Keys::Builtin(keys))),
    };
    Some((usize::from(of), form))
}

#[cfg(test)]
mod tests {
    use super::super::Schemas;
    use super::{KINDS, TYPES};

    #[test]
    fn tables_are_in_the_order_that_looking_up_needs() {
        assert!(KINDS.is_sorted_by_key(|&(version, kind, _)| (version, kind)));
        for properties in TYPES {
            assert!(properties.is_sorted_by_key(|property| property.name));
        }
    }

    #[test]
    fn containers_merge_by_name_and_ports_by_two_keys() {
        let deployment = Schemas::Builtin.of_object("apps/v1", "Deployment").unwrap();
        let at = |path: &[&str]| {
            path.iter().fold(deployment, |schema, &key| match key {
                "[]" => schema.items().unwrap(),
                key => schema.field(key).unwrap(),
            })
        };
        let containers = ["spec", "template", "spec", "containers"];
        assert_eq!(at(&containers).merge_keys().unwrap().to_vec(), ["name"]);
        let ports = [&containers[..], &["[]", "ports"]].concat();
        assert_eq!(
            at(&ports).merge_keys().unwrap().to_vec(),
            ["containerPort", "protocol"]
        );
        assert!(
            Schemas::Builtin
                .of_object("apps/v2", "Deployment")
                .is_none()
        );
    }
}
