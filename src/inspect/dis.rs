//! `%dis EXPR`: the instructions of a function's code, by source line, with the depth of the stack.
use super::{Subjects, common};
use crate::code::{dis, linetable, opcode};
use crate::heap::Ref;
use crate::natives::errors::render::known_source;
use crate::natives::object::marshal_module::code_tree;
use crate::objects::Payload;
use crate::snapshot::memory::{DisInstruction, DisLine, DisSnapshot};
use crate::vm::{Ask, Vm};

/// Instructions that are told.
const MOST: usize = 200;

/// The code object behind a function, method, generator or code object.
fn code_of(vm: &Vm, r: Ref) -> Option<Ref> {
    match vm.heap.get(r) {
        Payload::Code(_) => Some(r),
        Payload::Function(f) => Some(f.code),
        Payload::Method(f, _) | Payload::Wrapper(f, _) => code_of(vm, *f),
        Payload::Generator(g) => Some(g.code),
        Payload::Property(p) => p.fget.and_then(|f| code_of(vm, f)),
        _ => None,
    }
}

/// # Errors
/// The value has no bytecode.
pub fn snapshot(vm: &mut Vm, s: &Subjects) -> Result<DisSnapshot, Ask> {
    let r = s.values[0];
    let Some(code) = code_of(vm, r) else {
        let what = common::type_name(vm, r);
        return Err(vm.type_error(format!("%dis takes a function, method, generator or code object; `{}` is an object of type {what}, which has no bytecode", s.texts[0])));
    };
    let tree = code_tree(vm, code, 0)?;
    let source = known_source(vm, &tree.filename).unwrap_or_default();
    let text: Vec<&str> = source.lines().collect();
    let all = dis::instructions(&tree);
    let mut out = DisSnapshot { name: tree.qualname.clone(), stacksize: tree.stacksize, lines: vec![], more: all.len().saturating_sub(MOST) as u64 };
    for i in all.into_iter().take(MOST) {
        let line = linetable::line_at(&tree.linetable, tree.firstlineno, i.offset / 2);
        let arg = i.arg.unwrap_or(0);
        let effect = opcode::row(i.opcode.into()).map_or(0, |row| row.stack_effect(arg));
        // CPython 3.10 and later look at the eval breaker at these: function starts, backward jumps, calls.
        let switch = i.name == "RESUME" || i.name == "JUMP_BACKWARD" || i.name.starts_with("CALL");
        let arg = match (&i.repr, i.arg) {
            (repr, _) if !repr.is_empty() => repr.clone(),
            (_, Some(n)) => n.to_string(),
            _ => String::new(),
        };
        let one = DisInstruction { offset: i.offset, name: i.name, arg, effect, switch };
        match out.lines.last_mut() {
            Some(last) if last.line == line => last.instructions.push(one),
            _ => {
                let source = line.and_then(|l| text.get(l as usize - 1)).map(|t| t.trim_end().to_owned()).unwrap_or_default();
                out.lines.push(DisLine { line, source, instructions: vec![one] });
            }
        }
    }
    Ok(out)
}
