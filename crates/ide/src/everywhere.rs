//! Every feature at every place of every text, also of broken ones: no panic, and ranges that an editor
//! can use.

use infragen_syntax::{TextRange, TextSize};
use proptest::prelude::*;

use crate::fixture::Fixture;

/// Two environments with one of everything that a feature looks at.
const REPOSITORY: &str = include_str!("everywhere.fixture");

/// The answers of every feature at an offset; fails where one is no answer for an editor.
fn ask(fixture: &Fixture, offset: TextSize) -> usize {
    let (db, file) = (fixture.db(), fixture.file);
    let size = TextSize::of(&*fixture.text(file));
    let inside = |range: TextRange| assert!(range.end() <= size, "{range:?} of {size:?}");
    let mut answers = 0;
    for target in crate::definition(db, file, offset) {
        assert!(target.range.contains_range(target.focus), "{target:?}");
        assert!(target.range.end() <= TextSize::of(&*fixture.text(target.file)));
        inside(target.origin);
        answers += 1;
    }
    for place in crate::references(db, file, offset, true) {
        assert!(place.range.end() <= TextSize::of(&*fixture.text(place.file)));
        answers += 1;
    }
    for (range, _) in crate::highlights(db, file, offset) {
        inside(range);
        answers += 1;
    }
    if let Some(hover) = crate::hover(db, file, offset) {
        assert!(
            hover.range.contains_inclusive(offset),
            "{hover:?} at {offset:?}"
        );
        assert!(!hover.markdown.trim().is_empty());
        inside(hover.range);
        answers += 1;
    }
    let mut inner = TextRange::empty(offset);
    for range in crate::selection(db, file, offset) {
        assert!(range.contains_range(inner), "{range:?} around {inner:?}");
        inside(range);
        inner = range;
        answers += 1;
    }
    answers + crate::actions(db, file, TextRange::empty(offset)).len()
}

/// The answers of every feature about a whole file.
fn ask_file(fixture: &Fixture) -> usize {
    let (db, file) = (fixture.db(), fixture.file);
    let text = fixture.text(file);
    let size = TextSize::of(&*text);
    let mut open = crate::document_symbols(db, file);
    let mut answers = open.len();
    while let Some(symbol) = open.pop() {
        assert!(symbol.range.contains_range(symbol.focus), "{symbol:?}");
        assert!(symbol.range.end() <= size);
        for child in &symbol.children {
            assert!(symbol.range.contains_range(child.range), "{symbol:?}");
        }
        open.extend(symbol.children);
    }
    for fold in crate::folds(db, file) {
        assert!(text[fold.range].contains('\n'), "{fold:?}");
        answers += 1;
    }
    for link in crate::links(db, file) {
        assert!(!text[link.range].contains('\n'), "{link:?}");
        answers += 1;
    }
    answers + crate::workspace_symbols(db, fixture.root, "ks", 10).len()
}

/// The fixture with the given text in one of its files and the cursor in it.
fn with_file(number: usize, change: impl FnOnce(&str) -> String) -> Fixture {
    let parts: Vec<_> = REPOSITORY.split("//- ").skip(1).collect();
    let mut change = Some(change);
    let whole: String = parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            let (path, text) = part.split_once('\n').unwrap();
            let text = match change.take_if(|_| at == number % parts.len()) {
                Some(change) => format!("$0{}", change(text)),
                None => text.to_owned(),
            };
            format!("//- {path}\n{}\n", text.trim_end_matches('\n'))
        })
        .collect();
    Fixture::new(&whole)
}

fn each_offset(fixture: &Fixture, check: &mut dyn FnMut(TextSize)) {
    let text = fixture.text(fixture.file);
    let offsets = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
    offsets.for_each(|at| check(TextSize::try_from(at).unwrap()));
}

#[test]
fn every_place_of_every_file_has_an_answer_that_holds() {
    let mut answers = 0;
    for number in 0..REPOSITORY.matches("//- ").count() {
        let fixture = with_file(number, str::to_owned);
        answers += ask_file(&fixture);
        each_offset(&fixture, &mut |offset| answers += ask(&fixture, offset));
    }
    assert!(
        answers > 5_000,
        "only {answers} answers: the fixture says too little"
    );
}

/// What people leave in a text while they type.
const ODD: [&str; 16] = [
    "", "\n", " ", "\t", ":", "- ", "'", "\"", "[", "{", "*", "&a ", "|", "é", "\r", "---\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_broken_text_breaks_a_feature(
        number in 0usize..64,
        at in 0.0f64..1.0,
        cut in 0usize..40,
        odd in 0usize..ODD.len(),
    ) {
        let fixture = with_file(number, |text| {
            let place = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let start = place((text.len() as f64 * at) as usize);
            let end = place((start + cut).min(text.len()));
            format!("{}{}{}", &text[..start], ODD[odd], &text[end..])
        });
        ask_file(&fixture);
        let text = fixture.text(fixture.file);
        // All offsets of all cases would take minutes; those around the damage and some others.
        let step = (text.len() / 40).max(1);
        for at in (0..=text.len()).step_by(step).chain([text.len()]) {
            if text.is_char_boundary(at) {
                ask(&fixture, TextSize::try_from(at).unwrap());
            }
        }
    }
}
