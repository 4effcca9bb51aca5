//! Locals, constants and the operand stack.
use super::*;
use crate::objects::code::CodeObj;
use crate::vm::exec::pick;
use crate::vm::fixed;
use crate::vm::t;

impl Vm {
    #[inline(always)]
    pub(in crate::vm) fn load_fast_borrow(&mut self, r: &mut Regs, i: usize) -> Flow {
        let w = self.cur.stack[r.base + i];
        debug_assert!(!w.is_null(), "local {i} is unbound in {} at unit {}", self.where_now(), r.pc);
        self.push_word(r, w.lent());
        Flow::Next
    }
    /// Names the running frame, for panics.
    fn where_now(&self) -> String {
        let code = self.cur.top_frame().map(|f| self.code_obj(f.code_ref));
        code.map_or(String::new(), |c| format!("{}:{}", self.lossy(c.filename), self.lossy(c.qualname)))
    }
    #[inline(always)]
    pub(in crate::vm) fn load_fast(&mut self, r: &mut Regs, i: usize) -> Flow {
        let w = self.cur.stack[r.base + i];
        debug_assert!(!w.is_null(), "local {i} is unbound in {} at unit {}", self.where_now(), r.pc);
        self.heap.incref_at(w.index());
        self.push_word(r, Word::owned(w.get()));
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn load_fast_pair(&mut self, r: &mut Regs, arg: usize, borrow: bool) -> Flow {
        for i in [arg >> 4, arg & 15] {
            if borrow {
                self.load_fast_borrow(r, i);
            } else {
                self.load_fast(r, i);
            }
        }
        Flow::Next
    }
    /// Stores the top into a local. A borrowed word becomes owned: the local is the owner now.
    #[inline(always)]
    pub(in crate::vm) fn store_fast(&mut self, r: &mut Regs, i: usize) -> Flow {
        let w = self.pop(r);
        let w = if w.is_owned() || w.is_null() { w } else { Word::owned(self.own_word(w)) };
        let old = std::mem::replace(&mut self.cur.stack[r.base + i], w);
        self.drop_word(old);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn store_load_fast(&mut self, r: &mut Regs, arg: usize) -> Flow {
        self.store_fast(r, arg >> 4);
        self.load_fast(r, arg & 15)
    }
    #[inline(always)]
    pub(in crate::vm) fn store_store_fast(&mut self, r: &mut Regs, arg: usize) -> Flow {
        self.store_fast(r, arg >> 4);
        self.store_fast(r, arg & 15)
    }
    #[inline(never)]
    pub(in crate::vm) fn load_fast_check(&mut self, r: &mut Regs, code: &CodeObj, _at: usize, i: usize) -> Flow {
        if self.cur.stack[r.base + i].is_null() {
            return self.unbound_local(code, i);
        }
        self.load_fast(r, i)
    }
    fn unbound_local(&mut self, code: &CodeObj, i: usize) -> Flow {
        let name = code.localsplus[i];
        let text = format!("cannot access local variable '{}' where it is not associated with a value", self.lossy(name));
        let e = self.name_error(t::UNBOUND_LOCAL_ERROR, name, text);
        self.raise(e)
    }
    #[inline(never)]
    pub(in crate::vm) fn load_fast_and_clear(&mut self, r: &mut Regs, i: usize) -> Flow {
        let w = std::mem::replace(&mut self.cur.stack[r.base + i], Word::NULL);
        self.push_word(r, w);
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn delete_fast(&mut self, r: &mut Regs, code: &CodeObj, _at: usize, i: usize) -> Flow {
        let old = std::mem::replace(&mut self.cur.stack[r.base + i], Word::NULL);
        if old.is_null() {
            return self.unbound_local(code, i);
        }
        self.drop_word(old);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn load_const(&mut self, r: &mut Regs, code: &CodeObj, i: usize) -> Flow {
        let c = pick(&code.consts, i);
        // The code object keeps its constants alive as long as a frame runs it.
        self.push_word(r, Word::borrowed(c));
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn load_small_int(&mut self, r: &mut Regs, units: &[u16], i: usize, watched: bool) -> Flow {
        if !watched && self.with_small_int(r, units, i as i64) {
            return Flow::Next;
        }
        let x = fixed::small_int(i as i64).expect("LOAD_SMALL_INT is for cached ints");
        self.push_word(r, Word::fixed(x));
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn pop_top(&mut self, r: &mut Regs) -> Flow {
        let w = self.pop(r);
        self.drop_word(w);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn push_null(&mut self, r: &mut Regs) -> Flow {
        self.push_word(r, Word::NULL);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn copy(&mut self, r: &mut Regs, depth: usize) -> Flow {
        let w = self.peek(r, depth);
        if w.is_owned() {
            self.heap.incref_raw(w.get());
        }
        self.push_word(r, w);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn swap(&mut self, r: &mut Regs, depth: usize) -> Flow {
        let (top, other) = (self.peek(r, 1), self.peek(r, depth));
        self.cur.stack[r.sp - 1] = other;
        self.cur.stack[r.sp - depth] = top;
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn make_cell(&mut self, r: &mut Regs, i: usize) -> Flow {
        let w = self.cur.stack[r.base + i];
        let content = if w.is_null() { None } else { Some(self.own_word(w)) };
        let cell = self.heap.alloc(t::CELL, crate::objects::Payload::Cell(content), 0);
        self.cur.stack[r.base + i] = Word::owned(cell.into_raw());
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn copy_free_vars(&mut self, r: &mut Regs, code: &CodeObj, count: usize) -> Flow {
        let func = self.top().func;
        let closure = match self.heap.get(func) {
            crate::objects::Payload::Function(f) => f.closure,
            _ => None,
        };
        let Some(closure) = closure else { return Flow::Next };
        let first = r.base + code.localsplus.len() - count;
        for i in 0..count {
            let cell = self.tuple_items(closure).expect("a closure is a tuple")[i];
            self.heap.incref_raw(cell);
            self.cur.stack[first + i] = Word::owned(cell);
        }
        Flow::Next
    }
    fn cell_at(&self, r: &Regs, i: usize) -> Ref {
        self.cur.stack[r.base + i].get()
    }
    pub(in crate::vm) fn cell_content(&self, cell: Ref) -> Option<Ref> {
        match self.heap.get(cell) {
            crate::objects::Payload::Cell(c) => *c,
            _ => crate::vm::values::is_no("cell", cell),
        }
    }
    pub fn set_cell(&mut self, cell: Ref, value: Option<Ref>) -> Option<Ref> {
        match self.heap.get_mut(cell) {
            crate::objects::Payload::Cell(c) => std::mem::replace(c, value),
            _ => crate::vm::values::is_no("cell", cell),
        }
    }
    #[inline]
    pub(in crate::vm) fn load_deref(&mut self, r: &mut Regs, code: &CodeObj, _at: usize, i: usize) -> Flow {
        match self.cell_content(self.cell_at(r, i)) {
            Some(x) => {
                self.heap.incref_raw(x);
                self.push_word(r, Word::owned(x));
                Flow::Next
            }
            None => self.unbound_cell(code, i),
        }
    }
    pub(in crate::vm) fn unbound_cell(&mut self, code: &CodeObj, i: usize) -> Flow {
        if code.kinds[i] & crate::code::flags::kind::FREE == 0 {
            return self.unbound_local(code, i);
        }
        let name = code.localsplus[i];
        let text = format!("cannot access free variable '{}' where it is not associated with a value in enclosing scope", self.lossy(name));
        let e = self.name_error(t::NAME_ERROR, name, text);
        self.raise(e)
    }
    #[inline(never)]
    pub(in crate::vm) fn store_deref(&mut self, r: &mut Regs, i: usize) -> Flow {
        let value = self.pop_owned(r).into_raw();
        let cell = self.cell_at(r, i);
        if let Some(old) = self.set_cell(cell, Some(value)) {
            self.heap.decref_raw(old);
        }
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn delete_deref(&mut self, r: &mut Regs, code: &CodeObj, _at: usize, i: usize) -> Flow {
        let cell = self.cell_at(r, i);
        match self.set_cell(cell, None) {
            Some(old) => {
                self.heap.decref_raw(old);
                Flow::Next
            }
            None => self.unbound_cell(code, i),
        }
    }
}
