//! `inspect_request`: what is the name under the cursor.
use super::{Content, OK};
use pellucid::face::Bundle;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub struct InspectRequest {
    pub code: String,
    /// In code points; absent or null: the end of the code.
    #[serde(default)]
    pub cursor_pos: Option<usize>,
    /// 0 or 1 (`?` and `??`).
    #[serde(default)]
    pub detail_level: u8,
}

#[derive(Debug, Serialize)]
pub struct InspectReply {
    status: &'static str,
    found: bool,
    data: Bundle,
    metadata: Bundle,
}

impl Content for InspectReply {
    const TYPE: &'static str = "inspect_reply";
}

impl From<Option<Bundle>> for InspectReply {
    fn from(data: Option<Bundle>) -> InspectReply {
        let found = data.is_some();
        InspectReply { status: OK, found, data: data.unwrap_or_default(), metadata: Bundle::new() }
    }
}
