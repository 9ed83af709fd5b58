//! What a registry asks for with status 401: the header `WWW-Authenticate`.

/// One way to say who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// With a user and a password.
    Basic,
    /// With a token that a server of tokens gives.
    Bearer {
        /// Its address.
        realm: String,
        /// What the registry is called there.
        service: Option<String>,
        /// What is allowed with it.
        scope: Option<String>,
    },
}

/// Reads a header: several challenges, each a scheme with parameters.
pub(crate) fn parse(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            break;
        }
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            challenges.push((word.to_ascii_lowercase(), Vec::new()));
            rest = after;
            continue;
        };
        let (value, after) = value_of(value.trim_start());
        if let Some((_, parameters)) = challenges.last_mut() {
            parameters.push((word.to_ascii_lowercase(), value));
        }
        rest = after;
    }
    let known = challenges
        .into_iter()
        .filter_map(|(scheme, mut parameters)| {
            let mut take = |name: &str| {
                let at = parameters.iter().position(|(key, _)| key == name)?;
                Some(parameters.swap_remove(at).1)
            };
            match scheme.as_str() {
                "basic" => Some(Challenge::Basic),
                "bearer" => Some(Challenge::Bearer {
                    realm: take("realm")?,
                    service: take("service"),
                    scope: take("scope"),
                }),
                _ => None,
            }
        });
    known.collect()
}

/// A value, quoted or not, and what comes after it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let bearer = |realm: &str, service: Option<&str>, scope: Option<&str>| Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        };
        assert_eq!(parse(r#"Basic realm="a, b=c""#), [Challenge::Basic]);
        assert_eq!(
            parse(
                r#"Bearer realm="https://a/token",service="ghcr.io",scope="repository:a/b:pull,push""#
            ),
            [bearer(
                "https://a/token",
                Some("ghcr.io"),
                Some("repository:a/b:pull,push")
            )]
        );
        assert_eq!(
            parse(r#"Negotiate, BEARER Realm = https://a , x="\"", basic"#),
            [bearer("https://a", None, None), Challenge::Basic]
        );
        assert_eq!(parse("Bearer service=a"), []);
        assert_eq!(parse(""), []);
        assert_eq!(parse(r#"realm="https://a"#), []);
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "\\PC*") {
            let _ = parse(&text);
        }
    }
}
