//! Neovim, the editor of the `neovim` suite.

use std::{os::unix::fs::symlink, process::Command};

use camino::Utf8PathBuf;

use super::{
    cache::Cache,
    debian::{self, Suite},
    on_path, version, write_launcher,
};
use crate::process::{Result, capture};

/// The first version with `vim.lsp.config` and `vim.lsp.enable`.
const OLDEST: (u32, u32) = (0, 11);

/// The packages bring their own libc, so the program is started through the loader next to it.
const LAUNCHER: &str = r#"#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")/usr
export VIMRUNTIME="$root/share/nvim/runtime"
exec "$root"/lib*/ld-linux-*.so.* --library-path "$(echo "$root"/lib/*-linux-gnu)" "$root/bin/nvim" "$@"
"#;

pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    if let Some(path) = on_path("nvim") {
        let output = capture(Command::new(&path).arg("--version")).unwrap_or_default();
        if version::first(&output) >= Some(OLDEST) {
            return Ok(path);
        }
    }
    let (major, minor) = OLDEST;
    let entry = cache.entry(&format!("neovim-{major}.{minor}-or-newer"), |folder| {
        debian::unpack(Suite::Newer, &["neovim"], folder)?;
        // Neovim looks for its parsers at `../lib/nvim` from its own program, which it takes the loader for.
        let libraries = folder.join("usr/lib/lib");
        symlink(".", &libraries)
            .map_err(|error| format!("`{libraries}` could not be made: {error}"))?;
        let launcher = folder.join("bin/nvim");
        write_launcher(&launcher, LAUNCHER)?;
        let output = capture(Command::new(&launcher).arg("--version"))?;
        match version::first(&output) {
            Some(found) if found >= OLDEST => Ok(()),
            _ => Err(format!(
                "Debian has no Neovim {major}.{minor} or newer: {output}"
            )),
        }
    })?;
    Ok(entry.join("bin/nvim"))
}
