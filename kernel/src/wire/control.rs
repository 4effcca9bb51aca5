//! What comes on the control channel: shutdown, interrupt, usage, and refusals of what we do not offer.
use super::{Content, OK};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize, Default)]
pub struct ShutdownRequest {
    #[serde(default)]
    pub restart: bool,
}

#[derive(Debug, Serialize)]
pub struct ShutdownReply {
    status: &'static str,
    restart: bool,
}

impl Content for ShutdownReply {
    const TYPE: &'static str = "shutdown_reply";
}

impl ShutdownReply {
    pub fn new(restart: bool) -> ShutdownReply {
        ShutdownReply { status: OK, restart }
    }
}

#[derive(Debug, Serialize)]
pub struct InterruptReply {
    status: &'static str,
}

impl Content for InterruptReply {
    const TYPE: &'static str = "interrupt_reply";
}

impl InterruptReply {
    pub fn new() -> InterruptReply {
        InterruptReply { status: OK }
    }
}

/// What `usage_reply` carries is not in the protocol's text; the fields are those that jupyter-resource-usage reads.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct UsageReply(pub Value);

impl Content for UsageReply {
    const TYPE: &'static str = "usage_reply";
}

#[derive(Debug, Deserialize, Default)]
pub struct DebugRequest {
    #[serde(default)]
    pub seq: i64,
    #[serde(default)]
    pub command: String,
}

/// A response of the debug adapter protocol that says no.
#[derive(Debug, Serialize)]
pub struct DebugReply {
    r#type: &'static str,
    seq: i64,
    request_seq: i64,
    success: bool,
    command: String,
    message: &'static str,
    body: Value,
}

impl Content for DebugReply {
    const TYPE: &'static str = "debug_reply";
}

impl DebugReply {
    pub fn refuse(request: DebugRequest) -> DebugReply {
        DebugReply {
            r#type: "response",
            seq: request.seq,
            request_seq: request.seq,
            success: false,
            command: request.command,
            message: "this kernel has no debugger",
            body: Value::Object(serde_json::Map::new()),
        }
    }
}
