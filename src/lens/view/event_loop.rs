//! The view of `%loop`: the await tree as boxes and arrows, below it the ready queue, the timer heap and the selector.
use super::frames::state;
use super::kit::board::{Board, Node, Wire};
use super::kit::boxes::{Body, Cell, NodeBox, Row, draw_boxes, draw_ports};
use super::kit::sheet::{self, Band, LineRow, Lines};
use crate::render::measure::fit;
use crate::render::scene::{Paint, Role, Scene, Stroke};
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, View};
use crate::snapshot::suspended::{By, FutureRow, LinkState, LoopSnapshot, LoopState, Target, TaskRow, TaskState};

pub fn view(snapshot: &LoopSnapshot, lang: Lang) -> View {
    let bands = bands(snapshot, lang);
    let headline = headline(snapshot, lang);
    let mut outline = tree(snapshot, lang);
    outline.push(String::new());
    outline.extend(sheet::outline(&bands));
    let alt = format!("{headline} {}", snapshot.tasks.iter().map(|t| task_words(snapshot, t, lang)).collect::<Vec<_>>().join("; "));
    let notes = match snapshot.more[2] {
        0 => vec![],
        n => vec![lang.pick(format!("{n} more tasks are not shown."), format!("另有 {n} 个任务未显示。"))],
    };
    View { lens: "loop", lang, headline, notes, scene: picture(snapshot, &bands, lang), alt, outline, tables: vec![], data: super::data(snapshot) }
}

fn headline(s: &LoopSnapshot, lang: Lang) -> String {
    let count = |state: TaskState| s.tasks.iter().filter(|t| t.state == state).count();
    let (ready, waiting) = (count(TaskState::Ready), count(TaskState::Waiting));
    let word = match s.state {
        LoopState::Running => lang.pick("is running", "正在运行"),
        LoopState::Stopped => lang.pick("stands still between two runs", "在两次运行之间停着"),
        LoopState::Closed => lang.pick("is closed", "已关闭"),
    };
    let alive = s.tasks.len() as u64 + s.more[2] - s.done.min(s.tasks.len() as u64 + s.more[2]);
    let class = &s.class_name;
    if alive == 0 && s.ready.is_empty() && s.timers.is_empty() {
        return lang.pick(format!("The event loop ({class}) {word}: no task is left, nothing is to be called."), format!("事件循环（{class}）{word}：没有任务，也没有要调用的回调。"));
    }
    lang.pick(
        format!("The event loop ({class}) {word}: of {alive} task{} {ready} will go on at its next turn and {waiting} wait{}.", if alive == 1 { "" } else { "s" }, if waiting == 1 { "s" } else { "" }),
        format!("事件循环（{class}）{word}：{alive} 个任务中 {ready} 个将在下一轮继续，{waiting} 个在等待。"),
    )
}

fn task_state(state: TaskState, lang: Lang) -> (&'static str, Role) {
    let (en, zh, role) = match state {
        TaskState::Running => ("running", "运行中", Role::Good),
        TaskState::Ready => ("ready", "就绪", Role::Good),
        TaskState::Waiting => ("waiting", "等待", Role::Sequence),
        TaskState::Finished => ("finished", "已完成", Role::Idle),
        TaskState::Failed => ("failed", "已失败", Role::Bad),
        TaskState::Cancelled => ("cancelled", "已取消", Role::Idle),
    };
    (lang.pick(en, zh), role)
}
fn name(s: &LoopSnapshot, target: Target) -> &str {
    match target {
        Target::Task(i) => s.tasks.get(i).map_or("…", |t| &t.name),
        Target::Future(i) => s.futures.get(i).map_or("…", |f| &f.name),
    }
}
fn line(n: u32, lang: Lang) -> String {
    lang.pick(format!("line {n}"), format!("第 {n} 行"))
}
/// Who completes a future, in words.
fn by(row: &FutureRow, lang: Lang) -> Option<String> {
    row.by.as_ref().map(|by| match by {
        By::Timer(i) => lang.pick(format!("set by timer {i}"), format!("由定时器 {i} 完成")),
        By::Ready(i) => lang.pick(format!("set by entry {i} of the ready queue"), format!("由就绪队列第 {i} 项完成")),
        By::Holder(at) => lang.pick(format!("in {at}"), format!("位于 {at}")),
    })
}
fn task_words(s: &LoopSnapshot, t: &TaskRow, lang: Lang) -> String {
    let (word, _) = task_state(t.state, lang);
    let mut text = format!("{} ({}) {word}", t.name, t.coroutine);
    if t.coroutine.is_empty() {
        text = format!("{} {word}", t.name);
    }
    if let Some(target) = t.waits_for {
        text += &lang.pick(format!(" for {}", name(s, target)), format!(" {}", name(s, target)));
    }
    if t.cancel_requests > 0 {
        text += &lang.pick(format!(", cancel requested ×{}", t.cancel_requests), format!("，已请求取消 ×{}", t.cancel_requests));
    }
    if let Some(v) = &t.value {
        text += &format!(": {}", v.shown());
    }
    text
}

/// The tasks that nobody waits for, each with what it awaits below it.
fn tree(s: &LoopSnapshot, lang: Lang) -> Vec<String> {
    let awaited = |target: Target| s.tasks.iter().any(|t| t.waits_for == Some(target)) || s.futures.iter().any(|f| f.children.contains(&target));
    let mut out = vec![lang.pick("Who awaits what", "谁在等待什么").to_owned()];
    let mut seen = Vec::new();
    for i in 0..s.tasks.len() {
        if !awaited(Target::Task(i)) {
            branch(s, Target::Task(i), 1, &mut seen, &mut out, lang);
        }
    }
    for i in 0..s.tasks.len() {
        if !seen.contains(&Target::Task(i)) {
            // A circle has no beginning.
            branch(s, Target::Task(i), 1, &mut seen, &mut out, lang);
        }
    }
    if s.tasks.is_empty() {
        out.push(lang.pick("  no tasks", "  没有任务").to_owned());
    }
    out
}
fn branch(s: &LoopSnapshot, target: Target, depth: usize, seen: &mut Vec<Target>, out: &mut Vec<String>, lang: Lang) {
    let indent = "  ".repeat(depth);
    if seen.contains(&target) {
        return out.push(format!("{indent}{} {}", name(s, target), lang.pick("(see above)", "（见上）")));
    }
    seen.push(target);
    match target {
        Target::Task(i) => {
            let Some(t) = s.tasks.get(i) else { return };
            out.push(format!("{indent}{}", task_words(s, t, lang)));
            let rows: Vec<Vec<String>> = t.frames.iter().map(|f| vec![format!("{indent}  {}", f.name), line(f.line, lang), fit(&f.source, 70)]).collect();
            out.extend(crate::render::text::columns(&rows));
            if let Some(next) = t.waits_for {
                branch(s, next, depth + 1, seen, out, lang);
            }
        }
        Target::Future(i) => {
            let Some(f) = s.futures.get(i) else { return };
            let by = by(f, lang).map(|t| format!(", {t}")).unwrap_or_default();
            out.push(format!("{indent}{}, {}{by}", f.name, state(f.state, lang)));
            f.children.iter().for_each(|c| branch(s, *c, depth + 1, seen, out, lang));
        }
    }
}

fn bands(s: &LoopSnapshot, lang: Lang) -> Vec<Band> {
    let mut out = Vec::new();
    let mark = |cancelled: bool| if cancelled { lang.pick("✗ cancelled", "✗ 已取消") } else { "" };
    let rest = |n: u64| (n > 0).then(|| lang.pick(format!("… {n} more"), format!("… 另有 {n} 个")));
    let role = |cancelled: bool, role| if cancelled { Some(Role::Idle) } else { Some(role) };
    let rows = s.ready.iter().enumerate().map(|(i, h)| LineRow { cells: vec![i.to_string(), h.what.clone(), mark(h.cancelled).to_owned()], role: role(h.cancelled, Role::Good) });
    let title = lang.pick("Ready queue: called at the next turn, in this order", "就绪队列：下一轮依次调用");
    out.push(Band::Lines(table(title, &["", lang.pick("calls", "调用"), ""], rows.collect(), rest(s.more[0]), lang)));
    let first = s.timers.iter().map(|t| t.when).fold(f64::INFINITY, f64::min);
    let rows = s.timers.iter().enumerate().map(|(i, t)| {
        let after = match t.when == first {
            _ if t.cancelled => mark(true).to_owned(),
            true => lang.pick("first", "最先").to_owned(),
            false => format!("+{:.3} s", t.when - first),
        };
        LineRow { cells: vec![i.to_string(), format!("{:.3} s", t.when), after, t.what.clone()], role: role(t.cancelled, Role::Note) }
    });
    let title = lang.pick("Timer heap: entry i is never later than entries 2i+1 and 2i+2", "定时器堆：第 i 项不晚于第 2i+1 和 2i+2 项");
    out.push(Band::Lines(table(title, &["", lang.pick("clock", "时刻"), lang.pick("fires", "触发"), lang.pick("calls", "调用")], rows.collect(), rest(s.more[1]), lang)));
    let side = |x: &Option<String>| x.clone().unwrap_or_else(|| "—".to_owned());
    let rows = s.keys.iter().map(|k| LineRow { cells: vec![format!("fd {}", k.fd), k.object.clone(), side(&k.reader), side(&k.writer)], role: Some(Role::Mapping) });
    let title = lang.pick("Selector: descriptors watched", "选择器：监视的描述符");
    let columns = ["", lang.pick("object", "对象"), lang.pick("when readable", "可读时"), lang.pick("when writable", "可写时")];
    out.push(Band::Lines(table(title, &columns, rows.collect(), None, lang)));
    out
}
fn table(title: &str, columns: &[&str], rows: Vec<LineRow>, rest: Option<String>, lang: Lang) -> Lines {
    if rows.is_empty() {
        let row = LineRow { cells: vec![lang.pick("empty", "空").to_owned()], role: None };
        return Lines { title: title.to_owned(), columns: vec![String::new()], rows: vec![row], rest };
    }
    Lines { title: title.to_owned(), columns: columns.iter().map(|c| c.to_string()).collect(), rows, rest }
}

/// A task's or future's box; the row from which its wire leaves is the last.
fn task_box(t: &TaskRow, lang: Lang) -> NodeBox {
    let (word, role) = task_state(t.state, lang);
    let mut rows = Vec::new();
    if t.frames.is_empty() && !t.coroutine.is_empty() {
        rows.push(Row { key: String::new(), value: Cell::Text(t.coroutine.clone()) });
    }
    rows.extend(t.frames.iter().map(|f| Row::text(format!("{}:{}", f.name, f.line), f.source.clone())));
    if let Some(v) = &t.value {
        rows.push(Row { key: String::new(), value: Cell::Text(v.shown()) });
    }
    if t.waits_for.is_some() {
        rows.push(Row { key: lang.pick("awaits", "等待").to_owned(), value: Cell::Port { cycle: false } });
    }
    NodeBox { role, title: t.name.clone(), tag: word.to_owned(), body: Body::Rows(rows), tab: None, tab_role: role, strong: t.state == TaskState::Running }
}
fn future_box(f: &FutureRow, lang: Lang) -> NodeBox {
    let mut rows = Vec::new();
    if let Some(by) = by(f, lang) {
        rows.push(Row { key: String::new(), value: Cell::Words(by) });
    }
    rows.extend(f.children.iter().enumerate().map(|(i, _)| Row { key: i.to_string(), value: Cell::Port { cycle: false } }));
    let role = if f.state == LinkState::Pending { Role::Instance } else { Role::Idle };
    NodeBox { role, title: f.name.clone(), tag: state(f.state, lang).to_owned(), body: Body::Rows(rows), tab: None, tab_role: role, strong: false }
}

fn picture(s: &LoopSnapshot, bands: &[Band], lang: Lang) -> Scene {
    let lists = sheet::draw(bands);
    if s.tasks.is_empty() {
        return lists;
    }
    let tree = tree_picture(s, lang);
    let mut out = tree.clone();
    let lowered = lists.lowered(tree.height);
    out.items.extend(lowered.items);
    out.width = tree.width.max(lowered.width);
    out.height = lowered.height;
    out
}
fn tree_picture(s: &LoopSnapshot, lang: Lang) -> Scene {
    let boxes: Vec<NodeBox> = s.tasks.iter().map(|t| task_box(t, lang)).chain(s.futures.iter().map(|f| future_box(f, lang))).collect();
    let node = |target: Target| match target {
        Target::Task(i) => i,
        Target::Future(i) => s.tasks.len() + i,
    };
    // (from, row, to)
    let mut edges = Vec::new();
    for (i, t) in s.tasks.iter().enumerate() {
        if let (Some(target), Body::Rows(rows)) = (t.waits_for, &boxes[i].body) {
            edges.push((i, rows.len() - 1, node(target)));
        }
    }
    for (i, f) in s.futures.iter().enumerate() {
        let first = usize::from(f.by.is_some());
        edges.extend(f.children.iter().enumerate().map(|(k, c)| (s.tasks.len() + i, first + k, node(*c))));
    }
    edges.retain(|e| e.2 < boxes.len());
    let columns = columns(boxes.len(), &edges);
    let mut board = Board::default();
    for (each, column) in boxes.iter().zip(&columns) {
        let (w, h) = each.size();
        board.nodes.push(Node { column: *column, w, h, head_room: 0, wish: None, x: 0, y: 0 });
    }
    for (from, row, to) in &edges {
        board.wires.push(Wire { from: *from, port: NodeBox::port(*row), to: *to, stroke: Stroke::new(Paint::Line) });
    }
    board.arrange(MARGIN, MARGIN);
    let mut scene = Scene::default();
    board.draw_wires(&mut scene);
    let placed: Vec<(&NodeBox, i32, i32, i32)> = boxes.iter().zip(&board.nodes).map(|(each, n)| (each, n.x, n.y, n.w)).collect();
    draw_boxes(&mut scene, &placed);
    let ports: Vec<(i32, i32)> = edges.iter().map(|(from, row, _)| (board.nodes[*from].x + board.nodes[*from].w, board.nodes[*from].y + NodeBox::port(*row))).collect();
    draw_ports(&mut scene, &ports, Stroke::new(Paint::Line));
    let (right, bottom) = (board.width, board.height);
    super::close(scene, right, bottom)
}
/// The longest way from a task that nobody awaits; at most as many steps as there are boxes, since tasks can await in a circle.
fn columns(count: usize, edges: &[(usize, usize, usize)]) -> Vec<usize> {
    let mut out = vec![0; count];
    for _ in 0..count.min(5) {
        for (from, _, to) in edges {
            if out[*to] <= out[*from] {
                out[*to] = (out[*from] + 1).min(5);
            }
        }
    }
    out
}
