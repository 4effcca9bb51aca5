//! IOPub's running commentary: `status`, `stream`, `error`, and the `iopub_welcome` of a new subscriber.
use super::Content;
use pellucid::face::{CellError, Stream};
use serde::Serialize;

/// `execution_state` is `starting` (once per process), `busy` or `idle`.
#[derive(Debug, Serialize)]
pub struct Status {
    pub execution_state: &'static str,
}

impl Content for Status {
    const TYPE: &'static str = "status";
}

#[derive(Debug, Serialize)]
pub struct StreamText<'a> {
    pub name: &'static str,
    pub text: &'a str,
}

impl Content for StreamText<'_> {
    const TYPE: &'static str = "stream";
}

/// The protocol's name of a stream.
pub fn stream_name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
    }
}

#[derive(Debug, Serialize)]
pub struct ErrorMessage<'a> {
    pub ename: &'a str,
    pub evalue: &'a str,
    pub traceback: &'a [String],
}

impl Content for ErrorMessage<'_> {
    const TYPE: &'static str = "error";
}

impl<'a> From<&'a CellError> for ErrorMessage<'a> {
    fn from(e: &'a CellError) -> Self {
        ErrorMessage { ename: &e.ename, evalue: &e.evalue, traceback: &e.traceback }
    }
}

/// First message to a new subscriber (Jupyter enhancement proposal 65): from here on it misses nothing.
#[derive(Debug, Serialize)]
pub struct IopubWelcome<'a> {
    pub subscription: &'a str,
}

impl Content for IopubWelcome<'_> {
    const TYPE: &'static str = "iopub_welcome";
}
