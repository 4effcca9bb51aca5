//! The picture of `%heap`.
use super::heap::{Graph, Line, Places, Reference};
use super::kit::board::{Board, Node, Wire};
use super::kit::boxes::{Body, Cell, NOTE, NodeBox, Row, draw_boxes, draw_note, draw_ports, note_width};
use super::kit::role_of;
use super::labels;
use crate::render::measure::{pixels, thousands};
use crate::render::scene::{Corners, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::{GRID, MARGIN, RADIUS, ROW};
use crate::render::view::Lang;
use crate::snapshot::heap::{HeapFrame, HeapObject, HeapValue};
use crate::snapshot::{Kind, Refcount};
use std::collections::VecDeque;

/// Objects farther from the names than this share the last column.
const COLUMNS: usize = 5;
/// From one note's top to the next's: wires leave at multiples of the grid.
const NOTE_STEP: i32 = 3 * GRID;

/// Draws the whole picture and remembers where each object stands.
pub(super) fn draw(graph: &Graph, lang: Lang, places: &mut Places) -> Scene {
    let boxes: Vec<NodeBox> = (0..graph.snapshot.objects.len()).map(|index| object_box(graph, index, lang)).collect();
    let columns = columns(graph, places);
    let mut board = Board::default();
    for frame in &graph.snapshot.frames {
        let (w, h) = frame_size(frame, lang);
        board.nodes.push(Node { column: 0, w, h, head_room: 0, wish: None, x: 0, y: 0 });
    }
    let first = board.nodes.len();
    for (index, each) in boxes.iter().enumerate() {
        let wish = places.0.get(&graph.object_at(index).id).map(|(_, y)| *y);
        let (w, h) = each.size();
        board.nodes.push(Node { column: columns[index], w, h, head_room: each.head_room(), wish, x: 0, y: 0 });
    }
    add_wires(&mut board, graph, first);
    board.arrange(MARGIN, MARGIN);
    for (index, object) in graph.snapshot.objects.iter().enumerate() {
        places.0.insert(object.id, (columns[index], board.nodes[first + index].y));
    }
    let mut scene = Scene::default();
    paint(&mut scene, graph, &board, &boxes, lang);
    let (right, bottom) = (board.width, board.height);
    super::close(scene, right, bottom)
}

/// Wires first, so that boxes keep their borders; then boxes; then the dots where the wires begin.
fn paint(scene: &mut Scene, graph: &Graph, board: &Board, boxes: &[NodeBox], lang: Lang) {
    let first = graph.snapshot.frames.len();
    board.draw_wires(scene);
    for (frame, node) in graph.snapshot.frames.iter().zip(&board.nodes) {
        draw_frame(scene, frame, Rect::new(node.x, node.y, node.w, node.h), lang);
    }
    let placed: Vec<(&NodeBox, i32, i32, i32)> = boxes.iter().zip(&board.nodes[first..]).map(|(each, node)| (each, node.x, node.y, node.w)).collect();
    draw_boxes(scene, &placed);
    for cycle in [false, true] {
        let these = graph.references.iter().filter(|reference| reference.cycle == cycle);
        let port = |reference: &Reference| {
            let node = &board.nodes[first + reference.from];
            (node.x + node.w, node.y + NodeBox::port(reference.row))
        };
        draw_ports(scene, &these.map(port).collect::<Vec<_>>(), reference_stroke(cycle));
    }
}

fn reference_stroke(cycle: bool) -> Stroke {
    if cycle { Stroke::new(Paint::Edge(Role::Accent)).dashed() } else { Stroke::new(Paint::Line) }
}

/// The column of each object: its distance from the names, unless an earlier picture had it elsewhere.
fn columns(graph: &Graph, places: &Places) -> Vec<usize> {
    let count = graph.snapshot.objects.len();
    let mut depth = vec![usize::MAX; count];
    let mut queue = VecDeque::new();
    let names = graph.snapshot.frames.iter().flat_map(|frame| &frame.names);
    for root in names.filter_map(|name| graph.object(&name.value)) {
        if depth[root] == usize::MAX {
            depth[root] = 1;
            queue.push_back(root);
        }
    }
    while let Some(at) = queue.pop_front() {
        for reference in graph.references.iter().filter(|reference| reference.from == at) {
            if depth[reference.to] == usize::MAX {
                depth[reference.to] = depth[at] + 1;
                queue.push_back(reference.to);
            }
        }
    }
    let known = |index: usize| places.0.get(&graph.object_at(index).id).map(|(column, _)| *column);
    let found = |index: usize| if depth[index] == usize::MAX { 1 } else { depth[index].min(COLUMNS) };
    (0..count).map(|index| known(index).unwrap_or_else(|| found(index))).collect()
}

fn add_wires(board: &mut Board, graph: &Graph, first: usize) {
    for (number, frame) in graph.snapshot.frames.iter().enumerate() {
        for (row, name) in frame.names.iter().enumerate() {
            if let Some(to) = graph.object(&name.value) {
                let stroke = Stroke::new(Paint::Line);
                board.wires.push(Wire { from: number, port: note_port(row), to: first + to, stroke });
            }
        }
    }
    for reference in &graph.references {
        let stroke = reference_stroke(reference.cycle);
        let (from, to) = (first + reference.from, first + reference.to);
        board.wires.push(Wire { from, port: NodeBox::port(reference.row), to, stroke });
    }
}

/// From a frame's top to the middle of a note, where its wire begins.
fn note_port(row: usize) -> i32 {
    NOTE_STEP + NOTE_STEP * row as i32
}

/// What a note says: the name, and the value where it is written in place of an arrow.
fn note_text(name: &str, value: &HeapValue, lang: Lang) -> String {
    match value {
        HeapValue::Ref(_) => name.to_string(),
        HeapValue::Inline(repr) => format!("{name} = {}", repr.shown()),
        HeapValue::Unbound => format!("{name} ({})", labels::UNBOUND.get(lang)),
    }
}

fn frame_title(frame: &HeapFrame, lang: Lang) -> String {
    match (frame.line, lang) {
        (None, _) => frame.title.clone(),
        (Some(line), Lang::En) => format!("{}, line {line}", frame.title),
        (Some(line), Lang::Zh) => format!("{} 第 {line} 行", frame.title),
    }
}

fn frame_size(frame: &HeapFrame, lang: Lang) -> (i32, i32) {
    let title = pixels(&frame_title(frame, lang), Size::Small) + 24;
    let notes = frame.names.iter().map(|name| note_width(&note_text(&name.name, &name.value, lang)) + 28).max().unwrap_or(0);
    (title.max(notes).max(110), ROW + NOTE_STEP * frame.names.len() as i32)
}

fn draw_frame(scene: &mut Scene, frame: &HeapFrame, rect: Rect, lang: Lang) {
    scene.shape(rect, Corners::All(RADIUS), Paint::Tint(Role::Idle), Stroke::thin(Paint::Edge(Role::Idle)));
    scene.text(Text::new(rect.x + 10, rect.y + 16, frame_title(frame, lang)).small().bold().paint(Paint::Muted));
    for (row, name) in frame.names.iter().enumerate() {
        let text = note_text(&name.name, &name.value, lang);
        let y = rect.y + note_port(row) - NOTE / 2;
        let x = rect.right() - 12 - note_width(&text);
        let note = draw_note(scene, x, y, &text);
        if matches!(name.value, HeapValue::Ref(_)) {
            scene.rule((note.right(), note.mid_y()), (rect.right(), note.mid_y()), Stroke::new(Paint::Line));
        }
    }
}

fn tag(object: &HeapObject, lang: Lang) -> String {
    match object.refcount {
        Refcount::Counted(n) => lang.pick(format!("#{} · refs {n}", object.tag), format!("#{} · {n} 引用", object.tag)),
        Refcount::Immortal => format!("#{} · {}", object.tag, labels::IMMORTAL.get(lang)),
    }
}

fn object_box(graph: &Graph, index: usize, lang: Lang) -> NodeBox {
    let object = graph.object_at(index);
    let (shared, cycle) = (graph.is_shared(index), graph.on_cycle[index]);
    let mut tabs = Vec::new();
    if shared {
        let ways = graph.names[index].len() + graph.referrers[index];
        tabs.push(lang.pick(format!("shared ×{ways}"), format!("{ways} 处共享")));
    }
    if cycle {
        tabs.push(labels::IN_CYCLE.get(lang).to_string());
    }
    let id = object.id;
    if graph.marks.new.contains(&id) {
        tabs.push(format!("+ {}", lang.pick("new", "新")));
    } else if graph.marks.changed.contains(&id) {
        tabs.push(format!("Δ {}", lang.pick("changed", "已变")));
    }
    NodeBox {
        role: role_of(object.kind),
        title: title(object),
        tag: tag(object, lang),
        body: body(graph, index, lang),
        tab: (!tabs.is_empty()).then(|| tabs.join(lang.pick(", ", "，"))),
        tab_role: if cycle { Role::Accent } else { role_of(object.kind) },
        strong: shared,
    }
}

/// The type's name; with the length for what has one and is not shown whole.
fn title(object: &HeapObject) -> String {
    match object.len {
        Some(len) if object.kind != Kind::Scalar => format!("{} [{}]", object.type_name, thousands(len)),
        _ => object.type_name.clone(),
    }
}

fn rest(object: &HeapObject, lang: Lang) -> Option<String> {
    let count = thousands(object.more_slots);
    (object.more_slots > 0).then(|| lang.pick(format!("… {count} more"), format!("… 另有 {count} 个")))
}

fn body(graph: &Graph, index: usize, lang: Lang) -> Body {
    let object = graph.object_at(index);
    let lines = &graph.lines[index];
    let sequence = matches!(object.kind, Kind::List | Kind::Tuple | Kind::Sequence | Kind::Set);
    let inline = |line: &Line| matches!(line.value, HeapValue::Inline(_));
    if sequence && object.value.is_none() && !lines.is_empty() && lines.iter().all(inline) {
        let cells = lines.iter().map(|line| (line.key.clone(), value_text(&line.value))).collect();
        return Body::Strip(cells, rest(object, lang));
    }
    let mut rows = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        let cycle = || graph.references.iter().any(|reference| (reference.from, reference.row) == (index, row) && reference.cycle);
        let value = match &line.value {
            HeapValue::Inline(repr) => Cell::Text(repr.shown()),
            HeapValue::Unbound => Cell::Words(labels::UNBOUND.get(lang).to_string()),
            HeapValue::Ref(_) if graph.object(&line.value).is_some() => Cell::Port { cycle: cycle() },
            HeapValue::Ref(_) => Cell::Words("…".to_string()),
        };
        rows.push(Row { key: line.key.clone(), value });
    }
    if lines.is_empty() && object.more_slots == 0 && object.len == Some(0) {
        rows.push(Row { key: String::new(), value: Cell::Words(labels::EMPTY.get(lang).to_string()) });
    }
    if let Some(words) = rest(object, lang) {
        rows.push(Row { key: String::new(), value: Cell::Words(words) });
    }
    Body::Rows(rows)
}

fn value_text(value: &HeapValue) -> String {
    match value {
        HeapValue::Inline(repr) => repr.shown(),
        HeapValue::Ref(_) | HeapValue::Unbound => String::new(),
    }
}

/// Pictures one below the other, each under a word.
pub(super) fn stacked(parts: &[(&str, Scene)]) -> Scene {
    const WORD: i32 = 24;
    let mut out = Scene::default();
    for (word, scene) in parts {
        let top = out.height;
        out.text(Text::new(MARGIN, top + WORD, *word).bold().paint(Paint::Muted));
        if scene.items.is_empty() {
            out.text(Text::new(MARGIN + 80, top + WORD, "—").paint(Paint::Muted));
            out.height = top + WORD + 8;
            continue;
        }
        let lowered = scene.clone().lowered(top + WORD);
        out.items.extend(lowered.items);
        out.width = out.width.max(scene.width);
        out.height = top + WORD + scene.height;
    }
    out
}
