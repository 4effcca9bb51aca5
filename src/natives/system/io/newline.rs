//! Universal newlines: which kinds were met, their translation, and `IncrementalNewlineDecoder`.
use super::opaque_state;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Def, Vm, fixed, t};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

/// Kinds of line endings met: bits 1 `\r`, 2 `\n`, 4 `\r\n`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Newlines(pub u8);

impl Newlines {
    /// Notes the endings of a text and, if asked, turns them all into `\n`. `held` is a `\r` kept from before; unless
    /// `last`, a `\r` at the end is kept in turn, which the second result tells.
    pub fn translate(&mut self, text: &Wtf8, translate: bool, held: bool, last: bool) -> (Wtf8Buf, bool) {
        let plain = !held && !text.as_bytes().contains(&b'\r');
        if plain {
            if self.0 & 2 == 0 && text.as_bytes().contains(&b'\n') {
                self.0 |= 2;
            }
            return (text.to_owned(), false);
        }
        let mut out = Wtf8Buf::with_capacity(text.len() + 1);
        let mut points = text.code_points().peekable();
        let mut pending = held;
        loop {
            let c = points.next();
            if pending {
                if c.is_none() && !last {
                    return (out, true);
                }
                pending = false;
                let pair = c.is_some_and(|c| c.to_u32() == '\n' as u32);
                self.0 |= if pair { 4 } else { 1 };
                match (translate, pair) {
                    (true, _) => out.push_char('\n'),
                    (false, true) => out.push_str("\r\n"),
                    (false, false) => out.push_char('\r'),
                }
                if pair {
                    continue;
                }
            }
            match c {
                None => return (out, false),
                Some(c) if c.to_u32() == '\r' as u32 => pending = true,
                Some(c) => {
                    if c.to_u32() == '\n' as u32 {
                        self.0 |= 2;
                    }
                    out.push(c);
                }
            }
        }
    }
    /// The `newlines` attribute: None, a str, or a tuple.
    pub fn object(self, vm: &mut Vm) -> Owned {
        let kinds = [(1, "\r"), (2, "\n"), (4, "\r\n")];
        let mut found: Vec<Owned> = kinds.into_iter().filter(|k| self.0 & k.0 != 0).map(|k| vm.str(k.1)).collect();
        match found.len() {
            0 => vm.none(),
            1 => found.pop().expect("one"),
            _ => vm.tuple(found),
        }
    }
}

#[derive(Clone, Default)]
struct Decoder {
    inner: Option<Ref>,
    translate: bool,
    held: bool,
    seen: Newlines,
}
opaque_state!(Decoder, |x, f| x.inner.iter().for_each(|r| f(*r)));

pub static INCREMENTAL_NEWLINE_DECODER: TypeDef = TypeDef {
    place: None,
    name: "IncrementalNewlineDecoder",
    module: "_io",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (40, 0),
    doc: "Codec used when reading a file in universal newlines mode.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, decoder, translate, errors='strict')", init, "Wrap a decoder, or None."),
    Def::method("decode", "(self, input, final=False)", decode, "Decode, and translate line endings."),
    Def::method("getstate", "(self, /)", getstate, "State of the decoder."),
    Def::method("setstate", "(self, state, /)", setstate, "Bring back a state."),
    Def::method("reset", "(self, /)", reset, "Forget everything held."),
    Def::get("newlines", |vm, a| { let seen = get(vm, a[0]).seen; Ok(seen.object(vm)) }, ""),
];

fn get(vm: &Vm, r: Ref) -> &Decoder {
    vm.state(r).expect("methods of IncrementalNewlineDecoder get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut Decoder {
    vm.state_mut(r).expect("methods of IncrementalNewlineDecoder get one")
}
fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Decoder::default()))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let translate = vm.truth(a[2])?;
    let inner = a.not_none(1);
    inner.iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(get_mut(vm, a[0]), Decoder { inner, translate, ..Default::default() });
    vm.replace_raw(old.inner);
    Ok(vm.none())
}
fn decode(vm: &mut Vm, a: Args) -> Step {
    let last = match a.opt(2) {
        Some(r) => vm.truth(r)?,
        None => false,
    };
    let text = match get(vm, a[0]).inner {
        Some(d) => {
            let flag = fixed::bool_ref(last);
            vm.call_method(d, "decode", &[a[1], flag])?
        }
        None => a[1],
    };
    let Some(text) = vm.str_of(text).map(|s| s.wtf8().to_owned()) else {
        let message = format!("decoder should return a string result, not '{}'", vm.dotted_type_name(text));
        return Err(vm.type_error(message));
    };
    let x = get_mut(vm, a[0]);
    let (out, held) = x.seen.translate(&text, x.translate, x.held, last);
    x.held = held;
    Ok(vm.str(out))
}
fn getstate(vm: &mut Vm, a: Args) -> Step {
    let Decoder { inner, held, .. } = get(vm, a[0]).clone();
    let (buffer, flag) = match inner {
        Some(d) => {
            let state = vm.call_method(d, "getstate", &[])?;
            let items = vm.tuple_items(state).map(<[Ref]>::to_vec).unwrap_or_default();
            let [buffer, flag] = items[..] else { return Err(vm.type_error("illegal decoder state")) };
            (buffer, vm.index_i64(flag)?)
        }
        None => (fixed::EMPTY_BYTES, 0),
    };
    let (buffer, flag) = (vm.incref(buffer), vm.int(flag << 1 | held as i64));
    Ok(vm.tuple(vec![buffer, flag]))
}
fn setstate(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[1]).map(<[Ref]>::to_vec).unwrap_or_default();
    let [buffer, flag] = items[..] else { return Err(vm.type_error("state argument must be a tuple")) };
    let flag = vm.index_i64(flag)?;
    if let Some(d) = get(vm, a[0]).inner {
        let (buffer, rest) = (vm.incref(buffer), vm.int(flag >> 1));
        let state = vm.tuple(vec![buffer, rest]);
        let state = vm.keep(state);
        vm.call_method(d, "setstate", &[state])?;
    }
    get_mut(vm, a[0]).held = flag & 1 != 0;
    Ok(vm.none())
}
fn reset(vm: &mut Vm, a: Args) -> Step {
    if let Some(d) = get(vm, a[0]).inner {
        vm.call_method(d, "reset", &[])?;
    }
    let x = get_mut(vm, a[0]);
    (x.held, x.seen) = (false, Newlines::default());
    Ok(vm.none())
}
