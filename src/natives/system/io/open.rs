//! `open()`: puts the layers together.
use super::{DEFAULT_BUFFER_SIZE, buffered, fileio, text};
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Vm, fixed, t};

/// What `open`'s mode says.
struct OpenMode {
    raw: String,
    binary: bool,
    update: bool,
    writes: bool,
    reads: bool,
}

fn parse(vm: &mut Vm, mode: &str) -> Result<OpenMode, Ask> {
    let has = |c: char| mode.contains(c);
    let known = mode.chars().all(|c| "rwxabt+".contains(c));
    let doubled = mode.chars().any(|c| mode.matches(c).count() > 1);
    if !known || doubled {
        let message = format!("invalid mode: '{mode}'");
        return Err(vm.value_error(message));
    }
    let (text, binary, update) = (has('t'), has('b'), has('+'));
    if text && binary {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    let kinds = ['r', 'w', 'x', 'a'].into_iter().filter(|c| has(*c)).count();
    if kinds > 1 {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    if kinds == 0 {
        return Err(vm.value_error("Must have exactly one of create/read/write/append mode and at most one plus"));
    }
    let raw = mode.replace(['t', 'b'], "");
    Ok(OpenMode { raw, binary, update, writes: has('w') || has('x') || has('a'), reads: has('r') })
}
fn check_binary(vm: &mut Vm, a: Args) -> Result<(), Ask> {
    for (i, article, name) in [(3, "an", "encoding"), (4, "an", "errors"), (5, "a", "newline")] {
        if a.not_none(i).is_some() {
            let message = format!("binary mode doesn't take {article} {name} argument");
            return Err(vm.value_error(message));
        }
    }
    Ok(())
}

/// `open(file, mode, buffering, encoding, errors, newline, closefd, opener)`.
pub fn open(vm: &mut Vm, a: Args) -> Step {
    super::prepare_types(vm);
    let mode = match a.opt(1) {
        Some(r) => vm.expect_str(r, "open() argument 'mode'")?,
        None => "r".into(),
    };
    let file = if vm.is_int(a[0]) {
        a[0]
    } else {
        match vm.as_path(a[0])? {
            Some(p) => p,
            None => {
                let message = format!("expected str, bytes or os.PathLike object, not {}", vm.dotted_type_name(a[0]));
                return Err(vm.type_error(message));
            }
        }
    };
    let m = parse(vm, &mode)?;
    let mut buffering = match a.opt(2) {
        Some(r) => vm.index_i32(r)?,
        None => -1,
    };
    if m.binary {
        check_binary(vm, a)?;
    }
    for i in [3, 4, 5] {
        if let Some(r) = a.not_none(i) {
            vm.expect_str(r, &format!("open() argument '{}'", ["encoding", "errors", "newline"][i - 3]))?;
        }
    }
    let raw_mode = vm.str(m.raw.as_str());
    let raw_mode = vm.keep(raw_mode);
    let file_io = vm.type_of_def(&fileio::FILE_IO);
    let (closefd, opener) = (a.opt(6).unwrap_or(fixed::TRUE), a.opt(7).unwrap_or(fixed::NONE));
    let raw = vm.call(file_io, &[file, raw_mode, closefd, opener])?;
    if buffering == 1 && m.binary {
        warn_line_buffering(vm)?;
        buffering = -1;
    }
    let line_buffering = buffering == 1;
    if buffering == 0 {
        if !m.binary {
            vm.call_method(raw, "close", &[])?;
            return Err(vm.value_error("can't have unbuffered text I/O"));
        }
        return Ok(vm.incref(raw));
    }
    let size = if buffering > 1 { buffering as usize } else { DEFAULT_BUFFER_SIZE };
    let buffer = wrap(vm, raw, &m, size)?;
    if m.binary {
        return Ok(vm.incref(buffer));
    }
    let ty = vm.type_of_def(&text::TEXT_IO_WRAPPER);
    let none = fixed::NONE;
    let args = [
        buffer,
        a.opt(3).unwrap_or(none),
        a.opt(4).unwrap_or(none),
        a.opt(5).unwrap_or(none),
        fixed::bool_ref(line_buffering),
    ];
    let stream = match vm.try_call(ty, &args)? {
        Ok(s) => s,
        Err(e) => {
            vm.call_method(raw, "close", &[])?;
            return Err(vm.reraise(e));
        }
    };
    let key = vm.intern("mode").into_raw();
    let text = vm.str(mode);
    let text = vm.keep(text);
    vm.set_instance_attr(stream, key, Some(text));
    Ok(vm.incref(stream))
}
/// The buffer over a fresh FileIO. It is made by a call, so that a second run of `open` gets the same one.
fn wrap(vm: &mut Vm, raw: Ref, m: &OpenMode, size: usize) -> Result<Ref, Ask> {
    let def = match (m.update, m.writes, m.reads) {
        (true, ..) => &buffered::BUFFERED_RANDOM,
        (_, true, _) => &buffered::BUFFERED_WRITER,
        _ => &buffered::BUFFERED_READER,
    };
    let ty = vm.type_of_def(def);
    let size = vm.int(size as i64);
    let size = vm.keep(size);
    match vm.try_call(ty, &[raw, size])? {
        Ok(b) => Ok(b),
        Err(e) => {
            vm.call_method(raw, "close", &[])?;
            Err(vm.reraise(e))
        }
    }
}
fn warn_line_buffering(vm: &mut Vm) -> Result<(), Ask> {
    let text = "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
    let text = vm.str(text);
    let text = vm.keep(text);
    vm.prelude("io_warn", &[text, t::RUNTIME_WARNING])?;
    Ok(())
}
pub fn open_code(vm: &mut Vm, a: Args) -> Step {
    vm.expect_str(a[0], "open_code() argument 'path'")?;
    let mode = vm.str("rb");
    let mode = vm.keep(mode);
    open(vm, Args(&[Some(a[0]), Some(mode)]))
}
pub fn text_encoding(vm: &mut Vm, a: Args) -> Step {
    match a[0] {
        fixed::NONE => Ok(vm.str("locale")),
        r => Ok(vm.incref(r)),
    }
}
