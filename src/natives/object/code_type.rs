//! `code`, `frame`, `traceback` as Python sees them.
use crate::code::flags::kind;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::code::CodeObj;
use crate::objects::frame::{FrameObj, FrameState, Word};
use crate::objects::types::Traceback;
use crate::vm::native::TypeDef;
use crate::vm::thread::Activation;
use crate::vm::{Args, Def, Step, Vm, fixed, t};
use std::sync::Arc;

const fn table(place: Ref, name: &'static str, size: (usize, usize), defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout: Layout::Native, flags: type_flags::IMMUTABLE, size, doc: "", defs }
}
pub static CODE: TypeDef = table(t::CODE, "code", (232, 1), &[CODE_DEFS]);
pub static FRAME: TypeDef = table(t::FRAME, "frame", (72, 8), &[FRAME_DEFS]);
pub static TRACEBACK: TypeDef = table(t::TRACEBACK, "traceback", (48, 0), &[TRACEBACK_DEFS]);

pub fn code(vm: &Vm, r: Ref) -> Arc<CodeObj> {
    match vm.heap.get(r) {
        Payload::Code(c) => c.clone(),
        _ => panic!("{r:?} is no code object"),
    }
}
fn number(vm: &mut Vm, a: Args, f: fn(&CodeObj) -> i64) -> Step {
    let c = code(vm, a[0]);
    Ok(vm.int(f(&c)))
}
fn object(vm: &mut Vm, a: Args, f: fn(&CodeObj) -> Ref) -> Step {
    let c = code(vm, a[0]);
    Ok(vm.incref(f(&c)))
}
static CODE_DEFS: &[Def] = &[
    Def::method("__repr__", "(self, /)", code_repr, "Return repr(self)."),
    Def::method("__eq__", "(self, value, /)", code_eq, "Return self==value."),
    Def::method("__hash__", "(self, /)", code_hash, "Return hash(self)."),
    Def::member("co_argcount", |vm, a| number(vm, a, |c| c.argcount as i64), ""),
    Def::member("co_posonlyargcount", |vm, a| number(vm, a, |c| c.posonly as i64), ""),
    Def::member("co_kwonlyargcount", |vm, a| number(vm, a, |c| c.kwonly as i64), ""),
    Def::member("co_stacksize", |vm, a| number(vm, a, |c| c.stacksize as i64), ""),
    Def::member("co_flags", |vm, a| number(vm, a, |c| c.flags as i64), ""),
    Def::member("co_firstlineno", |vm, a| number(vm, a, |c| c.firstlineno as i64), ""),
    Def::get("co_nlocals", |vm, a| number(vm, a, |c| c.nlocals as i64), ""),
    Def::member("co_name", |vm, a| object(vm, a, |c| c.name), ""),
    Def::member("co_qualname", |vm, a| object(vm, a, |c| c.qualname), ""),
    Def::member("co_filename", |vm, a| object(vm, a, |c| c.filename), ""),
    Def::member("co_consts", |vm, a| { let c = code(vm, a[0]); Ok(vm.tuple_of(&c.consts)) }, ""),
    Def::member("co_names", |vm, a| { let c = code(vm, a[0]); Ok(vm.tuple_of(&c.names)) }, ""),
    Def::get("co_varnames", |vm, a| { let c = code(vm, a[0]); Ok(vm.variable_names(&c, kind::LOCAL)) }, ""),
    Def::get("co_cellvars", |vm, a| { let c = code(vm, a[0]); Ok(vm.variable_names(&c, kind::CELL)) }, ""),
    Def::get("co_freevars", |vm, a| { let c = code(vm, a[0]); Ok(vm.variable_names(&c, kind::FREE)) }, ""),
    Def::get("co_code", code_bytes, ""),
    Def::get("_co_code_adaptive", code_bytes, ""),
    Def::member("co_linetable", |vm, a| { let c = code(vm, a[0]); Ok(vm.bytes(c.linetable.to_vec())) }, ""),
    Def::member("co_exceptiontable", |vm, a| { let c = code(vm, a[0]); Ok(vm.bytes(c.exceptiontable.to_vec())) }, ""),
    Def::method("_varname_from_oparg", "(self, /, oparg)", |vm, a| { let c = code(vm, a[0]); let i = vm.index_i64(a[1])?; match usize::try_from(i).ok().and_then(|i| c.localsplus.get(i).copied()) { Some(r) => Ok(vm.incref(r)), None => Err(vm.index_error("tuple index out of range")) } }, "The name of a fast local."),
    Def::method("co_positions", "(self, /)", code_positions, "Iterator over the positions of the code units."),
    Def::method("co_lines", "(self, /)", code_lines, "Iterator over (start, end, line) in byte offsets."),
    Def::method("replace", "(self, /, **changes)", replace, "Return a copy of the code object with new values for the specified fields."),
    Def::method("__replace__", "(self, /, **changes)", replace, "The same as replace()."),
    Def::method("__sizeof__", "(self, /)", |vm, a| { let c = code(vm, a[0]); let units = c.units.len().next_multiple_of(4); Ok(vm.int(208 + 2 * units as i64)) }, "Size of object in memory, in bytes."),
];
/// A copy with some fields changed.
fn replace(vm: &mut Vm, a: Args) -> Step {
    let mut tree = super::marshal_module::code_tree(vm, a[0], 0)?;
    for (key, v) in vm.kwargs_of(a.opt(1)) {
        let name = vm.lossy(key);
        set_field(vm, &mut tree, &name, v)?;
    }
    let hidden = code(vm, a[0]).hidden;
    Ok(vm.load_code(&tree, hidden))
}
fn set_field(vm: &mut Vm, tree: &mut crate::code::CodeTree, name: &str, v: Ref) -> Result<(), crate::vm::Ask> {
    let number = |vm: &mut Vm| vm.index_i32(v);
    match name {
        "co_argcount" => tree.argcount = number(vm)? as u32,
        "co_posonlyargcount" => tree.posonlyargcount = number(vm)? as u32,
        "co_kwonlyargcount" => tree.kwonlyargcount = number(vm)? as u32,
        "co_stacksize" => tree.stacksize = number(vm)? as u32,
        "co_flags" => tree.flags = number(vm)? as u32,
        "co_firstlineno" => tree.firstlineno = number(vm)?,
        "co_nlocals" => {}
        "co_name" => tree.name = vm.expect_str(v, "co_name")?,
        "co_qualname" => tree.qualname = vm.expect_str(v, "co_qualname")?,
        "co_filename" => tree.filename = vm.expect_str(v, "co_filename")?,
        "co_code" => tree.code = field_bytes(vm, v)?,
        "co_linetable" => tree.linetable = field_bytes(vm, v)?,
        "co_exceptiontable" => tree.exceptiontable = field_bytes(vm, v)?,
        "co_consts" => match super::marshal_module::to_const(vm, v, 0)? {
            crate::code::Const::Tuple(items) => tree.consts = items,
            _ => return Err(vm.type_error("co_consts must be a tuple")),
        },
        "co_names" => tree.names = vm.collect(v)?.into_iter().map(|r| vm.lossy(r)).collect(),
        "co_varnames" => rename(vm, tree, v, kind::LOCAL)?,
        "co_cellvars" => rename(vm, tree, v, kind::CELL)?,
        "co_freevars" => rename(vm, tree, v, kind::FREE)?,
        _ => return Err(vm.type_error(format!("code.replace() got an unexpected keyword argument '{name}'"))),
    }
    Ok(())
}
fn field_bytes(vm: &mut Vm, v: Ref) -> Result<Vec<u8>, crate::vm::Ask> {
    match vm.bytes_of(v) {
        Some(b) => Ok(b.to_vec()),
        None => {
            let message = format!("code.replace() needs bytes, not {}", vm.dotted_type_name(v));
            Err(vm.type_error(message))
        }
    }
}
/// Other names for the variables of a kind; as many as there are.
fn rename(vm: &mut Vm, tree: &mut crate::code::CodeTree, v: Ref, which: u8) -> Result<(), crate::vm::Ask> {
    let names: Vec<String> = vm.collect(v)?.into_iter().map(|r| vm.lossy(r)).collect();
    let places: Vec<usize> = (0..tree.localspluskinds.len()).filter(|i| tree.localspluskinds[*i] & which != 0).collect();
    if names.len() != places.len() {
        return Err(vm.value_error("code: co_nlocals != len(co_varnames)"));
    }
    for (place, name) in places.into_iter().zip(names) {
        tree.localsplusnames[place] = name;
    }
    Ok(())
}
fn code_repr(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, a[0]);
    let text = format!(
        "<code object {} at {:#x}, file \"{}\", line {}>",
        vm.lossy(c.name), a[0].address(), vm.lossy(c.filename), c.firstlineno
    );
    Ok(vm.str(text))
}
fn code_eq(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[1]) != t::CODE {
        return Ok(vm.not_implemented());
    }
    let (x, y) = (code(vm, a[0]), code(vm, a[1]));
    let mut same = x.units == y.units && x.name == y.name && x.firstlineno == y.firstlineno && x.names == y.names
        && x.localsplus == y.localsplus && x.flags == y.flags && x.argcount == y.argcount && x.linetable == y.linetable
        && x.exceptiontable == y.exceptiontable && x.consts.len() == y.consts.len();
    for (p, q) in x.consts.iter().zip(&*y.consts) {
        same = same && vm.ty(*p) == vm.ty(*q) && vm.eq(*p, *q)?;
    }
    Ok(vm.bool(same))
}
fn code_hash(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, a[0]);
    let h = vm.hash(c.name)? ^ (c.firstlineno as i64) ^ ((c.units.len() as i64) << 20);
    Ok(vm.int(if h == -1 { -2 } else { h }))
}
fn code_bytes(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, a[0]);
    let bytes: Vec<u8> = c.units.iter().flat_map(|u| u.to_le_bytes()).collect();
    Ok(vm.bytes(bytes))
}
fn iterator_over(vm: &mut Vm, rows: Vec<crate::heap::Owned>) -> Step {
    let list = vm.list(rows).into_raw();
    Ok(vm.iter(t::LIST_ITER, crate::objects::iter::Iter::List { list: Some(list), at: 0 }))
}
fn code_positions(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, a[0]);
    let rows: Vec<_> = crate::code::linetable::positions(&c.linetable, c.firstlineno).collect();
    let rows = rows
        .into_iter()
        .map(|p| {
            let parts = [p.line, p.end_line, p.col, p.end_col].map(|x| match x {
                Some(i) => vm.int(i as i64),
                None => vm.none(),
            });
            vm.tuple(parts.into())
        })
        .collect();
    iterator_over(vm, rows)
}
fn code_lines(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, a[0]);
    let rows = crate::code::linetable::lines(&c.linetable, c.firstlineno)
        .into_iter()
        .map(|(start, end, line)| {
            let line = match line {
                Some(i) => vm.int(i as i64),
                None => vm.none(),
            };
            let parts = vec![vm.int(start as i64), vm.int(end as i64), line];
            vm.tuple(parts)
        })
        .collect();
    iterator_over(vm, rows)
}

fn frame(vm: &Vm, r: Ref) -> &FrameObj {
    match vm.heap.get(r) {
        Payload::Frame(f) => f,
        _ => panic!("{r:?} is no frame"),
    }
}
/// Object, interpreter frame, a place for each local and each value of the deepest stack.
fn frame_size(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, frame(vm, a[0]).code);
    Ok(vm.int(152 + 8 * (c.localsplus.len() as i64 + c.stacksize as i64)))
}
static FRAME_DEFS: &[Def] = &[
    Def::method("__repr__", "(self, /)", frame_repr, "Return repr(self)."),
    Def::method("__sizeof__", "(self, /)", frame_size, "Size of object in memory, in bytes."),
    Def::method("clear", "(self, /)", frame_clear, "Clear all references held by the frame."),
    Def::get("f_code", |vm, a| { let c = frame(vm, a[0]).code; Ok(vm.incref(c)) }, ""),
    Def::get("f_globals", |vm, a| { let c = frame(vm, a[0]).globals; Ok(vm.incref(c)) }, ""),
    Def::get("f_builtins", |vm, a| { let c = frame(vm, a[0]).builtins; Ok(vm.incref(c)) }, ""),
    Def::get("f_locals", frame_locals, ""),
    Def::get("f_back", frame_back, ""),
    Def::get("f_lasti", |vm, a| { let (last, _) = position(vm, a[0]); Ok(vm.int(last as i64 * 2)) }, ""),
    Def::get_set("f_lineno", frame_line, set_frame_line, ""),
    Def::get("f_generator", frame_generator, ""),
    Def::get_set("f_trace", |vm, a| match frame(vm, a[0]).trace { Some(f) => Ok(vm.incref(f)), None => Ok(vm.none()) }, set_trace, ""),
    Def::get_set("f_trace_lines", |vm, a| { let b = frame(vm, a[0]).trace_lines; Ok(vm.bool(b)) }, set_flag::<0>, ""),
    Def::get_set("f_trace_opcodes", |vm, a| { let b = frame(vm, a[0]).trace_opcodes; Ok(vm.bool(b)) }, set_flag::<1>, ""),
];
fn frame_mut(vm: &mut Vm, r: Ref) -> &mut FrameObj {
    match vm.heap.get_mut(r) {
        Payload::Frame(f) => f,
        _ => panic!("{r:?} is no frame"),
    }
}
fn set_trace(vm: &mut Vm, a: Args) -> Step {
    let value = a.not_none(1);
    value.iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(&mut frame_mut(vm, a[0]).trace, value);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn set_flag<const OPCODES: usize>(vm: &mut Vm, a: Args) -> Step {
    let on = a.opt(1) == Some(fixed::TRUE);
    let f = frame_mut(vm, a[0]);
    if OPCODES == 1 { f.trace_opcodes = on } else { f.trace_lines = on }
    Ok(vm.none())
}
/// Last instruction (code unit) and its line.
pub fn position(vm: &Vm, r: Ref) -> (u32, i32) {
    let f = frame(vm, r);
    let last = match &f.state {
        FrameState::Running { thread, index } => match vm.thread(*thread).activations.get(*index as usize) {
            Some(Activation::Py(x)) => x.last,
            _ => f.lasti,
        },
        FrameState::Suspended { generator } => vm.generator(*generator).frame.as_ref().map_or(f.lasti, |x| x.last),
        FrameState::Finished { .. } => f.lasti,
    };
    (last, crate::vm::load::line_of(&code(vm, f.code), last))
}
fn frame_line(vm: &mut Vm, a: Args) -> Step {
    let (last, _) = position(vm, a[0]);
    let c = code(vm, frame(vm, a[0]).code);
    match crate::code::linetable::line_at(&c.linetable, c.firstlineno, last) {
        Some(line) => Ok(vm.int(line as i64)),
        None => Ok(vm.none()),
    }
}
fn set_frame_line(vm: &mut Vm, a: Args) -> Step {
    let Some(line) = a.opt(1) else { return Err(vm.error(t::ATTRIBUTE_ERROR, "cannot delete attribute")) };
    if vm.ty(line) != t::INT {
        return Err(vm.value_error("lineno must be an integer"));
    }
    let Some(line) = vm.i64_of(line).filter(|n| i32::try_from(*n).is_ok()) else { return Err(vm.value_error("lineno out of range")) };
    vm.jump_to_line(a[0], line)?;
    Ok(vm.none())
}
fn frame_repr(vm: &mut Vm, a: Args) -> Step {
    let c = code(vm, frame(vm, a[0]).code);
    let (_, line) = position(vm, a[0]);
    let file = crate::objects::str::repr(vm.str_of(c.filename).expect("a str").wtf8());
    let text = format!("<frame at {:#x}, file {file}, line {line}, code {}>", a[0].address(), vm.lossy(c.name));
    Ok(vm.str(text))
}
/// The frame's variables: at module and class level the namespace, in a function a view that writes through (PEP 667).
fn frame_locals(vm: &mut Vm, a: Args) -> Step {
    let f = frame(vm, a[0]).clone();
    let c = code(vm, f.code);
    if let Some(ns) = f.locals.or((c.flags & crate::code::flags::NEWLOCALS == 0).then_some(f.globals)) {
        return with_hidden(vm, &f, &c, ns);
    }
    vm.tail_prelude("frame_locals", &[a[0]])
}
/// `locals()` of a frame: its namespace, or a new dict of a function's variables.
pub fn snapshot(vm: &mut Vm, r: Ref) -> Step {
    let f = frame(vm, r).clone();
    let c = code(vm, f.code);
    match f.locals.or((c.flags & crate::code::flags::NEWLOCALS == 0).then_some(f.globals)) {
        Some(ns) => with_hidden(vm, &f, &c, ns),
        None => frame_vars(vm, Args(&[Some(r)])),
    }
}
/// A namespace of a module or class body; while a comprehension runs in it (PEP 709), a copy that has its variables too.
fn with_hidden(vm: &mut Vm, f: &FrameObj, c: &CodeObj, ns: Ref) -> Step {
    if !c.kinds.iter().any(|k| k & kind::HIDDEN != 0) {
        return Ok(vm.incref(ns));
    }
    let values = frame_values(vm, f);
    let hidden: Vec<(Ref, Ref)> = (0..c.kinds.len())
        .filter(|i| c.kinds[*i] & kind::HIDDEN != 0)
        .filter_map(|i| values.get(i).copied().flatten().map(|v| (c.localsplus[i], if vm.ty(v) == t::CELL { vm.cell_value(v) } else { Some(v) })))
        .filter_map(|(name, v)| v.map(|v| (name, v)))
        .collect();
    if hidden.is_empty() || vm.dict_of(ns).is_none() {
        return Ok(vm.incref(ns));
    }
    let copy = vm.dict();
    let copy = vm.keep(copy);
    for (k, v) in vm.dict_of(ns).expect("checked").iter().collect::<Vec<_>>() {
        vm.dict_set(copy, k, v)?;
    }
    hidden.into_iter().for_each(|(k, v)| vm.dict_set_name(copy, k, v));
    Ok(vm.incref(copy))
}
/// For the prelude: the variables of a function's frame, those that were only added through `f_locals` behind them.
pub fn frame_vars(vm: &mut Vm, a: Args) -> Step {
    let f = frame(vm, a[0]).clone();
    let c = code(vm, f.code);
    let values = frame_values(vm, &f);
    let dict = vm.locals_dict(&c, &values);
    if let Some(extra) = f.extra_locals {
        for (k, v) in vm.kwargs_of(Some(extra)) {
            let dict = dict.get();
            let hash = vm.hash(k)?;
            let found = vm.dict_find(dict, k, hash)?;
            vm.dict_store(dict, found, k, hash, v);
        }
    }
    Ok(dict)
}
/// For the prelude: (frame, name, value) stores a variable of the frame's function; False when it has none of that name.
pub fn frame_set_var(vm: &mut Vm, a: Args) -> Step {
    let f = frame(vm, a[0]).clone();
    let c = code(vm, f.code);
    let named = |i: &usize| c.kinds[*i] & kind::HIDDEN == 0 && (c.localsplus[*i] == a[1] || vm.str_of(c.localsplus[*i]) == vm.str_of(a[1]));
    let Some(i) = (0..c.localsplus.len()).find(named) else { return Ok(vm.bool(false)) };
    if c.kinds[i] & (kind::CELL | kind::FREE) != 0
        && let Some(cell) = frame_values(vm, &f).get(i).copied().flatten().filter(|r| vm.ty(*r) == t::CELL)
    {
        vm.heap.incref_raw(a[2]);
        let old = vm.set_cell(cell, Some(a[2]));
        vm.replace_raw(old);
        return Ok(vm.bool(true));
    }
    vm.heap.incref_raw(a[2]);
    let new = Word::owned(a[2]);
    let old = match &f.state {
        FrameState::Running { thread, index } => {
            let Some(Activation::Py(x)) = vm.thread(*thread).activations.get(*index as usize) else { panic!("a running frame is on the stack") };
            let at = x.base as usize + i;
            std::mem::replace(&mut vm.thread_mut(*thread).stack[at], new).owned_ref()
        }
        FrameState::Suspended { generator } => std::mem::replace(&mut vm.generator_mut(*generator).stack[i], new).owned_ref(),
        FrameState::Finished { .. } => match &mut frame_mut(vm, a[0]).state {
            FrameState::Finished { locals } if i < locals.len() => locals[i].replace(a[2]),
            _ => Some(a[2]),
        },
    };
    frame_mut(vm, a[0]).overwritten.extend(old);
    Ok(vm.bool(true))
}
/// For the prelude: the dict of names that only `f_locals` knows, made at first use.
pub fn frame_extra(vm: &mut Vm, a: Args) -> Step {
    if let Some(extra) = frame(vm, a[0]).extra_locals {
        return Ok(vm.incref(extra));
    }
    let dict = vm.dict().into_raw();
    frame_mut(vm, a[0]).extra_locals = Some(dict);
    Ok(vm.incref(dict))
}
fn frame_values(vm: &Vm, f: &FrameObj) -> Vec<Option<Ref>> {
    match &f.state {
        FrameState::Running { thread, index } => match vm.thread(*thread).activations.get(*index as usize) {
            Some(Activation::Py(x)) => {
                let base = x.base as usize;
                (base..base + vm.code_obj(x.code_ref).localsplus.len()).map(|i| vm.thread(*thread).stack[i].opt()).collect()
            }
            _ => vec![],
        },
        FrameState::Suspended { generator } => {
            let g = vm.generator(*generator);
            let count = g.frame.as_ref().map_or(0, |x| vm.code_obj(x.code_ref).localsplus.len());
            g.stack.iter().take(count).map(|w| w.opt()).collect()
        }
        FrameState::Finished { locals } => locals.clone(),
    }
}
impl Vm {
    /// Named local values as a dict; cells are looked into.
    pub fn locals_dict(&mut self, c: &CodeObj, values: &[Option<Ref>]) -> crate::heap::Owned {
        let dict = self.dict();
        for (i, v) in values.iter().enumerate().take(c.localsplus.len()) {
            let in_cell = c.kinds[i] & (kind::CELL | kind::FREE) != 0;
            let value = match v {
                Some(v) if in_cell && self.ty(*v) == t::CELL => self.cell_value(*v),
                v => *v,
            };
            if c.kinds[i] & kind::HIDDEN != 0 {
                continue;
            }
            if let Some(v) = value {
                self.dict_set_name(dict.get(), c.localsplus[i], v);
            }
        }
        dict
    }
}
/// Gives back what a frame that is over holds. A generator that has not begun ends.
fn frame_clear(vm: &mut Vm, a: Args) -> Step {
    match frame(vm, a[0]).state {
        FrameState::Running { .. } => return Err(vm.runtime_error("cannot clear an executing frame")),
        FrameState::Suspended { generator } if vm.generator(generator).state != crate::objects::generator::GenState::Created => {
            return Err(vm.runtime_error("cannot clear a suspended frame"));
        }
        // The generator comes to its end as it would by dying.
        FrameState::Suspended { generator } => return vm.tail_prelude("frame_clear_created", &[generator]),
        FrameState::Finished { .. } => {}
    }
    let f = frame_mut(vm, a[0]);
    let mut gone: Vec<Ref> = std::mem::take(&mut f.overwritten);
    gone.extend([f.trace.take(), f.extra_locals.take()].into_iter().flatten());
    if let FrameState::Finished { locals } = &mut f.state {
        gone.extend(locals.iter_mut().filter_map(Option::take));
    }
    gone.into_iter().for_each(|r| vm.heap.decref_raw(r));
    Ok(vm.none())
}
fn frame_back(vm: &mut Vm, a: Args) -> Step {
    if let Some(back) = frame(vm, a[0]).back {
        return Ok(vm.incref(back));
    }
    if let FrameState::Running { thread, index } = frame(vm, a[0]).state {
        let below = (0..index as usize).rev().find(|i| matches!(vm.thread(thread).activations.get(*i), Some(Activation::Py(f)) if !f.hidden));
        if let Some(i) = below {
            // Frames are made through the eyes of their thread.
            let parked = vm.parked.iter().position(|t| t.id == thread && thread != vm.cur.id);
            let swap = |vm: &mut Vm| parked.into_iter().for_each(|at| std::mem::swap(&mut vm.cur, &mut vm.parked[at]));
            swap(vm);
            let f = vm.frame_object(i);
            swap(vm);
            return Ok(vm.incref(f));
        }
    }
    Ok(vm.none())
}
fn frame_generator(vm: &mut Vm, a: Args) -> Step {
    let g = match &frame(vm, a[0]).state {
        FrameState::Suspended { generator } => Some(*generator),
        FrameState::Running { thread, index } => match vm.thread(*thread).activations.get(*index as usize) {
            Some(Activation::Py(f)) => f.generator,
            _ => None,
        },
        FrameState::Finished { .. } => None,
    };
    match g {
        Some(g) => Ok(vm.incref(g)),
        None => Ok(vm.none()),
    }
}

static TRACEBACK_DEFS: &[Def] = &[
    Def::new("(cls, tb_next, tb_frame, tb_lasti, tb_lineno)", traceback_new),
    Def::get_set("tb_next", |vm, a| match tb(vm, a[0]).next { Some(x) => Ok(vm.incref(x)), None => Ok(vm.none()) }, set_next, ""),
    Def::member("tb_frame", |vm, a| { let f = tb(vm, a[0]).frame; Ok(vm.incref(f)) }, ""),
    Def::member("tb_lasti", |vm, a| { let i = tb(vm, a[0]).lasti; Ok(vm.int(i as i64)) }, ""),
    Def::get("tb_lineno", |vm, a| match vm.traceback_line(tb(vm, a[0])) { i if i > 0 => Ok(vm.int(i as i64)), _ => Ok(vm.none()) }, ""),
];
fn tb(vm: &Vm, r: Ref) -> &Traceback {
    match vm.heap.get(r) {
        Payload::Traceback(x) => x,
        _ => panic!("{r:?} is no traceback"),
    }
}
fn traceback_new(vm: &mut Vm, a: Args) -> Step {
    let next = a.not_none(1);
    if next.is_some_and(|r| vm.ty(r) != t::TRACEBACK) {
        let message = format!("expected traceback object or None, got '{}'", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    if vm.ty(a[2]) != t::FRAME {
        let message = format!("traceback() argument 'tb_frame' must be frame, not {}", vm.dotted_type_name(a[2]));
        return Err(vm.type_error(message));
    }
    let (lasti, lineno) = (vm.index_i32(a[3])?, vm.index_i32(a[4])?);
    vm.heap.incref_raw(a[2]);
    next.iter().for_each(|r| vm.heap.incref_raw(*r));
    let x = Traceback { frame: a[2], next, lasti, lineno: Some(lineno) };
    Ok(vm.heap.alloc(t::TRACEBACK, Payload::Traceback(Box::new(x)), 0))
}
fn set_next(vm: &mut Vm, a: Args) -> Step {
    let next = a.not_none(1);
    if a.opt(1).is_none() {
        return Err(vm.type_error("can't delete tb_next attribute"));
    }
    let mut at = next;
    while let Some(x) = at {
        if vm.ty(x) != t::TRACEBACK {
            let message = format!("expected traceback object, got '{}'", vm.dotted_type_name(x));
            return Err(vm.type_error(message));
        }
        if x == a[0] {
            return Err(vm.value_error("traceback loop detected"));
        }
        at = tb(vm, x).next;
    }
    next.iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = match vm.heap.get_mut(a[0]) {
        Payload::Traceback(x) => std::mem::replace(&mut x.next, next),
        _ => None,
    };
    vm.replace_raw(old);
    Ok(vm.none())
}
