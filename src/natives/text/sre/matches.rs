//! `re.Match`: what a successful match answers.
use super::engine::{self, Found};
use super::pattern::{Pattern, pattern};
use super::{state, template};
use crate::heap::{Owned, Ref};
use crate::objects::State;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, fixed, n, t};

pub static MATCH: TypeDef = TypeDef {
    place: None,
    name: "Match",
    module: "re",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (88, 8),
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    defs: &[DEFS],
};

/// State of a match.
#[derive(Clone)]
pub struct Match {
    pattern: Ref,
    pub string: Ref,
    pub spans: Vec<(i64, i64)>,
    last_index: i64,
    range: (usize, usize),
}
state!(Match, |m, f| [m.pattern, m.string].into_iter().for_each(f));

static DEFS: &[Def] = &[
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]]), "See PEP 585"),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__sizeof__", "(self, /)", size_of, "Size of object in memory, in bytes."),
    Def::method("__getitem__", "(self, key, /)", get_item, "Return self[key]."),
    Def::method("__copy__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), ""),
    Def::method("__deepcopy__", "(self, memo, /)", |vm, a| Ok(vm.incref(a[0])), ""),
    Def::method("group", "(self, *args)", group, "One or more groups of the match."),
    Def::method("groups", "(self, /, default=None)", groups, "All groups as a tuple."),
    Def::method("groupdict", "(self, /, default=None)", group_dict, "All named groups as a dict."),
    Def::method("start", "(self, group=0, /)", |vm, a| { let s = span_of(vm, a)?; Ok(vm.int(s.0)) }, "Index of the start of a group."),
    Def::method("end", "(self, group=0, /)", |vm, a| { let s = span_of(vm, a)?; Ok(vm.int(s.1)) }, "Index of the end of a group."),
    Def::method("span", "(self, group=0, /)", |vm, a| { let s = span_of(vm, a)?; Ok(pair(vm, s)) }, "Start and end of a group."),
    Def::method("expand", "(self, /, template)", expand, "The template with its group references filled."),
    Def::member("string", |vm, a| { let r = state_of(vm, a[0]).string; Ok(vm.incref(r)) }, "The string that was searched."),
    Def::member("re", |vm, a| { let r = state_of(vm, a[0]).pattern; Ok(vm.incref(r)) }, "The pattern."),
    Def::member("pos", |vm, a| { let k = state_of(vm, a[0]).range.0; Ok(vm.int(k as i64)) }, "Where the search started."),
    Def::member("endpos", |vm, a| { let k = state_of(vm, a[0]).range.1; Ok(vm.int(k as i64)) }, "Where the search had to end."),
    Def::get("lastindex", last_index, "Number of the last matched group."),
    Def::get("lastgroup", last_group, "Name of the last matched group."),
    Def::get("regs", regs, "Spans of all groups."),
];

fn state_of(vm: &Vm, r: Ref) -> &Match {
    vm.state::<Match>(r).expect("the receiver is a match")
}
/// A match object.
pub fn new_match(vm: &mut Vm, pattern: Ref, string: Ref, found: Found, range: (usize, usize)) -> Owned {
    vm.heap.incref_raw(pattern);
    vm.heap.incref_raw(string);
    let ty = vm.type_of_def(&MATCH);
    vm.opaque(ty, Match { pattern, string, spans: found.spans, last_index: found.last_index, range })
}
fn pair(vm: &mut Vm, (x, y): (i64, i64)) -> Owned {
    let items = vec![vm.int(x), vm.int(y)];
    vm.tuple(items)
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let m = state_of(vm, a[0]).clone();
    let whole = engine::group(vm, m.string, m.spans[0], fixed::NONE);
    let whole = vm.keep(whole);
    let shown = vm.repr(whole)?;
    let shown = vm.lossy(shown);
    let name = vm.type_obj(vm.ty(a[0])).name.clone();
    let text = format!("<re.{name} object; span=({}, {}), match={shown}>", m.spans[0].0, m.spans[0].1);
    Ok(vm.str(text))
}
/// Number of a group given by number or name.
fn index(vm: &mut Vm, r: Ref, key: Ref) -> Result<usize, Ask> {
    let m = state_of(vm, r);
    let (count, names) = (m.spans.len() as i64, pattern(vm, m.pattern).group_index);
    let number = if vm.is_int(key) || vm.lookup_special(key, n::__INDEX__).is_some() {
        let i = vm.index_ref(key)?;
        vm.i64_of(i)
    } else if vm.hash_simple(key).is_some() {
        let found = vm.dict_get(names, key)?;
        found.and_then(|i| vm.i64_of(i))
    } else {
        None
    };
    match number {
        Some(i) if (0..count).contains(&i) => Ok(i as usize),
        _ => Err(vm.index_error("no such group")),
    }
}
fn one(vm: &mut Vm, r: Ref, key: Ref) -> Step {
    let i = index(vm, r, key)?;
    let (string, span) = { let m = state_of(vm, r); (m.string, m.spans[i]) };
    Ok(engine::group(vm, string, span, fixed::NONE))
}
fn get_item(vm: &mut Vm, a: Args) -> Step {
    one(vm, a[0], a[1])
}
fn group(vm: &mut Vm, a: Args) -> Step {
    let keys = a.opt(1).and_then(|r| vm.tuple_items(r)).map_or(vec![], <[Ref]>::to_vec);
    match keys[..] {
        [] => {
            let m = state_of(vm, a[0]);
            let (string, span) = (m.string, m.spans[0]);
            Ok(engine::group(vm, string, span, fixed::NONE))
        }
        [key] => one(vm, a[0], key),
        _ => {
            let mut items = Vec::new();
            for key in keys {
                let g = one(vm, a[0], key)?;
                items.push(vm.keep(g));
            }
            Ok(vm.tuple_of(&items))
        }
    }
}
fn groups(vm: &mut Vm, a: Args) -> Step {
    let default = a.opt(1).unwrap_or(fixed::NONE);
    let m = state_of(vm, a[0]).clone();
    let items = m.spans[1..].iter().map(|s| engine::group(vm, m.string, *s, default)).collect();
    Ok(vm.tuple(items))
}
fn group_dict(vm: &mut Vm, a: Args) -> Step {
    let default = a.opt(1).unwrap_or(fixed::NONE);
    let m = state_of(vm, a[0]).clone();
    let names: Vec<(Ref, Ref)> = vm.dict_of(pattern(vm, m.pattern).group_index).map_or(vec![], |d| d.iter().collect());
    let dict = vm.dict();
    for (name, i) in names {
        let i = vm.i64_of(i).unwrap_or(0) as usize;
        let value = engine::group(vm, m.string, m.spans[i], default);
        vm.dict_set_name(dict.get(), name, value.get());
        vm.release(value);
    }
    Ok(dict)
}
fn span_of(vm: &mut Vm, a: Args) -> Result<(i64, i64), Ask> {
    let i = match a.opt(1) {
        Some(key) => index(vm, a[0], key)?,
        None => 0,
    };
    Ok(state_of(vm, a[0]).spans[i])
}
fn expand(vm: &mut Vm, a: Args) -> Step {
    let p = state_of(vm, a[0]).pattern;
    let filter = vm.prelude("sre_template", &[p, a[1]])?;
    let m = state_of(vm, a[0]).clone();
    template::expand(vm, filter, m.string, &m.spans)
}
fn last_index(vm: &mut Vm, a: Args) -> Step {
    let i = state_of(vm, a[0]).last_index;
    if i >= 0 { Ok(vm.int(i)) } else { Ok(vm.none()) }
}
fn last_group(vm: &mut Vm, a: Args) -> Step {
    let m = state_of(vm, a[0]);
    let names = vm.state::<Pattern>(m.pattern).expect("a pattern").index_group;
    let name = usize::try_from(m.last_index).ok().and_then(|i| vm.tuple_items(names).and_then(|x| x.get(i).copied()));
    Ok(vm.incref(name.unwrap_or(fixed::NONE)))
}
fn regs(vm: &mut Vm, a: Args) -> Step {
    let spans = state_of(vm, a[0]).spans.clone();
    let items = spans.into_iter().map(|s| pair(vm, s)).collect();
    Ok(vm.tuple(items))
}

/// The object and two positions for the match and for each group.
fn size_of(vm: &mut Vm, a: Args) -> Step {
    let spans = vm.state::<Match>(a[0]).map_or(0, |m| m.spans.len());
    Ok(vm.int(88 + 16 * spans as i64))
}
