//! From the compiler's code tree to code objects in the heap.
use super::{Vm, fixed, t};
use crate::code::flags::{self, kind};
use crate::code::{CodeTree, Const};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::set::Set;
use crate::objects::code::{CodeObj, Handler};
use std::borrow::Cow;
use std::sync::Arc;

/// What a code object is made of: its numbers (arguments, positional-only ones, keyword-only ones, size of the stack, flags),
/// raw fields and objects.
pub(super) struct Parts<'a> {
    pub numbers: [u32; 5],
    pub firstlineno: i32,
    pub code: &'a [u8],
    pub consts: Box<[Ref]>,
    pub names: Box<[Ref]>,
    pub localsplus: Box<[Ref]>,
    pub kinds: Cow<'static, [u8]>,
    pub filename: Ref,
    pub name: Ref,
    pub qualname: Ref,
    pub linetable: Cow<'static, [u8]>,
    pub exceptiontable: Cow<'static, [u8]>,
    pub hidden: bool,
}

impl Vm {
    /// A code object, with all it nests. `hidden`: its frames are the machine's own.
    pub fn load_code(&mut self, tree: &CodeTree, hidden: bool) -> Owned {
        let consts = tree.consts.iter().map(|c| self.load_const_value(c, hidden).into_raw()).collect();
        let names = tree.names.iter().map(|s| self.intern(s).into_raw()).collect();
        let localsplus = tree.localsplusnames.iter().map(|s| self.intern(s).into_raw()).collect();
        let [filename, name, qualname] = [&tree.filename, &tree.name, &tree.qualname].map(|s| self.intern(s).into_raw());
        self.make_code(Parts {
            numbers: [tree.argcount, tree.posonlyargcount, tree.kwonlyargcount, tree.stacksize, tree.flags],
            firstlineno: tree.firstlineno,
            code: &tree.code,
            consts,
            names,
            localsplus,
            kinds: tree.localspluskinds.clone().into(),
            filename,
            name,
            qualname,
            linetable: tree.linetable.clone().into(),
            exceptiontable: tree.exceptiontable.clone().into(),
            hidden,
        })
    }
    /// A code object of its parts, whose references are taken over.
    pub(super) fn make_code(&mut self, parts: Parts) -> Owned {
        let Parts { numbers, firstlineno, code, consts, names, localsplus, kinds, filename, name, qualname, linetable, exceptiontable, hidden } = parts;
        let [argcount, posonly, kwonly, stacksize, flags] = numbers;
        let number = self.next_code;
        self.next_code += 1;
        let stars = (flags & flags::VARARGS != 0) as u32 + (flags & flags::VARKEYWORDS != 0) as u32;
        let simple = stars == 0 && kwonly == 0;
        let units: Box<[u16]> = code.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
        let entry = (units[0] & 0xFF == crate::code::opcode::op::RESUME as u16) as u32;
        let handlers = crate::code::exception_table::parse(&exceptiontable)
            .iter()
            .map(|h| Handler { start: h.start, end: h.end, target: h.target, depth: h.depth, lasti: h.lasti })
            .collect();
        let of_kind = |bits: u8| kinds.iter().filter(|k| **k & bits != 0).count() as u32;
        let code = CodeObj {
            number,
            units,
            consts,
            names,
            localsplus,
            argcount,
            posonly,
            kwonly,
            stacksize,
            flags,
            total_args: argcount + kwonly + stars,
            name,
            qualname,
            filename,
            firstlineno,
            linetable,
            exceptiontable,
            handlers,
            hidden,
            nlocals: of_kind(kind::LOCAL),
            nfree: of_kind(kind::FREE),
            simple_args: if simple { argcount } else { u32::MAX },
            entry,
            kinds,
        };
        self.heap.alloc(t::CODE, Payload::Code(Arc::new(code)), 0)
    }
    /// A constant as an object.
    pub fn load_const_value(&mut self, c: &Const, hidden: bool) -> Owned {
        match c {
            Const::None | Const::StopIteration => self.none(),
            Const::True => self.bool(true),
            Const::False => self.bool(false),
            Const::Ellipsis => Owned::adopt(fixed::ELLIPSIS),
            Const::Int(i) => self.int(*i),
            Const::BigInt(b) => self.bigint(b.clone()),
            Const::Float(x) => self.float(*x),
            Const::Complex(re, im) => self.complex(*re, *im),
            Const::Str(s, interned) => match s.as_str() {
                Ok(text) if *interned => {
                    let text = text.to_owned();
                    self.intern(&text)
                }
                _ => self.str(s.clone()),
            },
            Const::Bytes(b) => self.bytes(b.clone()),
            Const::Tuple(items) => {
                let items = items.iter().map(|c| self.load_const_value(c, hidden)).collect();
                self.tuple(items)
            }
            Const::List(items) => {
                let items = items.iter().map(|c| self.load_const_value(c, hidden)).collect();
                self.list(items)
            }
            Const::FrozenSet(items) | Const::Set(items) => self.load_set(items, matches!(c, Const::FrozenSet(_)), hidden),
            Const::Slice(parts) => {
                let parts = [0, 1, 2].map(|i| self.load_const_value(&parts[i], hidden).into_raw());
                self.heap.alloc(t::SLICE, Payload::Slice(Box::new(parts)), 0)
            }
            Const::Code(tree) => self.load_code(tree, hidden),
            Const::Dict(pairs) => {
                let d = self.dict();
                for (k, v) in pairs {
                    let (k, v) = (self.load_const_value(k, hidden), self.load_const_value(v, hidden));
                    self.dict_set(d.get(), k.get(), v.get()).expect("constants hash without asking");
                    self.release(k);
                    self.release(v);
                }
                d
            }
        }
    }
    fn load_set(&mut self, items: &[Const], frozen: bool, hidden: bool) -> Owned {
        let items = items.iter().map(|c| self.load_const_value(c, hidden)).collect();
        self.constant_set(items, frozen)
    }
    /// A set of constants.
    pub(super) fn constant_set(&mut self, items: Vec<Owned>, frozen: bool) -> Owned {
        let ty = if frozen { t::FROZENSET } else { t::SET };
        let set = self.heap.alloc(ty, Payload::Set(Box::default()), 0);
        for item in items {
            self.set_add(set.get(), item.get()).expect("constants hash without asking");
            self.release(item);
        }
        if frozen {
            // CPython's compiler makes a constant set anew from the first one's order, which shows where hashes collide.
            let Payload::Set(first) = self.heap.get(set.get()) else { unreachable!("a set was made") };
            let mut again = Set::default();
            first.iter().for_each(|(key, hash)| again.insert_new(key, hash));
            *self.set_mut(set.get()) = again;
        }
        set
    }
    /// The names of a code object's variables of some kinds, as a tuple (`co_varnames`, `co_cellvars`, `co_freevars`).
    pub fn variable_names(&mut self, code: &CodeObj, kinds: u8) -> Owned {
        let names: Vec<Ref> = code.localsplus.iter().zip(&*code.kinds).filter(|(_, k)| **k & kinds != 0).map(|(r, _)| *r).collect();
        self.tuple_of(&names)
    }
}

/// The source line of a code unit; the first line where the table has none.
pub fn line_of(code: &CodeObj, unit: u32) -> i32 {
    crate::code::linetable::line_at(&code.linetable, code.firstlineno, unit).map_or(code.firstlineno, |l| l as i32)
}
