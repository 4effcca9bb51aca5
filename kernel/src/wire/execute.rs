//! `execute_request`, its reply, and what it publishes: `execute_input`, `execute_result`.
use super::Content;
use pellucid::face::{Bundle, CellError, CellResult, Display};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
pub struct ExecuteRequest {
    pub code: String,
    #[serde(default)]
    pub silent: bool,
    /// Absent: true, unless silent (protocol: "Execute").
    #[serde(default = "yes")]
    pub store_history: bool,
    #[serde(default)]
    pub user_expressions: BTreeMap<String, String>,
    #[serde(default)]
    pub allow_stdin: bool,
    #[serde(default = "yes")]
    pub stop_on_error: bool,
}

#[derive(Debug, Serialize)]
pub struct ExecuteInput<'a> {
    pub code: &'a str,
    pub execution_count: u32,
}

impl Content for ExecuteInput<'_> {
    const TYPE: &'static str = "execute_input";
}

#[derive(Debug, Serialize)]
pub struct ExecuteResult<'a> {
    pub execution_count: u32,
    pub data: &'a Bundle,
    pub metadata: &'a Bundle,
    #[serde(skip_serializing_if = "Bundle::is_empty")]
    pub transient: &'a Bundle,
}

impl Content for ExecuteResult<'_> {
    const TYPE: &'static str = "execute_result";
}

impl<'a> ExecuteResult<'a> {
    pub fn new(execution_count: u32, value: &'a Display) -> Self {
        let Display { data, metadata, transient } = value;
        ExecuteResult { execution_count, data, metadata, transient }
    }
}

#[derive(Debug, Serialize)]
pub struct ExecuteReply {
    pub status: &'static str,
    /// Absent for a cell that did not run: JupyterLab would show the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_count: Option<u32>,
    pub user_expressions: BTreeMap<String, Value>,
    pub payload: Vec<Value>,
    /// `ename`, `evalue`, `traceback` of a cell that failed, the same as in its `error` message.
    #[serde(flatten)]
    pub error: Option<ReplyError>,
}

#[derive(Debug, Serialize)]
pub struct ReplyError {
    pub ename: String,
    pub evalue: String,
    pub traceback: Vec<String>,
}

impl Content for ExecuteReply {
    const TYPE: &'static str = "execute_reply";
}

impl ExecuteReply {
    pub fn new(execution_count: u32, result: CellResult) -> ExecuteReply {
        let CellResult { value: _, error, user_expressions, payload } = result;
        ExecuteReply {
            status: if error.is_some() { "error" } else { "ok" },
            execution_count: Some(execution_count),
            user_expressions: user_expressions.into_iter().map(|(k, v)| (k, user_expression(v))).collect(),
            payload,
            error: error.map(|e| ReplyError { ename: e.ename, evalue: e.evalue, traceback: e.traceback }),
        }
    }

    /// For a cell that was queued behind one that failed. The protocol calls `aborted` deprecated, yet it is what
    /// front ends look for.
    pub fn aborted() -> ExecuteReply {
        let (user_expressions, payload) = (BTreeMap::new(), vec![]);
        ExecuteReply { status: "aborted", execution_count: None, user_expressions, payload, error: None }
    }
}

fn user_expression(answer: Result<Display, CellError>) -> Value {
    match answer {
        Ok(Display { data, metadata, transient: _ }) => json!({"status": "ok", "data": data, "metadata": metadata}),
        Err(CellError { ename, evalue, traceback, plain: _, exit_code: _ }) => {
            json!({"status": "error", "ename": ename, "evalue": evalue, "traceback": traceback})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_protocol() {
        let r: ExecuteRequest = serde_json::from_str(r#"{"code": "1", "x_unknown": {}}"#).unwrap();
        assert!(!r.silent && r.store_history && r.stop_on_error && !r.allow_stdin);
    }

    #[test]
    fn error_fields_stand_beside_status() {
        let error = CellError {
            ename: "E".into(),
            evalue: "v".into(),
            traceback: vec!["t".into()],
            plain: String::new(),
            exit_code: None,
        };
        let reply = ExecuteReply::new(3, CellResult { error: Some(error), ..CellResult::default() });
        let json = serde_json::to_value(&reply).unwrap();
        assert_eq!(json["status"], "error");
        assert_eq!(json["ename"], "E");
        assert_eq!(json["traceback"][0], "t");
        let ok = serde_json::to_value(ExecuteReply::new(1, CellResult::default())).unwrap();
        assert!(ok.get("ename").is_none() && ok["status"] == "ok");
    }
}
