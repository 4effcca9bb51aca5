//! Exceptions that ended a cell or a program, as a front end shows them.
use super::Session;
use crate::face::*;
use crate::heap::Owned;

impl Session {
    /// Describes an exception and gives it up. `program`: as the end of a program, where SystemExit is no error and
    /// `sys.excepthook` has its say.
    pub(super) fn describe(&mut self, exc: Owned, program: bool, host: &mut dyn Host) -> CellError {
        let vm = &mut self.machine.vm;
        let ename = vm.type_name(exc.get()).to_owned();
        let flag = vm.bool(program);
        match self.prelude("session_error", vec![exc, flag], host) {
            Ok(answer) => {
                let error = self.fields(&answer, &ename);
                self.machine.vm.release(answer);
                error
            }
            Err(second) => {
                let plain = format!("{ename} (and while it was printed: {})\n", self.machine.vm.type_name(second.get()));
                self.machine.vm.release(second);
                CellError { traceback: vec![plain.clone()], ename, evalue: String::new(), plain, exit_code: None }
            }
        }
    }
    fn fields(&self, answer: &Owned, ename: &str) -> CellError {
        let vm = &self.machine.vm;
        let items = vm.tuple_items(answer.get()).unwrap_or_default();
        let text = |i: usize| items.get(i).map(|r| vm.lossy(*r)).unwrap_or_default();
        let lines = items.get(2).and_then(|r| vm.list_items(*r)).map(|l| l.iter().map(|r| vm.lossy(*r)).collect());
        let exit_code = items.get(4).and_then(|r| vm.i64_of(*r)).map(|code| code as i32);
        let ename = if items.is_empty() { ename.to_owned() } else { text(0) };
        CellError { ename, evalue: text(1), traceback: lines.unwrap_or_default(), plain: text(3), exit_code }
    }
}

/// A magic that was refused, as IPython words it: one line.
pub(super) fn usage(message: &str) -> CellError {
    CellError {
        ename: "UsageError".into(),
        evalue: message.into(),
        traceback: vec![format!("\x1b[31mUsageError\x1b[39m: {message}")],
        plain: format!("UsageError: {message}\n"),
        exit_code: None,
    }
}
