//! The view of `%dispatch`: the special methods one expression tries, as a ladder.
use super::kit::ladder::{self, Rung};
use super::labels;
use crate::render::scene::{Role, Scene};
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, Table, View};
use crate::snapshot::dispatch::{DispatchOutcome, DispatchSnapshot, DispatchStep, StepNote, StepOutcome};

pub fn view(snapshot: &DispatchSnapshot, lang: Lang) -> View {
    let tables = vec![operands(snapshot, lang), steps(snapshot, lang)];
    View {
        lens: "dispatch",
        lang,
        headline: headline(snapshot, lang),
        notes: Vec::new(),
        scene: picture(snapshot, lang),
        alt: alt(snapshot, lang),
        outline: Vec::new(),
        tables,
        data: super::data(snapshot),
    }
}

/// The step whose answer is the expression's: the last that gave one.
fn deciding(snapshot: &DispatchSnapshot) -> Option<usize> {
    let answers = |step: &DispatchStep| matches!(step.outcome, StepOutcome::Returned(_) | StepOutcome::Raised { .. } | StepOutcome::SetToNone);
    snapshot.steps.iter().rposition(answers)
}

fn method(step: &DispatchStep) -> String {
    format!("{}.{}", step.defined_in.as_ref().unwrap_or(&step.type_name), step.method)
}

fn headline(snapshot: &DispatchSnapshot, lang: Lang) -> String {
    let expr = format!("`{}`", snapshot.expr);
    let passed: Vec<String> = snapshot.steps.iter().filter(|step| step.outcome == StepOutcome::NotImplemented).map(method).collect();
    let after = match passed.as_slice() {
        [] => String::new(),
        all => lang.pick(format!(" after {} gave NotImplemented", labels::and(all, lang)), format!("（此前 {} 返回 NotImplemented）", labels::and(all, lang))),
    };
    match (&snapshot.outcome, deciding(snapshot)) {
        (DispatchOutcome::Value(value), Some(at)) if let StepOutcome::Raised { exception, .. } = &snapshot.steps[at].outcome => {
            let (who, value) = (method(&snapshot.steps[at]), value.shown());
            lang.pick(
                format!("{expr} gives {value}: {who} raised {exception}, which ended it{after}."),
                format!("{expr} 得 {value}：{who} 抛出 {exception}，到此结束{after}。"),
            )
        }
        (DispatchOutcome::Value(value), Some(at)) => {
            let (who, value) = (method(&snapshot.steps[at]), value.shown());
            lang.pick(format!("{expr} gives {value}: {who} answered{after}."), format!("{expr} 得 {value}：由 {who} 给出{after}。"))
        }
        (DispatchOutcome::Value(value), None) => lang.pick(
            format!("{expr} gives {}: no special method answered{after}, the default did.", value.shown()),
            format!("{expr} 得 {}：没有特殊方法给出结果{after}，用默认规则。", value.shown()),
        ),
        (DispatchOutcome::Raised { exception, .. }, Some(at)) if !matches!(snapshot.steps[at].outcome, StepOutcome::Returned(_)) => {
            let who = method(&snapshot.steps[at]);
            lang.pick(format!("{expr} raises {exception}, from {who}."), format!("{expr} 抛出 {exception}，来自 {who}。"))
        }
        (DispatchOutcome::Raised { exception, .. }, _) => {
            lang.pick(format!("{expr} raises {exception}: no method could do it{after}."), format!("{expr} 抛出 {exception}：没有方法能处理{after}。"))
        }
    }
}

/// `Vec.__add__(v, 3)`.
fn call(step: &DispatchStep) -> String {
    format!("{}.{}({})", step.type_name, step.method, step.args.join(", "))
}

fn verdict(step: &DispatchStep, snapshot: &DispatchSnapshot, lang: Lang) -> (String, Role) {
    // An exception that only ended a loop is no failure.
    let caught = matches!(snapshot.outcome, DispatchOutcome::Value(_));
    match &step.outcome {
        StepOutcome::Returned(value) => (lang.pick(format!("returned {}", value.shown()), format!("返回 {}", value.shown())), Role::Good),
        StepOutcome::NotImplemented => ("NotImplemented".to_string(), Role::Bad),
        StepOutcome::Missing => (lang.pick("not defined", "未定义").to_string(), Role::Idle),
        StepOutcome::SetToNone => (lang.pick("set to None", "设为 None").to_string(), Role::Bad),
        StepOutcome::Raised { exception, .. } => (lang.pick(format!("raised {exception}"), format!("抛出 {exception}")), if caught { Role::Note } else { Role::Bad }),
        StepOutcome::Skipped => (lang.pick("not tried", "不尝试").to_string(), Role::Idle),
    }
}

fn note(note: &StepNote, lang: Lang) -> String {
    match note {
        StepNote::Reflected => lang.pick("reflected: the right operand is asked", "反射方法：询问右操作数").to_string(),
        StepNote::SubclassFirst => lang
            .pick("goes first: the right operand's type is a subclass that overrides it", "优先：右操作数的类型是子类，且重写了此方法")
            .to_string(),
        StepNote::SubclassCompares => lang
            .pick("goes first: the right operand's type is a subclass of the left one's (a comparison asks for no override)", "优先：右操作数的类型是左操作数类型的子类（比较运算不要求重写）")
            .to_string(),
        StepNote::SameType => {
            lang.pick("both operands have the same type: the reflected method is not asked", "两个操作数类型相同：不询问反射方法").to_string()
        }
        StepNote::InPlace => lang.pick("in place: asked before the plain operator", "就地方法：先于普通运算符").to_string(),
        StepNote::FallsBackFrom { method } => lang.pick(format!("fallback from {method}"), format!("{method} 不可用时的后备")),
        StepNote::Repeated { count } => lang.pick(format!("called {count} times"), format!("调用 {count} 次")),
        StepNote::Identity => lang.pick("last resort: compare identity", "最后：比较是否同一对象").to_string(),
        StepNote::Truth => lang.pick("its answer is turned into a bool", "结果转换为 bool").to_string(),
    }
}

/// The lines below a step's title.
fn lines(step: &DispatchStep, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(class) = &step.defined_in {
        parts.push(lang.pick(format!("defined in {class}"), format!("定义于 {class}")));
    } else if step.outcome == StepOutcome::Missing {
        parts.push(lang.pick(format!("no class on the MRO of {} has it", step.type_name), format!("{} 的 MRO 中没有类定义它", step.type_name)));
    }
    parts.extend(step.notes.iter().map(|each| note(each, lang)));
    let mut out = if parts.is_empty() { Vec::new() } else { vec![parts.join(lang.pick("; ", "；"))] };
    if let StepOutcome::Raised { message, .. } = &step.outcome
        && !message.is_empty()
    {
        out.push(message.clone());
    }
    out
}

fn picture(snapshot: &DispatchSnapshot, lang: Lang) -> Scene {
    let decides = deciding(snapshot);
    let rungs: Vec<Rung> = snapshot
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let (verdict, role) = verdict(step, snapshot, lang);
            let faded = matches!(step.outcome, StepOutcome::Skipped);
            Rung { title: call(step), lines: lines(step, lang), verdict, role, decides: decides == Some(index), faded, depth: 0 }
        })
        .collect();
    let mut scene = Scene::default();
    let bottom = ladder::draw(&mut scene, MARGIN, MARGIN, &rungs);
    let (line, role) = result(snapshot);
    let word = format!("{}  {}", labels::RESULT.get(lang), snapshot.expr);
    let bottom = ladder::draw_result(&mut scene, MARGIN, bottom + 16, &word, &line, role);
    super::close(scene, MARGIN + ladder::WIDTH, bottom)
}

fn result(snapshot: &DispatchSnapshot) -> (String, Role) {
    match &snapshot.outcome {
        DispatchOutcome::Value(value) => (value.shown(), Role::Good),
        DispatchOutcome::Raised { exception, message } => (format!("{exception}: {message}"), Role::Bad),
    }
}

fn operands(snapshot: &DispatchSnapshot, lang: Lang) -> Table {
    let columns = [labels::OPERAND, labels::TYPE, labels::VALUE].map(|label| label.get(lang));
    let mut table = Table::new(format!("{}: {}", labels::OPERANDS.get(lang), snapshot.operation), &columns);
    for operand in &snapshot.operands {
        table.rows.push(vec![operand.expr.clone(), operand.type_name.clone(), operand.value.shown()]);
    }
    table
}

fn steps(snapshot: &DispatchSnapshot, lang: Lang) -> Table {
    let columns = [labels::STEP, labels::CALL, labels::OUTCOME, labels::REASON].map(|label| label.get(lang));
    let mut table = Table::new(labels::CALL.get(lang), &columns).numbers(&[0]);
    for (index, step) in snapshot.steps.iter().enumerate() {
        table.rows.push(vec![(index + 1).to_string(), call(step), verdict(step, snapshot, lang).0, lines(step, lang).join(lang.pick("; ", "；"))]);
    }
    let (line, _) = result(snapshot);
    table.rows.push(vec![String::new(), snapshot.expr.clone(), line, String::new()]);
    table
}

fn alt(snapshot: &DispatchSnapshot, lang: Lang) -> String {
    let steps: Vec<String> =
        snapshot.steps.iter().enumerate().map(|(index, step)| format!("{}. {}: {}", index + 1, call(step), verdict(step, snapshot, lang).0)).collect();
    format!("{} {}.", headline(snapshot, lang), steps.join("; "))
}
