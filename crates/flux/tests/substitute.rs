//! Variable substitution against the answers of Flux's own library, and on any text.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use infragen_flux::substitute::{
    Error, ErrorKind, MAX_NESTING, MAX_TEXT, Missing, NegativeLength, Piece, Rules, Template,
    is_variable_name, value_of_variable, variables_of,
};
use infragen_syntax::{TextSize, Tree};
use proptest::prelude::*;

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let escaped = (c == '\\').then(|| rest.next().unwrap());
        out.push(match escaped {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('0') => '\0',
            Some(other) => other,
            None => c,
        });
    }
    out
}

fn answer(result: Result<String, Error>, text: &str) -> String {
    match result {
        Ok(result) => format!("={result}"),
        Err(error) => match error.kind {
            ErrorKind::NotSet => format!(
                "!{}: {:?}",
                error.kind.flux_says().unwrap(),
                &text[error.range]
            ),
            ErrorKind::NegativeLength => "!panic".to_owned(),
            ErrorKind::NotText => "!not UTF-8".to_owned(),
            kind => format!("!{}", kind.flux_says().unwrap()),
        },
    }
}

#[test]
fn answers_as_the_library_does() {
    let mut variables = BTreeMap::new();
    let mut rows = 0;
    for line in include_str!("substitute.tsv").lines() {
        if line.starts_with('#') {
            continue;
        }
        let [first, second, third] = line
            .split('\t')
            .map(unescaped)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        if first == "let" {
            variables.insert(second, third);
            continue;
        }
        let template = Template::parse(&first);
        for (missing, expected) in [(Missing::Fails, second), (Missing::IsEmpty, third)] {
            // The answers are those of a library that knows no negative length.
            let rules = Rules {
                missing,
                negative_length: NegativeLength::Crashes,
            };
            let result = template.evaluate(rules, |name| variables.get(name).map(String::as_str));
            assert_eq!(answer(result, &first), expected, "{first:?} {missing:?}");
        }
        rows += 1;
    }
    assert_eq!(rows, 1000);
}

#[test]
fn parts_count_from_both_ends() {
    let mut rows = 0;
    for line in include_str!("substitute_parts.tsv").lines() {
        if line.starts_with('#') {
            continue;
        }
        let [value, text, expected] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let result = Template::parse(text).evaluate(Missing::Fails, |_| Some(value));
        assert_eq!(answer(result, text), expected, "{text:?} of {value:?}");
        rows += 1;
    }
    assert!(rows > 200, "{rows}");
}

fn shown(text: &str) -> String {
    let template = Template::parse(text);
    let pieces = template.pieces.iter().map(|piece| match piece {
        Piece::Literal(literal) => format!("{:?}", literal.text),
        Piece::Reference(reference) => format!(
            "{}@{:?}:{:?}({})",
            reference.name,
            reference.name_range,
            reference.operator,
            reference.arguments.len()
        ),
    });
    pieces.collect::<Vec<_>>().join(" ")
}

#[test]
fn pieces_have_places() {
    assert_eq!(
        shown("a $${b} ${c} ${d:=x${e}}"),
        r#""a ${b} " c@10..11:Value(0) " " d@15..16:Default(2)"#
    );
    let template = Template::parse("${a:-${b}} ${c/${d}/x}");
    let names: Vec<_> = template.references().map(|found| found.name).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
}

#[test]
fn reading_goes_on_behind_what_is_broken() {
    let text = "${a-b} ${c} ${!} ${d:-${e} unclosed";
    let template = Template::parse(text);
    let names: Vec<_> = template.references().map(|found| found.name).collect();
    assert_eq!(names, ["c", "e"]);
    let places: Vec<_> = template
        .errors
        .iter()
        .map(|error| &text[error.range])
        .collect();
    assert_eq!(places, ["${a-", "${!", "${d:-${e} unclosed"]);
    // What is wrong inside is told once.
    assert_eq!(Template::parse("${a:-${b:-${!}}}").errors.len(), 1);
}

/// The rules of Flux 2.9.
fn crashing() -> Rules {
    Rules {
        missing: Missing::Fails,
        negative_length: NegativeLength::Crashes,
    }
}

fn error_of(text: &str) -> (String, String) {
    let result = Template::parse(text).evaluate(crashing(), |name| (name == "x").then_some("é"));
    let error = result.unwrap_err();
    (error.message, error.help)
}

#[test]
fn errors_say_what_to_do() {
    let mut told = String::new();
    for text in [
        "${x-def}",
        "${x+def}",
        "${x.y}",
        "${x",
        "${x:-y",
        "${}",
        "${ x}",
        "${#}",
        "${##x}",
        "${x/a${x}/b}",
        "${x:}",
        "${x#}",
        "${x%}",
        "${x^^^}",
        "${y}",
        "${x:0:-1}",
        "a ${x:1}",
    ] {
        let (message, help) = error_of(text);
        told += &format!("{text}\n  {message}\n  {help}\n");
    }
    let expected = include_str!("substitute_errors.txt");
    assert_eq!(told, expected);
}

#[test]
fn an_error_stays_on_its_line() {
    let text = "script: ${x/a}\nmore: text\n";
    let errors = Template::parse(text).errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(&text[errors[0].range], "${x/a}");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "${a:-".repeat(depth) + "x" + &"}".repeat(depth);
    let evaluate = |text: &str| Template::parse(text).evaluate(Missing::Fails, |_| None);
    assert_eq!(evaluate(&nested(MAX_NESTING)).unwrap(), "x");
    let error = evaluate(&nested(MAX_NESTING + 1)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooDeep);
    let template = "${a:-".repeat(100_000);
    assert!(Template::parse(&template).errors.len() < 100);
}

#[test]
fn results_and_patterns_are_bounded() {
    let large = "a".repeat(20_000);
    let evaluate =
        |text: &str| Template::parse(text).evaluate(Missing::Fails, |_| Some(large.as_str()));
    let kind = |text: &str| evaluate(text).unwrap_err().kind;
    assert_eq!(kind("${a//a/${a//a/${a}}}"), ErrorKind::TooLarge);
    assert_eq!(
        kind(&"${a}".repeat(MAX_TEXT / 20_000 + 1)),
        ErrorKind::TooLarge
    );
    assert_eq!(kind("${a##*b}"), ErrorKind::TooLarge);
    assert_eq!(evaluate("${a##*}").unwrap(), "");
}

#[test]
fn names_and_values_are_those_of_the_controller() {
    for (name, is) in [
        ("a", true),
        ("_", true),
        ("A_1", true),
        ("", false),
        ("1a", false),
        ("a-b", false),
        ("é", false),
        ("a\n", false),
    ] {
        assert_eq!(is_variable_name(name), is, "{name:?}");
    }
    assert_eq!(value_of_variable("a\r\nb\n"), "a\rb");
}

fn variables(yaml: &str) -> Option<Result<String, String>> {
    let tree = Tree::parse(yaml);
    let found = variables_of(tree.document(0)?.root()?)?;
    Some(match found {
        Ok(found) => {
            let pairs = found
                .iter()
                .map(|found| format!("{}={}", found.name, found.value));
            Ok(pairs.collect::<Vec<_>>().join(" "))
        }
        Err(error) => Err(format!("{} {}", &yaml[error.range], error.message)),
    })
}

#[test]
fn config_maps_and_secrets_give_variables() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\ndata:\n  ";
    let secret = "apiVersion: v1\nkind: Secret\n";
    let ok = |text: &str| Some(Ok(text.to_owned()));
    let error = |text: &str| Some(Err(text.to_owned()));
    assert_eq!(
        variables(&format!(
            "{config_map}a: x\n  b: |\n    y\n    z\n  c:\nbinaryData:\n  d: eA==\n"
        )),
        ok("a=x b=yz c=")
    );
    assert_eq!(
        variables(&format!("{secret}data:\n  a: eA==\nstringData:\n  b: w\n")),
        ok("a=x b=w")
    );
    assert_eq!(variables(&format!("{secret}type: Opaque\n")), ok(""));
    assert_eq!(variables("apiVersion: v1\nkind: Pod\n"), None);
    assert_eq!(
        variables(&format!("{config_map}a.b: x\n")),
        error("a.b `a.b` is no name of a variable, and Flux refuses the whole object")
    );
    assert_eq!(
        variables(&format!("{config_map}a: 1\n")),
        error("1 the value of `a` is no string")
    );
    assert_eq!(
        variables(&format!("{config_map}a: []\n")),
        error("[] the value of `a` is no string")
    );
    assert_eq!(
        variables(&format!("{secret}data:\n  a: plain\n")),
        error("plain the value of `a` is not base64")
    );
    assert_eq!(
        variables(&format!("{secret}data:\n  a: /w==\n")),
        error("/w== the value of `a` is not UTF-8")
    );
    assert_eq!(
        variables(&format!("{secret}stringData:\n  a: x\nsops:\n  mac: x\n")),
        error("sops this Secret is encrypted with SOPS")
    );
}

/// Texts that are made of what the grammar speaks of.
fn texts() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        8 => prop::sample::select(vec![
            "$", "{", "}", "${", "${x", "${x:-", "${#", "$$", "\\", "/", "//", ":", "=", "-", "#", "%", "^", ",",
            "*", "?", "[", "]", "1", "x", "\n", "\0", "é", "😀",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(sign, 0..24).prop_map(|signs| signs.concat())
}

/// Pieces that follow on each other from one place to another, arguments included.
fn check_cover(pieces: &[Piece<'_>], text: &str) {
    for pair in pieces.windows(2) {
        assert_eq!(pair[0].range().end(), pair[1].range().start());
    }
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => assert!(literal.text.len() <= literal.range.len().into()),
            Piece::Reference(reference) => {
                assert!(text[reference.range].starts_with("${"));
                assert!(text[reference.range].ends_with('}'));
                assert_eq!(&text[reference.name_range], reference.name);
                for argument in &reference.arguments {
                    assert!(reference.range.contains_range(argument.range()));
                    check_cover(std::slice::from_ref(argument), text);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn pieces_cover_any_text(text in texts(), value in texts()) {
        let template = Template::parse(&text);
        check_cover(&template.pieces, &text);
        let start = template.pieces.first().map_or(TextSize::from(0), |piece| piece.range().start());
        let end = template.pieces.last().map_or(TextSize::from(0), |piece| piece.range().end());
        prop_assert_eq!(start, TextSize::from(0));
        prop_assert_eq!(end, TextSize::of(text.as_str()));
        for missing in [Missing::Fails, Missing::IsEmpty] {
            for known in [true, false] {
                let result = template.evaluate(missing, |_| known.then_some(value.as_str()));
                if let Err(error) = result {
                    prop_assert!(!text[error.range].contains('\n') || error.kind.flux_says().is_none());
                }
            }
        }
        for error in &template.errors {
            prop_assert!(!text[error.range].is_empty());
        }
    }

    #[test]
    fn text_without_dollar_stays(text in "[^$\0]*") {
        let template = Template::parse(&text);
        prop_assert_eq!(template.evaluate(Missing::Fails, |_| None), Ok(text.clone()));
    }
}
