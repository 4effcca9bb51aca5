//! The view of `%heap`: names as sticky notes, objects in columns by distance, references as arrows.
use super::heap_picture;
use super::heap_words as words;
use crate::render::view::{Lang, View};
use crate::snapshot::Kind;
use crate::snapshot::heap::{HeapObject, HeapSnapshot, HeapValue, SlotKey};
use std::collections::{BTreeMap, BTreeSet};

/// Where objects stood in the last picture (column, y), by id. A session keeps one, so that objects keep their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(pub BTreeMap<u64, (usize, i32)>);

/// A picture on its own.
pub fn view(snapshot: &HeapSnapshot, lang: Lang) -> View {
    view_in(snapshot, lang, &mut Places::default())
}

/// A picture that follows others: known objects stay where they were, new ones are added to `places`.
pub fn view_in(snapshot: &HeapSnapshot, lang: Lang, places: &mut Places) -> View {
    let translated = translated(snapshot, lang);
    let graph = Graph::new(translated.as_ref().unwrap_or(snapshot));
    in_view(&graph, lang, places)
}

/// The words that stand in the objects themselves, in Chinese: the state of a generator. None: nothing to translate.
fn translated(snapshot: &HeapSnapshot, lang: Lang) -> Option<HeapSnapshot> {
    if lang == Lang::En || !snapshot.objects.iter().any(|o| matches!(o.kind, Kind::Generator | Kind::Function)) {
        return None;
    }
    let mut out = snapshot.clone();
    for slot in out.objects.iter_mut().filter(|o| o.kind == Kind::Function).flat_map(|o| &mut o.slots) {
        if let SlotKey::Named(name) = &mut slot.key
            && name == "parameters"
        {
            *name = "参数".to_owned();
        }
    }
    for slot in out.objects.iter_mut().filter(|o| o.kind == Kind::Generator).flat_map(|o| &mut o.slots) {
        match (&mut slot.key, &mut slot.value) {
            (SlotKey::Named(name), HeapValue::Inline(value)) if name == "state" => {
                *name = "状态".to_owned();
                value.text = match value.text.as_str() {
                    "not started" => "未开始".to_owned(),
                    "running" => "运行中".to_owned(),
                    "finished" => "已结束".to_owned(),
                    other => match other.strip_prefix("waits at line ") {
                        Some(line) => format!("挂起于第 {line} 行"),
                        None => "已挂起".to_owned(),
                    },
                };
            }
            (SlotKey::Named(name), _) if name == "on its stack" => *name = "在其栈上".to_owned(),
            _ => {}
        }
    }
    Some(out)
}

fn in_view(graph: &Graph, lang: Lang, places: &mut Places) -> View {
    let snapshot = graph.snapshot;
    View {
        lens: "heap",
        lang,
        headline: words::headline(graph, lang),
        notes: words::limits(snapshot, lang),
        scene: heap_picture::draw(graph, lang, places),
        alt: words::alt(graph, lang),
        outline: words::outline(graph, lang),
        tables: words::tables(graph, lang),
        data: super::data(snapshot),
    }
}

/// What a cell did to the objects of a picture.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub new: BTreeSet<u64>,
    pub changed: BTreeSet<u64>,
    /// `list #3`, of the picture before.
    pub died: Vec<String>,
    /// Alive, but the names no longer lead to them.
    pub lost: Vec<String>,
}

impl Marks {
    /// `lived`: ids of all objects before; `dead`: those of the picture before that have died.
    pub fn between(before: &HeapSnapshot, after: &HeapSnapshot, lived: &BTreeSet<u64>, dead: &BTreeSet<u64>) -> Marks {
        let mut marks = Marks::default();
        for object in &after.objects {
            match before.objects.iter().find(|o| o.id == object.id && !dead.contains(&o.id)) {
                Some(old) if !same_slots(before, old, after, object) || old.value != object.value || old.len != object.len => _ = marks.changed.insert(object.id),
                None if !lived.contains(&object.id) || dead.contains(&object.id) => _ = marks.new.insert(object.id),
                _ => {}
            }
        }
        for object in &before.objects {
            let call = format!("{} #{}", object.type_name, object.tag);
            let there = after.objects.iter().any(|o| o.id == object.id);
            match (dead.contains(&object.id), there) {
                (true, _) => marks.died.push(call),
                (false, false) => marks.lost.push(call),
                (false, true) => {}
            }
        }
        marks
    }
}

/// Whether an object refers to the same. A value that a name leads to in one of the pictures only is an arrow in that one
/// and written into its slot in the other.
fn same_slots(before: &HeapSnapshot, old: &HeapObject, after: &HeapSnapshot, new: &HeapObject) -> bool {
    let written = |picture: &HeapSnapshot, value: &HeapValue| match value {
        HeapValue::Ref(id) => picture.objects.iter().find(|o| o.id == *id).and_then(|o| o.value.clone()),
        HeapValue::Inline(text) => Some(text.clone()),
        HeapValue::Unbound => None,
    };
    let same = |a: &HeapValue, b: &HeapValue| a == b || (matches!((a, b), (HeapValue::Ref(_), HeapValue::Inline(_)) | (HeapValue::Inline(_), HeapValue::Ref(_))) && written(before, a).is_some_and(|text| written(after, b) == Some(text)));
    old.slots.len() == new.slots.len()
        && old.slots.iter().zip(&new.slots).all(|(a, b)| same(&a.value, &b.value) && match (&a.key, &b.key) {
            (SlotKey::Key(x), SlotKey::Key(y)) => same(x, y),
            (x, y) => x == y,
        })
}

/// The picture before a cell ran and the one after it, with what the cell did.
pub fn before_and_after(before: &HeapSnapshot, after: &HeapSnapshot, marks: &Marks, lang: Lang, places: &mut Places) -> View {
    let (title_before, title_after) = (lang.pick("before", "之前"), lang.pick("after", "之后"));
    let first = in_view(&Graph::new(before), lang, places);
    let mut graph = Graph::new(after);
    graph.marks = marks.clone();
    let mut view = in_view(&graph, lang, places);
    let happened = words::happened(&graph, lang);
    view.headline = if happened.is_empty() { view.headline } else { format!("{happened} {}", view.headline) };
    view.scene = heap_picture::stacked(&[(title_before, first.scene), (title_after, view.scene)]);
    view.alt = format!("{title_before}: {} {title_after}: {}", first.alt, view.alt);
    let mut outline = vec![format!("{title_before}:")];
    outline.extend(first.outline);
    outline.extend([String::new(), format!("{title_after}:")]);
    outline.extend(view.outline);
    view.outline = outline;
    view.data = serde_json::json!({"before": first.data, "after": view.data, "died": marks.died, "new": marks.new, "changed": marks.changed});
    view
}

/// A reference between two objects of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Indices into the snapshot's objects.
    pub from: usize,
    /// The row of the source's box.
    pub row: usize,
    pub to: usize,
    /// It lies on a cycle.
    pub cycle: bool,
}

/// A row of an object's box: a key and one end of a reference.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub key: String,
    pub value: HeapValue,
}

/// The snapshot with what follows from it.
pub(super) struct Graph<'a> {
    pub snapshot: &'a HeapSnapshot,
    /// By object: its rows.
    pub lines: Vec<Vec<Line>>,
    pub references: Vec<Reference>,
    /// By object: the names bound to it, `frame.name` where the frame is not the first.
    pub names: Vec<Vec<String>>,
    /// By object: how many references from objects lead to it.
    pub referrers: Vec<usize>,
    /// By object: it is on a cycle.
    pub on_cycle: Vec<bool>,
    /// By object: equal numbers for objects on a common cycle.
    pub group: Vec<usize>,
    pub marks: Marks,
    index: BTreeMap<u64, usize>,
}

impl<'a> Graph<'a> {
    pub fn new(snapshot: &'a HeapSnapshot) -> Graph<'a> {
        let index: BTreeMap<u64, usize> = snapshot.objects.iter().enumerate().map(|(at, object)| (object.id, at)).collect();
        let lines: Vec<Vec<Line>> = snapshot.objects.iter().map(rows).collect();
        let mut references = Vec::new();
        for (from, rows) in lines.iter().enumerate() {
            for (row, line) in rows.iter().enumerate() {
                if let HeapValue::Ref(id) = &line.value
                    && let Some(&to) = index.get(id)
                {
                    references.push(Reference { from, row, to, cycle: false });
                }
            }
        }
        let group = components(snapshot.objects.len(), &references);
        for reference in &mut references {
            reference.cycle = group[reference.from] == group[reference.to];
        }
        let count = snapshot.objects.len();
        let mut graph = Graph { snapshot, lines, references, names: vec![Vec::new(); count], referrers: vec![0; count], on_cycle: vec![false; count], group, marks: Marks::default(), index };
        graph.gather();
        graph
    }

    fn gather(&mut self) {
        for reference in &self.references {
            self.referrers[reference.to] += 1;
            if reference.cycle {
                self.on_cycle[reference.from] = true;
                self.on_cycle[reference.to] = true;
            }
        }
        for (number, frame) in self.snapshot.frames.iter().enumerate() {
            for name in &frame.names {
                if let Some(at) = self.object(&name.value) {
                    let shown = if number == 0 { name.name.clone() } else { format!("{}.{}", frame.title, name.name) };
                    self.names[at].push(shown);
                }
            }
        }
    }

    /// The object that a value refers to, if it is in the picture.
    pub fn object(&self, value: &HeapValue) -> Option<usize> {
        match value {
            HeapValue::Ref(id) => self.index.get(id).copied(),
            HeapValue::Inline(_) | HeapValue::Unbound => None,
        }
    }

    pub fn object_at(&self, index: usize) -> &HeapObject {
        &self.snapshot.objects[index]
    }

    /// More than one name or reference leads to it.
    pub fn is_shared(&self, index: usize) -> bool {
        self.names[index].len() + self.referrers[index] > 1
    }

    /// `list #3`.
    pub fn call(&self, index: usize) -> String {
        let object = self.object_at(index);
        format!("{} #{}", object.type_name, object.tag)
    }
}

/// The rows of an object's box: its value if it has one, a slot each, and two for a dict entry whose key is an arrow.
fn rows(object: &HeapObject) -> Vec<Line> {
    let mut out: Vec<Line> = object.value.iter().map(|value| Line { key: String::new(), value: HeapValue::Inline(value.clone()) }).collect();
    for slot in &object.slots {
        let key = match &slot.key {
            SlotKey::Index(index) => index.to_string(),
            SlotKey::Attr(name) | SlotKey::Named(name) => name.clone(),
            SlotKey::Key(HeapValue::Inline(repr)) => repr.shown(),
            SlotKey::Key(key) => {
                out.push(Line { key: "key".to_string(), value: key.clone() });
                "value".to_string()
            }
            SlotKey::Member => String::new(),
        };
        out.push(Line { key, value: slot.value.clone() });
    }
    out
}

/// Strongly connected components (Tarjan 1972, with a stack of its own): a number for each object, equal for objects on a
/// common cycle. An object that refers to itself is on a cycle with itself.
fn components(count: usize, references: &[Reference]) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for reference in references {
        next[reference.from].push(reference.to);
    }
    let mut state = Tarjan { order: vec![usize::MAX; count], low: vec![0; count], group: vec![usize::MAX; count], open: Vec::new(), clock: 0, groups: 0 };
    for root in 0..count {
        if state.order[root] == usize::MAX {
            state.walk(root, &next);
        }
    }
    state.group
}

struct Tarjan {
    order: Vec<usize>,
    low: Vec<usize>,
    group: Vec<usize>,
    open: Vec<usize>,
    clock: usize,
    groups: usize,
}

impl Tarjan {
    fn enter(&mut self, node: usize) {
        self.order[node] = self.clock;
        self.low[node] = self.clock;
        self.clock += 1;
        self.open.push(node);
    }

    fn walk(&mut self, root: usize, next: &[Vec<usize>]) {
        self.enter(root);
        let mut path = vec![(root, 0)];
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            if let Some(&to) = next[node].get(*edge) {
                *edge += 1;
                if self.order[to] == usize::MAX {
                    self.enter(to);
                    path.push((to, 0));
                } else if self.group[to] == usize::MAX {
                    self.low[node] = self.low[node].min(self.order[to]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                self.low[*parent] = self.low[*parent].min(self.low[node]);
            }
            if self.low[node] == self.order[node] {
                self.leave(node);
            }
        }
    }

    /// `node` is the first of its component: everything above it on the stack belongs to it.
    fn leave(&mut self, node: usize) {
        while let Some(member) = self.open.pop() {
            self.group[member] = self.groups;
            if member == node {
                break;
            }
        }
        self.groups += 1;
    }
}
