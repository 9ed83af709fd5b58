//! `infragen pick`

use std::io::Read;

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use infragen_constraint::{Flux, Reading, Selection, SelectionError, place};

use crate::commands::{Failure, Outcome};
use crate::report::choice;
use crate::terminal::Terminal;

/// Say which of some tags Flux would take for a `semver` range, and why not the others
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen pick '^1' --tags tags.txt                       the newest 1.x.y
  infragen pick '>=1.0.0-0 <2.0.0-0' --tags tags.txt       prereleases too
  infragen pick '>=0.0.0-0' --filter .*-preview-.* --tags tags.txt
  infragen pick '>=1.0.0-0 <2.0.0' --flux 2.6 --tags tags.txt
  infragen pick '*' --helm --tags - < tags.txt             the tags of a Helm chart
  infragen pick '~1.4' --all --tags tags.txt               every tag, however many
  infragen pick '~1.4' --format json --tags tags.txt       for programs

RANGE and --filter are `semver` and `semverFilter` of an OCIRepository. The tags are one a line, in
the order of the registry, which decides among tags that are the same version; empty lines and
blanks around a tag mean nothing. No registry is asked.

Exit codes: 0 there is a tag to take, 1 none fits, 2 the range or the filter is none, or bad usage.")]
pub struct Args {
    /// The range of versions: `^1.2`, `>=1.0.0 <2.0.0`, `1.x || 2.x`
    #[arg(value_name = "RANGE")]
    pub range: String,

    /// The file with the tags; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub tags: Utf8PathBuf,

    /// Only tags that this regular expression (RE2) matches, anywhere in the tag
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    pub filter: Option<String>,

    /// The release of Flux, such as 2.6 or v2.8.1 [default: the newest]
    #[arg(long, value_name = "VERSION")]
    pub flux: Option<Flux>,

    /// The tags are those of a Helm chart, where `_` stands for `+`
    #[arg(long)]
    pub helm: bool,

    /// Print every tag; else long lists are shortened
    #[arg(long)]
    pub all: bool,

    /// How to print the choice
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How to print a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: what is newer than the choice first
    Text,
    /// One object: the chosen tag, an error, and every tag with its verdict and reason
    Json,
}

/// Chooses and prints.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let text = read(&args.tags)?;
    let tags: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect();
    let flux = args.flux.unwrap_or_default();
    let mut selection = match Selection::parse(&args.range, args.filter.as_deref(), flux) {
        Ok(selection) => selection,
        Err(error) => {
            let failure = failure(&error, args);
            if args.format == Format::Json {
                choice::json_error(&failure.message, terminal)?;
            }
            return Err(failure);
        }
    };
    if args.helm {
        selection.reading = Reading::Underscores;
    }
    let chosen = selection.choose(&tags);
    match args.format {
        Format::Text => choice::text(&selection, &chosen, &tags, args.all, terminal)?,
        Format::Json => choice::json(&selection, &chosen, &tags, terminal)?,
    }
    Ok(if chosen.chosen.is_some() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn read(path: &Utf8Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = if path == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    let help = "give --tags a file with a tag on each line, or `-` for standard input";
    read.map_err(|error| Failure::new(format!("{path} cannot be read: {error}"), help))?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("{path} is not UTF-8"), help))
}

fn failure(error: &SelectionError, args: &Args) -> Failure {
    let (place, help) = match error {
        SelectionError::NoRange => {
            let help = "`*` is every release, `>=0.0.0-0` every version";
            return Failure::new(error.to_string(), help);
        }
        SelectionError::Range(error) => (
            place(&args.range, error.range.start),
            "write it as in `>=1.2.0 <2.0.0`, `~1.4` or `^1 || ^2`",
        ),
        SelectionError::Filter(error) => (
            place(
                args.filter.as_deref().unwrap_or_default(),
                error.range.start,
            ),
            "Flux reads it as Go does (RE2): write it as in `.*-preview-.*`",
        ),
    };
    Failure::new(format!("{error} ({place})"), help)
}
