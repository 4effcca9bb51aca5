//! Iteration for natives: iterators of objects, all items at once, one item on request.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::objects::tuple::Items;
use crate::vm::step::Ask;
use crate::vm::{Vm, fixed, n, t};

impl Vm {
    /// All items of any iterable, lent until the native returns. A user's iterator is run by the prelude, once.
    pub fn collect(&mut self, iterable: Ref) -> Result<Vec<Ref>, Ask> {
        if let Some(items) = self.items_simple(iterable) {
            items.iter().for_each(|r| _ = self.hold(*r));
            return Ok(items);
        }
        let list = self.prelude("to_list", &[iterable])?;
        Ok(self.list_items(list).expect("the prelude's to_list gives a list").clone())
    }
    /// Items of exact built-in containers, when they are there without running anything.
    pub fn items_simple(&mut self, r: Ref) -> Option<Vec<Ref>> {
        let ty = self.ty(r);
        match self.heap.get(r) {
            Payload::List(l) if ty == t::LIST => Some(l.items.clone()),
            Payload::Tuple(x) if ty == t::TUPLE => Some(x.to_vec()),
            Payload::Dict(d) if ty == t::DICT => Some(d.iter().map(|(k, _)| k).collect()),
            Payload::Set(s) if ty == t::SET || ty == t::FROZENSET => Some(s.iter().map(|(k, _)| k).collect()),
            _ => None,
        }
    }
    /// `iter(x)`: lent. Natives make their own iterators; a user's `__iter__` is called.
    pub fn get_iter(&mut self, r: Ref) -> Result<Ref, Ask> {
        let found = self.lookup_special(r, n::__ITER__);
        match found {
            Some(f) if f == fixed::NONE => {}
            Some(f) if self.ty(f) == t::SLOT_WRAPPER || self.ty(f) == t::METHOD_DESCRIPTOR => {
                let it = self.call_pure(r, n::__ITER__, &[])?;
                return Ok(it.expect("just found"));
            }
            Some(f) => {
                let (f, args) = self.special_call(f, r, &[])?;
                let it = self.call(f, &args)?;
                if self.lookup_special(it, n::__NEXT__).is_none() {
                    let message = format!("iter() returned non-iterator of type '{}'", self.dotted_type_name(it));
                    return Err(self.type_error(message));
                }
                return Ok(it);
            }
            None if self.lookup_special(r, n::__GETITEM__).is_some() && !matches!(self.heap.get(r), Payload::Dict(_)) => {
                self.heap.incref_raw(r);
                let it = self.iter(t::SEQ_ITER, Iter::Sequence { seq: Some(r), at: 0 });
                return Ok(self.keep(it));
            }
            None => {}
        }
        let message = format!("'{}' object is not iterable", self.dotted_type_name(r));
        Err(self.type_error(message))
    }
    /// `next(it)` as a request: None at the end. Each call takes one item, also when the native is run again.
    pub fn next_of(&mut self, it: Ref) -> Result<Option<Ref>, Ask> {
        match self.try_call_special(it, n::__NEXT__, &[])? {
            Some(Ok(v)) => Ok(Some(v)),
            Some(Err(e)) if self.exc_is(e, t::STOP_ITERATION) => Ok(None),
            Some(Err(e)) => Err(self.reraise(e)),
            None => {
                let message = format!("'{}' object is not an iterator", self.dotted_type_name(it));
                Err(self.type_error(message))
            }
        }
    }
    /// Whether `advance` can step this iterator without asking anything.
    #[inline]
    pub fn is_simple_iter(&self, it: Ref) -> bool {
        match self.heap.get(it) {
            Payload::Iter(i) => matches!(
                **i,
                Iter::List { .. } | Iter::ListReverse { .. } | Iter::Tuple { .. } | Iter::Str { .. } | Iter::Bytes { .. }
                    | Iter::Range { .. } | Iter::Dict { .. } | Iter::Set { .. }
            ),
            _ => false,
        }
    }
    /// One step of a simple iterator (see `is_simple_iter`): changes it; None at the end.
    #[inline]
    pub fn advance(&mut self, it: Ref) -> Result<Option<Owned>, Ask> {
        let Payload::Iter(i) = self.heap.get_mut(it) else { panic!("{it:?} is no built-in iterator") };
        match &mut **i {
            Iter::Range { next, step, left } => {
                if *left <= 0 {
                    return Ok(None);
                }
                let v = *next;
                *left -= 1;
                *next = next.wrapping_add(*step);
                Ok(Some(self.int(v)))
            }
            Iter::List { list: Some(list), at } => {
                let (list, i) = (*list, *at);
                *at += 1;
                match self.list_items(list).and_then(|l| l.get(i).copied()) {
                    Some(v) => Ok(Some(self.incref(v))),
                    None => Ok(self.exhaust(it)),
                }
            }
            Iter::Tuple { tuple: Some(tuple), at } => {
                let (tuple, i) = (*tuple, *at);
                *at += 1;
                match self.tuple_items(tuple).and_then(|l| l.get(i).copied()) {
                    Some(v) => Ok(Some(self.incref(v))),
                    None => Ok(self.exhaust(it)),
                }
            }
            _ => self.advance_other(it),
        }
    }
    #[inline(never)]
    fn advance_other(&mut self, it: Ref) -> Result<Option<Owned>, Ask> {
        let Payload::Iter(i) = self.heap.get_mut(it) else { panic!("{it:?} is no built-in iterator") };
        match &mut **i {
            Iter::ListReverse { list: Some(list), left } => {
                let list = *list;
                if *left == 0 {
                    return Ok(self.exhaust(it));
                }
                *left -= 1;
                let at = *left;
                match self.list_items(list).and_then(|l| l.get(at).copied()) {
                    Some(v) => Ok(Some(self.incref(v))),
                    None => Ok(self.exhaust(it)),
                }
            }
            Iter::Str { text: Some(text), at } => {
                let (text, i) = (*text, *at);
                *at += 1;
                let c = self.str_of(text).filter(|s| i < s.len()).map(|s| s.at(i));
                match c {
                    Some(c) => Ok(Some(self.char(c))),
                    None => Ok(self.exhaust(it)),
                }
            }
            Iter::Bytes { source: Some(source), at } => {
                let (source, i) = (*source, *at);
                *at += 1;
                match self.bytes_of(source).and_then(|b| b.get(i).copied()) {
                    Some(b) => Ok(Some(self.int(b as i64))),
                    None => Ok(self.exhaust(it)),
                }
            }
            Iter::Dict { .. } => self.advance_dict(it),
            Iter::Set { .. } => self.advance_set(it),
            _ => Ok(None),
        }
    }
    /// The end: the iterator lets go of what it walked.
    fn exhaust(&mut self, it: Ref) -> Option<Owned> {
        let Payload::Iter(i) = self.heap.get_mut(it) else { return None };
        let source = match &mut **i {
            Iter::List { list: s, .. } | Iter::ListReverse { list: s, .. } | Iter::Tuple { tuple: s, .. } => s.take(),
            Iter::Str { text: s, .. } | Iter::Bytes { source: s, .. } | Iter::Set { set: s, .. } => s.take(),
            Iter::Dict { dict: s, .. } => s.take(),
            _ => None,
        };
        if let Some(s) = source {
            self.heap.decref_raw(s);
        }
        None
    }
    fn advance_dict(&mut self, it: Ref) -> Result<Option<Owned>, Ask> {
        let Payload::Iter(i) = self.heap.get(it) else { panic!("a dict iterator") };
        let Iter::Dict { dict: Some(dict), at, size, left, kind, reverse } = **i else { return Ok(None) };
        let d = self.dict_of(dict).expect("a dict");
        if d.len() != size {
            return Err(self.dict_changed(it, "dictionary changed size during iteration"));
        }
        let entries = d.entries();
        let found = if !reverse && entries.get(at).is_some_and(|e| e.key.is_some()) {
            Some(at)
        } else if reverse {
            // A dict that was emptied and filled anew is shorter than where the iterator stands: that is its end.
            (0..if size > 0 && at > entries.len() { 0 } else { at }).rev().find(|i| entries[*i].key.is_some())
        } else {
            (at..entries.len()).find(|i| entries[*i].key.is_some())
        };
        let Some(i) = found else { return Ok(self.exhaust(it)) };
        if left == 0 {
            return Err(self.dict_changed(it, "dictionary keys changed during iteration"));
        }
        let (k, v) = (entries[i].key.expect("live"), entries[i].value);
        if let Payload::Iter(x) = self.heap.get_mut(it)
            && let Iter::Dict { at, left, .. } = &mut **x
        {
            *at = if reverse { i } else { i + 1 };
            *left -= 1;
        }
        Ok(Some(match kind {
            0 => self.incref(k),
            1 => self.incref(v),
            _ => {
                self.heap.incref_raw(k);
                self.heap.incref_raw(v);
                self.heap.alloc(t::TUPLE, Payload::Tuple(Items::from(&[k, v][..])), 0)
            }
        }))
    }
    fn dict_changed(&mut self, it: Ref, message: &str) -> Ask {
        // The iterator stays broken: CPython sets its size to −1.
        if let Payload::Iter(x) = self.heap.get_mut(it)
            && let Iter::Dict { size, .. } | Iter::Set { size, .. } = &mut **x
        {
            *size = usize::MAX;
        }
        self.runtime_error(message)
    }
    fn advance_set(&mut self, it: Ref) -> Result<Option<Owned>, Ask> {
        let Payload::Iter(i) = self.heap.get(it) else { panic!("a set iterator") };
        let Iter::Set { set: Some(set), at, size, .. } = **i else { return Ok(None) };
        let s = self.set_of(set).expect("a set");
        if s.len() != size {
            return Err(self.dict_changed(it, "Set changed size during iteration"));
        }
        let found = s.slots().iter().enumerate().skip(at).find_map(|(i, x)| match x {
            crate::objects::set::SetSlot::Used { key, .. } => Some((i, *key)),
            _ => None,
        });
        let Some((i, key)) = found else { return Ok(self.exhaust(it)) };
        if let Payload::Iter(x) = self.heap.get_mut(it)
            && let Iter::Set { at, left, .. } = &mut **x
        {
            *at = i + 1;
            *left = left.saturating_sub(1);
        }
        Ok(Some(self.incref(key)))
    }
}
