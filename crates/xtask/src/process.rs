//! Running other programs, with failures as sentences: their only reader is a person.

use std::{
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A failure is one sentence (and the output of a program, where that says more).
pub type Result<T> = std::result::Result<T, String>;

/// How many lines of a failed program's output are worth repeating.
const LINES: usize = 30;

/// Runs a program whose output the user should see.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    check(command, status)
}

/// Like [`run`], for programs that can hang.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    announce(command);
    let mut child = command
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return check(command, status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
            outcome => {
                // Ending it can only fail because it has ended.
                let _ = child.kill();
                let _ = child.wait();
                return Err(match outcome {
                    Err(error) => not_started(command, &error),
                    Ok(_) => format!(
                        "`{}` did not end within {} s",
                        line(command),
                        limit.as_secs()
                    ),
                });
            }
        }
    }
}

/// Runs a program whose output matters only when it fails; answers its standard output.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
    check(command, output.status).map_err(|failure| format!("{failure}\n{tail}"))?;
    Ok(tail)
}

/// The command as one line, to show what is being done.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn announce(command: &Command) {
    println!("$ {}", line(command));
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` ended with {status}", line(command)))
    }
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be run: {error}", line(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_is_captured() {
        assert_eq!(
            capture(&mut shell("echo one; echo two >&2")),
            Ok("one\n".to_owned())
        );
    }

    #[test]
    fn a_failure_repeats_the_end_of_the_output() {
        let failure = capture(&mut shell("seq 100; exit 3")).unwrap_err();
        assert!(failure.contains("exit status: 3"), "{failure}");
        assert!(failure.ends_with("\n99\n100"), "{failure}");
        assert!(!failure.contains("\n70\n"), "{failure}");
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let started = Instant::now();
        let failure =
            run_within(Duration::from_millis(100), &mut shell("exec sleep 60")).unwrap_err();
        assert!(failure.contains("did not end within"), "{failure}");
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let failure = run(&mut Command::new("/nonexistent/program")).unwrap_err();
        assert!(
            failure.starts_with("`/nonexistent/program` could not be run"),
            "{failure}"
        );
    }
}
