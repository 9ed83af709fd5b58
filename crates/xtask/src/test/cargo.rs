//! The suites that cargo runs, and the program that the editor suites test.

use std::{cell::OnceCell, env, process::Command};

use camino::Utf8PathBuf;
use serde_json::Value;

use super::{Context, Outcome};
use crate::{
    process::{Result, capture, run},
    repository,
    tools::{self, Tool},
};

pub fn fmt(context: &Context) -> Outcome {
    Outcome::of(run(context
        .cargo
        .command()
        .args(["fmt", "--all", "--check"])))
}

pub fn clippy(context: &Context) -> Outcome {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ];
    Outcome::of(run(context.cargo.command().args(arguments)))
}

pub fn test(context: &Context) -> Outcome {
    let mut test = context.cargo.command();
    test.args(["test", "--workspace"]);
    // A suite of its own asks Go, so that its absence is seen.
    test.env_remove(GO);
    if context.require_all {
        test.env("INFRAGEN_REQUIRE_ORACLES", "1");
    }
    let oracle = tools::locate(Tool::Kustomize);
    match &oracle {
        Ok(path) => drop(test.env(Tool::Kustomize.variable(), path)),
        Err(reason) => println!("nothing is compared with kustomize: {reason}"),
    }
    match (run(&mut test), oracle) {
        (Err(failure), _) => Outcome::Failed(failure),
        (Ok(()), Err(reason)) => Outcome::PassedWithout(reason),
        (Ok(()), Ok(_)) => Outcome::Passed,
    }
}

pub fn registry(context: &Context) -> Outcome {
    let program = match tools::locate(Tool::DockerRegistry) {
        Ok(program) => program,
        Err(reason) => return Outcome::Skipped(reason),
    };
    let mut test = context.cargo.command();
    test.args(["test", "--package", "infragen-tests", "--test", "registry"]);
    test.env(Tool::DockerRegistry.variable(), program);
    // The suite of Go asks the registry that Go installs.
    Outcome::of(run(test.env_remove(GO)))
}

/// The variable that names the command of Go.
const GO: &str = "INFRAGEN_GO";

pub fn go(context: &Context) -> Outcome {
    if env::var_os(GO).is_none() {
        return Outcome::Skipped(format!("{GO} does not name the go command"));
    }
    let suites = [
        ("infragen-constraint", &["go"][..]),
        (
            "infragen-tests",
            &["flux", "flux_repositories", "registry"][..],
        ),
    ];
    for (package, targets) in suites {
        let mut test = context.cargo.command();
        test.args(["test", "--package", package]);
        for target in targets {
            test.args(["--test", target]);
        }
        if let Err(failure) = run(&mut test) {
            return Outcome::Failed(failure);
        }
    }
    Outcome::Passed
}

/// The cargo that runs this program, and what it has built.
pub struct Cargo {
    program: String,
    infragen: OnceCell<Result<Utf8PathBuf>>,
}

impl Cargo {
    pub fn new() -> Self {
        Self {
            program: env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
            infragen: OnceCell::new(),
        }
    }

    /// The program that editors start, built once however many suites want it.
    pub fn infragen(&self) -> Result<Utf8PathBuf> {
        self.infragen.get_or_init(|| self.build_infragen()).clone()
    }

    fn build_infragen(&self) -> Result<Utf8PathBuf> {
        // Another build of it can be tested as well, such as a release.
        if let Ok(path) = env::var("INFRAGEN_BIN") {
            return Ok(path.into());
        }
        let build = ["build", "--package", "infragen", "--bin", "infragen"];
        run(self.command().args(build))?;
        // Once more, to ask where it is: target folders and their names are the user's to configure.
        let messages = capture(self.command().args(build).arg("--message-format=json"))?;
        executable(&messages).ok_or_else(|| "cargo built no binary named `infragen`".to_owned())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(repository());
        // `cargo run` describes this package in the environment; build scripts that read it would run again each time.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }
}

/// The binary among cargo's messages.
fn executable(messages: &str) -> Option<Utf8PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let own = message.pointer("/target/name")? == "infragen";
        own.then(|| message.get("executable")?.as_str().map(Utf8PathBuf::from))?
    })
}

#[cfg(test)]
mod tests {
    use super::executable;

    #[test]
    fn the_binary_is_found_among_the_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"camino"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"infragen"},"executable":"/target/debug/infragen"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages).unwrap(), "/target/debug/infragen");
        assert_eq!(
            executable(r#"{"reason":"build-finished","success":true}"#),
            None
        );
    }
}
