//! From the compiler's code object to ours.
use std::sync::Arc;

use rustpython_compiler_core::bytecode::{CodeObject, ConstantData};

use super::marshal::intern;
use super::tree::{CodeTree, Const};

/// Copies a code object and all inside it.
pub(super) fn code_tree(code: &CodeObject) -> CodeTree {
    let mut consts: Vec<Const> = code.constants.iter().map(constant).collect();
    consts.iter_mut().for_each(intern);
    // The fast locals: variables, then cells that are no variables, then what comes from the closure.
    let own_cells = code.cellvars.iter().filter(|cell| !code.varnames.contains(cell));
    CodeTree {
        argcount: code.arg_count,
        posonlyargcount: code.posonlyarg_count,
        kwonlyargcount: code.kwonlyarg_count,
        stacksize: code.max_stackdepth,
        flags: code.flags.bits(),
        code: code.instructions.original_bytes(),
        consts,
        names: code.names.to_vec(),
        localsplusnames: code.varnames.iter().chain(own_cells).chain(&code.freevars).cloned().collect(),
        localspluskinds: code.localspluskinds.to_vec(),
        filename: code.source_path.clone(),
        name: code.obj_name.clone(),
        qualname: code.qualname.clone(),
        firstlineno: code.first_line_number.map_or(0, |line| line.get() as i32),
        linetable: code.linetable.to_vec(),
        exceptiontable: code.exceptiontable.to_vec(),
    }
}

fn constant(data: &ConstantData) -> Const {
    match data {
        ConstantData::None => Const::None,
        ConstantData::Ellipsis => Const::Ellipsis,
        ConstantData::Boolean { value: true } => Const::True,
        ConstantData::Boolean { value: false } => Const::False,
        ConstantData::Integer { value } => i64::try_from(value).map_or_else(|_| Const::BigInt(value.clone()), Const::Int),
        ConstantData::Float { value } => Const::Float(*value),
        ConstantData::Complex { value } => Const::Complex(value.re, value.im),
        ConstantData::Str { value } => Const::Str(value.clone(), false),
        ConstantData::Bytes { value } => Const::Bytes(value.clone()),
        ConstantData::Tuple { elements } => Const::Tuple(elements.iter().map(constant).collect()),
        ConstantData::Frozenset { elements } => Const::FrozenSet(elements.iter().map(constant).collect()),
        ConstantData::Slice { elements } => {
            let [start, stop, step] = &**elements;
            Const::Slice(Box::new([constant(start), constant(stop), constant(step)]))
        }
        ConstantData::Code { code } => Const::Code(Arc::new(code_tree(code))),
    }
}
