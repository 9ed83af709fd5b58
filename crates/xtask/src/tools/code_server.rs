//! code-server: VS Code's own workbench and extension host, served to a browser.

use std::{fs, io, os::unix::fs::symlink};

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    cache::Cache,
    node::{self, Node},
};
use crate::process::{Result, capture};

/// code-server 4.N is VS Code 1.N.
const VERSION: &str = "4.139.1";

/// The modules of VS Code that are not JavaScript.
const NATIVE: [&str; 4] = [
    "@vscode/spdlog",
    "@vscode/native-watchdog",
    "@vscode/sqlite3",
    "node-pty",
];

/// The script that starts it.
pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    let entry = cache.entry(
        &format!("code-server-{VERSION}-node{}", node::MAJOR),
        |folder| {
            let node = Node::of_tests()?;
            node.install(folder, &format!("code-server@{VERSION}"))?;
            build_workbench(&node, &package(folder).join("lib/vscode"))
        },
    )?;
    Ok(package(&entry).join("out/node/entry.js"))
}

fn package(entry: &Utf8Path) -> Utf8PathBuf {
    entry.join("node_modules/code-server")
}

/// What the package's install script would do, without running the scripts of everything below it.
fn build_workbench(node: &Node, vscode: &Utf8Path) -> Result<()> {
    let quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
    capture(
        node.npm()
            .current_dir(vscode)
            .args(["install", "--omit=dev", "--ignore-scripts"])
            .args(quiet),
    )?;
    capture(node.npm().current_dir(vscode).arg("rebuild").args(NATIVE)).map_err(|failure| {
        format!(
            "native modules did not build (a C++ compiler, make and python3 are needed): {failure}"
        )
    })?;
    link(vscode, "bin/remote-cli/code-server", "code-linux.sh")?;
    link(vscode, "bin/helpers/browser.sh", "browser-linux.sh")
}

fn link(vscode: &Utf8Path, name: &str, target: &str) -> Result<()> {
    let link = vscode.join(name);
    let made = match fs::remove_file(&link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => symlink(target, &link),
    };
    made.map_err(|error| format!("`{link}` could not be made: {error}"))
}
