//! Requests that need no machine: answered by the shell's task when nothing is queued, else in their turn.
use crate::outbox::Channel;
use crate::shared::Shared;
use crate::wire::Failure;
use crate::wire::header::Request;
use crate::wire::info::KernelInfoReply;

/// Everything that the session's thread does not answer, unknown types included.
pub fn is_light(msg_type: &str) -> bool {
    !matches!(
        msg_type,
        "execute_request"
            | "complete_request"
            | "inspect_request"
            | "is_complete_request"
            | "history_request"
            | "comm_info_request"
            | "comm_open"
            | "comm_msg"
            | "comm_close"
    )
}

/// Requests that run the user's code: what an interrupt ends.
pub fn runs_code(msg_type: &str) -> bool {
    matches!(msg_type, "execute_request" | "comm_open" | "comm_msg" | "comm_close")
}

/// Answers between `busy` and `idle`. A type that nobody knows gets just those two.
pub fn answer(shared: &Shared, request: &Request, channel: Channel) {
    let parent = &request.parent;
    shared.bracket(parent, || match request.header.msg_type.as_str() {
        "kernel_info_request" => shared.outbox.reply(channel, parent, &KernelInfoReply::new()),
        other => shared.log(&format!("ignored a {other} ({})", request.header.msg_id)),
    });
}

/// The reply to a request whose content is not what the protocol says.
pub fn bad_content(shared: &Shared, request: &Request, channel: Channel, reply: &'static str, e: &serde_json::Error) {
    let why = Failure::new("BadRequest", format!("the content of {} cannot be read: {e}", request.header.msg_type));
    shared.outbox.reply_as(channel, &request.parent, reply, serde_json::to_vec(&why).unwrap_or_default());
}
