//! Python functions, and functions written in Rust.
use super::types::visit_all;
use crate::heap::Ref;

/// A Python function: a code object with its globals, defaults and closure.
#[derive(Clone)]
pub struct Function {
    pub code: Ref,
    pub globals: Ref,
    pub builtins: Ref,
    pub name: Ref,
    pub qualname: Ref,
    pub defaults: Option<Ref>,
    pub kwdefaults: Option<Ref>,
    pub closure: Option<Ref>,
    pub doc: Ref,
    pub module: Option<Ref>,
    pub annotations: Option<Ref>,
    /// PEP 649: computes `__annotations__` when asked.
    pub annotate: Option<Ref>,
    pub type_params: Option<Ref>,
    pub dict: Option<Ref>,
}
impl Function {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Function { code, globals, builtins, name, qualname, defaults, kwdefaults, closure, doc, .. } = self;
        let Function { module, annotations, annotate, type_params, dict, .. } = self;
        visit_all([Some(*code), Some(*globals), Some(*builtins), Some(*name), Some(*qualname), Some(*doc)], f);
        visit_all([*defaults, *kwdefaults, *closure], f);
        visit_all([*module, *annotations, *annotate, *type_params, *dict], f);
    }
}

/// A function written in Rust, as Python sees it.
#[derive(Clone)]
pub struct NativeObj {
    /// Index in the machine's table of natives.
    pub native: u32,
    /// The object it is bound to (`[].append`), or the module of a function.
    pub receiver: Option<Ref>,
    /// The type that defines it, for methods.
    pub owner: Option<Ref>,
    /// `__module__` of a module's function.
    pub module: Option<Ref>,
}
impl NativeObj {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let NativeObj { native: _, receiver, owner, module } = self;
        visit_all([*receiver, *owner, *module], f)
    }
}
