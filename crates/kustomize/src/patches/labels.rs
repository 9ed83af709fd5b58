//! Label selectors as Kubernetes writes them: `app=web,tier notin (cache, db),!legacy`.

use smol_str::SmolStr;

use crate::value::Map;

/// A selector that was read; all its requirements must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LabelSelector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: SmolStr,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exists,
    Missing,
    In(Vec<SmolStr>),
    NotIn(Vec<SmolStr>),
    Greater(i64),
    Less(i64),
}

impl LabelSelector {
    /// Reads a selector.
    ///
    /// # Errors
    ///
    /// One sentence without a full stop.
    pub(crate) fn parse(text: &str) -> Result<LabelSelector, String> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
        };
        let mut requirements = Vec::new();
        while parser.peek().is_some() {
            requirements.push(parser.requirement()?);
            match parser.next() {
                None => break,
                Some(Token::Sign(",")) if parser.peek().is_some() => {}
                Some(Token::Sign(",")) => {
                    return Err("a key is missing behind the last `,`".to_owned());
                }
                Some(other) => {
                    return Err(format!(
                        "there is `{}` where `,` was expected",
                        other.text()
                    ));
                }
            }
        }
        Ok(LabelSelector(requirements))
    }

    /// Whether labels, or annotations, fulfil it.
    pub(crate) fn matches(&self, labels: Option<&Map>) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.and_then(|labels| labels.get(&requirement.key));
            let text = value.map(|value| value.as_scalar().map_or("", |scalar| &scalar.text));
            requirement.test.holds(text)
        })
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self {
            Test::Exists => value.is_some(),
            Test::Missing => value.is_none(),
            Test::In(all) => value.is_some_and(|value| all.iter().any(|one| one == value)),
            Test::NotIn(all) => value.is_none_or(|value| all.iter().all(|one| one != value)),
            Test::Greater(bound) => number().is_some_and(|number| number > *bound),
            Test::Less(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Sign(&'static str),
}

impl<'t> Token<'t> {
    fn text(self) -> &'t str {
        match self {
            Token::Word(text) => text,
            Token::Sign(text) => text,
        }
    }
}

/// The signs, the long ones before what they begin with.
const SIGNS: [&str; 8] = ["==", "!=", "=", "!", "(", ")", ",", "<"];

fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while !rest.is_empty() {
        let sign = SIGNS
            .iter()
            .chain(&[">"])
            .find(|sign| rest.starts_with(**sign));
        let len = match sign {
            Some(sign) => {
                tokens.push(Token::Sign(sign));
                sign.len()
            }
            None => {
                let len = rest
                    .find(|c: char| " \t\r\n=!(),<>".contains(c))
                    .unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..len]));
                len
            }
        };
        rest = rest[len..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.peek() == Some(Token::Sign("!"));
        self.at += usize::from(negated);
        let key = match self.next() {
            Some(Token::Word(key)) => key,
            Some(other) => {
                return Err(format!(
                    "there is `{}` where a key was expected",
                    other.text()
                ));
            }
            None => return Err("a key is missing behind `!`".to_owned()),
        };
        check_key(key)?;
        let ends = matches!(self.peek(), None | Some(Token::Sign(",")));
        let test = match (negated, ends) {
            (true, _) => Test::Missing,
            (false, true) => Test::Exists,
            (false, false) => self.test(key)?,
        };
        Ok(Requirement {
            key: SmolStr::new(key),
            test,
        })
    }

    fn test(&mut self, key: &str) -> Result<Test, String> {
        let operator = self.next().map_or("", Token::text);
        match operator {
            "in" | "notin" => {
                let values = self.values()?;
                if values.is_empty() {
                    return Err(format!("`{key} {operator} ()` names no value"));
                }
                check_values(&values)?;
                Ok(match operator {
                    "in" => Test::In(values),
                    _ => Test::NotIn(values),
                })
            }
            "=" | "==" => Ok(Test::In(vec![self.value()?])),
            "!=" => Ok(Test::NotIn(vec![self.value()?])),
            ">" | "<" => {
                let value = self.value()?;
                let bound = value.parse();
                let bound = bound.map_err(|_| {
                    format!("`{key} {operator} {value}`: `{value}` is no whole number")
                })?;
                Ok(match operator {
                    ">" => Test::Greater(bound),
                    _ => Test::Less(bound),
                })
            }
            other => Err(format!(
                "there is `{other}` behind `{key}` where `=`, `!=`, `in` or `notin` was expected"
            )),
        }
    }

    fn value(&mut self) -> Result<SmolStr, String> {
        let value = match self.peek() {
            None | Some(Token::Sign(",")) => SmolStr::default(),
            Some(Token::Word(word)) => {
                self.at += 1;
                SmolStr::new(word)
            }
            Some(other) => {
                return Err(format!(
                    "there is `{}` where a value was expected",
                    other.text()
                ));
            }
        };
        check_values(std::slice::from_ref(&value))?;
        Ok(value)
    }

    /// `(a, b)`; two commas have an empty value between them.
    fn values(&mut self) -> Result<Vec<SmolStr>, String> {
        if self.next() != Some(Token::Sign("(")) {
            return Err("`in` and `notin` need values in parentheses".to_owned());
        }
        if self.peek() == Some(Token::Sign(")")) {
            self.at += 1;
            return Ok(Vec::new());
        }
        let mut values = Vec::new();
        let mut word = "";
        loop {
            match self.next() {
                Some(Token::Word(next)) if word.is_empty() => word = next,
                Some(Token::Sign(",")) => values.push(SmolStr::new(std::mem::take(&mut word))),
                Some(Token::Sign(")")) => {
                    values.push(SmolStr::new(word));
                    return Ok(values);
                }
                Some(other) => {
                    return Err(format!(
                        "there is `{}` where `,` or `)` was expected",
                        other.text()
                    ));
                }
                None => return Err("a `)` is missing".to_owned()),
            }
        }
    }
}

/// Whether a text is empty or begins and ends with a letter or digit, with `-`, `_` and `.` between.
fn is_name(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let edge = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.iter().copied().all(inside)
        && edge(bytes.first())
        && edge(bytes.last())
}

fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(p, n)| (Some(p), n));
    let part = |part: &str| {
        let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        part.bytes().all(inside) && edge(part.as_bytes().first()) && edge(part.as_bytes().last())
    };
    let valid_prefix =
        prefix.is_none_or(|prefix| prefix.len() <= 253 && prefix.split('.').all(part));
    match valid_prefix && !name.is_empty() && is_name(name) {
        true => Ok(()),
        false => Err(format!("`{key}` is no key of a label")),
    }
}

fn check_values(values: &[SmolStr]) -> Result<(), String> {
    match values.iter().find(|value| !is_name(value)) {
        None => Ok(()),
        Some(value) => Err(format!("`{value}` is no value of a label")),
    }
}
