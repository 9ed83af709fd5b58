//! From a template and its data to the text of a file.

use std::sync::LazyLock;

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason,
};
use infragen_syntax::{Tree, quote};
use infragen_templates::{ALL, Template};
use serde::Serialize;

use crate::refusal::Refusal;

/// A template that does not compile is found by the tests of this module, so none is missing here.
static REGISTRY: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(handlebars::no_escape);
    registry.register_helper("yaml", Box::new(yaml));
    registry.register_helper("indent", Box::new(indent));
    for template in ALL {
        if let Err(error) = registry.register_template_string(template.name, template.text) {
            debug_assert!(false, "{error}");
        }
    }
    registry
});

/// Renders a template and reads the result back: what is no valid YAML is refused.
pub(crate) fn render(template: Template, data: &impl Serialize) -> Result<String, Refusal> {
    let text = REGISTRY
        .render(template.name, data)
        .map_err(|error| Refusal::new(format!("template {}: {error}", template.name)))?;
    reparsed(template.name, &text)?;
    Ok(text)
}

/// Refuses a text that is no valid YAML.
pub(crate) fn reparsed(name: &str, text: &str) -> Result<(), Refusal> {
    match Tree::parse(text).errors().first() {
        None => Ok(()),
        Some(error) => Err(Refusal::new(format!(
            "{name} would be no valid YAML: {}",
            error.message
        ))),
    }
}

/// `{{yaml value}}`: a string as a YAML scalar.
fn yaml(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(&quote(text(helper, 0)?))?;
    Ok(())
}

/// `{{indent columns text}}`: every line of a text behind that many blanks; empty lines stay empty.
fn indent(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let columns = helper.param(0).and_then(|param| param.value().as_u64());
    let columns = columns
        .and_then(|columns| usize::try_from(columns).ok())
        .ok_or_else(|| wrong("indent", "a number of columns first"))?;
    let lines: Vec<String> = text(helper, 1)?
        .lines()
        .map(|line| match line {
            "" => String::new(),
            line => format!("{:columns$}{line}", ""),
        })
        .collect();
    out.write(&lines.join("\n"))?;
    Ok(())
}

fn text<'h>(helper: &'h Helper<'_>, number: usize) -> Result<&'h str, RenderError> {
    helper
        .param(number)
        .and_then(|param| param.value().as_str())
        .ok_or_else(|| wrong(helper.name(), "a string"))
}

fn wrong(helper: &str, wanted: &str) -> RenderError {
    RenderErrorReason::Other(format!("{helper} takes {wanted}")).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(template: &str, data: serde_json::Value) -> Result<String, RenderError> {
        REGISTRY.render_template(template, &data)
    }

    #[test]
    fn every_template_compiles() {
        for template in ALL {
            assert!(REGISTRY.has_template(template.name), "{}", template.name);
        }
    }

    #[test]
    fn yaml_quotes_only_what_would_not_stay_a_string() {
        let text = |value| rendered("a: {{yaml v}}", json!({ "v": value })).unwrap();
        assert_eq!(text("activity"), "a: activity");
        assert_eq!(text("on"), "a: \"on\"");
        assert_eq!(text("1.10"), "a: \"1.10\"");
        assert_eq!(text(">=0.0.0-0"), "a: \">=0.0.0-0\"");
        assert_eq!(text("x: y"), "a: \"x: y\"");
        assert_eq!(text("two\nlines"), "a: \"two\\nlines\"");
    }

    #[test]
    fn indent_leaves_empty_lines_empty() {
        let text = rendered("{{indent 2 v}}", json!({ "v": "a:\n\n  b: 1\n" })).unwrap();
        assert_eq!(text, "  a:\n\n    b: 1");
    }

    #[test]
    fn nothing_is_escaped_for_html() {
        assert_eq!(rendered("{{v}}", json!({ "v": "<&\">" })).unwrap(), "<&\">");
    }

    #[test]
    fn a_value_that_is_not_given_is_an_error() {
        assert!(rendered("{{nmae}}", json!({ "name": "x" })).is_err());
    }

    #[test]
    fn what_is_no_yaml_is_refused() {
        assert!(reparsed("a.yaml", "a: [").is_err());
        assert!(reparsed("a.yaml", "a: []\n").is_ok());
    }
}
