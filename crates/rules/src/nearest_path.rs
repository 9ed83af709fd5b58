//! The path that somebody may have meant.

use infragen_syntax::nearest;
use infragen_workspace::{Db, Directory, Found, find};

/// The path most like one that leads nowhere, of those that lead to something that fits: with another
/// ending, with one name misspelt, or counted from one directory above or below.
pub fn nearest_path(
    db: &dyn Db,
    from: Directory,
    path: &str,
    fits: &dyn Fn(Found) -> bool,
) -> Option<String> {
    let leads = |path: &String| fits(find(db, from, path));
    let bare = path.trim_end_matches('/');
    let stem = bare
        .strip_suffix(".yaml")
        .or_else(|| bare.strip_suffix(".yml"))
        .unwrap_or(bare);
    let endings = ["", ".yaml", ".yml"].map(|ending| format!("{stem}{ending}"));
    endings
        .into_iter()
        .find(leads)
        .or_else(|| misspelt(db, from, bare, fits))
        .or_else(|| Some(format!("../{bare}")).filter(leads))
        .or_else(|| bare.strip_prefix("../").map(str::to_owned).filter(leads))
}

/// The path with its first missing name changed to the most alike one beside it.
fn misspelt(
    db: &dyn Db,
    from: Directory,
    path: &str,
    fits: &dyn Fn(Found) -> bool,
) -> Option<String> {
    let mut at = from;
    let mut done = String::new();
    let mut parts = path.split('/');
    while let Some(part) = parts.next() {
        match find(db, at, part) {
            Found::Directory(directory) => {
                at = directory;
                done.push_str(part);
                done.push('/');
            }
            Found::Missing => {
                let rest: Vec<_> = parts.collect();
                let leads = |name: &str| {
                    let path = [&[name], rest.as_slice()].concat().join("/");
                    fits(find(db, at, &path))
                };
                // Files are compared without their endings: `b.yaml` is not like `a.yaml`.
                let bare = |name: &'_ str| {
                    name.rsplit_once('.')
                        .map_or(name.len(), |(stem, _)| stem.len())
                };
                let names: Vec<&str> = at.entries(db).iter().map(|entry| &*entry.name).collect();
                let stems = names.iter().map(|name| &name[..bare(name)]);
                let like = nearest(&part[..bare(part)], stems)?;
                let mut names = names.iter().filter(|name| name[..bare(name)] == *like);
                let name = names.find(|name| leads(name))?;
                let rest = rest.iter().flat_map(|part| ["/", part]).collect::<String>();
                return Some(format!("{done}{name}{rest}"));
            }
            Found::File(_) | Found::Other | Found::Outside => return None,
        }
    }
    None
}
