//! Texts that are made to hurt: each is read in a moment, in a debug build too, and none crashes.

use std::time::Duration;

use infragen_syntax::{Limits, Reader, Tree, decode};

/// Far above what any case takes (the slowest 2 s in a debug build), far below what a person waits.
const PATIENCE: Duration = Duration::from_secs(20);

#[track_caller]
fn read(name: &str, text: String) -> Tree {
    #[allow(
        clippy::disallowed_methods,
        reason = "a bound in time is what is tested"
    )]
    let start = std::time::Instant::now();
    let tree = Tree::parse(text);
    let took = start.elapsed();
    assert!(took < PATIENCE, "{name} took {took:?}");
    tree
}

fn refused(name: &str, text: String) {
    assert!(!read(name, text).errors().is_empty(), "{name} is accepted");
}

fn accepted(name: &str, text: String) {
    assert_eq!(read(name, text).errors(), [], "{name}");
}

#[test]
fn deep_nesting() {
    refused("brackets", "[".repeat(200_000));
    refused(
        "closed brackets",
        "[".repeat(100_000) + &"]".repeat(100_000),
    );
    refused("maps", "{a: ".repeat(200_000));
    refused("dashes", "- ".repeat(200_000));
    refused("questions", "? ".repeat(200_000));
    refused("anchors", "&a ".repeat(200_000));
    refused("tags", "!a ".repeat(200_000));
    let levels = |count: usize| {
        (0..count)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect()
    };
    refused("block levels", levels(4_000));
    accepted("as deep as allowed", levels(Limits::DEFAULT.depth - 1));
    refused(
        "dashes at the scanner's edge",
        format!("{}\"", "- ".repeat(190)),
    );
    refused(
        "closing brackets and dashes",
        "\t] - - - - - -\n".repeat(1_000),
    );
}

#[test]
fn unfinished() {
    refused("quotes", "\"".repeat(200_001));
    refused("open quotes", "a: 'b\n".repeat(50_001));
    refused("closing brackets", "]".repeat(200_000));
    refused("half keys", "a\nb\n".repeat(50_000) + "c: d\n");
    refused("over-indented", "a: b\n  c: d\n".repeat(20_000));
    refused("open maps", "a: {b\n".repeat(50_000));
    refused(
        "templates",
        "{{- if x }}\na: b\n{{- end }}\n".repeat(10_000),
    );
    refused("lone aliases", "- *\n".repeat(50_000));
    refused("tabs", "a:\n\tb: c\n".repeat(20_000));
    refused(
        "conflicts",
        "<<<<<<< a\nb: c\n=======\n>>>>>>> d\n".repeat(10_000),
    );
    refused(
        "unknown aliases",
        format!("{}- *b{}", "- &a x\n".repeat(50_000), "c".repeat(50_000)),
    );
    refused(
        "comments above",
        format!("a: b\n{}  c: d\n", "# x\n".repeat(100_000)),
    );
}

#[test]
fn large() {
    let limit = Limits::DEFAULT.text_bytes;
    refused("100 MB", "a: b\n".repeat(20 << 20));
    refused(
        "a flow collection of 8 MB",
        format!("[{}", "a,".repeat(4 << 20)),
    );
    refused(
        "an open flow collection",
        format!("[{}", "a,".repeat(200_000)),
    );
    accepted("a long line", format!("a: {}", "b".repeat(limit - 3)));
    accepted(
        "a long quoted line",
        format!("a: \"{}\"", "\\n".repeat(1 << 20)),
    );
    accepted(
        "a long plain scalar",
        format!("a: b\n{}", "  c\n\n".repeat(300_000)),
    );
    accepted("a long block", format!("a: |\n{}", "  b\n".repeat(500_000)));
    accepted(
        "empty lines in a block",
        format!("a: |\n  b\n{}", "\n".repeat(1 << 20)),
    );
    accepted("empty lines", "\n".repeat(4 << 20));
    accepted("comments", "# c\n".repeat(1 << 20));
    accepted("a long comment", format!("#{}", "c".repeat(4 << 20)));
    accepted(
        "many keys",
        (0..100_000)
            .map(|number| format!("k{number}: v\n"))
            .collect(),
    );
    accepted(
        "many anchors",
        (0..100_000)
            .map(|number| format!("- &k{number} v\n"))
            .collect(),
    );
    accepted("many empty values", "- \n".repeat(500_000));
    accepted("many empty keys", format!("{{{}}}", "a: ,".repeat(100_000)));
    accepted("many blanks", format!("a:{}b", " ".repeat(4 << 20)));
    accepted("many documents", "a\n---\n".repeat(15_000));
    refused("too many documents", "---\n".repeat(1 << 20));
    accepted(
        "many directives",
        "%TAG !e! tag:e:\n---\na\n...\n".repeat(5_000),
    );
}

#[test]
fn characters() {
    refused("NUL", "a: \0\nb: c\n".to_owned());
    refused("NUL in a comment", "# \0\n\0".to_owned());
    accepted("lone carriage returns", "a: b\rc:\r  - d\r".to_owned());
    accepted("byte order mark", "\u{feff}a: b\n".to_owned());
    accepted("only a byte order mark", "\u{feff}".to_owned());
    refused("byte order mark inside", "a: b\n\u{feff}c: d\n".to_owned());
    accepted("wide characters", "ключ: 值 # 🦀\n".to_owned());
    accepted(
        "many wide characters",
        (0..50_000).map(|n| format!("ü{n}: 🦀 # é\n")).collect(),
    );
    refused("line separators", "a: b\u{2028}c\u{85}d\n".to_owned());
    accepted(
        "line separators that change nothing",
        "# b\u{2028}\n".repeat(50_000),
    );
    refused("control characters", "a: \u{1}\n%".to_owned());
}

/// Nine levels of ten aliases each stand for a thousand million values; nothing expands them.
#[test]
fn alias_bombs() {
    let mut bomb = "a0: &a0 x\n".to_owned();
    let mut merges = "m0: &m0 {x: y}\n".to_owned();
    for level in 1..10 {
        let below = level - 1;
        bomb += &format!(
            "a{level}: &a{level} [{}]\n",
            vec![format!("*a{below}"); 10].join(", ")
        );
        merges += &format!(
            "m{level}: &m{level}\n  <<: [{}]\n",
            vec![format!("*m{below}"); 32].join(", ")
        );
    }
    accepted("alias bomb", bomb);
    let tree = read("merge bomb", merges);
    let top = tree.document(0).unwrap().root().unwrap().get("m9").unwrap();
    assert_eq!(top.get("x").and_then(|node| node.as_str()), Some("y"));
    assert!(top.get("z").is_none());
    refused(
        "too many aliases",
        format!("- &a x\n{}", "- *a\n".repeat(20_000)),
    );
}

#[test]
fn aliases_of_themselves() {
    for text in [
        "&a [*a]",
        "&a {b: *a}",
        "a: &a\n  <<: *a\n",
        "a: &a\n  b: &b\n    <<: [*a, *b]\n",
    ] {
        let tree = read(text, text.to_owned());
        assert!(!tree.errors().is_empty(), "{text}");
        assert_eq!(tree.document(0).unwrap().reader(), Reader::Strict, "{text}");
        let root = tree.document(0).unwrap().root().unwrap();
        assert!(root.at(&["a", "b", "c"]).is_none());
    }
}

#[test]
fn other_encodings() {
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: u16| -> Vec<u8> {
        std::iter::once(mark)
            .chain("kind: Secret".encode_utf16())
            .flat_map(bytes)
            .collect()
    };
    for bytes in [
        utf16(u16::to_le_bytes, 0xfeff),
        utf16(u16::to_be_bytes, 0xfeff),
    ] {
        assert_eq!(decode(bytes.clone()).unwrap(), "kind: Secret");
        let cut = bytes[..bytes.len() - 1].to_vec();
        assert!(decode(cut).unwrap_err().message.contains("UTF-16"));
    }
    assert!(decode(b"a: \xe4\n".to_vec()).is_err(), "Latin-1");
}
