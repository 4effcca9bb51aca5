//! `lru_cache`'s wrapper: a dict of results, and for a bounded cache their order of use.
//!
//! A hit is answered here. A miss ends in the prelude, which calls the function and then a [`STORE`] object with the
//! result: what other calls put into the cache in the meantime is looked up again there.
use super::super::is_callable;
use super::partial::namespace;
use crate::heap::Ref;
use crate::native_state;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Args, Def, Step, TypeDef, Vm, fixed, n, t};

/// An entry of a bounded cache, in a ring through entry 0, which holds nothing: `next` is used more recently.
#[derive(Clone, Copy)]
struct Link {
    key: Ref,
    hash: i64,
    result: Ref,
    prev: usize,
    next: usize,
}

#[derive(Clone)]
struct Cache {
    func: Ref,
    /// None: unbounded.
    maxsize: Option<usize>,
    typed: bool,
    /// Key → result; in a bounded cache key → index of its link as an int.
    dict: Ref,
    links: Vec<Link>,
    hits: i64,
    misses: i64,
    /// Separates positional from keyword arguments in a key.
    mark: Ref,
    info_type: Ref,
}
native_state!(Cache, |s, f| {
    let Cache { func, maxsize: _, typed: _, dict, links, hits: _, misses: _, mark, info_type } = s;
    [*func, *dict, *mark, *info_type].into_iter().for_each(&mut *f);
    links.iter().skip(1).for_each(|l| {
        f(l.key);
        f(l.result)
    });
});
/// Entry 0 of the ring.
const ROOT: Link = Link { key: fixed::NONE, hash: 0, result: fixed::NONE, prev: 0, next: 0 };

impl Cache {
    fn unlink(&mut self, i: usize) {
        let Link { prev, next, .. } = self.links[i];
        self.links[prev].next = next;
        self.links[next].prev = prev;
    }
    /// Makes an entry the most recent one.
    fn append(&mut self, i: usize) {
        let last = self.links[0].prev;
        self.links[i].prev = last;
        self.links[i].next = 0;
        self.links[last].next = i;
        self.links[0].prev = i;
    }
}

fn own<'a>(vm: &'a mut Vm, r: Ref) -> &'a mut Cache {
    vm.state_mut(r).expect("an lru_cache wrapper")
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let (func, maxsize, typed, info_type) = (a[1], a[2], a[3], a[4]);
    if !is_callable(vm, func) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let maxsize = if maxsize == fixed::NONE {
        None
    } else if vm.lookup_special(maxsize, n::__INDEX__).is_some() {
        Some(vm.index_i64(maxsize)?.max(0) as usize)
    } else {
        return Err(vm.type_error("maxsize should be integer or None"));
    };
    let typed = vm.truth(typed)?;
    let dict = vm.dict().into_raw();
    let mark = vm.alloc(t::OBJECT, Payload::Unit).into_raw();
    vm.heap.incref_raw(func);
    vm.heap.incref_raw(info_type);
    let cache = Cache { func, maxsize, typed, dict, links: vec![ROOT], hits: 0, misses: 0, mark, info_type };
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(cache))))
}

/// The key of a call, kept: a lone exact `str` or `int` stands for itself.
fn make_key(vm: &mut Vm, typed: bool, mark: Ref, args: Ref, kwargs: &[(Ref, Ref)]) -> Ref {
    let items = vm.tuple_items(args).unwrap_or_default().to_vec();
    if !typed && kwargs.is_empty() {
        return match items[..] {
            [only] if matches!(vm.ty(only), t::STR | t::INT) => only,
            _ => args,
        };
    }
    let mut key = items.clone();
    if !kwargs.is_empty() {
        key.push(mark);
        key.extend(kwargs.iter().flat_map(|(k, v)| [*k, *v]));
    }
    if typed {
        key.extend(items.iter().map(|r| vm.ty(*r)));
        key.extend(kwargs.iter().map(|(_, v)| vm.ty(*v)));
    }
    let key = vm.tuple_of(&key);
    vm.keep(key)
}

fn call(vm: &mut Vm, a: Args) -> Step {
    let (func, maxsize, dict) = {
        let c = own(vm, a[0]);
        (c.func, c.maxsize, c.dict)
    };
    let kwargs = vm.kwargs_of(a.opt(2));
    if maxsize == Some(0) {
        let args = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
        own(vm, a[0]).misses += 1;
        return vm.tail_call_kw(func, &args, &kwargs);
    }
    let (typed, mark) = {
        let c = own(vm, a[0]);
        (c.typed, c.mark)
    };
    let key = make_key(vm, typed, mark, a[1], &kwargs);
    let hash = vm.hash(key)?;
    if let Some(entry) = vm.dict_find(dict, key, hash)? {
        let value = vm.dict_of(dict).expect("a dict").value(entry);
        let link = vm.i64_of(value);
        let c = own(vm, a[0]);
        c.hits += 1;
        let result = match (maxsize, link) {
            (Some(_), Some(i)) => {
                c.unlink(i as usize);
                c.append(i as usize);
                c.links[i as usize].result
            }
            _ => value,
        };
        return Ok(vm.incref(result));
    }
    own(vm, a[0]).misses += 1;
    [a[0], key].into_iter().for_each(|r| vm.heap.incref_raw(r));
    let ty = vm.type_of_def(&STORE);
    let store = vm.opaque(ty, Store { wrapper: a[0], key, hash });
    let store = vm.keep(store);
    let no_kwargs = vm.dict();
    let kwargs = a.not_none(2).unwrap_or(no_kwargs.get());
    vm.keep(no_kwargs);
    vm.tail_prelude("functools_lru_miss", &[store, func, a[1], kwargs])
}
/// Takes a result into the cache when it is called with one.
#[derive(Clone)]
struct Store {
    wrapper: Ref,
    key: Ref,
    hash: i64,
}
native_state!(Store, |s, f| {
    let Store { wrapper, key, hash: _ } = s;
    [*wrapper, *key].into_iter().for_each(f);
});
fn store(vm: &mut Vm, a: Args) -> Step {
    let Store { wrapper, key, hash } = vm.state::<Store>(a[0]).expect("a store").clone();
    let (dict, maxsize, oldest) = {
        let c = own(vm, wrapper);
        (c.dict, c.maxsize, c.links[0].next)
    };
    let found = vm.dict_find(dict, key, hash)?;
    let Some(maxsize) = maxsize else {
        vm.dict_store(dict, found, key, hash, a[1]);
        return Ok(vm.none());
    };
    // A call within this one has stored the same key: leave it.
    if found.is_some() {
        return Ok(vm.none());
    }
    [key, a[1]].into_iter().for_each(|r| vm.heap.incref_raw(r));
    let fresh = Link { key, hash, result: a[1], prev: 0, next: 0 };
    if vm.dict_of(dict).map_or(0, |d| d.len()) < maxsize {
        let c = own(vm, wrapper);
        c.links.push(fresh);
        let i = c.links.len() - 1;
        c.append(i);
        remember(vm, dict, key, hash, i);
        return Ok(vm.none());
    }
    let old = own(vm, wrapper).links[oldest];
    let entry = vm.dict_find_identical(dict, old.key, old.hash);
    let c = own(vm, wrapper);
    c.unlink(oldest);
    c.links[oldest] = fresh;
    c.append(oldest);
    if let Some(entry) = entry {
        let index = vm.dict_take(dict, entry);
        vm.release(index);
    }
    remember(vm, dict, key, hash, oldest);
    [old.key, old.result].into_iter().for_each(|r| vm.heap.decref_raw(r));
    Ok(vm.none())
}
fn remember(vm: &mut Vm, dict: Ref, key: Ref, hash: i64, link: usize) {
    let index = vm.int(link as i64);
    vm.dict_store(dict, None, key, hash, index.get());
    vm.release(index);
}
impl Vm {
    /// Entry of this very key object.
    fn dict_find_identical(&self, dict: Ref, key: Ref, hash: i64) -> Option<usize> {
        use crate::objects::dict::Step as Found;
        let d = self.dict_of(dict)?;
        let mut p = d.probe(hash);
        loop {
            match d.step(&mut p, key, hash) {
                Found::Absent => return None,
                Found::Identical(i) => return Some(i),
                Found::Candidate(..) => {}
            }
        }
    }
}

fn cache_info(vm: &mut Vm, a: Args) -> Step {
    let (hits, misses, maxsize, dict, ty) = {
        let c = own(vm, a[0]);
        (c.hits, c.misses, c.maxsize, c.dict, c.info_type)
    };
    let size = vm.dict_of(dict).map_or(0, |d| d.len());
    let maxsize = maxsize.map_or(vm.none(), |m| vm.int(m as i64));
    let fields = [vm.int(hits), vm.int(misses), maxsize, vm.int(size as i64)];
    let fields = fields.map(|o| vm.keep(o));
    vm.tail_call(ty, &fields)
}
fn cache_clear(vm: &mut Vm, a: Args) -> Step {
    let fresh = vm.dict().into_raw();
    let c = own(vm, a[0]);
    (c.hits, c.misses) = (0, 0);
    let dict = std::mem::replace(&mut c.dict, fresh);
    let links = std::mem::replace(&mut c.links, vec![ROOT]);
    vm.heap.decref_raw(dict);
    for l in &links[1..] {
        vm.heap.decref_raw(l.key);
        vm.heap.decref_raw(l.result);
    }
    Ok(vm.none())
}
fn get(vm: &mut Vm, a: Args) -> Step {
    if a[1] == fixed::NONE { Ok(vm.incref(a[0])) } else { Ok(vm.bound_method(a[0], a[1])) }
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    vm.tail_getattr(a[0], n::__QUALNAME__)
}
fn copy(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.incref(a[0]))
}
static METHODS: &[Def] = &[
    Def::new("(cls, /, user_function, maxsize, typed, cache_info_type)", new),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Def::method("cache_info", "(self, /)", cache_info, "Report cache statistics"),
    Def::method("cache_clear", "(self, /)", cache_clear, "Clear the cache and cache statistics"),
    Def::plain("__reduce__", "(self, /)", reduce, ""),
    Def::plain("__copy__", "(self, /)", copy, ""),
    Def::plain("__deepcopy__", "(self, memo, /)", copy, ""),
    Def::get("__dict__", namespace, ""),
];
pub static TYPE: TypeDef = TypeDef {
    place: None,
    name: "_lru_cache_wrapper",
    module: "functools",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE,
    size: (160, 0),
    doc: "Create a cached callable that wraps another function.\n\nuser_function: the function being cached\nmaxsize: 0 for no caching, None for unlimited cache size, n for a bounded cache\ntyped: False to cache f(3) and f(3.0) as identical calls\ncache_info_type: namedtuple class of the statistics",
    defs: &[METHODS],
};

static STORE_METHODS: &[Def] = &[Def::method("__call__", "(self, result, /)", store, "Call self as a function.")];
/// Hidden: lives only while a cached function runs.
static STORE: TypeDef = TypeDef {
    place: None,
    name: "_lru_cache_store",
    module: "functools",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (40, 0),
    doc: "",
    defs: &[STORE_METHODS],
};
