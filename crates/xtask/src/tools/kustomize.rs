//! kustomize, the oracle for what a build yields.

use std::{fs, process::Command};

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    cache::Cache,
    debian::{self, Suite},
    on_path,
};
use crate::process::{Result, capture};

/// The version that Flux 2.8 and 2.9 embed. Only this one will do: output is compared byte by byte.
const VERSION: &str = "5.8.1";

pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    if let Some(path) = on_path("kustomize") {
        let version = capture(Command::new(&path).arg("version")).unwrap_or_default();
        if version.trim() == format!("v{VERSION}") {
            return Ok(path);
        }
    }
    let entry = cache.entry(&format!("kustomize-{VERSION}"), |folder| {
        from_debian(folder)
            .or_else(|debian| from_go(folder).map_err(|go| format!("{debian}; {go}")))
    })?;
    Ok(entry.join("usr/bin/kustomize"))
}

fn from_debian(folder: &Utf8Path) -> Result<()> {
    let packages = debian::unpack(Suite::Newer, &["kustomize"], folder)?;
    // The program itself only says `(devel)`.
    if packages.iter().any(|name| is_wanted(name)) {
        Ok(())
    } else {
        Err(format!(
            "Debian has another version of kustomize than {VERSION}: {}",
            packages.join(", ")
        ))
    }
}

/// Whether a package is the wanted version, in whichever revision Debian made of it.
fn is_wanted(package: &str) -> bool {
    let version = package
        .strip_prefix("kustomize_")
        .and_then(|rest| rest.strip_prefix(VERSION));
    version.is_some_and(|rest| rest.starts_with(['-', '+']))
}

/// Debian moves on to newer versions; the source of this one stays.
fn from_go(folder: &Utf8Path) -> Result<()> {
    let go = on_path("go").ok_or("`go`, which could build it, is not on the PATH")?;
    let programs = folder.join("usr/bin");
    fs::create_dir_all(&programs)
        .map_err(|error| format!("`{programs}` could not be made: {error}"))?;
    let module = format!("sigs.k8s.io/kustomize/kustomize/v5@v{VERSION}");
    capture(
        Command::new(go)
            .args(["install", &module])
            .env("GOBIN", &programs),
    )
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::is_wanted;

    #[test]
    fn only_one_version_will_do() {
        assert!(is_wanted("kustomize_5.8.1-1_amd64.deb"));
        assert!(is_wanted("kustomize_5.8.1+ds-1_amd64.deb"));
        assert!(!is_wanted("kustomize_5.8.10-1_amd64.deb"));
        assert!(!is_wanted("kustomize_5.9.0-1_amd64.deb"));
        assert!(!is_wanted("libc6_5.8.1-1_amd64.deb"));
    }
}
