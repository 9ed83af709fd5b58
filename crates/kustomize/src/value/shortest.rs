//! How Go prints numbers.

/// A number as Go's `%g` prints it, which is how kustomize writes it between JSON and YAML.
pub(crate) fn shortest(number: f64) -> String {
    written(number, 6)
}

/// A number as Go's `%v` prints it.
pub(crate) fn in_text(number: f64) -> String {
    written(number, 21)
}

/// A number, from this exponent on with one.
fn written(number: f64, large: i32) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..large).contains(&exponent) {
        return format!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
