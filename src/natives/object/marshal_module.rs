//! The `marshal` module: objects to CPython's marshal format and back, over the reader and writer of `code/`.
use crate::code::tree::{CodeTree, Const};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::ModuleDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, t};
use std::sync::Arc;

pub static MODULE: ModuleDef = ModuleDef {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in a binary format.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(|vm, m| {
        let dict = vm.module_dict(m);
        let v = vm.int(5);
        vm.dict_set_str(dict, "version", v);
        Ok(())
    }),
};
static FUNCTIONS: &[Def] = &[
    Def::function("loads", "(bytes, /, *, allow_code=True)", loads, "Convert the bytes-like object to a value."),
    Def::function("dumps", "(value, version=version, /, *, allow_code=True)", dumps, "Return the bytes object that would be written to a file by dump(value, file)."),
    Def::function("load", "(file, /, *, allow_code=True)", |vm, a| vm.tail_prelude("marshal_load", &[a[0]]), "Read one value from the open file and return it."),
    Def::function("dump", "(value, file, version=version, /, *, allow_code=True)", |vm, a| vm.tail_prelude("marshal_dump", &[a[0], a[1]]), "Write the value on the open file."),
];

fn loads(vm: &mut Vm, a: Args) -> Step {
    let Some(data) = vm.bytes_of(a[0]).map(<[u8]>::to_vec) else {
        let message = format!("a bytes-like object is required, not '{}'", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    match crate::code::marshal::read(&data, true) {
        Ok((c, _)) => Ok(vm.load_const_value(&c, false)),
        Err(e) => {
            let text = e.to_string();
            let ty = if text.starts_with("EOF") || text.contains("too short") { t::EOF_ERROR } else { t::VALUE_ERROR };
            Err(vm.error(ty, text))
        }
    }
}
fn dumps(vm: &mut Vm, a: Args) -> Step {
    let c = to_const(vm, a[0], 0)?;
    match crate::code::write::write(&c, 4, true) {
        Ok(b) => Ok(vm.bytes(b)),
        Err(e) => Err(vm.value_error(e.to_string())),
    }
}
fn items(vm: &mut Vm, list: Vec<Ref>, depth: usize) -> Result<Vec<Const>, Ask> {
    list.into_iter().map(|r| to_const(vm, r, depth + 1)).collect()
}
pub fn to_const(vm: &mut Vm, r: Ref, depth: usize) -> Result<Const, Ask> {
    if depth > 1000 {
        return Err(vm.value_error("object too deeply nested to marshal"));
    }
    let simple = match r {
        fixed::NONE => Some(Const::None),
        fixed::TRUE => Some(Const::True),
        fixed::FALSE => Some(Const::False),
        fixed::ELLIPSIS => Some(Const::Ellipsis),
        t::STOP_ITERATION => Some(Const::StopIteration),
        _ => None,
    };
    if let Some(c) = simple {
        return Ok(c);
    }
    Ok(match vm.heap.get(r) {
        Payload::Int(i) => Const::Int(*i),
        Payload::BigInt(b) => Const::BigInt((**b).clone()),
        Payload::Float(x) => Const::Float(*x),
        Payload::Complex(x, y) => Const::Complex(*x, *y),
        Payload::Str(s) => Const::Str(s.wtf8().to_owned(), s.interned.get()),
        Payload::Bytes(b) => Const::Bytes(b.to_vec()),
        Payload::ByteArray(b) => Const::Bytes(b.data.clone()),
        Payload::Tuple(x) => {
            let x = x.to_vec();
            Const::Tuple(items(vm, x, depth)?)
        }
        Payload::List(_) => {
            let x = vm.list_items(r).expect("a list").clone();
            Const::List(items(vm, x, depth)?)
        }
        Payload::Set(s) => {
            let (x, frozen) = (s.iter().map(|(k, _)| k).collect(), vm.ty(r) == t::FROZENSET);
            let x = items(vm, x, depth)?;
            if frozen { Const::FrozenSet(x) } else { Const::Set(x) }
        }
        Payload::Dict(d) => {
            let pairs: Vec<(Ref, Ref)> = d.iter().collect();
            let mut out = Vec::new();
            for (k, v) in pairs {
                out.push((to_const(vm, k, depth + 1)?, to_const(vm, v, depth + 1)?));
            }
            Const::Dict(out)
        }
        Payload::Slice(s) => {
            let [x, y, z] = **s;
            Const::Slice(Box::new([to_const(vm, x, depth + 1)?, to_const(vm, y, depth + 1)?, to_const(vm, z, depth + 1)?]))
        }
        Payload::Code(_) => Const::Code(Arc::new(code_tree(vm, r, depth)?)),
        _ => return Err(vm.value_error("unmarshallable object")),
    })
}
pub fn code_tree(vm: &mut Vm, r: Ref, depth: usize) -> Result<CodeTree, Ask> {
    let c = super::code_type::code(vm, r);
    let names = |vm: &Vm, list: &[Ref]| list.iter().map(|r| vm.lossy(*r)).collect();
    Ok(CodeTree {
        argcount: c.argcount,
        posonlyargcount: c.posonly,
        kwonlyargcount: c.kwonly,
        stacksize: c.stacksize,
        flags: c.flags,
        code: c.units.iter().flat_map(|u| u.to_le_bytes()).collect(),
        consts: items(vm, c.consts.to_vec(), depth)?,
        names: names(vm, &c.names),
        localsplusnames: names(vm, &c.localsplus),
        localspluskinds: c.kinds.to_vec(),
        filename: vm.lossy(c.filename),
        name: vm.lossy(c.name),
        qualname: vm.lossy(c.qualname),
        firstlineno: c.firstlineno,
        linetable: c.linetable.to_vec(),
        exceptiontable: c.exceptiontable.to_vec(),
    })
}
