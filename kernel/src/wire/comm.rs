//! Comms. The machine offers no comm target, so a `comm_open` is closed again at once and none is ever listed.
use super::{Content, OK};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub struct CommOpen {
    pub comm_id: String,
}

#[derive(Debug, Serialize)]
pub struct CommClose {
    pub comm_id: String,
    pub data: Value,
}

impl Content for CommClose {
    const TYPE: &'static str = "comm_close";
}

#[derive(Debug, Serialize)]
pub struct CommInfoReply {
    status: &'static str,
    comms: serde_json::Map<String, Value>,
}

impl Content for CommInfoReply {
    const TYPE: &'static str = "comm_info_reply";
}

impl CommInfoReply {
    pub fn none() -> CommInfoReply {
        CommInfoReply { status: OK, comms: serde_json::Map::new() }
    }
}
