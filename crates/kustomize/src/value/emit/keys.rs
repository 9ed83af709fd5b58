//! The order of keys: that of go-yaml, which counts digits as numbers and letters behind everything else.

use std::cmp::Ordering;

/// Sorts by key. The order below is not transitive (`a1b` < `a2` < `a10` < `a1b`), which a sort of the
/// standard library may answer with a panic; this one cannot.
pub(super) fn sort<T>(entries: &mut Vec<T>, key: impl Fn(&T) -> &str) {
    let ordered = |pair: &[T]| !less(key(&pair[1]), key(&pair[0]));
    if entries.windows(2).all(ordered) {
        return;
    }
    let mut from: Vec<Option<T>> = entries.drain(..).map(Some).collect();
    let mut into: Vec<Option<T>> = Vec::with_capacity(from.len());
    let mut run = 1;
    while run < from.len() {
        for pair in from.chunks_mut(2 * run) {
            let (left, right) = pair.split_at_mut(run.min(pair.len()));
            merge(left, right, &mut into, &key);
        }
        from.clear();
        std::mem::swap(&mut from, &mut into);
        run *= 2;
    }
    entries.extend(from.into_iter().flatten());
}

/// Takes the entries of two runs, in order.
fn merge<T>(
    left: &mut [Option<T>],
    right: &mut [Option<T>],
    into: &mut Vec<Option<T>>,
    key: &impl Fn(&T) -> &str,
) {
    let (mut left, mut right) = (left.iter_mut().peekable(), right.iter_mut().peekable());
    while let (Some(Some(a)), Some(Some(b))) = (left.peek(), right.peek()) {
        let next = if less(key(b), key(a)) {
            right.next()
        } else {
            left.next()
        };
        into.extend(next.map(Option::take));
    }
    into.extend(left.map(Option::take));
    into.extend(right.map(Option::take));
}

/// Whether a key comes before another.
fn less(a: &str, b: &str) -> bool {
    let both = a.bytes().zip(b.bytes());
    let mut same = both.take_while(|(x, y)| x == y).count();
    while !a.is_char_boundary(same) {
        same -= 1;
    }
    match (a[same..].chars().next(), b[same..].chars().next()) {
        (Some(x), Some(y)) => differ(&a[..same], (x, &a[same..]), (y, &b[same..])),
        (left, right) => left.is_none() && right.is_some(),
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
        check("ab a \u{ea} \u{e9}a \u{e9}", "a ab \u{e9} \u{e9}a \u{ea}");
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
