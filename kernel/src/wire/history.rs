//! `history_request` and its reply.
use super::{Content, OK};
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn star() -> String {
    "*".into()
}

/// All three kinds of access in one struct: the fields that a kind does not use are ignored, and a search may come
/// without `n` and `unique`.
#[derive(Debug, Deserialize)]
pub struct HistoryRequest {
    /// `tail`, `range` or `search`; absent: `tail`.
    #[serde(default)]
    pub hist_access_type: String,
    #[serde(default)]
    pub output: bool,
    /// 0 is the current session, −1 the one before it.
    #[serde(default)]
    pub session: i64,
    #[serde(default)]
    pub start: Option<i64>,
    /// Exclusive.
    #[serde(default)]
    pub stop: Option<i64>,
    #[serde(default)]
    pub n: Option<usize>,
    /// A glob: `*` and `?`.
    #[serde(default = "star")]
    pub pattern: String,
    #[serde(default)]
    pub unique: bool,
}

/// Entries are `[session, line, input]`, or `[session, line, [input, output]]` when outputs were asked for.
#[derive(Debug, Serialize)]
pub struct HistoryReply {
    status: &'static str,
    history: Vec<Value>,
}

impl Content for HistoryReply {
    const TYPE: &'static str = "history_reply";
}

impl HistoryReply {
    pub fn new(history: Vec<Value>) -> HistoryReply {
        HistoryReply { status: OK, history }
    }
}
