//! The control channel: answered while a cell runs.
use super::receive;
use crate::light;
use crate::outbox::Channel;
use crate::shared::Shared;
use crate::usage;
use crate::wire::control::{DebugReply, DebugRequest, InterruptReply, ShutdownReply, ShutdownRequest, UsageReply};
use crate::wire::header::Request;
use crate::wire::signing::Signer;
use crate::wire::{Content, Failure};
use std::sync::Arc;
use zeromq::RouterRecvHalf;

pub async fn run(shared: Arc<Shared>, signer: Signer, mut from: RouterRecvHalf) {
    loop {
        let frames = receive(&mut from).await;
        if let Some(request) = shared.accept("control", &frames, &signer) {
            answer(&shared, &request, Channel::Control);
        }
    }
}

/// What must not wait its turn when it comes on shell.
pub fn is_urgent(msg_type: &str) -> bool {
    matches!(msg_type, "shutdown_request" | "interrupt_request")
}

/// Answers one request on `channel`.
pub fn answer(shared: &Shared, request: &Request, channel: Channel) {
    let parent = &request.parent;
    match request.header.msg_type.as_str() {
        "shutdown_request" => shut_down(shared, request, channel),
        "interrupt_request" => shared.bracket(parent, || {
            shared.ask_interrupt();
            shared.outbox.reply(channel, parent, &InterruptReply::new());
        }),
        "usage_request" => shared.bracket(parent, || {
            shared.outbox.reply(channel, parent, &UsageReply(usage::now()));
        }),
        "debug_request" => shared.bracket(parent, || {
            let asked: DebugRequest = serde_json::from_slice(&request.content).unwrap_or_default();
            shared.outbox.reply(channel, parent, &DebugReply::refuse(asked));
        }),
        "create_subshell_request" => refuse_subshell(shared, request, channel, "create_subshell_reply"),
        "delete_subshell_request" => refuse_subshell(shared, request, channel, "delete_subshell_reply"),
        "list_subshell_request" => refuse_subshell(shared, request, channel, "list_subshell_reply"),
        _ => light::answer(shared, request, channel),
    }
}

/// `supported_features` names no subshells; a front end that asks all the same is told so.
fn refuse_subshell(shared: &Shared, request: &Request, channel: Channel, reply: &'static str) {
    let no = Failure::new("Unsupported", "this kernel has no subshells");
    shared.bracket(&request.parent, || {
        shared.outbox.reply_as(channel, &request.parent, reply, serde_json::to_vec(&no).unwrap_or_default());
    });
}

/// The reply goes to the asker and, for the other front ends, to IOPub; then the kernel exits. A cell that runs is
/// left where it is: the machine is a value of this process and has nothing in the world to clean up.
fn shut_down(shared: &Shared, request: &Request, channel: Channel) {
    let asked: ShutdownRequest = serde_json::from_slice(&request.content).unwrap_or_default();
    let reply = ShutdownReply::new(asked.restart);
    shared.log(&format!("{}, restart: {}", ShutdownReply::TYPE, asked.restart));
    shared.bracket(&request.parent, || {
        shared.outbox.reply(channel, &request.parent, &reply);
        shared.outbox.publish(Some(&request.parent), &reply);
    });
    shared.outbox.exit();
}
