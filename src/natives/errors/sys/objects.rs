//! What `sys` tells about objects and the machine, its hooks, and `exit`.
use crate::heap::{IMMORTAL, Payload as _, Ref};
use crate::objects::class::type_flags;
use crate::vm::native::{Args, Def};
use crate::vm::{Ask, Step, Vm, fixed, n, t};

pub const FUNCTIONS: &[Def] = &[
    Def::function("getrefcount", "(object, /)", getrefcount, "How many references to an object there are."),
    Def::function("getsizeof", "(object, default=<unrepresentable>)", getsizeof, "Bytes an object takes in CPython."),
    Def::function("intern", "(string, /)", intern, "The one string with this text."),
    Def::function("_is_interned", "(string, /)", is_interned, "Whether a string is interned."),
    Def::function("_is_immortal", "(op, /)", is_immortal, "Whether an object is immortal."),
    Def::function("getallocatedblocks", "()", getallocatedblocks, "How many objects are alive."),
    Def::function("getunicodeinternedsize", "(*, _only_immortal=False)", interned_size, "How many strings are interned."),
    Def::function("getdefaultencoding", "()", utf8, "The default encoding."),
    Def::function("getfilesystemencoding", "()", utf8, "The encoding of file names."),
    Def::function("getfilesystemencodeerrors", "()", surrogateescape, "The error handler of file names."),
    Def::function("is_finalizing", "()", |vm, _| { let b = crate::natives::system::thread::is_finalizing(vm); Ok(vm.bool(b)) }, "Whether the interpreter is ending."),
    Def::function("_is_gil_enabled", "()", |vm, _| { let on = vm.sys_int(crate::vm::syscall::Syscall::GilEnabled)?; Ok(vm.bool(on != 0)) }, "Whether threads take turns."),
    Def::function("is_stack_trampoline_active", "()", no, "Whether a stack profiler is served."),
    Def::function("is_remote_debug_enabled", "()", no, "Whether another process may debug this one."),
    Def::function("remote_exec", "(pid, script)", remote_exec, "Run a script in another process."),
    Def::function("_get_cpu_count_config", "()", cpu_count, "The configured number of processors."),
    Def::function("_clear_type_cache", "()", clear_type_cache, "Empty the method cache."),
    Def::function("_clear_internal_caches", "()", clear_caches, "Empty the machine's caches."),
    Def::function("_clear_type_descriptors", "(type, /)", clear_descriptors, "Take __dict__ and __weakref__ from a class."),
    Def::function("_debugmallocstats", "()", nothing, "Statistics of the allocator: there are none."),
    Def::function("exit", "(status=None, /)", exit, "Raise SystemExit(status)."),
    Def::function("displayhook", "(object, /)", displayhook, "Print an object's repr and keep it in builtins._."),
    Def::function("excepthook", "(exctype, value, traceback, /)", excepthook, "Print an exception to sys.stderr."),
    Def::function("unraisablehook", "(unraisable, /)", unraisablehook, "Print an exception that cannot be raised."),
    Def::function("breakpointhook", "(*args, **kwargs)", breakpointhook, "What breakpoint() calls."),
];

/// Count that CPython 3.14 shows for immortal objects.
const SHOWN_IMMORTAL: i64 = 3 << 30;

fn getrefcount(vm: &mut Vm, a: Args) -> Step {
    let count = vm.heap.count(a[0]);
    Ok(vm.int(if count >= IMMORTAL { SHOWN_IMMORTAL } else { count as i64 }))
}
/// Bytes of the collector's header, and of the pointers in front of instances with a dict.
const HEADER: i64 = 16;

fn getsizeof(vm: &mut Vm, a: Args) -> Step {
    let found = match sizeof(vm, a[0]) {
        Ok(Some(Ok(r))) => Ok(r),
        Ok(Some(Err(e))) => Err(e),
        Ok(None) => {
            let message = format!("Type {} doesn't define __sizeof__", vm.dotted_type_name(a[0]));
            match vm.type_error(message) {
                Ask::Raise(e) => Err(vm.keep(e)),
                other => return Err(other),
            }
        }
        Err(other) => return Err(other),
    };
    match (found, a.opt(1)) {
        (Ok(size), default) => size_with_header(vm, a[0], size, default),
        (Err(e), Some(default)) if vm.exc_is(e, t::TYPE_ERROR) => Ok(vm.incref(default)),
        (Err(e), _) => Err(vm.reraise(e)),
    }
}
fn sizeof(vm: &mut Vm, r: Ref) -> Result<Option<Result<Ref, Ref>>, Ask> {
    if vm.is_type(r) {
        // The type's own, not that of its instances.
        let f = vm.lookup(t::TYPE, n::__SIZEOF__);
        return match f {
            Some(f) => vm.try_call(f, &[r]).map(Some),
            None => Ok(None),
        };
    }
    vm.try_call_special(r, n::__SIZEOF__, &[])
}
/// `sys.getsizeof` of an object by the machine's own `__sizeof__`: a `__sizeof__` in Python is passed over.
pub fn shallow_size(vm: &mut Vm, r: Ref) -> u64 {
    let on = if vm.is_type(r) { t::TYPE } else { vm.ty(r) };
    let defined = vm.type_obj(on).mro.iter().filter_map(|k| vm.dict_get_name(vm.type_obj(*k).dict, n::__SIZEOF__));
    let native = defined.into_iter().find_map(|f| match vm.heap.get(f) {
        crate::objects::Payload::Native(x) => Some(vm.natives[x.native as usize].def.f),
        _ => None,
    });
    let Some(f) = native else { return 0 };
    let sized = f(vm, Args(&[Some(r)])).and_then(|size| {
        let size = vm.keep(size);
        size_with_header(vm, r, size, None)
    });
    match sized {
        Ok(o) => {
            let size = vm.i64_of(o.get()).unwrap_or(0);
            vm.release(o);
            size.max(0) as u64
        }
        Err(Ask::Raise(e)) => {
            vm.release(e);
            0
        }
        Err(_) => 0,
    }
}
fn size_with_header(vm: &mut Vm, obj: Ref, size: Ref, default: Option<Ref>) -> Step {
    let Some(size) = vm.i64_of(size) else {
        return match default {
            Some(d) if !vm.is_int(size) => Ok(vm.incref(d)),
            _ if vm.is_int(size) => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
            _ => Err(vm.type_error("an integer is required")),
        };
    };
    if size < 0 {
        return Err(vm.value_error("__sizeof__() should return >= 0"));
    }
    let (ty, base) = (vm.type_obj(vm.ty(obj)), vm.type_obj(vm.native_base(vm.ty(obj))));
    let heap_type = ty.has(type_flags::HEAP);
    let in_front = heap_type && (ty.has_dict && !base.has_dict || ty.has_weakref && !base.has_weakref) && !vm.is_type(obj) || ty.has(type_flags::WEAK_IN_FRONT);
    let header = if is_collected(vm, obj) { HEADER } else { 0 } + if in_front { HEADER } else { 0 };
    Ok(vm.bigint(num_bigint::BigInt::from(size) + header))
}
/// Whether CPython's collector knows objects like this one.
fn is_collected(vm: &Vm, r: Ref) -> bool {
    let ty = vm.ty(r);
    match ty {
        t::CODE | t::RANGE | t::RANGE_ITER => false,
        t::TYPE => vm.type_obj(r).has(type_flags::HEAP),
        _ => vm.heap.get(r).is_container() || vm.type_obj(ty).has(type_flags::HEAP | type_flags::COLLECTED),
    }
}
fn intern(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[0]) == t::STR {
        let r = vm.intern_itself(a[0]);
        return Ok(vm.incref(r));
    }
    let name = vm.type_name(a[0]).to_owned();
    let message = match vm.str_of(a[0]) {
        Some(_) => format!("can't intern {name}"),
        None => format!("intern() argument must be str, not {name}"),
    };
    Err(vm.type_error(message))
}
fn is_interned(vm: &mut Vm, a: Args) -> Step {
    match vm.str_of(a[0]) {
        Some(s) => {
            let b = s.interned.get();
            Ok(vm.bool(b))
        }
        None => {
            let message = format!("_is_interned() argument must be str, not {}", vm.dotted_type_name(a[0]));
            Err(vm.type_error(message))
        }
    }
}
fn is_immortal(vm: &mut Vm, a: Args) -> Step {
    let b = vm.heap.count(a[0]) >= IMMORTAL;
    Ok(vm.bool(b))
}
fn getallocatedblocks(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(vm.heap.live() as i64))
}
fn interned_size(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(vm.interned.len() as i64))
}
fn utf8(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.intern("utf-8"))
}
fn surrogateescape(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.intern("surrogateescape"))
}
fn no(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.bool(false))
}
fn nothing(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.none())
}
fn cpu_count(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(-1))
}
fn remote_exec(vm: &mut Vm, _: Args) -> Step {
    Err(vm.unsupported("sys.remote_exec"))
}
fn clear_type_cache(vm: &mut Vm, a: Args) -> Step {
    let message = "sys._clear_type_cache() is deprecated and may be removed in a future version of Python.  Use sys._clear_internal_caches() instead.";
    crate::natives::errors::warnings::warn_from_native(vm, t::DEPRECATION_WARNING, message, 1)?;
    clear_caches(vm, a)
}
fn clear_caches(vm: &mut Vm, _: Args) -> Step {
    vm.method_cache.clear();
    Ok(vm.none())
}
fn clear_descriptors(vm: &mut Vm, a: Args) -> Step {
    if !vm.is_type(a[0]) {
        return Err(vm.type_error("argument must be a type"));
    }
    if !vm.type_obj(a[0]).has(type_flags::HEAP) {
        return Err(vm.type_error("argument is immutable"));
    }
    let dict = vm.type_obj(a[0]).dict;
    for name in [n::__DICT__, n::__WEAKREF__] {
        if let Some(old) = vm.dict_del_name(dict, name) {
            vm.release(old);
        }
    }
    vm.type_modified(a[0]);
    Ok(vm.none())
}

fn exit(vm: &mut Vm, a: Args) -> Step {
    let args = match a.opt(0) {
        None | Some(fixed::NONE) => vec![],
        Some(r) if vm.ty(r) == t::TUPLE => vm.tuple_items(r).map_or(vec![], <[Ref]>::to_vec),
        Some(r) => vec![r],
    };
    let args = args.into_iter().map(|r| vm.incref(r)).collect();
    Err(Ask::Raise(vm.new_exception(t::SYSTEM_EXIT, args)))
}
fn displayhook(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("sys_displayhook", &[a[0]])
}
fn excepthook(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("sys_excepthook", &[a[0], a[1], a[2]])
}
fn unraisablehook(vm: &mut Vm, a: Args) -> Step {
    if vm.type_name(a[0]) != "UnraisableHookArgs" {
        return Err(vm.type_error("sys.unraisablehook argument type must be UnraisableHookArgs"));
    }
    vm.tail_prelude("sys_unraisablehook", &[a[0]])
}
fn breakpointhook(vm: &mut Vm, a: Args) -> Step {
    let kwargs = match a.opt(1) {
        Some(d) => d,
        None => {
            let d = vm.dict();
            vm.keep(d)
        }
    };
    vm.tail_prelude("sys_breakpointhook", &[a.opt(0).unwrap_or(fixed::EMPTY_TUPLE), kwargs])
}
