//! IOPub: an XPUB of our own, with a queue per subscriber.
//!
//! `zeromq`'s XPUB (0.7) awaits each subscriber in turn, so one that stops reading stops all, and a time limit round
//! its `send` would lose the message for those behind the stalled one. Here each subscriber has its queue and its writer.
//! A full queue holds the program back for at most [`PATIENCE`]; after that the subscriber counts as stalled, and what
//! does not fit is dropped for it alone until half of its queue has gone (as libzmq drops beyond its high-water mark).
use super::zmtp::{self, FromSubscriber};
use crate::wire::header::Encoder;
use crate::wire::status::{IopubWelcome, Status};
use crate::wire::{self, Content};
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long one subscriber may hold up the rest, once.
const PATIENCE: Duration = Duration::from_millis(500);
/// Bytes that may wait for one subscriber.
const QUEUE_BYTES: usize = 16 << 20;
/// Small messages are written together up to this size.
const WRITE_BYTES: usize = 64 << 10;
/// A peer that does not finish the handshake by then is not one of ours.
const HANDSHAKE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Queue {
    messages: VecDeque<Bytes>,
    /// Bytes queued or being written.
    bytes: usize,
    stalled: bool,
    closed: bool,
}

#[derive(Default)]
struct Subscriber {
    topics: Mutex<Vec<Bytes>>,
    queue: Mutex<Queue>,
    /// For the writer: there is something to write, or the end.
    filled: Notify,
    /// For the publisher: some of it has been written.
    drained: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Subscriber {
    fn wants(&self, topic: &[u8]) -> bool {
        lock(&self.topics).iter().any(|t| topic.starts_with(t))
    }

    /// Queues without regard to room.
    fn push(&self, message: Bytes) {
        let mut q = lock(&self.queue);
        q.bytes += message.len();
        q.messages.push_back(message);
        drop(q);
        self.filled.notify_one();
    }

    async fn offer(&self, message: Bytes) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            {
                let mut q = lock(&self.queue);
                q.stalled &= q.bytes > QUEUE_BYTES / 2;
                if q.closed || q.stalled {
                    return;
                }
                // An empty queue takes a message of any size.
                if q.bytes == 0 || q.bytes + message.len() <= QUEUE_BYTES {
                    break;
                }
            }
            if tokio::time::timeout_at(deadline, self.drained.notified()).await.is_err() {
                lock(&self.queue).stalled = true;
                return;
            }
        }
        self.push(message);
    }

    fn close(&self) {
        lock(&self.queue).closed = true;
        self.filled.notify_one();
        self.drained.notify_one();
    }

    /// The next bytes to write: one message, or several small ones. None at the end.
    async fn next_write(&self) -> Option<Bytes> {
        loop {
            {
                let mut q = lock(&self.queue);
                if q.closed {
                    return None;
                }
                if let Some(first) = q.messages.pop_front() {
                    if q.messages.is_empty() || first.len() >= WRITE_BYTES {
                        return Some(first);
                    }
                    let mut together = BytesMut::from(&first[..]);
                    while let Some(next) = q.messages.pop_front_if(|m| together.len() + m.len() <= WRITE_BYTES) {
                        together.extend_from_slice(&next);
                    }
                    return Some(together.freeze());
                }
            }
            self.filled.notified().await;
        }
    }

    async fn write_all<W: AsyncWrite + Unpin>(&self, mut io: W) {
        while let Some(bytes) = self.next_write().await {
            if io.write_all(&bytes).await.is_err() {
                self.close();
                return;
            }
            lock(&self.queue).bytes -= bytes.len();
            self.drained.notify_one();
        }
    }
}

/// The publishing end. Subscribers come and go by themselves.
pub struct Publisher {
    encoder: Arc<Encoder>,
    subscribers: Mutex<Vec<Arc<Subscriber>>>,
    /// Until something has been published, the first subscriber is told that the kernel is `starting`.
    fresh: Mutex<bool>,
}

enum Listener {
    Tcp(TcpListener),
    Ipc(UnixListener),
}

impl Publisher {
    /// Binds `tcp://host:port` or `ipc://path` and accepts subscribers from then on.
    pub async fn bind(endpoint: &str, encoder: Arc<Encoder>) -> Result<Arc<Publisher>, String> {
        let fail = |e: std::io::Error| format!("cannot bind {endpoint}: {e}");
        let listener = match endpoint.split_once("://") {
            Some(("tcp", address)) => Listener::Tcp(TcpListener::bind(address).await.map_err(fail)?),
            Some(("ipc", path)) => {
                // A socket file left behind by an earlier process would make the bind fail.
                let _ = std::fs::remove_file(path);
                Listener::Ipc(UnixListener::bind(path).map_err(fail)?)
            }
            _ => return Err(format!("{endpoint} is neither tcp:// nor ipc://")),
        };
        let publisher = Arc::new(Publisher { encoder, subscribers: Mutex::default(), fresh: Mutex::new(true) });
        tokio::spawn(publisher.clone().accept(listener));
        Ok(publisher)
    }

    async fn accept(self: Arc<Self>, listener: Listener) {
        loop {
            match &listener {
                Listener::Tcp(l) => {
                    if let Ok((io, _)) = l.accept().await {
                        // Latency matters more than packets; a failure here costs only that.
                        let _ = io.set_nodelay(true);
                        tokio::spawn(self.clone().serve(io));
                        continue;
                    }
                }
                Listener::Ipc(l) => {
                    if let Ok((io, _)) = l.accept().await {
                        tokio::spawn(self.clone().serve(io));
                        continue;
                    }
                }
            }
            // Out of file descriptors, most likely: try again later rather than at once.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self: Arc<Self>, mut io: S) {
        if !matches!(tokio::time::timeout(HANDSHAKE, zmtp::handshake(&mut io)).await, Ok(Ok(()))) {
            return;
        }
        let (mut from, to) = tokio::io::split(io);
        let subscriber = Arc::new(Subscriber::default());
        lock(&self.subscribers).push(subscriber.clone());
        let writer = subscriber.clone();
        let writing = tokio::spawn(async move { writer.write_all(to).await });
        while let Ok(said) = zmtp::read_subscriber(&mut from).await {
            self.heard(&subscriber, said);
        }
        subscriber.close();
        writing.abort();
        lock(&self.subscribers).retain(|s| !Arc::ptr_eq(s, &subscriber));
    }

    fn heard(&self, subscriber: &Subscriber, said: FromSubscriber) {
        match said {
            FromSubscriber::Subscribe(topic) => {
                subscriber.push(self.message(&topic, &IopubWelcome { subscription: &String::from_utf8_lossy(&topic) }));
                if std::mem::take(&mut *lock(&self.fresh)) {
                    subscriber.push(self.message(&topic, &Status { execution_state: "starting" }));
                }
                lock(&subscriber.topics).push(topic);
            }
            FromSubscriber::Unsubscribe(topic) => {
                let mut topics = lock(&subscriber.topics);
                if let Some(at) = topics.iter().position(|t| *t == topic) {
                    topics.remove(at);
                }
            }
            FromSubscriber::Ping(context) => subscriber.push(zmtp::command(b"PONG", &context)),
            FromSubscriber::Other => {}
        }
    }

    /// A message without a parent, to one subscriber, under the topic that it asked for.
    fn message<C: Content>(&self, topic: &Bytes, content: &C) -> Bytes {
        let prefix = std::slice::from_ref(topic);
        zmtp::encode(&self.encoder.encode(prefix, None, C::TYPE, b"{}", wire::to_bytes(content)).0)
    }

    /// Queues a message, its topic in the first frame, for all who subscribed to that.
    pub async fn publish(&self, frames: &[Bytes]) {
        *lock(&self.fresh) = false;
        let message = zmtp::encode(frames);
        let wanting: Vec<_> = lock(&self.subscribers).iter().filter(|s| s.wants(&frames[0])).cloned().collect();
        for subscriber in wanting {
            subscriber.offer(message.clone()).await;
        }
    }

    /// Waits until all that was published is on its way, or `limit` has passed.
    pub async fn flush(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let all: Vec<_> = lock(&self.subscribers).clone();
        for subscriber in all {
            loop {
                {
                    let q = lock(&subscriber.queue);
                    if q.bytes == 0 || q.closed || q.stalled {
                        break;
                    }
                }
                if tokio::time::timeout_at(deadline, subscriber.drained.notified()).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stalled_subscriber_costs_its_patience_once() {
        let s = Subscriber::default();
        let start = Instant::now();
        for _ in 0..100 {
            s.offer(Bytes::from(vec![0; 1 << 20])).await;
        }
        assert!((PATIENCE..PATIENCE * 2).contains(&(Instant::now() - start)));
        assert!(lock(&s.queue).bytes <= QUEUE_BYTES);
    }

    #[tokio::test]
    async fn small_messages_are_written_together() {
        let s = Subscriber::default();
        (0..3).for_each(|_| s.push(Bytes::from_static(b"ab")));
        s.push(Bytes::from(vec![0; WRITE_BYTES]));
        assert_eq!(&s.next_write().await.unwrap()[..], b"ababab");
        assert_eq!(s.next_write().await.unwrap().len(), WRITE_BYTES);
    }
}
