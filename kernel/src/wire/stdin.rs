//! `input_request` to the front end and `input_reply` from it, on the stdin channel.
use super::Content;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize)]
pub struct InputRequest<'a> {
    pub prompt: &'a str,
    pub password: bool,
}

impl Content for InputRequest<'_> {
    const TYPE: &'static str = "input_request";
}

#[derive(Debug, Deserialize)]
pub struct InputReply {
    pub value: String,
}
