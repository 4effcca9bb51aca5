//! The task that turns what waits in the outbox into messages on the sockets, in order.
use super::iopub::Publisher;
use super::send;
use crate::outbox::{Channel, Item, stream_content};
use crate::shared::Shared;
use crate::wire::header::{Encoder, Parent};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use zeromq::RouterSendHalf;

/// `zeromq` has no linger and no flush for ROUTERs: its writer tasks get this long to send the last reply
/// (measured: without it a `shutdown_reply` is lost every time, with 10 ms never).
const LINGER: Duration = Duration::from_millis(15);
/// How long the last of IOPub may take.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub struct Pump {
    pub shared: Arc<Shared>,
    pub encoder: Arc<Encoder>,
    pub publisher: Arc<Publisher>,
    pub shell: RouterSendHalf,
    pub control: RouterSendHalf,
    pub stdin: RouterSendHalf,
}

impl Pump {
    /// Ends when an [`Item::Exit`] came up and everything before it is on its way.
    pub async fn run(mut self) {
        loop {
            for item in self.shared.outbox.take().await {
                match item {
                    Item::Publish { parent, msg_type, content } => self.publish(parent.as_deref(), msg_type, content).await,
                    Item::Comm { parent, msg_type, metadata, content, buffers } => {
                        let (mut frames, _) = self.encoder.encode(&[self.topic(msg_type)], Some(&parent), msg_type, &metadata, content);
                        frames.extend(buffers.into_iter().map(Bytes::from));
                        self.publisher.publish(&frames).await;
                    }
                    Item::Text { parent, stream, text } => {
                        self.publish(Some(&parent), "stream", stream_content(stream, &text)).await;
                    }
                    Item::Reply { channel, parent, msg_type, content } => {
                        self.reply(channel, &parent, msg_type, content).await;
                    }
                    Item::Exit => {
                        self.publisher.flush(LAST_WORDS).await;
                        tokio::time::sleep(LINGER).await;
                        return;
                    }
                }
            }
        }
    }

    fn topic(&self, msg_type: &str) -> Bytes {
        Bytes::from(format!("kernel.{}.{msg_type}", self.encoder.session()))
    }

    async fn publish(&self, parent: Option<&Parent>, msg_type: &'static str, content: Vec<u8>) {
        let (frames, _) = self.encoder.encode(&[self.topic(msg_type)], parent, msg_type, b"{}", content);
        self.publisher.publish(&frames).await;
    }

    async fn reply(&mut self, channel: Channel, parent: &Parent, msg_type: &'static str, content: Vec<u8>) {
        let (frames, msg_id) = self.encoder.encode(&parent.ids, Some(parent), msg_type, b"{}", content);
        match channel {
            // A peer that has gone in the meantime needs no reply.
            Channel::Shell => drop(send(&mut self.shell, frames).await),
            Channel::Control => drop(send(&mut self.control, frames).await),
            Channel::Stdin => {
                self.shared.asking.sent(msg_id);
                if !send(&mut self.stdin, frames).await {
                    self.shared.asking.nobody_there();
                }
            }
        }
    }
}
