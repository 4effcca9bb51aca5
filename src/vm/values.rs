//! Making objects and looking into them: what every native uses.
use super::{Vm, fixed, t};
use crate::heap::{Owned, Ref, flag};
use crate::objects::class::{TypeObj, type_flags};
use crate::objects::dict::Dict;
use crate::objects::exception::ExcObj;
use crate::objects::instance::Instance;
use crate::objects::iter::Iter;
use crate::objects::list::List;
use crate::objects::set::Set;
use crate::objects::str::Str;
use crate::objects::tuple::Items;
use crate::objects::{Payload, State};
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

/// Constructors. Each gives a new reference.
impl Vm {
    pub fn none(&self) -> Owned {
        Owned::adopt(fixed::NONE)
    }
    pub fn bool(&self, b: bool) -> Owned {
        Owned::adopt(fixed::bool_ref(b))
    }
    pub fn not_implemented(&self) -> Owned {
        Owned::adopt(fixed::NOT_IMPLEMENTED)
    }
    #[inline]
    pub fn int(&mut self, i: i64) -> Owned {
        match fixed::small_int(i) {
            Some(r) => Owned::adopt(r),
            None => self.heap.alloc_leaf(t::INT, Payload::Int(i)),
        }
    }
    /// An int from any size.
    pub fn bigint(&mut self, b: BigInt) -> Owned {
        match b.to_i64() {
            Some(i) => self.int(i),
            None => self.heap.alloc(t::INT, Payload::BigInt(Box::new(b)), 0),
        }
    }
    #[inline]
    pub fn float(&mut self, x: f64) -> Owned {
        self.heap.alloc_leaf(t::FLOAT, Payload::Float(x))
    }
    pub fn complex(&mut self, re: f64, im: f64) -> Owned {
        self.heap.alloc(t::COMPLEX, Payload::Complex(re, im), 0)
    }
    /// A `str`; the empty one and one Latin-1 character are shared, as in CPython.
    pub fn str(&mut self, s: impl Into<Wtf8Buf>) -> Owned {
        let s: Wtf8Buf = s.into();
        if s.is_empty() {
            return Owned::adopt(fixed::EMPTY_STR);
        }
        if s.len() <= 2
            && let Some(c) = single_latin1(&s)
        {
            return Owned::adopt(fixed::latin1_char(c));
        }
        self.heap.alloc(t::STR, Payload::Str(Box::new(Str::new(s))), 0)
    }
    pub fn char(&mut self, c: CodePoint) -> Owned {
        match c.to_u32() {
            c @ 0..=255 => Owned::adopt(fixed::latin1_char(c as u8)),
            _ => self.str(Wtf8Buf::from(c)),
        }
    }
    /// The interned string of this text.
    pub fn intern(&mut self, s: &str) -> Owned {
        if let Some(r) = self.interned.get(s) {
            return self.incref(r);
        }
        let o = self.str(s);
        self.becomes_interned(o.get(), s);
        o
    }
    fn becomes_interned(&mut self, r: Ref, text: &str) {
        if let Payload::Str(s) = self.heap.get(r) {
            s.interned.set(true);
        }
        self.heap.make_immortal(r);
        self.interned.insert(text.into(), r);
    }
    /// The interned equal of a string object (itself when it is the first).
    pub fn intern_ref(&mut self, r: Ref) -> Ref {
        if let Payload::Str(s) = self.heap.get(r) {
            if s.interned.get() {
                return r;
            }
            if let Some(text) = s.as_str().map(str::to_owned) {
                let o = self.intern(&text);
                return o.into_raw();
            }
        }
        r
    }
    /// Like [`Vm::intern_ref`], but the first string of a text becomes the interned one itself (`sys.intern`).
    pub fn intern_itself(&mut self, r: Ref) -> Ref {
        if let Payload::Str(s) = self.heap.get(r)
            && !s.interned.get()
            && let Some(text) = s.as_str().map(str::to_owned)
            && self.interned.get(&text).is_none()
        {
            self.becomes_interned(r, &text);
            return r;
        }
        self.intern_ref(r)
    }
    pub fn bytes(&mut self, b: impl Into<Vec<u8>>) -> Owned {
        let b: Vec<u8> = b.into();
        match b[..] {
            [] => Owned::adopt(fixed::EMPTY_BYTES),
            [c] => Owned::adopt(fixed::byte_string(c)),
            _ => self.heap.alloc(t::BYTES, Payload::Bytes(b.into_boxed_slice()), 0),
        }
    }
    /// A tuple that takes over these references.
    pub fn tuple(&mut self, items: Vec<Owned>) -> Owned {
        self.tuple_raw(items.into_iter().map(Owned::into_raw).collect::<Vec<_>>())
    }
    /// A tuple of references that are owned already.
    pub fn tuple_raw(&mut self, items: impl Into<Items>) -> Owned {
        let items = items.into();
        if items.is_empty() {
            return Owned::adopt(fixed::EMPTY_TUPLE);
        }
        self.heap.alloc_frozen(t::TUPLE, Payload::Tuple(items))
    }
    /// A tuple of borrowed objects.
    pub fn tuple_of(&mut self, items: &[Ref]) -> Owned {
        items.iter().for_each(|r| self.heap.incref_raw(*r));
        self.tuple_raw(items)
    }
    pub fn list(&mut self, items: Vec<Owned>) -> Owned {
        self.list_raw(items.into_iter().map(Owned::into_raw).collect())
    }
    pub fn list_raw(&mut self, items: Vec<Ref>) -> Owned {
        self.heap.alloc(t::LIST, Payload::List(Box::new(List::new(items))), 0)
    }
    pub fn list_of(&mut self, items: &[Ref]) -> Owned {
        items.iter().for_each(|r| self.heap.incref_raw(*r));
        self.list_raw(items.to_vec())
    }
    pub fn dict(&mut self) -> Owned {
        self.heap.alloc(t::DICT, Payload::Dict(Box::default()), 0)
    }
    pub fn set(&mut self) -> Owned {
        self.heap.alloc(t::SET, Payload::Set(Box::default()), 0)
    }
    pub fn iter(&mut self, ty: Ref, it: Iter) -> Owned {
        self.heap.alloc(ty, Payload::Iter(Box::new(it)), 0)
    }
    /// An instance of a native type with its own state.
    pub fn opaque(&mut self, ty: Ref, state: impl State) -> Owned {
        let flags = if self.type_obj(ty).has(type_flags::FINALIZE) { flag::FINALIZER } else { 0 };
        self.heap.alloc(ty, Payload::Opaque(Box::new(state)), flags)
    }
    /// An object of any type with a payload of its layout; subclasses of native types with `__slots__` get room for them.
    pub fn alloc(&mut self, ty: Ref, payload: Payload) -> Owned {
        let x = self.type_obj(ty);
        let flags = if x.has(type_flags::FINALIZE) { flag::FINALIZER } else { 0 };
        let slots = x.slots as usize;
        let in_payload = matches!(payload, Payload::Instance(_) | Payload::Exc(_));
        let tracked = x.has(type_flags::HEAP) && (x.has_dict || x.has_weakref || slots > 0);
        let o = self.heap.alloc(ty, payload, flags);
        if tracked {
            self.heap.track(o.get());
        }
        if slots > 0 && !in_payload {
            self.heap.extra_mut(o.get()).slots = vec![None; slots];
        }
        o
    }
}

fn single_latin1(s: &Wtf8) -> Option<u8> {
    let mut points = s.code_points();
    let first = points.next()?.to_u32();
    if points.next().is_none() && first < 256 { Some(first as u8) } else { None }
}

/// Called with what is at hand already, so that the ordinary way keeps nothing for it.
#[cold]
#[inline(never)]
pub(super) fn is_no(what: &str, r: Ref) -> ! {
    panic!("{r:?} is no {what}")
}

/// Looking into objects. The payload of a subclass's instance is its built-in base's, so these accept subclasses.
impl Vm {
    #[inline(always)]
    pub fn type_obj(&self, ty: Ref) -> &TypeObj {
        match self.heap.get(ty) {
            Payload::Type(x) => x,
            _ => is_no("type", ty),
        }
    }
    pub fn type_obj_mut(&mut self, ty: Ref) -> &mut TypeObj {
        match self.heap.get_mut(ty) {
            Payload::Type(x) => x,
            _ => is_no("type", ty),
        }
    }
    #[inline]
    pub fn is_type(&self, r: Ref) -> bool {
        matches!(self.heap.get(r), Payload::Type(_))
    }
    /// Whether `sub` is `ty` or derived from it (by MRO; no hooks).
    #[inline]
    pub fn is_subtype(&self, sub: Ref, ty: Ref) -> bool {
        sub == ty || ty == t::OBJECT || {
            let x = self.type_obj(sub);
            x.mro.contains(&ty) || x.mro.is_empty() && self.is_base(x.base, ty)
        }
    }
    /// For a class without an order yet: whether `ty` is on its line of bases.
    #[cold]
    fn is_base(&self, base: Option<Ref>, ty: Ref) -> bool {
        base.is_some_and(|b| self.is_subtype(b, ty))
    }
    /// Whether an object is an instance of a type or of a subclass (no hooks).
    #[inline]
    pub fn is_a(&self, r: Ref, ty: Ref) -> bool {
        self.is_subtype(self.ty(r), ty)
    }
    /// `type(x).__name__`.
    pub fn type_name(&self, r: Ref) -> &str {
        &self.type_obj(self.ty(r)).name
    }
    #[inline]
    pub fn str_of(&self, r: Ref) -> Option<&Str> {
        match self.heap.get(r) {
            Payload::Str(s) => Some(s),
            _ => None,
        }
    }
    /// UTF-8 text of a `str` without lone surrogates.
    pub fn utf8(&self, r: Ref) -> Option<&str> {
        self.str_of(r).and_then(Str::as_str)
    }
    /// Text of a `str` for messages (surrogates replaced); empty for others.
    pub fn lossy(&self, r: Ref) -> String {
        self.str_of(r).map_or(String::new(), |s| s.lossy().into_owned())
    }
    /// Contents of `bytes` or `bytearray`.
    pub fn bytes_of(&self, r: Ref) -> Option<&[u8]> {
        match self.heap.get(r) {
            Payload::Bytes(b) => Some(b),
            Payload::ByteArray(b) => Some(&b.data),
            _ => None,
        }
    }
    /// An int's value when it fits.
    #[inline]
    pub fn i64_of(&self, r: Ref) -> Option<i64> {
        match self.heap.get(r) {
            Payload::Int(i) => Some(*i),
            _ => None,
        }
    }
    pub fn bigint_of(&self, r: Ref) -> Option<BigInt> {
        match self.heap.get(r) {
            Payload::Int(i) => Some(BigInt::from(*i)),
            Payload::BigInt(b) => Some((**b).clone()),
            _ => None,
        }
    }
    pub fn is_int(&self, r: Ref) -> bool {
        matches!(self.heap.get(r), Payload::Int(_) | Payload::BigInt(_))
    }
    #[inline]
    pub fn f64_of(&self, r: Ref) -> Option<f64> {
        match self.heap.get(r) {
            Payload::Float(x) => Some(*x),
            _ => None,
        }
    }
    #[inline]
    pub fn tuple_items(&self, r: Ref) -> Option<&[Ref]> {
        match self.heap.get(r) {
            Payload::Tuple(x) => Some(x),
            _ => None,
        }
    }
    #[inline]
    pub fn list_items(&self, r: Ref) -> Option<&Vec<Ref>> {
        match self.heap.get(r) {
            Payload::List(x) => Some(x),
            _ => None,
        }
    }
    /// The items, to change: by single appends and pops, or through [`Vm::list_obj_mut`] with its notes on the room.
    pub fn list_mut(&mut self, r: Ref) -> &mut Vec<Ref> {
        &mut self.list_obj_mut(r).items
    }
    /// Puts borrowed objects at a list's end, in one operation.
    pub fn extend_list(&mut self, list: Ref, items: &[Ref]) {
        if items.is_empty() {
            return;
        }
        items.iter().for_each(|r| self.heap.incref_raw(*r));
        let list = self.list_obj_mut(list);
        list.note_extend(items.len());
        list.items.extend_from_slice(items);
    }
    /// The list with its account of allocated room.
    pub fn list_obj_mut(&mut self, r: Ref) -> &mut List {
        match self.heap.get_mut(r) {
            Payload::List(x) => x,
            _ => is_no("list", r),
        }
    }
    /// Items of a tuple or list (subclasses too).
    pub fn items_of(&self, r: Ref) -> Option<&[Ref]> {
        match self.heap.get(r) {
            Payload::Tuple(x) => Some(x),
            Payload::List(x) => Some(x),
            _ => None,
        }
    }
    pub fn dict_of(&self, r: Ref) -> Option<&Dict> {
        match self.heap.get(r) {
            Payload::Dict(d) => Some(d),
            _ => None,
        }
    }
    pub fn dict_mut(&mut self, r: Ref) -> &mut Dict {
        match self.heap.get_mut(r) {
            Payload::Dict(d) => d,
            _ => is_no("dict", r),
        }
    }
    pub fn set_of(&self, r: Ref) -> Option<&Set> {
        match self.heap.get(r) {
            Payload::Set(s) => Some(s),
            _ => None,
        }
    }
    pub fn set_mut(&mut self, r: Ref) -> &mut Set {
        match self.heap.get_mut(r) {
            Payload::Set(s) => s,
            _ => is_no("set", r),
        }
    }
    pub fn exc_of(&self, r: Ref) -> Option<&ExcObj> {
        match self.heap.get(r) {
            Payload::Exc(e) => Some(e),
            _ => None,
        }
    }
    pub fn exc_mut(&mut self, r: Ref) -> &mut ExcObj {
        match self.heap.get_mut(r) {
            Payload::Exc(e) => e,
            _ => is_no("exception", r),
        }
    }
    pub fn instance_mut(&mut self, r: Ref) -> Option<&mut Instance> {
        match self.heap.get_mut(r) {
            Payload::Instance(i) => Some(i),
            _ => None,
        }
    }
    /// State of a native type's instance, when it is of that Rust type.
    pub fn state<S: State>(&self, r: Ref) -> Option<&S> {
        match self.heap.get(r) {
            Payload::Opaque(o) => o.as_any().downcast_ref(),
            _ => None,
        }
    }
    pub fn state_mut<S: State>(&mut self, r: Ref) -> Option<&mut S> {
        match self.heap.get_mut(r) {
            Payload::Opaque(o) => o.as_any_mut().downcast_mut(),
            _ => None,
        }
    }
    /// Stores a borrowed object into an owned optional field and releases what was there.
    pub fn replace_raw(&mut self, old: Option<Ref>) {
        if let Some(r) = old {
            self.heap.decref_raw(r);
        }
    }
}

impl Vm {
    /// What a cell holds (borrowed).
    pub fn cell_value(&self, cell: Ref) -> Option<Ref> {
        match self.heap.get(cell) {
            Payload::Cell(c) => *c,
            _ => None,
        }
    }
}
