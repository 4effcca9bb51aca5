//! A running or suspended Python frame, and the operand-stack word.
use super::types::visit_all;
use crate::heap::Ref;

/// One word of a thread's data stack: NULL, an owned reference, or (high bit) a borrowed one (3.14's `LOAD_FAST_BORROW`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word(pub u32);

impl crate::heap::row::Item for Word {
    const OUTSIDE: &'static str = "a frame reaches outside its thread's stack";
}

impl Word {
    pub const NULL: Word = Word(0);
    const BORROWED: u32 = 1 << 31;
    #[inline(always)]
    pub fn owned(r: Ref) -> Word {
        Word(r.raw())
    }
    #[inline(always)]
    pub const fn borrowed(r: Ref) -> Word {
        Word(r.raw() | Self::BORROWED)
    }
    /// An object that never dies: there is no count to keep.
    #[inline(always)]
    pub const fn fixed(r: Ref) -> Word {
        Word::borrowed(r)
    }
    /// The same object, borrowed: from who owns this word.
    #[inline(always)]
    pub fn lent(self) -> Word {
        Word(self.0 | Self::BORROWED)
    }
    /// Place of the object in the arena; that of no object for NULL.
    #[inline(always)]
    pub fn index(self) -> usize {
        (self.0 & !Self::BORROWED) as usize
    }
    #[inline(always)]
    pub fn is_null(self) -> bool {
        self.0 == 0
    }
    #[inline(always)]
    pub fn is_owned(self) -> bool {
        // Positive as a signed number: one comparison instead of two.
        self.0 as i32 > 0
    }
    /// The object; panics on NULL.
    #[inline(always)]
    pub fn get(self) -> Ref {
        Ref::fixed(self.0 & !Self::BORROWED)
    }
    #[inline(always)]
    pub fn opt(self) -> Option<Ref> {
        if self.0 == 0 { None } else { Some(self.get()) }
    }
    /// The reference this word owns, if it does.
    #[inline(always)]
    pub fn owned_ref(self) -> Option<Ref> {
        if self.is_owned() { Some(self.get()) } else { None }
    }
}

/// What becomes of the value a frame returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ret {
    /// Pushed on the stack of the frame below (or: answers the native below, or ends the thread).
    Push,
    /// Dropped.
    Discard,
    /// The frame ran `__init__`: the value must be None and is dropped (the instance lies on the stack below already).
    Init,
    /// FOR_ITER: the next item is pushed; the end (of a generator, or StopIteration) jumps ahead by this many code units.
    ForIter(u32),
    /// SEND: what is yielded is pushed; the end jumps ahead by this many units with the result pushed.
    Send(u32),
    /// A tuple whose items are pushed, the last first.
    Unpack,
    /// LOAD_ATTR by way of a property or descriptor, of a class with `__getattr__`: the value replaces the object on top;
    /// after an AttributeError `__getattr__` is asked.
    Attribute,
    /// Replaces the two operands on top, if the special method was willing: BINARY_OP's argument, or COMPARE_OP's with
    /// [`Ret::COMPARE`] added.
    Operator(u32),
}

impl Ret {
    pub const COMPARE: u32 = 1 << 16;
}

/// One Python frame. `code_ref`, `func`, `locals`, `generator` and `object` are counted references.
#[derive(Clone, Copy)]
pub struct Frame {
    pub code_ref: Ref,
    /// The code object's number.
    pub exec: u32,
    pub func: Ref,
    /// Borrowed from `func`.
    pub globals: Ref,
    /// Borrowed from `func`.
    pub builtins: Ref,
    /// The namespace of a module or class body.
    pub locals: Option<Ref>,
    /// The generator this frame belongs to.
    pub generator: Option<Ref>,
    /// The frame object, once Python asked for it.
    pub object: Option<Ref>,
    /// Index of the first local on the data stack.
    pub base: u32,
    /// Index one past the top of the operand stack, up to date whenever the frame is not on top.
    pub sp: u32,
    /// Code unit of the next instruction.
    pub pc: u32,
    /// Code unit of the current instruction.
    pub last: u32,
    pub ret: Ret,
    /// Not in tracebacks, not counted, not seen by `sys._getframe`: prelude and machinery.
    pub hidden: bool,
}
impl Frame {
    /// Before it is filled in.
    pub const EMPTY: Frame = Frame {
        code_ref: Ref::fixed(1),
        exec: 0,
        func: Ref::fixed(1),
        globals: Ref::fixed(1),
        builtins: Ref::fixed(1),
        locals: None,
        generator: None,
        object: None,
        base: 0,
        sp: 0,
        pc: 0,
        last: 0,
        ret: Ret::Push,
        hidden: false,
    };
    /// References held by the frame itself; those on its stack segment belong to the thread or the generator.
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Frame { code_ref, func, globals: _, builtins: _, locals, generator, object, .. } = self;
        visit_all([Some(*code_ref), Some(*func), *locals, *generator, *object], f);
    }
}

/// Where a frame object's frame is.
#[derive(Clone)]
pub enum FrameState {
    /// On a thread's stack: thread number and index among its activations.
    Running { thread: u32, index: u32 },
    /// In a suspended generator.
    Suspended { generator: Ref },
    /// Over: the locals as they were at the end.
    Finished { locals: Vec<Option<Ref>> },
}

/// A Python frame object.
#[derive(Clone)]
pub struct FrameObj {
    pub state: FrameState,
    pub code: Ref,
    pub func: Ref,
    pub globals: Ref,
    pub builtins: Ref,
    pub locals: Option<Ref>,
    pub back: Option<Ref>,
    pub lasti: u32,
    pub trace: Option<Ref>,
    pub extra_locals: Option<Ref>,
    /// Values that a write through `f_locals` has replaced: the operand stack may still borrow them.
    pub overwritten: Vec<Ref>,
    pub trace_lines: bool,
    pub trace_opcodes: bool,
}
impl FrameObj {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let FrameObj { state, code, func, globals, builtins, locals, back, trace, extra_locals, overwritten, .. } = self;
        visit_all([Some(*code), Some(*func), Some(*globals), Some(*builtins)], f);
        visit_all([*locals, *back, *trace, *extra_locals], f);
        overwritten.iter().for_each(|r| f(*r));
        match state {
            FrameState::Finished { locals } => locals.iter().flatten().for_each(|r| f(*r)),
            // Borrowed: the running thread or the generator owns the frame.
            FrameState::Running { .. } | FrameState::Suspended { .. } => {}
        }
    }
}
