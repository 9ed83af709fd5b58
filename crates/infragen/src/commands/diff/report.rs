//! What is printed, however it is.

use std::cell::RefCell;

use infragen_kustomize::Place;
use infragen_workspace::{Comparison, Db, Root};

use crate::places::Places;

/// What differs in some environments.
pub struct Report<'db> {
    /// Whether it is a change; else two environments are compared.
    pub is_change: bool,
    /// What the sides are called.
    pub sides: [String; 2],
    /// The environments.
    pub environments: Vec<Environment>,
    places: [RefCell<Places<'db>>; 2],
}

/// What differs in an environment, or in several that differ alike.
pub struct Environment {
    /// Their names.
    pub names: Vec<String>,
    /// What differs.
    pub what: What,
}

/// What becomes of an environment.
#[derive(PartialEq)]
pub enum What {
    /// The change brings it.
    New,
    /// The change takes it away.
    Gone,
    /// It is on both sides.
    Compared(Comparison),
}

impl Environment {
    pub fn new(name: String, what: What) -> Environment {
        Environment {
            names: vec![name],
            what,
        }
    }
}

impl<'db> Report<'db> {
    /// Puts environments together that differ alike.
    pub fn new(
        db: &'db dyn Db,
        is_change: bool,
        sides: [String; 2],
        roots: [Root; 2],
        environments: Vec<Environment>,
    ) -> Report<'db> {
        let mut together: Vec<Environment> = Vec::new();
        for environment in environments {
            match together
                .iter_mut()
                .find(|known| known.what == environment.what)
            {
                Some(known) => known.names.extend(environment.names),
                None => together.push(environment),
            }
        }
        Report {
            is_change,
            sides,
            environments: together,
            places: roots.map(|root| RefCell::new(Places::new(db, root))),
        }
    }

    /// What differs, environment by environment.
    pub fn comparisons(&self) -> impl Iterator<Item = &Comparison> {
        let environments = self.environments.iter();
        environments.filter_map(|environment| match &environment.what {
            What::Compared(comparison) => Some(comparison),
            _ => None,
        })
    }

    /// A place before, as `file:line`.
    pub fn before(&self, place: &Place) -> String {
        self.places[0].borrow_mut().show(place)
    }

    /// A place after.
    pub fn after(&self, place: &Place) -> String {
        self.places[1].borrow_mut().show(place)
    }
}
