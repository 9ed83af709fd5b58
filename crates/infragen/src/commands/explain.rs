//! `infragen explain`

use std::io::Write;

use infragen_rules::RULES;

use crate::commands::{Failure, Outcome};
use crate::report::level_name;
use crate::terminal::Terminal;

/// Explain a rule: what it finds, why it matters and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen explain                        list all rules
  infragen explain dangling-reference     explain one")]
pub struct Args {
    /// The rule's id, as it stands in brackets behind `error` or `warning`
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// Prints the explanation, or the list.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let Some(id) = &args.rule else {
        let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        for rule in RULES {
            let id = terminal.styled("1", &format!("{:width$}", rule.id));
            writeln!(
                terminal.out,
                "{id}  {:11}  {}",
                level_name(rule.severity),
                rule.summary
            )?;
        }
        terminal.out.flush()?;
        return Ok(Outcome::Done);
    };
    let Some(rule) = RULES.iter().find(|rule| rule.id == id) else {
        return Err(Failure::new(
            format!("there is no rule `{id}`"),
            "`infragen explain` lists all rules",
        ));
    };
    let title = terminal.styled("1", rule.id);
    writeln!(
        terminal.out,
        "{title} ({})\n\n{}\n",
        level_name(rule.severity),
        rule.summary
    )?;
    writeln!(terminal.out, "{}\n", rule.explanation.trim())?;
    for line in rule.example.trim_end().lines() {
        writeln!(terminal.out, "    {line}")?;
    }
    terminal.out.flush()?;
    Ok(Outcome::Done)
}
