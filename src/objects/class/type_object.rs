//! The type object.
use crate::heap::Ref;

/// Which payload instances of a type have, which decides how `__new__` makes them and which bases can be combined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// [`super::super::Payload::Instance`], or `Unit` for `object()` itself.
    Object,
    Int,
    Float,
    Complex,
    Str,
    Bytes,
    ByteArray,
    Tuple,
    List,
    Dict,
    Set,
    Exception,
    Type,
    Module,
    Property,
    Wrapper,
    Super,
    WeakRef,
    /// Anything else: only the type's own native `__new__` makes instances.
    Native,
}

/// Bits of [`TypeObj::flags`].
pub mod type_flags {
    /// May be subclassed.
    pub const BASE: u32 = 1;
    /// Made by a class statement or `type()`: attributes may be set.
    pub const HEAP: u32 = 2;
    /// Has abstract methods: cannot be instantiated.
    pub const ABSTRACT: u32 = 4;
    /// Patterns: `match` treats it as a sequence or as a mapping.
    pub const SEQUENCE: u32 = 8;
    pub const MAPPING: u32 = 16;
    /// Instances are finalized: `__del__` somewhere in the MRO, generators.
    pub const FINALIZE: u32 = 32;
    /// `int`, `str` and so on: a class pattern with one positional argument matches the subject itself.
    pub const MATCH_SELF: u32 = 64;
    /// No `__new__`: "cannot create 'X' instances".
    pub const NO_NEW: u32 = 128;
    /// Is an iterator or other native type whose `__class__` attributes are immutable.
    pub const IMMUTABLE: u32 = 256;
    /// `__getattribute__` and `__getattr__` are object's: attribute look-up may take the fast path.
    pub const PLAIN_GETATTR: u32 = 512;
    /// `__getattribute__` is native; there may be a `__getattr__` for what it does not find.
    pub const PLAIN_GETATTRIBUTE: u32 = 16384;
    /// `__setattr__` and `__delattr__` are object's.
    pub const PLAIN_SETATTR: u32 = 1024;
    /// Definitions of native types: instances have a `__dict__`; instances can be weakly referenced.
    pub const DICT: u32 = 4096;
    pub const WEAKREF: u32 = 8192;
    /// Instances are called by `type.__call__` with `object.__new__` and a Python `__init__`: the fast path applies.
    pub const PLAIN_NEW: u32 = 2048;
    /// Definitions of native types: CPython's collector knows the instances though here they refer to nothing, and in CPython
    /// the pointer to their weak references lies in front of them. Both only count in `sys.getsizeof`.
    pub const COLLECTED: u32 = 1 << 15;
    pub const WEAK_IN_FRONT: u32 = 1 << 16;
    /// A class in Python that is one in C in CPython: messages give its name with its module.
    pub const STANDS_FOR_NATIVE: u32 = 1 << 17;
}

/// Payload of `type` and its subclasses. References are owned but for `subclasses`.
#[derive(Clone)]
pub struct TypeObj {
    pub name: String,
    pub qualname: Ref,
    /// None only for `object`.
    pub base: Option<Ref>,
    pub bases: Vec<Ref>,
    pub mro: Vec<Ref>,
    /// `__bases__` and `__mro__`, which hold the references in place of the lists; a class that the machine made has them once
    /// they were asked for.
    pub bases_tuple: Option<Ref>,
    pub mro_tuple: Option<Ref>,
    pub dict: Ref,
    /// Direct subclasses, not counted; dead ones are taken out when they die.
    pub subclasses: Vec<Ref>,
    pub flags: u32,
    pub layout: Layout,
    /// Changes with every change of the type or a base; never reused.
    pub version: u32,
    /// Attribute names of instances in order of first assignment (PEP 412), owned.
    pub keys: Vec<Ref>,
    /// Names that may still be added to `keys`: CPython takes one off with each of the first instances too, and a dict made
    /// for an instance has a place for each name that there is or may be.
    pub usable_keys: u8,
    /// Instances have a `__dict__`.
    pub has_dict: bool,
    /// Instances can be weakly referenced.
    pub has_weakref: bool,
    /// `__slots__` values an instance has, those of bases included.
    pub slots: u32,
    /// Names of the `__slots__` that the class itself adds, sorted.
    pub own_slots: Vec<String>,
    /// How often `mro` and `bases` were set: a program's `mro()` may set them while they are being set.
    pub orders: u32,
    pub rebased: u32,
    /// `__basicsize__` and `__itemsize__` as in CPython.
    pub basicsize: usize,
    pub itemsize: usize,
}

/// What a type holds of a list that a tuple may hold for it.
fn held<'a>(items: &'a [Ref], tuple: &'a Option<Ref>) -> &'a [Ref] {
    if tuple.is_some() { tuple.as_slice() } else { items }
}

impl TypeObj {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let TypeObj { name: _, qualname, base, dict, subclasses: _, keys, .. } = self;
        f(*qualname);
        base.iter().for_each(|r| f(*r));
        // The first entry of the MRO is the type itself: a reference too, as in CPython.
        held(&self.bases, &self.bases_tuple).iter().chain(held(&self.mro, &self.mro_tuple)).for_each(|r| f(*r));
        f(*dict);
        keys.iter().for_each(|r| f(*r));
    }
    /// Takes other bases, held by their tuple or by the list: the references that it gives up.
    pub fn replace_bases(&mut self, bases: Vec<Ref>, tuple: Option<Ref>) -> Vec<Ref> {
        let (old, old_tuple) = (std::mem::replace(&mut self.bases, bases), std::mem::replace(&mut self.bases_tuple, tuple));
        held(&old, &old_tuple).to_vec()
    }
    /// The same for the MRO.
    pub fn replace_mro(&mut self, mro: Vec<Ref>, tuple: Option<Ref>) -> Vec<Ref> {
        let (old, old_tuple) = (std::mem::replace(&mut self.mro, mro), std::mem::replace(&mut self.mro_tuple, tuple));
        held(&old, &old_tuple).to_vec()
    }
    /// Index of an interned name among the keys: there are few.
    #[inline]
    pub fn key_at(&self, name: Ref) -> Option<usize> {
        self.keys.iter().position(|k| *k == name)
    }
    #[inline(always)]
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}
