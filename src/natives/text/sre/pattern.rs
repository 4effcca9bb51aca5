//! `re.Pattern`: a compiled regular expression, and the scanner that walks its matches.
use super::engine::{self, Mode, Subject};
use super::matches::new_match;
use super::{replace, state};
use crate::heap::Ref;
use crate::natives::text::util::bound_arg;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::objects::{Payload, State};
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, fixed, t};
use std::sync::Arc;

pub static PATTERN: TypeDef = TypeDef {
    place: None,
    name: "Pattern",
    module: "re",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (96, 4),
    doc: "Compiled regular expression object.",
    defs: &[DEFS],
};
static SCANNER: TypeDef = TypeDef {
    place: None,
    name: "SRE_Scanner",
    module: "_sre",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW,
    size: (160, 0),
    doc: "",
    defs: &[SCANNER_DEFS],
};

/// State of a pattern.
#[derive(Clone)]
pub struct Pattern {
    /// The text it was compiled from, or None (owned).
    pub source: Ref,
    pub flags: u32,
    pub code: Arc<[u32]>,
    pub groups: usize,
    /// Group names: a dict (owned).
    pub group_index: Ref,
    /// Names by number: a tuple (owned).
    pub index_group: Ref,
    /// Whether it is for bytes; None when compiled from no text.
    pub bytes: Option<bool>,
}
state!(Pattern, |p, f| [p.source, p.group_index, p.index_group].into_iter().for_each(f));

static DEFS: &[Def] = &[
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]]), "See PEP 585"),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__eq__", "(self, value, /)", |vm, a| equal(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| equal(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__copy__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), ""),
    Def::method("__deepcopy__", "(self, memo, /)", |vm, a| Ok(vm.incref(a[0])), ""),
    Def::method("match", "(self, /, string, pos=0, endpos=sys.maxsize)", |vm, a| look(vm, a, Mode::Match), "Match at the start of the string."),
    Def::method("fullmatch", "(self, /, string, pos=0, endpos=sys.maxsize)", |vm, a| look(vm, a, Mode::FullMatch), "Match the whole string."),
    Def::method("search", "(self, /, string, pos=0, endpos=sys.maxsize)", |vm, a| look(vm, a, Mode::Search), "Look for the first match anywhere."),
    Def::method("findall", "(self, /, string, pos=0, endpos=sys.maxsize)", find_all, "All matches as a list of texts or tuples."),
    Def::method("finditer", "(self, /, string, pos=0, endpos=sys.maxsize)", find_iter, "Iterator over all matches."),
    Def::method("scanner", "(self, /, string, pos=0, endpos=sys.maxsize)", scanner, ""),
    Def::method("split", "(self, /, string, maxsplit=0)", split, "Split the string by the matches."),
    Def::method("sub", "(self, /, repl, string, count=0)", replace::sub, "Replace the leftmost matches."),
    Def::method("subn", "(self, /, repl, string, count=0)", replace::subn, "Replace the leftmost matches; also the number of replacements."),
    Def::member("pattern", |vm, a| { let r = pattern(vm, a[0]).source; Ok(vm.incref(r)) }, "The pattern string."),
    Def::member("flags", |vm, a| { let k = pattern(vm, a[0]).flags; Ok(vm.int(i64::from(k))) }, "The flags."),
    Def::member("groups", |vm, a| { let k = pattern(vm, a[0]).groups; Ok(vm.int(k as i64)) }, "Number of capturing groups."),
    Def::get("groupindex", group_index, "Group names and their numbers."),
];

pub fn pattern(vm: &Vm, r: Ref) -> &Pattern {
    vm.state::<Pattern>(r).expect("the receiver is a pattern")
}

/// `_sre.compile`.
pub fn compile(vm: &mut Vm, a: Args) -> Step {
    let flags = vm.index_i64(a[1])? as u32;
    let groups = vm.index_i64(a[3])? as usize;
    let Some(items) = vm.list_items(a[2]).cloned() else {
        let message = format!("compile() argument 'code' must be list, not {}", vm.dotted_type_name(a[2]));
        return Err(vm.type_error(message));
    };
    let mut code = Vec::with_capacity(items.len());
    for r in items {
        let i = vm.index_i64(r)?;
        match u32::try_from(i) {
            Ok(c) => code.push(c),
            Err(_) => return Err(vm.overflow_error("regular expression code size limit exceeded")),
        }
    }
    if vm.dict_of(a[4]).is_none() || vm.tuple_items(a[5]).is_none() {
        return Err(vm.type_error("compile() needs a dict and a tuple of group names"));
    }
    let bytes = if a[0] == fixed::NONE { None } else { Some(vm.str_of(a[0]).is_none()) };
    [a[0], a[4], a[5]].into_iter().for_each(|r| vm.heap.incref_raw(r));
    let state = Pattern { source: a[0], flags, code: code.into(), groups, group_index: a[4], index_group: a[5], bytes };
    let ty = vm.type_of_def(&PATTERN);
    Ok(vm.opaque(ty, state))
}

const NAMES: [(&str, u32); 7] = [
    ("re.IGNORECASE", 2),
    ("re.LOCALE", 4),
    ("re.MULTILINE", 8),
    ("re.DOTALL", 16),
    ("re.VERBOSE", 64),
    ("re.DEBUG", 128),
    ("re.ASCII", 256),
];
fn repr(vm: &mut Vm, a: Args) -> Step {
    let p = pattern(vm, a[0]).clone();
    let shown = vm.repr(p.source)?;
    let shown: String = vm.lossy(shown).chars().take(200).collect();
    let mut flags = p.flags;
    // UNICODE is what str patterns have anyway.
    if p.bytes != Some(true) && flags & (4 | 32 | 256) == 32 {
        flags &= !32;
    }
    let mut names: Vec<String> = NAMES.iter().filter(|(_, bit)| flags & bit != 0).map(|(n, _)| (*n).to_owned()).collect();
    let rest = NAMES.iter().fold(flags, |f, (_, bit)| f & !bit);
    if rest != 0 {
        names.push(format!("{rest:#x}"));
    }
    let text = if names.is_empty() { format!("re.compile({shown})") } else { format!("re.compile({shown}, {})", names.join("|")) };
    Ok(vm.str(text))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    let p = pattern(vm, a[0]).clone();
    let source = vm.hash(p.source)?;
    let code = p.code.iter().fold(0u64, |h, c| h.wrapping_mul(1_000_003) ^ u64::from(*c));
    let h = source ^ code as i64 ^ i64::from(p.flags) ^ p.groups as i64;
    Ok(vm.int(if h == -1 { -2 } else { h }))
}
fn equal(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    let (Some(p), Some(q)) = (vm.state::<Pattern>(a[0]).cloned(), vm.state::<Pattern>(a[1]).cloned()) else {
        return Ok(vm.not_implemented());
    };
    let holds = p.flags == q.flags && p.bytes == q.bytes && p.code == q.code && vm.eq(p.source, q.source)?;
    Ok(vm.bool(holds == (op == Cmp::Eq)))
}
fn group_index(vm: &mut Vm, a: Args) -> Step {
    let d = pattern(vm, a[0]).group_index;
    vm.heap.incref_raw(d);
    Ok(vm.heap.alloc(t::PROXY, Payload::Proxy(d), 0))
}

/// The subject and the part to look at: arguments (self, string, pos, endpos).
fn window(vm: &mut Vm, a: &Args) -> Result<(Subject, (usize, usize)), Ask> {
    let start = bound_arg(vm, a.opt(2), 0)?;
    let end = bound_arg(vm, a.opt(3), i64::MAX)?;
    let subject = Subject::new(vm, a[0], a[1])?;
    let len = subject.len as i64;
    let (start, end) = (start.clamp(0, len), end.clamp(0, len));
    Ok((subject, (start as usize, end as usize)))
}
fn look(vm: &mut Vm, a: Args, mode: Mode) -> Step {
    let (subject, range) = window(vm, &a)?;
    match range.0 <= range.1 {
        true => match engine::run(vm, a[0], &subject, range, mode, false) {
            Some(found) => Ok(new_match(vm, a[0], a[1], found, range)),
            None => Ok(vm.none()),
        },
        false => Ok(vm.none()),
    }
}
/// Every match from left to right, as `findall` counts them; `each` may stop the walk.
pub fn each_match(vm: &mut Vm, p: Ref, subject: &Subject, range: (usize, usize), mut each: impl FnMut(&mut Vm, engine::Found) -> bool) {
    let (mut start, end) = range;
    let mut advance = false;
    while start <= end {
        let Some(found) = engine::run(vm, p, subject, (start, end), Mode::Search, advance) else { break };
        advance = found.start() == found.end();
        start = found.end();
        if !each(vm, found) {
            break;
        }
    }
}
fn find_all(vm: &mut Vm, a: Args) -> Step {
    let (subject, range) = window(vm, &a)?;
    let groups = pattern(vm, a[0]).groups;
    let empty = if vm.str_of(a[1]).is_some() { fixed::EMPTY_STR } else { fixed::EMPTY_BYTES };
    let mut items = Vec::new();
    each_match(vm, a[0], &subject, range, |vm, found| {
        let item = match groups {
            0 | 1 => engine::group(vm, a[1], found.spans[groups], empty),
            _ => {
                let parts = found.spans[1..].iter().map(|s| engine::group(vm, a[1], *s, empty)).collect();
                vm.tuple(parts)
            }
        };
        items.push(item);
        true
    });
    Ok(vm.list(items))
}
fn split(vm: &mut Vm, a: Args) -> Step {
    let max = bound_arg(vm, a.opt(2), 0)?;
    let subject = Subject::new(vm, a[0], a[1])?;
    let (mut items, mut last, mut done) = (Vec::new(), 0, 0);
    if max >= 0 {
        each_match(vm, a[0], &subject, (0, subject.len), |vm, found| {
            items.push(engine::slice(vm, a[1], last, found.start()));
            for span in &found.spans[1..] {
                items.push(engine::group(vm, a[1], *span, fixed::NONE));
            }
            last = found.end();
            done += 1;
            max == 0 || done < max
        });
    }
    items.push(engine::slice(vm, a[1], last, subject.len));
    Ok(vm.list(items))
}

/// State of a scanner: where the next look starts; None at the end.
#[derive(Clone)]
pub struct Scanner {
    pattern: Ref,
    subject: Subject,
    range: (usize, usize),
    start: Option<usize>,
    advance: bool,
}
state!(Scanner, |s, f| [s.pattern, s.subject.string].into_iter().for_each(f));

static SCANNER_DEFS: &[Def] = &[
    Def::method("match", "(self, /)", |vm, a| scan(vm, a, Mode::Match), ""),
    Def::method("search", "(self, /)", |vm, a| scan(vm, a, Mode::Search), ""),
    Def::member("pattern", |vm, a| { let r = vm.state::<Scanner>(a[0]).expect("a scanner").pattern; Ok(vm.incref(r)) }, ""),
];

fn scanner(vm: &mut Vm, a: Args) -> Step {
    let (subject, range) = window(vm, &a)?;
    vm.heap.incref_raw(a[0]);
    vm.heap.incref_raw(a[1]);
    let ty = vm.type_of_def(&SCANNER);
    Ok(vm.opaque(ty, Scanner { pattern: a[0], subject, range, start: Some(range.0), advance: false }))
}
fn scan(vm: &mut Vm, a: Args, mode: Mode) -> Step {
    let s = vm.state::<Scanner>(a[0]).expect("a scanner").clone();
    let Some(start) = s.start.filter(|x| *x <= s.range.1) else { return Ok(vm.none()) };
    let found = engine::run(vm, s.pattern, &s.subject, (start, s.range.1), mode, s.advance);
    let next = found.as_ref().map(|f| (f.end(), f.start() == f.end()));
    let place = vm.state_mut::<Scanner>(a[0]).expect("a scanner");
    place.start = next.map(|n| n.0);
    place.advance = next.is_some_and(|n| n.1);
    match found {
        Some(found) => Ok(new_match(vm, s.pattern, s.subject.string, found, s.range)),
        None => Ok(vm.none()),
    }
}
fn find_iter(vm: &mut Vm, a: Args) -> Step {
    let s = scanner(vm, a)?;
    let s = vm.keep(s);
    let search = vm.getattr_str(s, "search")?;
    vm.heap.incref_raw(search);
    Ok(vm.iter(t::CALLABLE_ITER, Iter::Callable { callable: Some(search), sentinel: Some(fixed::NONE) }))
}
