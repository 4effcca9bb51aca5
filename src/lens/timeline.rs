//! The options of `%%timeline`.
use crate::inspect::timeline::Window;

const HELP: &str = "%%timeline [--from T] [--to T] [--threads NAME,NAME] [--no-variables]: T is a virtual time such as 250us, 1.5ms or 2s.";

/// The options of the command's line.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Options {
    pub window: Window,
    pub no_variables: bool,
}

/// # Errors
/// A sentence for the user: the line is wrong.
pub(super) fn options(line: &str) -> Result<Options, String> {
    let mut out = Options::default();
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value. {HELP}"));
        match word {
            "--from" => out.window.from = Some(time(value()?)?),
            "--to" => out.window.to = Some(time(value()?)?),
            "--threads" => out.window.lanes = value()?.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect(),
            "--no-variables" => out.no_variables = true,
            other => return Err(format!("%%timeline knows no {other}. {HELP}")),
        }
    }
    if let (Some(from), Some(to)) = (out.window.from, out.window.to)
        && from >= to
    {
        return Err("--from must be before --to.".to_owned());
    }
    Ok(out)
}

/// A duration such as `250us`, `1.5ms`, `2s` in nanoseconds; without a unit it is seconds.
pub(super) fn time(text: &str) -> Result<u64, String> {
    let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("", 1e9)];
    let found = units.iter().find_map(|(unit, ns)| Some((text.strip_suffix(unit)?.parse::<f64>().ok()?, ns)));
    match found {
        Some((n, ns)) if n >= 0.0 && n.is_finite() => Ok((n * ns) as u64),
        _ => Err(format!("`{text}` is no time: write 250us, 1.5ms or 2s.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(["250us", "1.5ms", "2s", "3", "7ns"].map(|t| time(t).unwrap_or(0)), [250_000, 1_500_000, 2_000_000_000, 3_000_000_000, 7]);
        assert!(time("soon").is_err() && time("-1s").is_err());
    }

    #[test]
    fn options_are_read_and_wrong_ones_are_named() {
        let o = options("--from 1ms --to 2ms --threads A,B").expect("right");
        assert_eq!((o.window.from, o.window.to, o.window.lanes.len()), (Some(1_000_000), Some(2_000_000), 2));
        assert!(options("--form 1ms").is_err_and(|e| e.contains("--form")));
        assert!(options("--from 2ms --to 1ms").is_err());
    }
}
