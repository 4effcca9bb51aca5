//! What a native answers: a value, or a request. A native never calls the interpreter.
//!
//! The rule for natives that need Python half-way (a user's `__eq__`, `__repr__`, `__iter__`): *ask first, change last*.
//! `vm.call(…)?` either finds its answer among those already got, or returns `Ask::Need`, which `?` carries out of the
//! native; the machine gets the answer and runs the native again from its start, handing over the answers in order.
//! So a native reads as straight code, and what it asks before it changes anything is asked once.
use super::syscall::{SysResult, Syscall};
use crate::heap::{Owned, Ref};
use smallvec::SmallVec;

/// A few references: arguments, a row of items.
pub type Refs = SmallVec<[Ref; 4]>;
/// A call that is still to be made: what to call, and with what (borrowed).
pub type Call = (Ref, Refs);

/// The result of a native.
pub type Step = Result<Owned, Ask>;

/// Why a native did not return a value (yet).
#[must_use]
#[derive(Debug)]
pub enum Ask {
    /// The exception instance to raise.
    Raise(Owned),
    /// Run this, then run the native again with the answer. `catch`: an exception is an answer too.
    Need { request: Box<Request>, catch: bool },
    /// Run this; its value is the native's.
    Tail(Box<Request>),
    /// Ask the simulated operating system, then run the native again with the answer.
    Syscall(Box<Syscall>),
}

/// Something only the interpreter can do. All references are owned by the request.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Call with positional arguments and then keyword arguments, whose names are in the tuple.
    Call { func: Ref, args: Refs, kwnames: Option<Ref> },
    /// Resume a generator, coroutine or async generator.
    Resume { generator: Ref, how: Resume },
    /// Call on top of the frame of a suspended generator, in place of what it delegates to (`yield from`, `await`): what the
    /// call returns is yielded, StopIteration ends the delegation, another exception is raised there.
    Through { generator: Ref, func: Ref, args: Refs },
    /// Run a function's code with a namespace of its own: module and class bodies, `exec`.
    Body { func: Ref, namespace: Ref },
}

/// How a generator is resumed.
#[derive(Clone, Debug, PartialEq)]
pub enum Resume {
    /// `send(value)`; `next` sends None.
    Send(Ref),
    /// Raise this exception instance at the yield.
    Throw(Ref),
}

/// An answer to an earlier request, owned by the tape until the native ends.
#[derive(Clone, Debug)]
pub enum Answer {
    Value(Ref),
    Raised(Ref),
    Sys(SysResult),
}
