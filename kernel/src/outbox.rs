//! The one ordered queue from the session's thread (and the control channel) to the sockets.
//!
//! Everything a request causes goes through here in program order: statuses, streams, displays, errors, the reply.
//! Adjacent stream text of one request is joined, so that 20,000 prints are a dozen messages; what is waiting is sent
//! when it is 64 KiB, when it is [`BATCH_TIME`] old, or as soon as anything but text follows. A program that prints
//! faster than the sockets take it is made to wait at [`ROOM`] bytes.
use crate::wire::status::{StreamText, stream_name};
use crate::wire::{self, Content, header::Parent};
use pellucid::face::{Bundle, Comm, Stream};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How old stream text may get before it is sent.
pub const BATCH_TIME: Duration = Duration::from_millis(10);
/// Bytes of stream text in one message, and what makes waiting text urgent.
const BATCH_BYTES: usize = 64 << 10;
/// Bytes that may wait before the program does.
const ROOM: usize = 16 << 20;

/// Which ROUTER a reply goes out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Shell,
    Control,
    Stdin,
}

/// One thing to send. `content` is JSON.
#[derive(Debug)]
pub enum Item {
    Publish { parent: Option<Arc<Parent>>, msg_type: &'static str, content: Vec<u8> },
    /// A comm's message; `metadata` is JSON too.
    Comm { parent: Arc<Parent>, msg_type: &'static str, metadata: Vec<u8>, content: Vec<u8>, buffers: Vec<Vec<u8>> },
    /// Text not yet made into a message.
    Text { parent: Arc<Parent>, stream: Stream, text: String },
    Reply { channel: Channel, parent: Arc<Parent>, msg_type: &'static str, content: Vec<u8> },
    /// All before this has been sent; then the kernel may exit.
    Exit,
}

#[derive(Default)]
struct Waiting {
    items: VecDeque<Item>,
    bytes: usize,
    urgent: bool,
}

#[derive(Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    room: Condvar,
    something: Notify,
    hurry: Notify,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic of the session's thread is caught and reported; the queue is whole at every await and return.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, item: Item, size: usize) {
        let mut w = self.lock();
        w.items.push_back(item);
        w.bytes += size;
        w.urgent = true;
        drop(w);
        self.something.notify_one();
        self.hurry.notify_one();
    }

    /// Text of the running program. Waits while there is no room.
    pub fn text(&self, parent: &Arc<Parent>, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut w = self.lock();
        while w.bytes > ROOM {
            w = self.room.wait(w).unwrap_or_else(PoisonError::into_inner);
        }
        let was_empty = w.items.is_empty();
        match w.items.back_mut() {
            Some(Item::Text { parent: p, stream: s, text: t })
                if *s == stream && Arc::ptr_eq(p, parent) && t.len() < BATCH_BYTES =>
            {
                t.push_str(text);
            }
            _ => w.items.push_back(Item::Text { parent: parent.clone(), stream, text: text.to_owned() }),
        }
        w.bytes += text.len();
        let hurry = w.bytes >= BATCH_BYTES && !w.urgent;
        w.urgent |= hurry;
        drop(w);
        if was_empty {
            self.something.notify_one();
        }
        if hurry {
            self.hurry.notify_one();
        }
    }

    /// Waits while there is no room for something of this size.
    fn wait_for_room(&self, size: usize) {
        if size > 1 << 10 {
            let mut w = self.lock();
            while w.bytes > ROOM {
                w = self.room.wait(w).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A comm's message on IOPub. Waits while there is no room.
    pub fn comm(&self, parent: &Arc<Parent>, message: Comm) {
        let Comm { kind, content, metadata, buffers } = message;
        let json = |part: &Bundle| serde_json::to_vec(part).unwrap_or_default();
        let (content, metadata) = (json(&content), json(&metadata));
        // An empty message has a size all the same, so that a program that sends only those is held back too.
        let size = content.len() + metadata.len() + buffers.iter().map(Vec::len).sum::<usize>() + 256;
        self.wait_for_room(size + (1 << 10));
        let msg_type = kind.msg_type();
        self.push(Item::Comm { parent: parent.clone(), msg_type, metadata, content, buffers }, size);
    }

    /// A message on IOPub. Waits while there is no room, as [`Outbox::text`] does.
    pub fn publish<C: Content>(&self, parent: Option<&Arc<Parent>>, content: &C) {
        let content = wire::to_bytes(content);
        let size = content.len();
        self.wait_for_room(size);
        self.push(Item::Publish { parent: parent.cloned(), msg_type: C::TYPE, content }, size);
    }

    /// A message on a ROUTER, to the peer that sent `parent`.
    pub fn reply<C: Content>(&self, channel: Channel, parent: &Arc<Parent>, content: &C) {
        self.reply_as(channel, parent, C::TYPE, wire::to_bytes(content));
    }

    /// As [`Outbox::reply`], for contents that stand in more than one reply.
    pub fn reply_as(&self, channel: Channel, parent: &Arc<Parent>, msg_type: &'static str, content: Vec<u8>) {
        let size = content.len();
        self.push(Item::Reply { channel, parent: parent.clone(), msg_type, content }, size);
    }

    pub fn exit(&self) {
        self.push(Item::Exit, 0);
    }

    /// Waits for something to send, gathers text for a moment, and takes all of it. For one caller only.
    pub async fn take(&self) -> VecDeque<Item> {
        loop {
            self.something.notified().await;
            if !self.lock().urgent {
                // An old permit of `hurry` only makes a batch smaller.
                let _ = tokio::time::timeout(BATCH_TIME, self.hurry.notified()).await;
            }
            let mut w = self.lock();
            let items = std::mem::take(&mut w.items);
            (w.bytes, w.urgent) = (0, false);
            drop(w);
            self.room.notify_all();
            if !items.is_empty() {
                return items;
            }
        }
    }
}

/// The content of a `stream` message.
pub fn stream_content(stream: Stream, text: &str) -> Vec<u8> {
    wire::to_bytes(&StreamText { name: stream_name(stream), text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn parent() -> Arc<Parent> {
        Arc::new(Parent { ids: vec![], header: Bytes::from_static(b"{}") })
    }

    #[tokio::test]
    async fn text_is_joined_until_the_channel_switches() {
        let (o, p) = (Outbox::default(), parent());
        for (s, t) in [(Stream::Stdout, "a"), (Stream::Stdout, "b"), (Stream::Stderr, "c"), (Stream::Stdout, "d")] {
            o.text(&p, s, t);
        }
        o.text(&parent(), Stream::Stdout, "e");
        let got: Vec<String> = o
            .take()
            .await
            .into_iter()
            .map(|i| match i {
                Item::Text { text, .. } => text,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(got, ["ab", "c", "d", "e"]);
    }

    #[tokio::test]
    async fn twenty_thousand_lines_are_few_messages() {
        let (o, p) = (Outbox::default(), parent());
        let line = format!("{}\n", "x".repeat(40));
        (0..20_000).for_each(|_| o.text(&p, Stream::Stdout, &line));
        let items = o.take().await;
        assert!(items.len() < 20, "{}", items.len());
    }
}
