//! The view of `%lookup`: every place of an attribute's search, as a ladder that ends where a rule decided.
use super::kit::ladder::{self, Rung};
use super::labels;
use crate::render::scene::{Role, Scene};
use crate::render::theme::MARGIN;
use crate::render::view::{Lang, Table, View};
use crate::snapshot::lookup::{Action, Found, FoundKind, LookupSnapshot, Outcome, Place, PlaceKind, Receiver, Rule, Verdict};

pub fn view(snapshot: &LookupSnapshot, lang: Lang) -> View {
    View {
        lens: "lookup",
        lang,
        headline: headline(snapshot, lang),
        notes: Vec::new(),
        scene: picture(snapshot, lang),
        alt: alt(snapshot, lang),
        outline: Vec::new(),
        tables: vec![table(snapshot, lang)],
        data: super::data(snapshot),
    }
}

/// `d.name`, `d.name = 3`, `del d.name`.
fn access(snapshot: &LookupSnapshot) -> String {
    let target = format!("{}.{}", snapshot.receiver, snapshot.attr);
    match &snapshot.action {
        Action::Get => target,
        Action::Set { value } => format!("{target} = {}", value.shown()),
        Action::Delete => format!("del {target}"),
    }
}

fn headline(snapshot: &LookupSnapshot, lang: Lang) -> String {
    let what = format!("`{}`", access(snapshot));
    let rule = rule(snapshot.rule, lang);
    match &snapshot.outcome {
        Outcome::Value(value) => lang.pick(format!("{what} gives {}: {rule}.", value.shown()), format!("{what} 得 {}：{rule}。", value.shown())),
        Outcome::Done => lang.pick(format!("{what}: {rule}."), format!("{what}：{rule}。")),
        Outcome::Raised { exception, .. } => lang.pick(format!("{what} raises {exception}: {rule}."), format!("{what} 抛出 {exception}：{rule}。")),
    }
}

/// The rule in words.
fn rule(rule: Rule, lang: Lang) -> &'static str {
    let (en, zh) = match rule {
        Rule::DataDescriptor => ("a data descriptor on the type comes before the instance", "类型上的数据描述符优先于实例"),
        Rule::InstanceDict => ("the instance's own namespace had it, and no data descriptor came before", "实例自己的命名空间里有，且没有数据描述符在先"),
        Rule::NonDataDescriptor => ("the instance had none, so the type's descriptor is called", "实例没有，于是调用类型上的描述符"),
        Rule::ClassAttribute => ("the instance had none, so the class attribute counts", "实例没有，于是取类属性"),
        Rule::MetaclassDataDescriptor => ("a data descriptor on the metaclass comes before the class", "元类上的数据描述符优先于类"),
        Rule::OwnMro => ("found on the class's own MRO", "在该类自己的 MRO 上找到"),
        Rule::MetaclassAttribute => ("the class's own MRO had none, so the metaclass counts", "该类自己的 MRO 上没有，于是取元类的"),
        Rule::ModuleDict => ("found in the module's namespace", "在模块的命名空间里找到"),
        Rule::ModuleGetattr => ("the module's __getattr__ answered", "由模块的 __getattr__ 给出"),
        Rule::GetattributeHook => ("the class's own __getattribute__ replaces the search", "类自己的 __getattribute__ 取代了查找"),
        Rule::GetattrHook => ("nothing was found, so __getattr__ was asked", "都没有找到，于是询问 __getattr__"),
        Rule::DescriptorSet => ("a data descriptor on the type takes the assignment", "类型上的数据描述符接管赋值"),
        Rule::InstanceSet => ("no data descriptor on the type, so it goes into the instance's namespace", "类型上没有数据描述符，于是写入实例的命名空间"),
        Rule::SetattrHook => ("the class's own __setattr__ takes the assignment", "类自己的 __setattr__ 接管赋值"),
        Rule::DescriptorDelete => ("a data descriptor on the type takes the deletion", "类型上的数据描述符接管删除"),
        Rule::InstanceDelete => ("no data descriptor on the type, so it is taken out of the instance's namespace", "类型上没有数据描述符，于是从实例的命名空间删除"),
        Rule::DelattrHook => ("the class's own __delattr__ takes the deletion", "类自己的 __delattr__ 接管删除"),
        Rule::ReadOnly => ("the data descriptor does not have the method that is needed", "数据描述符没有所需的方法"),
        Rule::NoNamespace => ("no descriptor takes it, and the object has no namespace of its own", "没有描述符接管，对象也没有自己的命名空间"),
        Rule::NotFound => ("no place had it", "所有位置都没有"),
    };
    lang.pick(en, zh)
}

fn place(place: &Place, snapshot: &LookupSnapshot, lang: Lang) -> String {
    let receiver = &snapshot.receiver;
    match &place.kind {
        PlaceKind::TypeMro { index, class } => match snapshot.receiver_is {
            Receiver::Super => format!("super().__mro__[{index}]  {class}"),
            _ => format!("type({receiver}).__mro__[{index}]  {class}"),
        },
        PlaceKind::InstanceDict => format!("{receiver}.__dict__"),
        PlaceKind::NoInstanceDict => lang.pick(format!("{receiver} has no __dict__"), format!("{receiver} 没有 __dict__")),
        PlaceKind::OwnMro { index, class } => format!("{receiver}.__mro__[{index}]  {class}"),
        PlaceKind::ModuleDict => format!("{receiver}.__dict__"),
        PlaceKind::GetattributeHook { class } => format!("{class}.__getattribute__"),
        PlaceKind::GetattrHook { class } => format!("{class}.__getattr__"),
        PlaceKind::ModuleGetattr => format!("{receiver}.__getattr__"),
        PlaceKind::SetattrHook { class } => format!("{class}.__setattr__"),
        PlaceKind::DelattrHook { class } => format!("{class}.__delattr__"),
    }
}

fn found(found: &Found, lang: Lang) -> String {
    let kind = match found.kind {
        FoundKind::DataDescriptor => lang.pick("data descriptor", "数据描述符"),
        FoundKind::NonDataDescriptor => lang.pick("non-data descriptor", "非数据描述符"),
        FoundKind::Plain => lang.pick("plain value", "普通值"),
        FoundKind::Hook => lang.pick("hook method", "钩子方法"),
    };
    let methods = [(found.has_get, "__get__"), (found.has_set, "__set__"), (found.has_delete, "__delete__")];
    let has: Vec<&str> = methods.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
    let has = if has.is_empty() { String::new() } else { lang.pick(format!(" with {}", has.join(", ")), format!("，有 {}", has.join("、"))) };
    let (value, type_name) = (found.value.shown(), &found.type_name);
    lang.pick(format!("{value}: {type_name}, {kind}{has}"), format!("{value}：{type_name}，{kind}{has}"))
}

/// A place's verdict; where the search ended in an exception, the deciding place is no success.
fn verdict(place: &Place, snapshot: &LookupSnapshot, lang: Lang) -> (&'static str, Role) {
    let raised = matches!(snapshot.outcome, Outcome::Raised { .. });
    match place.verdict {
        Verdict::Decides if raised => (lang.pick("✗ ends here", "✗ 止于此"), Role::Bad),
        Verdict::Absent => (lang.pick("not there", "没有"), Role::Idle),
        Verdict::Kept => (lang.pick("kept, go on", "暂存，继续"), Role::Note),
        Verdict::Decides => (lang.pick("✓ decides", "✓ 决定"), Role::Good),
        Verdict::Shadowed => (lang.pick("shadowed", "被遮蔽"), Role::Note),
        Verdict::NotReached => (lang.pick("not reached", "未到达"), Role::Idle),
    }
}

fn result(snapshot: &LookupSnapshot, lang: Lang) -> (String, Role) {
    match &snapshot.outcome {
        Outcome::Value(value) => (value.shown(), Role::Good),
        Outcome::Done => (lang.pick("done", "完成").to_string(), Role::Good),
        Outcome::Raised { exception, message } => (format!("{exception}: {message}"), Role::Bad),
    }
}

fn picture(snapshot: &LookupSnapshot, lang: Lang) -> Scene {
    let rungs: Vec<Rung> = snapshot
        .places
        .iter()
        .map(|each| {
            let (verdict, role) = verdict(each, snapshot, lang);
            Rung {
                title: place(each, snapshot, lang),
                lines: each.found.iter().map(|what| found(what, lang)).collect(),
                verdict: verdict.to_string(),
                role,
                decides: each.verdict == Verdict::Decides,
                faded: each.verdict == Verdict::NotReached,
                depth: 0,
            }
        })
        .collect();
    let mut scene = Scene::default();
    let bottom = ladder::draw(&mut scene, MARGIN, MARGIN, &rungs);
    let (line, role) = result(snapshot, lang);
    let word = lang.pick(format!("{}: {}", access(snapshot), rule(snapshot.rule, lang)), format!("{}：{}", access(snapshot), rule(snapshot.rule, lang)));
    let bottom = ladder::draw_result(&mut scene, MARGIN, bottom + 16, &word, &line, role);
    super::close(scene, MARGIN + ladder::WIDTH, bottom)
}

fn table(snapshot: &LookupSnapshot, lang: Lang) -> Table {
    let columns = [labels::STEP, labels::PLACE, labels::VERDICT, labels::FOUND].map(|label| label.get(lang));
    let title = lang.pick(format!("{} ({})", access(snapshot), snapshot.receiver_type), format!("{}（{}）", access(snapshot), snapshot.receiver_type));
    let mut table = Table::new(title, &columns).numbers(&[0]);
    for (index, each) in snapshot.places.iter().enumerate() {
        let what = each.found.as_ref().map_or(labels::NOTHING.get(lang).to_string(), |what| found(what, lang));
        table.rows.push(vec![(index + 1).to_string(), place(each, snapshot, lang), verdict(each, snapshot, lang).0.to_string(), what]);
    }
    let (line, _) = result(snapshot, lang);
    table.rows.push(vec![String::new(), labels::RESULT.get(lang).to_string(), line, rule(snapshot.rule, lang).to_string()]);
    table
}

fn alt(snapshot: &LookupSnapshot, lang: Lang) -> String {
    let places: Vec<String> = snapshot
        .places
        .iter()
        .enumerate()
        .map(|(index, each)| format!("{}. {}: {}", index + 1, place(each, snapshot, lang), verdict(each, snapshot, lang).0))
        .collect();
    format!("{} {}.", headline(snapshot, lang), places.join("; "))
}
