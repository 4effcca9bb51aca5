//! The five sockets, and the task that sends what the outbox holds.
//!
//! Shell, control, stdin and heartbeat are ROUTERs of the crate `zeromq`; IOPub is our own publisher (`iopub.rs` says why).
pub mod control;
pub mod heartbeat;
pub mod iopub;
pub mod pump;
pub mod shell;
pub mod stdin;
pub mod zmtp;

use bytes::Bytes;
use std::time::Duration;
use zeromq::{RouterRecvHalf, RouterSendHalf, Socket, SocketRecv, SocketSend, ZmqMessage};

/// Binds a ROUTER and splits it.
pub async fn bind_router(endpoint: &str) -> Result<(RouterSendHalf, RouterRecvHalf), String> {
    let mut socket = zeromq::RouterSocket::new();
    socket.bind(endpoint).await.map_err(|e| format!("cannot bind {endpoint}: {e}"))?;
    Ok(socket.split())
}

/// The frames of the next message, the sender's identity first. A peer that vanished makes `zeromq` return an error
/// here; there is always a next message, so errors are passed over.
pub async fn receive(socket: &mut RouterRecvHalf) -> Vec<Bytes> {
    loop {
        match socket.recv().await {
            Ok(message) => return message.into_vec(),
            // The pause keeps an error that would repeat at once from taking the whole thread.
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

/// Sends frames, the identity first. Returns whether the peer was there.
pub async fn send(socket: &mut RouterSendHalf, frames: Vec<Bytes>) -> bool {
    match ZmqMessage::try_from(frames) {
        Ok(message) => socket.send(message).await.is_ok(),
        Err(_) => false,
    }
}
