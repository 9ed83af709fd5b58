//! Numbers as they come out of kustomize: through JSON, then read again, then printed by Go.

use std::fmt::Write as _;

use crate::value::kind::Number;

/// Below the first and from the second on, JSON has an exponent.
const FIXED: std::ops::Range<f64> = 1e-6..1e21;

/// Appends a number; false where JSON has none for it (infinite, not a number).
pub(super) fn write(number: Number, out: &mut String) -> bool {
    match number {
        Number::Int(value) => append(out, value),
        Number::UInt(value) => append(out, value),
        Number::Float(value) => return write_float(value, out),
    }
    true
}

/// A float without a fraction is a whole number in JSON and stays one where 64 bits hold it.
fn write_float(value: f64, out: &mut String) -> bool {
    if !value.is_finite() {
        return false;
    }
    if value == 0.0 {
        out.push('0');
    } else if FIXED.contains(&value.abs()) && value.fract() == 0.0 {
        let digits = value.to_string();
        if digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok() {
            out.push_str(&digits);
        } else {
            write_short(value, out);
        }
    } else {
        write_short(value, out);
    }
    true
}

/// Go's `%g` with as many digits as the value needs: an exponent below -4 and from 6 on is written, with two digits.
fn write_short(value: f64, out: &mut String) {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        append(out, value);
        return;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    out.push_str(digits);
    out.push('e');
    out.push(sign);
    if exponent.abs() < 10 {
        out.push('0');
    }
    append(out, exponent.abs());
}

fn append(out: &mut String, value: impl std::fmt::Display) {
    // Writing into a string cannot fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::value::kind::number;

    #[track_caller]
    fn check(text: &str, printed: &str) {
        let mut out = String::new();
        assert!(write(number(text).unwrap(), &mut out), "{text}");
        assert_eq!(out, printed, "{text}");
    }

    #[test]
    fn whole_numbers() {
        check("0x1F", "31");
        check("1e3", "1000");
        check("1.0", "1");
        check("-0.0", "0");
        check("18446744073709551615", "18446744073709551615");
    }

    #[test]
    fn large_and_small_ones() {
        check("12345678901234567890123", "1.2345678901234568e+22");
        check("1e21", "1e+21");
        check("1e20", "1e+20");
        check("1e19", "10000000000000000000");
        check("12345678901234567890.0", "12345678901234567000");
        check("1234567.5", "1.2345675e+06");
        check("1234567e-1", "123456.7");
        check("0.00001", "1e-05");
        check("1e-7", "1e-07");
    }

    #[test]
    fn some_are_no_numbers_of_json() {
        assert!(!write(number(".inf").unwrap(), &mut String::new()));
        assert!(!write(number(".nan").unwrap(), &mut String::new()));
    }
}
