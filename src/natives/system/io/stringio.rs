//! `StringIO`: text in memory. Positions count code points, so the text is kept as such.
use super::{newline::Newlines, opaque_state, size_argument};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

#[derive(Clone, Default)]
struct StringIo {
    text: Vec<CodePoint>,
    at: usize,
    closed: bool,
    newline: Newline,
    /// Line endings met, when they are translated.
    seen: Newlines,
}
opaque_state!(StringIo, |_x, _f| {});

/// The `newline` argument.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Newline {
    /// None: all kinds end a line and become `\n`.
    Universal,
    /// '': all kinds end a line and stay.
    Any,
    #[default]
    Lf,
    Cr,
    CrLf,
}
impl Newline {
    /// The value of a `newline` argument; `quoted`: the message shows its repr, as StringIO's does.
    pub fn from_object(vm: &mut Vm, r: Option<Ref>, quoted: bool) -> Result<Newline, Ask> {
        let Some(r) = r.filter(|r| *r != fixed::NONE) else { return Ok(Newline::Universal) };
        let Some(text) = vm.str_of(r).map(|s| s.lossy().into_owned()) else {
            let message = format!("newline must be str or None, not {}", vm.dotted_type_name(r));
            return Err(vm.type_error(message));
        };
        Ok(match text.as_str() {
            "" => Newline::Any,
            "\n" => Newline::Lf,
            "\r" => Newline::Cr,
            "\r\n" => Newline::CrLf,
            _ => {
                let shown = if quoted { vm.repr_text(r) } else { text };
                let message = format!("illegal newline value: {shown}");
                return Err(vm.value_error(message));
            }
        })
    }
    /// Where a line that begins at the start of `text` ends; None when it does not end there.
    pub fn line_end(self, text: &[CodePoint]) -> Option<usize> {
        let is = |c: CodePoint, x: char| c.to_u32() == x as u32;
        let find = |x: char| text.iter().position(|c| is(*c, x)).map(|i| i + 1);
        match self {
            Newline::Universal | Newline::Lf => find('\n'),
            Newline::Cr => find('\r'),
            Newline::CrLf => text.windows(2).position(|w| is(w[0], '\r') && is(w[1], '\n')).map(|i| i + 2),
            Newline::Any => {
                let i = text.iter().position(|c| is(*c, '\n') || is(*c, '\r'))?;
                let pair = is(text[i], '\r') && text.get(i + 1).is_some_and(|c| is(*c, '\n'));
                Some(i + 1 + pair as usize)
            }
        }
    }
}

pub static STRING_IO: TypeDef = TypeDef {
    place: None,
    name: "StringIO",
    module: "_io",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (168, 0),
    doc: "StringIO(initial_value='', newline='\\n')\n--\n\nText I/O implementation using an in-memory buffer.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, initial_value='', newline='\\n')", init, "Start with this text."),
    Def::method("close", "(self, /)", close, "Give up the text."),
    Def::method("getvalue", "(self, /)", getvalue, "All the text."),
    Def::method("read", "(self, size=-1, /)", read, "Read at most size characters."),
    Def::method("readline", "(self, size=-1, /)", readline, "Read a line."),
    Def::method("tell", "(self, /)", tell, "Current position."),
    Def::method("truncate", "(self, pos=None, /)", truncate, "Cut off at pos or the position."),
    Def::method("seek", "(self, pos, whence=0, /)", seek, "Move to a position; the new one."),
    Def::method("write", "(self, s, /)", write, "Write text; how many characters."),
    Def::method("seekable", "(self, /)", yes, ""),
    Def::method("readable", "(self, /)", yes, ""),
    Def::method("writable", "(self, /)", yes, ""),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::method("__getstate__", "(self, /)", getstate, ""),
    Def::method("__setstate__", "(self, state, /)", setstate, ""),
    Def::get("closed", |vm, a| { let b = get(vm, a[0]).closed; Ok(vm.bool(b)) }, ""),
    Def::get("newlines", newlines, ""),
    Def::get("line_buffering", |vm, a| { open(vm, a[0])?; Ok(vm.bool(false)) }, ""),
];

fn get(vm: &Vm, r: Ref) -> &StringIo {
    vm.state(r).expect("methods of StringIO get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut StringIo {
    vm.state_mut(r).expect("methods of StringIO get one")
}
fn open(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    super::base::raise_if(vm, get(vm, r).closed)
}
fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(StringIo::default()))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let newline = match a.opt(2) {
        Some(_) => Newline::from_object(vm, a.opt(2), true)?,
        None => Newline::Lf,
    };
    let value = match a.not_none(1) {
        Some(r) => match vm.str_of(r) {
            Some(s) => s.wtf8().to_owned(),
            None => {
                let message = format!("initial_value must be str or None, not {}", vm.dotted_type_name(r));
                return Err(vm.type_error(message));
            }
        },
        None => Wtf8Buf::new(),
    };
    *get_mut(vm, a[0]) = StringIo { newline, ..Default::default() };
    put(get_mut(vm, a[0]), &value);
    get_mut(vm, a[0]).at = 0;
    Ok(vm.none())
}
/// Writes text at the position, line endings translated as `newline` says.
fn put(x: &mut StringIo, text: &Wtf8) {
    let mut fresh: Vec<CodePoint> = Vec::with_capacity(text.len());
    match x.newline {
        Newline::Lf => fresh.extend(text.code_points()),
        Newline::Any | Newline::Universal => {
            let (translated, _) = x.seen.translate(text, x.newline == Newline::Universal, false, true);
            fresh.extend(translated.code_points());
        }
        Newline::Cr | Newline::CrLf => {
            for c in text.code_points() {
                if c.to_u32() == '\n' as u32 {
                    fresh.push(CodePoint::from('\r'));
                    if x.newline == Newline::Cr {
                        continue;
                    }
                }
                fresh.push(c);
            }
        }
    }
    let end = x.at + fresh.len();
    if x.at == x.text.len() {
        x.text.extend_from_slice(&fresh);
    } else {
        if x.text.len() < end {
            x.text.resize(end, CodePoint::from('\0'));
        }
        x.text[x.at..end].copy_from_slice(&fresh);
    }
    x.at = end;
}
fn text_of(points: &[CodePoint]) -> Wtf8Buf {
    points.iter().copied().collect()
}
/// Appends text to a StringIO without a call; false when it is closed or no exact StringIO.
pub fn append(vm: &mut Vm, r: Ref, text: &Wtf8) -> bool {
    if vm.ty(r) != vm.type_of_def(&STRING_IO) {
        return false;
    }
    match vm.state_mut::<StringIo>(r) {
        Some(x) if !x.closed => {
            put(x, text);
            true
        }
        _ => false,
    }
}
fn close(vm: &mut Vm, a: Args) -> Step {
    let x = get_mut(vm, a[0]);
    x.closed = true;
    x.text = vec![];
    Ok(vm.none())
}
fn getvalue(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    let text = text_of(&get(vm, a[0]).text);
    Ok(vm.str(text))
}
/// Gives out the next `count` characters.
fn take(vm: &mut Vm, r: Ref, count: usize) -> Step {
    let x = get_mut(vm, r);
    let start = x.at.min(x.text.len());
    let end = start.saturating_add(count).min(x.text.len());
    let out = text_of(&x.text[start..end]);
    x.at = x.at.max(end);
    Ok(vm.str(out))
}
fn read(vm: &mut Vm, a: Args) -> Step {
    let count = size_argument(vm, a.opt(1))?.unwrap_or(usize::MAX);
    open(vm, a[0])?;
    take(vm, a[0], count)
}
fn line_len(x: &StringIo, limit: usize) -> usize {
    let rest = &x.text[x.at.min(x.text.len())..];
    let rest = &rest[..limit.min(rest.len())];
    x.newline.line_end(rest).unwrap_or(rest.len())
}
fn readline(vm: &mut Vm, a: Args) -> Step {
    let limit = size_argument(vm, a.opt(1))?.unwrap_or(usize::MAX);
    open(vm, a[0])?;
    let k = line_len(get(vm, a[0]), limit);
    take(vm, a[0], k)
}
fn next(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    if vm.ty(a[0]) != vm.type_of_def(&STRING_IO) {
        let line = vm.call_method(a[0], "readline", &[])?;
        return if vm.len(line)? == 0 { Err(vm.stop_iteration(None)) } else { Ok(vm.incref(line)) };
    }
    match line_len(get(vm, a[0]), usize::MAX) {
        0 => Err(vm.stop_iteration(None)),
        k => take(vm, a[0], k),
    }
}
fn tell(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    let at = get(vm, a[0]).at;
    Ok(vm.int(at as i64))
}
fn truncate(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    let size = match a.not_none(1) {
        Some(r) => vm.index_i64(r)?,
        None => get(vm, a[0]).at as i64,
    };
    if size < 0 {
        let message = format!("Negative size value {size}");
        return Err(vm.value_error(message));
    }
    get_mut(vm, a[0]).text.truncate(size as usize);
    Ok(vm.int(size))
}
fn seek(vm: &mut Vm, a: Args) -> Step {
    let pos = vm.index_i64(a[1])?;
    let whence = match a.opt(2) {
        Some(r) => vm.index_i32(r)?,
        None => 0,
    };
    open(vm, a[0])?;
    if !(0..=2).contains(&whence) {
        let message = format!("Invalid whence ({whence}, should be 0, 1 or 2)");
        return Err(vm.value_error(message));
    }
    if pos < 0 && whence == 0 {
        let message = format!("Negative seek position {pos}");
        return Err(vm.value_error(message));
    }
    if whence != 0 && pos != 0 {
        return Err(vm.error(t::OS_ERROR, "Can't do nonzero cur-relative seeks"));
    }
    let x = get_mut(vm, a[0]);
    x.at = match whence {
        0 => pos as usize,
        1 => x.at,
        _ => x.text.len(),
    };
    let at = x.at;
    Ok(vm.int(at as i64))
}
fn write(vm: &mut Vm, a: Args) -> Step {
    let Some(text) = vm.str_of(a[1]).map(|s| s.wtf8().to_owned()) else {
        let message = format!("string argument expected, got '{}'", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    open(vm, a[0])?;
    let count = vm.str_of(a[1]).map_or(0, |s| s.len());
    if count > 0 {
        put(get_mut(vm, a[0]), &text);
    }
    Ok(vm.int(count as i64))
}
fn yes(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    Ok(vm.bool(true))
}
fn newlines(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    let x = get(vm, a[0]);
    let seen = x.seen;
    Ok(seen.object(vm))
}
/// (text, newline, position, attributes): what pickle keeps.
fn getstate(vm: &mut Vm, a: Args) -> Step {
    open(vm, a[0])?;
    let x = get(vm, a[0]);
    let (text, newline, at) = (text_of(&x.text), x.newline, x.at as i64);
    let newline = match newline {
        Newline::Universal => vm.none(),
        Newline::Any => vm.str(""),
        Newline::Lf => vm.str("\n"),
        Newline::Cr => vm.str("\r"),
        Newline::CrLf => vm.str("\r\n"),
    };
    let (text, at) = (vm.str(text), vm.int(at));
    let dict = match vm.heap.extra(a[0]).and_then(|x| x.dict) {
        Some(d) => vm.incref(d),
        None => vm.none(),
    };
    Ok(vm.tuple(vec![text, newline, at, dict]))
}
fn setstate(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[1]).map(<[Ref]>::to_vec).unwrap_or_default();
    let [text, newline, at, dict] = items[..] else {
        let message = format!("{}.__setstate__ argument should be 4-tuple, got {}", vm.dotted_type_name(a[0]), vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    let newline = Newline::from_object(vm, Some(newline), true)?;
    let at = vm.index_i64(at)?.max(0) as usize;
    let text = vm.str_of(text).map(|s| s.wtf8().code_points().collect()).unwrap_or_default();
    *get_mut(vm, a[0]) = StringIo { text, at, newline, ..Default::default() };
    if let Some(entries) = vm.dict_of(dict).map(|d| d.iter().collect::<Vec<_>>()) {
        for (k, v) in entries {
            vm.set_instance_attr(a[0], k, Some(v));
        }
    }
    Ok(vm.none())
}
