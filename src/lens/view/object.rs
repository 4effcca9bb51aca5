//! The view of `%object`: an object with the names bound to it and its facts; or two, with what `is` says of them.
use super::kit::board::{Board, Node, Wire};
use super::kit::boxes::{Body, NOTE, NodeBox, Row, draw_expression, draw_note, note_width};
use super::kit::chips::{draw_pill, pill_width};
use super::kit::role_of;
use super::labels::{self, and};
use crate::render::measure::{fit, pixels, thousands, wrap};
use crate::render::scene::{Paint, Role, Scene, Size, Stroke, Text};
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, Table, View};
use crate::snapshot::object::{Because, ObjectFacts, ObjectSnapshot};

/// Names drawn as notes; the others are counted.
const NOTES: usize = 8;

pub fn view(snapshot: &ObjectSnapshot, lang: Lang) -> View {
    View {
        lens: "object",
        lang,
        headline: headline(snapshot, lang),
        notes: more_names(snapshot, lang),
        scene: picture(snapshot, lang),
        alt: alt(snapshot, lang),
        outline: Vec::new(),
        tables: vec![facts_table(snapshot, lang), names_table(snapshot, lang)],
        data: super::data(snapshot),
    }
}

/// The objects shown: two expressions that give one object count once.
fn objects(snapshot: &ObjectSnapshot) -> Vec<&ObjectFacts> {
    let other = snapshot.other.iter().filter(|other| other.id != snapshot.subject.id);
    std::iter::once(&snapshot.subject).chain(other).collect()
}

fn headline(snapshot: &ObjectSnapshot, lang: Lang) -> String {
    let subject = &snapshot.subject;
    let (Some(other), Some(comparison)) = (&snapshot.other, &snapshot.comparison) else {
        return single(subject, lang);
    };
    let (a, b) = (&subject.expr, &other.expr);
    let equal = comparison.equal == Some(true);
    let verdict = match (comparison.same, equal) {
        (true, _) => lang.pick(format!("`{a} is {b}` is true: one object"), format!("`{a} is {b}` 为真：同一个对象")),
        (false, true) => lang.pick(format!("`{a} is {b}` is false: two objects of equal value"), format!("`{a} is {b}` 为假：两个值相等的对象")),
        (false, false) => lang.pick(format!("`{a} is {b}` is false: two objects"), format!("`{a} is {b}` 为假：两个对象")),
    };
    let why = comparison.because.first().map(|reason| because(reason, lang)).unwrap_or_default();
    match why.is_empty() {
        true => format!("{verdict}{}", lang.pick(".", "。")),
        false => lang.pick(format!("{verdict}. {why}"), format!("{verdict}。{why}")),
    }
}

fn single(facts: &ObjectFacts, lang: Lang) -> String {
    let names: Vec<String> = facts.names.iter().take(3).map(|binding| format!("`{}`", binding.name)).collect();
    let value = fit(&facts.value.shown(), 40);
    let bound = match (facts.names.len(), names.is_empty()) {
        (_, true) => lang.pick("no name is bound to it".to_string(), "没有名字绑定到它".to_string()),
        (1, _) => lang.pick(format!("one name is bound to it, {}", names[0]), format!("绑定到它的名字是 {}", names[0])),
        (n, _) if n <= 3 => lang.pick(format!("{n} names are bound to it: {}", and(&names, lang)), format!("有 {n} 个名字绑定到它：{}", and(&names, lang))),
        (n, _) => lang.pick(format!("{n} names are bound to it", ), format!("有 {n} 个名字绑定到它")),
    };
    let what = match value == facts.expr {
        true => format!("`{value}`"),
        false => lang.pick(format!("`{}` refers to {value}", facts.expr), format!("`{}` 指向 {value}", facts.expr)),
    };
    lang.pick(format!("{what}, of type {}; {bound}.", facts.type_name), format!("{what}，类型为 {}；{bound}。", facts.type_name))
}

/// A reason as a sentence.
fn because(reason: &Because, lang: Lang) -> String {
    let fixed = |en: &str, zh: &str| lang.pick(en, zh).to_string();
    match reason {
        Because::SmallIntCache => fixed("Ints from −5 to 256 are made once, at start-up.", "−5 到 256 的整数在启动时各创建一次。"),
        Because::InternedStr => fixed("The string is interned: equal interned strings are one object.", "该字符串已驻留：相等的驻留字符串是同一个对象。"),
        Because::SingleCharacter => fixed("Strings of one Latin-1 character are made once.", "单个 Latin-1 字符的字符串各只创建一次。"),
        Because::EmptySingleton => fixed("The empty value of this type is made once.", "该类型的空值只有一个。"),
        Because::Singleton => fixed("There is only one such object.", "这样的对象只有一个。"),
        Because::SameConstant { code } => lang.pick(
            format!("It is a constant of one code object ({code}), which stores equal constants once."),
            format!("它是代码对象（{code}）的常量，相等的常量在其中只存一份。"),
        ),
        Because::ConstantsOfTwoCodes { first, second } => lang.pick(
            format!("They are constants of two code objects compiled apart: {first} and {second}."),
            format!("它们是分别编译的两个代码对象 {first} 与 {second} 的常量。"),
        ),
        Because::SameObject => fixed("One object was bound to both: assignment copies nothing.", "两者绑定到同一个对象：赋值不复制对象。"),
        Because::Distinct => fixed("Each was made by an evaluation of its own.", "两者各由一次求值创建。"),
        Because::MadeOnce => fixed("It was made once, when its statement ran.", "它在其语句执行时创建一次。"),
        Because::ComputedAtRuntime => fixed("The value was computed while the program ran; no cache was asked.", "该值在运行时算出，没有经过任何缓存。"),
        Because::AddressReused => fixed("The first had died before the second was made, at the same address.", "前者已消亡，后者在同一地址上创建。"),
    }
}

fn reasons(snapshot: &ObjectSnapshot, lang: Lang) -> Vec<String> {
    let list = snapshot.comparison.as_ref().map_or(&snapshot.subject.because, |comparison| &comparison.because);
    list.iter().map(|reason| because(reason, lang)).collect()
}

fn more_names(snapshot: &ObjectSnapshot, lang: Lang) -> Vec<String> {
    objects(snapshot)
        .iter()
        .filter(|facts| facts.names.len() > NOTES)
        .map(|facts| {
            let all = facts.names.len();
            lang.pick(format!("Showing {NOTES} of {all} names of {}.", facts.expr), format!("{} 共有 {all} 个名字，图中显示 {NOTES} 个。", facts.expr))
        })
        .collect()
}

fn object_box(facts: &ObjectFacts, lang: Lang) -> NodeBox {
    let size = format!("{} {}", thousands(facts.size), labels::BYTES.get(lang));
    let rows = vec![
        Row::text(labels::VALUE.get(lang), facts.value.shown()),
        Row::text(labels::IDENTITY.get(lang), facts.id.to_string()),
        Row::text(labels::REFCOUNT.get(lang), labels::refcount(facts.refcount, lang)),
        Row::text(labels::SIZE.get(lang), size),
    ];
    NodeBox { role: role_of(facts.kind), title: facts.type_name.clone(), tag: String::new(), body: Body::Rows(rows), tab: None, tab_role: Role::Idle, strong: facts.names.len() > 1 }
}

/// The notes of one object, and whether each is a name: the expressions as typed, if they are none, stand first.
fn note_texts(facts: &ObjectFacts, snapshot: &ObjectSnapshot) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    for expr in std::iter::once(&snapshot.subject).chain(&snapshot.other).filter(|each| each.id == facts.id).map(|each| &each.expr) {
        if !facts.names.iter().any(|binding| &binding.name == expr) {
            out.push((expr.clone(), false));
        }
    }
    out.extend(facts.names.iter().take(NOTES).map(|binding| (binding.name.clone(), true)));
    out
}

fn picture(snapshot: &ObjectSnapshot, lang: Lang) -> Scene {
    let mut board = Board::default();
    let objects = objects(snapshot);
    let texts = |(at, facts): (usize, &&ObjectFacts)| note_texts(facts, snapshot).into_iter().map(move |(text, is_name)| (at, text, is_name)).collect::<Vec<_>>();
    let notes: Vec<(usize, String, bool)> = objects.iter().enumerate().flat_map(texts).collect();
    let widest = notes.iter().map(|(_, text, _)| note_width(text)).max().unwrap_or(0);
    // A note's height is two grid steps as far as the layout is concerned.
    let note = Node { column: 0, w: widest, h: 24, head_room: 0, wish: None, x: 0, y: 0 };
    board.nodes = vec![note; notes.len()];
    let boxes: Vec<NodeBox> = objects.iter().map(|facts| object_box(facts, lang)).collect();
    for each in &boxes {
        let (w, h) = each.size();
        board.nodes.push(Node { column: 1, w, h, head_room: 0, wish: None, x: 0, y: 0 });
    }
    for (index, (at, _, _)) in notes.iter().enumerate() {
        board.wires.push(Wire { from: index, port: 12, to: notes.len() + at, stroke: Stroke::new(Paint::Line) });
    }
    board.arrange(MARGIN, MARGIN);
    let mut scene = Scene::default();
    board.draw_wires(&mut scene);
    for ((_, text, is_name), node) in notes.iter().zip(&board.nodes) {
        let x = node.x + node.w - note_width(text);
        let draw = if *is_name { draw_note } else { draw_expression };
        draw(&mut scene, x, node.y + 12 - NOTE / 2, text);
    }
    for (each, node) in boxes.iter().zip(&board.nodes[notes.len()..]) {
        each.draw(&mut scene, node.x, node.y, node.w);
    }
    let bottom = board.height;
    let (right, bottom) = draw_reasons(&mut scene, bottom + 20, snapshot, lang);
    super::close(scene, right.max(board.width), bottom)
}

/// What `is` says, and why; returns right and lower edge.
fn draw_reasons(scene: &mut Scene, top: i32, snapshot: &ObjectSnapshot, lang: Lang) -> (i32, i32) {
    let (mut y, mut right) = (top, MARGIN);
    if let (Some(other), Some(comparison)) = (&snapshot.other, &snapshot.comparison) {
        let answer = |yes: bool| if yes { ("True", Role::Good) } else { ("False", Role::Bad) };
        let mut questions = vec![(format!("{} is {}", snapshot.subject.expr, other.expr), answer(comparison.same))];
        if let Some(equal) = comparison.equal {
            questions.push((format!("{} == {}", snapshot.subject.expr, other.expr), answer(equal)));
        }
        let column = questions.iter().map(|(text, _)| pixels(&fit(text, 60), Size::Body)).max().unwrap_or(0) + 16;
        for (text, (word, role)) in questions {
            scene.text(Text::new(MARGIN, y + 14, fit(&text, 60)).bold());
            draw_pill(scene, MARGIN + column + pill_width(word), y, word, role);
            right = right.max(MARGIN + column + pill_width(word));
            y += 28;
        }
    }
    for line in reasons(snapshot, lang).iter().flat_map(|reason| wrap(reason, 70)) {
        scene.text(Text::new(MARGIN, y + 12, line.clone()).small().paint(Paint::Muted));
        right = right.max(MARGIN + pixels(&line, Size::Small));
        y += 18;
    }
    (right, if y == top { top - 20 } else { y - 4 })
}

fn facts_table(snapshot: &ObjectSnapshot, lang: Lang) -> Table {
    let shown: Vec<&ObjectFacts> = std::iter::once(&snapshot.subject).chain(&snapshot.other).collect();
    let mut columns = vec![""];
    columns.extend(shown.iter().map(|facts| facts.expr.as_str()));
    let mut table = Table::new("", &columns);
    let mut row = |label: labels::Label, value: &dyn Fn(&ObjectFacts) -> String| {
        let mut cells = vec![label.get(lang).to_string()];
        cells.extend(shown.iter().map(|facts| value(facts)));
        table.rows.push(cells);
    };
    row(labels::TYPE, &|facts| facts.type_name.clone());
    row(labels::VALUE, &|facts| facts.value.shown());
    row(labels::IDENTITY, &|facts| format!("{} ({:#x})", facts.id, facts.id));
    row(labels::REFCOUNT, &|facts| labels::refcount(facts.refcount, lang));
    row(labels::SIZE, &|facts| format!("{} {}", thousands(facts.size), labels::BYTES.get(lang)));
    let blank = shown.len() - 1;
    for reason in reasons(snapshot, lang) {
        let mut cells = vec![labels::REASON.get(lang).to_string(), reason];
        cells.extend(std::iter::repeat_n(String::new(), blank));
        table.rows.push(cells);
    }
    table
}

fn names_table(snapshot: &ObjectSnapshot, lang: Lang) -> Table {
    let columns = [labels::OBJECT, labels::NAME, labels::WHERE].map(|label| label.get(lang));
    let mut table = Table::new(labels::NAMES.get(lang), &columns);
    for facts in objects(snapshot) {
        for binding in &facts.names {
            table.rows.push(vec![facts.expr.clone(), binding.name.clone(), binding.scope.clone()]);
        }
    }
    table
}

fn alt(snapshot: &ObjectSnapshot, lang: Lang) -> String {
    let mut out = headline(snapshot, lang);
    for facts in objects(snapshot) {
        let (count, size) = (labels::refcount(facts.refcount, lang), thousands(facts.size));
        out.push_str(&lang.pick(
            format!(" {}: {} at {:#x}, refcount {count}, {size} bytes.", facts.expr, labels::kind(facts.kind, lang), facts.id),
            format!(" {}：{}，地址 {:#x}，引用计数 {count}，{size} 字节。", facts.expr, labels::kind(facts.kind, lang), facts.id),
        ));
    }
    out
}
