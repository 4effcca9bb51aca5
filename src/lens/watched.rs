//! What watches a cell while it runs: the tracers behind `%%refcounts` and `%%growth`. They read the machine and change nothing.
use crate::code::linetable;
use crate::heap::{IMMORTAL, Ref, flag};
use crate::inspect::layout::{Room, room};
use crate::inspect::{common, frames, locals, refs};
use crate::objects::frame::Frame;
use crate::snapshot::memory::*;
use crate::vm::thread::Activation;
use crate::vm::Vm;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Rows and steps that are told.
const MOST: usize = 120;
/// Lines that are looked at; a longer run is only followed for deaths and births at its end.
const LOOKS: u64 = 2_000;

/// The lines of the cell's own code objects, by code unit.
struct Places {
    file: String,
    lines: HashMap<Ref, Option<Vec<u32>>>,
}

impl Places {
    fn new(file: &str) -> Places {
        Places { file: file.to_owned(), lines: HashMap::new() }
    }
    /// The line of the running instruction, if it belongs to the cell.
    fn line(&mut self, vm: &Vm, pc: usize) -> Option<u32> {
        let frame = running(vm)?;
        let file = &self.file;
        let lines = self.lines.entry(frame.code_ref).or_insert_with(|| {
            (vm.utf8(vm.code_obj(frame.code_ref).filename) == Some(file)).then(|| {
                let all = linetable::positions(&vm.code_obj(frame.code_ref).linetable, vm.code_obj(frame.code_ref).firstlineno);
                all.map(|p| p.line.unwrap_or(0)).collect()
            })
        });
        lines.as_ref()?.get(pc).copied().filter(|l| *l > 0)
    }
}

fn running(vm: &Vm) -> Option<&Frame> {
    match vm.cur.activations.last() {
        Some(Activation::Py(f)) if !f.hidden => Some(f),
        _ => None,
    }
}

/// An object that one of the names was bound to.
struct Watched {
    object: Ref,
    ty: Ref,
    count: u32,
    flags: u32,
    alive: bool,
    holders: Vec<String>,
}

/// `%%refcounts`.
pub struct Counts {
    pub result: RefcountsSnapshot,
    namespace: Ref,
    places: Places,
    source: Vec<String>,
    watched: Vec<Watched>,
    /// Objects that lived before the cell.
    before: HashSet<Ref>,
    /// The row under way: activations, line.
    open: Option<(usize, u32)>,
    /// The row goes on with a line that a call had left.
    resumed: bool,
    /// By depth: the line that its frame stands at.
    left: Vec<u32>,
    looks: u64,
}

impl Counts {
    pub fn new(vm: &Vm, namespace: Ref, names: &[String], file: &str, source: &str) -> Counts {
        let result = RefcountsSnapshot { names: names.to_vec(), ..Default::default() };
        let source = source.lines().map(str::to_owned).collect();
        let before = vm.heap.iter().collect();
        let mut counts = Counts { result, namespace, places: Places::new(file), source, watched: vec![], before, open: None, resumed: false, left: vec![], looks: 0 };
        counts.discover(vm);
        counts
    }
    /// The cell has ended: the last row is closed.
    pub fn finish(&mut self, vm: &Vm) {
        self.close(vm);
    }
    /// Objects to which the names are bound now and that are not watched yet; gives the new ones.
    fn discover(&mut self, vm: &Vm) -> Vec<usize> {
        let mut found: Vec<Ref> = Vec::new();
        for name in &self.result.names {
            let dict = vm.dict_of(self.namespace).into_iter().flat_map(|d| d.iter());
            found.extend(dict.filter(|(k, _)| vm.utf8(*k) == Some(name)).map(|(_, v)| v));
            for frame in frames(vm) {
                found.extend(locals(vm, frame).into_iter().filter(|(k, _)| k == name).filter_map(|(_, v)| v));
            }
        }
        let mut new = Vec::new();
        for object in found {
            let known = self.watched.iter().any(|w| w.alive && w.object == object);
            if known || vm.heap.count(object) >= IMMORTAL {
                continue;
            }
            let same = self.watched.iter().filter(|w| w.ty == vm.ty(object)).count();
            self.result.objects.push(format!("{} #{}", common::type_name(vm, object), same + 1));
            new.push(self.watched.len());
            self.watched.push(Watched { object, ty: vm.ty(object), count: 0, flags: 0, alive: true, holders: vec![] });
        }
        for at in &new {
            let fresh = &mut self.watched[*at];
            (fresh.count, fresh.flags) = (vm.heap.count(fresh.object), vm.heap.flags(fresh.object));
            fresh.holders = holders(vm, self.namespace, fresh.object);
        }
        new
    }
    /// Ends the row under way: the counts as they are now, and what has changed since the row before.
    fn close(&mut self, vm: &Vm) {
        let Some((depth, line)) = self.open.take() else { return };
        self.looks += 1;
        let mut changes = Vec::new();
        for at in 0..self.watched.len() {
            self.compare(vm, at, &mut changes);
        }
        for at in self.discover(vm) {
            if !self.before.contains(&self.watched[at].object) {
                changes.push(Change { object: at, what: ChangeKind::Born });
            }
            changes.extend(self.watched[at].holders.iter().map(|h| Change { object: at, what: ChangeKind::Gained(h.clone()) }));
        }
        if self.resumed && changes.is_empty() {
            return;
        }
        if self.result.rows.len() >= MOST {
            self.result.more += 1;
            return;
        }
        let source = self.source.get(line as usize - 1).map(|s| s.trim().to_owned()).unwrap_or_default();
        self.result.rows.push(RefcountRow { depth: depth as u32, line, source, counts: vec![], changes });
        let counts = self.watched.iter().map(|w| w.alive.then(|| common::refcount(vm, w.object, 0))).collect();
        if let Some(row) = self.result.rows.last_mut() {
            row.counts = counts;
        }
    }
    fn compare(&mut self, vm: &Vm, at: usize, changes: &mut Vec<Change>) {
        let namespace = self.namespace;
        let w = &mut self.watched[at];
        if !w.alive {
            return;
        }
        let mut note = |what| changes.push(Change { object: at, what });
        if !vm.heap.is_live(w.object) || vm.ty(w.object) != w.ty || vm.heap.flags(w.object) & flag::PENDING != 0 && vm.heap.count(w.object) == 1 && running(vm).is_none() {
            if w.flags & flag::FINALIZER != 0 && w.flags & flag::FINALIZED == 0 {
                note(ChangeKind::Finalized);
            }
            if w.flags & flag::WEAKREFS != 0 {
                note(ChangeKind::WeakrefsCleared);
            }
            note(ChangeKind::Died);
            w.alive = false;
            return;
        }
        let (count, flags) = (vm.heap.count(w.object), vm.heap.flags(w.object));
        if flags & flag::FINALIZED != 0 && w.flags & flag::FINALIZED == 0 {
            note(ChangeKind::Finalized);
        }
        w.flags = flags;
        if count == w.count || self.looks > LOOKS {
            w.count = count;
            return;
        }
        w.count = count;
        let now = holders(vm, namespace, w.object);
        for (text, gained) in difference(&w.holders, &now) {
            note(if gained { ChangeKind::Gained(text) } else { ChangeKind::Lost(text) });
        }
        w.holders = now;
    }
}

/// Who holds an object, in words; what the machine itself holds is left out.
fn holders(vm: &Vm, namespace: Ref, r: Ref) -> Vec<String> {
    if vm.heap.count(r) >= IMMORTAL {
        return vec![];
    }
    let told = refs::holders(vm, namespace, r).into_iter().filter(|h| !matches!(h.kind, HolderKind::Weak | HolderKind::Machine));
    told.map(|h| match h.kind {
        HolderKind::Name => format!("name {}", h.text),
        HolderKind::Local => format!("local {}", h.text),
        _ => h.text,
    }).collect()
}

/// What one list has more often than the other: (text, the second has it).
fn difference(old: &[String], new: &[String]) -> Vec<(String, bool)> {
    let mut left: Vec<&String> = old.iter().collect();
    let mut gained = Vec::new();
    for text in new {
        match left.iter().position(|x| *x == text) {
            Some(at) => _ = left.remove(at),
            None => gained.push((text.clone(), true)),
        }
    }
    left.into_iter().map(|text| (text.clone(), false)).chain(gained).collect()
}

impl Counts {
    /// Before each instruction.
    pub fn instruction(&mut self, vm: &Vm, pc: usize) {
        let Some(line) = self.places.line(vm, pc) else { return };
        let visible = |a: &&Activation| matches!(a, Activation::Py(f) if !f.hidden);
        let depth = vm.cur.activations.iter().filter(visible).count().saturating_sub(1);
        if self.open == Some((depth, line)) {
            return;
        }
        // A function's first instruction stands on its `def` line: no row of its own.
        if running(vm).is_some_and(|f| depth > 0 && line as i32 == vm.code_obj(f.code_ref).firstlineno) {
            return;
        }
        self.close(vm);
        self.resumed = self.left.len() > depth + 1 && self.left[depth] == line;
        self.left.resize(depth + 1, 0);
        self.left[depth] = line;
        self.open = Some((depth, line));
    }
}

/// `%%growth`.
pub struct Growth {
    pub result: GrowthSnapshot,
    namespace: Ref,
    places: Places,
    /// The name's index among the fast locals of a code object.
    index: HashMap<Ref, Option<usize>>,
    last: Option<(Ref, Room)>,
    line: u32,
}

impl Growth {
    pub fn new(vm: &Vm, namespace: Ref, name: &str, file: &str) -> Growth {
        let result = GrowthSnapshot { name: name.to_owned(), ..Default::default() };
        let mut growth = Growth { result, namespace, places: Places::new(file), index: HashMap::new(), last: None, line: 1 };
        growth.look(vm);
        growth
    }
    pub fn finish(&mut self, vm: &Vm) {
        self.look(vm);
        if let Some((_, last)) = self.last {
            (self.result.length, self.result.room) = (last.length, last.room);
        }
    }
    /// What the name is bound to, in the running frame or in the namespace.
    fn bound(&mut self, vm: &Vm) -> Option<Ref> {
        if let Some(frame) = running(vm) {
            let name = &self.result.name;
            let at = *self.index.entry(frame.code_ref).or_insert_with(|| vm.code_obj(frame.code_ref).localsplus.iter().position(|n| vm.utf8(*n) == Some(name)));
            let word = at.and_then(|i| vm.cur.stack.get(frame.base as usize + i)).and_then(|w| w.opt());
            if let Some(r) = word {
                return crate::inspect::out_of_cell(vm, r);
            }
        }
        let name = vm.interned.get(self.result.name.as_str())?;
        vm.dict_get_name(self.namespace, name)
    }
    fn look(&mut self, vm: &Vm) {
        let Some((r, now)) = self.bound(vm).and_then(|r| Some((r, room(vm, r)?))) else { return };
        let Some((_, last)) = self.last.filter(|(object, _)| *object == r) else {
            self.result.type_name = common::type_name(vm, r);
            self.last = Some((r, now));
            return;
        };
        if now == last {
            return;
        }
        self.result.added += now.length.saturating_sub(last.length);
        if now.room != last.room {
            self.result.copied += last.length.min(now.length);
            let step = GrowthStep { line: self.line, length: now.length, before: last.room, room: now.room, bytes: now.bytes };
            if self.result.steps.len() < MOST { self.result.steps.push(step) } else { self.result.more += 1 }
        }
        self.last = Some((r, now));
    }
}

impl Growth {
    /// Before each instruction.
    pub fn instruction(&mut self, vm: &Vm, pc: usize) {
        // What has changed was the work of the instruction before, so the line is set after the look.
        self.look(vm);
        if let Some(line) = self.places.line(vm, pc) {
            self.line = line;
        }
    }
}

/// `%%heap`: which of the objects of the picture before have died. An address is used again, so looking at the end is not enough.
pub struct Deaths {
    watched: Vec<(Ref, Ref)>,
    pub died: BTreeSet<u64>,
}

impl Deaths {
    /// `objects`: ids of living objects.
    pub fn new(vm: &Vm, objects: &BTreeSet<u64>) -> Deaths {
        let watched = vm.heap.iter().filter(|r| objects.contains(&r.address())).map(|r| (r, vm.ty(r))).collect();
        Deaths { watched, died: BTreeSet::new() }
    }
    pub fn look(&mut self, vm: &Vm) {
        let died = &mut self.died;
        self.watched.retain(|(r, ty)| {
            let lives = vm.heap.is_live(*r) && vm.ty(*r) == *ty;
            if !lives {
                died.insert(r.address());
            }
            lives
        });
    }
}
