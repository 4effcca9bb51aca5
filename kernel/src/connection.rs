//! The connection file that a front end writes and names with `-f`.
use serde::Deserialize;

fn sha256() -> String {
    "hmac-sha256".into()
}

#[derive(Debug, Deserialize)]
pub struct Connection {
    pub transport: String,
    /// An address, or for `ipc` the front part of the sockets' paths.
    pub ip: String,
    pub shell_port: u16,
    pub iopub_port: u16,
    pub stdin_port: u16,
    pub control_port: u16,
    pub hb_port: u16,
    #[serde(default)]
    pub key: String,
    #[serde(default = "sha256")]
    pub signature_scheme: String,
}

impl Connection {
    /// Reads and checks a connection file.
    pub fn read(path: &str) -> Result<Connection, String> {
        let text = std::fs::read(path).map_err(|e| format!("cannot read the connection file {path}: {e}"))?;
        let c: Connection = serde_json::from_slice(&text).map_err(|e| format!("{path} is no connection file: {e}"))?;
        if !c.key.is_empty() && c.signature_scheme != sha256() {
            return Err(format!("{path} asks for {}; only {} is supported", c.signature_scheme, sha256()));
        }
        if !matches!(c.transport.as_str(), "tcp" | "ipc") {
            return Err(format!("{path} asks for the transport {}; only tcp and ipc are supported", c.transport));
        }
        Ok(c)
    }

    /// ZeroMQ's name of the endpoint with this port.
    pub fn endpoint(&self, port: u16) -> String {
        match (self.transport.as_str(), self.ip.as_str()) {
            ("ipc", path) => format!("ipc://{path}-{port}"),
            (_, "*") => format!("tcp://0.0.0.0:{port}"),
            (_, ip) if ip.contains(':') && !ip.starts_with('[') => format!("tcp://[{ip}]:{port}"),
            (_, ip) => format!("tcp://{ip}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        let mut c: Connection = serde_json::from_str(
            r#"{"transport":"tcp","ip":"127.0.0.1","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"kernel_name":"x"}"#,
        )
        .unwrap();
        assert_eq!(c.endpoint(c.shell_port), "tcp://127.0.0.1:1");
        c.ip = "::1".into();
        assert_eq!(c.endpoint(2), "tcp://[::1]:2");
        (c.transport, c.ip) = ("ipc".into(), "/tmp/k".into());
        assert_eq!(c.endpoint(c.hb_port), "ipc:///tmp/k-5");
    }
}
