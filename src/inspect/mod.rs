//! From the live machine to snapshots: reads objects, runs no code of the program unless a lens's own text says so.
pub mod build;
mod build_steps;
pub mod common;
pub mod deadlock;
pub mod dis;
pub mod dispatch;
pub mod dispatch_trace;
pub mod event_loop;
pub mod futures;
pub mod gc;
pub mod heap;
pub mod layout;
pub mod locks;
pub mod lookup;
pub mod mro;
pub mod net;
mod pollers;
pub mod object;
pub mod probe;
pub mod processes;
pub mod record;
pub mod refs;
mod sites;
mod slots;
pub mod threads;
pub mod tasks;
pub mod timeline;
pub mod suspended;
pub mod types;

use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::snapshot::object::NameBinding;
use crate::vm::thread::Activation;
use crate::vm::{Vm, n};
use std::collections::HashMap;

/// The objects a lens looks at, as the lens got them.
#[derive(Clone, Debug)]
pub struct Subjects {
    /// The expressions as typed, one a value.
    pub texts: Vec<String>,
    /// Borrowed from the lens's own tuple.
    pub values: Vec<Ref>,
    /// The namespace in which the expressions were evaluated.
    pub namespace: Ref,
    /// The tuple in which the lens holds the values, if it is one of the heap's.
    pub tuple: Option<Ref>,
    /// References to the values that are the lens's own: taken off every count shown.
    pub own: HashMap<Ref, u64>,
}

impl Subjects {
    /// References to an object that are the lens's own.
    pub fn own(&self, r: Ref) -> u64 {
        self.own.get(&r).copied().unwrap_or(0)
    }
    /// Names of the namespace that are bound to an object, in order of binding.
    pub fn names(&self, vm: &Vm, r: Ref) -> Vec<String> {
        let Some(dict) = vm.dict_of(self.namespace) else { return vec![] };
        dict.iter().filter(|(_, v)| *v == r).map(|(k, _)| vm.lossy(k)).filter(|k| !k.starts_with('_')).collect()
    }
    /// Every name that is bound to an object: locals of the program's frames (innermost first), the namespace, `builtins`;
    /// for what is no plain value, the other modules too.
    pub fn bindings(&self, vm: &Vm, r: Ref) -> Vec<NameBinding> {
        let mut out = Vec::new();
        for frame in frames(vm) {
            let scope = vm.lossy(vm.code_obj(frame.code_ref).qualname);
            let bound = locals(vm, frame).into_iter().filter(|(_, v)| *v == Some(r));
            out.extend(bound.map(|(name, _)| NameBinding { scope: scope.clone(), name }));
        }
        let module = |scope: &str, name: String| NameBinding { scope: scope.to_owned(), name };
        out.extend(self.names(vm, r).into_iter().map(|name| module("<module>", name)));
        let in_dict = |dict: Ref| vm.dict_of(dict).into_iter().flat_map(|d| d.iter()).filter(move |(_, v)| *v == r).map(|(k, _)| vm.lossy(k));
        out.extend(in_dict(vm.builtins).filter(|k| !["_", "None", "True", "False"].contains(&k.as_str())).map(|name| module("builtins", name)));
        if common::kind(vm, r) != crate::snapshot::Kind::Scalar {
            out.extend(self.in_modules(vm, &in_dict));
        }
        out
    }
    fn in_modules<I: Iterator<Item = String>>(&self, vm: &Vm, in_dict: &dyn Fn(Ref) -> I) -> Vec<NameBinding> {
        let mut out = Vec::new();
        for (_, m) in vm.dict_of(vm.modules).into_iter().flat_map(|d| d.iter()) {
            let Payload::Module(m) = vm.heap.get(m) else { continue };
            let scope = vm.dict_get_name(m.dict, n::__NAME__).map(|x| vm.lossy(x)).unwrap_or_default();
            let ours = m.dict == self.namespace || m.dict == vm.builtins || scope.starts_with('_') || scope.starts_with("IPython");
            if !ours {
                out.extend(in_dict(m.dict).filter(|k| !k.starts_with('_')).map(|name| NameBinding { scope: scope.clone(), name }));
            }
        }
        out
    }
}

/// The program's own frames of the running thread that have locals of their own, innermost first: functions, class bodies.
pub fn frames(vm: &Vm) -> Vec<&Frame> {
    let visible = |f: &Frame| {
        let module = vm.dict_get_name(f.globals, n::__NAME__).map(|x| vm.lossy(x)).unwrap_or_default();
        let body = f.locals.is_some_and(|l| l == f.globals);
        !f.hidden && !body && !module.starts_with("IPython") && (module == "__main__" || !module.starts_with('_'))
    };
    let all = vm.cur.activations.iter().rev().filter_map(|a| match a {
        Activation::Py(f) if visible(f) => Some(f),
        _ => None,
    });
    all.collect()
}

/// A frame's local variables in their order, cells looked into; None: not bound.
pub fn locals(vm: &Vm, frame: &Frame) -> Vec<(String, Option<Ref>)> {
    if let Some(dict) = frame.locals.and_then(|l| vm.dict_of(l)) {
        return dict.iter().map(|(k, v)| (vm.lossy(k), Some(v))).filter(|(k, _)| !k.starts_with("__")).collect();
    }
    let words = vm.cur.stack.get(frame.base as usize..).unwrap_or_default();
    local_words(vm, frame, words)
}

/// The local variables that lie at the beginning of a piece of a data stack.
pub fn local_words(vm: &Vm, frame: &Frame, words: &[crate::objects::frame::Word]) -> Vec<(String, Option<Ref>)> {
    let named = vm.code_obj(frame.code_ref).localsplus.iter().zip(words).map(|(name, word)| (vm.lossy(*name), word.opt().and_then(|r| out_of_cell(vm, r))));
    named.filter(|(name, _)| !name.starts_with('.')).collect()
}

/// A local variable of a frame of the running thread, by its name.
pub fn local(vm: &Vm, frame: &Frame, name: &str) -> Option<Ref> {
    let at = vm.code_obj(frame.code_ref).localsplus.iter().position(|n| vm.utf8(*n) == Some(name))?;
    out_of_cell(vm, vm.cur.stack.get(frame.base as usize + at)?.opt()?)
}

/// What a variable is bound to: one that inner functions use is in a cell.
pub fn out_of_cell(vm: &Vm, r: Ref) -> Option<Ref> {
    match vm.heap.get(r) {
        Payload::Cell(inside) => *inside,
        _ => Some(r),
    }
}

/// The names of the running frames and of the namespace: modules, the session's own and names with a leading underscore
/// are left out. Texts of a frame's names are `frame\tname`.
pub fn everything(vm: &Vm, namespace: Ref) -> Subjects {
    const OWN: &[&str] = &["In", "Out", "exit", "quit", "get_ipython"];
    let (mut texts, mut values) = (Vec::new(), Vec::new());
    for (k, v) in vm.dict_of(namespace).into_iter().flat_map(|d| d.iter()) {
        let name = vm.lossy(k);
        if !name.starts_with('_') && !OWN.contains(&name.as_str()) && !matches!(vm.heap.get(v), Payload::Module(_)) {
            texts.push(name);
            values.push(v);
        }
    }
    for frame in frames(vm).into_iter().rev() {
        let title = vm.lossy(vm.code_obj(frame.code_ref).qualname);
        for (name, v) in locals(vm, frame) {
            // What was imported is no data of the frame's.
            let imported = |v: &Ref| match vm.heap.get(*v) {
                Payload::Module(_) | Payload::Native(_) => true,
                Payload::Function(f) => f.globals != frame.globals,
                _ => false,
            };
            if let Some(v) = v.filter(|v| !imported(v)) {
                texts.push(format!("{title}\t{name}"));
                values.push(v);
            }
        }
    }
    Subjects { texts, values, namespace, tuple: None, own: Default::default() }
}
