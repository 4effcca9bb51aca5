//! The heap alone, with a toy payload: counts, death order, cycles.
use super::*;

#[derive(Default, Clone)]
enum Toy {
    #[default]
    Empty,
    Leaf,
    Node(Vec<Ref>),
}
impl Payload for Toy {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        if let Toy::Node(v) = self {
            v.iter().for_each(|r| f(*r));
        }
    }
    fn is_container(&self) -> bool {
        matches!(self, Toy::Node(_))
    }
    fn is_flat(&self) -> bool {
        !self.is_container()
    }
}
fn heap() -> (Heap<Toy>, Ref) {
    let mut h = Heap::new();
    let ty = h.alloc_fixed(Ref::fixed(1), Toy::Leaf);
    (h, ty)
}

#[test]
fn the_last_reference_frees_what_only_it_held() {
    let (mut h, ty) = heap();
    let leaf = h.alloc(ty, Toy::Leaf, 0);
    let shared = h.alloc(ty, Toy::Leaf, 0);
    let kept = h.incref(shared.get());
    let node = h.alloc(ty, Toy::Node(vec![leaf.into_raw(), shared.into_raw()]), 0);
    assert_eq!(h.live(), 4);
    h.release(node);
    assert_eq!((h.live(), h.count(kept.get())), (2, 1));
    h.release(kept);
    assert_eq!(h.live(), 1);
}

#[test]
fn a_long_chain_dies_without_native_recursion() {
    let (mut h, ty) = heap();
    let mut chain = h.alloc(ty, Toy::Leaf, 0);
    for _ in 0..1_000_000 {
        chain = h.alloc(ty, Toy::Node(vec![chain.into_raw()]), 0);
    }
    h.release(chain);
    assert_eq!(h.live(), 1);
}

#[test]
fn a_cycle_is_found_and_freed_and_its_neighbour_stays() {
    let (mut h, ty) = heap();
    let outside = h.alloc(ty, Toy::Node(vec![]), 0);
    let a = h.alloc(ty, Toy::Node(vec![]), 0);
    let held = h.incref(outside.get()).into_raw();
    let b = h.alloc(ty, Toy::Node(vec![a.get(), held]), 0).into_raw();
    *h.get_mut(a.get()) = Toy::Node(vec![b]);
    let a = a.into_raw();
    let garbage = h.find_garbage(2);
    assert_eq!(garbage, vec![a, b]);
    h.clear_garbage(&garbage);
    assert_eq!((h.live(), h.count(outside.get())), (2, 1));
    h.release(outside);
}

#[test]
fn an_object_with_a_finalizer_waits_for_the_machine() {
    let (mut h, ty) = heap();
    let x = h.alloc(ty, Toy::Leaf, flag::FINALIZER);
    let r = x.get();
    h.release(x);
    assert!(h.attention && h.is_live(r));
    assert_eq!(h.pending.pop_front(), Some(r));
    h.finish_pending(r);
    assert_eq!(h.live(), 1);
}
