//! Building containers, slices, strings; unpacking.
use super::*;
use crate::objects::Payload;
use crate::vm::step::Refs;
use crate::vm::{fixed, slow, t};

impl Vm {
    fn pop_refs(&mut self, r: &mut Regs, count: usize) -> Refs {
        r.sp -= count;
        let mut out = Refs::with_capacity(count);
        for i in r.sp..r.sp + count {
            let w = self.cur.stack[i];
            out.push(self.own_word(w));
        }
        out
    }
    #[inline(never)]
    pub(in crate::vm) fn build_tuple(&mut self, r: &mut Regs, count: usize) -> Flow {
        let items = self.pop_refs(r, count);
        let v = self.tuple_raw(&items[..]);
        self.push(r, v)
    }
    #[inline(never)]
    pub(in crate::vm) fn build_list(&mut self, r: &mut Regs, count: usize) -> Flow {
        r.sp -= count;
        let items: Vec<Ref> = (r.sp..r.sp + count).map(|i| self.own_word(self.cur.stack[i])).collect();
        let v = self.list_raw(items);
        self.push(r, v)
    }
    #[inline(never)]
    pub(in crate::vm) fn build_set(&mut self, r: &mut Regs, at: usize, count: usize) -> Flow {
        if count == 0 {
            let v = self.set();
            return self.push(r, v);
        }
        self.slow_op(r, at, slow::build_set, count, &[], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn build_map(&mut self, r: &mut Regs, at: usize, count: usize) -> Flow {
        if count == 0 {
            let v = self.dict();
            return self.push(r, v);
        }
        if let Some(v) = self.build_simple_map(r, count) {
            return self.push(r, v);
        }
        self.slow_op(r, at, slow::build_map, 2 * count, &[], Ret::Push)
    }
    /// A dict of keys that are exact `str` or `int`: nothing has to be asked.
    fn build_simple_map(&mut self, r: &mut Regs, count: usize) -> Option<Owned> {
        let first = r.sp - 2 * count;
        let simple = |vm: &Vm, i: usize| matches!(vm.ty(vm.cur.stack[i].get()), t::STR | t::INT);
        if !(first..r.sp).step_by(2).all(|i| simple(self, i)) {
            return None;
        }
        let dict = self.dict();
        for i in (first..r.sp).step_by(2) {
            let (key, value) = (self.cur.stack[i], self.cur.stack[i + 1]);
            let stored = self.dict_simple_store(dict.get(), key.get(), value.get());
            debug_assert!(stored, "simple keys are found at once");
        }
        for i in first..r.sp {
            let w = self.cur.stack[i];
            self.drop_word(w);
        }
        r.sp = first;
        Some(dict)
    }
    #[inline(never)]
    pub(in crate::vm) fn build_slice(&mut self, r: &mut Regs, count: usize) -> Flow {
        let mut parts = self.pop_refs(r, count);
        parts.resize(3, fixed::NONE);
        let v = self.heap.alloc(t::SLICE, Payload::Slice(Box::new([parts[0], parts[1], parts[2]])), 0);
        self.push(r, v)
    }
    #[inline(never)]
    pub(in crate::vm) fn build_string(&mut self, r: &mut Regs, count: usize) -> Flow {
        let part = |i: usize| self.str_of(self.cur.stack[i].get()).expect("f-string parts are str").wtf8();
        let mut text = rustpython_wtf8::Wtf8Buf::with_capacity((r.sp - count..r.sp).map(|i| part(i).len()).sum());
        for i in r.sp - count..r.sp {
            text.push_wtf8(part(i));
        }
        let parts = self.pop_refs(r, count);
        parts.into_iter().for_each(|p| self.heap.decref_raw(p));
        let v = self.str(text);
        self.push(r, v)
    }
    /// Stack: strings, interpolations.
    #[inline(never)]
    pub(in crate::vm) fn build_template(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::build_template, 2, &[], Ret::Push)
    }
    /// Stack: value, expression text, and the format specification when bit 0 is set; the conversion is in the bits from 2.
    #[inline(never)]
    pub(in crate::vm) fn build_interpolation(&mut self, r: &mut Regs, at: usize, arg: usize) -> Flow {
        let conversion = fixed::small_int((arg >> 2) as i64).expect("small");
        let count = 2 + (arg & 1);
        if count == 2 {
            self.push_word(r, Word::owned(fixed::EMPTY_STR));
        }
        self.slow_op(r, at, slow::build_interpolation, 3, &[conversion], Ret::Push)
    }
    #[inline]
    pub(in crate::vm) fn list_append(&mut self, r: &mut Regs, depth: usize) -> Flow {
        let v = self.pop_owned(r).into_raw();
        let list = self.peek(r, depth).get();
        self.list_mut(list).push(v);
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn set_add_op(&mut self, r: &mut Regs, at: usize, depth: usize) -> Flow {
        let (set, w) = (self.peek(r, depth + 1).get(), self.peek(r, 1));
        if let Some((found, hash)) = self.set_simple_find(set, w.get()) {
            let key = self.pop_owned(r);
            if found {
                self.release(key);
            } else {
                self.set_mut(set).insert_new(key.into_raw(), hash);
            }
            return Flow::Next;
        }
        self.slow_op(r, at, slow::set_add, 1, &[set], Ret::Discard)
    }
    /// Stack: key, value.
    #[inline(never)]
    pub(in crate::vm) fn map_add(&mut self, r: &mut Regs, at: usize, depth: usize) -> Flow {
        let dict = self.peek(r, depth + 2).get();
        let (key, value) = (self.peek(r, 2), self.peek(r, 1));
        if self.dict_simple_store(dict, key.get(), value.get()) {
            r.sp -= 2;
            self.drop_word(key);
            self.drop_word(value);
            return Flow::Next;
        }
        self.slow_op(r, at, slow::map_add, 2, &[dict], Ret::Discard)
    }
    #[inline(never)]
    pub(in crate::vm) fn list_extend(&mut self, r: &mut Regs, at: usize, depth: usize) -> Flow {
        let (list, items) = (self.peek(r, depth + 1).get(), self.peek(r, 1));
        if self.ty(items.get()) == t::TUPLE {
            let items = self.pop_owned(r);
            let refs = Refs::from_slice(self.tuple_items(items.get()).expect("a tuple"));
            self.extend_list(list, &refs);
            self.release(items);
            return Flow::Next;
        }
        self.slow_op(r, at, slow::list_extend, 1, &[list], Ret::Discard)
    }
    #[inline(never)]
    pub(in crate::vm) fn set_update(&mut self, r: &mut Regs, at: usize, depth: usize) -> Flow {
        let set = self.peek(r, depth + 1).get();
        self.slow_op(r, at, slow::set_update, 1, &[set], Ret::Discard)
    }
    #[inline(never)]
    pub(in crate::vm) fn dict_update(&mut self, r: &mut Regs, at: usize, depth: usize, merge: bool) -> Flow {
        let dict = self.peek(r, depth + 1).get();
        let f = if merge { slow::dict_merge } else { slow::dict_update };
        // DICT_MERGE names the function in its message; it lies below the dict, self and the positional tuple.
        let func = if merge { self.peek(r, depth + 4).opt().unwrap_or(fixed::NONE) } else { fixed::NONE };
        self.slow_op(r, at, f, 1, &[dict, func], Ret::Discard)
    }
    #[inline(never)]
    pub(in crate::vm) fn unpack_sequence(&mut self, r: &mut Regs, at: usize, count: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Tuple(items) = &s.payload
            && items.len() == count
            && s.ty == t::TUPLE
            && w.is_owned()
            && let Some(Payload::Tuple(items)) = self.heap.take_last(w.get())
        {
            // The tuple dies here: its references go to the stack.
            let places = &mut self.cur.stack[r.sp - 1..r.sp - 1 + count];
            places.iter_mut().zip(items.iter().rev()).for_each(|(place, x)| *place = Word::owned(*x));
            r.sp += count - 1;
            return Flow::Next;
        }
        let s = self.heap.slot_at(w.index());
        let items = match &s.payload {
            Payload::Tuple(items) if s.ty == t::TUPLE => &items[..],
            Payload::List(items) if s.ty == t::LIST => &items[..],
            _ => &[],
        };
        if let [x, y] = *items
            && count == 2
        {
            self.heap.incref_raw(x);
            self.heap.incref_raw(y);
            self.cur.stack[r.sp - 1] = Word::owned(y);
            self.push_word(r, Word::owned(x));
            self.drop_word(w);
            return Flow::Next;
        }
        if items.len() == count && count > 0 {
            let places = &mut self.cur.stack[r.sp - 1..r.sp - 1 + count];
            places.iter_mut().zip(items.iter().rev()).for_each(|(place, x)| *place = Word::owned(*x));
            self.cur.stack[r.sp - 1..r.sp - 1 + count].iter().for_each(|w| self.heap.incref_at(w.index()));
            r.sp += count - 1;
            self.drop_word(w);
            return Flow::Next;
        }
        let count = self.int(count as i64).into_raw();
        let flow = self.slow_op(r, at, slow::unpack, 1, &[count], Ret::Unpack);
        self.heap.decref_raw(count);
        flow
    }
    /// Low byte: targets before the star; the rest: after it.
    #[inline(never)]
    pub(in crate::vm) fn unpack_ex(&mut self, r: &mut Regs, at: usize, arg: usize) -> Flow {
        let before = self.int((arg & 0xFF) as i64).into_raw();
        let after = self.int((arg >> 8) as i64).into_raw();
        let flow = self.slow_op(r, at, slow::unpack_star, 1, &[before, after], Ret::Unpack);
        self.heap.decref_raw(before);
        self.heap.decref_raw(after);
        flow
    }
    #[inline(never)]
    pub(in crate::vm) fn convert_value(&mut self, r: &mut Regs, at: usize, which: usize) -> Flow {
        let which = fixed::small_int(which as i64).expect("small");
        self.slow_op(r, at, slow::convert_value, 1, &[which], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn format_simple(&mut self, r: &mut Regs, at: usize) -> Flow {
        if self.ty(self.peek(r, 1).get()) == t::STR {
            return Flow::Next;
        }
        self.slow_op(r, at, slow::format, 1, &[fixed::EMPTY_STR], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn format_with_spec(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::format, 2, &[], Ret::Push)
    }
}
