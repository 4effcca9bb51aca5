//! Texts of source files for tracebacks: cells and strings that the machine remembers, the library, files.
use super::gather::shown;
use super::report::Report;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::step::Ask;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Vm, t};
use std::collections::{BTreeSet, HashMap};

/// Name in the machine's registry of the dict from file names to texts.
const REGISTRY: &str = "sources";

/// Remembers the text of a cell (or anything else that is no file) under its file name.
pub fn remember(vm: &mut Vm, filename: &str, text: &str) {
    let dict = match vm.registry.get(REGISTRY) {
        Some(d) => *d,
        None => {
            let d = vm.dict().into_raw();
            vm.registry.insert(REGISTRY, d);
            d
        }
    };
    let key = vm.str(filename);
    let value = vm.str(text);
    vm.dict_set_name(dict, key.get(), value.get());
    vm.release(key);
    vm.release(value);
}
/// A text that the machine has without asking: remembered, in `linecache`, or of the library.
pub fn known(vm: &mut Vm, filename: &str) -> Option<String> {
    let key = vm.str(filename);
    let key = vm.keep(key);
    if let Some(text) = vm.registry.get(REGISTRY).copied().and_then(|d| vm.dict_get_name(d, key)) {
        return Some(shown(vm, text));
    }
    if let Some(path) = filename.strip_prefix(pellucid_stdlib::PREFIX) {
        return pellucid_stdlib::find_path(path).map(|m| m.source().into_owned());
    }
    line_cache(vm, key)
}
/// What Python's `linecache` module holds.
fn line_cache(vm: &mut Vm, key: Ref) -> Option<String> {
    let module = vm.dict_get_str(vm.modules, "linecache")?;
    let Payload::Module(m) = vm.heap.get(module) else { return None };
    let dict = m.dict;
    let cache = vm.dict_get_str(dict, "cache").filter(|c| vm.ty(*c) == t::DICT)?;
    let entry = vm.dict_get_name(cache, key)?;
    let lines = vm.tuple_items(entry)?.get(2).copied()?;
    Some(vm.list_items(lines)?.iter().map(|l| shown(vm, *l)).collect())
}

/// Texts of all files that a report names.
pub fn collect(vm: &mut Vm, report: &Report) -> Result<HashMap<String, String>, Ask> {
    let names: BTreeSet<&String> = report.nodes.iter().flat_map(|n| n.frames.iter().map(|f| &f.filename)).collect();
    let mut out = HashMap::new();
    for name in names {
        let text = match known(vm, name) {
            Some(text) => Some(text),
            None if name.starts_with('<') => None,
            None => read(vm, name)?,
        };
        out.extend(text.map(|t| (name.clone(), t)));
    }
    Ok(out)
}
/// Decodes a source by one of Python's codecs; None where there is none of that name, or it fails.
pub fn decode_by(vm: &mut Vm, data: &[u8], encoding: &str) -> Result<Option<String>, Ask> {
    let (data, name) = (vm.bytes(data.to_vec()), vm.str(encoding));
    let (data, name) = (vm.keep(data), vm.keep(name));
    let text = vm.prelude("source_decoded", &[data, name])?;
    Ok(vm.utf8(text).map(str::to_owned))
}
/// A line (from 1) of a text that tracebacks can show, as it stands in a SyntaxError.
pub fn line_of(vm: &mut Vm, filename: &str, line: u32) -> Result<Option<String>, Ask> {
    let text = match known(vm, filename) {
        Some(text) => Some(text),
        None if filename.starts_with('<') => None,
        None => read(vm, filename)?,
    };
    Ok(text.and_then(|text| crate::code::problem::line_text(&text, line)))
}
/// A file's text, None when it cannot be read.
fn read(vm: &mut Vm, path: &str) -> Result<Option<String>, Ask> {
    const CHUNK: usize = 1 << 20;
    let SysResult::Int(fd) = vm.syscall(Syscall::Open { path: path.to_owned(), flags: 0, mode: 0 })? else { return Ok(None) };
    let (fd, mut data) = (fd as i32, Vec::new());
    while let SysResult::Bytes(b) = vm.syscall(Syscall::Read { fd, count: CHUNK })? {
        if b.is_empty() {
            break;
        }
        data.extend_from_slice(&b);
    }
    vm.syscall(Syscall::Close { fd })?;
    let text = crate::code::source::decode_source(&data, path).ok();
    let text = match (text, crate::code::source::foreign_encoding(&data)) {
        (Some(text), _) => text,
        (None, Some(name)) => decode_by(vm, &data, &name)?.unwrap_or_else(|| String::from_utf8_lossy(&data).into_owned()),
        (None, None) => String::from_utf8_lossy(&data).into_owned(),
    };
    Ok(Some(text.replace("\r\n", "\n")))
}
