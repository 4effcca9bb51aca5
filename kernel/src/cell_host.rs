//! What a running cell asks of the world, answered through the outbox, the stdin channel and the mounts.
use crate::asking::Asking;
use crate::host_fs::HostFs;
use crate::outbox::{Channel, Outbox};
use crate::shared::Shared;
use crate::wire::display::{ClearOutput, DisplayData, UpdateDisplayData};
use crate::wire::header::Parent;
use crate::wire::stdin::InputRequest;
use pellucid::face::{Bundle, Comm, Display, Errno, Host, HostChange, HostStat, InputRefused, Stream};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

pub struct CellHost<'a> {
    shared: &'a Shared,
    outbox: &'a Outbox,
    asking: &'a Asking,
    parent: &'a Arc<Parent>,
    allow_stdin: bool,
    files: &'a mut HostFs,
    /// When each stopwatch was started.
    watches: HashMap<u64, Instant>,
    room: Room,
}

impl<'a> CellHost<'a> {
    pub fn new(shared: &'a Shared, parent: &'a Arc<Parent>, allow_stdin: bool, files: &'a mut HostFs) -> CellHost<'a> {
        CellHost { shared, outbox: &shared.outbox, asking: &shared.asking, parent, allow_stdin, files, watches: HashMap::new(), room: Room::default() }
    }
}

impl Host for CellHost<'_> {
    fn write(&mut self, stream: Stream, text: &str) {
        let (kept, cut) = self.room.take(text);
        self.outbox.text(self.parent, stream, kept);
        if cut {
            self.outbox.text(self.parent, Stream::Stderr, CUT);
        }
    }

    fn display(&mut self, display: Display) {
        let display = fitting(display);
        self.outbox.publish(Some(self.parent), &DisplayData::from(&display));
    }

    fn update_display(&mut self, display: Display) {
        let display = fitting(display);
        self.outbox.publish(Some(self.parent), &UpdateDisplayData(DisplayData::from(&display)));
    }

    fn comm(&mut self, message: Comm) {
        self.outbox.comm(self.parent, message);
    }

    fn request_id(&mut self) -> String {
        #[derive(serde::Deserialize)]
        struct Id {
            msg_id: String,
        }
        serde_json::from_slice::<Id>(&self.parent.header).map(|h| h.msg_id).unwrap_or_default()
    }

    fn stopwatch(&mut self, number: u64, say: Option<(&str, u64)>) {
        match say {
            None => drop(self.watches.insert(number, Instant::now())),
            Some((text, loops)) => {
                if let Some(start) = self.watches.remove(&number) {
                    let each = start.elapsed().as_secs_f64() / loops.max(1) as f64;
                    self.write(Stream::Stdout, &format!("{text}{}\n", span(each)));
                }
            }
        }
    }

    fn clear_output(&mut self, wait: bool) {
        self.outbox.publish(Some(self.parent), &ClearOutput { wait });
    }

    fn input(&mut self, prompt: &str, password: bool) -> Result<String, InputRefused> {
        if !self.allow_stdin {
            return Err(InputRefused::NotAllowed);
        }
        self.asking.begin();
        self.outbox.reply(Channel::Stdin, self.parent, &InputRequest { prompt, password });
        self.asking.wait(&self.shared.interrupt)
    }

    fn interrupted(&mut self) -> bool {
        self.shared.interrupt.take()
    }

    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        self.files.read_file(path)
    }

    fn write_file(&mut self, path: &str, data: &[u8]) -> Result<(), Errno> {
        self.files.write_file(path, data)
    }

    fn list_dir(&mut self, path: &str) -> Result<Vec<String>, Errno> {
        self.files.list_dir(path)
    }

    fn stat(&mut self, path: &str) -> Result<HostStat, Errno> {
        self.files.stat(path)
    }

    fn change(&mut self, change: HostChange) -> Result<(), Errno> {
        self.files.change(change)
    }
}

/// Bytes of text that one cell may write. A notebook with more is a file that no front end opens.
const MOST_TEXT: usize = 50_000_000;
/// Bytes of one display or value.
const MOST_DISPLAY: usize = 50_000_000;
const CUT: &str = "\n[Output cut: this cell wrote more than 50 MB of text. The rest of it is left out.]\n";

/// The room that a cell's text has left.
struct Room {
    left: usize,
    cut: bool,
}

impl Default for Room {
    fn default() -> Room {
        Room { left: MOST_TEXT, cut: false }
    }
}

impl Room {
    /// The front of a text that has room, and whether this is where the cut is.
    fn take<'t>(&mut self, text: &'t str) -> (&'t str, bool) {
        if text.len() <= self.left {
            self.left -= text.len();
            return (text, false);
        }
        let mut end = self.left;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.left = 0;
        (&text[..end], !std::mem::replace(&mut self.cut, true))
    }
}

/// The display, or if it is too large a sentence in its place.
pub fn fitting(display: Display) -> Display {
    let size: usize = display.data.values().map(|v| v.as_str().map_or_else(|| v.to_string().len(), str::len)).sum();
    if size <= MOST_DISPLAY {
        return display;
    }
    let said = format!("[Output left out: {:.0} MB in one display, more than 50 MB.]", size as f64 / 1e6);
    let data = Bundle::from([("text/plain".to_owned(), said.into())]);
    Display { data, metadata: Bundle::new(), transient: display.transient }
}

/// A time in seconds, in the unit that leaves one to three digits before the point.
fn span(seconds: f64) -> String {
    let (unit, size) = match seconds {
        s if s >= 1.0 => ("s", 1.0),
        s if s >= 1e-3 => ("ms", 1e-3),
        s if s >= 1e-6 => ("μs", 1e-6),
        _ => ("ns", 1e-9),
    };
    let n = seconds / size;
    format!("{n:.*} {unit}", if n >= 100.0 { 0 } else if n >= 10.0 { 1 } else { 2 })
}

/// What a question (completion, inspection) sees of the world: the mounted folders, read-only.
pub struct FilesOnly(pub HostFs);

impl Host for FilesOnly {
    fn write(&mut self, _: Stream, _: &str) {}

    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        self.0.read_file(path)
    }

    fn list_dir(&mut self, path: &str) -> Result<Vec<String>, Errno> {
        self.0.list_dir(path)
    }

    fn stat(&mut self, path: &str) -> Result<HostStat, Errno> {
        self.0.stat(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_told_once_and_between_characters() {
        let mut room = Room { left: 4, cut: false };
        assert_eq!(room.take("ab"), ("ab", false));
        assert_eq!(room.take("é𨭎"), ("é", true));
        assert_eq!(room.take("x"), ("", false));
        let small = Display::default();
        assert_eq!(fitting(small.clone()), small);
        let data = Bundle::from([("text/html".to_owned(), "x".repeat(MOST_DISPLAY + 1).into())]);
        let cut = fitting(Display { data, ..Display::default() });
        assert!(cut.data["text/plain"].as_str().is_some_and(|s| s.contains("50 MB")) && cut.data.len() == 1);
    }

    #[test]
    fn spans() {
        assert_eq!([0.0, 1.5e-9, 2.5e-5, 0.123, 61.0].map(span), ["0.00 ns", "1.50 ns", "25.0 μs", "123 ms", "61.0 s"]);
    }
}
