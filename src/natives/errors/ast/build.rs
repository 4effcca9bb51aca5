//! Making nodes: classes by name, positions, lists, constants.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::{Vm, fixed};
use ruff_python_ast::{Mod, name::Name};
use ruff_text_size::{TextRange, TextSize};
use std::collections::HashMap;

/// Named field values of a node being made.
pub type Fields<'f> = Vec<(&'f str, Owned)>;

/// Turns one parsed text into objects. Cannot fail: the parser has accepted the text.
pub struct Builder<'a> {
    pub vm: &'a mut Vm,
    pub source: &'a str,
    starts: Vec<usize>,
    /// Dicts from class name to class, and to the one instance of classes without fields.
    classes: Ref,
    singletons: Ref,
    found: HashMap<&'static str, Ref>,
}

impl<'a> Builder<'a> {
    pub fn new(vm: &'a mut Vm, source: &'a str, classes: Ref, singletons: Ref) -> Builder<'a> {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Builder { vm, source, starts, classes, singletons, found: HashMap::new() }
    }
    pub fn module(&mut self, tree: &Mod, interactive: bool) -> Owned {
        match tree {
            Mod::Module(m) => {
                let body = self.body(&m.body);
                if interactive {
                    return self.node("Interactive", vec![("body", body)]);
                }
                let ignores = self.vm.list(vec![]);
                self.node("Module", vec![("body", body), ("type_ignores", ignores)])
            }
            Mod::Expression(m) => {
                let body = self.expr(&m.body);
                self.node("Expression", vec![("body", body)])
            }
        }
    }
    fn class(&mut self, name: &'static str) -> Ref {
        if let Some(c) = self.found.get(name) {
            return *c;
        }
        let c = self.vm.dict_get_str(self.classes, name).unwrap_or_else(|| panic!("_ast.py has no class {name}"));
        self.found.insert(name, c);
        c
    }
    /// A node without a position.
    pub fn node(&mut self, class: &'static str, fields: Fields) -> Owned {
        let class = self.class(class);
        let node = self.vm.alloc(class, Payload::Instance(Box::default()));
        for (name, value) in fields {
            self.set(&node, name, value);
        }
        node
    }
    fn set(&mut self, node: &Owned, name: &str, value: Owned) {
        let name = self.vm.intern(name).into_raw();
        self.vm.set_instance_attr(node.get(), name, Some(value.get()));
        self.vm.release(value);
    }
    /// A node at a place in the source.
    pub fn node_at(&mut self, class: &'static str, range: TextRange, fields: Fields) -> Owned {
        let node = self.node(class, fields);
        let ((line, col), (end_line, end_col)) = (self.place(range.start()), self.place(range.end()));
        for (name, value) in [("lineno", line), ("col_offset", col), ("end_lineno", end_line), ("end_col_offset", end_col)] {
            let value = self.vm.int(value as i64);
            self.set(&node, name, value);
        }
        node
    }
    /// Line from 1 and column in bytes.
    fn place(&self, at: TextSize) -> (usize, usize) {
        let at = at.to_usize();
        let line = self.starts.partition_point(|s| *s <= at);
        (line, at - self.starts[line - 1])
    }
    /// The one instance of a class without fields (`Load`, `Add`).
    pub fn single(&mut self, name: &'static str) -> Owned {
        let r = self.vm.dict_get_str(self.singletons, name).unwrap_or_else(|| panic!("_ast.py has no instance of {name}"));
        self.vm.incref(r)
    }
    pub fn name(&mut self, name: &Name) -> Owned {
        self.vm.intern(name.as_str())
    }
    pub fn opt_name(&mut self, name: Option<&ruff_python_ast::Identifier>) -> Owned {
        match name {
            Some(n) => self.name(&n.id),
            None => self.none(),
        }
    }
    pub fn none(&self) -> Owned {
        Owned::adopt(fixed::NONE)
    }
    pub fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut make: impl FnMut(&mut Self, T) -> Owned) -> Owned {
        let items = items.into_iter().map(|x| make(self, x)).collect();
        self.vm.list(items)
    }
}
