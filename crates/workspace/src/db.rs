use std::sync::Arc;

use crate::recent::RecentTrees;

/// The database that every query takes.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The trees that were read last, by whatever query.
    #[doc(hidden)]
    fn recent_trees(&self) -> &RecentTrees;
}

/// The one implementation.
#[salsa::db]
#[derive(Clone, Default)]
pub struct Database {
    storage: salsa::Storage<Self>,
    recent_trees: Arc<RecentTrees>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn recent_trees(&self) -> &RecentTrees {
        &self.recent_trees
    }
}
