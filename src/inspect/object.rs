//! `%object`: the facts of an object, and why `is` says what it says.
use super::{Subjects, common};
use crate::heap::Ref;
use crate::natives::errors::sys::shallow_size;
use crate::objects::Payload;
use crate::snapshot::object::{Because, Comparison, ObjectFacts, ObjectSnapshot};
use crate::vm::{Vm, fixed, t};

/// One object, or two compared. `cell`: the cell of which an object is a constant.
pub fn snapshot(vm: &mut Vm, s: &Subjects, cell: &dyn Fn(&Vm, Ref) -> Option<String>) -> ObjectSnapshot {
    let subject = facts(vm, s, 0);
    let other = (s.values.len() > 1).then(|| facts(vm, s, 1));
    let comparison = other.is_some().then(|| compare(vm, s.values[0], s.values[1], cell));
    ObjectSnapshot { subject, other, comparison }
}

fn facts(vm: &mut Vm, s: &Subjects, at: usize) -> ObjectFacts {
    let r = s.values[at];
    let size = shallow_size(vm, r);
    let names = s.bindings(vm, r);
    ObjectFacts {
        expr: s.texts[at].clone(),
        id: r.address(),
        type_name: common::type_name(vm, r),
        kind: common::kind(vm, r),
        value: common::repr(vm, r),
        refcount: common::refcount(vm, r, s.own(r)),
        size,
        names,
        because: reasons(vm, r),
    }
}

/// What one object's identity rests on.
fn reasons(vm: &Vm, r: Ref) -> Vec<Because> {
    let singletons = [fixed::NONE, fixed::TRUE, fixed::FALSE, fixed::ELLIPSIS, fixed::NOT_IMPLEMENTED];
    let empties = [fixed::EMPTY_TUPLE, fixed::EMPTY_BYTES, fixed::EMPTY_STR];
    match vm.heap.get(r) {
        _ if singletons.contains(&r) => vec![Because::Singleton],
        _ if empties.contains(&r) => vec![Because::EmptySingleton],
        Payload::Int(i) if vm.ty(r) == t::INT && fixed::small_int(*i) == Some(r) => vec![Because::SmallIntCache],
        Payload::Bytes(b) if b.len() == 1 && fixed::byte_string(b[0]) == r => vec![Because::SingleCharacter],
        Payload::Str(s) if is_latin1_char(s.as_str(), r) => vec![Because::SingleCharacter],
        Payload::Str(s) if s.interned.get() => vec![Because::InternedStr],
        Payload::Type(_) | Payload::Module(_) | Payload::Function(_) => vec![Because::MadeOnce],
        _ => vec![],
    }
}

fn is_latin1_char(s: Option<&str>, r: Ref) -> bool {
    let mut chars = s.unwrap_or_default().chars();
    let first = chars.next().map(u32::from).filter(|c| *c < 256);
    first.is_some_and(|c| chars.next().is_none() && fixed::latin1_char(c as u8) == r)
}

/// `co_qualname` of the first living code object that has an object among its constants, and the code object.
fn constant_of(vm: &Vm, r: Ref) -> Option<(Ref, String)> {
    vm.heap.iter().find_map(|at| match vm.heap.get(at) {
        Payload::Code(c) if !c.hidden && c.consts.contains(&r) => Some((at, vm.lossy(c.qualname))),
        _ => None,
    })
}

fn compare(vm: &Vm, a: Ref, b: Ref, cell: &dyn Fn(&Vm, Ref) -> Option<String>) -> Comparison {
    // A cell's code has died when a lens looks; a function's lives.
    let constant = |r: Ref| constant_of(vm, r).map(|(_, code)| code).or_else(|| cell(vm, r));
    let mut because = Vec::new();
    if a == b {
        because = reasons(vm, a);
        if because.is_empty()
            && let Some(code) = constant(a)
        {
            because.push(Because::SameConstant { code });
        }
        if because.is_empty() {
            because.push(Because::SameObject);
        }
    } else if let (Some(first), Some(second)) = (constant(a), constant(b))
        && first != second
    {
        because.push(Because::ConstantsOfTwoCodes { first, second });
    } else {
        because.push(Because::Distinct);
    }
    Comparison { same: a == b, equal: common::equal(vm, a, b), because }
}
