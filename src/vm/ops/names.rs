//! Names: globals, builtins, class and module namespaces, imports.
use super::*;
use crate::objects::Payload;
use crate::code::opcode::{op, special};
use crate::objects::code::CodeObj;
use crate::vm::exec::{pick, read_u32, set_op, write_u32};
use crate::vm::{fixed, n, slow, t};
use smallvec::SmallVec;

impl Vm {
    /// A NameError with its `name` set, or an UnboundLocalError.
    pub fn name_error(&mut self, ty: Ref, name: Ref, message: String) -> Ask {
        let text = self.str(message);
        let exc = self.new_exception(ty, vec![text]);
        if ty != t::NAME_ERROR {
            // Only a NameError itself keeps the name, for suggestions.
            return Ask::Raise(exc);
        }
        self.heap.incref_raw(name);
        self.exc_mut(exc.get()).fields = SmallVec::from_slice(&[Some(name)]);
        Ask::Raise(exc)
    }
    fn not_defined(&mut self, name: Ref) -> Flow {
        let message = format!("name '{}' is not defined", self.lossy(name));
        let e = self.name_error(t::NAME_ERROR, name, message);
        self.raise(e)
    }
    /// The name in globals, then in builtins (borrowed).
    #[inline]
    fn global(&mut self, name: Ref) -> Option<Ref> {
        let f = self.top();
        let (globals, builtins) = (f.globals, f.builtins);
        match self.dict_get_name(globals, name) {
            Some(v) => Some(v),
            // The `__missing__` of a dict's subclass comes before the builtins (annotationlib's fake globals).
            None if self.ty(globals) != t::DICT => None,
            None => self.dict_get_name(builtins, name),
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn load_global_op(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        self.note_global(units, at, pick(&code.names, arg >> 1));
        self.load_global(r, code, at, arg)
    }
    /// Cache units of LOAD_GLOBAL: entry (one), watch number of the globals (two).
    fn note_global(&mut self, units: &mut [u16], at: usize, name: Ref) {
        let f = self.top();
        let (globals, builtins) = (f.globals, f.builtins);
        if let Some(i) = self.dict_find_name(globals, name) {
            if let Ok(i) = u16::try_from(i)
                && self.dict_of(globals).is_some_and(|d| d.value_at(i as usize, name).is_some())
            {
                units[at + 1] = i;
                set_op(units, at, special::LOAD_GLOBAL_MODULE);
            }
        } else if self.ty(globals) == t::DICT
            && let Some(i) = self.dict_find_name(builtins, name)
            && let Ok(i) = u16::try_from(i)
        {
            if self.dict_of(globals).is_some_and(|d| d.watch == 0) {
                self.next_watch += 1;
                self.dict_mut(globals).watch = self.next_watch;
            }
            units[at + 1] = i;
            write_u32(units, at + 2, self.dict_of(globals).map_or(0, |d| d.watch));
            set_op(units, at, special::LOAD_GLOBAL_BUILTIN);
        }
    }
    #[inline(always)]
    fn global_miss(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        apart(r, |r| self.global_miss_apart(r, units, code, at, arg))
    }
    #[cold]
    #[inline(never)]
    fn global_miss_apart(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        set_op(units, at, op::LOAD_GLOBAL);
        let flow = self.load_global_op(r, units, code, at, arg);
        self.settled(r, at, flow)
    }
    #[inline(always)]
    pub(in crate::vm) fn load_global_module(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, globals: Ref, at: usize, arg: usize) -> Flow {
        if let Payload::Dict(d) = self.heap.get(globals)
            && let Some(v) = d.value_at(pick(units, at + 1) as usize, pick(&code.names, arg >> 1))
        {
            return self.put_global(r, v, arg);
        }
        self.global_miss(r, units, code, at, arg)
    }
    #[inline(always)]
    pub(in crate::vm) fn load_global_builtin(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, dicts: (Ref, Ref), at: usize, arg: usize) -> Flow {
        if let (Payload::Dict(d), Payload::Dict(b)) = (self.heap.get(dicts.0), self.heap.get(dicts.1))
            && d.watch == read_u32(units, at + 2)
            && d.watch != 0
            && let Some(v) = b.value_at(pick(units, at + 1) as usize, pick(&code.names, arg >> 1))
        {
            return self.put_global(r, v, arg);
        }
        self.global_miss(r, units, code, at, arg)
    }
    #[inline(always)]
    fn put_global(&mut self, r: &mut Regs, v: Ref, arg: usize) -> Flow {
        self.heap.incref_raw(v);
        self.push_word(r, Word::owned(v));
        if arg & 1 != 0 {
            self.push_word(r, Word::NULL);
        }
        Flow::Next
    }
    #[inline]
    pub(in crate::vm) fn load_global(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = pick(&code.names, arg >> 1);
        match self.global(name) {
            Some(v) => {
                self.heap.incref_raw(v);
                self.push_word(r, Word::owned(v));
                if arg & 1 != 0 {
                    self.push_word(r, Word::NULL);
                }
                Flow::Next
            }
            None => {
                let (globals, builtins) = (self.top().globals, self.top().builtins);
                if self.ty(globals) == t::DICT {
                    return self.not_defined(name);
                }
                // A dict subclass may have __missing__ (annotationlib's fake globals).
                self.save(r, at);
                let (f, ret): (crate::vm::NativeFn, Ret) =
                    if arg & 1 != 0 { (slow::load_global_for_call, Ret::Unpack) } else { (slow::load_from_namespace, Ret::Push) };
                self.slow_with(Words::new(), f, &[globals, name, globals, builtins], ret)
            }
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn load_name(&mut self, r: &mut Regs, hints: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = code.names[arg];
        let f = self.top();
        let ns = f.locals.unwrap_or(f.globals);
        let s = self.heap.slot(ns);
        if s.ty == t::DICT
            && let Payload::Dict(d) = &s.payload
            && let Some(v) = d.value_at(pick(hints, arg) as usize, name)
        {
            self.heap.incref_raw(v);
            self.push_word(r, Word::owned(v));
            return Flow::Next;
        }
        if self.ty(ns) != t::DICT {
            // A namespace made by __prepare__: ask it first.
            self.save(r, at);
            let (globals, builtins) = (self.top().globals, self.top().builtins);
            return self.slow_with(Words::new(), slow::load_from_namespace, &[ns, name, globals, builtins], Ret::Push);
        }
        let entry = self.dict_find_name(ns, name);
        hints[arg] = entry.and_then(|i| u16::try_from(i).ok()).unwrap_or(0);
        let found = entry.and_then(|i| self.dict_of(ns).map(|d| d.value(i)));
        let found = found.or_else(|| match self.top() {
            // What is not there is not looked for again.
            f if f.globals == ns => {
                let builtins = f.builtins;
                self.dict_get_name(builtins, name)
            }
            _ => self.global(name),
        });
        match found {
            Some(v) => {
                self.heap.incref_raw(v);
                self.push_word(r, Word::owned(v));
                Flow::Next
            }
            None => self.not_defined(name),
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn store_name(&mut self, r: &mut Regs, hints: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = code.names[arg];
        let f = self.top();
        let ns = f.locals.unwrap_or(f.globals);
        if self.ty(ns) == t::DICT {
            self.store_in_dict(r, ns, name, &mut hints[arg]);
            return Flow::Next;
        }
        self.slow_op(r, at, slow::store_in_namespace, 1, &[ns, name], Ret::Discard)
    }
    /// Pops a value into a namespace, by the entry where the name was last time.
    #[inline]
    fn store_in_dict(&mut self, r: &mut Regs, ns: Ref, name: Ref, hint: &mut u16) {
        let v = self.pop_owned(r);
        if let Payload::Dict(d) = self.heap.get_mut(ns)
            && d.value_at(*hint as usize, name).is_some()
        {
            let old = d.replace(*hint as usize, v.into_raw());
            return self.heap.decref_raw(old);
        }
        self.dict_set_name(ns, name, v.get());
        *hint = self.dict_find_name(ns, name).and_then(|i| u16::try_from(i).ok()).unwrap_or(0);
        self.release(v);
    }
    #[inline(never)]
    pub(in crate::vm) fn delete_name(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = code.names[arg];
        let ns = self.top().locals.unwrap_or(self.top().globals);
        if self.ty(ns) != t::DICT {
            self.save(r, at);
            return self.slow_with(Words::new(), slow::delete_subscr, &[ns, name], Ret::Discard);
        }
        match self.dict_del_name(ns, name) {
            Some(old) => {
                self.release(old);
                Flow::Next
            }
            None => self.not_defined(name),
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn store_global(&mut self, r: &mut Regs, hints: &mut [u16], code: &CodeObj, arg: usize) -> Flow {
        let globals = self.top().globals;
        self.store_in_dict(r, globals, code.names[arg], &mut hints[arg]);
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn delete_global(&mut self, _r: &mut Regs, code: &CodeObj, _at: usize, arg: usize) -> Flow {
        let globals = self.top().globals;
        match self.dict_del_name(globals, code.names[arg]) {
            Some(old) => {
                self.release(old);
                Flow::Next
            }
            None => self.not_defined(code.names[arg]),
        }
    }
    /// Class bodies and annotation scopes: the namespace on the stack first, then a cell or the globals.
    #[inline(never)]
    pub(in crate::vm) fn load_from_dict_or(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize, cell: bool) -> Flow {
        let name = if cell { code.localsplus[arg] } else { code.names[arg] };
        let w = self.pop(r);
        let ns = w.get();
        if self.ty(ns) != t::DICT {
            let (globals, builtins) = (self.top().globals, self.top().builtins);
            let cell = if cell { self.cur.stack[r.base + arg].get() } else { fixed::NONE };
            self.save(r, at);
            let words = Words::from_slice(&[w]);
            return self.slow_with(words, slow::load_from_namespace, &[name, globals, builtins, cell], Ret::Push);
        }
        let found = self.dict_get_name(ns, name);
        if let Some(v) = found {
            self.heap.incref_raw(v);
        }
        self.drop_word(w);
        match found {
            Some(v) => {
                self.push_word(r, Word::owned(v));
                Flow::Next
            }
            None if cell => self.load_deref(r, code, at, arg),
            None => self.load_global(r, code, at, arg << 1),
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn load_locals(&mut self, r: &mut Regs, _at: usize) -> Flow {
        match self.top().locals {
            Some(ns) => {
                self.heap.incref_raw(ns);
                self.push_word(r, Word::owned(ns));
                Flow::Next
            }
            None => {
                let e = self.error(t::SYSTEM_ERROR, "no locals");
                self.raise(e)
            }
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn load_build_class(&mut self, r: &mut Regs, _at: usize) -> Flow {
        let builtins = self.top().builtins;
        match self.dict_get_name(builtins, n::__BUILD_CLASS__) {
            Some(f) => {
                self.heap.incref_raw(f);
                self.push_word(r, Word::owned(f));
                Flow::Next
            }
            None => {
                let e = self.error(t::NAME_ERROR, "__build_class__ not found");
                self.raise(e)
            }
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn load_common_constant(&mut self, r: &mut Regs, arg: usize) -> Flow {
        let x = match arg {
            0 => t::ASSERTION_ERROR,
            1 => t::NOT_IMPLEMENTED_ERROR,
            2 => t::TUPLE,
            _ => {
                let builtins = self.builtins;
                let name = if arg == 3 { "all" } else { "any" };
                self.dict_get_str(builtins, name).expect("builtins has all and any")
            }
        };
        self.heap.incref_raw(x);
        self.push_word(r, Word::owned(x));
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn setup_annotations(&mut self, _r: &mut Regs) -> Flow {
        let ns = self.top().locals.unwrap_or(self.top().globals);
        if self.ty(ns) == t::DICT && self.dict_get_name(ns, n::__ANNOTATIONS__).is_none() {
            let d = self.dict();
            self.dict_set_name(ns, n::__ANNOTATIONS__, d.get());
            self.release(d);
        }
        Flow::Next
    }
    /// Stack: level, fromlist.
    #[inline(never)]
    pub(in crate::vm) fn import_name(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let f = self.top();
        let (globals, builtins, locals) = (f.globals, f.builtins, f.locals.unwrap_or(fixed::NONE));
        self.slow_op(r, at, slow::import_name, 2, &[code.names[arg], globals, locals, builtins], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn import_from(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let module = self.peek(r, 1).get();
        self.save(r, at);
        self.slow_with(Words::from_slice(&[Word::borrowed(module)]), slow::import_from, &[code.names[arg]], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn make_function(&mut self, r: &mut Regs) -> Flow {
        let code_word = self.pop(r);
        let code_ref = self.own_word(code_word);
        let (globals, builtins) = (self.top().globals, self.top().builtins);
        let func = self.new_function(code_ref, globals, builtins);
        self.push(r, func)
    }
    /// A function of a code object, whose reference is taken over; globals and builtins are borrowed.
    pub fn new_function(&mut self, code_ref: Ref, globals: Ref, builtins: Ref) -> Owned {
        let Payload::Code(c) = self.heap.get(code_ref) else { panic!("{code_ref:?} is no code object") };
        let has_doc = c.flags & crate::code::flags::HAS_DOCSTRING != 0;
        let (name, qualname) = (c.name, c.qualname);
        let doc = if has_doc { c.consts[0] } else { fixed::NONE };
        let module = self.dict_get_name(globals, n::__NAME__);
        [globals, builtins, name, qualname, doc].into_iter().for_each(|r| self.heap.incref_raw(r));
        module.iter().for_each(|r| self.heap.incref_raw(*r));
        let f = crate::objects::function::Function {
            code: code_ref,
            globals,
            builtins,
            name,
            qualname,
            defaults: None,
            kwdefaults: None,
            closure: None,
            doc,
            module,
            annotations: None,
            annotate: None,
            type_params: None,
            dict: None,
        };
        self.heap.alloc(t::FUNCTION, Payload::Function(Box::new(f)), 0)
    }
    /// Stack: attribute, function.
    #[inline(never)]
    pub(in crate::vm) fn set_function_attribute(&mut self, r: &mut Regs, which: usize) -> Flow {
        let func = self.pop(r);
        let value = self.pop_owned(r).into_raw();
        if let Payload::Function(f) = self.heap.get_mut(func.get()) {
            match which {
                1 => f.defaults = Some(value),
                2 => f.kwdefaults = Some(value),
                4 => f.annotations = Some(value),
                8 => f.closure = Some(value),
                _ => f.annotate = Some(value),
            }
        }
        self.push_word(r, func);
        Flow::Next
    }
}
