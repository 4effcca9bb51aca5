//! "Did you mean": the nearest of some names, by the costs of CPython's `Python/suggestions.c`.

const MAX_CANDIDATES: usize = 750;
const MAX_STRING_SIZE: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

/// The candidate that a misspelt name most likely stands for.
pub fn nearest<'a>(candidates: &'a [String], wrong: &str) -> Option<&'a str> {
    if candidates.len() >= MAX_CANDIDATES {
        return None;
    }
    let mut best: Option<(&str, usize)> = None;
    for name in candidates {
        if name == wrong {
            // A name that is missing although it is listed is no help.
            continue;
        }
        // At most a third of the characters may have to change.
        let mut limit = (wrong.len() + name.len() + 3) * MOVE_COST / 6;
        if let Some((_, d)) = best {
            limit = limit.min(d.saturating_sub(1));
        }
        let distance = levenshtein(wrong.as_bytes(), name.as_bytes(), limit);
        if distance <= limit && best.is_none_or(|b| distance < b.1) {
            best = Some((name, distance));
        }
    }
    best.map(|b| b.0)
}

fn substitution_cost(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// Cost of changing one text into the other; more than `limit` when it exceeds that.
fn levenshtein(a: &[u8], b: &[u8], limit: usize) -> usize {
    if a == b {
        return 0;
    }
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - back], &b[..b.len() - back]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > MAX_STRING_SIZE || b.len() > MAX_STRING_SIZE {
        return limit + 1;
    }
    let (a, b) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if (b.len() - a.len()) * MOVE_COST > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (i, y) in b.iter().enumerate() {
        let mut distance = i * MOVE_COST;
        result = distance;
        let mut least = usize::MAX;
        for (cell, x) in row.iter_mut().zip(a) {
            let substitute = distance + substitution_cost(*y, *x);
            distance = *cell;
            result = (result.min(distance) + MOVE_COST).min(substitute);
            *cell = result;
            least = least.min(result);
        }
        if least > limit {
            return limit + 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names: Vec<String> = ["append", "blech", "index", "noise"].iter().map(|s| s.to_string()).collect();
        assert_eq!(nearest(&names, "apend"), Some("append"));
        assert_eq!(nearest(&names, "bluch"), Some("blech"));
        assert_eq!(nearest(&names, "Index"), Some("index"));
        assert_eq!(nearest(&names, "zzz"), None);
        assert_eq!(nearest(&names, "INDEX"), None);
    }
}
