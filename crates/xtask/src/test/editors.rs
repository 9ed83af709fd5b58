//! The suites that drive real editors against the real server.

use std::{io, process::Command, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Context, Outcome};
use crate::{
    process::{Result, capture, run_within},
    repository,
    tools::{self, Tool, node::Node},
};

/// Tests give up long before this; it is for an editor that no longer listens.
const LIMIT: Duration = Duration::from_secs(15 * 60);

pub fn neovim(context: &Context) -> Outcome {
    match tools::locate(Tool::Neovim) {
        Ok(editor) => Outcome::of(run_neovim(context, &editor)),
        Err(reason) => Outcome::Skipped(reason),
    }
}

fn run_neovim(context: &Context, editor: &Utf8Path) -> Result<()> {
    let binary = context.cargo.infragen()?;
    let tests = repository().join("tests/editors/neovim");
    let mut failed = Vec::new();
    for test in files_named(&tests, "_test.lua")? {
        let name = test.file_name().unwrap_or_default().to_owned();
        println!("\n-- {name}");
        // One editor for each file: whether a plugin is enabled is decided once, at the start.
        let mut command = Command::new(editor);
        command
            .args(["--headless", "--clean", "-u"])
            .arg(tests.join("init.lua"));
        // The second command is reached only where the first one could not even run.
        command.args(["-c", "lua require('harness').run()", "-c", "cquit"]);
        command
            .env("INFRAGEN_TEST", &test)
            .env("INFRAGEN_BIN", &binary);
        // Keeps the log of the editor's client apart from the user's.
        command
            .env("NVIM_APPNAME", "infragen-test")
            .current_dir(repository());
        if let Err(failure) = run_within(LIMIT, &mut command) {
            println!("{failure}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{} failed", failed.join(" and ")))
    }
}

pub fn vscode(context: &Context) -> Outcome {
    let tools = [Tool::CodeServer, Tool::Playwright, Tool::Chromium];
    let found: Result<Vec<_>> = tools
        .iter()
        .map(|&tool| Ok((tool.variable(), tools::locate(tool)?)))
        .collect();
    match (Node::of_tests(), found) {
        (Ok(node), Ok(found)) => Outcome::of(run_vscode(context, &node, &found)),
        (Err(reason), _) | (_, Err(reason)) => Outcome::Skipped(reason),
    }
}

fn run_vscode(context: &Context, node: &Node, tools: &[(&str, Utf8PathBuf)]) -> Result<()> {
    let binary = context.cargo.infragen()?;
    let extension = package_extension(node)?;
    let tests = files_named(&repository().join("tests/editors/vscode"), ".test.mjs")?;
    run_within(
        LIMIT,
        node.node()
            // One workbench at a time: each takes most of a small machine.
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(tests)
            .env("INFRAGEN_BIN", binary)
            .env("INFRAGEN_VSIX", extension)
            .envs(tools.iter().map(|(name, path)| (name, path)))
            .current_dir(repository()),
    )
}

/// Checks, bundles and packages the extension as a user would install it.
fn package_extension(node: &Node) -> Result<Utf8PathBuf> {
    let extension = repository().join("editors/vscode");
    println!("packaging the extension");
    // npm writes this file last, so it vouches for a whole installation.
    let installed = extension.join("node_modules/.package-lock.json");
    if !is_newer(&installed, &extension.join("package-lock.json")) {
        let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        capture(node.npm().current_dir(&extension).args(arguments))?;
    }
    capture(node.npm().current_dir(&extension).args(["run", "package"]))?;
    Ok(extension.join("infragen.vsix"))
}

fn is_newer(file: &Utf8Path, than: &Utf8Path) -> bool {
    let modified = |path: &Utf8Path| path.metadata().and_then(|file| file.modified());
    matches!((modified(file), modified(than)), (Ok(file), Ok(than)) if file > than)
}

/// The test files of a folder, in a fixed order. A folder without any is a mistake: its suite would pass by doing
/// nothing.
fn files_named(folder: &Utf8Path, suffix: &str) -> Result<Vec<Utf8PathBuf>> {
    let failed = |error: io::Error| format!("`{folder}` could not be read: {error}");
    let mut files = Vec::new();
    for file in folder.read_dir_utf8().map_err(failed)? {
        let path = file.map_err(failed)?.into_path();
        if path.as_str().ends_with(suffix) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        Err(format!("`{folder}` holds no `*{suffix}`"))
    } else {
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    #[test]
    fn test_files_come_in_order() {
        let (_guard, folder) = folder();
        for name in ["b_test.lua", "a_test.lua", "init.lua"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let files = files_named(&folder, "_test.lua").unwrap();
        assert_eq!(
            files,
            [folder.join("a_test.lua"), folder.join("b_test.lua")]
        );
    }

    #[test]
    fn a_suite_without_tests_fails() {
        let (_guard, folder) = folder();
        assert!(
            files_named(&folder, "_test.lua")
                .unwrap_err()
                .contains("holds no `*_test.lua`")
        );
        assert!(
            files_named(&folder.join("missing"), "_test.lua")
                .unwrap_err()
                .contains("could not be read")
        );
    }

    #[test]
    fn an_installation_that_is_missing_or_older_is_not_newer() {
        let (_guard, folder) = folder();
        let (lock, installed) = (folder.join("lock"), folder.join("installed"));
        fs::write(&lock, "").unwrap();
        assert!(!is_newer(&installed, &lock));
        fs::write(&installed, "").unwrap();
        let later = lock.metadata().unwrap().modified().unwrap() + Duration::from_secs(1);
        fs::File::options()
            .append(true)
            .open(&installed)
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert!(is_newer(&installed, &lock));
        assert!(!is_newer(&lock, &installed));
    }
}
