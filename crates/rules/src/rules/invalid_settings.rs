use infragen_workspace::settings;

use crate::finding::{Finding, Severity};
use crate::rule::{Context, Rule};

/// `.infragen.yaml` cannot be read.
pub static INVALID_SETTINGS: Rule = Rule {
    id: "invalid-settings",
    severity: Severity::Error,
    summary: "`.infragen.yaml` is not what infragen can read",
    explanation: "\
The settings of the repository have an unknown key or a value of the wrong type. Until that is mended \
infragen goes on with its defaults, so environments and ranges may not be those that are meant. A mirror whose address \
begins with something else than `oci://`, `https://` or `http://` is left out.",
    example: "\
//- .infragen.yaml
registry: ghcr.io/acme
environment:
  production: {class: stable}
",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_settings = &**context.file.name(context.db) == ".infragen.yaml"
        && context.root.top(context.db) == Some(context.directory());
    if !is_settings {
        return;
    }
    if let Some(error) = &settings(context.db, context.root).error {
        findings.push(Finding {
            help: error.help.clone(),
            ..INVALID_SETTINGS.finding(error.range, error.message.clone())
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn an_unknown_key_is_told_at_its_place() {
        check(
            "invalid-settings",
            "//- .infragen.yaml\nregistry: a\nenvironment: {}\n",
        )
        .at(&[".infragen.yaml: environment"]);
    }

    #[test]
    fn only_the_file_at_the_top_holds_settings() {
        check(
            "invalid-settings",
            "//- .infragen.yaml\nregistry: a\n//- b/.infragen.yaml\nx: 1\n",
        )
        .finds(0);
    }
}
