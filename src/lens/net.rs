//! `%net`: the picture of the network, and the commands that set it up.
use super::{memory, view, watch};
use crate::face::{Bundle, Display};
use crate::machine::Machine;
use serde_json::Value;

/// # Errors
/// A sentence for the user: the command is none, or has wrong arguments.
pub fn net(machine: &mut Machine, rest: &str) -> Result<Display, String> {
    if rest.is_empty() {
        let snapshot = crate::inspect::net::snapshot(machine);
        return Ok(watch::display(machine, &view::net::view(&snapshot, memory::get(&machine.vm).lang)));
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let told = machine.os.net.configure(&words)?;
    let data = Bundle::from([("text/plain".to_owned(), Value::String(told))]);
    Ok(Display { data, ..Default::default() })
}
