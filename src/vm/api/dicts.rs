//! Dict operations with Python's equality, and the fast ones for string keys.
use crate::heap::{Owned, Ref};
use crate::objects::dict::Step as DictStep;
use crate::objects::set::SetStep;
use crate::vm::step::Ask;
use crate::vm::{Vm, n, t};

impl Vm {
    /// Hash of a dict key; a TypeError becomes "cannot use 'list' as a dict key (unhashable type: 'list')".
    #[inline]
    pub fn hash_key(&mut self, key: Ref) -> Result<i64, Ask> {
        match self.hash_simple(key) {
            Some(h) => Ok(h),
            None => self.hash_for(key, "a dict key"),
        }
    }
    /// Hash of a set element, with the message for sets.
    #[inline]
    pub fn hash_element(&mut self, key: Ref) -> Result<i64, Ask> {
        match self.hash_simple(key) {
            Some(h) => Ok(h),
            None => self.hash_for(key, "a set element"),
        }
    }
    fn hash_for(&mut self, key: Ref, role: &str) -> Result<i64, Ask> {
        let python = self.lookup_special(key, n::__HASH__).is_some_and(|f| self.ty(f) == t::FUNCTION);
        let failed = if python {
            match self.try_call_special(key, n::__HASH__, &[])? {
                Some(Ok(h)) => return self.hash_result(h),
                Some(Err(e)) => self.incref(e),
                None => return self.hash(key),
            }
        } else {
            match self.hash(key) {
                Err(Ask::Raise(e)) => e,
                other => return other,
            }
        };
        if self.ty(failed.get()) != t::TYPE_ERROR {
            return Err(Ask::Raise(failed));
        }
        let cause = self.keep(failed);
        let cause = self.to_str(cause)?;
        let (ty, cause) = (self.full_type_name(key), self.lossy(cause));
        Err(self.type_error(format!("cannot use '{ty}' as {role} ({cause})")))
    }
    /// Entry of a key whose hash is known.
    pub fn dict_find(&mut self, dict: Ref, key: Ref, hash: i64) -> Result<Option<usize>, Ask> {
        let Some(d) = self.dict_of(dict) else { panic!("{dict:?} is no dict") };
        let mut p = d.probe(hash);
        loop {
            match self.dict_of(dict).expect("still a dict").step(&mut p, key, hash) {
                DictStep::Absent => return Ok(None),
                DictStep::Identical(i) => return Ok(Some(i)),
                DictStep::Candidate(i, k) => {
                    if self.eq(k, key)? {
                        return Ok(Some(i));
                    }
                }
            }
        }
    }
    /// Value of a key (borrowed), hashing and comparing as Python does.
    pub fn dict_get(&mut self, dict: Ref, key: Ref) -> Result<Option<Ref>, Ask> {
        let hash = self.hash_key(key)?;
        let found = self.dict_find(dict, key, hash)?;
        Ok(found.map(|i| self.dict_of(dict).expect("a dict").value(i)))
    }
    /// Stores borrowed key and value.
    pub fn dict_set(&mut self, dict: Ref, key: Ref, value: Ref) -> Result<(), Ask> {
        let hash = self.hash_key(key)?;
        let found = self.dict_find(dict, key, hash)?;
        self.dict_store(dict, found, key, hash, value);
        Ok(())
    }
    /// Second half of a store, after the search: changes, asks nothing.
    pub fn dict_store(&mut self, dict: Ref, found: Option<usize>, key: Ref, hash: i64, value: Ref) {
        self.heap.incref_raw(value);
        match found {
            Some(i) => {
                let old = self.dict_mut(dict).replace(i, value);
                self.heap.decref_raw(old);
            }
            None => {
                self.heap.incref_raw(key);
                let is_str = self.ty(key) == t::STR;
                let d = self.dict_mut(dict);
                d.note_key(is_str);
                d.insert_new(key, hash, value);
            }
        }
    }
    /// Removes a key; its value is given out.
    pub fn dict_remove(&mut self, dict: Ref, key: Ref) -> Result<Option<Owned>, Ask> {
        let hash = self.hash_key(key)?;
        let found = self.dict_find(dict, key, hash)?;
        Ok(found.map(|i| self.dict_take(dict, i)))
    }
    /// Takes an entry out; the value is given out, the key released.
    pub fn dict_take(&mut self, dict: Ref, entry: usize) -> Owned {
        let (k, v) = self.dict_mut(dict).remove(entry);
        self.heap.decref_raw(k);
        Owned::adopt(v)
    }
    /// Entry of a `str` key in a dict; never asks (a str subclass with its own `__eq__` cannot be equal here).
    pub fn dict_find_name(&self, dict: Ref, key: Ref) -> Option<usize> {
        let s = self.str_of(key)?;
        let hash = s.hash();
        let d = self.dict_of(dict)?;
        let mut p = d.probe(hash);
        loop {
            match d.step(&mut p, key, hash) {
                DictStep::Absent => return None,
                DictStep::Identical(i) => return Some(i),
                DictStep::Candidate(i, k) => {
                    if self.str_of(k).is_some_and(|x| x == s) {
                        return Some(i);
                    }
                }
            }
        }
    }
    /// Value of a `str` key (borrowed).
    #[inline]
    pub fn dict_get_name(&self, dict: Ref, key: Ref) -> Option<Ref> {
        let i = self.dict_find_name(dict, key)?;
        self.dict_of(dict).map(|d| d.value(i))
    }
    /// Value by text (borrowed).
    pub fn dict_get_str(&mut self, dict: Ref, key: &str) -> Option<Ref> {
        let key = self.intern(key).into_raw();
        self.dict_get_name(dict, key)
    }
    /// Stores a borrowed value under a `str` object.
    pub fn dict_set_name(&mut self, dict: Ref, key: Ref, value: Ref) {
        let found = self.dict_find_name(dict, key);
        let hash = self.str_of(key).expect("a str key").hash();
        self.dict_store(dict, found, key, hash, value);
    }
    /// Stores a value, which is taken over, under a text.
    pub fn dict_set_str(&mut self, dict: Ref, key: &str, value: Owned) {
        let key = self.intern(key).into_raw();
        self.dict_set_name(dict, key, value.get());
        self.release(value);
    }
    /// Removes a `str` key; its value is given out.
    pub fn dict_del_name(&mut self, dict: Ref, key: Ref) -> Option<Owned> {
        let i = self.dict_find_name(dict, key)?;
        Some(self.dict_take(dict, i))
    }

    /// Slot of a key in a set.
    pub fn set_find(&mut self, set: Ref, key: Ref, hash: i64) -> Result<Option<usize>, Ask> {
        let mut p = self.set_of(set).expect("a set").probe(hash);
        loop {
            match self.set_of(set).expect("a set").step(&mut p, key, hash) {
                SetStep::Absent => return Ok(None),
                SetStep::Identical(i) => return Ok(Some(i)),
                SetStep::Candidate(i, k) => {
                    if self.eq(k, key)? {
                        return Ok(Some(i));
                    }
                }
            }
        }
    }
    /// Adds a borrowed key to a set; whether it was new.
    pub fn set_add(&mut self, set: Ref, key: Ref) -> Result<bool, Ask> {
        let hash = self.hash_element(key)?;
        if self.set_find(set, key, hash)?.is_some() {
            return Ok(false);
        }
        self.heap.incref_raw(key);
        self.set_mut(set).insert_new(key, hash);
        Ok(true)
    }
    pub fn set_contains(&mut self, set: Ref, key: Ref) -> Result<bool, Ask> {
        let hash = self.hash_element(key)?;
        Ok(self.set_find(set, key, hash)?.is_some())
    }
}
