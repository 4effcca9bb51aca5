//! Places of the program, told many times: each instruction's function, file and line are found once.
use crate::objects::frame::Frame;
use crate::trace::Place;
use crate::vm::Vm;
use crate::vm::load::line_of;
use rustc_hash::FxHashMap;

/// Places known so far, by process, number of the code object and code unit.
#[derive(Clone, Default)]
pub struct Sites(FxHashMap<(i32, u32, u32), Place>);

impl Sites {
    /// Where a frame stands; `depth`: frames of the program below it. One that has not begun stands in its first line.
    pub fn place(&mut self, pid: i32, vm: &Vm, frame: &Frame, depth: usize) -> Place {
        let code = vm.code_obj(frame.code_ref);
        let known = self.0.entry((pid, code.number, frame.last)).or_insert_with(|| {
            let line = match line_of(code, frame.last).max(0) {
                0 => code.firstlineno.max(0),
                line => line,
            };
            Place { function: vm.lossy(code.qualname).into(), file: vm.lossy(code.filename).into(), line: line as u32, depth: 0 }
        });
        Place { depth: depth as u32, ..known.clone() }
    }
}
