//! What a running cell asks of the world, answered through the outbox, the stdin channel and the mounts.
use crate::asking::Asking;
use crate::host_fs::HostFs;
use crate::outbox::{Channel, Outbox};
use crate::shared::Shared;
use crate::wire::display::{ClearOutput, DisplayData, UpdateDisplayData};
use crate::wire::header::Parent;
use crate::wire::stdin::InputRequest;
use pellucid::face::{Display, Errno, Host, HostChange, HostStat, InputRefused, Stream};
use std::sync::Arc;

pub struct CellHost<'a> {
    shared: &'a Shared,
    outbox: &'a Outbox,
    asking: &'a Asking,
    parent: &'a Arc<Parent>,
    allow_stdin: bool,
    files: &'a mut HostFs,
}

impl<'a> CellHost<'a> {
    pub fn new(shared: &'a Shared, parent: &'a Arc<Parent>, allow_stdin: bool, files: &'a mut HostFs) -> CellHost<'a> {
        CellHost { shared, outbox: &shared.outbox, asking: &shared.asking, parent, allow_stdin, files }
    }
}

impl Host for CellHost<'_> {
    fn write(&mut self, stream: Stream, text: &str) {
        self.outbox.text(self.parent, stream, text);
    }

    fn display(&mut self, display: Display) {
        self.outbox.publish(Some(self.parent), &DisplayData::from(&display));
    }

    fn update_display(&mut self, display: Display) {
        self.outbox.publish(Some(self.parent), &UpdateDisplayData(DisplayData::from(&display)));
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
