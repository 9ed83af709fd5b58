//! Unpacks the archive of a layer into a folder, which it cannot leave.
//!
//! Links are left out, as Flux leaves symbolic ones out; no file is ever written through one, because none is made.
//! What Flux refuses is refused: names that lead out of the folder, devices and the like.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read, Write as _};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use flate2::read::MultiGzDecoder;
use tar::EntryType;

use crate::settings::Limits;

/// Names are not longer than this, nor are the headers that hold long ones.
const NAME_BYTES: u64 = 64 * 1024;

/// Unpacks what `archive` yields, gzip or not, into an empty folder, and makes all of it read-only.
///
/// # Errors
///
/// What is wrong, as the end of a sentence about the layer.
pub(crate) fn unpack(archive: impl Read, folder: &Utf8Path, limits: &Limits) -> Result<(), String> {
    let mut archive = io::BufReader::new(archive);
    let is_gzip = io::BufRead::fill_buf(&mut archive)
        .map_err(broken)?
        .starts_with(&[0x1f, 0x8b]);
    let limit = limits.unpacked_bytes;
    let result = if is_gzip {
        entries(
            Bounded::new(MultiGzDecoder::new(archive), limit),
            folder,
            limits,
        )
    } else {
        entries(Bounded::new(archive, limit), folder, limits)
    };
    let folders = result?;
    // Only now, or nothing could be put into them; the deepest first.
    for path in folders.iter().rev() {
        read_only(path).map_err(unwritable)?;
    }
    Ok(())
}

/// Unpacks all entries; returns the folders that were made, parents first.
fn entries(
    archive: impl Read,
    folder: &Utf8Path,
    limits: &Limits,
) -> Result<Vec<Utf8PathBuf>, String> {
    let mut archive = tar::Archive::new(archive);
    let mut folders = vec![folder.to_owned()];
    let mut made = HashSet::new();
    let mut long_name = None;
    let mut count = 0;
    // Raw, so that no header makes the reader take more memory than is meant for names.
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        count += 1;
        if count > limits.entries {
            return Err(format!(
                "has more than {} files and folders",
                limits.entries
            ));
        }
        let kind = entry.header().entry_type();
        if matches!(
            kind,
            EntryType::GNULongName
                | EntryType::GNULongLink
                | EntryType::XHeader
                | EntryType::XGlobalHeader
        ) {
            let text = header_text(&mut entry)?;
            match kind {
                EntryType::GNULongName => long_name = Some(text.trim_end_matches('\0').to_owned()),
                EntryType::XHeader => long_name = pax_path(text.as_bytes()).or(long_name),
                _ => {}
            }
            continue;
        }
        let name = match long_name.take() {
            Some(name) => name,
            None => String::from_utf8(entry.path_bytes().into_owned())
                .map_err(|_| "has a name that is not UTF-8")?,
        };
        let path = inside(&name)?;
        match kind {
            EntryType::Directory => make_folder(folder, &path, &mut made, &mut folders)?,
            EntryType::Regular | EntryType::Continuous => {
                let Some(parent) = path.parent().filter(|_| path.file_name().is_some()) else {
                    return Err(format!("has a file without a name: `{name}`"));
                };
                make_folder(folder, parent, &mut made, &mut folders)?;
                write(&mut entry, &folder.join(&path), &name)?;
            }
            EntryType::Symlink | EntryType::Link => {}
            _ => {
                return Err(format!(
                    "has something that is neither file nor folder: `{name}`"
                ));
            }
        }
    }
    Ok(folders)
}

/// A name as a path below the folder.
fn inside(name: &str) -> Result<Utf8PathBuf, String> {
    let leaves = || {
        format!(
            "has a name that leads out of its folder: `{}`",
            name.escape_debug()
        )
    };
    if name.contains(['\\', '\0']) {
        return Err(leaves());
    }
    let mut path = Utf8PathBuf::new();
    for component in Utf8Path::new(name).components() {
        match component {
            Utf8Component::Normal(part) => path.push(part),
            Utf8Component::CurDir => {}
            _ => return Err(leaves()),
        }
    }
    Ok(path)
}

fn make_folder(
    top: &Utf8Path,
    path: &Utf8Path,
    made: &mut HashSet<Utf8PathBuf>,
    folders: &mut Vec<Utf8PathBuf>,
) -> Result<(), String> {
    let mut ancestors: Vec<&Utf8Path> = path
        .ancestors()
        .filter(|above| !above.as_str().is_empty())
        .collect();
    ancestors.reverse();
    for above in ancestors {
        if made.contains(above) {
            continue;
        }
        let full = top.join(above);
        fs::create_dir(&full)
            .map_err(|error| format!("cannot be unpacked at `{above}`: {error}"))?;
        made.insert(above.to_owned());
        folders.push(full);
    }
    Ok(())
}

/// Writes a file; of two with one name the later one counts.
fn write(entry: &mut impl Read, path: &Utf8Path, name: &str) -> Result<(), String> {
    let unwritable = |error: io::Error| format!("cannot be unpacked at `{name}`: {error}");
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(error)),
        _ => {}
    }
    let mut file = fs::File::create_new(path).map_err(unwritable)?;
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match entry.read(&mut chunk).map_err(broken)? {
            0 => break,
            read => file.write_all(&chunk[..read]).map_err(unwritable)?,
        }
    }
    drop(file);
    read_only(path).map_err(unwritable)
}

fn read_only(path: &Utf8Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

fn header_text(entry: &mut impl Read) -> Result<String, String> {
    let mut text = String::new();
    entry
        .take(NAME_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(broken)?;
    if text.len() as u64 > NAME_BYTES {
        return Err("has a name that is too long".to_owned());
    }
    Ok(text)
}

fn pax_path(text: &[u8]) -> Option<String> {
    let fields = tar::PaxExtensions::new(text).flatten();
    let mut paths = fields.filter(|field| field.key_bytes() == b"path");
    paths.find_map(|field| field.value().ok().map(str::to_owned))
}

fn broken(error: io::Error) -> String {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TooLarge>())
    {
        Some(TooLarge(limit)) => format!("unpacks to more than {}", crate::client::size(*limit)),
        None => format!("is no tar archive that could be read: {error}"),
    }
}

fn unwritable(error: io::Error) -> String {
    format!("cannot be unpacked: {error}")
}

/// Yields so many bytes and no more.
struct Bounded<R> {
    inner: R,
    left: u64,
    limit: u64,
}

#[derive(Debug)]
struct TooLarge(u64);

impl<R> Bounded<R> {
    fn new(inner: R, limit: u64) -> Self {
        Self {
            inner,
            left: limit,
            limit,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(TooLarge(self.limit))),
        }
        Ok(read)
    }
}

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "more than {}", crate::client::size(self.0))
    }
}

impl std::error::Error for TooLarge {}
