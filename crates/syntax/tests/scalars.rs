//! Scalars as go-yaml v2 resolves them, which is what every Kubernetes tool does. The rows were written by
//! `sigs.k8s.io/yaml` 1.6.0 itself (`go.yaml.in/yaml/v2` 2.4.2), except that a merge key is told from a
//! string here.

use infragen_syntax::ScalarStyle::{self, DoubleQuoted, Plain, SingleQuoted};
use infragen_syntax::Typed::{
    self, Bool, Float, Int, Invalid, Merge, Null, String, Timestamp, UInt,
};
use infragen_syntax::{Tree, quote, quote_in_flow, type_of};
use proptest::prelude::*;

#[rustfmt::skip]
const PLAIN: &[(&str, Typed)] = &[
    ("y", Bool(true)),
    ("Y", Bool(true)),
    ("yes", Bool(true)),
    ("Yes", Bool(true)),
    ("YES", Bool(true)),
    ("yEs", String),
    ("n", Bool(false)),
    ("N", Bool(false)),
    ("no", Bool(false)),
    ("NO", Bool(false)),
    ("nO", String),
    ("on", Bool(true)),
    ("On", Bool(true)),
    ("ON", Bool(true)),
    ("oN", String),
    ("off", Bool(false)),
    ("Off", Bool(false)),
    ("OFF", Bool(false)),
    ("true", Bool(true)),
    ("True", Bool(true)),
    ("TRUE", Bool(true)),
    ("tRue", String),
    ("false", Bool(false)),
    ("FALSE", Bool(false)),
    ("t", String),
    ("f", String),
    ("null", Null),
    ("Null", Null),
    ("NULL", Null),
    ("nULL", String),
    ("~", Null),
    ("~~", String),
    ("none", String),
    (".nan", Float(f64::NAN)),
    (".NaN", Float(f64::NAN)),
    (".NAN", Float(f64::NAN)),
    (".Nan", String),
    ("nan", String),
    (".inf", Float(f64::INFINITY)),
    (".Inf", Float(f64::INFINITY)),
    (".INF", Float(f64::INFINITY)),
    (".iNF", String),
    ("+.inf", Float(f64::INFINITY)),
    ("-.INF", Float(f64::NEG_INFINITY)),
    ("inf", String),
    ("-inf", String),
    ("<<", Merge),
    ("<<<", String),
    ("=", String),
    ("0", Int(0)),
    ("00", Int(0)),
    ("07", Int(7)),
    ("08", Float(8.0)),
    ("09", Float(9.0)),
    ("017", Int(15)),
    ("018", Float(18.0)),
    ("0777", Int(511)),
    ("-017", Int(-15)),
    ("+017", Int(15)),
    ("-0", Int(0)),
    ("+1", Int(1)),
    ("1_000", Int(1000)),
    ("1__0", Int(10)),
    ("1_", Int(1)),
    ("_1", String),
    ("+_1", Int(1)),
    ("0_7", Int(7)),
    ("0x", String),
    ("0x1F", Int(31)),
    ("0X1f", Int(31)),
    ("0x_1F", Int(31)),
    ("0xG", String),
    ("-0x1F", Int(-31)),
    ("0x1p4", String),
    ("0o17", Int(15)),
    ("0O17", Int(15)),
    ("0o8", String),
    ("0b11", Int(3)),
    ("0B11", Int(3)),
    ("0b12", String),
    ("0b", String),
    ("-0b11", Int(-3)),
    ("0b-11", Int(-3)),
    ("0b+11", Int(3)),
    ("0b1_0", Int(2)),
    ("1e3", Float(1000.0)),
    ("1E3", Float(1000.0)),
    ("1e+3", Float(1000.0)),
    ("1e-3", Float(0.001)),
    ("1e", String),
    ("e3", String),
    (".5", Float(0.5)),
    (".5e3", Float(500.0)),
    ("5.", Float(5.0)),
    ("5.e3", Float(5000.0)),
    ("1.", Float(1.0)),
    ("-.5", Float(-0.5)),
    ("+.5", Float(0.5)),
    (".", String),
    ("..", String),
    (".1_0", Float(0.1)),
    ("._1", String),
    (".1_", String),
    ("1_0.5", Float(10.5)),
    ("1._5", Float(1.5)),
    ("00.1", Float(0.1)),
    ("01.5", Float(1.5)),
    ("1.2.3", String),
    ("1..2", String),
    ("1e400", String),
    ("-1e400", String),
    ("1e-400", Float(0.0)),
    (".5e400", String),
    ("9223372036854775807", Int(9223372036854775807)),
    ("9223372036854775808", UInt(9223372036854775808)),
    ("-9223372036854775808", Int(i64::MIN)),
    ("-9223372036854775809", Float(-9.223372036854776e+18)),
    ("18446744073709551615", UInt(18446744073709551615)),
    ("18446744073709551616", Float(1.8446744073709552e+19)),
    ("+9223372036854775808", Float(9.223372036854776e+18)),
    ("0xffffffffffffffff", UInt(18446744073709551615)),
    ("0x10000000000000000", String),
    ("02000000000000000000000", Float(2e+21)),
    ("190:20:30", String),
    ("1:30", String),
    ("1:30.5", String),
    ("12:30:45", String),
    ("1,000", String),
    ("+", String),
    ("--", String),
    ("1-", String),
    ("1+", String),
    ("12e34", Float(1.2e+35)),
    ("1234abc", String),
    ("685.230_15e+03", Float(685230.15)),
    ("v1", String),
    ("1.10", Float(1.1)),
    ("10.0.0.0/8", String),
    ("0_", Int(0)),
    ("0x0", Int(0)),
    ("2001-01-01", Timestamp),
    ("2001-1-1", Timestamp),
    ("2001-13-01", String),
    ("2001-02-29", String),
    ("2000-02-29", Timestamp),
    ("2001-12-14t21:59:43.10-05:00", Timestamp),
    ("2001-12-14T21:59:43Z", Timestamp),
    ("2001-12-14T21:59:43", String),
    ("2001-12-14T24:00:00Z", String),
    ("2001-12-14T21:59:43,5Z", Timestamp),
    ("2001-12-14T21:59:43+5:00", String),
    ("2001-01", String),
    ("20011-1-1", String),
    ("2001-12-14 21:59:43", Timestamp),
    ("2001-12-14  21:59:43", Timestamp),
    ("2001-12-14 21:59:43.10 -5", String),];

#[rustfmt::skip]
const STYLED: &[(&str, ScalarStyle, Option<&str>, Typed)] = &[
    ("1", Plain, Some("!!str"), String),
    ("yes", Plain, Some("!!str"), String),
    ("null", Plain, Some("!!str"), String),
    ("1", Plain, Some("!!int"), Int(1)),
    ("abc", Plain, Some("!!int"), Invalid),
    ("1", DoubleQuoted, Some("!!int"), Int(1)),
    ("1.5", Plain, Some("!!int"), Invalid),
    ("1", Plain, Some("!!float"), Float(1.0)),
    ("1.5", Plain, Some("!!float"), Float(1.5)),
    ("1", DoubleQuoted, Some("!!float"), Float(1.0)),
    ("18446744073709551615", Plain, Some("!!float"), Invalid),
    ("yes", Plain, Some("!!float"), Invalid),
    ("yes", Plain, Some("!!bool"), Bool(true)),
    ("yes", DoubleQuoted, Some("!!bool"), Bool(true)),
    ("1", Plain, Some("!!bool"), Invalid),
    ("null", Plain, Some("!!null"), Null),
    ("~", Plain, Some("!!null"), Null),
    ("none", Plain, Some("!!null"), Invalid),
    ("2001-01-01", Plain, Some("!!timestamp"), Timestamp),
    ("1", Plain, Some("!!timestamp"), Invalid),
    ("1", Plain, Some("!"), String),
    ("1", Plain, Some("!x"), String),
    ("yes", Plain, Some("!x"), String),
    ("017", Plain, Some("!<tag:yaml.org,2002:int>"), Int(15)),
    ("1", DoubleQuoted, None, String),
    ("yes", SingleQuoted, None, String),
    ("null", DoubleQuoted, None, String),
    ("1", DoubleQuoted, Some("!"), String),];

#[test]
fn scalars_are_typed_as_kubernetes_does() {
    let plain = PLAIN
        .iter()
        .map(|(value, typed)| (value, Plain, &None, typed));
    let styled = STYLED
        .iter()
        .map(|(value, style, tag, typed)| (value, *style, tag, typed));
    for (value, style, tag, expected) in plain.chain(styled) {
        let found = type_of(value, style, *tag);
        // NaN is not equal to itself.
        assert_eq!(
            format!("{found:?}"),
            format!("{expected:?}"),
            "{value} {style:?} {tag:?}"
        );
    }
}

#[test]
fn a_float_without_a_fraction_is_an_integer_to_a_schema() {
    assert_eq!(type_of("1e3", Plain, None).schema_type(), Some("integer"));
    assert_eq!(type_of("1.5", Plain, None).schema_type(), Some("number"));
    assert_eq!(
        type_of("2001-01-01", Plain, None).schema_type(),
        Some("string")
    );
    assert_eq!(type_of("x", Plain, Some("!!int")).schema_type(), None);
}

#[test]
fn strings_are_quoted_only_where_they_must_be() {
    for plain in [
        "x",
        "./a.yaml",
        "../base",
        "-x",
        "a-b",
        "oci://h/x",
        "a#b",
        "1.2.3",
        "v1",
        "${NAME}x",
        "it's",
        "a b",
        "x=y",
        "10.0.0.0/8",
        "ä",
        "1.x",
        "sha256:abc",
        "/x",
        "(a)",
        "a\"b",
    ] {
        assert_eq!(quote(plain), plain);
    }
    for quoted in [
        "",
        " ",
        "a ",
        " a",
        "on",
        "Y",
        "~",
        "1",
        "017",
        "0o7",
        "1_0",
        "1.5",
        "1e999",
        "190:20:30",
        "1:30.5",
        "null",
        "2001-01-01",
        "2001-99-99",
        "<<",
        "=",
        "- a",
        "-",
        "---",
        "...",
        "? a",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        "]",
        "}",
        ",a",
        "|",
        ">",
        "x\ty",
        "x\ny",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{7f}",
        "'a",
        "\"a",
        ":a",
    ] {
        let written = quote(quoted);
        assert!(
            written.starts_with(['"', '\'']),
            "{quoted:?} is written as {written}"
        );
    }
    assert_eq!(quote("a: \"b\""), "'a: \"b\"'");
    assert_eq!(quote_in_flow("a, b"), "\"a, b\"");
    assert_eq!(quote_in_flow("${A}"), "\"${A}\"");
}

/// Texts made of what YAML gives a meaning to.
fn awkward() -> impl Strategy<Value = std::string::String> {
    prop_oneof![
        "[-+0-9._xobeE:a~ #'\"\\[\\]{},&*!|>%@`?=\t\n\u{85}\u{2028}\u{feff}y<ä\\\\]{0,12}",
        "\\PC{0,20}",
        any::<std::string::String>(),
        "[-+]?[0-9][0-9._:xobeE+-]{0,8}",
        (0..PLAIN.len()).prop_map(|at| PLAIN[at].0.to_owned()),
    ]
}

fn read_back(text: &str, path: &[&str]) -> Option<(std::string::String, bool)> {
    let tree = Tree::parse(text);
    if !tree.errors().is_empty() {
        return None;
    }
    let node = tree.document(0)?.root()?.at(path)?;
    let (value, style) = node.scalar()?;
    Some((
        value.to_owned(),
        type_of(value, style, node.tag()) == String,
    ))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_quoted_string_reads_back(value in awkward()) {
        // saphyr, as YAML 1.2 says, does not take NUL.
        let expected = Some((value.clone(), true));
        prop_assert_eq!(read_back(&format!("a: {}\n", quote(&value)), &["a"]), expected.clone());
        prop_assert_eq!(read_back(&format!("a: {} # c\nb: 1\n", quote(&value)), &["a"]), expected.clone());
        prop_assert_eq!(read_back(&format!("a: {{b: {}, c: d}}\n", quote_in_flow(&value)), &["a", "b"]), expected);
    }

    #[test]
    fn a_quoted_string_is_a_key(value in awkward()) {
        let tree = Tree::parse(format!("{}: x\n", quote(&value)));
        prop_assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        let root = tree.document(0).and_then(|document| document.root());
        let entry = root.and_then(|root| root.own_entries().next());
        prop_assert_eq!(entry.and_then(|entry| entry.key.scalar()).map(|(text, _)| text), Some(value.as_str()));
        prop_assert!(!entry.is_some_and(|entry| entry.is_merge()));
    }
}
