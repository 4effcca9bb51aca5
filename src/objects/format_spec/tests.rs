//! Examples whose results were taken from CPython.
use super::*;
use num_bigint::BigInt;

fn int(x: i64, spec: &str) -> Result<String, FormatError> {
    Ok(parse(spec, "int")?.format_int(&BigInt::from(x), "int")?.to_string_lossy().into_owned())
}
fn float(x: f64, spec: &str) -> Result<String, FormatError> {
    Ok(parse(spec, "float")?.format_float(x, "float")?.to_string_lossy().into_owned())
}
fn text(x: &str, spec: &str) -> Result<String, FormatError> {
    Ok(parse(spec, "str")?.format_str(Wtf8::new(x), "str")?.to_string_lossy().into_owned())
}
fn message(r: Result<String, FormatError>) -> String {
    match r {
        Err(FormatError::Value(m) | FormatError::Overflow(m)) => m,
        Ok(t) => panic!("no error: {t}"),
    }
}

#[test]
fn ints() {
    for (x, spec, want) in [
        (42, "", "42"),
        (42, "5", "   42"),
        (42, "<5", "42   "),
        (42, "*^6", "**42**"),
        (-42, "06", "-00042"),
        (42, "+", "+42"),
        (255, "#x", "0xff"),
        (255, "#010X", "0X000000FF"),
        (1234567, ",", "1,234,567"),
        (1234, "010,", "00,001,234"),
        (1234, "09,", "0,001,234"),
        (1234, "08,", "0,001,234"),
        (65535, "_b", "1111_1111_1111_1111"),
        (65, "c", "A"),
        (5, ".1f", "5.0"),
        (1, ".0%", "100%"),
        (-5, "=6", "-    5"),
    ] {
        assert_eq!(int(x, spec).as_deref(), Ok(want), "{x} {spec}");
    }
    assert_eq!(message(int(1, "s")), "Unknown format code 's' for object of type 'int'");
    assert_eq!(message(int(1, ".3")), "Precision not allowed in integer format specifier");
    assert_eq!(message(int(1, ",b")), "Cannot specify ',' with 'b'.");
    assert_eq!(message(int(1, "ab")), "Invalid format specifier 'ab' for object of type 'int'");
}

#[test]
fn floats() {
    for (x, spec, want) in [
        (3.25159, ".2f", "3.25"),
        (1234567.891, ",.2f", "1,234,567.89"),
        (1e10, "", "10000000000.0"),
        (1e16, "", "1e+16"),
        (123.0, ".3", "1.23e+02"),
        (12.0, ".3", "12.0"),
        (0.5, "%", "50.000000%"),
        (-0.0, "z.1f", "0.0"),
        (-0.04, "z.1f", "0.0"),
        (f64::INFINITY, "010", "0000000inf"),
        (f64::NAN, "F", "NAN"),
        (1.5, "08.2f", "00001.50"),
        (-1.5, "=+8", "-    1.5"),
        (1.23456789, ".8_f", "1.234_567_89"),
        (1234.5, "012,.1f", "00,001,234.5"),
        (1e16, "#", "1.e+16"),
    ] {
        assert_eq!(float(x, spec).as_deref(), Ok(want), "{x} {spec}");
    }
    assert_eq!(message(float(1.0, "d")), "Unknown format code 'd' for object of type 'float'");
    assert_eq!(message(float(1.0, ".")), "Format specifier missing precision");
}

#[test]
fn texts_and_complex() {
    for (x, spec, want) in [("ab", "5", "ab   "), ("ab", ">5", "   ab"), ("ab", "05", "ab000"), ("abc", ".2", "ab"), ("é", "é^3", "ééé")] {
        assert_eq!(text(x, spec).as_deref(), Ok(want), "{x} {spec}");
    }
    assert_eq!(message(text("a", "d")), "Unknown format code 'd' for object of type 'str'");
    assert_eq!(message(text("a", "=5")), "'=' alignment not allowed in string format specifier");
    assert_eq!(message(text("a", "+")), "Sign not allowed in string format specifier");
    let complex = |spec: &str| parse(spec, "complex").unwrap().format_complex(1.0, -2.5, "complex").unwrap().to_string_lossy().into_owned();
    assert_eq!(complex(".2f"), "1.00-2.50j");
    assert_eq!(complex(">12"), "    (1-2.5j)");
}
