//! Requests that need no machine: answered by the shell's task when nothing is queued, else in their turn.
use crate::outbox::Channel;
use crate::shared::Shared;
use crate::wire::Failure;
use crate::wire::comm::{CommClose, CommInfoReply, CommOpen};
use crate::wire::header::Request;
use crate::wire::info::KernelInfoReply;
use serde_json::{Map, Value};

/// Everything that the session's thread does not answer, unknown types included.
pub fn is_light(msg_type: &str) -> bool {
    !matches!(
        msg_type,
        "execute_request" | "complete_request" | "inspect_request" | "is_complete_request" | "history_request"
    )
}

/// Answers between `busy` and `idle`. A type that nobody knows gets just those two.
pub fn answer(shared: &Shared, request: &Request, channel: Channel) {
    let parent = &request.parent;
    shared.bracket(parent, || match request.header.msg_type.as_str() {
        "kernel_info_request" => shared.outbox.reply(channel, parent, &KernelInfoReply::new()),
        "comm_info_request" => shared.outbox.reply(channel, parent, &CommInfoReply::none()),
        "comm_open" => refuse_comm(shared, request),
        // For a comm that is not open, as none ever is: nothing to do.
        "comm_msg" | "comm_close" => {}
        other => shared.log(&format!("ignored a {other} ({})", request.header.msg_id)),
    });
}

fn refuse_comm(shared: &Shared, request: &Request) {
    match serde_json::from_slice::<CommOpen>(&request.content) {
        Ok(CommOpen { comm_id }) => {
            let close = CommClose { comm_id, data: Value::Object(Map::new()) };
            shared.outbox.publish(Some(&request.parent), &close);
        }
        Err(e) => shared.log(&format!("ignored a comm_open: {e}")),
    }
}

/// The reply to a request whose content is not what the protocol says.
pub fn bad_content(shared: &Shared, request: &Request, channel: Channel, reply: &'static str, e: &serde_json::Error) {
    let why = Failure::new("BadRequest", format!("the content of {} cannot be read: {e}", request.header.msg_type));
    shared.outbox.reply_as(channel, &request.parent, reply, serde_json::to_vec(&why).unwrap_or_default());
}
