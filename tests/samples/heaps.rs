//! Sample heaps.
use pellucid::snapshot::heap::{HeapFrame, HeapName, HeapObject, HeapSlot, HeapSnapshot, HeapValue, SlotKey};
use pellucid::snapshot::{Kind, Refcount, Repr};

const BASE: u64 = 0x7f00_0000_1000;

fn id(tag: u32) -> u64 {
    BASE + u64::from(tag) * 0x30
}

fn to(tag: u32) -> HeapValue {
    HeapValue::Ref(id(tag))
}

fn inline(text: &str) -> HeapValue {
    HeapValue::Inline(Repr::whole(text))
}

fn name(name: &str, value: HeapValue) -> HeapName {
    HeapName { name: name.into(), value }
}

fn frame(title: &str, line: Option<u32>, names: Vec<HeapName>) -> HeapFrame {
    HeapFrame { title: title.into(), line, names }
}

fn object(tag: u32, type_name: &str, kind: Kind, refs: u64, slots: Vec<(SlotKey, HeapValue)>) -> HeapObject {
    let len = matches!(kind, Kind::List | Kind::Tuple | Kind::Dict | Kind::Set).then_some(slots.len() as u64);
    let slots: Vec<HeapSlot> = slots.into_iter().map(|(key, value)| HeapSlot { key, value }).collect();
    let size = 56 + 8 * slots.len() as u64;
    HeapObject { id: id(tag), tag, type_name: type_name.into(), kind, value: None, refcount: Refcount::Counted(refs), size, len, slots, more_slots: 0 }
}

fn scalar(tag: u32, type_name: &str, value: &str, refcount: Refcount) -> HeapObject {
    HeapObject { value: Some(Repr::whole(value)), refcount, size: 28, ..object(tag, type_name, Kind::Scalar, 1, Vec::new()) }
}

fn items(values: Vec<HeapValue>) -> Vec<(SlotKey, HeapValue)> {
    values.into_iter().enumerate().map(|(index, value)| (SlotKey::Index(index as u64), value)).collect()
}

fn attr(name: &str, value: HeapValue) -> (SlotKey, HeapValue) {
    (SlotKey::Attr(name.into()), value)
}

fn snapshot(frames: Vec<HeapFrame>, objects: Vec<HeapObject>) -> HeapSnapshot {
    HeapSnapshot { frames, total_objects: objects.len() as u64, objects }
}

/// `a = [1, 2, 3]; b = a; c = list(a)`, then a call with the list as its argument.
pub fn alias() -> HeapSnapshot {
    let module = frame("<module>", Some(4), vec![name("a", to(1)), name("b", to(1)), name("c", to(2))]);
    let call = frame("append_to", Some(2), vec![name("items", to(1)), name("value", inline("4")), name("result", HeapValue::Unbound)]);
    let list = |tag, refs| object(tag, "list", Kind::List, refs, items(vec![inline("1"), inline("2"), inline("3")]));
    snapshot(vec![module, call], vec![list(1, 3), list(2, 1)])
}

/// Two nodes that refer to each other, a list that holds itself, and a shared int.
pub fn cycle() -> HeapSnapshot {
    let module = frame("<module>", None, vec![name("p", to(1)), name("q", to(2)), name("loop", to(3)), name("n", to(4))]);
    let node = |tag, other, refs| object(tag, "Node", Kind::Instance, refs, vec![attr("value", to(4)), attr("next", to(other))]);
    let own = object(3, "list", Kind::List, 2, items(vec![to(3), inline("'x'")]));
    snapshot(vec![module], vec![node(1, 2, 2), node(2, 1, 2), own, scalar(4, "int", "1000", Refcount::Counted(3))])
}

/// One of each kind, with Chinese text in it.
pub fn shapes() -> HeapSnapshot {
    let names = vec![
        name("scores", to(1)),
        name("姓名", to(2)),
        name("seen", to(3)),
        name("rex", to(4)),
        name("Dog", to(5)),
        name("counter", to(6)),
        name("gen", to(8)),
        name("rows", to(9)),
        name("empty", to(13)),
    ];
    let scores = object(1, "dict", Kind::Dict, 1, vec![(SlotKey::Key(inline("'小明'")), inline("92")), (SlotKey::Key(inline("'li'")), to(9))]);
    let text = scalar(2, "str", "'欢迎 hello'", Refcount::Immortal);
    let seen = object(3, "set", Kind::Set, 1, vec![(SlotKey::Member, inline("1")), (SlotKey::Member, inline("2")), (SlotKey::Member, inline("'three'"))]);
    let rex = object(4, "Dog", Kind::Instance, 1, vec![attr("name", inline("'Rex'")), attr("tricks", to(12)), attr("__class__", to(5))]);
    let dog = object(5, "type", Kind::Class, 4, vec![attr("__name__", inline("'Dog'")), attr("tricks", to(12)), attr("bark", to(10))]);
    let counter = object(6, "function", Kind::Function, 1, vec![attr("__name__", inline("'counter'")), (SlotKey::Named("__closure__[0]".into()), to(7))]);
    let cell = object(7, "cell", Kind::Cell, 2, vec![(SlotKey::Named("contents".into()), inline("3"))]);
    let generator = object(8, "generator", Kind::Generator, 1, vec![attr("line", inline("12")), attr("i", inline("4")), attr("source", to(9))]);
    let rows = object(9, "tuple", Kind::Tuple, 3, items(vec![to(11), inline("None"), to(11)]));
    let bark = object(10, "function", Kind::Function, 1, vec![attr("__name__", inline("'bark'"))]);
    let mut long = object(11, "list", Kind::List, 2, items((0..8).map(|n| inline(&(n * n * 37).to_string())).collect()));
    long.len = Some(1000);
    long.more_slots = 992;
    let tricks = object(12, "list", Kind::List, 2, items(vec![inline("'sit'"), inline("'roll over'")]));
    let empty = object(13, "list", Kind::List, 1, Vec::new());
    snapshot(vec![frame("<module>", Some(31), names)], vec![scores, text, seen, rex, dog, counter, cell, generator, rows, bark, long, tricks, empty])
}

/// Forty objects of a larger heap: a list of records that share tags, and a linked list.
pub fn forty() -> HeapSnapshot {
    let names = vec![name("records", to(1)), name("head", to(20)), name("tags", to(14))];
    let mut objects = vec![object(1, "list", Kind::List, 1, items((2..14).map(to).collect()))];
    for tag in 2..14 {
        let slots = vec![attr("name", inline(&format!("'item {tag}'"))), attr("tag", to(15 + tag % 5)), attr("parent", to(1))];
        objects.push(object(tag, "Record", Kind::Instance, 1, slots));
    }
    objects.push(object(14, "dict", Kind::Dict, 1, (15..20).map(|tag| (SlotKey::Key(inline(&format!("'t{tag}'"))), to(tag))).collect()));
    for tag in 15..20 {
        objects.push(object(tag, "Tag", Kind::Instance, 4, vec![attr("label", inline(&format!("'t{tag}'")))]));
    }
    for tag in 20..40 {
        let next = if tag < 39 { to(tag + 1) } else { inline("None") };
        objects.push(object(tag, "Link", Kind::Instance, 1, vec![attr("value", inline(&tag.to_string())), attr("next", next)]));
    }
    objects.push(scalar(40, "str", "'the last one'", Refcount::Immortal));
    HeapSnapshot { frames: vec![frame("<module>", None, names)], objects, total_objects: 1200 }
}
