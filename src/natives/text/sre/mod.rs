//! The module `_sre`: compiled regular expressions, matches, scanners, templates.
//!
//! The compiler is the standard library's `re._compiler` in Python; matching is the crate `rustpython-sre_engine`.
mod engine;
mod matches;
mod pattern;
mod replace;
mod template;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::{Def, ModuleDef};
use crate::vm::{Args, Ask, Step, Vm};
use rustpython_sre_engine as sre;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_sre",
    doc: "",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(init),
};
static FUNCTIONS: &[Def] = &[
    Def::function("compile", "(pattern, flags, code, groups, groupindex, indexgroup)", pattern::compile, ""),
    Def::function("template", "(pattern, template, /)", template::template, "A parsed replacement template."),
    Def::function("getcodesize", "()", |vm, _| Ok(vm.int(sre::CODESIZE as i64)), ""),
    Def::function("ascii_iscased", "(character, /)", ascii_is_cased, ""),
    Def::function("unicode_iscased", "(character, /)", unicode_is_cased, ""),
    Def::function("ascii_tolower", "(character, /)", ascii_to_lower, ""),
    Def::function("unicode_tolower", "(character, /)", unicode_to_lower, ""),
];
fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let Payload::Module(m) = vm.heap.get(module) else { return Ok(()) };
    let dict = m.dict;
    let numbers = [
        ("MAGIC", sre::SRE_MAGIC),
        ("CODESIZE", sre::CODESIZE),
        ("MAXREPEAT", sre::MAXREPEAT),
        // The capture arrays of CPython's matcher bound the number of groups.
        ("MAXGROUPS", sre::MAXGROUPS / 2),
    ];
    for (name, value) in numbers {
        let value = vm.int(value as i64);
        vm.dict_set_str(dict, name, value);
    }
    let text = vm.str(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ");
    vm.dict_set_str(dict, "copyright", text);
    Ok(())
}

fn character(vm: &mut Vm, a: Args) -> Result<u32, Ask> {
    Ok(vm.index_i32(a[0])? as u32)
}
fn ascii_is_cased(vm: &mut Vm, a: Args) -> Step {
    let c = character(vm, a)?;
    Ok(vm.bool(u8::try_from(c).is_ok_and(|c| c.is_ascii_alphabetic())))
}
fn unicode_is_cased(vm: &mut Vm, a: Args) -> Step {
    let c = character(vm, a)?;
    Ok(vm.bool(sre::string::lower_unicode(c) != c || sre::string::upper_unicode(c) != c))
}
fn ascii_to_lower(vm: &mut Vm, a: Args) -> Step {
    let c = character(vm, a)?;
    Ok(vm.int(i64::from(sre::string::lower_ascii(c))))
}
fn unicode_to_lower(vm: &mut Vm, a: Args) -> Step {
    let c = character(vm, a)?;
    Ok(vm.int(i64::from(sre::string::lower_unicode(c))))
}

/// Implements [`State`] for a plain struct whose references a function lists.
macro_rules! state {
    ($ty:ty, $visit:expr) => {
        impl State for $ty {
            fn visit(&self, f: &mut dyn FnMut(Ref)) {
                let visit: fn(&$ty, &mut dyn FnMut(Ref)) = $visit;
                visit(self, f)
            }
        }
    };
}
pub(crate) use state;
