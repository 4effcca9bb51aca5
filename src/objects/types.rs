//! The small object layouts: bytearray, range, module, property, descriptors, super, traceback, weak reference.
use super::byte_growth::ByteRoom;
use crate::heap::Ref;

/// Reports each present reference.
pub fn visit_all<const N: usize>(refs: [Option<Ref>; N], f: &mut (impl FnMut(Ref) + ?Sized)) {
    refs.into_iter().flatten().for_each(f);
}

/// `bytearray`: bytes, and how many buffers look at it (it cannot be resized then).
#[derive(Clone, Default)]
pub struct ByteArray {
    pub data: Vec<u8>,
    pub exports: u32,
    /// The first views that were made: whether one of them is still there is seen at its place in the heap.
    pub views: Vec<Ref>,
    pub room: ByteRoom,
}
impl ByteArray {
    pub fn new(data: Vec<u8>) -> ByteArray {
        ByteArray { room: ByteRoom::exact(data.len()), data, exports: 0, views: vec![] }
    }
}

/// `range`: start, stop, step as int objects and the length (`None` where it exceeds `i64`).
#[derive(Clone)]
pub struct Range {
    pub start: Ref,
    pub stop: Ref,
    pub step: Ref,
    /// start, step and length when all three fit: the fast path.
    pub small: Option<(i64, i64, i64)>,
}
impl Range {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Range { start, stop, step, small: _ } = self;
        visit_all([Some(*start), Some(*stop), Some(*step)], f)
    }
}

/// A module: its namespace dict.
#[derive(Clone)]
pub struct Module {
    pub dict: Ref,
}
impl Module {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        f(self.dict)
    }
}

/// `property`.
#[derive(Clone, Default)]
pub struct Property {
    pub fget: Option<Ref>,
    pub fset: Option<Ref>,
    pub fdel: Option<Ref>,
    pub doc: Option<Ref>,
    pub name: Option<Ref>,
    /// The doc came from the getter.
    pub getter_doc: bool,
}
impl Property {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Property { fget, fset, fdel, doc, name, getter_doc: _ } = self;
        visit_all([*fget, *fset, *fdel, *doc, *name], f)
    }
}

/// A `__slots__` member descriptor.
#[derive(Clone)]
pub struct Member {
    pub owner: Ref,
    pub name: Ref,
    pub index: u32,
}
impl Member {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Member { owner, name, index: _ } = self;
        visit_all([Some(*owner), Some(*name)], f)
    }
}

/// A getset descriptor: which natives get and set.
#[derive(Clone)]
pub struct GetSet {
    pub owner: Ref,
    pub name: Ref,
    /// Index in the machine's table of natives.
    pub native: u32,
    /// A member descriptor (`__members__` of C structs) rather than a getset.
    pub member: bool,
}
impl GetSet {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let GetSet { owner, name, native: _, member: _ } = self;
        visit_all([Some(*owner), Some(*name)], f)
    }
}

/// `super`: the class after which the search starts, the object, the object's type.
#[derive(Clone, Default)]
pub struct Super {
    pub this: Option<Ref>,
    pub obj: Option<Ref>,
    pub obj_type: Option<Ref>,
}
impl Super {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Super { this, obj, obj_type } = self;
        visit_all([*this, *obj, *obj_type], f)
    }
}

/// One entry of a traceback, outermost first along `next`.
#[derive(Clone)]
pub struct Traceback {
    pub frame: Ref,
    pub next: Option<Ref>,
    /// Byte offset of the instruction (`tb_lasti`).
    pub lasti: i32,
    /// `tb_lineno`, where it was given; else it follows from `lasti` when somebody asks.
    pub lineno: Option<i32>,
}
impl Traceback {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Traceback { frame, next, lasti: _, lineno: _ } = self;
        visit_all([Some(*frame), *next], f)
    }
}

/// A weak reference: the referent is not counted; None once it is dead.
#[derive(Clone)]
pub struct WeakRef {
    pub referent: Option<Ref>,
    pub callback: Option<Ref>,
    pub hash: Option<i64>,
}
impl WeakRef {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let WeakRef { referent: _, callback, hash: _ } = self;
        visit_all([*callback], f)
    }
}
