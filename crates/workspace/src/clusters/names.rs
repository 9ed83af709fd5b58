//! The names that the objects of environments have.

use std::sync::Arc;

use infragen_flux::GroupKind;
use smol_str::SmolStr;

use super::index::{Placed, cluster_index};
use crate::db::Db;
use crate::environment::environments_around;
use crate::files::Root;

/// The objects of one kind and name, each with the number of the environment that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Namesakes {
    pub name: SmolStr,
    pub objects: Vec<(usize, Placed)>,
}

/// The objects of a kind that environments around a root have, given by number: in order of name, and of environment. Equal after
/// an edit that changes no name.
#[salsa::tracked(returns(clone))]
pub(crate) fn names_in(
    db: &dyn Db,
    root: Root,
    numbers: Vec<usize>,
    kind: GroupKind,
) -> Arc<Vec<Namesakes>> {
    let environments = environments_around(db, root);
    let mut all: Vec<(SmolStr, usize, Placed)> = Vec::new();
    for number in numbers {
        let Some((around, environment)) = environments.get(number) else {
            continue;
        };
        let index = cluster_index(db, *around, environment.clone());
        let objects = index.of_kind(&kind).into_iter();
        all.extend(objects.map(|(name, placed)| (name.clone(), number, placed.clone())));
    }
    all.sort_by(|a, b| (&a.0, a.1, a.2.id).cmp(&(&b.0, b.1, b.2.id)));
    let mut names: Vec<Namesakes> = Vec::new();
    for (name, number, placed) in all {
        match names.last_mut().filter(|known| known.name == name) {
            Some(known) => known.objects.push((number, placed)),
            None => names.push(Namesakes {
                name,
                objects: vec![(number, placed)],
            }),
        }
    }
    Arc::new(names)
}
