//! Operators by the language's rules: reflected methods, in-place forms, comparison, containment, subscripts.
use super::*;
use crate::vm::api::Cmp;

pub type Names = (Ref, Ref, Ref);
/// In-place, plain and reflected method by BINARY_OP argument (below 13).
pub const OPERATORS: [Names; 13] = [
    (n::__IADD__, n::__ADD__, n::__RADD__),
    (n::__IAND__, n::__AND__, n::__RAND__),
    (n::__IFLOORDIV__, n::__FLOORDIV__, n::__RFLOORDIV__),
    (n::__ILSHIFT__, n::__LSHIFT__, n::__RLSHIFT__),
    (n::__IMATMUL__, n::__MATMUL__, n::__RMATMUL__),
    (n::__IMUL__, n::__MUL__, n::__RMUL__),
    (n::__IMOD__, n::__MOD__, n::__RMOD__),
    (n::__IOR__, n::__OR__, n::__ROR__),
    (n::__IPOW__, n::__POW__, n::__RPOW__),
    (n::__IRSHIFT__, n::__RSHIFT__, n::__RRSHIFT__),
    (n::__ISUB__, n::__SUB__, n::__RSUB__),
    (n::__ITRUEDIV__, n::__TRUEDIV__, n::__RTRUEDIV__),
    (n::__IXOR__, n::__XOR__, n::__RXOR__),
];

/// (left, right, BINARY_OP argument).
pub fn binary_op(vm: &mut Vm, a: Args) -> Step {
    let (x, y, arg) = (a[0], a[1], small(vm, a[2]));
    if arg == crate::code::operand::SUBSCRIPT as usize {
        return get_item(vm, x, y);
    }
    let inplace = arg >= 13;
    let op = if inplace { arg - 13 } else { arg };
    let (in_name, plain, reflected) = OPERATORS[op];
    // A list's `+=` is no number operation either: the other's reflected method comes first.
    let sequence = inplace && (plain == n::__ADD__ || plain == n::__MUL__) && is_sequence(vm, x) && !is_sequence(vm, y) && vm.ty(x) != vm.ty(y);
    if sequence && vm.lookup_special(x, in_name).is_some_and(|f| vm.ty(f) == t::SLOT_WRAPPER)
        && let Some(v) = special(vm, y, reflected, &[x])?
    {
        return own(vm, v);
    }
    if inplace && let Some(v) = special(vm, x, in_name, &[y])? {
        return own(vm, v);
    }
    match binary(vm, x, y, op)? {
        Some(v) => own(vm, v),
        None => {
            let symbol = crate::code::operand::BINARY_OPS[arg].1;
            Err(unsupported_operands(vm, symbol, x, y))
        }
    }
}

/// The binary operator without its in-place form: None when neither side can.
pub fn binary(vm: &mut Vm, x: Ref, y: Ref, op: usize) -> Result<Option<Ref>, Ask> {
    let (_, plain, reflected) = OPERATORS[op];
    let (tx, ty) = (vm.ty(x), vm.ty(y));
    // `+` and `*` of sequences are no number operations: the right operand's reflected method comes before them.
    let on_sequence = (plain == n::__ADD__ || plain == n::__MUL__) && is_sequence(vm, x) && tx != ty && !is_sequence(vm, y);
    if on_sequence && vm.lookup(tx, plain).is_some_and(|f| vm.ty(f) == t::SLOT_WRAPPER) {
        return match special(vm, y, reflected, &[x])? {
            Some(v) => Ok(Some(v)),
            None => special(vm, x, plain, &[y]),
        };
    }
    // A subclass on the right goes first if it brings its own reflected method.
    let right_first = tx != ty && vm.is_subtype(ty, tx) && {
        let (l, r) = (vm.lookup(tx, reflected), vm.lookup(ty, reflected));
        r.is_some() && l != r
    };
    if right_first && let Some(v) = special(vm, y, reflected, &[x])? {
        return Ok(Some(v));
    }
    if let Some(v) = special(vm, x, plain, &[y])? {
        return Ok(Some(v));
    }
    if !right_first && tx != ty && let Some(v) = special(vm, y, reflected, &[x])? {
        return Ok(Some(v));
    }
    Ok(None)
}

fn is_sequence(vm: &Vm, r: Ref) -> bool {
    use Payload::*;
    matches!(vm.heap.get(r), Str(_) | Bytes(_) | ByteArray(_) | List(_) | Tuple(_))
}

fn unsupported_operands(vm: &mut Vm, symbol: &str, x: Ref, y: Ref) -> Ask {
    let symbol = if symbol == "**" { "** or pow()" } else { symbol };
    let symbol = if symbol == "**=" { "**=" } else { symbol };
    let hint = if symbol == ">>" && vm.ty(x) == t::BUILTIN && vm.repr_text(x).contains("print") {
        ". Did you mean \"print(<message>, file=<output_stream>)\"?"
    } else {
        ""
    };
    let message = format!("unsupported operand type(s) for {symbol}: '{}' and '{}'{hint}", vm.dotted_type_name(x), vm.dotted_type_name(y));
    vm.type_error(message)
}

/// (value, 0 negative, 1 invert, 2 positive).
pub fn unary(vm: &mut Vm, a: Args) -> Step {
    let which = small(vm, a[1]);
    let (name, symbol) = [(n::__NEG__, "-"), (n::__INVERT__, "~"), (n::__POS__, "+")][which];
    match special(vm, a[0], name, &[])? {
        Some(v) => own(vm, v),
        None => {
            let message = format!("bad operand type for unary {symbol}: '{}'", vm.dotted_type_name(a[0]));
            Err(vm.type_error(message))
        }
    }
}

pub fn truth(vm: &mut Vm, a: Args) -> Step {
    let b = vm.truth(a[0])?;
    Ok(vm.bool(b))
}

pub fn compare(vm: &mut Vm, a: Args) -> Step {
    let op = Cmp::ALL[small(vm, a[2])];
    let v = vm.rich_compare(a[0], a[1], op)?;
    own(vm, v)
}

pub fn compare_bool(vm: &mut Vm, a: Args) -> Step {
    let op = Cmp::ALL[small(vm, a[2])];
    let v = vm.rich_compare(a[0], a[1], op)?;
    let b = vm.truth(v)?;
    Ok(vm.bool(b))
}

/// (value, container, invert).
pub fn contains(vm: &mut Vm, a: Args) -> Step {
    let found = vm.contains(a[1], a[0])?;
    Ok(vm.bool(found != (small(vm, a[2]) == 1)))
}

impl Vm {
    /// `value in container`: `__contains__`, else iteration.
    pub fn contains(&mut self, container: Ref, value: Ref) -> Result<bool, Ask> {
        let found = self.lookup_special(container, n::__CONTAINS__);
        match found {
            Some(f) if f == fixed::NONE => {
                let message = format!("'{}' object is not a container", self.dotted_type_name(container));
                Err(self.type_error(message))
            }
            Some(_) => match self.call_pure(container, n::__CONTAINS__, &[value])? {
                Some(v) => self.truth(v),
                None => Ok(false),
            },
            None => {
                if self.lookup_special(container, n::__ITER__).is_none() && self.lookup_special(container, n::__GETITEM__).is_none() {
                    let message = format!("argument of type '{}' is not a container or iterable", self.dotted_type_name(container));
                    return Err(self.type_error(message));
                }
                let v = self.prelude("contains_by_iteration", &[container, value])?;
                self.truth(v)
            }
        }
    }
}

fn get_item(vm: &mut Vm, x: Ref, key: Ref) -> Step {
    if let Some(f) = vm.lookup_special(x, n::__GETITEM__) {
        if vm.ty(f) == t::SLOT_WRAPPER || vm.ty(f) == t::METHOD_DESCRIPTOR {
            let v = vm.call_pure(x, n::__GETITEM__, &[key])?;
            return own(vm, v.expect("found"));
        }
        let (f, args) = vm.special_call(f, x, &[key])?;
        return vm.tail_call(f, &args);
    }
    if vm.is_type(x) {
        if x == t::TYPE {
            return vm.tail_prelude("generic_alias", &[x, key]);
        }
        if let Some(f) = vm.getattr_opt(x, n::__CLASS_GETITEM__)?.filter(|f| *f != fixed::NONE) {
            return vm.tail_call(f, &[key]);
        }
        let message = format!("type '{}' is not subscriptable", vm.type_obj(x).name);
        return Err(vm.type_error(message));
    }
    let message = format!("'{}' object is not subscriptable", vm.dotted_type_name(x));
    Err(vm.type_error(message))
}

impl Vm {
    /// `x[key]` for natives.
    pub fn subscript(&mut self, x: Ref, key: Ref) -> Result<Ref, Ask> {
        let step = get_item(self, x, key);
        self.inline_value(step)
    }
}

/// (value, container, key).
pub fn store_subscr(vm: &mut Vm, a: Args) -> Step {
    store_item(vm, a[1], a[2], Some(a[0]))
}
/// (container, key).
pub fn delete_subscr(vm: &mut Vm, a: Args) -> Step {
    store_item(vm, a[0], a[1], None)
}
fn store_item(vm: &mut Vm, x: Ref, key: Ref, value: Option<Ref>) -> Step {
    let (name, what) = if value.is_some() { (n::__SETITEM__, "assignment") } else { (n::__DELITEM__, "deletion") };
    let Some(f) = vm.lookup_special(x, name) else {
        let message = format!("'{}' object does{} support item {what}", vm.dotted_type_name(x), if value.is_some() { " not" } else { "n't" });
        return Err(vm.type_error(message));
    };
    let (f, bound) = vm.bind_special(f, x)?;
    let mut args = if bound { vec![x] } else { vec![] };
    args.push(key);
    args.extend(value);
    if bound && (vm.ty(f) == t::SLOT_WRAPPER || vm.ty(f) == t::METHOD_DESCRIPTOR) {
        vm.call_pure(x, name, &args[1..])?;
        return Ok(vm.none());
    }
    vm.tail_call(f, &args)
}

fn slice_of(vm: &mut Vm, start: Ref, stop: Ref) -> Ref {
    [start, stop].into_iter().for_each(|r| vm.heap.incref_raw(r));
    let s = vm.heap.alloc(t::SLICE, Payload::Slice(Box::new([start, stop, fixed::NONE])), 0);
    vm.keep(s)
}
/// (container, start, stop).
pub fn binary_slice(vm: &mut Vm, a: Args) -> Step {
    let s = slice_of(vm, a[1], a[2]);
    get_item(vm, a[0], s)
}
/// (value, container, start, stop).
pub fn store_slice(vm: &mut Vm, a: Args) -> Step {
    let s = slice_of(vm, a[2], a[3]);
    store_item(vm, a[1], s, Some(a[0]))
}

pub fn len(vm: &mut Vm, a: Args) -> Step {
    let k = vm.len(a[0])?;
    Ok(vm.int(k))
}
