//! The order of keys: that of go-yaml, which counts digits as numbers and letters behind everything else.

use std::cmp::Ordering;

/// Sorts by key. The order below is not transitive (`a1b` < `a2` < `a10` < `a1b`), which a sort of the
/// standard library may answer with a panic; this one cannot.
pub(super) fn sort<T>(entries: &mut Vec<T>, key: impl Fn(&T) -> &str) {
    let ordered = |pair: &[T]| !less(key(&pair[1]), key(&pair[0]));
    if entries.windows(2).all(ordered) {
        return;
    }
    let mut runs: Vec<Vec<T>> = entries.drain(..).map(|entry| vec![entry]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, &key),
                None => left,
            });
        }
        runs = merged;
    }
    entries.extend(runs.into_iter().flatten());
}

fn merge<T>(left: Vec<T>, right: Vec<T>, key: &impl Fn(&T) -> &str) -> Vec<T> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if less(key(b), key(a)) {
            right.next()
        } else {
            left.next()
        };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// Whether a key comes before another.
fn less(a: &str, b: &str) -> bool {
    let mut before = 0;
    let (mut left, mut right) = (a.char_indices(), b.chars());
    loop {
        match (left.next(), right.next()) {
            (Some((at, x)), Some(y)) if x == y => before = at + x.len_utf8(),
            (Some((_, x)), Some(y)) => {
                return differ(&a[..before], (x, &a[before..]), (y, &b[before..]));
            }
            (left, right) => return left.is_none() && right.is_some(),
        }
    }
}

/// Which is less of two texts with one beginning, by what follows it: the first character and all.
fn differ(same: &str, (x, a): (char, &str), (y, b): (char, &str)) -> bool {
    match (is_letter(x), is_letter(y)) {
        (true, true) => return x < y,
        (false, false) => {}
        (_, y) => return y,
    }
    // A zero counts only behind other digits, else it leads.
    let counts = (x == '0' || y == '0')
        && same
            .bytes()
            .rev()
            .take_while(u8::is_ascii_digit)
            .any(|digit| digit != b'0');
    let ((a_value, a_len), (b_value, b_len)) = (digits(a, counts), digits(b, counts));
    let order = a_value
        .cmp(&b_value)
        .then(a_len.cmp(&b_len))
        .then(x.cmp(&y));
    order == Ordering::Less
}

/// The number at the beginning of a text, with a one before it where `counts`, and how many digits it has.
/// It overflows as it does in Go.
fn digits(text: &str, counts: bool) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((i64::from(counts), 0), |(value, len), digit| {
        let value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        (value, len + 1)
    })
}

fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !character.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[track_caller]
    fn check(keys: &str, expected: &str) {
        let mut keys: Vec<&str> = keys.split(' ').collect();
        sort(&mut keys, |key| key);
        assert_eq!(keys.join(" "), expected);
    }

    #[test]
    fn digits_count_as_numbers() {
        check("a10 a2 a1", "a1 a2 a10");
        check("port10 port-1 port01 port1", "port-1 port1 port01 port10");
        check("10 9 1.5 a", "1.5 9 10 a");
    }

    #[test]
    fn letters_come_last_and_capitals_first() {
        check("b a B _x .y 1z /q", ".y /q _x 1z B a b");
    }

    #[test]
    fn a_circle_of_keys_is_no_panic() {
        let mut keys: Vec<String> = (0..300)
            .map(|n| format!("a{}{}", n % 31, ["b", "", "-"][n % 3]))
            .collect();
        sort(&mut keys, |key| key);
        assert_eq!(keys.len(), 300);
    }
}
