//! The Jupyter messages, one file per family, written by hand on serde structs.
//!
//! Left out: metadata of requests other than comms' (no front end sends any that a kernel of ours could use).
//! Source: "Messaging in Jupyter", version 5.5.
pub mod comm;
pub mod complete;
pub mod control;
pub mod display;
pub mod execute;
pub mod header;
pub mod history;
pub mod info;
pub mod inspect;
pub mod signing;
pub mod status;
pub mod stdin;

use serde::Serialize;

/// Protocol version that every header of ours carries.
pub const PROTOCOL_VERSION: &str = "5.5";

/// The content of a message that we send; `TYPE` is its `msg_type`.
pub trait Content: Serialize {
    const TYPE: &'static str;
}

/// Serialises a content. Ours are structs of strings, numbers and JSON values, for which serde_json cannot fail.
pub fn to_bytes<C: Content>(content: &C) -> Vec<u8> {
    serde_json::to_vec(content).unwrap_or_else(|_| b"{}".to_vec())
}

/// `status` field of a reply that went well.
pub const OK: &str = "ok";

/// Content of any reply that says why a request failed.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    pub status: &'static str,
    pub ename: String,
    pub evalue: String,
    pub traceback: Vec<String>,
}

impl Failure {
    pub fn new(ename: &str, evalue: impl Into<String>) -> Failure {
        let evalue = evalue.into();
        Failure { status: "error", ename: ename.into(), traceback: vec![format!("{ename}: {evalue}")], evalue }
    }
}
