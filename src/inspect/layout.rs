//! `%layout`: an object's memory as CPython 3.14 lays it out, from the machine's own tables.
//!
//! Blocks add up to `sys.getsizeof`; what the known blocks leave over is told as such.
use super::{Subjects, common};
use crate::heap::{Payload as _, Ref};
use crate::natives::containers::collections::deque::Deque;
use crate::natives::errors::sys::shallow_size;
use crate::natives::text::array::{Array, item_size};
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::objects::dict::Dict;
use crate::objects::list::growth;
use crate::objects::set::{Set, SetSlot};
use crate::objects::str::Kind as StrKind;
use crate::snapshot::layout::*;
use crate::vm::Vm;

/// Cells of one block that are told.
pub const CELLS: usize = 64;
/// Bytes of the collector's header, and of the two pointers in front of an instance.
const GC: u64 = 16;
const FRONT: u64 = 16;
/// Bytes of a pointer.
const WORD: u64 = 8;
/// Items of one of a deque's blocks.
const DEQUE: u64 = 64;
/// Bits of an int's digit.
const DIGIT: usize = 30;

pub fn snapshot(vm: &mut Vm, s: &Subjects) -> LayoutSnapshot {
    let r = s.values[0];
    let size = shallow_size(vm, r);
    let mut out = LayoutSnapshot { expr: s.texts[0].clone(), type_name: common::type_name(vm, r), size, used: None, room: None, blocks: vec![], facts: vec![] };
    let vm = &*vm;
    header(vm, r, &mut out);
    body(vm, r, &mut out);
    instance(vm, r, &mut out);
    let known: u64 = out.blocks.iter().filter(|b| b.part != Part::InlineValues).map(|b| b.bytes).sum();
    if known < size {
        out.blocks.push(block(Part::Rest, size - known, 0, vec![]));
    }
    out
}

fn block(part: Part, bytes: u64, count: u64, cells: Vec<Cell>) -> Block {
    Block { part, bytes, count, cells }
}
fn cell(over: impl ToString, text: impl Into<String>, state: CellState) -> Cell {
    Cell { over: over.to_string(), text: text.into(), state }
}

/// What lies in front of the object, and its fixed fields.
fn header(vm: &Vm, r: Ref, out: &mut LayoutSnapshot) {
    let ty = vm.type_obj(vm.ty(r));
    let heap_type = ty.has(type_flags::HEAP);
    let container = vm.heap.get(r).is_container() || heap_type || ty.has(type_flags::COLLECTED);
    if heap_type && (ty.has_dict || ty.has_weakref) && !vm.is_type(r) {
        let field = |name: &str, there: bool| cell(name, if there { "8" } else { "8, unused" }, CellState::Header);
        out.blocks.push(block(Part::InFront, FRONT, 2, vec![field("dict", ty.has_dict), field("weakrefs", ty.has_weakref)]));
    }
    let in_front: u64 = out.blocks.iter().map(|b| b.bytes).sum();
    if container && out.size >= in_front + GC + 2 * WORD && !matches!(vm.heap.get(r), Payload::Code(_)) {
        out.blocks.insert(0, block(Part::GcHeader, GC, 2, vec![cell("next", "8", CellState::Header), cell("prev", "8", CellState::Header)]));
    }
    let fields: &[&str] = match vm.heap.get(r) {
        Payload::List(_) => &["refcount", "type", "size", "items →", "allocated"],
        Payload::Tuple(_) => &["refcount", "type", "size", "hash"],
        Payload::Dict(_) => &["refcount", "type", "used", "tag", "keys →", "values →"],
        Payload::Set(_) => &["refcount", "type", "fill", "used", "mask", "table →", "hash", "finger", "weakrefs"],
        Payload::Bytes(_) => &["refcount", "type", "size", "hash"],
        Payload::Float(_) => &["refcount", "type", "value"],
        Payload::Int(_) | Payload::BigInt(_) => &["refcount", "type", "sign, digits"],
        Payload::Str(s) if s.is_ascii() => &["refcount", "type", "length", "hash", "state"],
        Payload::Str(_) => &["refcount", "type", "length", "hash", "state", "utf8 length", "utf8 →"],
        Payload::ByteArray(_) => &["refcount", "type", "size", "allocated", "bytes →", "start →", "exports"],
        Payload::Opaque(_) if vm.state::<Array>(r).is_some() => &["refcount", "type", "size", "items →", "allocated", "item type →", "weakrefs", "exports"],
        Payload::Opaque(_) if vm.state::<Deque>(r).is_some() => &["refcount", "type", "size", "left →", "right →", "left index", "right index", "state", "maxlen", "spare blocks"],
        _ => &["refcount", "type"],
    };
    let cells = fields.iter().map(|f| cell(f, "8", CellState::Header)).collect();
    out.blocks.push(block(Part::Header, WORD * fields.len() as u64, fields.len() as u64, cells));
}

/// The part of the memory that the type's own data take.
fn body(vm: &Vm, r: Ref, out: &mut LayoutSnapshot) {
    match vm.heap.get(r) {
        Payload::List(list) => list_items(vm, list, out),
        Payload::Tuple(items) => {
            let cells = items.iter().take(CELLS).enumerate().map(|(i, x)| cell(i, common::repr(vm, *x).shown(), CellState::Used)).collect();
            out.blocks.push(block(Part::Items, WORD * items.len() as u64, items.len() as u64, cells));
            out.used = Some(items.len() as u64);
        }
        Payload::Dict(d) => dict(vm, d, out),
        Payload::Set(set) => set_table(vm, set, out),
        Payload::Str(_) => text(vm, r, out),
        Payload::Bytes(b) => {
            let cells = b.iter().take(CELLS).enumerate().map(|(i, x)| cell(i, format!("{x:02x}"), CellState::Used));
            let cells = cells.chain((b.len() < CELLS).then(|| cell("end", "00", CellState::Header))).collect();
            out.blocks.push(block(Part::Bytes, b.len() as u64 + 1, b.len() as u64 + 1, cells));
        }
        Payload::ByteArray(b) => {
            let (used, room) = (b.data.len(), b.room.allocated);
            out.blocks.push(block(Part::Bytes, room as u64, room as u64, byte_cells(&b.data, b.room.offset, room)));
            // The zero at the end takes a byte of the room.
            (out.used, out.room) = (Some(used as u64), Some((room as u64).saturating_sub(1 + b.room.offset as u64)));
        }
        Payload::Int(_) | Payload::BigInt(_) => digits(vm, r, out),
        Payload::Opaque(_) => opaque(vm, r, out),
        _ => {}
    }
}

/// Bytes of a bytearray: `front` deleted ones that are still there, the data, a zero, and room to spare.
fn byte_cells(data: &[u8], front: usize, room: usize) -> Vec<Cell> {
    let one = |at: usize| match at.checked_sub(front) {
        None => cell("gone", "×", CellState::Dummy),
        Some(i) if i < data.len() => cell(i, format!("{:02x}", data[i]), CellState::Used),
        Some(i) if i == data.len() => cell("end", "00", CellState::Header),
        Some(i) => cell(i, "·", CellState::Free),
    };
    (0..room.min(CELLS)).map(one).collect()
}

fn list_items(vm: &Vm, list: &crate::objects::list::List, out: &mut LayoutSnapshot) {
    let (used, room) = (list.len(), list.allocated());
    let cells = (0..room.min(CELLS)).map(|i| match list.get(i) {
        Some(x) => cell(i, common::repr(vm, *x).shown(), CellState::Used),
        None => cell(i, "·", CellState::Free),
    });
    out.blocks.push(block(Part::Items, WORD * room as u64, room as u64, cells.collect()));
    (out.used, out.room) = (Some(used as u64), Some(room as u64));
    if used == room {
        out.facts.push(Fact::GrowsTo { room: growth::resize(used, room, used + 1) as u64 });
    }
}

fn dict(vm: &Vm, d: &Dict, out: &mut LayoutSnapshot) {
    let slots = d.slots();
    if d.shared().is_none() {
        out.facts.push(if d.str_keys { Fact::StrKeys } else { Fact::MixedKeys });
    }
    out.used = Some(d.len() as u64);
    if let Some(places) = d.shared() {
        // The table is the class's: the dict of an instance has the values only.
        out.facts.push(Fact::SharedKeys { names: d.len() as u64 });
        out.room = Some(places as u64);
        let cells = (0..places.min(CELLS)).map(|i| entry_cell(vm, d, i)).collect();
        out.blocks.push(block(Part::SharedValues, WORD * places as u64, places as u64, cells));
        return;
    }
    if slots == 0 {
        out.room = Some(0);
        return;
    }
    let room = slots * 2 / 3;
    let width = match slots.ilog2() {
        0..=7 => 1,
        8..=15 => 2,
        16..=31 => 4,
        _ => 8,
    };
    out.room = Some(room as u64);
    out.facts.push(Fact::GrowsAfter { more: (room - d.entries().len().min(room)) as u64 });
    let names = ["keys' refs", "log2 sizes", "usable", "entries"];
    out.blocks.push(block(Part::KeysHeader, 32, 4, names.map(|n| cell(n, "8", CellState::Header)).to_vec()));
    let index = (0..slots.min(CELLS)).map(|i| index_cell(d, i)).collect();
    out.blocks.push(block(Part::Index, (width * slots) as u64, slots as u64, index));
    let each = if d.str_keys { 16 } else { 24 };
    let entries = (0..room.min(CELLS / 2)).map(|i| entry_cell(vm, d, i)).collect();
    out.blocks.push(block(Part::Entries, (each * room) as u64, room as u64, entries));
}

/// One place of a dict's index table: the number of the entry that it leads to.
pub fn index_cell(d: &Dict, i: usize) -> Cell {
    match d.slot(i) {
        -1 => cell(i, "·", CellState::Free),
        -2 => cell(i, "×", CellState::Dummy),
        n => cell(i, format!("→ {n}"), CellState::Used),
    }
}
/// One of a dict's entries, in order of insertion.
pub fn entry_cell(vm: &Vm, d: &Dict, i: usize) -> Cell {
    match d.entries().get(i) {
        Some(e) => match e.key {
            Some(k) => cell(i, format!("{}: {}", common::repr(vm, k).shown(), common::repr(vm, e.value).shown()), CellState::Used),
            None => cell(i, "×", CellState::Dummy),
        },
        None => cell(i, "·", CellState::Free),
    }
}
/// One place of a set's table.
pub fn set_cell(vm: &Vm, set: &Set, i: usize) -> Cell {
    match set.slots()[i] {
        SetSlot::Free => cell(i, "·", CellState::Free),
        SetSlot::Dummy => cell(i, "×", CellState::Dummy),
        SetSlot::Used { key, .. } => cell(i, common::repr(vm, key).shown(), CellState::Used),
    }
}

fn set_table(vm: &Vm, set: &Set, out: &mut LayoutSnapshot) {
    let slots = set.slots().len();
    let cells = (0..slots.min(CELLS)).map(|i| set_cell(vm, set, i)).collect();
    // The first table of eight lies in the object itself.
    let bytes = 16 * slots as u64 + if slots > 8 { 128 } else { 0 };
    out.blocks.push(block(Part::SetTable, bytes, slots as u64, cells));
    (out.used, out.room) = (Some(set.len() as u64), Some(slots as u64));
    let dummies = set.slots().iter().filter(|s| matches!(s, SetSlot::Dummy)).count();
    let fill = set.len() + dummies;
    let full = (0..).find(|more| (fill + more) * 5 >= (slots - 1) * 3).unwrap_or(0);
    out.facts.push(Fact::GrowsAfter { more: full as u64 });
}

fn text(vm: &Vm, r: Ref, out: &mut LayoutSnapshot) {
    let Some(s) = vm.str_of(r) else { return };
    let top = s.wtf8().code_points().map(|c| c.to_u32()).max().unwrap_or(0);
    let width: u64 = match (s.kind(), top) {
        (StrKind::Ascii, _) | (_, 0..=0xFF) => 1,
        (_, 0x100..=0xFFFF) => 2,
        _ => 4,
    };
    let cells = s.wtf8().code_points().take(CELLS).enumerate().map(|(i, c)| cell(i, c.to_char().map_or("\u{fffd}".to_owned(), |c| c.to_string()), CellState::Used));
    let end = (s.len() < CELLS).then(|| cell("end", "0", CellState::Header));
    out.blocks.push(block(Part::Characters, width * (s.len() as u64 + 1), s.len() as u64 + 1, cells.chain(end).collect()));
    out.used = Some(s.len() as u64);
    out.facts.push(Fact::CharWidth { bytes: width });
}

fn digits(vm: &Vm, r: Ref, out: &mut LayoutSnapshot) {
    let Some(value) = vm.bigint_of(r) else { return };
    let all = value.magnitude();
    let count = all.bits().div_ceil(DIGIT as u64).max(1);
    // Only the digits that are told: a number may have a million of them.
    let mut low: Vec<u64> = all.iter_u32_digits().take(CELLS + 1).map(u64::from).collect();
    low.resize(CELLS + 1, 0);
    let digit = |i: usize| {
        let (word, bit) = (i * DIGIT / 32, i * DIGIT % 32);
        (low[word] | low.get(word + 1).copied().unwrap_or(0) << 32) >> bit & ((1 << DIGIT) - 1)
    };
    let list: Vec<String> = (0..CELLS.min(count as usize)).map(|i| digit(i).to_string()).collect();
    let sum = list.iter().enumerate().take(4).map(|(i, d)| if i == 0 { d.clone() } else { format!("{d}·2^{}", DIGIT * i) }).collect::<Vec<_>>().join(" + ");
    let sum = if count > 4 { format!("{sum} + …") } else { sum };
    let cells = list.into_iter().enumerate().map(|(i, d)| cell(i, d, CellState::Used)).collect();
    out.blocks.push(block(Part::Digits, 4 * count, count, cells));
    out.used = Some(count);
    out.facts.push(Fact::DigitSum { text: sum });
}

fn opaque(vm: &Vm, r: Ref, out: &mut LayoutSnapshot) {
    if let Some(d) = vm.state::<Deque>(r) {
        let left = d.left_in_block() as u64;
        let count = ((left + d.items.len() as u64).div_ceil(DEQUE)).max(1);
        let cells = (0..(count * DEQUE).min(2 * DEQUE)).map(|at| match at.checked_sub(left).and_then(|i| d.items.get(i as usize)) {
            Some(x) => cell(at % DEQUE, common::repr(vm, *x).shown(), CellState::Used),
            None => cell(at % DEQUE, "·", CellState::Free),
        });
        let cells = cells.collect();
        out.blocks.push(block(Part::DequeBlock, count * (DEQUE * WORD + 2 * WORD), count * DEQUE, cells));
        out.used = Some(d.items.len() as u64);
    } else if let Some(a) = vm.state::<Array>(r) {
        let width = item_size(a.code) as u64;
        let (used, room) = (a.data.len() as u64 / width, a.allocated as u64);
        let cells = (0..room.min(CELLS as u64)).map(|i| match (i < used).then(|| a.data.chunks(width as usize).nth(i as usize)).flatten() {
            Some(item) => cell(i, item.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" "), CellState::Used),
            None => cell(i, "·", CellState::Free),
        });
        out.blocks.push(block(Part::PackedItems, width * room, room, cells.collect()));
        (out.used, out.room) = (Some(used), Some(room));
    }
}

/// Slots and attribute values of an instance.
fn instance(vm: &Vm, r: Ref, out: &mut LayoutSnapshot) {
    let ty = vm.type_obj(vm.ty(r));
    if !ty.has(type_flags::HEAP) || vm.is_type(r) {
        return;
    }
    let named: Vec<Cell> = super::slots::member_names(vm, r).into_iter().map(|(name, v)| match v {
        Some(x) => cell(name, common::repr(vm, x).shown(), CellState::Used),
        None => cell(name, "·", CellState::Free),
    }).collect();
    if !named.is_empty() {
        out.blocks.push(block(Part::Slots, WORD * named.len() as u64, named.len() as u64, named));
    }
    out.facts.push(if ty.has_dict { Fact::HasDict } else { Fact::NoDict });
    if let Payload::Instance(i) = vm.heap.get(r)
        && ty.has_dict
        && i.dict.is_none()
    {
        let cells: Vec<Cell> = ty.keys.iter().enumerate().map(|(at, k)| match i.values.get(at).copied().flatten() {
            Some(x) => cell(vm.lossy(*k), common::repr(vm, x).shown(), CellState::Used),
            None => cell(vm.lossy(*k), "·", CellState::Free),
        }).collect();
        out.facts.push(Fact::SharedKeys { names: cells.len() as u64 });
        if !cells.is_empty() {
            out.blocks.push(block(Part::InlineValues, WORD * cells.len() as u64, cells.len() as u64, cells));
        }
    }
}

/// A container's length, its room and its bytes.
#[derive(Clone, Copy, PartialEq)]
pub struct Room {
    pub length: u64,
    pub room: u64,
    pub bytes: u64,
}

/// None: the object is no container whose room is known.
pub fn room(vm: &Vm, r: Ref) -> Option<Room> {
    let of = |length: usize, room: usize, bytes: usize| Some(Room { length: length as u64, room: room as u64, bytes: bytes as u64 });
    match vm.heap.get(r) {
        Payload::List(l) => of(l.len(), l.allocated(), l.size() + 16),
        Payload::Dict(d) => of(d.len(), d.shared().unwrap_or(d.slots() * 2 / 3), d.size() + 16),
        Payload::ByteArray(b) => of(b.data.len(), b.room.allocated, 56 + b.room.allocated),
        Payload::Set(s) => {
            let slots = s.slots().len();
            of(s.len(), slots, 216 + if slots > 8 { 16 * slots } else { 0 })
        }
        Payload::Opaque(_) => {
            if let Some(a) = vm.state::<Array>(r) {
                let width = item_size(a.code);
                return of(a.data.len() / width, a.allocated, 80 + width * a.allocated);
            }
            let d = vm.state::<Deque>(r)?;
            let blocks = (d.left_in_block() as usize + d.items.len()).div_ceil(64).max(1);
            of(d.items.len(), blocks * 64, 232 + 528 * blocks)
        }
        _ => None,
    }
}
