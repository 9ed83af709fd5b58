/// The database that every query takes.
#[salsa::db]
pub trait Db: salsa::Database {}

/// The one implementation.
#[salsa::db]
#[derive(Clone, Default)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {}
