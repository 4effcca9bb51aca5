//! The module `_string`: the parsers of format strings, for `string.Formatter`.
use crate::heap::Owned;
use crate::natives::text::str::{Access, field_name_split, markup_pieces};
use crate::natives::text::util;
use crate::vm::native::{Def, ModuleDef};
use crate::vm::{Args, Ask, Step, Vm};
use rustpython_wtf8::Wtf8Buf;

pub static MODULE: ModuleDef = ModuleDef { name: "_string", doc: "string helper module", functions: &[FUNCTIONS], types: &[], init: None };
static FUNCTIONS: &[Def] = &[
    Def::function("formatter_parser", "(format, /)", parser, "parse the argument as a format string"),
    Def::function("formatter_field_name_split", "(format, /)", split, "split the argument as a field name"),
];

fn expect_str(vm: &mut Vm, a: &Args) -> Result<Wtf8Buf, Ask> {
    if vm.str_of(a[0]).is_none() {
        let message = format!("expected str, got {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    Ok(util::text(vm, a[0]).to_wtf8_buf())
}
/// An iterator over (literal, field name, spec, conversion). Malformed strings raise at once.
fn parser(vm: &mut Vm, a: Args) -> Step {
    let s = expect_str(vm, &a)?;
    let mut pieces = Vec::new();
    for p in markup_pieces(&s) {
        pieces.push(p.map_err(|m| vm.value_error(m))?);
    }
    let mut items: Vec<Owned> = Vec::new();
    for p in pieces {
        let literal = vm.str(p.literal);
        let item = match p.field {
            None => vec![literal, vm.none(), vm.none(), vm.none()],
            Some(f) => {
                let conversion = match f.conversion {
                    Some(c) => vm.char(c),
                    None => vm.none(),
                };
                vec![literal, vm.str(f.name), vm.str(f.spec), conversion]
            }
        };
        items.push(vm.tuple(item));
    }
    let list = vm.list(items);
    let list = vm.keep(list);
    let it = vm.get_iter(list)?;
    Ok(vm.incref(it))
}
/// `(first, iterator over (is attribute, name or number))`.
fn split(vm: &mut Vm, a: Args) -> Step {
    let s = expect_str(vm, &a)?;
    let name = field_name_split(&s).map_err(|m| vm.value_error(m))?;
    let mut steps = Vec::new();
    for step in name.rest {
        steps.push(step.map_err(|m| vm.value_error(m))?);
    }
    let items = steps
        .into_iter()
        .map(|step| {
            let parts = match step {
                Access::Attribute(s) => vec![vm.bool(true), vm.str(s)],
                Access::Item(_, Some(i)) => vec![vm.bool(false), vm.int(i)],
                Access::Item(s, None) => vec![vm.bool(false), vm.str(s)],
            };
            vm.tuple(parts)
        })
        .collect();
    let list = vm.list(items);
    let list = vm.keep(list);
    let it = vm.get_iter(list)?;
    let first = match name.index {
        Some(i) => vm.int(i),
        None => vm.str(name.first),
    };
    let it = vm.incref(it);
    Ok(vm.tuple(vec![first, it]))
}
