//! What a heap slot holds: one variant a layout. Types that share a layout (`int` and `bool`, all exceptions) share a variant.
use super::{
    class::TypeObj, code::CodeObj, dict::Dict, exception::ExcObj, frame::FrameObj, function::*, generator::Generator,
    instance::Instance, iter::Iter, list::List as ListObj, set::Set, str::Str, tuple::Items, types::*,
};
use crate::heap::Ref;
use num_bigint::BigInt;
use std::any::Any;
use std::sync::Arc;

/// State of a native type that lives in its own module (`re.Pattern`, `deque`, a lock). Stored behind a box.
pub trait State: AnyState {
    /// Every strong reference held, once for each time it is held.
    fn visit(&self, f: &mut dyn FnMut(Ref));
    /// Can take part in a cycle.
    fn is_container(&self) -> bool {
        true
    }
}

/// What every state can do whatever it is; whoever is a [`State`] and can be cloned has it.
pub trait AnyState: Any + Send {
    /// For whole-machine snapshots and forks.
    fn boxed_clone(&self) -> Box<dyn State>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: State + Clone> AnyState for T {
    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Fields that are `Ref` are owned by the slot, each counted once.
#[derive(Default)]
pub enum Payload {
    /// A free slot, or an object being torn down.
    #[default]
    Free,
    /// No state of its own: `None`, `object()`.
    Unit,
    /// An int in machine range, or a bool.
    Int(i64),
    /// An int outside the range of `i64`, never inside.
    BigInt(Box<BigInt>),
    Float(f64),
    Complex(f64, f64),
    Str(Box<Str>),
    Bytes(Box<[u8]>),
    ByteArray(Box<ByteArray>),
    Tuple(Items),
    List(Box<ListObj>),
    Dict(Box<Dict>),
    /// `set` and `frozenset`.
    Set(Box<Set>),
    Slice(Box<[Ref; 3]>),
    Range(Box<Range>),
    Type(Box<TypeObj>),
    Function(Box<Function>),
    /// Every function written in Rust: builtins, method descriptors, slot wrappers, and what binding makes of them.
    Native(Box<NativeObj>),
    /// function, self.
    Method(Ref, Ref),
    Cell(Option<Ref>),
    Code(Arc<CodeObj>),
    Frame(Box<FrameObj>),
    Traceback(Box<Traceback>),
    /// Generators, coroutines and async generators.
    Generator(Box<Generator>),
    Module(Box<Module>),
    Instance(Box<Instance>),
    Exc(Box<ExcObj>),
    Property(Box<Property>),
    /// `staticmethod`, `classmethod`: the wrapped callable and the wrapper's `__dict__`.
    Wrapper(Ref, Option<Ref>),
    /// A `__slots__` member: owner type, index, name.
    Member(Box<Member>),
    /// `property`-like descriptor of a native type.
    GetSet(Box<GetSet>),
    Super(Box<Super>),
    Iter(Box<Iter>),
    /// `dict_keys`, `dict_values`, `dict_items`: the dict.
    View(Ref),
    /// `mappingproxy`: the mapping.
    Proxy(Ref),
    WeakRef(Box<WeakRef>),
    Opaque(Box<dyn State>),
}

/// What every slot of the heap pays for its payload.
const _: () = assert!(size_of::<Payload>() == 24);

impl Clone for Payload {
    /// A raw copy for whole-heap snapshots: the copy's references are counted in the copied heap.
    fn clone(&self) -> Self {
        use Payload::*;
        match self {
            Free => Free,
            Unit => Unit,
            Int(i) => Int(*i),
            BigInt(b) => BigInt(b.clone()),
            Float(x) => Float(*x),
            Complex(a, b) => Complex(*a, *b),
            Str(s) => Str(s.clone()),
            Bytes(b) => Bytes(b.clone()),
            ByteArray(b) => ByteArray(b.clone()),
            Tuple(t) => Tuple(t.clone()),
            List(l) => List(l.clone()),
            Dict(d) => Dict(d.clone()),
            Set(s) => Set(s.clone()),
            Slice(s) => Slice(s.clone()),
            Range(r) => Range(r.clone()),
            Type(t) => Type(t.clone()),
            Function(f) => Function(f.clone()),
            Native(n) => Native(n.clone()),
            Method(f, s) => Method(*f, *s),
            Cell(c) => Cell(*c),
            Code(c) => Code(c.clone()),
            Frame(f) => Frame(f.clone()),
            Traceback(t) => Traceback(t.clone()),
            Generator(g) => Generator(g.clone()),
            Module(m) => Module(m.clone()),
            Instance(i) => Instance(i.clone()),
            Exc(e) => Exc(e.clone()),
            Property(p) => Property(p.clone()),
            Wrapper(r, d) => Wrapper(*r, *d),
            Member(m) => Member(m.clone()),
            GetSet(g) => GetSet(g.clone()),
            Super(s) => Super(s.clone()),
            Iter(i) => Iter(i.clone()),
            View(r) => View(*r),
            Proxy(r) => Proxy(*r),
            WeakRef(w) => WeakRef(w.clone()),
            Opaque(o) => Opaque(o.boxed_clone()),
        }
    }
    /// The same onto an older copy, whose memory is used again where it fits: most objects are as they were.
    fn clone_from(&mut self, source: &Self) {
        use Payload::*;
        match (self, source) {
            (Str(a), Str(b)) => a.clone_from(b),
            (Bytes(a), Bytes(b)) => a.clone_from(b),
            (Tuple(a), Tuple(b)) => a.clone_from(b),
            (List(a), List(b)) => a.clone_from(b),
            (Dict(a), Dict(b)) => a.clone_from(b),
            (Function(a), Function(b)) => a.clone_from(b),
            (Native(a), Native(b)) => a.clone_from(b),
            (Code(a), Code(b)) if std::sync::Arc::ptr_eq(a, b) => {}
            (Instance(a), Instance(b)) => a.clone_from(b),
            (GetSet(a), GetSet(b)) => a.clone_from(b),
            (Member(a), Member(b)) => a.clone_from(b),
            (Type(a), Type(b)) => a.clone_from(b),
            (Module(a), Module(b)) => a.clone_from(b),
            (WeakRef(a), WeakRef(b)) => a.clone_from(b),
            (this, source) => *this = source.clone(),
        }
    }
}

impl crate::heap::Payload for Payload {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        self.visit_each(f)
    }

    #[inline]
    fn visit_each(&self, mut f: impl FnMut(Ref)) {
        use Payload::*;
        let f = &mut f;
        match self {
            Free | Unit | Int(_) | BigInt(_) | Float(_) | Complex(..) | Str(_) | Bytes(_) | ByteArray(_) => {}
            Tuple(t) => t.iter().for_each(|r| f(*r)),
            List(l) => l.iter().for_each(|r| f(*r)),
            Dict(d) => d.visit(f),
            Set(s) => s.visit(f),
            Slice(s) => s.iter().for_each(|r| f(*r)),
            Range(r) => r.visit(f),
            Type(t) => t.visit(f),
            Function(x) => x.visit(f),
            Native(n) => n.visit(f),
            Method(a, b) => {
                f(*a);
                f(*b)
            }
            Cell(c) => c.iter().for_each(|r| f(*r)),
            Code(c) => c.visit(f),
            Frame(x) => x.visit(f),
            Traceback(t) => t.visit(f),
            Generator(g) => g.visit(f),
            Module(m) => m.visit(f),
            Instance(i) => i.visit(f),
            Exc(e) => e.visit(f),
            Property(p) => p.visit(f),
            Wrapper(r, d) => {
                f(*r);
                d.iter().for_each(|r| f(*r))
            }
            Member(m) => m.visit(f),
            GetSet(g) => g.visit(f),
            Super(s) => s.visit(f),
            Iter(i) => i.visit(f),
            View(r) | Proxy(r) => f(*r),
            WeakRef(w) => w.visit(f),
            Opaque(o) => o.visit(f),
        }
    }

    #[inline(always)]
    fn is_flat(&self) -> bool {
        matches!(self, Payload::Free | Payload::Unit | Payload::Int(_) | Payload::Float(_) | Payload::Complex(..))
    }

    #[inline]
    fn is_container(&self) -> bool {
        use Payload::*;
        match self {
            Free | Unit | Int(_) | BigInt(_) | Float(_) | Complex(..) | Str(_) | Bytes(_) | ByteArray(_) => false,
            Range(_) => false,
            Opaque(o) => o.is_container(),
            _ => true,
        }
    }
    #[inline(always)]
    fn is_frozen(&self) -> bool {
        matches!(self, Payload::Tuple(_))
    }
    /// A range holds its three ints, and yet no cycle can go through it.
    fn is_leaf(&self) -> bool {
        !self.is_container() && !matches!(self, Payload::Range(_))
    }
}
