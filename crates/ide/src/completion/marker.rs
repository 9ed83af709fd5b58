//! The image policy markers: `# {"$imagepolicy": "namespace:name"}`, the one thing that a comment says.

use infragen_flux::known::IMAGE_POLICY;
use infragen_syntax::{TextEdit, TextRange, TextSize};
use infragen_workspace::{LookedUp, candidates};

use super::position::Position;
use super::typed::fits;
use super::writing::Writing;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};

const TOKEN: &str = "{\"$imagepolicy\":";

/// What may stand behind the name: the part of the image that the field holds.
const PARTS: &[(&str, &str)] = &[
    ("tag", "the tag alone"),
    ("name", "the image without its tag"),
    ("digest", "the digest alone"),
];

pub(super) fn complete(position: &Position<'_>, found: &mut Vec<Completion>) {
    let Some((value, typed)) = value_at(position) else {
        return;
    };
    match typed.split(':').count() {
        1 | 2 => policies(position, value, typed, found),
        3 => parts(position, value, typed, found),
        _ => {}
    }
}

/// The range between the quotes behind the token, and what of it stands before the cursor.
fn value_at<'a>(position: &Position<'a>) -> Option<(TextRange, &'a str)> {
    let at = usize::from(position.offset);
    let (before, after) = position.text.split_at(at);
    let line = before.rsplit('\n').next()?;
    let (_, rest) = line.rsplit_once(TOKEN)?;
    let (blank, typed) = rest.split_once('"')?;
    if !blank.trim().is_empty() || typed.contains('"') {
        return None;
    }
    let end = after.find(['"', '\n', '\r']).unwrap_or(after.len());
    let start = position.offset - TextSize::of(typed);
    Some((
        TextRange::new(start, position.offset + TextSize::of(&after[..end])),
        typed,
    ))
}

fn policies(position: &Position<'_>, value: TextRange, typed: &str, found: &mut Vec<Completion>) {
    // A `:tag` behind the name stays.
    let written = &position.text[value];
    let name = written
        .match_indices(':')
        .nth(1)
        .map_or(written, |(at, _)| &written[..at]);
    let range = TextRange::at(value.start(), TextSize::of(name));
    let filter = |name: &str| fits(typed.rsplit(':').next().unwrap_or_default(), name);
    for candidate in candidates(
        position.db,
        position.file,
        &IMAGE_POLICY.into(),
        LookedUp::Unknown,
        MAX_COMPLETIONS,
        &filter,
    ) {
        let Some(namespace) = candidate.namespace.or(candidate.definition.namespace) else {
            continue;
        };
        let label = format!("{namespace}:{}", candidate.name);
        let path = candidate.definition.file.path(position.db);
        found.push(
            replace(range, &label)
                .offer(CompletionKind::Object, label)
                .detailed(path.into_string())
                .documented(IMAGE_POLICY.summary.to_owned())
                .ranked(u32::from(candidate.distance)),
        );
    }
}

fn parts(position: &Position<'_>, value: TextRange, typed: &str, found: &mut Vec<Completion>) {
    let part = typed.rsplit(':').next().unwrap_or_default();
    let range = TextRange::new(position.offset - TextSize::of(part), value.end());
    found.extend((0..).zip(PARTS).map(|(rank, (part, meaning))| {
        replace(range, part)
            .offer(CompletionKind::Value, *part)
            .detailed((*meaning).to_owned())
            .ranked(rank)
    }));
}

fn replace(range: TextRange, text: &str) -> Writing {
    Writing {
        edit: TextEdit {
            range,
            new_text: text.to_owned(),
        },
        additional: Vec::new(),
    }
}
