//! Which lists merge item by item in a strategic merge, and by which keys.
//!
//! kustomize takes this from an OpenAPI schema: the one of Kubernetes 1.21.2 that it has built in, or the one
//! that `openapi.path` of the kustomization names, which then stands alone.

mod builtin;
mod custom;
mod table;

pub(crate) use self::custom::CustomSchema;

/// What `openapi` chooses. kustomize keeps one choice for a whole build: that of the top, else the first that
/// it comes to, which is then also that of what is built behind and above it.
#[derive(Debug)]
pub(crate) enum Chosen {
    /// A `version`: kustomize has one built in.
    Builtin,
    /// The file at a `path`.
    Custom(CustomSchema),
    /// The file at a `path`, after what is built in was looked into: kustomize then has both.
    Beside(CustomSchema),
}

/// The schema that is in force.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Schemas<'a> {
    /// What kustomize has built in.
    Builtin,
    /// A file of the repository.
    Custom(&'a CustomSchema),
    /// A file of the repository, and what is built in.
    Both(&'a CustomSchema),
}

/// What the schema says about one place of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema<'a> {
    schemas: Schemas<'a>,
    /// The type of the place, or of the items or values in it.
    of: usize,
    form: Form<'a>,
}

/// The form of a place.
#[derive(Debug, Clone, Copy)]
enum Form<'a> {
    /// A mapping with the properties of a type, or a scalar.
    Object,
    /// A mapping with values of a type under any key.
    Map,
    /// A list that is replaced.
    List,
    /// A list whose items are merged by these keys; by themselves where there are none.
    Keyed(Keys<'a>),
}

/// Merge keys.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keys<'a> {
    /// Of the built-in schema.
    Builtin(&'static [&'static str]),
    /// Of a file.
    Custom(&'a [String]),
}

impl<'a> Keys<'a> {
    /// The keys as texts.
    pub(crate) fn to_vec(self) -> Vec<&'a str> {
        match self {
            Keys::Builtin(keys) => keys.to_vec(),
            Keys::Custom(keys) => keys.iter().map(String::as_str).collect(),
        }
    }
}

impl<'a> Schemas<'a> {
    /// The schema of a type of objects, where it is known.
    pub(crate) fn of_object(self, api_version: &str, kind: &str) -> Option<Schema<'a>> {
        let of = match self {
            Schemas::Builtin => builtin::type_of(api_version, kind)?,
            Schemas::Custom(custom) => custom.type_of(api_version, kind)?,
            Schemas::Both(custom) => {
                return Schemas::Custom(custom)
                    .of_object(api_version, kind)
                    .or_else(|| Schemas::Builtin.of_object(api_version, kind));
            }
        };
        Some(Schema {
            schemas: self,
            of,
            form: Form::Object,
        })
    }
}

impl<'a> Schema<'a> {
    /// The schema of a key of a mapping.
    pub(crate) fn field(self, key: &str) -> Option<Schema<'a>> {
        let (of, form) = match (self.form, self.schemas) {
            (Form::Map, _) => (self.of, Form::Object),
            (Form::Object, Schemas::Builtin) => builtin::field(self.of, key)?,
            (Form::Object, Schemas::Custom(custom)) => custom.field(self.of, key)?,
            // A type is of one of the two.
            (Form::Object, Schemas::Both(_)) => return None,
            (Form::List | Form::Keyed(_), _) => return None,
        };
        Some(Schema { of, form, ..self })
    }

    /// The schema of the items of a list.
    pub(crate) fn items(self) -> Option<Schema<'a>> {
        match self.form {
            Form::List | Form::Keyed(_) => Some(Schema {
                form: Form::Object,
                ..self
            }),
            Form::Object | Form::Map => None,
        }
    }

    /// The keys by which the items of a list merge; none where the list is replaced.
    pub(crate) fn merge_keys(self) -> Option<Keys<'a>> {
        match self.form {
            Form::Keyed(keys) => Some(keys),
            _ => None,
        }
    }
}
