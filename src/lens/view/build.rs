//! The view of `%%build`: for each class the hooks of its making, as a ladder.
use super::kit::ladder::{self, Rung};
use super::labels;
use crate::render::measure::fit;
use crate::render::scene::{Paint, Role, Scene, Text};
use crate::render::text::columns;
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, View};
use crate::snapshot::build::*;

/// Classes that are drawn.
const DRAWN: usize = 6;
/// Names of one kind in a line.
const NAMES: usize = 12;

pub fn view(s: &BuildSnapshot, lang: Lang) -> View {
    let headline = headline(s, lang);
    let mut notes = Vec::new();
    let drawn = drawn(s).len();
    if s.classes.len() > drawn {
        notes.push(lang.pick(format!("{drawn} of {} classes are drawn: first those with hooks of their own; the text form has them all.", s.classes.len()), format!("共 {} 个类，画出 {drawn} 个（优先画有自己钩子的类）；文本形式列出全部。", s.classes.len())));
    }
    if s.more > 0 {
        notes.push(lang.pick(format!("{} more classes were not followed.", s.more), format!("另有 {} 个类未跟踪。", s.more)));
    }
    for c in s.classes.iter().filter(|c| c.more > 0) {
        notes.push(lang.pick(format!("{}: {} more steps are not told.", c.name, c.more), format!("{}：另有 {} 步未列出。", c.name, c.more)));
    }
    let alt = s.classes.iter().map(|c| format!("{}: {}", statement(c), hooks(c).join(" → "))).collect::<Vec<_>>().join("; ");
    View { lens: "build", lang, alt: format!("{headline} {alt}"), headline, notes, scene: picture(s, lang), outline: outline(s, lang), tables: vec![], data: super::data(s) }
}

/// `class C(A, metaclass=M)`.
fn statement(c: &ClassBuild) -> String {
    let given: Vec<String> = c.bases.iter().cloned().chain(c.keywords.iter().map(|(k, v)| format!("{k}={v}"))).collect();
    match (c.statement, given.is_empty()) {
        (true, true) => format!("class {}", c.name),
        (true, false) => format!("class {}({})", c.name, given.join(", ")),
        (false, _) => {
            let meta = c.steps.iter().find(|s| s.hook == Hook::TypeNew).and_then(|s| s.args.first()).map_or("type", String::as_str);
            format!("{meta}('{}', …)", c.name)
        }
    }
}

/// Hooks that are the program's own, in their order.
fn hooks(c: &ClassBuild) -> Vec<String> {
    let own = c.steps.iter().filter(|s| s.line.is_some() && s.hook != Hook::Body || matches!(s.hook, Hook::TypeNew));
    own.map(|s| match s.hook {
        Hook::Decorator => format!("@{}", s.who),
        _ => s.who.clone(),
    }).collect()
}

fn headline(s: &BuildSnapshot, lang: Lang) -> String {
    let busiest = s.classes.iter().rev().max_by_key(|c| (matches!(c.outcome, BuildOutcome::Raised(_)), hooks(c).len()));
    let Some(c) = busiest else {
        return lang.pick("This cell has built no class.", "此单元没有创建类。").to_owned();
    };
    let first = match &c.outcome {
        BuildOutcome::Raised(e) => {
            let by = c.steps.iter().rev().find(|s| matches!(s.result, StepResult::Raised(_))).map(title);
            let e = if e.is_empty() { lang.pick("an exception", "异常") } else { e };
            match by {
                Some(who) => lang.pick(format!("`{}` made no class: {e}, raised in `{who}`.", statement(c)), format!("`{}` 没有生成类：{e}，抛出于 `{who}`。", statement(c))),
                None => lang.pick(format!("`{}` made no class: {e}.", statement(c)), format!("`{}` 没有生成类：{e}。", statement(c))),
            }
        }
        _ => {
            let all = hooks(c);
            let order: Vec<String> = all.iter().take(8).map(|h| format!("`{h}`")).collect();
            let more = if all.len() > 8 { " → …" } else { "" };
            lang.pick(format!("`{}` was built by {}{more}.", statement(c), order.join(" → ")), format!("`{}` 的创建过程：{}{more}。", statement(c), order.join(" → ")))
        }
    };
    match s.classes.len() {
        1 => first,
        n => lang.pick(format!("{n} classes. {first}"), format!("共 {n} 个类。{first}")),
    }
}

/// What a step is called.
fn title(s: &BuildStep) -> String {
    match &s.hook {
        Hook::Metaclass(_) => format!("metaclass {}", s.who),
        Hook::Body => format!("class {}: …", s.who),
        Hook::Decorator => format!("@{}({})", s.who, s.args.join(", ")),
        Hook::Bound => format!("{} = …", s.who),
        _ => format!("{}({})", s.who, s.args.join(", ")),
    }
}

fn because(why: &Why, lang: Lang) -> String {
    match why {
        Why::Keyword => lang.pick("given with metaclass=", "由 metaclass= 指定").to_owned(),
        Why::OfBase(base) => lang.pick(format!("it is type({base}), the class of the first base"), format!("它是第一个基类的类 type({base})")),
        Why::Default => lang.pick("no bases and no metaclass=: type", "没有基类，也没有 metaclass=：取 type").to_owned(),
        Why::Derived { first, base } => lang.pick(
            format!("type({base}) is derived from {first}, so it wins"),
            format!("type({base}) 派生自 {first}，因此采用它"),
        ),
    }
}

fn what(s: &BuildStep, lang: Lang) -> &'static str {
    match &s.hook {
        Hook::MroEntries => lang.pick("a base that is no class says what stands for it", "不是类的基类给出替代的基类"),
        Hook::Metaclass(_) | Hook::Bound => "",
        Hook::Prepare => lang.pick("makes the namespace of the body", "提供类体的命名空间"),
        Hook::Body => lang.pick("the body runs in that namespace", "类体在该命名空间中执行"),
        Hook::Call => lang.pick("the metaclass is called", "调用元类"),
        Hook::MetaMethod => "",
        Hook::TypeNew => lang.pick("makes the class object from the namespace", "由命名空间生成类对象"),
        Hook::SetName => lang.pick("the value is told its name", "告知该值它的名字"),
        Hook::InitSubclass => lang.pick("the nearest class above is told of the new one", "告知上层最近的类"),
        Hook::Decorator => lang.pick("gets the class; its answer takes the class's place", "得到类，其返回值取代该类"),
    }
}

/// The lines below a step's title.
fn lines(s: &BuildStep, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    let place = s.line.filter(|l| *l > 0).map(|l| lang.pick(format!("line {l}"), format!("第 {l} 行")));
    let mut first = match &s.hook {
        Hook::Metaclass(why) => because(why, lang),
        _ => what(s, lang).to_owned(),
    };
    if let Some(place) = place {
        first = if first.is_empty() { place } else { format!("{first}; {place}") };
    }
    if !first.is_empty() {
        out.push(first);
    }
    let (machine, own): (Vec<&NameBound>, Vec<&NameBound>) = s.names.iter().partition(|n| n.is_housekeeping());
    let one = |n: &NameBound| match (&n.value, n.line) {
        (None, _) => format!("del {}", n.name),
        (Some(v), _) => format!("{} = {v}", n.name),
    };
    match s.hook {
        Hook::Body => out.extend(own.iter().take(NAMES).map(|n| lang.pick(format!("line {}: {}", n.line, one(n)), format!("第 {} 行：{}", n.line, one(n))))),
        _ if own.is_empty() => {}
        Hook::TypeNew => out.push(lang.pick(format!("adds {}", own.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join(", ")), format!("添加 {}", own.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join("、")))),
        _ => out.push(lang.pick(format!("sets on the class: {}", own.iter().take(NAMES).map(|n| one(n)).collect::<Vec<_>>().join(", ")), format!("在类上设置：{}", own.iter().take(NAMES).map(|n| one(n)).collect::<Vec<_>>().join("，")))),
    }
    if own.len() > NAMES {
        out.push(lang.pick(format!("… {} more names", own.len() - NAMES), format!("…… 另有 {} 个名字", own.len() - NAMES)));
    }
    if !machine.is_empty() && s.hook == Hook::Body {
        let all: Vec<&str> = machine.iter().map(|n| n.name.as_str()).collect();
        out.push(lang.pick(format!("by the compiler: {}", all.join(", ")), format!("编译器设置：{}", all.join("、"))));
    }
    if !s.dropped.is_empty() {
        out.push(lang.pick(format!("takes out {}", s.dropped.join(", ")), format!("去掉 {}", s.dropped.join("、"))));
    }
    out
}

fn verdict(s: &BuildStep, lang: Lang) -> (String, Role) {
    match (&s.hook, &s.result) {
        (_, StepResult::Raised(e)) => {
            let name = e.split(':').next().unwrap_or_default();
            (if name.is_empty() { lang.pick("raised", "抛出异常").to_owned() } else { lang.pick(format!("raised {name}"), format!("抛出 {name}")) }, Role::Bad)
        }
        (_, StepResult::Open) => (lang.pick("not ended", "未结束").to_owned(), Role::Idle),
        (Hook::Metaclass(_), _) => (lang.pick("found", "找到").to_owned(), Role::Note),
        (Hook::Bound, _) => (lang.pick("bound", "绑定").to_owned(), Role::Good),
        (Hook::Body, _) => {
            let n = s.names.iter().filter(|n| !n.is_housekeeping()).count();
            (lang.pick(format!("{n} {}", if n == 1 { "name" } else { "names" }), format!("{n} 个名字")), Role::Good)
        }
        (Hook::SetName | Hook::InitSubclass, StepResult::Returned(v)) if v == "None" => match s.line {
            Some(_) => (lang.pick("done", "完成").to_owned(), Role::Good),
            None => (lang.pick("built in", "内置").to_owned(), Role::Idle),
        },
        (Hook::MetaMethod, StepResult::Returned(v)) if v == "None" => (lang.pick("done", "完成").to_owned(), Role::Good),
        (_, StepResult::Returned(v)) => {
            let v = fit(v, 26);
            (lang.pick(format!("gives {v}"), format!("得 {v}")), if s.line.is_none() && s.hook == Hook::Prepare { Role::Idle } else { Role::Good })
        }
    }
}

fn outcome(c: &ClassBuild, lang: Lang) -> (String, String, Role) {
    match &c.outcome {
        BuildOutcome::Made { value, mro, name } => {
            let word = match name {
                Some(n) => format!("{n} = {value}"),
                None => value.clone(),
            };
            let line = if mro.is_empty() { lang.pick("what it is bound to is no class", "绑定的对象不是类").to_owned() } else { format!("__mro__: {}", mro.join(" → ")) };
            (word, line, Role::Good)
        }
        BuildOutcome::Raised(e) => (lang.pick("no class", "没有类").to_owned(), if e.is_empty() { lang.pick("an exception", "异常").to_owned() } else { e.clone() }, Role::Bad),
        BuildOutcome::Unfinished => (lang.pick("not finished", "未完成").to_owned(), lang.pick("the run ended before the class was there", "运行在类生成之前结束").to_owned(), Role::Idle),
    }
}

fn heading(c: &ClassBuild, lang: Lang) -> String {
    match c.line {
        0 => statement(c),
        n => lang.pick(format!("line {n}: {}", statement(c)), format!("第 {n} 行：{}", statement(c))),
    }
}

/// The classes of the picture: where some have hooks of the program's, or failed, those.
fn drawn(s: &BuildSnapshot) -> Vec<&ClassBuild> {
    let telling = |c: &&ClassBuild| hooks(c).len() > 1 || !matches!(c.outcome, BuildOutcome::Made { .. });
    let all: Vec<&ClassBuild> = s.classes.iter().filter(telling).take(DRAWN).collect();
    if all.is_empty() { s.classes.iter().take(DRAWN).collect() } else { all }
}

fn picture(s: &BuildSnapshot, lang: Lang) -> Scene {
    let mut scene = Scene::default();
    if s.classes.is_empty() {
        return scene;
    }
    let mut y = MARGIN;
    for c in drawn(s) {
        scene.text(Text::new(MARGIN, y + 14, fit(&heading(c, lang), 84)).bold().paint(Paint::Ink));
        let rungs: Vec<Rung> = c.steps.iter().map(|step| {
            let (verdict, role) = verdict(step, lang);
            Rung { title: title(step), lines: lines(step, lang), verdict, role, decides: false, faded: false, depth: step.depth }
        }).collect();
        y = ladder::draw(&mut scene, MARGIN, y + 26, &rungs);
        let (word, line, role) = outcome(c, lang);
        y = ladder::draw_result(&mut scene, MARGIN, y + 14, &format!("{}  {word}", labels::RESULT.get(lang)), &line, role) + 30;
    }
    super::close(scene, MARGIN + ladder::WIDTH, y - 30)
}

fn outline(s: &BuildSnapshot, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    for c in &s.classes {
        if !out.is_empty() {
            out.push(String::new());
        }
        out.push(heading(c, lang));
        let mut rows = Vec::new();
        for (at, step) in c.steps.iter().enumerate() {
            let mut told = lines(step, lang).into_iter();
            let name = format!("{}{}", "  ".repeat(step.depth as usize), fit(&title(step), 64));
            rows.push(vec![(at + 1).to_string(), name, verdict(step, lang).0, told.next().unwrap_or_default()]);
            rows.extend(told.map(|line| vec![String::new(), String::new(), String::new(), line]));
        }
        out.extend(columns(&rows));
        let (word, line, _) = outcome(c, lang);
        out.push(format!("{word}; {line}"));
    }
    out
}
