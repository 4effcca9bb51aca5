//! Samples of the other lenses.
use pellucid::snapshot::build::*;
use pellucid::snapshot::step::{Step, StepsSnapshot};
use pellucid::snapshot::dispatch::{DispatchOutcome, DispatchSnapshot, DispatchStep, Operand, StepNote, StepOutcome};
use pellucid::snapshot::lookup::{self, Action, Found, FoundKind, LookupSnapshot, Outcome, Place, PlaceKind, Receiver, Rule};
use pellucid::snapshot::mro::{Candidate, ListSource, MergeList, MergeStep, MroOutcome, MroSnapshot, Verdict};
use pellucid::snapshot::object::{Because, Comparison, NameBinding, ObjectFacts, ObjectSnapshot};
use pellucid::snapshot::types::{Relation, TypeEdge, TypeNode, TypeRole, TypesSnapshot};
use pellucid::snapshot::{Kind, Refcount, Repr};

fn facts(expr: &str, id: u64, type_name: &str, kind: Kind, value: &str, names: &[(&str, &str)]) -> ObjectFacts {
    let names: Vec<NameBinding> = names.iter().map(|(scope, name)| NameBinding { scope: scope.to_string(), name: name.to_string() }).collect();
    let refcount = if kind == Kind::Scalar { Refcount::Immortal } else { Refcount::Counted(names.len() as u64) };
    ObjectFacts { expr: expr.into(), id, type_name: type_name.into(), kind, value: Repr::whole(value), refcount, size: 88, names, because: Vec::new() }
}

pub fn object_int() -> ObjectSnapshot {
    let mut subject = facts("7", 140_000_000_000_224, "int", Kind::Scalar, "7", &[("<module>", "x"), ("<module>", "days")]);
    subject.because = vec![Because::SmallIntCache];
    subject.size = 28;
    ObjectSnapshot { subject, other: None, comparison: None }
}

pub fn object_list() -> ObjectSnapshot {
    let names = [("f", "items"), ("<module>", "a"), ("<module>", "b")];
    let subject = facts("a", 140_000_000_001_024, "list", Kind::List, "[1, 2, 3]", &names);
    ObjectSnapshot { subject, other: None, comparison: None }
}

pub fn object_two() -> ObjectSnapshot {
    let subject = facts("a", 140_000_000_001_024, "list", Kind::List, "[1, 2, 3]", &[("<module>", "a"), ("<module>", "b")]);
    let other = facts("c", 140_000_000_001_088, "list", Kind::List, "[1, 2, 3]", &[("<module>", "c")]);
    let comparison = Comparison { same: false, equal: Some(true), because: vec![Because::Distinct] };
    ObjectSnapshot { subject, other: Some(other), comparison: Some(comparison) }
}

const OBJECT: u64 = 1;
const TYPE: u64 = 2;

fn node(id: u64, name: &str, role: TypeRole, detail: &str) -> TypeNode {
    TypeNode { id, name: name.into(), role, detail: detail.into() }
}

fn instance(from: u64, to: u64) -> TypeEdge {
    TypeEdge { from, to, relation: Relation::InstanceOf }
}

fn subclass(from: u64, to: u64) -> TypeEdge {
    TypeEdge { from, to, relation: Relation::SubclassOf }
}

fn circle() -> (Vec<TypeNode>, Vec<TypeEdge>) {
    let nodes = vec![node(OBJECT, "object", TypeRole::Class, "builtins"), node(TYPE, "type", TypeRole::Metaclass, "builtins")];
    (nodes, vec![instance(OBJECT, TYPE), subclass(TYPE, OBJECT), instance(TYPE, TYPE)])
}

pub fn types_basic() -> TypesSnapshot {
    let (mut nodes, mut edges) = circle();
    nodes.push(node(3, "int", TypeRole::Class, "builtins"));
    nodes.push(node(4, "bool", TypeRole::Class, "builtins"));
    nodes.push(node(5, "True", TypeRole::Object, "True"));
    nodes.push(node(6, "n", TypeRole::Object, "42"));
    edges.extend([subclass(3, OBJECT), instance(3, TYPE), subclass(4, 3), instance(4, TYPE), instance(5, 4), instance(6, 3)]);
    TypesSnapshot { nodes, edges, hidden: 0 }
}

/// A diamond with a metaclass of its own and two instances of one class.
pub fn types_meta() -> TypesSnapshot {
    let (mut nodes, mut edges) = circle();
    nodes.push(node(3, "ABCMeta", TypeRole::Metaclass, "abc"));
    nodes.push(node(4, "Animal", TypeRole::Class, "__main__"));
    nodes.push(node(5, "Swims", TypeRole::Class, "__main__"));
    nodes.push(node(6, "Flies", TypeRole::Class, "__main__"));
    nodes.push(node(7, "Duck", TypeRole::Class, "__main__"));
    nodes.push(node(8, "donald", TypeRole::Object, "<Duck 'Donald'>"));
    nodes.push(node(9, "daisy", TypeRole::Object, "<Duck 'Daisy'>"));
    edges.extend([subclass(3, TYPE), instance(3, TYPE), subclass(4, OBJECT), instance(4, 3)]);
    edges.extend([subclass(5, 4), instance(5, 3), subclass(6, 4), instance(6, 3), subclass(7, 5), subclass(7, 6), instance(7, 3)]);
    edges.extend([instance(8, 7), instance(9, 7)]);
    TypesSnapshot { nodes, edges, hidden: 0 }
}

/// C3, played out: what a snapshot of a real merge must hold.
fn merge(class: &str, bases: &[(&str, &[&str])]) -> MroSnapshot {
    let mut lists: Vec<MergeList> = bases
        .iter()
        .map(|(base, order)| MergeList {
            source: ListSource::Linearisation(base.to_string()),
            items: order.iter().map(|name| name.to_string()).collect(),
        })
        .collect();
    let names: Vec<String> = bases.iter().map(|(base, _)| base.to_string()).collect();
    lists.push(MergeList { source: ListSource::Bases, items: names.clone() });
    let (mut steps, mut order) = (Vec::new(), vec![class.to_string()]);
    while lists.iter().any(|list| !list.items.is_empty()) {
        let mut step = MergeStep { lists: lists.clone(), tried: Vec::new() };
        let mut taken = None;
        for (at, list) in lists.iter().enumerate() {
            let Some(head) = list.items.first() else { continue };
            if step.tried.iter().any(|each: &Candidate| &each.class == head) {
                continue;
            }
            let tails: Vec<usize> = (0..lists.len()).filter(|&other| lists[other].items.iter().skip(1).any(|name| name == head)).collect();
            let verdict = if tails.is_empty() { Verdict::Taken } else { Verdict::Refused { in_tail_of: tails } };
            let done = verdict == Verdict::Taken;
            step.tried.push(Candidate { class: head.clone(), list: at, verdict });
            if done {
                taken = Some(head.clone());
                break;
            }
        }
        let heads: Vec<String> = step.tried.iter().map(|each| each.class.clone()).collect();
        steps.push(step);
        let Some(name) = taken else {
            let message = format!("Cannot create a consistent method resolution order (MRO) for bases {}", heads.join(", "));
            return MroSnapshot { hypothetical: false, class: class.into(), bases: names, steps, outcome: MroOutcome::Conflict { heads, message }, overridden_by: None };
        };
        lists.iter_mut().for_each(|list| list.items.retain(|item| item != &name));
        order.push(name);
    }
    MroSnapshot { hypothetical: false, class: class.into(), bases: names, steps, outcome: MroOutcome::Linearised(order), overridden_by: None }
}

pub fn mro_diamond() -> MroSnapshot {
    merge("Duck", &[("Swims", &["Swims", "Animal", "object"]), ("Flies", &["Flies", "Animal", "object"])])
}

pub fn mro_conflict() -> MroSnapshot {
    merge("Z", &[("X", &["X", "A", "B", "object"]), ("Y", &["Y", "B", "A", "object"])])
}

fn place(kind: PlaceKind, found: Option<Found>, verdict: lookup::Verdict) -> Place {
    Place { kind, found, verdict }
}

fn type_mro(index: usize, class: &str) -> PlaceKind {
    PlaceKind::TypeMro { index, class: class.into() }
}

fn found(value: &str, type_name: &str, kind: FoundKind) -> Found {
    let data = kind == FoundKind::DataDescriptor;
    let has_get = kind != FoundKind::Plain;
    Found { value: Repr::whole(value), type_name: type_name.into(), kind, has_get, has_set: data, has_delete: data }
}

pub fn lookup_property() -> LookupSnapshot {
    use lookup::Verdict;
    let property = found("<property object>", "property", FoundKind::DataDescriptor);
    LookupSnapshot {
        receiver: "acct".into(),
        receiver_type: "Savings".into(),
        receiver_is: Receiver::Instance,
        attr: "balance".into(),
        action: Action::Get,
        places: vec![
            place(type_mro(0, "Savings"), None, Verdict::Absent),
            place(type_mro(1, "Account"), Some(property), Verdict::Decides),
            place(PlaceKind::InstanceDict, Some(found("-5", "int", FoundKind::Plain)), Verdict::NotReached),
            place(PlaceKind::GetattrHook { class: "Account".into() }, None, Verdict::NotReached),
        ],
        rule: Rule::DataDescriptor,
        outcome: Outcome::Value(Repr::whole("120")),
    }
}

pub fn lookup_method() -> LookupSnapshot {
    use lookup::Verdict;
    let bark = found("<function Dog.bark>", "function", FoundKind::NonDataDescriptor);
    LookupSnapshot {
        receiver: "rex".into(),
        receiver_type: "Puppy".into(),
        receiver_is: Receiver::Instance,
        attr: "bark".into(),
        action: Action::Get,
        places: vec![
            place(type_mro(0, "Puppy"), None, Verdict::Absent),
            place(type_mro(1, "Dog"), Some(bark.clone()), Verdict::Kept),
            place(PlaceKind::InstanceDict, None, Verdict::Absent),
            place(type_mro(1, "Dog"), Some(bark), Verdict::Decides),
        ],
        rule: Rule::NonDataDescriptor,
        outcome: Outcome::Value(Repr::whole("<bound method Dog.bark of <Puppy>>")),
    }
}

pub fn lookup_set() -> LookupSnapshot {
    use lookup::Verdict;
    LookupSnapshot {
        receiver: "p".into(),
        receiver_type: "Point".into(),
        receiver_is: Receiver::Instance,
        attr: "colour".into(),
        action: Action::Set { value: Repr::whole("'red'") },
        places: vec![
            place(type_mro(0, "Point"), None, Verdict::Absent),
            place(type_mro(1, "object"), None, Verdict::Absent),
            place(PlaceKind::NoInstanceDict, None, Verdict::Decides),
        ],
        rule: Rule::NoNamespace,
        outcome: Outcome::Raised { exception: "AttributeError".into(), message: "'Point' object has no attribute 'colour' and no __dict__ for setting new attributes".into() },
    }
}

fn step(type_name: &str, method: &str, defined_in: Option<&str>, args: &[&str], outcome: StepOutcome, notes: Vec<StepNote>) -> DispatchStep {
    let args = args.iter().map(|arg| arg.to_string()).collect();
    DispatchStep { type_name: type_name.into(), method: method.into(), defined_in: defined_in.map(str::to_string), args, outcome, notes }
}

fn operand(expr: &str, type_name: &str, value: &str) -> Operand {
    Operand { expr: expr.into(), type_name: type_name.into(), value: Repr::whole(value) }
}

pub fn dispatch_reflected() -> DispatchSnapshot {
    let returned = StepOutcome::Returned(Repr::whole("Metres(5.0)"));
    DispatchSnapshot {
        expr: "2 + d".into(),
        operation: "+".into(),
        operands: vec![operand("2", "int", "2"), operand("d", "Metres", "Metres(3.0)")],
        steps: vec![
            step("int", "__add__", Some("int"), &["2", "Metres(3.0)"], StepOutcome::NotImplemented, Vec::new()),
            step("Metres", "__radd__", Some("Length"), &["Metres(3.0)", "2"], returned, vec![StepNote::Reflected]),
        ],
        outcome: DispatchOutcome::Value(Repr::whole("Metres(5.0)")),
    }
}

pub fn dispatch_in() -> DispatchSnapshot {
    let back = |method: &str| vec![StepNote::FallsBackFrom { method: method.into() }];
    let raised = StepOutcome::Raised { exception: "IndexError".into(), message: "no more pages".into() };
    let mut notes = back("__iter__");
    notes.push(StepNote::Repeated { count: 4 });
    DispatchSnapshot {
        expr: "'目录' in book".into(),
        operation: "in".into(),
        operands: vec![operand("'目录'", "str", "'目录'"), operand("book", "Book", "<Book>")],
        steps: vec![
            step("Book", "__contains__", None, &["<Book>", "'目录'"], StepOutcome::Missing, Vec::new()),
            step("Book", "__iter__", None, &["<Book>"], StepOutcome::Missing, back("__contains__")),
            step("Book", "__getitem__", Some("Book"), &["<Book>", "0…3"], raised, notes),
            step("Book", "__len__", Some("Book"), &["<Book>"], StepOutcome::Skipped, Vec::new()),
        ],
        outcome: DispatchOutcome::Value(Repr::whole("False")),
    }
}

/// A class with a metaclass, a descriptor and a base that is told.
pub fn build_hooks() -> BuildSnapshot {
    let step = |depth, hook, who: &str, args: &[&str], line, result: &str| BuildStep {
        depth, hook, who: who.into(), args: args.iter().map(|a| a.to_string()).collect(), line, result: StepResult::Returned(result.into()), names: vec![], dropped: vec![],
    };
    let named = |name: &str, value: &str, line| NameBound { name: name.into(), value: Some(value.into()), line };
    let mut body = step(0, Hook::Body, "Point", &[], None, "");
    body.names = vec![named("__module__", "'__main__'", 0), named("x", "<Field object>", 9)];
    let mut told = step(2, Hook::InitSubclass, "Base.__init_subclass__", &["Point"], Some(5), "None");
    told.names = vec![named("registered", "True", 0)];
    let steps = vec![
        step(0, Hook::Metaclass(Why::Keyword), "Meta", &[], None, ""),
        step(0, Hook::Prepare, "type.__prepare__", &["'Point'", "(Base,)"], None, "{}"),
        body,
        step(0, Hook::Call, "Meta", &["'Point'", "(Base,)", "ns"], None, "Point"),
        step(1, Hook::TypeNew, "type.__new__", &["Meta", "'Point'", "(Base,)", "ns"], None, "Point"),
        step(2, Hook::SetName, "Field.__set_name__", &["<Field object>", "Point", "'x'"], Some(2), "None"),
        told,
        step(0, Hook::Bound, "Point", &[], None, ""),
    ];
    let outcome = BuildOutcome::Made { value: "Point".into(), mro: vec!["Point".into(), "Base".into(), "object".into()], name: Some("Point".into()) };
    let class = ClassBuild { name: "Point".into(), line: 8, statement: true, bases: vec!["Base".into()], keywords: vec![("metaclass".into(), "Meta".into())], steps, more: 0, outcome };
    BuildSnapshot { classes: vec![class], more: 0 }
}

/// Two lines of a program.
pub fn step_two() -> StepsSnapshot {
    let step = |number, line, changes: &[&str]| Step { number, line, function: "<module>".into(), changes: changes.iter().map(|c| c.to_string()).collect(), state: 0, ..Step::default() };
    StepsSnapshot { source: vec!["%%step".into(), "xs = [1, 2]".into(), "ys = xs".into()], steps: vec![step(1, 2, &["xs = [1, 2]"]), step(2, 3, &["ys = [1, 2]"])], total: 2, states: vec![super::heaps::alias()] }
}
