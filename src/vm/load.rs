//! From the compiler's code tree to code objects in the heap.
use super::{Vm, fixed, t};
use crate::code::flags::{self, kind};
use crate::code::{CodeTree, Const};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::set::Set;
use crate::objects::code::{CodeObj, Handler};
use std::sync::Arc;

impl Vm {
    /// A code object, with all it nests. `hidden`: its frames are the machine's own.
    pub fn load_code(&mut self, tree: &CodeTree, hidden: bool) -> Owned {
        let consts: Box<[Ref]> = tree.consts.iter().map(|c| self.load_const_value(c, hidden).into_raw()).collect();
        let names: Box<[Ref]> = tree.names.iter().map(|s| self.intern(s).into_raw()).collect();
        let localsplus: Box<[Ref]> = tree.localsplusnames.iter().map(|s| self.intern(s).into_raw()).collect();
        let total_args = tree.parameters() as u32;
        let nfree = tree.freevars().count() as u32;
        let special = flags::VARARGS | flags::VARKEYWORDS;
        let handlers = crate::code::exception_table::parse(&tree.exceptiontable)
            .iter()
            .map(|h| Handler { start: h.start, end: h.end, target: h.target, depth: h.depth, lasti: h.lasti })
            .collect();
        let number = self.next_code;
        self.next_code += 1;
        let simple = tree.flags & special == 0 && tree.kwonlyargcount == 0;
        let units: Box<[u16]> = tree.code.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
        let entry = (units[0] & 0xFF == crate::code::opcode::op::RESUME as u16) as u32;
        let code = CodeObj {
            number,
            units,
            consts,
            names,
            localsplus,
            kinds: tree.localspluskinds.clone().into_boxed_slice(),
            argcount: tree.argcount,
            posonly: tree.posonlyargcount,
            kwonly: tree.kwonlyargcount,
            stacksize: tree.stacksize,
            flags: tree.flags,
            total_args,
            name: self.intern(&tree.name).into_raw(),
            qualname: self.intern(&tree.qualname).into_raw(),
            filename: self.intern(&tree.filename).into_raw(),
            firstlineno: tree.firstlineno,
            linetable: tree.linetable.clone().into_boxed_slice(),
            exceptiontable: tree.exceptiontable.clone().into_boxed_slice(),
            handlers,
            hidden,
            nlocals: tree.localspluskinds.iter().filter(|k| **k & kind::LOCAL != 0).count() as u32,
            nfree,
            simple_args: if simple { tree.argcount } else { u32::MAX },
            entry,
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
        let ty = if frozen { t::FROZENSET } else { t::SET };
        let set = self.heap.alloc(ty, Payload::Set(Box::default()), 0);
        for c in items {
            let item = self.load_const_value(c, hidden);
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
