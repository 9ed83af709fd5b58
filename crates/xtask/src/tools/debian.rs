//! Programs from Debian packages, unpacked into a folder: no root, and the machine's own packages stay as they are.

use std::{fs, process::Command};

use camino::{Utf8Path, Utf8PathBuf};

use super::on_path;
use crate::process::{Result, capture};

/// The suite that has what stable ones lack: Neovim 0.11+ and the kustomize that Flux embeds.
const NEWER: &str = "forky";

/// Where packages come from, and what counts as installed already.
#[derive(Clone, Copy)]
pub enum Suite {
    /// The suite of this machine: only libraries that it lacks are unpacked, and programs use its libc.
    OfMachine,
    /// A newer one: everything down to libc is unpacked, and programs are started through the loader in there.
    Newer,
}

/// Unpacks packages and what they depend on; answers the file names of all packages (`kustomize_5.8.1-1_amd64.deb`).
pub fn unpack(suite: Suite, packages: &[&str], into: &Utf8Path) -> Result<Vec<String>> {
    need_debian()?;
    // Inside the target, so that a killed installation takes it along.
    let work = into.join(".apt");
    let archives = match suite {
        Suite::OfMachine => download(&Apt::of_machine(work.join("machine"))?, packages)?,
        Suite::Newer => download(
            &Apt::newer(work.join("newer"), &mirror(work.join("machine"))?)?,
            packages,
        )?,
    };
    for archive in &archives {
        capture(Command::new("dpkg-deb").arg("-x").arg(archive).arg(into))?;
    }
    fs::remove_dir_all(&work).map_err(|error| format!("`{work}` could not be removed: {error}"))?;
    Ok(archives
        .iter()
        .filter_map(|archive| archive.file_name())
        .map(str::to_owned)
        .collect())
}

fn download(apt: &Apt, packages: &[&str]) -> Result<Vec<Utf8PathBuf>> {
    capture(apt.command().arg("update"))?;
    capture(
        apt.command()
            .args(["install", "--yes", "--download-only"])
            .args(packages),
    )?;
    let archives = apt.folder.join("archives");
    let files = archives
        .read_dir_utf8()
        .map_err(|error| format!("`{archives}` could not be read: {error}"))?;
    let paths = files.flatten().map(|file| file.path().to_owned());
    Ok(paths
        .filter(|path| path.extension() == Some("deb"))
        .collect())
}

/// An apt with lists and archives of its own, so that neither the locks nor the caches of the machine's are touched.
struct Apt {
    folder: Utf8PathBuf,
    options: Vec<String>,
}

impl Apt {
    /// One with the machine's sources and installed packages.
    fn of_machine(folder: Utf8PathBuf) -> Result<Self> {
        for name in ["lists/partial", "archives/partial"] {
            fs::create_dir_all(folder.join(name))
                .map_err(|error| format!("`{folder}` could not be made: {error}"))?;
        }
        let options = [
            "APT::Install-Recommends=false".to_owned(),
            "APT::Sandbox::User=".to_owned(),
            "Debug::NoLocking=1".to_owned(),
            "Dir::Cache::pkgcache=".to_owned(),
            "Dir::Cache::srcpkgcache=".to_owned(),
            format!("Dir::State::lists={folder}/lists"),
            format!("Dir::Cache::archives={folder}/archives"),
        ];
        Ok(Self {
            options: options.into(),
            folder,
        })
    }

    /// One that knows the newer suite only and finds nothing installed.
    fn newer(folder: Utf8PathBuf, mirror: &str) -> Result<Self> {
        let mut apt = Self::of_machine(folder)?;
        let sources = format!(
            "Types: deb\nURIs: {mirror}\nSuites: {NEWER}\nComponents: main\n\
             Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        );
        for (name, text) in [("newer.sources", sources.as_str()), ("status", "")] {
            let file = apt.folder.join(name);
            fs::write(&file, text)
                .map_err(|error| format!("`{file}` could not be written: {error}"))?;
        }
        apt.options.extend([
            format!("Dir::Etc::sourcelist={}/newer.sources", apt.folder),
            "Dir::Etc::sourceparts=/dev/null".to_owned(),
            "Dir::Etc::preferencesparts=/dev/null".to_owned(),
            format!("Dir::State::status={}/status", apt.folder),
        ]);
        Ok(apt)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("apt-get");
        command
            .arg("-qq")
            .args(self.options.iter().flat_map(|option| ["-o", option]));
        command
    }
}

/// The mirror that this machine uses already: another one may be out of reach. apt names its sources only once their
/// lists are there, and an image of a container has none.
fn mirror(folder: Utf8PathBuf) -> Result<String> {
    let apt = Apt::of_machine(folder)?;
    capture(apt.command().arg("update"))?;
    let format = "$(COMPONENT) $(RELEASE) $(REPO_URI)";
    let targets =
        capture(
            apt.command()
                .args(["indextargets", "--format", format, "Created-By: Packages"]),
        )?;
    let codename = release_field("VERSION_CODENAME").unwrap_or_default();
    mirror_of(&targets, &codename)
        .ok_or_else(|| format!("apt is not set up with a mirror of Debian `{codename}`"))
}

/// The mirror among apt's targets: the repository of the machine's own suite. Repositories of others share its code
/// name at times, but not its component.
fn mirror_of(targets: &str, codename: &str) -> Option<String> {
    targets.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (component, release, address) = (words.next()?, words.next()?, words.next()?);
        let own = component == "main" && [codename, "stable", "testing"].contains(&release);
        own.then(|| address.to_owned())
    })
}

fn release_field(name: &str) -> Option<String> {
    let release = fs::read_to_string("/etc/os-release").ok()?;
    release.lines().find_map(|line| {
        Some(
            line.strip_prefix(name)?
                .strip_prefix('=')?
                .trim_matches('"')
                .to_owned(),
        )
    })
}

fn need_debian() -> Result<()> {
    if release_field("ID").as_deref() != Some("debian") {
        return Err(
            "it is installed from Debian packages, and this is not Debian; put it on the PATH"
                .to_owned(),
        );
    }
    for program in ["apt-get", "dpkg-deb"] {
        if on_path(program).is_none() {
            return Err(format!(
                "it is installed from Debian packages, and `{program}` is not on the PATH"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::mirror_of;

    #[test]
    fn the_mirror_is_the_one_of_the_own_suite() {
        let targets = "stable bookworm https://packages.example.com/\n\
                       main bookworm-security http://deb.example.org/debian-security/\n\
                       main bookworm http://deb.example.org/debian/\n";
        assert_eq!(
            mirror_of(targets, "bookworm").as_deref(),
            Some("http://deb.example.org/debian/")
        );
        assert_eq!(
            mirror_of("main stable http://mirror/\n", "bookworm").as_deref(),
            Some("http://mirror/")
        );
        assert_eq!(
            mirror_of("main nodistro http://mirror/\n", "bookworm"),
            None
        );
        assert_eq!(mirror_of("", "bookworm"), None);
    }
}
