//! Times as text: `asctime`, and `strftime` in the C locale with glibc's extensions.
use super::calendar::Broken;
use rustpython_wtf8::{Wtf8, Wtf8Buf};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
];

fn day(b: &Broken) -> &'static str {
    DAYS[b.weekday.rem_euclid(7) as usize]
}
fn month(b: &Broken) -> &'static str {
    MONTHS[(b.month - 1).rem_euclid(12) as usize]
}
/// `Sun Jun 20 23:21:05 1993`.
pub fn asctime(b: &Broken) -> String {
    format!("{} {} {:2} {:02}:{:02}:{:02} {}", &day(b)[..3], &month(b)[..3], b.day, b.hour, b.minute, b.second, b.year)
}
/// How a number is filled up: glibc's flags `-`, `_`, `0`.
#[derive(Clone, Copy)]
struct Fill {
    flag: Option<char>,
}
impl Fill {
    fn number(self, n: i64, width: usize, default: char) -> String {
        match self.flag.unwrap_or(default) {
            '-' => n.to_string(),
            '_' | ' ' => format!("{n:width$}"),
            _ => format!("{n:0width$}"),
        }
    }
}

/// Formats a time; unknown directives stay as they are.
pub fn strftime(format: &Wtf8, b: &Broken) -> Wtf8Buf {
    let mut out = Wtf8Buf::new();
    let mut points = format.code_points().peekable();
    while let Some(c) = points.next() {
        if c.to_u32() != '%' as u32 {
            out.push(c);
            continue;
        }
        let mut seen = Wtf8Buf::from("%".to_owned());
        let (mut flag, mut upper, mut text) = (None, false, None);
        while let Some(d) = points.next() {
            seen.push(d);
            match d.to_char() {
                Some(f @ ('-' | '_' | '0')) => flag = Some(f),
                Some('^') => upper = true,
                Some('#') => upper = true,
                Some('E' | 'O') => {}
                Some(d) => {
                    text = directive(d, Fill { flag }, b);
                    break;
                }
                None => break,
            }
        }
        match text {
            Some(t) if upper => out.push_str(&t.to_uppercase()),
            Some(t) => out.push_str(&t),
            None => out.push_wtf8(&seen),
        }
    }
    out
}
fn directive(d: char, fill: Fill, b: &Broken) -> Option<String> {
    let hour12 = if b.hour % 12 == 0 { 12 } else { b.hour % 12 };
    let half = if b.hour < 12 { "AM" } else { "PM" };
    let sub = |format: &str| strftime(Wtf8::new(format), b).to_string_lossy().into_owned();
    let (iso_year, iso_week) = b.iso_week();
    let sunday_based = (b.weekday + 1) % 7;
    Some(match d {
        'a' => day(b)[..3].into(),
        'A' => day(b).into(),
        'b' | 'h' => month(b)[..3].into(),
        'B' => month(b).into(),
        'c' => sub("%a %b %e %H:%M:%S %Y"),
        'C' => fill.number(b.year.div_euclid(100), 2, '0'),
        'd' => fill.number(b.day, 2, '0'),
        'D' | 'x' => sub("%m/%d/%y"),
        'e' => fill.number(b.day, 2, '_'),
        'F' => sub("%Y-%m-%d"),
        'g' => fill.number(iso_year.rem_euclid(100), 2, '0'),
        'G' => iso_year.to_string(),
        'H' => fill.number(b.hour, 2, '0'),
        'I' => fill.number(hour12, 2, '0'),
        'j' => fill.number(b.yearday, 3, '0'),
        'k' => fill.number(b.hour, 2, '_'),
        'l' => fill.number(hour12, 2, '_'),
        'm' => fill.number(b.month, 2, '0'),
        'M' => fill.number(b.minute, 2, '0'),
        'n' => "\n".into(),
        'p' => half.into(),
        'P' => half.to_lowercase(),
        'r' => sub("%I:%M:%S %p"),
        'R' => sub("%H:%M"),
        's' => b.timestamp().to_string(),
        'S' => fill.number(b.second, 2, '0'),
        't' => "\t".into(),
        'T' | 'X' => sub("%H:%M:%S"),
        'u' => (b.weekday + 1).to_string(),
        'U' => fill.number((b.yearday - 1 + 7 - sunday_based) / 7, 2, '0'),
        'V' => fill.number(iso_week, 2, '0'),
        'w' => sunday_based.to_string(),
        'W' => fill.number((b.yearday - 1 + 7 - b.weekday) / 7, 2, '0'),
        'y' => fill.number(b.year.rem_euclid(100), 2, '0'),
        'Y' => b.year.to_string(),
        'z' => "+0000".into(),
        'Z' => "UTC".into(),
        '%' => "%".into(),
        _ => return None,
    })
}
