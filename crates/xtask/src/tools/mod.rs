//! The programs that suites need besides Rust: found where they are, else installed into a cache.
//!
//! In this order: what an environment variable names, what is on the `PATH` in a version that will do, what the cache
//! holds, what a package manager installs into the cache. Nothing on the machine outside the cache changes.

mod cache;
mod chromium;
mod code_server;
mod debian;
mod docker_registry;
mod kustomize;
mod neovim;
pub mod node;
mod playwright;
mod version;

use std::{env, fmt, process::ExitCode};

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;

use crate::process::Result;
use cache::Cache;

/// Install what is missing of the programs that tests need, and print where they are, as lines for a shell.
#[derive(clap::Args)]
pub struct Args {
    /// Only these [default: all].
    tools: Vec<Tool>,
}

/// One program of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// The oracle for what a build yields.
    Kustomize,
    /// The registry of the `registry` suite.
    DockerRegistry,
    /// The editor of the `neovim` suite.
    Neovim,
    /// Runs code-server and the test scripts of the `vscode` suite.
    Node,
    /// VS Code's workbench and extension host, behind a web page.
    CodeServer,
    /// Drives the browser.
    Playwright,
    /// The browser.
    Chromium,
}

/// Prints one `NAME=path` line for each tool; those that cannot be had are named on standard error.
pub fn run(args: &Args) -> ExitCode {
    let wanted = if args.tools.is_empty() {
        Tool::value_variants()
    } else {
        &args.tools
    };
    let mut code = ExitCode::SUCCESS;
    for &tool in wanted {
        match locate(tool) {
            Ok(path) => println!("{}={path}", tool.variable()),
            Err(reason) => {
                eprintln!("{reason}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

/// Where a tool is, after installing it where it is missing. The error says why it cannot be had.
pub fn locate(tool: Tool) -> Result<Utf8PathBuf> {
    if let Ok(path) = env::var(tool.variable()) {
        let path = Utf8PathBuf::from(path);
        return if path.exists() {
            Ok(path)
        } else {
            Err(format!(
                "{} names `{path}`, which is missing",
                tool.variable()
            ))
        };
    }
    let cache = Cache::of_user()?;
    let located = match tool {
        Tool::Kustomize => kustomize::locate(&cache),
        Tool::DockerRegistry => docker_registry::locate(&cache),
        Tool::Neovim => neovim::locate(&cache),
        Tool::Node => node::locate(&cache),
        Tool::CodeServer => code_server::locate(&cache),
        Tool::Playwright => playwright::locate(&cache),
        Tool::Chromium => chromium::locate(&cache),
    };
    located.map_err(|reason| format!("{tool} is missing: {reason}"))
}

impl Tool {
    /// The environment variable that carries the tool's path: to the tests, and from a user who has an own one.
    pub fn variable(self) -> &'static str {
        match self {
            Tool::Kustomize => "INFRAGEN_KUSTOMIZE",
            Tool::DockerRegistry => "INFRAGEN_DOCKER_REGISTRY",
            Tool::Neovim => "INFRAGEN_NVIM",
            Tool::Node => "INFRAGEN_NODE",
            Tool::CodeServer => "INFRAGEN_CODE_SERVER",
            Tool::Playwright => "INFRAGEN_PLAYWRIGHT",
            Tool::Chromium => "INFRAGEN_CHROMIUM",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// The first executable of that name on the `PATH`.
fn on_path(name: &str) -> Option<Utf8PathBuf> {
    let path = env::var("PATH").ok()?;
    env::split_paths(&path)
        .filter_map(|folder| Utf8PathBuf::from_path_buf(folder.join(name)).ok())
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Writes a small program that starts another one. It finds its neighbours from its own place, because a cache entry
/// is renamed after it was filled.
fn write_launcher(path: &Utf8Path, script: &str) -> Result<()> {
    use std::{fs, os::unix::fs::PermissionsExt};
    let failed = |error| format!("`{path}` could not be written: {error}");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, script).map_err(failed)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(failed)
}
