//! The strip of `%gc collect`: the same few objects after each of the collector's phases.
use super::kit::board::{Board, Node, Wire};
use super::kit::boxes::{Body, NodeBox, Row, draw_boxes};
use super::kit::role_of;
use crate::render::measure::{fit, pixels, wrap};
use crate::render::scene::{Paint, Role, Scene, Size, Stroke, Text};
use crate::render::theme::MARGIN;
use crate::render::view::Lang;
use crate::snapshot::memory::{GcObject, GcPhases};

/// Objects drawn: of those that are unreachable, of those that stay.
const DEAD: usize = 6;
const STAY: usize = 3;
/// All four stand side by side up to this width.
const WIDTH: i32 = 960;
const GAP: i32 = 26;
/// Cells of a box's title.
const TITLE: usize = 20;
const LINE: i32 = 18;

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Copy,
    Subtract,
    Reach,
    Rest,
}
const PHASES: [Phase; 4] = [Phase::Copy, Phase::Subtract, Phase::Reach, Phase::Rest];

impl Phase {
    fn title(self, lang: Lang) -> &'static str {
        match self {
            Phase::Copy => lang.pick("1. The counts are copied", "1. 复制引用计数"),
            Phase::Subtract => lang.pick("2. Each reference between tracked objects is taken off", "2. 减去被跟踪对象之间的引用"),
            Phase::Reach => lang.pick("3. Reachable: above zero, and all that those lead to", "3. 可达：仍大于零者及其引到的对象"),
            Phase::Rest => lang.pick("4. Unreachable: the rest", "4. 不可达：其余对象"),
        }
    }
    fn role(self, o: &GcObject) -> Role {
        match self {
            Phase::Copy | Phase::Subtract => role_of(o.kind),
            Phase::Reach if o.unreachable => Role::Idle,
            Phase::Rest if !o.unreachable => Role::Idle,
            Phase::Reach => Role::Good,
            Phase::Rest => Role::Bad,
        }
    }
    fn words(self, o: &GcObject, saved: bool, lang: Lang) -> String {
        let left = o.count.saturating_sub(o.internal);
        match self {
            Phase::Copy => lang.pick(format!("count {}", o.count), format!("计数 {}", o.count)),
            Phase::Subtract => format!("{} − {} = {left}", o.count, o.internal),
            Phase::Reach if o.unreachable => lang.pick("0, not reached".to_owned(), "0，未到达".to_owned()),
            Phase::Reach if left == 0 => lang.pick("✓ 0, but reached".to_owned(), "✓ 0，但可达".to_owned()),
            Phase::Reach => lang.pick(format!("✓ {left} from outside"), format!("✓ 外部 {left} 处")),
            Phase::Rest if !o.unreachable => lang.pick("stays", "保留").to_owned(),
            Phase::Rest if saved => lang.pick("✗ to gc.garbage", "✗ 放入 gc.garbage").to_owned(),
            Phase::Rest if o.finalizer => lang.pick("✗ __del__ runs first", "✗ 先运行 __del__").to_owned(),
            Phase::Rest => lang.pick("✗ freed", "✗ 释放").to_owned(),
        }
    }
    fn stroke(self, from: &GcObject) -> Stroke {
        match self {
            Phase::Subtract => Stroke::new(Paint::Edge(Role::Accent)).dashed(),
            Phase::Reach if !from.unreachable => Stroke::strong(Paint::Edge(Role::Good)),
            Phase::Rest if from.unreachable => Stroke::new(Paint::Edge(Role::Bad)).dashed(),
            _ => Stroke::new(Paint::Line),
        }
    }
}

/// The four pictures; None when there is nothing to draw.
pub(super) fn strip(p: &GcPhases, lang: Lang) -> Option<Scene> {
    let own = p.objects.iter().any(|o| o.own && o.unreachable);
    let is_shown = move |o: &GcObject, dead: bool| o.unreachable == dead && (o.own || !dead || !own);
    let of = |dead: bool, most: usize| p.objects.iter().enumerate().filter(move |(_, o)| is_shown(o, dead)).map(|(i, _)| i).take(most);
    let shown: Vec<usize> = of(true, DEAD).chain(of(false, STAY)).collect();
    if shown.is_empty() {
        return None;
    }
    let panels: Vec<Scene> = PHASES.iter().map(|phase| panel(p, &shown, *phase, lang)).collect();
    let w = panels.iter().map(|s| s.width).max().unwrap_or(0);
    let h = panels.iter().map(|s| s.height).max().unwrap_or(0);
    let per_line = if 4 * w + 3 * GAP <= WIDTH { 4 } else { 2 };
    let mut out = Scene::default();
    for (index, scene) in panels.into_iter().enumerate() {
        let (column, line) = ((index % per_line) as i32, (index / per_line) as i32);
        let (x, y) = (MARGIN + column * (w + GAP), MARGIN + line * (h + GAP));
        let right = x + scene.width;
        out.items.extend(scene.moved(x, y).items);
        (out.width, out.height) = (out.width.max(right + MARGIN), y + h + MARGIN);
    }
    let left = p.objects.len() - shown.len() + p.more as usize;
    if left > 0 {
        let words = lang.pick(format!("Drawn are {} objects; references from those that are not drawn are counted too.", shown.len()), format!("只画出 {} 个对象；未画出者的引用也计入。", shown.len()));
        out.width = out.width.max(MARGIN * 2 + pixels(&words, Size::Small));
        out.text(Text::new(MARGIN, out.height + 4, words).small().paint(Paint::Muted));
        out.height += 8 + MARGIN;
    }
    Some(out)
}

/// One phase: its title and the objects, without a margin.
fn panel(p: &GcPhases, shown: &[usize], phase: Phase, lang: Lang) -> Scene {
    let object = |at: usize| &p.objects[shown[at]];
    // Titles as wide as the widest words of any phase, so that the four pictures have one layout.
    let widest = |o: &GcObject| PHASES.iter().map(|ph| ph.words(o, p.saved, lang)).max_by_key(|t| pixels(t, Size::Body)).unwrap_or_default();
    let boxed = |o: &GcObject, text: String| NodeBox {
        role: phase.role(o),
        title: fit(&o.text, TITLE),
        tag: String::new(),
        body: Body::Rows(vec![Row::text("", text)]),
        tab: None,
        tab_role: Role::Idle,
        strong: phase == Phase::Reach && o.count > o.internal || phase == Phase::Rest && o.unreachable,
    };
    let boxes: Vec<NodeBox> = (0..shown.len()).map(|at| boxed(object(at), phase.words(object(at), p.saved, lang))).collect();
    let columns = columns(p, shown);
    let mut board = Board::default();
    for at in 0..shown.len() {
        let (w, h) = boxed(object(at), widest(object(at))).size();
        board.nodes.push(Node { column: columns[at], w, h, head_room: 0, wish: None, x: 0, y: 0 });
    }
    for (from, to) in edges(p, shown) {
        board.wires.push(Wire { from, port: NodeBox::port(0), to, stroke: phase.stroke(object(from)) });
    }
    let lines: Vec<String> = wrap(phase.title(lang), 34);
    board.arrange(0, 2 * LINE + 8);
    let mut scene = Scene::default();
    for (i, line) in lines.iter().enumerate() {
        scene.text(Text::new(0, 12 + LINE * i as i32, line.clone()).bold());
    }
    board.draw_wires(&mut scene);
    let placed: Vec<(&NodeBox, i32, i32, i32)> = boxes.iter().zip(&board.nodes).map(|(each, node)| (each, node.x, node.y, node.w)).collect();
    draw_boxes(&mut scene, &placed);
    scene.width = lines.iter().map(|l| pixels(l, Size::Body)).max().unwrap_or(0).max(board.width);
    scene.height = board.height;
    scene
}

/// References between the objects drawn, each pair once.
fn edges(p: &GcPhases, shown: &[usize]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (from, index) in shown.iter().enumerate() {
        for to in &p.objects[*index].refers {
            if let Some(to) = shown.iter().position(|x| x == to)
                && !out.contains(&(from, to))
            {
                out.push((from, to));
            }
        }
    }
    out
}

/// What a drawn object of the left column leads to stands on the right.
fn columns(p: &GcPhases, shown: &[usize]) -> Vec<usize> {
    let mut column: Vec<Option<usize>> = vec![None; shown.len()];
    let edges = edges(p, shown);
    for at in 0..shown.len() {
        if column[at].is_none() {
            column[at] = Some(0);
        }
        let next = 1 - column[at].unwrap_or(0);
        for (_, to) in edges.iter().filter(|(from, to)| *from == at && *to != at) {
            column[*to].get_or_insert(next);
        }
    }
    column.into_iter().map(|c| c.unwrap_or(0)).collect()
}
