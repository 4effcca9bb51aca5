//! A new machine: fixed objects, built-in types, native modules, the prelude.
use super::native::{Def, DefKind, ModuleDef, Registered, TypeDef};
use super::thread::Thread;
use super::{Vm, fixed, n, t};
use crate::heap::{Owned, Ref};
use crate::objects::class::{Layout, TypeObj, type_flags};
use crate::objects::function::NativeObj;
use crate::objects::str::Str;
use crate::objects::tuple::Items;
use crate::objects::types::{GetSet, Module};
use crate::objects::{Heap, Payload};
use rustc_hash::FxHashMap as HashMap;

/// Special methods that CPython implements by an ordinary method instead of a slot.
pub(super) const NOT_SLOTS: &[&str] = &[
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__sizeof__", "__format__", "__dir__", "__getnewargs__",
    "__getnewargs_ex__", "__reversed__", "__length_hint__", "__copy__", "__deepcopy__", "__enter__", "__exit__", "__bytes__",
    "__round__", "__trunc__", "__floor__", "__ceil__", "__complex__", "__instancecheck__", "__subclasscheck__", "__subclasses__",
    "__prepare__", "__fspath__", "__class_getitem__", "__init_subclass__", "__subclasshook__", "__missing__", "__mro_entries__",
    "__typing_subst__", "__typing_prepare_subst__", "__typing_is_unpacked_typevartuple__", "__aenter__", "__aexit__", "__set_name__", "__buffer__", "__release_buffer__",
];

impl Vm {
    /// A machine with its built-in types and the modules `builtins` and `sys`; the prelude is loaded by [`Vm::load_prelude`].
    pub fn new() -> Vm {
        let mut vm = Vm {
            heap: Heap::new(),
            cur: Thread::new(0),
            parked: Vec::new(),
            main_thread: 0,
            interpreter: 0,
            segments: Default::default(),
            held: Vec::new(),
            natives: Vec::new(),
            native_types: HashMap::default(),
            interned: Default::default(),
            modules: fixed::NONE,
            builtins: fixed::NONE,
            prelude: None,
            registry: HashMap::default(),
            execs: Default::default(),
            next_code: 0,
            next_watch: 0,
            method_cache: Vec::new(),
            next_version: 0,
            odd_orders: Vec::new(),
            raising: None,
            raised_again: None,
            pending_syscall: None,
            hidden: Default::default(),
            temps: Vec::new(),
            answers: Vec::new(),
            spare_frames: Default::default(),
            cursor: 0,
            recursion_limit: 1000,
            int_max_str_digits: 4300,
            monitoring: None,
            lines: HashMap::default(),
            memory_limit: 4 << 30,
            ticks: 0,
            ticks_left: 0,
            depth: 0,
            requests: 0,
        };
        vm.fixed_objects();
        vm.built_in_types();
        vm.modules = vm.dict().into_raw();
        let builtins = vm.native_module("builtins").expect("builtins is a native module");
        vm.builtins = vm.module_dict(builtins.get());
        vm.fill_builtins();
        for name in ["builtins", "sys"] {
            let m = vm.native_module(name);
            if let Some(m) = m {
                let modules = vm.modules;
                vm.dict_set_str(modules, name, m);
            }
        }
        let modules = vm.modules;
        vm.dict_set_str(modules, "builtins", builtins);
        vm
    }

    fn fixed_objects(&mut self) {
        const { assert!(fixed::END >= crate::heap::FIRST_MORTAL) }
        for (i, name) in t::ALL.iter().enumerate() {
            let r = self.heap.alloc_fixed(t::TYPE, Payload::Type(Box::new(blank_type(name))));
            assert_eq!(r.index(), 1 + i);
        }
        for ty in [t::NONE, t::BOOL, t::BOOL, t::ELLIPSIS, t::NOTIMPLEMENTED, t::TUPLE, t::BYTES, t::STR] {
            let payload = match ty {
                t::TUPLE => Payload::Tuple(Items::from(&[][..])),
                t::BYTES => Payload::Bytes(Box::new([])),
                t::STR => Payload::Str(Box::new(Str::new(""))),
                _ => Payload::Unit,
            };
            self.heap.alloc_fixed(ty, payload);
        }
        *self.heap.get_mut(fixed::TRUE) = Payload::Int(1);
        *self.heap.get_mut(fixed::FALSE) = Payload::Int(0);
        for i in fixed::SMALL_INT_MIN..=fixed::SMALL_INT_MAX {
            self.heap.alloc_fixed(t::INT, Payload::Int(i));
        }
        for c in 0..=255u8 {
            self.heap.alloc_fixed(t::STR, Payload::Str(Box::new(Str::new(char::from(c).to_string()))));
        }
        for c in 0..=255u8 {
            self.heap.alloc_fixed(t::BYTES, Payload::Bytes(Box::new([c])));
        }
        let names: Vec<Ref> =
            n::ALL.iter().map(|s| self.heap.alloc_fixed(t::STR, Payload::Str(Box::new(Str::new(*s))))).collect();
        let letters = (0..=255u8).map(|c| (char::from(c).to_string(), fixed::latin1_char(c)));
        let all = n::ALL.iter().map(|s| s.to_string()).zip(names).chain(letters).chain([(String::new(), fixed::EMPTY_STR)]);
        for (text, r) in all.collect::<Vec<_>>() {
            if let Payload::Str(s) = self.heap.get(r) {
                s.interned.set(true);
            }
            self.interned.insert(text.into(), r);
        }
    }

    fn built_in_types(&mut self) {
        let defs: Vec<&'static TypeDef> = crate::natives::TYPES.iter().flat_map(|g| g.iter().copied()).filter(|d| d.place.is_some()).collect();
        let mut by_place: HashMap<Ref, &'static TypeDef> = HashMap::default();
        for d in &defs {
            by_place.insert(d.place.expect("filtered"), d);
        }
        let places: Vec<Ref> = (1..=t::ALL.len() as u32).map(Ref::fixed).collect();
        for ty in &places {
            self.init_type_object(*ty, by_place.get(ty).copied());
        }
        for ty in &places {
            self.link_type(*ty, by_place.get(ty).copied());
        }
        for d in &defs {
            self.fill_type(d.place.expect("filtered"), d);
        }
        for ty in places {
            self.type_modified(ty);
        }
    }
    fn init_type_object(&mut self, ty: Ref, def: Option<&'static TypeDef>) {
        let dict = self.dict().into_raw();
        let name = def.map_or_else(|| t::ALL[ty.index() - 1], |d| d.name);
        let qualname = self.intern(name).into_raw();
        let x = self.type_obj_mut(ty);
        x.dict = dict;
        x.qualname = qualname;
        if let Some(d) = def {
            x.name = d.name.into();
            x.flags = d.flags;
            x.layout = d.layout;
            x.has_dict = d.flags & type_flags::DICT != 0 || dict_by_layout(d);
            x.has_weakref = d.flags & type_flags::WEAKREF != 0 || d.layout == Layout::Type;
            (x.basicsize, x.itemsize) = d.size;
        }
    }
    fn link_type(&mut self, ty: Ref, def: Option<&'static TypeDef>) {
        let base = if ty == t::OBJECT { None } else { Some(def.map_or(t::OBJECT, |d| d.base)) };
        let mut mro = vec![ty];
        let mut at = base;
        while let Some(b) = at {
            mro.push(b);
            at = if b == t::OBJECT { None } else { Some(self.base_by_def(b)) };
        }
        let mut bases: Vec<Ref> = base.into_iter().collect();
        for (_, second) in crate::natives::errors::types::table::SECOND_BASES.iter().filter(|x| x.0 == ty) {
            // Behind the first base, whose own bases are the second one's too.
            mro.insert(2, *second);
            bases.push(*second);
        }
        let x = self.type_obj_mut(ty);
        x.base = base;
        x.mro = mro;
        for b in &bases {
            self.type_obj_mut(*b).subclasses.push(ty);
        }
        self.type_obj_mut(ty).bases = bases;
    }
    fn base_by_def(&self, ty: Ref) -> Ref {
        crate::natives::TYPES.iter().flat_map(|g| g.iter()).find(|d| d.place == Some(ty)).map_or(t::OBJECT, |d| d.base)
    }
    /// Puts a definition's methods, doc and module into its type's namespace.
    fn fill_type(&mut self, ty: Ref, def: &'static TypeDef) {
        for d in def.defs.iter().flat_map(|g| g.iter()) {
            self.add_method(ty, d);
        }
        let dict = self.type_obj(ty).dict;
        if self.dict_get_name(dict, n::__DOC__).is_none() {
            let doc = if def.doc.is_empty() { self.none() } else { self.str(def.documentation()) };
            self.dict_set_str(dict, "__doc__", doc);
        }
        if self.dict_get_name(dict, n::__MODULE__).is_none() && def.module != "builtins" {
            let module = self.intern(def.module);
            self.dict_set_str(dict, "__module__", module);
        }
        let has_eq = self.dict_get_name(dict, n::__EQ__).is_some();
        if has_eq && self.dict_get_name(dict, n::__HASH__).is_none() {
            let none = self.none();
            self.dict_set_str(dict, "__hash__", none);
        }
    }
    /// Registers a native and gives its number.
    pub fn register(&mut self, def: &'static Def, title: String) -> u32 {
        self.natives.push(Registered { def, title: title.into(), params: None, arity: None });
        self.natives.len() as u32 - 1
    }
    fn add_method(&mut self, ty: Ref, def: &'static Def) {
        let dict = self.type_obj(ty).dict;
        let title = format!("{}.{}", self.type_obj(ty).name, def.name);
        let native = self.register(def, title);
        let special = def.name.starts_with("__") && def.name.ends_with("__");
        let descr_ty = match def.kind {
            DefKind::Method if special && !NOT_SLOTS.contains(&def.name) => t::SLOT_WRAPPER,
            DefKind::Method | DefKind::PlainMethod => t::METHOD_DESCRIPTOR,
            DefKind::ClassMethod => t::CLASSMETHOD_DESCRIPTOR,
            DefKind::Get => t::GETSET,
            DefKind::Member => t::MEMBER,
            DefKind::New | DefKind::StaticMethod | DefKind::Function => t::BUILTIN,
        };
        self.heap.incref_raw(ty);
        let value = if matches!(def.kind, DefKind::Get | DefKind::Member) {
            let name = self.intern(def.name).into_raw();
            let member = def.kind == DefKind::Member;
            self.heap.alloc(descr_ty, Payload::GetSet(Box::new(GetSet { owner: ty, name, native, member })), 0)
        } else {
            let x = NativeObj { native, receiver: None, owner: Some(ty), module: None };
            let f = self.heap.alloc(descr_ty, Payload::Native(Box::new(x)), 0);
            if def.kind == DefKind::StaticMethod {
                let f = f.into_raw();
                self.heap.alloc(t::STATICMETHOD, Payload::Wrapper(f, None), 0)
            } else {
                f
            }
        };
        self.dict_set_str(dict, def.name, value);
    }

    /// The type of a definition without a fixed place, made now.
    pub(super) fn make_native_type(&mut self, def: &'static TypeDef) -> Ref {
        let ty = self.heap.alloc(t::TYPE, Payload::Type(Box::new(blank_type(def.name))), 0).into_raw();
        self.heap.make_immortal(ty);
        self.native_types.insert((def.module, def.name), ty);
        self.init_type_object(ty, Some(def));
        self.link_native(ty, def);
        self.fill_type(ty, def);
        self.type_modified(ty);
        ty
    }
    fn link_native(&mut self, ty: Ref, def: &'static TypeDef) {
        let mut mro = vec![ty];
        mro.extend_from_slice(&self.type_obj(def.base).mro);
        let base_dict = self.type_obj(def.base).has_dict;
        let x = self.type_obj_mut(ty);
        x.base = Some(def.base);
        x.bases = vec![def.base];
        x.mro = mro;
        x.has_dict |= base_dict;
        self.type_obj_mut(def.base).subclasses.push(ty);
    }

    /// A new module object with a name (and doc).
    pub fn new_module(&mut self, name: &str, doc: &str) -> Owned {
        let dict = self.dict();
        let text = self.intern(name);
        self.dict_set_str(dict.get(), "__name__", text);
        let doc = if doc.is_empty() { self.none() } else { self.str(doc) };
        self.dict_set_str(dict.get(), "__doc__", doc);
        for key in ["__package__", "__loader__", "__spec__"] {
            let none = self.none();
            self.dict_set_str(dict.get(), key, none);
        }
        let dict = dict.into_raw();
        self.heap.alloc(t::MODULE, Payload::Module(Box::new(Module { dict })), 0)
    }
    /// A module's namespace (borrowed).
    pub fn module_dict(&self, module: Ref) -> Ref {
        match self.heap.get(module) {
            Payload::Module(m) => m.dict,
            _ => panic!("{module:?} is no module"),
        }
    }
    /// Whether a module of this name is written in Rust.
    pub fn native_module_def(name: &str) -> Option<&'static ModuleDef> {
        crate::natives::MODULES.iter().flat_map(|g| g.iter().copied()).find(|m| m.name == name)
    }
    /// Makes a native module afresh; None if there is none of this name.
    pub fn native_module(&mut self, name: &str) -> Option<Owned> {
        let def = Vm::native_module_def(name)?;
        let module = self.new_module(def.name, def.doc);
        let dict = self.module_dict(module.get());
        for d in def.functions.iter().flat_map(|g| g.iter()) {
            let f = self.native_function(d, def.name);
            self.dict_set_str(dict, d.name, f);
        }
        for d in def.types {
            let ty = self.type_of_def(d);
            let o = self.incref(ty);
            self.dict_set_str(dict, d.name.rsplit('.').next().unwrap_or(d.name), o);
        }
        if let Some(init) = def.init {
            init(self, module.get()).unwrap_or_else(|e| panic!("module {name} asks nothing while it is made: {e:?}"));
        }
        Some(module)
    }
    /// A module-level native function object.
    pub fn native_function(&mut self, def: &'static Def, module: &str) -> Owned {
        let title = if module == "builtins" { def.name.to_owned() } else { format!("{module}.{}", def.name) };
        let native = self.register(def, title);
        let module = self.intern(module).into_raw();
        let x = NativeObj { native, receiver: None, owner: None, module: Some(module) };
        self.heap.alloc(t::BUILTIN, Payload::Native(Box::new(x)), 0)
    }
    fn fill_builtins(&mut self) {
        let dict = self.builtins;
        for def in crate::natives::TYPES.iter().flat_map(|g| g.iter()) {
            let Some(ty) = def.place else { continue };
            if def.module == "builtins" && crate::natives::object::IN_BUILTINS.contains(&def.name) || self.is_subtype(ty, t::BASE_EXCEPTION) && def.module == "builtins" {
                let o = self.incref(ty);
                self.dict_set_str(dict, def.name, o);
            }
        }
        for (name, r) in [("EnvironmentError", t::OS_ERROR), ("IOError", t::OS_ERROR), ("None", fixed::NONE), ("True", fixed::TRUE), ("False", fixed::FALSE), ("Ellipsis", fixed::ELLIPSIS), ("NotImplemented", fixed::NOT_IMPLEMENTED), ("__debug__", fixed::TRUE)] {
            let o = self.incref(r);
            self.dict_set_str(dict, name, o);
        }
    }
    /// Runs the prelude's modules into one hidden namespace. Must end without asking the operating system.
    pub fn load_prelude(&mut self) {
        let module = self.new_module("builtins", "");
        let dict = self.module_dict(module.get());
        self.prelude = Some(dict);
        let helpers = self.native_module("_pellucid").expect("the machine's own module");
        let helper_dict = self.module_dict(helpers.get());
        let entries: Vec<(Ref, Ref)> = self.dict_of(helper_dict).expect("a dict").iter().collect();
        for (k, v) in entries {
            self.dict_set_name(dict, k, v);
        }
        self.release(helpers);
        let name = self.intern("builtins");
        self.dict_set_str(dict, "__name__", name);
        let parts: Vec<&'static str> = pellucid_stdlib::names().filter(|x| x.starts_with("_prelude")).collect();
        for part in parts {
            let source = pellucid_stdlib::find(part).expect("just listed");
            let code = self.load_library(&source, true).into_raw();
            let func = self.new_function(code, dict, self.builtins);
            self.run_to_end(func, &[]).map(|v| self.release(v)).unwrap_or_else(|e| { let args = self.exc_of(e.get()).map(|x| x.args).and_then(|a| self.tuple_items(a)).and_then(|a| a.first().copied()); panic!("the prelude {part} raised {}: {}", self.type_name(e.get()), args.map_or(String::new(), |a| self.lossy(a))) });
        }
        std::mem::forget(module);
    }
    /// Gives `sys` its three standard streams.
    pub fn install_streams(&mut self) {
        let mark = self.temps.len();
        let streams = crate::natives::system::io::make_standard_streams(self);
        let modules = self.modules;
        let sys = self.dict_get_name(modules, n::SYS).expect("sys is a native module");
        let dict = self.module_dict(sys);
        for (stream, name) in streams.into_iter().zip(["stdin", "stdout", "stderr"]) {
            for key in [name.to_owned(), format!("__{name}__")] {
                let o = self.incref(stream);
                self.dict_set_str(dict, &key, o);
            }
        }
        self.release_temps(mark);
    }
    /// Calls a function on an idle machine and runs it to its end, for start-up code that asks nothing of the system.
    pub fn run_to_end(&mut self, func: Owned, args: &[Ref]) -> Result<Owned, Owned> {
        assert!(self.cur.activations.is_empty(), "the machine is idle");
        let request = self.call_request(func.get(), args, &[]);
        self.release(func);
        self.start(request);
        let mut budget = u64::MAX;
        match self.run(&mut super::NoTrace, &mut budget) {
            super::Outcome::Finished(r) => r,
            other => panic!("start-up code must end by itself: {other:?}"),
        }
    }
    /// Begins a call on an idle thread; [`Vm::run`] carries it out.
    pub fn start(&mut self, request: super::Request) {
        self.start_request(request, crate::objects::frame::Ret::Push);
    }
}

impl Default for Vm {
    fn default() -> Self {
        Vm::new()
    }
}

/// Layouts whose instances always have a dict.
fn dict_by_layout(d: &TypeDef) -> bool {
    matches!(d.layout, Layout::Exception | Layout::Module | Layout::Wrapper | Layout::Type) || matches!(d.place, Some(t::FUNCTION | t::NAMESPACE))
}

fn blank_type(name: &str) -> TypeObj {
    TypeObj {
        name: name.into(),
        qualname: fixed::EMPTY_STR,
        base: None,
        bases: vec![],
        mro: vec![],
        bases_tuple: None,
        mro_tuple: None,
        dict: fixed::NONE,
        subclasses: vec![],
        flags: type_flags::IMMUTABLE | type_flags::NO_NEW,
        layout: Layout::Native,
        version: 0,
        keys: vec![],
        usable_keys: Vm::SHARED_KEYS_MAX as u8,
        has_dict: false,
        has_weakref: false,
        slots: 0,
        own_slots: vec![],
        orders: 0,
        rebased: 0,
        basicsize: 16,
        itemsize: 0,
    }
}
