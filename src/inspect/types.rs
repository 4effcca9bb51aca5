//! `%types`: objects, their classes and metaclasses, up to `type` and `object`.
use super::{Subjects, common};
use crate::heap::Ref;
use crate::snapshot::types::{Relation, TypeEdge, TypeNode, TypeRole, TypesSnapshot};
use crate::vm::{Vm, n, t};

/// Nodes that a picture has at most.
const MOST: usize = 30;

/// The graph of the given objects, in the order in which a walk finds its nodes.
pub fn snapshot(vm: &Vm, s: &Subjects) -> TypesSnapshot {
    let mut found: Vec<Ref> = Vec::new();
    for &r in &s.values {
        visit(vm, r, &mut found);
    }
    let hidden = found.len().saturating_sub(MOST) as u64;
    found.truncate(MOST);
    let nodes = found.iter().map(|r| node(vm, s, *r)).collect();
    let mut edges = Vec::new();
    for &r in &found {
        let ty = vm.ty(r);
        if found.contains(&ty) {
            edges.push(TypeEdge { from: r.address(), to: ty.address(), relation: Relation::InstanceOf });
        }
        if vm.is_type(r) {
            let bases = vm.type_obj(r).bases.iter().filter(|b| found.contains(b));
            edges.extend(bases.map(|b| TypeEdge { from: r.address(), to: b.address(), relation: Relation::SubclassOf }));
        }
    }
    TypesSnapshot { nodes, edges, hidden }
}

fn visit(vm: &Vm, r: Ref, found: &mut Vec<Ref>) {
    let mut todo = vec![r];
    while let Some(r) = todo.pop() {
        if found.contains(&r) {
            continue;
        }
        found.push(r);
        todo.push(vm.ty(r));
        if vm.is_type(r) {
            todo.extend(vm.type_obj(r).bases.iter().rev());
        }
    }
}

fn node(vm: &Vm, s: &Subjects, r: Ref) -> TypeNode {
    let (name, role, detail) = if vm.is_type(r) {
        let role = if vm.is_subtype(r, t::TYPE) { TypeRole::Metaclass } else { TypeRole::Class };
        let module = vm.dict_get_name(vm.type_obj(r).dict, n::__MODULE__).map_or("builtins".to_owned(), |m| vm.lossy(m));
        (common::class_name(vm, r), role, module)
    } else {
        let text = s.values.iter().position(|v| *v == r).map_or(String::new(), |i| s.texts[i].clone());
        (text, TypeRole::Object, common::repr(vm, r).shown())
    };
    TypeNode { id: r.address(), name, role, detail }
}
