//! The view of `%mro`: the C3 merge as a column of steps, each with its lists and the heads that were tried.
use super::kit::chips::{CHIP, Look, chip_width, draw_chain, draw_chip, draw_pill};
use super::labels::{self, and};
use crate::render::measure::pixels;
use crate::render::scene::{Corners, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::text;
use crate::render::theme::{MARGIN, RADIUS};
use crate::render::view::{Lang, Table, View};
use crate::snapshot::mro::{Candidate, ListSource, MergeList, MergeStep, MroOutcome, MroSnapshot, Verdict};

const LINE: i32 = CHIP + 6;
const HEADER: i32 = 30;
const GAP: i32 = 12;

pub fn view(snapshot: &MroSnapshot, lang: Lang) -> View {
    View {
        lens: "mro",
        lang,
        headline: headline(snapshot, lang),
        notes: notes(snapshot, lang),
        scene: picture(snapshot, lang),
        alt: alt(snapshot, lang),
        outline: outline(snapshot, lang),
        tables: vec![table(snapshot, lang)],
        data: super::data(snapshot),
    }
}

fn headline(snapshot: &MroSnapshot, lang: Lang) -> String {
    let class = &snapshot.class;
    if snapshot.hypothetical {
        let bases = snapshot.bases.join(", ");
        return match &snapshot.outcome {
            MroOutcome::Linearised(order) => {
                let chain = order.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(" → ");
                lang.pick(format!("A class with the bases {bases} can be made: behind itself its method resolution order would be {chain}."), format!("以 {bases} 为基类的类可以创建：它自己之后的方法解析顺序（MRO）是 {chain}。"))
            }
            MroOutcome::Conflict { heads, .. } => {
                let each = if heads.len() == 1 { "stands" } else { "each stand" };
                let heads = and(heads, lang);
                lang.pick(format!("No class can have the bases {bases}: {heads} {each} behind the head of another list."), format!("不能以 {bases} 为基类创建类：{heads} 都排在别的列表的表头之后。"))
            }
            MroOutcome::Refused { order, message } => {
                let chain = order.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(" → ");
                lang.pick(format!("No class can have the bases {bases}, though the merge gives {chain}: {message}."), format!("不能以 {bases} 为基类创建类，虽然合并的结果是 {chain}：{message}。"))
            }
        };
    }
    match &snapshot.outcome {
        MroOutcome::Linearised(order) => {
            let chain = order.join(" → ");
            lang.pick(format!("The method resolution order of {class} is {chain}."), format!("{class} 的方法解析顺序（MRO）是 {chain}。"))
        }
        MroOutcome::Refused { message, .. } => message.clone(),
        MroOutcome::Conflict { heads, .. } => {
            let heads = and(heads, lang);
            lang.pick(
                format!("{class} has no method resolution order: {heads} each stand behind the head of another list."),
                format!("{class} 没有方法解析顺序：{heads} 都排在别的列表的表头之后。"),
            )
        }
    }
}

fn notes(snapshot: &MroSnapshot, lang: Lang) -> Vec<String> {
    let Some(meta) = &snapshot.overridden_by else { return Vec::new() };
    vec![lang.pick(
        format!("{meta} defines mro() itself: its answer stands in place of C3's."),
        format!("元类 {meta} 自己定义了 mro()，以它的结果代替 C3 的结果。"),
    )]
}

fn source(list: &MergeList, class: &str) -> String {
    match &list.source {
        ListSource::Linearisation(base) => format!("L[{base}]"),
        ListSource::Bases => format!("{class}.__bases__"),
    }
}

/// Why a candidate was taken or refused.
fn reason(step: &MergeStep, candidate: &Candidate, snapshot: &MroSnapshot, lang: Lang) -> String {
    let name = &candidate.class;
    match &candidate.verdict {
        Verdict::Taken => lang.pick(format!("{name}: in no tail, taken"), format!("{name}：不在任何表尾，取出")),
        Verdict::Refused { in_tail_of } => {
            let lists: Vec<String> = in_tail_of.iter().filter_map(|&at| step.lists.get(at)).map(|list| source(list, &snapshot.class)).collect();
            let lists = and(&lists, lang);
            lang.pick(format!("{name}: in the tail of {lists}, refused"), format!("{name}：在 {lists} 的表尾，跳过"))
        }
    }
}

/// A head's look in its list at this step.
fn look(step: &MergeStep, list: usize, item: usize) -> Look {
    let Some(class) = step.lists[list].items.get(item) else { return Look::Plain };
    let taken = step.tried.iter().any(|each| each.verdict == Verdict::Taken && &each.class == class);
    match step.tried.iter().find(|each| each.list == list) {
        _ if taken && item == 0 => Look::Taken,
        Some(each) if item == 0 && each.verdict != Verdict::Taken => Look::Refused,
        _ => Look::Plain,
    }
}

/// Width of the column of the lists' names.
fn name_width(snapshot: &MroSnapshot) -> i32 {
    let names = snapshot.steps.iter().flat_map(|step| &step.lists).map(|list| pixels(&source(list, &snapshot.class), Size::Body));
    names.max().unwrap_or(0) + 30
}

fn step_width(step: &MergeStep, names: i32, snapshot: &MroSnapshot, lang: Lang) -> i32 {
    let line = |at: usize| {
        let items = step.lists[at].items.iter().enumerate();
        items.map(|(item, name)| chip_width(name, look(step, at, item)) + 6).sum::<i32>()
    };
    let lists = (0..step.lists.len()).map(line).max().unwrap_or(0);
    let reasons = step.tried.iter().map(|each| pixels(&reason(step, each, snapshot, lang), Size::Small)).max().unwrap_or(0);
    (names + lists + 20).max(reasons + 28)
}

fn picture(snapshot: &MroSnapshot, lang: Lang) -> Scene {
    let mut scene = Scene::default();
    let names = name_width(snapshot);
    let card = snapshot.steps.iter().map(|step| step_width(step, names, snapshot, lang)).max().unwrap_or(0).max(300);
    let two = card <= 440 && snapshot.steps.len() > 3;
    let (mut bottoms, mut right) = ([MARGIN; 2], MARGIN + card);
    let half = snapshot.steps.len().div_ceil(2);
    for (number, step) in snapshot.steps.iter().enumerate() {
        let column = usize::from(two && number >= half);
        let x = MARGIN + column as i32 * (card + 20);
        bottoms[column] = draw_step(&mut scene, Rect::new(x, bottoms[column], card, 0), number, step, snapshot, lang) + GAP;
        right = right.max(x + card);
    }
    let top = bottoms[0].max(bottoms[1]) + 6;
    let (result_right, bottom) = draw_outcome(&mut scene, top, right, snapshot, lang);
    super::close(scene, right.max(result_right), bottom)
}

/// One step as a card; returns its lower edge.
fn draw_step(scene: &mut Scene, at: Rect, number: usize, step: &MergeStep, snapshot: &MroSnapshot, lang: Lang) -> i32 {
    let lists: Vec<usize> = (0..step.lists.len()).filter(|&list| !step.lists[list].items.is_empty()).collect();
    let height = HEADER + LINE * lists.len() as i32 + 10 + 18 * step.tried.len() as i32 + 6;
    let rect = Rect { h: height, ..at };
    scene.shape(rect, Corners::All(RADIUS), Paint::Card, Stroke::new(Paint::Edge(Role::Idle)));
    let title = format!("{} {}", labels::STEP.get(lang), number + 1);
    scene.text(Text::new(rect.x + 14, rect.y + 20, lang.pick(title, format!("第 {} 步", number + 1))).bold());
    let taken = step.tried.iter().find(|each| each.verdict == Verdict::Taken);
    match taken {
        Some(each) => draw_pill(scene, rect.right() - 8, rect.y + 5, &lang.pick(format!("take {}", each.class), format!("取 {}", each.class)), Role::Good),
        None => draw_pill(scene, rect.right() - 8, rect.y + 5, labels::CONFLICT.get(lang), Role::Bad),
    }
    let names = name_width(snapshot);
    let mut y = rect.y + HEADER + 4;
    for &list in &lists {
        scene.text(Text::new(rect.x + 14, y + 15, source(&step.lists[list], &snapshot.class)).paint(Paint::Muted));
        let mut x = rect.x + names;
        for (item, name) in step.lists[list].items.iter().enumerate() {
            x = draw_chip(scene, x, y, name, look(step, list, item)) + 6;
        }
        y += LINE;
    }
    y += 4;
    for each in &step.tried {
        let role = if each.verdict == Verdict::Taken { Role::Good } else { Role::Bad };
        let sign = if each.verdict == Verdict::Taken { "✓" } else { "✗" };
        scene.text(Text::new(rect.x + 14, y + 12, sign).small().bold().paint(Paint::On(role)));
        scene.text(Text::new(rect.x + 28, y + 12, reason(step, each, snapshot, lang)).small());
        y += 18;
    }
    rect.bottom()
}

/// The linearisation as a chain, or the conflict; returns right and lower edge.
fn draw_outcome(scene: &mut Scene, top: i32, right: i32, snapshot: &MroSnapshot, lang: Lang) -> (i32, i32) {
    match &snapshot.outcome {
        MroOutcome::Linearised(order) => {
            let word = format!("{}.__mro__", snapshot.class);
            scene.text(Text::new(MARGIN, top + 12, word).bold());
            let used = draw_chain(scene, MARGIN, top + 24, (right - MARGIN).max(520), order);
            (used.right(), used.bottom())
        }
        MroOutcome::Conflict { message, .. } | MroOutcome::Refused { message, .. } => {
            let label = if matches!(snapshot.outcome, MroOutcome::Refused { .. }) { lang.pick("no such class", "没有这样的类") } else { labels::CONFLICT.get(lang) };
            scene.text(Text::new(MARGIN, top + 12, label).small().bold().paint(Paint::On(Role::Bad)));
            let lines = crate::render::measure::wrap(&format!("TypeError: {message}"), 84);
            let mut y = top + 34;
            let mut edge = right;
            for line in lines {
                edge = edge.max(MARGIN + pixels(&line, Size::Body));
                scene.text(Text::new(MARGIN, y, line).paint(Paint::On(Role::Bad)));
                y += 20;
            }
            (edge, y - 14)
        }
    }
}

/// `*D* C object`: the head that is tried first stands in brackets.
fn list_text(list: &MergeList) -> String {
    match list.items.split_first() {
        None => "()".to_string(),
        Some((head, [])) => format!("[{head}]"),
        Some((head, tail)) => format!("[{head}] {}", tail.join(" ")),
    }
}

fn outline(snapshot: &MroSnapshot, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    for (number, step) in snapshot.steps.iter().enumerate() {
        out.push(lang.pick(format!("step {}", number + 1), format!("第 {} 步", number + 1)));
        let shown = step.lists.iter().filter(|list| !list.items.is_empty());
        let rows: Vec<Vec<String>> = shown.map(|list| vec![format!("  {}", source(list, &snapshot.class)), list_text(list)]).collect();
        out.extend(text::columns(&rows));
        out.extend(step.tried.iter().map(|each| format!("  = {}", reason(step, each, snapshot, lang))));
    }
    match &snapshot.outcome {
        MroOutcome::Linearised(order) => out.push(format!("{}.__mro__ = {}", snapshot.class, order.join(", "))),
        MroOutcome::Conflict { message, .. } | MroOutcome::Refused { message, .. } => out.push(format!("TypeError: {message}")),
    }
    out
}

fn table(snapshot: &MroSnapshot, lang: Lang) -> Table {
    let columns = [labels::STEP, labels::LISTS, labels::TRIED].map(|label| label.get(lang));
    let mut table = Table::new("", &columns).html_only();
    for (number, step) in snapshot.steps.iter().enumerate() {
        let shown = step.lists.iter().filter(|list| !list.items.is_empty());
        let lists: Vec<String> = shown.map(|list| format!("{}: {}", source(list, &snapshot.class), list_text(list))).collect();
        let tried: Vec<String> = step.tried.iter().map(|each| reason(step, each, snapshot, lang)).collect();
        table.rows.push(vec![(number + 1).to_string(), lists.join("; "), tried.join("; ")]);
    }
    table
}

fn alt(snapshot: &MroSnapshot, lang: Lang) -> String {
    let steps: Vec<String> = snapshot
        .steps
        .iter()
        .enumerate()
        .map(|(number, step)| {
            let tried: Vec<String> = step.tried.iter().map(|each| reason(step, each, snapshot, lang)).collect();
            format!("{}. {}", number + 1, tried.join("; "))
        })
        .collect();
    format!("{} {}", headline(snapshot, lang), steps.join(" "))
}
