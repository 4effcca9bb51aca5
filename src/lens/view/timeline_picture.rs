//! The picture of `%%timeline`: a row for each lane, boxes for its states over time, rows for locks, arrows for messages.
//!
//! Time runs to the right. Where there are few states every one gets room (a nanosecond and a second then differ by their
//! labels, not by their widths); where there are many the axis is to scale and what is too short is folded.
use super::timeline::time;
use crate::render::measure::{fit, pixels};
use crate::render::scene::{Corners, Dash, Head, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::MARGIN;
use crate::render::view::Lang;
use crate::snapshot::timeline::*;

/// Height of a lane's row, and of its box.
const ROW: i32 = 34;
const BOX: i32 = 24;
/// Lanes and lock rows that are drawn.
const MOST_LANES: usize = 40;
const MOST_THINGS: usize = 12;
const MOST_ARROWS: usize = 60;
/// With more times than this the axis is to scale.
const MOST_TIMES: usize = 120;
/// With more times of holding a lock (or turns of a loop) than this, those too narrow for a box are lines.
const MOST_HELD: usize = 400;
/// Width of the axis in either mode.
const WIDTH: i32 = 860;
/// A state narrower than this is not drawn by itself.
const NARROW: i32 = 2;

/// From a time to its place.
struct Axis {
    left: i32,
    /// Times and their places; between two it is linear.
    stops: Vec<(u64, i32)>,
    to_scale: bool,
}

impl Axis {
    fn new(s: &TimelineSnapshot, left: i32) -> Axis {
        let mut times: Vec<u64> = vec![s.from, s.to];
        times.extend(s.lanes.iter().take(MOST_LANES).flat_map(|l| &l.segments).flat_map(|x| [x.from, x.to]));
        times.sort_unstable();
        times.dedup();
        if times.len() > MOST_TIMES || times.len() < 3 {
            return Axis { left, stops: vec![(s.from, left), (s.to.max(s.from + 1), left + WIDTH)], to_scale: true };
        }
        let weight = |ns: u64| 1.0 + 1.6 * (1.0 + ns as f64 / 2_000.0).log10();
        let sum: f64 = times.windows(2).map(|w| weight(w[1] - w[0])).sum();
        let width = f64::from(WIDTH).min(sum * 26.0).max(420.0);
        let mut stops = vec![(times[0], left)];
        let mut at = 0.0;
        for w in times.windows(2) {
            at += weight(w[1] - w[0]);
            stops.push((w[1], left + (at * width / sum).round() as i32));
        }
        Axis { left, stops, to_scale: false }
    }
    fn x(&self, t: u64) -> i32 {
        let at = self.stops.partition_point(|s| s.0 < t).clamp(1, self.stops.len() - 1);
        let ((t0, x0), (t1, x1)) = (self.stops[at - 1], self.stops[at]);
        let part = (t.clamp(t0, t1) - t0) as i128 * i128::from(x1 - x0) / (t1 - t0).max(1) as i128;
        x0 + part as i32
    }
    fn right(&self) -> i32 {
        self.stops.last().map_or(self.left, |s| s.1)
    }
}

/// The picture, and how many states were too narrow to draw.
pub fn draw(s: &TimelineSnapshot, lang: Lang) -> (Scene, u64) {
    let mut scene = Scene::default();
    let names = s.lanes.iter().take(MOST_LANES).map(|l| &l.name).chain(s.things.iter().take(MOST_THINGS).map(|t| &t.name));
    let widest = names.map(|n| pixels(&fit(n, 24), Size::Body)).max().unwrap_or(60).max(if s.turns.is_empty() { 0 } else { 130 });
    let axis = Axis::new(s, MARGIN + widest + 14);
    let mut y = MARGIN + 20;
    let lanes = s.lanes.len().min(MOST_LANES);
    let things = s.things.len().min(MOST_THINGS);
    let rest_lanes = rest(s.lanes.len() - lanes, if s.lanes.iter().any(|l| l.task.is_some()) { lang.pick("more threads and tasks", "个线程和任务未画出") } else { lang.pick("more threads", "个线程未画出") });
    let rows = lanes + things + usize::from(!s.turns.is_empty());
    let bottom = y + ROW * rows as i32 + if things > 0 { 26 } else { 0 } + if rest_lanes.is_some() { 20 } else { 0 };
    let labelled = ticks(&mut scene, s, &axis, y, bottom);
    let mut folded = 0;
    for lane in s.lanes.iter().take(lanes) {
        name(&mut scene, y, &lane.name, lane.ended);
        folded += draw_lane(&mut scene, &axis, y, lane, lang);
        if let Some(end) = &lane.task {
            draw_end(&mut scene, &axis, y, lane, end, lang);
        }
        y += ROW;
    }
    let first_row = MARGIN + 20;
    arrows(&mut scene, s, &axis, first_row, lanes);
    if let Some(text) = rest_lanes {
        scene.text(Text::new(MARGIN, y + 12, text).small().paint(Paint::Muted));
        y += 20;
    }
    if !s.turns.is_empty() {
        name(&mut scene, y, lang.pick("turns of the loop", "循环的圈"), false);
        draw_turns(&mut scene, &axis, y, &s.turns);
        y += ROW;
    }
    if things > 0 {
        scene.text(Text::new(MARGIN, y + 18, lang.pick("who holds", "谁持有")).small().paint(Paint::Muted));
        y += 26;
        for thing in s.things.iter().take(things) {
            name(&mut scene, y, &thing.name, false);
            draw_thing(&mut scene, &axis, y, thing, s);
            y += ROW;
        }
    }
    let right = legend(&mut scene, y + 10, lang, &axis, s);
    scene.width = axis.right().max(right).max(labelled) + MARGIN;
    scene.height = y + 34 + MARGIN;
    (scene, folded)
}

fn rest(n: usize, words: &str) -> Option<String> {
    (n > 0).then(|| format!("… {n} {words}"))
}

fn name(scene: &mut Scene, y: i32, text: &str, ended: bool) {
    let paint = if ended { Paint::Muted } else { Paint::Ink };
    scene.text(Text::new(MARGIN, y + 17, fit(text, 24)).paint(paint));
}

/// Vertical hairlines with their times, as many as have room; gives the right edge of the last one's words.
fn ticks(scene: &mut Scene, s: &TimelineSnapshot, axis: &Axis, top: i32, bottom: i32) -> i32 {
    let times: Vec<u64> = if axis.to_scale {
        (0..=8).map(|i| s.from + (s.to - s.from) / 8 * i).collect()
    } else {
        axis.stops.iter().map(|s| s.0).collect()
    };
    const APART: i32 = 12;
    let mut free = i32::MIN;
    let mut hairs = Vec::new();
    for t in times {
        let x = axis.x(t);
        let label = time(t);
        if x < free {
            continue;
        }
        hairs.push(vec![(x, top - 4), (x, bottom)]);
        scene.text(Text::new(x, top - 10, label.clone()).small().paint(Paint::Muted));
        free = x + pixels(&label, Size::Small) + APART;
    }
    scene.rules(hairs, Stroke::thin(Paint::Hair));
    free.saturating_sub(APART)
}

fn draw_lane(scene: &mut Scene, axis: &Axis, y: i32, lane: &TimelineLane, lang: Lang) -> u64 {
    let (mut folded, mut hairs) = (0, Vec::new());
    let mut last: Option<(i32, i32, LaneState)> = None;
    for x in &lane.segments {
        let (from, to) = (axis.x(x.from), axis.x(x.to));
        if to - from < NARROW && axis.to_scale {
            folded += 1;
            // Running is what must not vanish: a hairline for each column that it falls into.
            if x.state == LaneState::Runs && last.is_none_or(|l| l.1 < from) {
                hairs.push(vec![(from, y), (from, y + BOX)]);
                last = Some((from, from, x.state));
            }
            continue;
        }
        let ready = (lane.task.is_some() && x.state == LaneState::Ready).then(|| TimelineSegment { label: lang.pick("ready", "就绪").to_owned(), ..x.clone() });
        draw_state(scene, Rect::new(from, y, (to - from).max(2), BOX), ready.as_ref().unwrap_or(x), lang);
        last = Some((from, to, x.state));
    }
    scene.rules(hairs, Stroke::new(Paint::Edge(Role::Good)));
    folded
}

/// How a task ended, right of its last state: a sign that needs no colour.
fn draw_end(scene: &mut Scene, axis: &Axis, y: i32, lane: &TimelineLane, end: &TaskEnd, lang: Lang) {
    let (word, role) = match end {
        TaskEnd::Pending => return,
        TaskEnd::Finished(_) => (lang.pick("✓ done", "✓ 完成"), Role::Good),
        TaskEnd::Failed(_) => (lang.pick("✗ failed", "✗ 失败"), Role::Bad),
        TaskEnd::Cancelled => (lang.pick("✗ cancelled", "✗ 取消"), Role::Idle),
    };
    let Some(at) = lane.segments.last().map(|x| axis.x(x.to)) else { return };
    let wide = pixels(word, Size::Small) + 6;
    // Where there is no room behind it, the lane's box says enough; the table has the word.
    if at + wide <= axis.right() {
        scene.text(Text::new(at + 5, y + 16, word).small().paint(Paint::On(role)));
    } else {
        scene.rule((at, y), (at, y + BOX), Stroke::strong(Paint::Edge(role)));
    }
}

/// What is too narrow for a box of its own: what falls into one column is one line.
struct Columns {
    last: i32,
    lines: Vec<Vec<(i32, i32)>>,
}

impl Columns {
    fn new() -> Columns {
        Columns { last: i32::MIN, lines: Vec::new() }
    }
    fn add(&mut self, x: i32, (top, bottom): (i32, i32)) {
        if x > self.last {
            self.lines.push(vec![(x, top), (x, bottom)]);
            self.last = x + 1;
        }
    }
}

/// Turns of event loops: each a box from where its callbacks run, behind a dashed line for the wait before them.
fn draw_turns(scene: &mut Scene, axis: &Axis, y: i32, turns: &[TimelineTurn]) {
    let mid = y + BOX / 2;
    scene.rule((axis.left, mid), (axis.right(), mid), Stroke::thin(Paint::Hair));
    let mut narrow = Columns::new();
    for t in turns {
        let (from, ran, to) = (axis.x(t.from), axis.x(t.ran), axis.x(t.to));
        if ran - from > 6 {
            scene.rule((from, mid), (ran, mid), Stroke { dash: Dash::Dashed, ..Stroke::new(Paint::Edge(Role::Scalar)) });
        }
        if to - ran < 4 && (axis.to_scale || turns.len() > MOST_HELD) {
            narrow.add(ran, (y + 4, y + BOX - 4));
            continue;
        }
        let rect = Rect::new(ran, y + 4, (to - ran).max(2), BOX - 8);
        scene.shape(rect, Corners::All(2), Paint::Tint(Role::Sequence), Stroke::thin(Paint::Edge(Role::Sequence)));
        let number = t.number.to_string();
        if pixels(&number, Size::Small) + 4 <= rect.w {
            scene.text(Text::new(rect.mid_x(), y + 16, number).small().middle());
        }
        narrow.last = to.max(ran + 2);
    }
    scene.rules(narrow.lines, Stroke::thin(Paint::Edge(Role::Sequence)));
}

fn draw_state(scene: &mut Scene, rect: Rect, x: &TimelineSegment, lang: Lang) {
    let mid = rect.mid_y();
    let (words, paint) = match x.state {
        LaneState::Runs => {
            scene.shape(rect, Corners::All(3), Paint::Tint(Role::Good), Stroke::new(Paint::Edge(Role::Good)));
            (lang.pick("runs", "运行").to_owned(), Paint::On(Role::Good))
        }
        LaneState::Ready => {
            let inner = Rect::new(rect.x, rect.y + 5, rect.w, rect.h - 10);
            scene.shape(inner, Corners::All(2), Paint::Card, Stroke::new(Paint::Edge(Role::Accent)).dashed());
            (if x.label.is_empty() { lang.pick("waits for GIL", "等 GIL").to_owned() } else { x.label.clone() }, Paint::On(Role::Accent))
        }
        LaneState::Blocked => {
            let inner = Rect::new(rect.x, rect.y + 3, rect.w, rect.h - 6);
            scene.shape(inner, Corners::All(2), Paint::Tint(Role::Bad), Stroke::new(Paint::Edge(Role::Bad)));
            (x.label.clone(), Paint::On(Role::Bad))
        }
        LaneState::Io => {
            scene.rule((rect.x, mid), (rect.right(), mid), Stroke { dash: Dash::Dashed, ..Stroke::strong(Paint::Edge(Role::Scalar)) });
            ("I/O".to_owned(), Paint::On(Role::Scalar))
        }
        LaneState::Asleep => {
            scene.rule((rect.x, mid), (rect.right(), mid), Stroke::new(Paint::Edge(Role::Idle)).dotted());
            (lang.pick("asleep", "睡眠").to_owned(), Paint::Muted)
        }
        LaneState::Joins => {
            scene.rule((rect.x, mid), (rect.right(), mid), Stroke::thin(Paint::Edge(Role::Idle)));
            (lang.pick(format!("joins {}", x.label), format!("等 {} 结束", x.label)), Paint::Muted)
        }
    };
    label(scene, rect, &words, paint, matches!(x.state, LaneState::Io | LaneState::Asleep | LaneState::Joins));
}

/// A state's words, if there is room: in the box, or above the line.
fn label(scene: &mut Scene, rect: Rect, words: &str, paint: Paint, above: bool) {
    let room = ((rect.w - 6) / 7).max(0) as usize;
    let text = if pixels(words, Size::Small) <= rect.w - 6 { words.to_owned() } else if room >= 4 { fit(words, room) } else { return };
    if pixels(&text, Size::Small) > rect.w - 4 {
        return;
    }
    let y = if above { rect.y + 9 } else { rect.y + 16 };
    scene.text(Text::new(rect.mid_x(), y, text).small().middle().paint(paint));
}

fn draw_thing(scene: &mut Scene, axis: &Axis, y: i32, thing: &TimelineThing, s: &TimelineSnapshot) {
    let mid = y + BOX / 2;
    scene.rule((axis.left, mid), (axis.right(), mid), Stroke::thin(Paint::Hair));
    let mut narrow = Columns::new();
    for (from, to, lane) in &thing.held {
        let (a, b) = (axis.x(*from), axis.x(*to));
        if b - a < NARROW && (axis.to_scale || thing.held.len() > MOST_HELD) {
            narrow.add(a, (y + 2, y + BOX - 2));
            continue;
        }
        let rect = Rect::new(a, y + 2, (b - a).max(2), BOX - 4);
        scene.shape(rect, Corners::All(2), Paint::Tint(Role::Note), Stroke::new(Paint::Edge(Role::Note)));
        let who = s.lanes.get(*lane).map_or("", |l| l.name.as_str());
        label(scene, Rect::new(rect.x, y, rect.w, BOX), who, Paint::Ink, false);
    }
    scene.rules(narrow.lines, Stroke::new(Paint::Edge(Role::Note)));
}

fn arrows(scene: &mut Scene, s: &TimelineSnapshot, axis: &Axis, top: i32, lanes: usize) {
    let row = |lane: usize| top + ROW * lane as i32;
    let all: Vec<&TimelineArrow> = s.arrows.iter().filter(|a| a.from.0 < lanes && a.to.0 < lanes && a.from.0 != a.to.0).collect();
    if all.len() > MOST_ARROWS {
        return;
    }
    // Where labels stand already: one on another would say nothing.
    let mut labels: Vec<(i32, i32)> = Vec::new();
    for a in all {
        let (x0, x1) = (axis.x(a.from.1), axis.x(a.to.1));
        let down = a.to.0 > a.from.0;
        let (y0, y1) = if down { (row(a.from.0) + BOX, row(a.to.0)) } else { (row(a.from.0), row(a.to.0) + BOX) };
        let start = a.label == "start";
        let stroke = if start { Stroke::thin(Paint::Muted).dashed() } else { Stroke::new(Paint::Line) };
        scene.arrow(vec![(x0, y0), (x1, y1)], stroke, Head::Arrow);
        let at = ((x0 + x1) / 2 + 4, (y0 + y1) / 2 + 4);
        let free = labels.iter().all(|l| (l.0 - at.0).abs() > 44 || (l.1 - at.1).abs() > 12);
        if !start && free && (x1 - x0).abs() + (y1 - y0).abs() > 40 {
            scene.text(Text::new(at.0, at.1, a.label.clone()).small().paint(Paint::Muted));
            labels.push(at);
        }
    }
}

/// What the boxes mean; gives the right edge.
fn legend(scene: &mut Scene, y: i32, lang: Lang, axis: &Axis, s: &TimelineSnapshot) -> i32 {
    let states = [LaneState::Runs, LaneState::Ready, LaneState::Blocked, LaneState::Io, LaneState::Asleep];
    let words = lang.pick(
        ["runs (has the GIL)", "could run, waits for the GIL", "waits for a lock", "waits for I/O", "asleep"],
        ["运行（持有 GIL）", "可运行，等待 GIL", "等待锁", "等待 I/O", "睡眠"],
    );
    let tasks = s.lanes.iter().any(|l| l.task.is_some());
    let ready = if tasks { lang.pick("could run, waits for its turn", "可运行，等待轮到自己") } else { words[1] };
    let waits = match (tasks, s.things.is_empty()) {
        (true, true) => lang.pick("awaits", "等待 (await)"),
        (true, false) => lang.pick("awaits, or waits for a lock", "等待 (await) 或等待锁"),
        (false, _) => words[2],
    };
    let words = [words[0], ready, waits, words[3], words[4]];
    let words = if s.free_on.is_some() { [lang.pick("runs", "运行"), lang.pick("could run, waits for a processor", "可运行，等待处理器"), words[2], words[3], words[4]] } else { words };
    let mut x = MARGIN;
    for (state, words) in states.into_iter().zip(words) {
        let sample = TimelineSegment { from: 0, to: 0, state, label: String::new() };
        let mut one = Scene::default();
        draw_state(&mut one, Rect::new(x, y, 22, BOX - 6), &sample, lang);
        scene.items.append(&mut one.items);
        scene.text(Text::new(x + 28, y + 13, words).small());
        x += 28 + pixels(words, Size::Small) + 18;
    }
    if !axis.to_scale {
        scene.text(Text::new(x, y + 13, lang.pick("· time is not to scale", "· 时间轴不成比例")).small().paint(Paint::Muted));
        x += pixels(lang.pick("· time is not to scale", "· 时间轴不成比例"), Size::Small);
    }
    x
}
