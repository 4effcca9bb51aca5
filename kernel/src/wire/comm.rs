//! Comms: messages of the program's own between it and the front end (protocol: "Custom messages").
use super::{Content, OK};
use pellucid::face::{Bundle, Comm, CommKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What every comm's message must have.
#[derive(Debug, Deserialize)]
pub struct CommContent {
    pub comm_id: String,
    #[serde(flatten)]
    rest: Bundle,
}

impl CommContent {
    /// The message for the machine. Metadata that is no JSON object is none.
    pub fn message(self, kind: CommKind, metadata: &[u8], buffers: Vec<Vec<u8>>) -> Comm {
        let mut content = self.rest;
        content.insert("comm_id".into(), Value::String(self.comm_id));
        Comm { kind, content, metadata: serde_json::from_slice(metadata).unwrap_or_default(), buffers }
    }
}

#[derive(Debug, Deserialize, Default)]
pub struct CommInfoRequest {
    /// Only comms of this target.
    #[serde(default)]
    pub target_name: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct CommInfoReply {
    status: &'static str,
    comms: Map<String, Value>,
}

impl Content for CommInfoReply {
    const TYPE: &'static str = "comm_info_reply";
}

impl From<BTreeMap<String, String>> for CommInfoReply {
    /// From the open comms: id to target.
    fn from(open: BTreeMap<String, String>) -> CommInfoReply {
        let comms = open.into_iter().map(|(id, target)| (id, json!({"target_name": target}))).collect();
        CommInfoReply { status: OK, comms }
    }
}
