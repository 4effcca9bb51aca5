//! Replacement templates: literal texts with group references between them.
use super::pattern::PATTERN;
use super::{engine, state};
use crate::heap::Ref;
use crate::objects::State;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Step, Vm, fixed, t};
use rustpython_wtf8::Wtf8Buf;

static TEMPLATE: TypeDef = TypeDef {
    place: None,
    name: "SRE_Template",
    module: "_sre",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (32, 0),
    doc: "",
    defs: &[],
};

/// State of a template: the first literal, then group numbers and the literals behind them (owned).
#[derive(Clone)]
pub struct Template {
    first: Ref,
    rest: Vec<(usize, Ref)>,
}
state!(Template, |x, f| {
    f(x.first);
    x.rest.iter().for_each(|(_, r)| f(*r))
});

/// `_sre.template(pattern, [literal, group, literal, …])`.
pub fn template(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.type_of_def(&PATTERN);
    let items = vm.list_items(a[1]).cloned();
    let (true, Some(items)) = (vm.ty(a[0]) == ty, items) else {
        return Err(vm.type_error("template() needs a pattern and a list"));
    };
    let Some((first, pairs)) = items.split_first().filter(|(_, p)| p.len() % 2 == 0) else {
        return Err(vm.type_error("invalid template"));
    };
    let mut rest = Vec::new();
    for p in pairs.chunks(2) {
        let i = vm.index_i64(p[0])?;
        let Ok(i) = usize::try_from(i) else { return Err(vm.type_error("invalid template")) };
        rest.push((i, p[1]));
    }
    items.iter().step_by(2).for_each(|r| vm.heap.incref_raw(*r));
    let ty = vm.type_of_def(&TEMPLATE);
    Ok(vm.opaque(ty, Template { first: *first, rest }))
}

/// A template as [`pieces`] takes it: group references and literals.
pub enum Piece {
    Literal(Ref),
    Group(usize),
}
/// The pieces of a template object.
pub fn pieces(vm: &Vm, r: Ref) -> Option<Vec<Piece>> {
    let x = vm.state::<Template>(r)?;
    let mut out = vec![Piece::Literal(x.first)];
    for (i, literal) in &x.rest {
        out.extend([Piece::Group(*i), Piece::Literal(*literal)]);
    }
    Some(out)
}
/// Texts or bytes being joined; the first object decides which.
#[derive(Default)]
pub struct Joiner {
    text: Wtf8Buf,
    bytes: Vec<u8>,
    is_bytes: bool,
    count: usize,
}
impl Joiner {
    pub fn new(is_bytes: bool) -> Joiner {
        Joiner { is_bytes, ..Joiner::default() }
    }
    /// Adds a `str` or bytes object, with the error of `join` for others.
    pub fn push(&mut self, vm: &mut Vm, r: Ref) -> Result<(), Ask> {
        let wrong = match (vm.str_of(r), vm.bytes_of(r)) {
            (Some(s), _) if !self.is_bytes => {
                self.text.push_wtf8(s.wtf8());
                false
            }
            (_, Some(b)) if self.is_bytes => {
                self.bytes.extend_from_slice(b);
                false
            }
            _ => true,
        };
        if wrong {
            let what = if self.is_bytes { "a bytes-like object" } else { "str instance" };
            let message = format!("sequence item {}: expected {what}, {} found", self.count, vm.dotted_type_name(r));
            return Err(vm.type_error(message));
        }
        self.count += 1;
        Ok(())
    }
    /// Adds characters `from..to` of the subject.
    pub fn push_slice(&mut self, vm: &mut Vm, string: Ref, from: usize, to: usize) {
        match (vm.str_of(string), vm.bytes_of(string)) {
            (Some(s), _) => self.text.push_wtf8(s.slice(from, to)),
            (_, Some(b)) => self.bytes.extend_from_slice(&b[from..to]),
            _ => {
                let piece = engine::slice(vm, string, from, to);
                if let Some(b) = vm.bytes_of(piece.get()) {
                    self.bytes.extend_from_slice(b);
                }
                vm.release(piece);
            }
        }
        self.count += 1;
    }
    pub fn finish(self, vm: &mut Vm) -> crate::heap::Owned {
        if self.is_bytes { vm.bytes(self.bytes) } else { vm.str(self.text) }
    }
}
/// Fills in one match; groups that took no part are empty.
pub fn fill(vm: &mut Vm, pieces: &[Piece], string: Ref, spans: &[(i64, i64)], out: &mut Joiner) -> Result<(), Ask> {
    for p in pieces {
        match p {
            Piece::Literal(r) if *r == fixed::NONE => {}
            Piece::Literal(r) => out.push(vm, *r)?,
            Piece::Group(i) => match spans.get(*i) {
                Some((from, to)) if *from >= 0 => out.push_slice(vm, string, *from as usize, *to as usize),
                Some(_) => {}
                None => return Err(vm.index_error("no such group")),
            },
        }
    }
    Ok(())
}
/// `Match.expand` with a parsed template (or a plain literal).
pub fn expand(vm: &mut Vm, filter: Ref, string: Ref, spans: &[(i64, i64)]) -> Step {
    let Some(pieces) = pieces(vm, filter) else { return Ok(vm.incref(filter)) };
    let mut out = Joiner::new(vm.str_of(string).is_none());
    fill(vm, &pieces, string, spans, &mut out)?;
    Ok(out.finish(vm))
}
