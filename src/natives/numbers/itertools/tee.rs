//! `tee`: iterators over the same items, read once and kept in a chain of blocks for those that come later.
use super::super::next_item;
use super::{held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, fixed, t};

/// Items in a block (CPython `LINKCELLS`).
const BLOCK: usize = 57;

/// Up to [`BLOCK`] items of a source, and the block after it.
#[derive(Clone)]
struct Block {
    it: Ref,
    items: Vec<Ref>,
    next: Option<Ref>,
    /// An item is being read.
    running: bool,
}
native_state!(Block, |s, f| {
    let Block { it, items, next, running: _ } = s;
    [it].into_iter().chain(items).chain(next).for_each(|r| f(*r));
});
/// One of the iterators: its block, and the index in it.
#[derive(Clone, Copy)]
struct Tee {
    block: Ref,
    at: usize,
}
native_state!(Tee, |s, f| f(s.block));

fn block(vm: &mut Vm, r: Ref) -> &mut Block {
    vm.state_mut(r).expect("a block of tee")
}
fn new_block(vm: &mut Vm, it: Ref) -> Ref {
    let ty = vm.type_of_def(&TEE_DATA);
    let it = held(vm, it);
    vm.opaque(ty, Block { it, items: vec![], next: None, running: false }).into_raw()
}
/// A tee over an iterator, or a copy of one that is a tee already.
fn over(vm: &mut Vm, cls: Ref, it: Ref) -> Step {
    if let Some(tee) = vm.state::<Tee>(it).copied() {
        vm.heap.incref_raw(tee.block);
        return made(vm, cls, tee);
    }
    let block = new_block(vm, it);
    made(vm, cls, Tee { block, at: 0 })
}
fn tee_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[1])?;
    over(vm, a[0], it)
}
fn tee_copy(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.type_of_def(&TEE);
    over(vm, ty, a[0])
}
/// `tee(iterable, n=2)`.
pub fn tee(vm: &mut Vm, a: Args) -> Step {
    let count = a.opt(1).map(|r| vm.index_i64(r)).transpose()?.unwrap_or(2);
    if count < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    if count == 0 {
        return Ok(vm.tuple(vec![]));
    }
    if count as usize > vm.memory_limit / 64 {
        return Err(vm.memory_error());
    }
    let it = vm.get_iter(a[0])?;
    let ty = vm.type_of_def(&TEE);
    if vm.state::<Tee>(it).is_none() {
        let name = vm.intern("__copy__").into_raw();
        if let Some(copy) = vm.getattr_opt(it, name)? {
            return copies(vm, it, copy, count);
        }
    }
    let first = over(vm, ty, it)?;
    let first = vm.keep(first);
    let mut all = vec![vm.incref(first)];
    for _ in 1..count {
        all.push(over(vm, ty, first).unwrap_or_else(|_| panic!("a copy of a tee asks nothing")));
    }
    Ok(vm.tuple(all))
}
/// An iterator that can copy itself.
fn copies(vm: &mut Vm, it: Ref, copy: Ref, count: i64) -> Step {
    let mut all = vec![it];
    for _ in 1..count {
        all.push(vm.call(copy, &[])?);
    }
    Ok(vm.tuple_of(&all))
}

/// The item at an index of a block, read from the source if it is not there yet.
fn item_of(vm: &mut Vm, at: Ref, index: usize) -> Result<Option<Ref>, Ask> {
    if let Some(item) = block(vm, at).items.get(index) {
        return Ok(Some(*item));
    }
    let first_run = vm.answers.is_empty();
    if first_run && block(vm, at).running {
        return Err(vm.runtime_error("cannot re-enter the tee iterator"));
    }
    block(vm, at).running = true;
    let it = block(vm, at).it;
    let answer = next_item(vm, it);
    if !matches!(answer, Err(Ask::Need { .. } | Ask::Syscall(_))) {
        block(vm, at).running = false;
    }
    let Some(item) = answer? else { return Ok(None) };
    let kept = held(vm, item);
    block(vm, at).items.push(kept);
    Ok(Some(item))
}
fn tee_next(vm: &mut Vm, a: Args) -> Step {
    let mut tee = *vm.state::<Tee>(a[0]).expect("a tee");
    if tee.at >= BLOCK {
        let next = next_block(vm, tee.block);
        vm.heap.incref_raw(next);
        vm.heap.decref_raw(tee.block);
        tee = Tee { block: next, at: 0 };
        *vm.state_mut(a[0]).expect("a tee") = tee;
    }
    let Some(item) = item_of(vm, tee.block, tee.at)? else { return stop(vm) };
    let item = vm.incref(item);
    vm.state_mut::<Tee>(a[0]).expect("a tee").at = tee.at + 1;
    Ok(item)
}
/// The block after one, made if need be; borrowed.
fn next_block(vm: &mut Vm, at: Ref) -> Ref {
    if let Some(next) = block(vm, at).next {
        return next;
    }
    let it = block(vm, at).it;
    let next = new_block(vm, it);
    block(vm, at).next = Some(next);
    next
}
pub static TEE: TypeDef = iterator_type!(
    "_tee", 48, "Iterator wrapped to make it copyable.",
    Def::new("(cls, iterable, /)", tee_new), tee_next,
    Def::plain("__copy__", "(self, /)", tee_copy, "Returns an independent iterator.")
);

fn data_new(vm: &mut Vm, a: Args) -> Step {
    let Some(items) = vm.list_items(a[2]).cloned() else {
        let message = format!("_tee_dataobject() argument 2 must be list, not {}", vm.dotted_type_name(a[2]));
        return Err(vm.type_error(message));
    };
    let bad_link = a[3] != fixed::NONE && vm.state::<Block>(a[3]).is_none();
    if items.len() > BLOCK || (items.len() < BLOCK && a[3] != fixed::NONE) || bad_link {
        return Err(vm.value_error("Invalid arguments"));
    }
    let r = new_block(vm, a[1]);
    let next = a.not_none(3).map(|r| held(vm, r));
    items.iter().for_each(|r| vm.heap.incref_raw(*r));
    let b = block(vm, r);
    (b.items, b.next) = (items, next);
    Ok(crate::heap::Owned::adopt(r))
}
static DATA_METHODS: &[Def] = &[Def::new("(cls, iterable, values, next, /)", data_new)];
pub static TEE_DATA: TypeDef = TypeDef {
    place: None,
    name: "_tee_dataobject",
    module: "itertools",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE,
    size: (496, 0),
    doc: "Data container common to multiple tee objects.",
    defs: &[DATA_METHODS],
};
