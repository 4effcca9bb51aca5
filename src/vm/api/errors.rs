//! Raising exceptions from natives: `return Err(vm.type_error("…"))`.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::exception::ExcObj;
use crate::vm::step::Ask;
use crate::vm::{Vm, fixed, t};
use smallvec::SmallVec;

impl Vm {
    /// A bare exception instance of a built-in type (or a subclass with its layout) with these args; `__init__` is not run.
    pub fn new_exception(&mut self, ty: Ref, args: Vec<Owned>) -> Owned {
        let args = self.tuple(args).into_raw();
        let slots = vec![None; self.type_obj(ty).slots as usize];
        let exc = ExcObj {
            args,
            cause: None,
            context: None,
            suppress_context: false,
            traceback: None,
            dict: None,
            fields: SmallVec::new(),
            slots,
        };
        self.alloc(ty, Payload::Exc(Box::new(exc)))
    }
    /// The exception `ty(message)`.
    pub fn error(&mut self, ty: Ref, message: impl Into<String>) -> Ask {
        let message = self.str(message.into());
        Ask::Raise(self.new_exception(ty, vec![message]))
    }
    pub fn type_error(&mut self, message: impl Into<String>) -> Ask {
        self.error(t::TYPE_ERROR, message)
    }
    pub fn value_error(&mut self, message: impl Into<String>) -> Ask {
        self.error(t::VALUE_ERROR, message)
    }
    pub fn index_error(&mut self, message: impl Into<String>) -> Ask {
        self.error(t::INDEX_ERROR, message)
    }
    pub fn overflow_error(&mut self, message: impl Into<String>) -> Ask {
        self.error(t::OVERFLOW_ERROR, message)
    }
    pub fn runtime_error(&mut self, message: impl Into<String>) -> Ask {
        self.error(t::RUNTIME_ERROR, message)
    }
    pub fn zero_division(&mut self, message: &str) -> Ask {
        self.error(t::ZERO_DIVISION_ERROR, message)
    }
    pub fn memory_error(&mut self) -> Ask {
        Ask::Raise(self.new_exception(t::MEMORY_ERROR, vec![]))
    }
    /// `KeyError(key)`.
    pub fn key_error(&mut self, key: Ref) -> Ask {
        let key = self.incref(key);
        Ask::Raise(self.new_exception(t::KEY_ERROR, vec![key]))
    }
    /// `StopIteration()` or `StopIteration(value)`.
    pub fn stop_iteration(&mut self, value: Option<Ref>) -> Ask {
        let args = value.into_iter().filter(|v| *v != fixed::NONE).map(|v| self.incref(v)).collect();
        let exc = self.new_exception(t::STOP_ITERATION, args);
        let value = value.unwrap_or(fixed::NONE);
        self.heap.incref_raw(value);
        self.exc_mut(exc.get()).fields.push(Some(value));
        Ask::Raise(exc)
    }
    /// `AttributeError` with its `name` and `obj` set.
    pub fn attribute_error(&mut self, obj: Ref, name: Ref, message: impl Into<String>) -> Ask {
        let text = self.str(message.into());
        let exc = self.new_exception(t::ATTRIBUTE_ERROR, vec![text]);
        self.heap.incref_raw(name);
        self.heap.incref_raw(obj);
        self.exc_mut(exc.get()).fields = SmallVec::from_slice(&[Some(name), Some(obj)]);
        Ask::Raise(exc)
    }
    /// What the machine does not support: a Python exception of that name, never a wrong answer.
    pub fn unsupported(&mut self, what: &str) -> Ask {
        self.error(t::UNSUPPORTED, format!("{what} is not supported on this machine"))
    }
}
