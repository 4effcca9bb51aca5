//! The stdin channel: delivers `input_reply` to the cell that asked.
use super::receive;
use crate::shared::Shared;
use crate::wire::signing::Signer;
use crate::wire::stdin::InputReply;
use std::sync::Arc;
use zeromq::RouterRecvHalf;

pub async fn run(shared: Arc<Shared>, signer: Signer, mut from: RouterRecvHalf) {
    loop {
        let frames = receive(&mut from).await;
        let Some(request) = shared.accept("stdin", &frames, &signer) else { continue };
        if request.header.msg_type != "input_reply" {
            shared.log(&format!("stdin: ignored a {}", request.header.msg_type));
            continue;
        }
        match serde_json::from_slice::<InputReply>(&request.content) {
            Ok(reply) => shared.asking.answer(request.answers.as_deref(), reply.value),
            Err(e) => shared.log(&format!("stdin: ignored an input_reply: {e}")),
        }
    }
}
