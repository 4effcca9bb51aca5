//! The heartbeat: every message goes back to its sender unchanged.
//!
//! A ROUTER instead of a REP: it gives back the envelope's delimiter with the rest, serves many clients at once, and
//! has no request in progress that a vanished client could leave behind.
use super::{receive, send};
use zeromq::{RouterRecvHalf, RouterSendHalf};

pub async fn run(mut to: RouterSendHalf, mut from: RouterRecvHalf) {
    loop {
        let frames = receive(&mut from).await;
        send(&mut to, frames).await;
    }
}
