//! Chromium, the browser that shows the workbench.

use std::{fs, process::Command};

use camino::Utf8PathBuf;

use super::{
    cache::Cache,
    debian::{self, Suite},
    on_path, write_launcher,
};
use crate::process::{Result, capture};

/// Names under which distributions and vendors install it.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Starts the unpacked program with the libraries and fonts that came with it.
///
/// The loader trick of Neovim is of no use here: Chromium starts itself again by the name of its own program.
const LAUNCHER: &str = r#"#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
for folder in "$root"/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu/pulseaudio; do
  LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
export FONTCONFIG_FILE="$root/fonts.conf"
exec "$root/usr/lib/chromium/chromium" "$@"
"#;

const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match><edit name="family" mode="append"><string>DejaVu Sans</string></edit></match>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"#;

pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    if let Some(path) = NAMES.into_iter().find_map(on_path) {
        return Ok(path);
    }
    // Its security updates matter little for a page of our own, so one installation serves for good.
    let entry = cache.entry("chromium", |folder| {
        debian::unpack(Suite::OfMachine, &["chromium", "fonts-dejavu-core"], folder)?;
        let fonts = folder.join("fonts.conf");
        fs::write(&fonts, FONTS)
            .map_err(|error| format!("`{fonts}` could not be written: {error}"))?;
        let launcher = folder.join("bin/chromium");
        write_launcher(&launcher, LAUNCHER)?;
        // A library that is missing shows now, as the reason why the suite is skipped.
        capture(Command::new(&launcher).arg("--version")).map(drop)
    })?;
    Ok(entry.join("bin/chromium"))
}
