//! The lenses as functions of the module `pellucid`, and the one native behind every cell command.
mod make;
mod page;

use crate::heap::Ref;
use crate::inspect::Subjects;
use crate::lens::memory;
use crate::objects::Payload;
use crate::render;
use crate::vm::native::{Args, Def};
use crate::vm::{Step, Vm};
use make::make;
use page::Page;
use std::collections::HashMap;

/// The type of what a lens gives to a program.
pub static PAGE: &crate::vm::native::TypeDef = &page::PAGE;

/// Functions of `pellucid`.
pub const FUNCTIONS: &[Def] = &[
    Def::function("heap", "(*values)", |vm, a| lens(vm, "heap", a[0], &[]), "Names, objects and the references between them; without values, all names of the running frames."),
    Def::function("object", "(value, other=<unrepresentable>, /)", object_lens, "The facts of an object, or two compared by identity."),
    Def::function("types", "(*values)", |vm, a| lens(vm, "types", a[0], &[]), "Objects, their classes and metaclasses."),
    Def::function("mro", "(*classes)", |vm, a| lens(vm, "mro", a[0], &[]), "The C3 merge of a class, step by step."),
    Def::function("lookup", "(obj, name, /)", lookup_lens, "Every place that an attribute access searches."),
    Def::function("dispatch", "(operation, /, *operands)", dispatch_lens, "The special methods that an operation tries."),
    Def::function("layout", "(value, /)", |vm, a| page(vm, "layout", vec![a[0]], &[], None), "The memory of an object, block by block."),
    Def::function("probe", "(container, key, /)", |vm, a| page(vm, "probe", vec![a[0], a[1]], &[], None), "The slots that a search in a dict or set looks at."),
    Def::function("refs", "(value, /)", |vm, a| page(vm, "refs", vec![a[0]], &[], None), "Everything that refers to an object."),
    Def::function("gc", "(collect=False, /)", gc_lens, "The collector's counters; with True, a collection told phase by phase."),
    Def::function("frames", "(value, /)", |vm, a| page(vm, "frames", vec![a[0]], &[], None), "A suspended generator, coroutine or task, and what it waits for."),
    Def::function("loop", "(loop=None, /)", |vm, a| page(vm, "loop", a.not_none(0).into_iter().collect(), &[], None), "An event loop: its queues, and its tasks with what each awaits."),
    Def::function("dis", "(function, /)", |vm, a| page(vm, "dis", vec![a[0]], &[], None), "The bytecode of a function, by line."),
    Def::function("_show", "(lens, texts, values, namespace, /)", show, "A lens's forms, as JSON."),
    Def::function("_plan", "(lens, line, /)", plan, "What a lens's line asks for: the expressions and the other words, or a sentence that refuses."),
    Def::function("_names", "()", names, "The names of the cell commands with their help."),
];

fn object_lens(vm: &mut Vm, a: Args) -> Step {
    let values: Vec<Ref> = [Some(a[0]), a.opt(1)].into_iter().flatten().collect();
    page(vm, "object", values, &[], None)
}
fn lookup_lens(vm: &mut Vm, a: Args) -> Step {
    let Some(name) = vm.utf8(a[1]).map(str::to_owned) else {
        return Err(vm.type_error("lookup() takes an object and the attribute's name, a str"));
    };
    page(vm, "lookup", vec![a[0]], &[&name, "get"], None)
}
fn dispatch_lens(vm: &mut Vm, a: Args) -> Step {
    let Some(symbol) = vm.utf8(a[0]).map(str::to_owned) else {
        return Err(vm.type_error("dispatch() takes an operation such as '+' or 'len()', then its operands"));
    };
    let values = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let shown: Vec<String> = values.iter().map(|r| crate::inspect::common::repr(vm, *r).shown()).collect();
    let expr = match (symbol.strip_suffix("()"), &shown[..]) {
        (Some(f), args) => format!("{f}({})", args.join(", ")),
        (None, [a, b]) => format!("{a} {symbol} {b}"),
        _ => format!("{symbol} {}", shown.join(", ")),
    };
    page(vm, "dispatch", values, &[&expr, &symbol], Some(a[1]))
}
fn lens(vm: &mut Vm, name: &str, tuple: Ref, extra: &[&str]) -> Step {
    let values = vm.tuple_items(tuple).unwrap_or_default().to_vec();
    page(vm, name, values, extra, Some(tuple))
}

fn gc_lens(vm: &mut Vm, a: Args) -> Step {
    let collect = match a.opt(0) {
        Some(x) => vm.truth(x)?,
        None => false,
    };
    page(vm, "gc", vec![], if collect { &["collect"] } else { &[] }, None)
}

/// A page for a program: expressions are named by the names bound to their values. `tuple`: the arguments' own tuple.
fn page(vm: &mut Vm, lens: &str, values: Vec<Ref>, extra: &[&str], tuple: Option<Ref>) -> Step {
    let namespace = vm.cur.top_frame().map_or(vm.builtins, |f| f.globals);
    let own = in_flight(vm, &values, tuple);
    let mut s = Subjects { texts: vec![], values, namespace, tuple, own };
    let mut texts: Vec<String> = Vec::new();
    for r in &s.values {
        let mut names = s.bindings(vm, *r).into_iter().filter(|b| b.scope != "builtins").map(|b| b.name).peekable();
        let first = names.peek().cloned();
        // An object given twice was most likely given by two of its names.
        let name = names.find(|n| !texts.contains(n)).or(first);
        texts.push(name.unwrap_or_else(|| crate::inspect::common::repr(vm, *r).shown()));
    }
    s.texts = texts;
    let extra: Vec<String> = extra.iter().map(|x| x.to_string()).collect();
    let view = make(vm, lens, &s, &extra)?;
    let bundle = render::bundle(&view, &memory::get(vm).figures());
    let ty = vm.type_of_def(PAGE);
    Ok(vm.alloc(ty, Payload::Opaque(Box::new(Page { bundle }))))
}

/// References that are held by nothing but the call under way: the stored counts less all that objects, frames and the
/// machine's tables hold. `LOAD_FAST_BORROW` lends its value, other instructions count it, so this is found by counting.
fn in_flight(vm: &Vm, values: &[Ref], tuple: Option<Ref>) -> HashMap<Ref, u64> {
    let mut held: HashMap<Ref, u64> = values.iter().map(|r| (*r, 0)).collect();
    let mut count = |r: Ref| {
        if let Some(n) = held.get_mut(&r) {
            *n += 1;
        }
    };
    for r in vm.heap.iter().filter(|r| Some(*r) != tuple) {
        vm.heap.visit_children(r, &mut count);
    }
    vm.visit_roots(&mut count);
    held.into_iter().map(|(r, n)| (r, u64::from(vm.heap.count(r)).saturating_sub(n))).collect()
}

/// `texts`: first the expressions, one a value, then what the lens needs besides.
fn show(vm: &mut Vm, a: Args) -> Step {
    let lens = vm.lossy(a[0]);
    let mut texts: Vec<String> = vm.tuple_items(a[1]).unwrap_or_default().iter().map(|r| vm.lossy(*r)).collect();
    let values = vm.tuple_items(a[2]).unwrap_or_default().to_vec();
    let extra = texts.split_off(values.len().min(texts.len()));
    let mut own: HashMap<Ref, u64> = HashMap::new();
    // The tuple of values holds each once for each time it is named.
    values.iter().for_each(|r| *own.entry(*r).or_default() += 1);
    let s = Subjects { texts, values, namespace: a[3], tuple: Some(a[2]), own };
    let view = make(vm, &lens, &s, &extra)?;
    let bundle = render::bundle(&view, &memory::get(vm).figures());
    let text = serde_json::to_string(&bundle).unwrap_or_default();
    Ok(vm.str(text))
}

fn strings(vm: &mut Vm, list: Vec<String>) -> crate::heap::Owned {
    let items = list.into_iter().map(|s| vm.str(s)).collect();
    vm.tuple(items)
}
fn plan(vm: &mut Vm, a: Args) -> Step {
    let (lens, line) = (vm.lossy(a[0]), vm.lossy(a[1]));
    match crate::lens::plan(&lens, &line) {
        Ok((texts, extra)) => {
            let pair = vec![strings(vm, texts), strings(vm, extra)];
            Ok(vm.tuple(pair))
        }
        Err(sentence) => Ok(vm.str(sentence)),
    }
}
fn names(vm: &mut Vm, _: Args) -> Step {
    let rows = crate::lens::names();
    let rows = rows.into_iter().map(|(name, help)| strings(vm, vec![name.to_owned(), help.to_owned()])).collect();
    Ok(vm.tuple(rows))
}
