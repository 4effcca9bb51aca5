//! The session's history in memory: what was executed, and the text of its result.
//!
//! Left out: earlier sessions; a `range` over one of them is empty.
use crate::wire::history::HistoryRequest;
use serde_json::{Value, json};

/// The number by which front ends name this process's session; 0 in a request means it too.
const SESSION: i64 = 1;
/// What `tail` gives when a request names no `n` (the protocol leaves that open; IPython gives 10).
const TAIL: usize = 10;

#[derive(Debug)]
struct Entry {
    line: u32,
    input: String,
    output: Option<String>,
}

#[derive(Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
}

impl History {
    /// `output` is the text form of the cell's value.
    pub fn add(&mut self, line: u32, input: &str, output: Option<String>) {
        self.entries.push(Entry { line, input: input.to_owned(), output });
    }

    /// Entries in the order of execution, in the protocol's form.
    pub fn answer(&self, r: &HistoryRequest) -> Vec<Value> {
        let found = match r.hist_access_type.as_str() {
            "range" => self.range(r),
            "search" => self.search(r),
            _ => tail(self.entries.iter().collect(), r.n.unwrap_or(TAIL)),
        };
        let shown = |e: &Entry| match r.output {
            true => json!([SESSION, e.line, [e.input, e.output]]),
            false => json!([SESSION, e.line, e.input]),
        };
        found.into_iter().map(shown).collect()
    }

    fn range(&self, r: &HistoryRequest) -> Vec<&Entry> {
        if r.session != 0 && r.session != SESSION {
            return vec![];
        }
        let (start, stop) = (r.start.unwrap_or(0), r.stop.unwrap_or(i64::MAX));
        self.entries.iter().filter(|e| (start..stop).contains(&i64::from(e.line))).collect()
    }

    /// With `unique`, the last of equal inputs stays.
    fn search(&self, r: &HistoryRequest) -> Vec<&Entry> {
        let mut found: Vec<&Entry> = self.entries.iter().filter(|e| glob(&r.pattern, &e.input)).collect();
        if r.unique {
            let mut seen = std::collections::HashSet::new();
            found.reverse();
            found.retain(|e| seen.insert(e.input.as_str()));
            found.reverse();
        }
        tail(found, r.n.unwrap_or(usize::MAX))
    }
}

fn tail(mut entries: Vec<&Entry>, n: usize) -> Vec<&Entry> {
    entries.split_off(entries.len().saturating_sub(n))
}

/// Whether the whole text matches a pattern of `*` (any run) and `?` (any one character).
///
/// Greedy with one point of return: on a mismatch the last `*` takes one character more, which is enough because an
/// earlier `*` could only give up characters that the last one may take as well.
fn glob(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut i, mut j, mut retry) = (0, 0, None);
    while j < t.len() {
        if i < p.len() && p[i] == '*' {
            retry = Some((i + 1, j));
            i += 1;
        } else if i < p.len() && (p[i] == '?' || p[i] == t[j]) {
            (i, j) = (i + 1, j + 1);
        } else if let Some((after, from)) = retry {
            retry = Some((after, from + 1));
            (i, j) = (after, from + 1);
        } else {
            return false;
        }
    }
    p[i..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(h: &History, json: &str) -> Vec<Value> {
        h.answer(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn globs() {
        for (p, t, want) in [
            ("1?2*", "1+2+3", true),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b", "ab\nb", true),
            ("a*b", "abc", false),
            ("?", "𨭎", true),
            ("", "x", false),
        ] {
            assert_eq!(glob(p, t), want, "{p} {t}");
        }
    }

    #[test]
    fn tail_range_search() {
        let mut h = History::default();
        for (i, (code, out)) in [("a", Some("1")), ("b", None), ("a", None)].into_iter().enumerate() {
            h.add(i as u32 + 1, code, out.map(str::to_owned));
        }
        assert_eq!(ask(&h, r#"{"hist_access_type":"tail","n":2}"#), [json!([1, 2, "b"]), json!([1, 3, "a"])]);
        let first = ask(&h, r#"{"hist_access_type":"range","session":1,"start":1,"stop":2,"output":true}"#);
        assert_eq!(first, [json!([1, 1, ["a", "1"]])]);
        assert_eq!(ask(&h, r#"{"hist_access_type":"range","session":7,"start":1,"stop":2}"#), [] as [Value; 0]);
        assert_eq!(ask(&h, r#"{"hist_access_type":"search","pattern":"a*"}"#).len(), 2);
        assert_eq!(ask(&h, r#"{"hist_access_type":"search","pattern":"a*","unique":true}"#), [json!([1, 3, "a"])]);
        assert_eq!(ask(&h, r#"{"hist_access_type":"search","n":1}"#), [json!([1, 3, "a"])]);
    }
}
