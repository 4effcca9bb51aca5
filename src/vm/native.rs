//! How a function written in Rust is declared: a plain table row with its Python signature, which also parses its arguments.
use super::{Step, Vm};
use crate::heap::Ref;
use crate::objects::class::Layout;

/// Arguments in the order of the signature; a parameter that was not given is None. `*args` is a tuple, `**kw` a dict
/// (None when empty).
#[derive(Clone, Copy)]
pub struct Args<'a>(pub &'a [Option<Ref>]);

impl<'a> Args<'a> {
    /// A parameter that may be missing.
    #[inline(always)]
    pub fn opt(&self, i: usize) -> Option<Ref> {
        self.0.get(i).copied().flatten()
    }
    /// A parameter that is missing or None.
    pub fn not_none(&self, i: usize) -> Option<Ref> {
        self.opt(i).filter(|r| *r != super::fixed::NONE)
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
impl std::ops::Index<usize> for Args<'_> {
    type Output = Ref;
    /// A required parameter.
    #[inline(always)]
    fn index(&self, i: usize) -> &Ref {
        self.0[i].as_ref().expect("the signature says that this parameter is required")
    }
}

/// A function written in Rust. Its arguments are borrowed; what it returns is owned.
pub type NativeFn = fn(&mut Vm, Args) -> Step;

/// What a definition becomes in its type's or module's namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefKind {
    /// A method; a slot wrapper when the name is one of CPython's slots.
    Method,
    /// A special method that CPython implements as an ordinary method (`dict.__contains__`).
    PlainMethod,
    ClassMethod,
    StaticMethod,
    /// `__new__`: the first parameter is the class.
    New,
    /// A getset descriptor.
    Get,
    /// Like Get, but a member descriptor (`member_descriptor`).
    Member,
    /// A module's function.
    Function,
}

/// One row of a table of natives.
pub struct Def {
    pub name: &'static str,
    /// Signature in Python's notation without a name: `(self, value, /, start=0, *, key=None)`. A default only documents:
    /// a parameter that was not given is None in [`Args`]. Keyword-less and positional-only parameters stand before `/`.
    pub sig: &'static str,
    pub f: NativeFn,
    /// For `Get`: the setter, called with (self, value), value None for deletion.
    pub set: Option<NativeFn>,
    pub kind: DefKind,
    pub doc: &'static str,
    /// What `__text_signature__` gives where the native reads its arguments itself; empty: `sig`.
    pub shown: &'static str,
}

impl Def {
    const fn make(name: &'static str, sig: &'static str, f: NativeFn, kind: DefKind, doc: &'static str) -> Def {
        Def { name, sig, f, set: None, kind, doc, shown: "" }
    }
    pub const fn method(name: &'static str, sig: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, sig, f, DefKind::Method, doc)
    }
    pub const fn plain(name: &'static str, sig: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, sig, f, DefKind::PlainMethod, doc)
    }
    pub const fn class_method(name: &'static str, sig: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, sig, f, DefKind::ClassMethod, doc)
    }
    pub const fn static_method(name: &'static str, sig: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, sig, f, DefKind::StaticMethod, doc)
    }
    /// `__new__`; the signature's first parameter is `cls`.
    pub const fn new(sig: &'static str, f: NativeFn) -> Def {
        Def::make("__new__", sig, f, DefKind::New, "Create and return a new object.  See help(type) for accurate signature.")
    }
    /// A read-only attribute: `f` gets (self).
    pub const fn get(name: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, "(self, /)", f, DefKind::Get, doc)
    }
    /// An attribute with a setter.
    pub const fn get_set(name: &'static str, f: NativeFn, set: NativeFn, doc: &'static str) -> Def {
        Def { name, sig: "(self, /)", f, set: Some(set), kind: DefKind::Get, doc, shown: "" }
    }
    pub const fn member(name: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, "(self, /)", f, DefKind::Member, doc)
    }
    pub const fn function(name: &'static str, sig: &'static str, f: NativeFn, doc: &'static str) -> Def {
        Def::make(name, sig, f, DefKind::Function, doc)
    }
}

/// A built-in type: one per file under `natives/types`.
pub struct TypeDef {
    /// Its fixed place, or None: then `vm.type_of_def(&DEF)` makes it at first use.
    pub place: Option<Ref>,
    /// Name as `__name__` gives it.
    pub name: &'static str,
    /// `__module__`.
    pub module: &'static str,
    /// Its base: a fixed place.
    pub base: Ref,
    pub layout: Layout,
    /// Bits of [`crate::objects::class::type_flags`].
    pub flags: u32,
    /// `__basicsize__` and `__itemsize__` of CPython 3.14.
    pub size: (usize, usize),
    pub doc: &'static str,
    pub defs: &'static [&'static [Def]],
}

impl TypeDef {
    /// Documentation may begin with the class's arguments, `name(signature)\n--\n\n`, as CPython's `tp_doc` does.
    fn head(&self) -> Option<(&'static str, &'static str)> {
        self.doc.strip_prefix(self.name).filter(|x| x.starts_with('('))?.split_once("\n--\n\n")
    }
    pub fn signature(&self) -> Option<&'static str> {
        self.head().map(|(signature, _)| signature)
    }
    pub fn documentation(&self) -> &'static str {
        self.head().map_or(self.doc, |(_, doc)| doc)
    }
}

/// A module written in Rust.
pub struct ModuleDef {
    pub name: &'static str,
    pub doc: &'static str,
    pub functions: &'static [&'static [Def]],
    /// Types that become attributes.
    pub types: &'static [&'static TypeDef],
    /// Adds what is neither: constants, instances. Gets (module).
    pub init: Option<fn(&mut Vm, Ref) -> Result<(), super::Ask>>,
}

/// Numbers of positional arguments (receiver included) with which a native can be called without binding.
#[derive(Clone, Copy, Debug)]
pub struct Arity {
    pub min: u8,
    pub max: u8,
    /// All parameters: those not given are None.
    pub total: u8,
}
impl Arity {
    #[inline]
    pub fn takes(&self, given: usize) -> bool {
        (self.min as usize..=self.max as usize).contains(&given)
    }
}

/// A registered native.
#[derive(Clone)]
pub struct Registered {
    pub def: &'static Def,
    /// Name with its type (`list.append`), for messages.
    pub title: std::sync::Arc<str>,
    /// Parsed at the first call.
    pub params: Option<std::sync::Arc<super::api::params::Params>>,
    /// How many positional arguments need no binding: known with `params`.
    pub arity: Option<Arity>,
}

impl Vm {
    /// The definition behind a built-in class.
    pub fn definition(&self, ty: Ref) -> Option<&'static TypeDef> {
        let defs = crate::natives::TYPES.iter().flat_map(|g| g.iter().copied());
        let of_modules = crate::natives::MODULES.iter().flat_map(|g| g.iter()).flat_map(|m| m.types.iter().copied());
        defs.chain(of_modules).find(|d| match d.place {
            Some(place) => place == ty,
            None => self.native_types.get(&(d.module, d.name)) == Some(&ty),
        })
    }
    /// The type made from a definition; its place, or the one made at first use.
    pub fn type_of_def(&mut self, def: &'static TypeDef) -> Ref {
        match def.place {
            Some(r) => r,
            None => match self.native_types.get(&(def.module, def.name)) {
                Some(r) => *r,
                None => self.make_native_type(def),
            },
        }
    }
}
