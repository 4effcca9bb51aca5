//! The view of `%frames`: suspended frames one below the other, each over what it waits for.
use super::kit::boxes::{Body, Cell, NodeBox, Row};
use super::labels;
use crate::render::measure::{fit, pixels};
use crate::render::scene::{Head, Paint, Role, Scene, Size, Stroke, Text};
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, View};
use crate::snapshot::suspended::{FramesSnapshot, How, Link, LinkKind, LinkState};

/// Between two boxes: room for an arrow and its word.
const STEP: i32 = 40;

pub fn view(snapshot: &FramesSnapshot, lang: Lang) -> View {
    let headline = headline(snapshot, lang);
    let outline = outline(snapshot, lang);
    let alt = format!("{headline} {}", snapshot.links.iter().map(|l| title(l, lang)).collect::<Vec<_>>().join(" → "));
    View { lens: "frames", lang, headline, notes: vec![], scene: picture(snapshot, lang), alt, outline, tables: vec![], data: super::data(snapshot) }
}

fn kind(kind: LinkKind, lang: Lang) -> &'static str {
    let (en, zh) = match kind {
        LinkKind::Generator => ("generator", "生成器"),
        LinkKind::Coroutine => ("coroutine", "协程"),
        LinkKind::AsyncGenerator => ("async generator", "异步生成器"),
        LinkKind::Task => ("task", "任务"),
        LinkKind::Future => ("future", "Future"),
        LinkKind::Other => ("iterator", "迭代器"),
    };
    lang.pick(en, zh)
}
pub(super) fn state(state: LinkState, lang: Lang) -> &'static str {
    let (en, zh) = match state {
        LinkState::Created => ("not started", "未开始"),
        LinkState::Suspended => ("suspended", "已挂起"),
        LinkState::Running => ("running", "运行中"),
        LinkState::Closed => ("closed", "已结束"),
        LinkState::Pending => ("pending", "未完成"),
        LinkState::Finished => ("finished", "已完成"),
        LinkState::Failed => ("failed", "已失败"),
        LinkState::Cancelled => ("cancelled", "已取消"),
        LinkState::Unknown => ("", ""),
    };
    lang.pick(en, zh)
}
fn how(how: How, lang: Lang) -> &'static str {
    match how {
        How::Start => lang.pick("before the first line of", "首行之前："),
        How::Yield => "yield",
        How::YieldFrom => "yield from",
        How::Await => "await",
        How::Runs => lang.pick("runs", "运行"),
    }
}
fn title(link: &Link, lang: Lang) -> String {
    match link.kind {
        LinkKind::Future | LinkKind::Other => link.name.clone(),
        _ => format!("{} {}", kind(link.kind, lang), link.name),
    }
}
fn line(n: u32, lang: Lang) -> String {
    lang.pick(format!("line {n}"), format!("第 {n} 行"))
}

fn headline(s: &FramesSnapshot, lang: Lang) -> String {
    let (Some(first), Some(last)) = (s.links.first(), s.links.last()) else { return lang.pick(format!("`{}` has ended.", s.expr), format!("`{}` 已结束。", s.expr)) };
    let who = format!("`{}`", s.expr);
    let what = title(first, lang);
    let at = first.at.as_ref().map_or(String::new(), |p| lang.pick(format!(" at line {}", p.line), format!("（第 {} 行）", p.line)));
    let start = match first.state {
        LinkState::Created => lang.pick(format!("{who} ({what}) has not started: its first line has still to run"), format!("{who}（{what}）尚未开始：首行还未运行")),
        LinkState::Closed => lang.pick(format!("{who} ({what}) has ended: it has no frame any more"), format!("{who}（{what}）已结束：不再有栈帧")),
        LinkState::Unknown => lang.pick(format!("{who} is {what}"), format!("{who} 是 {what}")),
        other => lang.pick(format!("{who} ({what}) is {}{at}", state(other, lang)), format!("{who}（{what}）{}{at}", state(other, lang))),
    };
    if s.circular {
        return lang.pick(format!("{start}, and waits for itself: a circle of {}.", s.links.len()), format!("{start}，并最终等待自己：{} 个构成环。", s.links.len()));
    }
    if s.links.len() < 2 {
        return lang.pick(format!("{start}."), format!("{start}。"));
    }
    let between = s.links.len() - 2;
    let through = match between {
        0 => String::new(),
        1 => lang.pick(", through one between,".to_owned(), "（中间 1 层）".to_owned()),
        n => lang.pick(format!(", through {n} between,"), format!("（中间 {n} 层）")),
    };
    let end = match last.state {
        LinkState::Unknown => title(last, lang),
        other => lang.pick(format!("{} ({})", title(last, lang), state(other, lang)), format!("{}（{}）", title(last, lang), state(other, lang))),
    };
    lang.pick(format!("{start} and waits{through} for {end}."), format!("{start}，等待{through}{end}。"))
}

fn role(link: &Link) -> Role {
    match (link.kind, link.state) {
        (_, LinkState::Running) => Role::Good,
        (_, LinkState::Failed) => Role::Bad,
        (_, LinkState::Closed | LinkState::Cancelled) => Role::Idle,
        (LinkKind::Generator | LinkKind::AsyncGenerator, _) => Role::Function,
        (LinkKind::Coroutine, _) => Role::Sequence,
        (LinkKind::Task, _) => Role::Class,
        (LinkKind::Future, _) => Role::Instance,
        (LinkKind::Other, _) => Role::Other,
    }
}

/// What stands below a link's title: key and value.
fn facts(link: &Link, lang: Lang) -> Vec<(String, String, bool)> {
    let mut out = Vec::new();
    if let Some(p) = &link.at {
        out.push((line(p.line, lang), p.source.clone(), false));
    }
    for (name, value) in &link.locals {
        match value {
            Some(v) => out.push((name.clone(), v.shown(), false)),
            None => out.push((name.clone(), labels::UNBOUND.get(lang).to_owned(), true)),
        }
    }
    if link.more > 0 {
        out.push((String::new(), lang.pick(format!("… {} more", link.more), format!("… 另有 {} 个", link.more)), true));
    }
    for (i, v) in link.stack.iter().enumerate() {
        out.push((lang.pick(format!("stack {i}"), format!("栈 {i}")), v.shown(), false));
    }
    if let Some(v) = &link.value {
        let key = if link.state == LinkState::Failed { lang.pick("exception", "异常") } else { lang.pick("result", "结果") };
        out.push((key.to_owned(), v.shown(), false));
    }
    if link.callbacks > 0 {
        let n = link.callbacks;
        let words = lang.pick(format!("{n} callback{} when done", if n == 1 { "" } else { "s" }), format!("完成时调用 {n} 个回调"));
        out.push((String::new(), words, true));
    }
    out
}

fn picture(s: &FramesSnapshot, lang: Lang) -> Scene {
    let boxes: Vec<NodeBox> = s.links.iter().map(|link| {
        let rows = facts(link, lang).into_iter().map(|(key, value, words)| Row { key, value: if words { Cell::Words(value) } else { Cell::Text(value) } });
        NodeBox { role: role(link), title: title(link, lang), tag: state(link.state, lang).to_owned(), body: Body::Rows(rows.collect()), tab: None, tab_role: Role::Idle, strong: false }
    }).collect();
    let width = boxes.iter().map(|b| b.size().0).max().unwrap_or(120);
    let mut scene = Scene::default();
    let (mut y, mut right) = (MARGIN, MARGIN + width);
    for (i, each) in boxes.iter().enumerate() {
        each.draw(&mut scene, MARGIN, y, width);
        y += each.size().1;
        if i + 1 < boxes.len() {
            let x = MARGIN + 30;
            scene.arrow(vec![(x, y), (x, y + STEP - 2)], Stroke::new(Paint::Line), Head::Arrow);
            let word = waits(&s.links[i], lang);
            scene.text(Text::new(x + 12, y + STEP / 2 + 4, word).small().paint(Paint::Muted));
            right = right.max(x + 12 + pixels(word, Size::Small));
            y += STEP;
        }
    }
    super::close(scene, right, y)
}
fn waits(link: &Link, lang: Lang) -> &'static str {
    match (&link.at, link.kind) {
        (Some(p), _) => how(p.how, lang),
        (None, LinkKind::Task) => lang.pick("runs", "运行"),
        _ => lang.pick("waits for", "等待"),
    }
}

fn outline(s: &FramesSnapshot, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    for (i, link) in s.links.iter().enumerate() {
        let word = state(link.state, lang);
        let shown = if word.is_empty() { title(link, lang) } else { format!("{}, {word}", title(link, lang)) };
        out.push(format!("{}. {shown}", i + 1));
        let rows: Vec<Vec<String>> = facts(link, lang).into_iter().map(|(key, value, _)| vec![format!("     {key}"), fit(&value, 80)]).collect();
        out.extend(crate::render::text::columns(&rows));
        if i + 1 < s.links.len() {
            out.push(format!("   {} ->", waits(link, lang)));
        }
    }
    out
}
