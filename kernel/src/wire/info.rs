//! `kernel_info_reply`: who we are. Answered on shell and on control.
use super::{Content, OK, PROTOCOL_VERSION};
use serde::Serialize;
use serde_json::{Value, json};

/// The Python that the machine is.
pub const PYTHON_VERSION: &str = "3.14.2";

#[derive(Debug, Serialize)]
pub struct KernelInfoReply {
    status: &'static str,
    protocol_version: &'static str,
    implementation: &'static str,
    implementation_version: &'static str,
    language_info: Value,
    banner: String,
    debugger: bool,
    /// Neither subshells nor the debug adapter protocol.
    supported_features: [&'static str; 0],
    help_links: Value,
}

impl Content for KernelInfoReply {
    const TYPE: &'static str = "kernel_info_reply";
}

impl KernelInfoReply {
    pub fn new() -> KernelInfoReply {
        let version = env!("CARGO_PKG_VERSION");
        KernelInfoReply {
            status: OK,
            protocol_version: PROTOCOL_VERSION,
            implementation: "pellucid",
            implementation_version: version,
            language_info: json!({
                "name": "python",
                "version": PYTHON_VERSION,
                "mimetype": "text/x-python",
                "file_extension": ".py",
                // `ipython` modes know cell commands such as %heap.
                "pygments_lexer": "ipython3",
                "codemirror_mode": {"name": "ipython", "version": 3},
                "nbconvert_exporter": "python",
            }),
            banner: format!("Pellucid {version}: Python {PYTHON_VERSION}, clear enough to see through. %lsmagic lists the lenses."),
            debugger: false,
            supported_features: [],
            help_links: json!([{"text": "Python", "url": "https://docs.python.org/3.14"}]),
        }
    }
}
