//! The words of `%heap`: headline, limits, outline, tables, alternative text.
use super::heap::{Graph, Line};
use super::labels::{self, and};
use crate::render::measure::{cells, fit, thousands};
use crate::render::text;
use crate::render::view::{Lang, Table};
use crate::snapshot::{Kind, Refcount};
use crate::snapshot::heap::{HeapSnapshot, HeapValue};

/// The most that a headline names one by one.
const NAMED: usize = 3;
/// Length of the alternative text, in cells.
const ALT: usize = 400;

/// What is most worth seeing: shared mutable objects first, then cycles, else the counts.
pub(super) fn headline(graph: &Graph, lang: Lang) -> String {
    let mut sentences = Vec::new();
    if let Some(sentence) = aliases(graph, lang).or_else(|| shared(graph, lang)) {
        sentences.push(sentence);
    }
    if let Some(sentence) = cycle(graph, lang) {
        sentences.push(sentence);
    }
    if sentences.is_empty() {
        sentences.push(counts(graph, lang));
    }
    sentences.join(lang.pick(" ", ""))
}

/// A container or instance that can change: sharing it is what surprises.
fn holds(graph: &Graph, index: usize) -> bool {
    let fixed = matches!(graph.object_at(index).kind, Kind::Scalar | Kind::Tuple | Kind::Function | Kind::Class | Kind::Module);
    !fixed
}

/// Two names for one object; mutable ones come first.
fn aliases(graph: &Graph, lang: Lang) -> Option<String> {
    let several = |index: &usize| graph.names[*index].len() > 1;
    let all: Vec<usize> = (0..graph.names.len()).filter(several).collect();
    let index = all.iter().copied().find(|index| holds(graph, *index)).or_else(|| all.first().copied())?;
    let names: Vec<String> = graph.names[index].iter().map(|name| format!("`{name}`")).collect();
    let (who, what) = (and(&names, lang), graph.call(index));
    let mut out = lang.pick(format!("{who} are {} names for one object, {what}.", names.len()), format!("{who} 是同一个对象 {what} 的 {} 个名字。", names.len()));
    let others = all.len() - 1;
    if others > 0 {
        out.push_str(&lang.pick(format!(" {others} more {} names.", if others == 1 { "object has several" } else { "objects have several" }), format!("另有 {others} 个对象也有多个名字。")));
    }
    Some(out)
}

/// One object held by several objects.
fn shared(graph: &Graph, lang: Lang) -> Option<String> {
    let plain = |index: &usize| graph.is_shared(*index) && !graph.on_cycle[*index] && graph.object_at(*index).kind != Kind::Scalar;
    let all: Vec<usize> = (0..graph.names.len()).filter(plain).collect();
    let index = all.iter().copied().find(|index| holds(graph, *index)).or_else(|| all.first().copied())?;
    let mut ways: Vec<String> = graph.names[index].iter().map(|name| format!("`{name}`")).collect();
    for reference in graph.references.iter().filter(|reference| reference.to == index) {
        ways.push(path(graph, reference.from, &graph.lines[reference.from][reference.row]));
    }
    let count = ways.len();
    ways.truncate(NAMED);
    let (who, what) = (and(&ways, lang), graph.call(index));
    let more = if count > NAMED { lang.pick(format!(" ({} in all)", count), format!("（共 {count} 处）")) } else { String::new() };
    Some(lang.pick(format!("{who}{more} lead to one object, {what}."), format!("{who}{more} 指向同一个对象 {what}。")))
}

/// `list #1[0]`, `Node #2.next`.
fn path(graph: &Graph, from: usize, line: &Line) -> String {
    let holder = graph.call(from);
    match graph.object_at(from).kind {
        Kind::List | Kind::Tuple | Kind::Sequence | Kind::Dict if !line.key.is_empty() => format!("{holder}[{}]", line.key),
        _ if line.key.is_empty() => holder,
        _ => format!("{holder}.{}", line.key),
    }
}

/// The cycles, one clause each: objects that reach each other belong together.
fn cycle(graph: &Graph, lang: Lang) -> Option<String> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in (0..graph.on_cycle.len()).filter(|&index| graph.on_cycle[index]) {
        match groups.iter_mut().find(|group| graph.group[group[0]] == graph.group[index]) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    let mut clauses: Vec<String> = groups.iter().take(2).map(|group| one_cycle(graph, group, lang)).collect();
    match groups.len() {
        0 => return None,
        1 | 2 => {}
        n => clauses.push(lang.pick(format!("{} more cycles", n - 2), format!("另有 {} 个环", n - 2))),
    }
    Some(format!("{}{}", clauses.join(lang.pick("; ", "；")), lang.pick(".", "。")))
}

fn one_cycle(graph: &Graph, group: &[usize], lang: Lang) -> String {
    let calls: Vec<String> = group.iter().take(NAMED).map(|&index| graph.call(index)).collect();
    match group.len() {
        1 => lang.pick(format!("{} refers to itself", calls[0]), format!("{} 引用自身", calls[0])),
        2..=NAMED => lang.pick(format!("{} form a reference cycle", and(&calls, lang)), format!("{} 构成引用环", and(&calls, lang))),
        n => lang.pick(format!("{n} objects, {} among them, form reference cycles", calls[0]), format!("{} 等 {n} 个对象构成引用环", calls[0])),
    }
}

fn counts(graph: &Graph, lang: Lang) -> String {
    let names: usize = graph.snapshot.frames.iter().map(|frame| frame.names.len()).sum();
    let objects = graph.snapshot.objects.len();
    let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let (en_names, en_objects) = (plural(names, "name", "names"), plural(objects, "object", "objects"));
    let shared = (0..objects).any(|index| graph.is_shared(index) && graph.object_at(index).kind != Kind::Scalar);
    if shared {
        lang.pick(format!("{en_names}, {en_objects}."), format!("{names} 个名字，{objects} 个对象。"))
    } else {
        lang.pick(format!("{en_names}, {en_objects}; no object is shared but plain values."), format!("{names} 个名字，{objects} 个对象；除普通值外没有共享对象。"))
    }
}

/// What the picture leaves out.
pub(super) fn limits(snapshot: &HeapSnapshot, lang: Lang) -> Vec<String> {
    let shown = snapshot.objects.len() as u64;
    let (some, all) = (thousands(shown), thousands(snapshot.total_objects));
    if snapshot.total_objects <= shown {
        return Vec::new();
    }
    vec![lang.pick(format!("Showing {some} of {all} objects."), format!("共 {all} 个对象，图中显示 {some} 个。"))]
}

/// A value as an arrow in text: `-> list #3`.
fn arrow(graph: &Graph, value: &HeapValue, lang: Lang) -> String {
    match value {
        HeapValue::Inline(repr) => repr.shown(),
        HeapValue::Unbound => format!("({})", labels::UNBOUND.get(lang)),
        HeapValue::Ref(_) => graph.object(value).map_or("-> …".to_string(), |index| format!("-> {}", graph.call(index))),
    }
}

/// What a cell did, in a sentence; empty when nothing is marked.
pub(super) fn happened(graph: &Graph, lang: Lang) -> String {
    let marks = &graph.marks;
    let called = |ids: &std::collections::BTreeSet<u64>| -> Vec<String> { (0..graph.lines.len()).filter(|i| ids.contains(&graph.object_at(*i).id)).map(|i| graph.call(i)).collect() };
    let few = |mut list: Vec<String>| {
        let rest = list.len().saturating_sub(NAMED);
        list.truncate(NAMED);
        if rest > 0 {
            list.push(lang.pick(format!("{rest} more"), format!("另外 {rest} 个")));
        }
        and(&list, lang)
    };
    let parts = [
        (called(&marks.new), lang.pick("was made", "被创建"), lang.pick("were made", "被创建")),
        (called(&marks.changed), lang.pick("changed", "改变"), lang.pick("changed", "改变")),
        (marks.died.clone(), lang.pick("died", "消亡"), lang.pick("died", "消亡")),
        (marks.lost.clone(), lang.pick("lives on out of sight", "仍存活但不在图中"), lang.pick("live on out of sight", "仍存活但不在图中")),
    ];
    let said: Vec<String> = parts.into_iter().filter(|(list, _, _)| !list.is_empty()).map(|(list, one, many)| {
        let verb = if list.len() == 1 { one } else { many };
        format!("{} {verb}", few(list))
    }).collect();
    if said.is_empty() { String::new() } else { format!("{}{}", said.join(lang.pick("; ", "；")), lang.pick(".", "。")) }
}

pub(super) fn marks(graph: &Graph, index: usize, lang: Lang) -> String {
    let mut out = Vec::new();
    let id = graph.object_at(index).id;
    if graph.marks.new.contains(&id) {
        out.push(lang.pick("new", "新").to_string());
    } else if graph.marks.changed.contains(&id) {
        out.push(lang.pick("changed", "已变").to_string());
    }
    if graph.is_shared(index) {
        out.push(format!("{} ×{}", labels::SHARED.get(lang), graph.names[index].len() + graph.referrers[index]));
    }
    if graph.on_cycle[index] {
        out.push(labels::IN_CYCLE.get(lang).to_string());
    }
    out.join(lang.pick(", ", "，"))
}

/// Frames with their names, then each object with its rows.
pub(super) fn outline(graph: &Graph, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    for frame in &graph.snapshot.frames {
        let line = frame.line.map(|line| lang.pick(format!(", line {line}"), format!(" 第 {line} 行"))).unwrap_or_default();
        out.push(format!("{} {}{line}", labels::FRAME.get(lang), frame.title));
        let rows: Vec<Vec<String>> = frame.names.iter().map(|name| vec![format!("  {}", name.name), arrow(graph, &name.value, lang)]).collect();
        out.extend(text::columns(&rows));
    }
    let heads: Vec<Vec<String>> = (0..graph.lines.len()).map(|index| head(graph, index, lang)).collect();
    for (index, head) in text::columns(&heads).into_iter().enumerate() {
        out.push(head);
        out.extend(object_rows(graph, index, lang));
    }
    out
}

fn head(graph: &Graph, index: usize, lang: Lang) -> Vec<String> {
    let object = graph.object_at(index);
    let refs = match object.refcount {
        Refcount::Counted(n) => format!("{} {n}", labels::REFS.get(lang)),
        Refcount::Immortal => labels::IMMORTAL.get(lang).to_string(),
    };
    let size = format!("{} {}", thousands(object.size), labels::BYTES.get(lang));
    let mut out = vec![format!("#{}", object.tag), object.type_name.clone(), refs, size];
    let lines = &graph.lines[index];
    // A scalar's only row is its value: it stands on the same line.
    let value = if alone(lines) { arrow(graph, &lines[0].value, lang) } else { String::new() };
    let marks = marks(graph, index, lang);
    out.push(value);
    out.push(marks);
    out
}

fn alone(lines: &[Line]) -> bool {
    lines.len() == 1 && lines[0].key.is_empty()
}

fn object_rows(graph: &Graph, index: usize, lang: Lang) -> Vec<String> {
    let object = graph.object_at(index);
    let lines = &graph.lines[index];
    if alone(lines) {
        return Vec::new();
    }
    let sequence = matches!(object.kind, Kind::List | Kind::Tuple | Kind::Sequence);
    let key = |line: &Line| if sequence && !line.key.is_empty() { format!("    [{}]", line.key) } else { format!("    {}", line.key) };
    let mut rows = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        let cycle = graph.references.iter().any(|reference| reference.cycle && (reference.from, reference.row) == (index, row));
        let mark = if cycle { format!(" ({})", labels::IN_CYCLE.get(lang)) } else { String::new() };
        rows.push(vec![key(line), format!("{}{mark}", arrow(graph, &line.value, lang))]);
    }
    let mut out = text::columns(&rows);
    if object.more_slots > 0 {
        let count = thousands(object.more_slots);
        out.push(lang.pick(format!("    … {count} more"), format!("    … 另有 {count} 个")));
    }
    out
}

/// One row per object: what the picture cannot hold.
pub(super) fn tables(graph: &Graph, lang: Lang) -> Vec<Table> {
    let columns = [labels::OBJECT, labels::IDENTITY, labels::REFCOUNT, labels::SIZE, labels::CONTENTS].map(|label| label.get(lang));
    let mut table = Table::new(labels::OBJECTS.get(lang), &columns).numbers(&[1, 2, 3]).html_only();
    for index in 0..graph.lines.len() {
        let object = graph.object_at(index);
        table.rows.push(vec![
            graph.call(index),
            object.id.to_string(),
            labels::refcount(object.refcount, lang),
            thousands(object.size),
            contents(graph, index),
        ]);
    }
    vec![table]
}

/// `0: #2, 1: 'x'`, bounded.
fn contents(graph: &Graph, index: usize) -> String {
    let show = |line: &Line| {
        let value = match graph.object(&line.value) {
            Some(to) => format!("#{}", graph.object_at(to).tag),
            None => match &line.value {
                HeapValue::Inline(repr) => repr.shown(),
                HeapValue::Ref(_) | HeapValue::Unbound => "…".to_string(),
            },
        };
        if line.key.is_empty() { value } else { format!("{}: {value}", line.key) }
    };
    let all: Vec<String> = graph.lines[index].iter().map(show).collect();
    fit(&all.join(", "), 48)
}

/// The picture in words: each name, then each object with what it refers to.
pub(super) fn alt(graph: &Graph, lang: Lang) -> String {
    let mut out = headline(graph, lang);
    let mut parts = Vec::new();
    for frame in &graph.snapshot.frames {
        let names: Vec<String> = frame.names.iter().map(|name| format!("{} {}", name.name, arrow(graph, &name.value, lang))).collect();
        parts.push(format!("{} {}: {}", labels::FRAME.get(lang), frame.title, names.join(", ")));
    }
    for index in 0..graph.lines.len() {
        parts.push(format!("{}: {}", graph.call(index), contents(graph, index)));
    }
    for part in parts {
        if cells(&out) + cells(&part) > ALT {
            out.push_str(" …");
            break;
        }
        out.push(' ');
        out.push_str(&part);
        out.push(';');
    }
    out
}
