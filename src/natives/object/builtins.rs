//! The `builtins` module's functions.
use super::object_type::attr_name;
use crate::code::{CompileMode, CompileOptions};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::api::Cmp;
use crate::vm::native::ModuleDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, n, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "builtins",
    doc: "Built-in functions, types, exceptions, and other objects.",
    functions: &[FUNCTIONS],
    types: &[],
    init: None,
};

static FUNCTIONS: &[Def] = &[
    Def::function("__build_class__", "(func, name, /, *bases, **kwds)", build_class, "Internal helper function used by the class statement."),
    Def::function("__import__", "(name, globals=None, locals=None, fromlist=(), level=0)", super::importing::import, "Import a module."),
    Def::function("abs", "(number, /)", abs, "Return the absolute value of the argument."),
    Def::function("aiter", "(async_iterable, /)", |vm, a| { match vm.call_special(a[0], n::__AITER__, &[])? { Some(v) => Ok(vm.incref(v)), None => { let m = format!("'{}' object is not an async iterable", vm.dotted_type_name(a[0])); Err(vm.type_error(m)) } } }, "Return an AsyncIterator for an AsyncIterable object."),
    Def::function("all", "(iterable, /)", |vm, a| vm.tail_prelude("all_true", &[a[0]]), "Return True if bool(x) is True for all values x in the iterable."),
    Def::function("anext", "(aiterator, default=<unrepresentable>, /)", |vm, a| match a.opt(1) { Some(d) => vm.tail_prelude("anext_default", &[a[0], d]), None => vm.tail_prelude("anext_plain", &[a[0]]) }, "Return the next item from the async iterator."),
    Def::function("any", "(iterable, /)", |vm, a| vm.tail_prelude("any_true", &[a[0]]), "Return True if bool(x) is True for any x in the iterable."),
    Def::function("ascii", "(obj, /)", |vm, a| crate::vm::slow::convert(vm, a[0], 3), "Return an ASCII-only representation of an object."),
    Def::function("bin", "(number, /)", |vm, a| radix(vm, a[0], 2, "0b"), "Return the binary representation of an integer."),
    Def::function("breakpoint", "(*args, **kws)", breakpoint, "Call sys.breakpointhook."),
    Def::function("callable", "(obj, /)", |vm, a| { let b = vm.lookup_special(a[0], n::__CALL__).is_some(); Ok(vm.bool(b)) }, "Return whether the object is callable."),
    Def::function("chr", "(i, /)", chr, "Return a Unicode string of one character with ordinal i."),
    Def::function("compile", "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)", compile, "Compile source into a code object that can be executed by exec() or eval()."),
    Def::function("delattr", "(obj, name, /)", |vm, a| { let name = attr_name(vm, a[1])?; vm.tail_setattr(a[0], name, None) }, "Deletes the named attribute from the given object."),
    Def::function("dir", "(object=<unrepresentable>, /)", dir, "Return the names of an object's attributes, or of the current scope."),
    Def::function("divmod", "(x, y, /)", |vm, a| operator(vm, a[0], a[1], n::__DIVMOD__, n::__RDIVMOD__, "divmod()"), "Return the tuple (x//y, x%y)."),
    Def::function("eval", "(source, /, globals=None, locals=None)", |vm, a| evaluate(vm, a, CompileMode::Eval), "Evaluate the given source in the context of globals and locals."),
    Def::function("exec", "(source, /, globals=None, locals=None, *, closure=None)", |vm, a| evaluate(vm, a, CompileMode::Exec), "Execute the given source in the context of globals and locals."),
    Def::function("format", "(value, format_spec='', /)", format, "Return type(value).__format__(value, format_spec)."),
    Def::function("getattr", "(object, name, default=<unrepresentable>, /)", getattr, "Get a named attribute from an object."),
    Def::function("globals", "()", globals, "Return the dictionary containing the current scope's global variables."),
    Def::function("hasattr", "(obj, name, /)", |vm, a| { let name = attr_name(vm, a[1])?; let b = vm.getattr_opt(a[0], name)?.is_some(); Ok(vm.bool(b)) }, "Return whether the object has an attribute with the given name."),
    Def::function("hash", "(obj, /)", |vm, a| { let h = vm.hash(a[0])?; Ok(vm.int(h)) }, "Return the integer hash value for the given object."),
    Def::function("hex", "(number, /)", |vm, a| radix(vm, a[0], 16, "0x"), "Return the hexadecimal representation of an integer."),
    Def::function("id", "(obj, /)", |vm, a| Ok(vm.int(a[0].address() as i64)), "Return the identity of an object."),
    Def::function("input", "(prompt='', /)", input, "Read a string from standard input."),
    Def::function("isinstance", "(obj, class_or_tuple, /)", |vm, a| { let b = vm.isinstance(a[0], a[1])?; Ok(vm.bool(b)) }, "Return whether an object is an instance of a class or of a subclass thereof."),
    Def::function("issubclass", "(cls, class_or_tuple, /)", |vm, a| { let b = vm.issubclass(a[0], a[1])?; Ok(vm.bool(b)) }, "Return whether 'cls' is derived from another class or is the same class."),
    Def::function("iter", "(object, sentinel=<unrepresentable>, /)", iter, "Get an iterator from an object."),
    Def::function("len", "(obj, /)", |vm, a| { let k = vm.len(a[0])?; Ok(vm.int(k)) }, "Return the number of items in a container."),
    Def::function("locals", "()", locals, "Return a dictionary containing the current scope's local variables."),
    Def::function("max", "(*args, **kwargs)", |vm, a| extreme(vm, a, "max"), "Return the largest item."),
    Def::function("min", "(*args, **kwargs)", |vm, a| extreme(vm, a, "min"), "Return the smallest item."),
    Def::function("next", "(iterator, default=<unrepresentable>, /)", next, "Return the next item from the iterator."),
    Def::function("oct", "(number, /)", |vm, a| radix(vm, a[0], 8, "0o"), "Return the octal representation of an integer."),
    Def::function("open", "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)", open, "Open file and return a stream."),
    Def::function("ord", "(character, /)", ord, "Return the ordinal value of a character."),
    Def::function("pow", "(base, exp, mod=None)", pow, "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments."),
    Def::function("print", "(*args, sep=' ', end='\\n', file=None, flush=False)", print, "Prints the values to a stream, or to sys.stdout by default."),
    Def::function("repr", "(obj, /)", |vm, a| { let s = vm.repr(a[0])?; Ok(vm.incref(s)) }, "Return the canonical string representation of the object."),
    Def::function("round", "(number, ndigits=None)", round, "Round a number to a given precision in decimal digits."),
    Def::function("setattr", "(obj, name, value, /)", |vm, a| { let name = attr_name(vm, a[1])?; vm.tail_setattr(a[0], name, Some(a[2])) }, "Sets the named attribute on the given object to the specified value."),
    Def::function("sorted", "(iterable, /, *, key=None, reverse=False)", |vm, a| vm.tail_prelude("sorted_list", &[a[0], a.opt(1).unwrap_or(fixed::NONE), a.opt(2).unwrap_or(fixed::FALSE)]), "Return a new list containing all items from the iterable in ascending order."),
    Def::function("sum", "(iterable, /, start=0)", sum, "Return the sum of a 'start' value (default: 0) plus an iterable of numbers."),
    Def::function("vars", "(object=<unrepresentable>, /)", vars, "Return the __dict__ attribute of an object, or the current scope's variables."),
];

fn build_class(vm: &mut Vm, a: Args) -> Step {
    if !matches!(vm.heap.get(a[0]), Payload::Function(_)) {
        return Err(vm.type_error("__build_class__: func must be a function"));
    }
    if vm.str_of(a[1]).is_none() {
        return Err(vm.type_error("__build_class__: name is not a string"));
    }
    vm.tail_prelude("build_class", &[a[0], a[1], a[2], a.opt(3).unwrap_or(fixed::NONE)])
}
fn abs(vm: &mut Vm, a: Args) -> Step {
    match vm.call_pure(a[0], n::__ABS__, &[])? {
        Some(v) => Ok(vm.incref(v)),
        None => {
            let message = format!("bad operand type for abs(): '{}'", vm.dotted_type_name(a[0]));
            Err(vm.type_error(message))
        }
    }
}
/// The operation of the left operand, or the reflected one of the right: this first where its class is a subclass that has
/// one of its own, and not at all where the classes are the same.
fn by_either(vm: &mut Vm, [x, y]: [Ref; 2], [name, reflected]: [Ref; 2], more: &[Ref]) -> Result<Option<Ref>, Ask> {
    let (left, right) = (vm.ty(x), vm.ty(y));
    let right_first = left != right && vm.is_subtype(right, left) && vm.lookup(right, reflected) != vm.lookup(left, reflected);
    let mut tries = vec![(x, y, name)];
    if left != right {
        tries.insert(usize::from(!right_first), (y, x, reflected));
    }
    for (obj, other, name) in tries {
        let args: Vec<Ref> = [other].iter().chain(more).copied().collect();
        if let Some(v) = vm.call_pure(obj, name, &args)?
            && v != fixed::NOT_IMPLEMENTED
        {
            return Ok(Some(v));
        }
    }
    Ok(None)
}
fn operator(vm: &mut Vm, x: Ref, y: Ref, name: Ref, reflected: Ref, what: &str) -> Step {
    if let Some(v) = by_either(vm, [x, y], [name, reflected], &[])? {
        return Ok(vm.incref(v));
    }
    let message = format!("unsupported operand type(s) for {what}: '{}' and '{}'", vm.dotted_type_name(x), vm.dotted_type_name(y));
    Err(vm.type_error(message))
}
fn pow(vm: &mut Vm, a: Args) -> Step {
    match a.not_none(2) {
        None => operator(vm, a[0], a[1], n::__POW__, n::__RPOW__, "** or pow()"),
        Some(m) => {
            if let Some(v) = by_either(vm, [a[0], a[1]], [n::__POW__, n::__RPOW__], &[m])? {
                return Ok(vm.incref(v));
            }
            let message = format!(
                "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
                vm.dotted_type_name(a[0]), vm.dotted_type_name(a[1]), vm.dotted_type_name(m)
            );
            Err(vm.type_error(message))
        }
    }
}
fn radix(vm: &mut Vm, x: Ref, base: u32, prefix: &str) -> Step {
    let i = vm.index_big(x)?;
    let sign = if i.sign() == num_bigint::Sign::Minus { "-" } else { "" };
    let text = format!("{sign}{prefix}{}", i.magnitude().to_str_radix(base));
    Ok(vm.str(text))
}
fn chr(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_ref(a[0])?;
    let c = vm.i64_of(i).and_then(|i| u32::try_from(i).ok()).and_then(rustpython_wtf8::CodePoint::from_u32);
    match c {
        Some(c) => Ok(vm.char(c)),
        None if vm.i64_of(i).is_none() => Err(vm.overflow_error("Python int too large to convert to C int")),
        None => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}
fn ord(vm: &mut Vm, a: Args) -> Step {
    let (len, what) = match vm.str_of(a[0]) {
        Some(s) if s.len() == 1 => {
            let c = s.at(0).to_u32();
            return Ok(vm.int(c as i64));
        }
        Some(s) => (s.len(), "character"),
        None => match vm.bytes_of(a[0]) {
            Some(b) if b.len() == 1 => {
                let c = b[0];
                return Ok(vm.int(c as i64));
            }
            Some(b) => (b.len(), "character"),
            None => {
                let message = format!("ord() expected string of length 1, but {} found", vm.dotted_type_name(a[0]));
                return Err(vm.type_error(message));
            }
        },
    };
    Err(vm.type_error(format!("ord() expected a {what}, but string of length {len} found")))
}
fn getattr(vm: &mut Vm, a: Args) -> Step {
    let name = attr_name(vm, a[1])?;
    match a.opt(2) {
        None => vm.tail_getattr(a[0], name),
        Some(default) => {
            let v = vm.getattr_opt(a[0], name)?.unwrap_or(default);
            Ok(vm.incref(v))
        }
    }
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    let Some(sentinel) = a.opt(1) else {
        let it = vm.get_iter(a[0])?;
        return Ok(vm.incref(it));
    };
    if vm.lookup_special(a[0], n::__CALL__).is_none() {
        return Err(vm.type_error("iter(v, w): v must be callable"));
    }
    [a[0], sentinel].into_iter().for_each(|r| vm.heap.incref_raw(r));
    Ok(vm.iter(t::CALLABLE_ITER, crate::objects::iter::Iter::Callable { callable: Some(a[0]), sentinel: Some(sentinel) }))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    match a.opt(1) {
        None => crate::vm::slow::next(vm, Args(&a.0[..1])),
        Some(default) => {
            if vm.is_simple_iter(a[0]) {
                return match vm.advance(a[0])? {
                    Some(v) => Ok(v),
                    None => Ok(vm.incref(default)),
                };
            }
            match vm.next_of(a[0])? {
                Some(v) => Ok(vm.incref(v)),
                None => Ok(vm.incref(default)),
            }
        }
    }
}
/// `sum`: exact ints and floats here, the rest in the prelude.
fn sum(vm: &mut Vm, a: Args) -> Step {
    let start = a.opt(1).or(fixed::small_int(0)).expect("zero is cached");
    if vm.ty(start) == t::INT
        && let Some(items) = vm.items_simple(a[0])
        && items.iter().all(|r| vm.ty(*r) == t::INT && vm.i64_of(*r).is_some())
    {
        let mut total = num_bigint::BigInt::from(0) + vm.bigint_of(start).expect("an int");
        let mut part = 0i64;
        for r in items {
            let i = vm.i64_of(r).expect("checked");
            match part.checked_add(i) {
                Some(p) => part = p,
                None => {
                    total += part;
                    part = i;
                }
            }
        }
        return Ok(vm.bigint(total + part));
    }
    vm.tail_prelude("sum_items", &[a[0], start])
}
fn extreme(vm: &mut Vm, a: Args, which: &str) -> Step {
    let args = vm.tuple_items(a[0]).unwrap_or(&[]).to_vec();
    let kwargs = vm.kwargs_of(a.opt(1));
    let (mut key, mut default) = (fixed::NONE, None);
    for (k, v) in kwargs {
        match vm.utf8(k) {
            Some("key") => key = v,
            Some("default") => default = Some(v),
            _ => {
                let message = format!("{which}() got an unexpected keyword argument '{}'", vm.lossy(k));
                return Err(vm.type_error(message));
            }
        }
    }
    let items = match args[..] {
        [] => return Err(vm.type_error(format!("{which} expected at least 1 argument, got 0"))),
        [one] => one,
        _ if default.is_some() => {
            return Err(vm.type_error(format!("Cannot specify a default for {which}() with multiple positional arguments")));
        }
        _ => a[0],
    };
    if key == fixed::NONE
        && matches!(vm.ty(items), t::LIST | t::TUPLE)
        && let Some(found) = extreme_of_plain(vm, items, which)
    {
        return Ok(vm.incref(found));
    }
    let has_default = vm.bool(default.is_some()).into_raw();
    let name = vm.intern(&format!("{which}_item")).into_raw();
    let f = vm.lossy(name);
    vm.tail_prelude(&f, &[items, key, default.unwrap_or(fixed::NONE), has_default])
}
/// Of a list or tuple whose items compare without a call; None when there is none, or one that may not.
fn extreme_of_plain(vm: &Vm, items: Ref, which: &str) -> Option<Ref> {
    let wanted = if which == "max" { Cmp::Gt } else { Cmp::Lt };
    let (first, rest) = vm.items_of(items)?.split_first()?;
    rest.iter().try_fold(*first, |best, x| Some(if vm.compare_simple(*x, best, wanted)? { *x } else { best }))
}
fn round(vm: &mut Vm, a: Args) -> Step {
    let Some(f) = vm.lookup_special(a[0], n::__ROUND__) else {
        let message = format!("type {} doesn't define __round__ method", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    let given: Vec<Ref> = a.not_none(1).into_iter().collect();
    let (f, args) = vm.special_call(f, a[0], &given)?;
    vm.tail_call(f, &args)
}
/// Index of the visible frame that calls.
fn caller(vm: &mut Vm) -> Result<usize, Ask> {
    match vm.visible_frame(0) {
        Some(i) => Ok(i),
        None => Err(vm.error(t::SYSTEM_ERROR, "frame does not exist")),
    }
}
fn globals(vm: &mut Vm, _a: Args) -> Step {
    let i = caller(vm)?;
    let f = vm.frame_object(i);
    let name = vm.intern("f_globals").into_raw();
    vm.tail_getattr(f, name)
}
fn locals(vm: &mut Vm, _a: Args) -> Step {
    let i = caller(vm)?;
    let f = vm.frame_object(i);
    super::code_type::snapshot(vm, f)
}
fn dir(vm: &mut Vm, a: Args) -> Step {
    match a.opt(0) {
        Some(x) => vm.tail_prelude("dir_of", &[x]),
        None => {
            let names = vm.call_locals()?;
            vm.tail_prelude("sorted_keys", &[names])
        }
    }
}
fn vars(vm: &mut Vm, a: Args) -> Step {
    match a.opt(0) {
        Some(x) => match vm.getattr_opt(x, n::__DICT__)? {
            Some(d) => Ok(vm.incref(d)),
            None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
        },
        None => locals(vm, a),
    }
}
impl Vm {
    /// The calling frame's local variables, for natives.
    pub fn call_locals(&mut self) -> Result<Ref, Ask> {
        let i = caller(self)?;
        let f = self.frame_object(i);
        let found = super::code_type::snapshot(self, f)?;
        Ok(self.keep(found))
    }
}
fn source_text(vm: &mut Vm, source: Ref, what: &str) -> Result<String, Ask> {
    if let Some(s) = vm.utf8(source) {
        return Ok(s.to_owned());
    }
    if let Some(b) = vm.bytes_of(source).map(<[u8]>::to_vec) {
        if let Some(name) = crate::code::source::foreign_encoding(&b)
            && let Some(text) = crate::natives::errors::render::decode_by(vm, &b, &name)?
        {
            return Ok(text);
        }
        return match crate::code::source::decode_source(&b, "<string>") {
            Ok(s) => Ok(s),
            Err(p) => Err(vm.syntax_error(&p)),
        };
    }
    let message = format!("{what}() arg 1 must be a string, bytes or code object");
    Err(vm.type_error(message))
}
fn format(vm: &mut Vm, a: Args) -> Step {
    let spec = a.opt(1).unwrap_or(fixed::EMPTY_STR);
    if vm.str_of(spec).is_none() {
        let message = format!("format() argument 2 must be str, not {}", vm.dotted_type_name(spec));
        return Err(vm.type_error(message));
    }
    let s = vm.format(a[0], spec)?;
    Ok(vm.incref(s))
}
/// Calls `sys.breakpointhook`, whatever the program has put there.
fn breakpoint(vm: &mut Vm, a: Args) -> Step {
    let kwargs = match a.opt(1) {
        Some(d) => d,
        None => {
            let d = vm.dict();
            vm.keep(d)
        }
    };
    vm.tail_prelude("call_breakpointhook", &[a.opt(0).unwrap_or(fixed::EMPTY_TUPLE), kwargs])
}
fn compile(vm: &mut Vm, a: Args) -> Step {
    const AST_ONLY: i64 = 0x400;
    const TOP_LEVEL_AWAIT: i64 = 0x2000;
    let flags = match a.opt(3) {
        Some(f) => vm.index_i64(f)?,
        None => 0,
    };
    if flags & AST_ONLY != 0 {
        return vm.tail_prelude("parse_ast", &[a[0], a[1], a[2], a.opt(3).unwrap_or(fixed::NONE)]);
    }
    if vm.str_of(a[0]).is_none() && vm.bytes_of(a[0]).is_none() {
        let optimize = a.opt(5).unwrap_or_else(|| fixed::small_int(-1).expect("a small int"));
        let flags = a.opt(3).unwrap_or_else(|| fixed::small_int(0).expect("a small int"));
        return vm.tail_prelude("compile_ast", &[a[0], a[1], a[2], flags, optimize]);
    }
    let filename = match vm.bytes_of(a[1]) {
        Some(b) => String::from_utf8_lossy(b).into_owned(),
        None => vm.lossy(a[1]),
    };
    let mode = match vm.utf8(a[2]) {
        Some("exec") => CompileMode::Exec,
        Some("eval") => CompileMode::Eval,
        Some("single") => CompileMode::Single,
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let optimize = match a.opt(5) {
        Some(o) => vm.index_i64(o)?.max(0) as u8,
        None => 0,
    };
    let source = source_text(vm, a[0], "compile")?;
    let options = CompileOptions {
        optimize,
        future: flags as u32,
        top_level_await: flags & TOP_LEVEL_AWAIT != 0,
        dont_imply_dedent: flags & 0x200 != 0,
        int_max_str_digits: vm.int_max_str_digits,
    };
    match crate::code::compile(&source, &filename, mode, &options) {
        Ok(c) => {
            crate::natives::errors::warnings::warn_of_source(vm, &c.warnings, &filename)?;
            Ok(vm.load_code(&c.code, false))
        }
        Err(mut p) if (p.incomplete && !ends_behind_backslash(&source) || mode == CompileMode::Eval && source.trim().is_empty()) && flags as u32 & crate::code::flags::PYCF_ALLOW_INCOMPLETE_INPUT != 0 => {
            p.msg = "incomplete input".to_owned();
            Err(crate::natives::errors::syntax_error_from(vm, &p, &source, true))
        }
        Err(p) => Err(refused(vm, p)?),
    }
}
/// Whether a backslash continues a text that has ended: behind it is more than one line end.
fn ends_behind_backslash(source: &str) -> bool {
    let text = source.trim_end_matches(['\n', ' ']);
    text.ends_with('\\') && source.len() > text.len() + 1
}
/// The exception for a text that does not compile. What is found after parsing has no text but what the file of that name says.
fn refused(vm: &mut Vm, mut p: crate::code::SyntaxProblem) -> Result<Ask, Ask> {
    if let (true, Some(line)) = (p.after_parsing, p.lineno) {
        p.text = crate::natives::errors::render::line_of(vm, &p.filename, line)?;
    }
    Ok(vm.syntax_error(&p))
}
/// Whether a code object may run with this closure, which needs a cell for each of its free variables.
fn check_closure(vm: &mut Vm, code: Ref, closure: Option<Ref>, mode: CompileMode) -> Result<(), Ask> {
    let free = match vm.heap.get(code) {
        Payload::Code(c) => c.nfree as usize,
        _ => 0,
    };
    let message = match closure {
        None if free == 0 => return Ok(()),
        None if mode == CompileMode::Eval => "code object passed to eval() may not contain free variables".into(),
        Some(_) if free == 0 => "cannot use a closure with this code object".into(),
        Some(c) if vm.tuple_items(c).is_some_and(|c| c.len() == free && c.iter().all(|x| vm.ty(*x) == t::CELL)) => return Ok(()),
        _ => format!("code object requires a closure of exactly length {free}"),
    };
    Err(vm.type_error(message))
}
/// `exec` and `eval`.
fn evaluate(vm: &mut Vm, a: Args, mode: CompileMode) -> Step {
    let what = if mode == CompileMode::Eval { "eval" } else { "exec" };
    let globals = match a.not_none(1) {
        Some(g) if vm.dict_of(g).is_none() => {
            let message = if mode == CompileMode::Eval {
                "globals must be a dict".to_owned()
            } else {
                format!("{what}() globals must be a dict, not {}", vm.dotted_type_name(g))
            };
            return Err(vm.type_error(message));
        }
        Some(g) => g,
        None => {
            let i = caller(vm)?;
            match &vm.cur.activations[i] {
                crate::vm::thread::Activation::Py(f) => f.globals,
                _ => unreachable!("a visible frame is a Python frame"),
            }
        }
    };
    let locals = match (a.not_none(2), a.not_none(1)) {
        (Some(l), _) => l,
        (None, Some(g)) => g,
        (None, None) => vm.call_locals()?,
    };
    let code = if vm.ty(a[0]) == t::CODE {
        check_closure(vm, a[0], a.not_none(3), mode)?;
        vm.hold(a[0])
    } else {
        if a.not_none(3).is_some() {
            return Err(vm.type_error("closure can only be used when source is a code object"));
        }
        let source = source_text(vm, a[0], what)?;
        let source = if mode == CompileMode::Eval { source.trim_start_matches([' ', '\t']).to_owned() } else { source };
        let options = CompileOptions { int_max_str_digits: vm.int_max_str_digits, ..Default::default() };
        match crate::code::compile(&source, "<string>", mode, &options) {
            Ok(c) => {
                crate::natives::errors::warnings::warn_of_source(vm, &c.warnings, "<string>")?;
                let code = vm.load_code(&c.code, false);
                vm.keep(code)
            }
            Err(p) => return Err(refused(vm, p)?),
        }
    };
    if vm.dict_get_name(globals, n::__BUILTINS__).is_none() {
        let b = vm.cur.top_frame().map_or(vm.builtins, |f| f.builtins);
        vm.dict_set_name(globals, n::__BUILTINS__, b);
    }
    let func = vm.function_in(code, globals)?;
    let func = vm.keep(func);
    if let Some(closure) = a.not_none(3) {
        let name = vm.intern("closure").into_raw();
        let _ = name;
        vm.heap.incref_raw(closure);
        if let Payload::Function(f) = vm.heap.get_mut(func) {
            f.closure = Some(closure);
        }
    }
    vm.run_body(func, locals)
}
fn input(vm: &mut Vm, a: Args) -> Step {
    let prompt = match a.opt(0) {
        Some(p) => {
            let s = vm.to_str(p)?;
            vm.lossy(s)
        }
        None => String::new(),
    };
    let prompt = vm.str(prompt);
    let prompt = vm.keep(prompt);
    vm.tail_prelude("read_input", &[prompt])
}
fn open(vm: &mut Vm, a: Args) -> Step {
    let names = ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"];
    let dict = vm.dict();
    let dict = vm.keep(dict);
    for (i, name) in names.iter().enumerate().skip(1) {
        if let Some(v) = a.opt(i) {
            let o = vm.incref(v);
            vm.dict_set_str(dict, name, o);
        }
    }
    vm.tail_prelude("open_file", &[a[0], dict])
}
/// Text of all values first, then one write.
fn print(vm: &mut Vm, a: Args) -> Step {
    let values = vm.tuple_items(a[0]).unwrap_or(&[]).to_vec();
    let part = |vm: &mut Vm, i: usize, name: &str, default: &str| -> Result<rustpython_wtf8::Wtf8Buf, Ask> {
        match a.not_none(i) {
            None => Ok(default.into()),
            Some(s) => match vm.str_of(s) {
                Some(s) => Ok(s.wtf8().to_owned()),
                None => {
                    let message = format!("{name} must be None or a string, not {}", vm.dotted_type_name(s));
                    Err(vm.type_error(message))
                }
            },
        }
    };
    let (sep, end) = (part(vm, 1, "sep", " ")?, part(vm, 2, "end", "\n")?);
    let file = match a.not_none(3) {
        Some(f) => f,
        None => match vm.sys_attr("stdout") {
            Some(f) if f != fixed::NONE => f,
            Some(_) => return Ok(vm.none()),
            None => fixed::NONE,
        },
    };
    if !crate::natives::system::io::is_text_file(vm, file) {
        // A file of the program's own gets each part by a call of its `write`.
        let parts = [vm.str(sep), vm.str(end)];
        let [sep, end] = parts.map(|s| vm.keep(s));
        return vm.tail_prelude("print_parts", &[file, a[0], sep, end, a.opt(4).unwrap_or(fixed::FALSE)]);
    }
    let mut text = rustpython_wtf8::Wtf8Buf::new();
    for (i, v) in values.into_iter().enumerate() {
        if i > 0 {
            text.push_wtf8(&sep);
        }
        let s = vm.to_str(v)?;
        text.push_wtf8(vm.str_of(s).expect("a str").wtf8());
    }
    text.push_wtf8(&end);
    let flush = match a.opt(4) {
        Some(f) => vm.truth(f)?,
        None => false,
    };
    if !flush && let Some(done) = crate::natives::system::io::write_stdout_fast(vm, file, &text) {
        done?;
        return Ok(vm.none());
    }
    let text = vm.str(text);
    let text = vm.keep(text);
    vm.tail_prelude("print_text", &[file, text, if flush { fixed::TRUE } else { fixed::FALSE }])
}
impl Vm {
    /// An attribute of the `sys` module (borrowed).
    pub fn sys_attr(&mut self, name: &str) -> Option<Ref> {
        let modules = self.modules;
        let sys = self.dict_get_name(modules, n::SYS)?;
        let dict = self.module_dict(sys);
        self.dict_get_str(dict, name)
    }
    /// A function that runs a code object at module level with these globals.
    pub fn function_in(&mut self, code: Ref, globals: Ref) -> Result<crate::heap::Owned, Ask> {
        let builtins = match self.dict_get_name(globals, n::__BUILTINS__) {
            Some(b) if matches!(self.heap.get(b), Payload::Module(_)) => self.module_dict(b),
            Some(b) if self.dict_of(b).is_some() => b,
            _ => self.builtins,
        };
        self.heap.incref_raw(code);
        Ok(self.new_function(code, globals, builtins))
    }
    /// Ends a native by running a function's code with a namespace of its own (module and class bodies, `exec`).
    pub fn run_body(&mut self, func: Ref, namespace: Ref) -> Step {
        [func, namespace].into_iter().for_each(|r| self.heap.incref_raw(r));
        Err(Ask::Tail(Box::new(crate::vm::Request::Body { func, namespace })))
    }
    /// A SyntaxError (or subclass) from the compiler's problem.
    pub fn syntax_error(&mut self, p: &crate::code::SyntaxProblem) -> Ask {
        crate::natives::errors::syntax_error_of(self, p)
    }
}
