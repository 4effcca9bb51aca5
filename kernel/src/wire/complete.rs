//! `complete_request` and `is_complete_request`. Positions are in Unicode code points, as the protocol has them since 5.2.
use super::{Content, OK};
use pellucid::face::{Completeness, Completions, Match};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
pub struct CompleteRequest {
    pub code: String,
    /// Absent or null: the end of the code.
    #[serde(default)]
    pub cursor_pos: Option<usize>,
}

/// A cursor clamped to the code, both in code points.
pub fn cursor(code: &str, asked: Option<usize>) -> usize {
    let end = code.chars().count();
    asked.unwrap_or(end).min(end)
}

#[derive(Debug, Serialize)]
pub struct CompleteReply {
    status: &'static str,
    matches: Vec<String>,
    cursor_start: usize,
    cursor_end: usize,
    metadata: Value,
}

impl Content for CompleteReply {
    const TYPE: &'static str = "complete_reply";
}

impl From<Completions> for CompleteReply {
    fn from(c: Completions) -> CompleteReply {
        let Completions { start, end, matches } = c;
        // JupyterLab takes the kinds from here; the key is its (and ipykernel's) name for them.
        let typed = |m: &Match| json!({"start": start, "end": end, "text": m.text, "type": m.kind});
        let types: Vec<Value> = matches.iter().map(typed).collect();
        CompleteReply {
            status: OK,
            matches: matches.into_iter().map(|m| m.text).collect(),
            cursor_start: start,
            cursor_end: end,
            metadata: json!({"_jupyter_types_experimental": types}),
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct IsCompleteRequest {
    pub code: String,
}

#[derive(Debug, Serialize)]
pub struct IsCompleteReply {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    indent: Option<String>,
}

impl Content for IsCompleteReply {
    const TYPE: &'static str = "is_complete_reply";
}

impl From<Completeness> for IsCompleteReply {
    fn from(c: Completeness) -> IsCompleteReply {
        let (status, indent) = match c {
            Completeness::Complete => ("complete", None),
            Completeness::Incomplete(indent) => ("incomplete", Some(indent)),
            Completeness::Invalid => ("invalid", None),
            Completeness::Unknown => ("unknown", None),
        };
        IsCompleteReply { status, indent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_counts_code_points() {
        assert_eq!(cursor("a𨭎b", None), 3);
        assert_eq!(cursor("a𨭎b", Some(2)), 2);
        assert_eq!(cursor("a", Some(99)), 1);
    }
}
