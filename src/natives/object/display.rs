//! `_display`: what the notebook side of the library (`IPython`) needs of the machine: publishing, JSON text, running a cell's text.
use crate::code::{CompileMode, CompileOptions};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::ModuleDef;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Def, Step, Vm, fixed};
use serde_json::Value;

pub static MODULE: ModuleDef =
    ModuleDef { name: "_display", doc: "Displays for the front end, and cells.", functions: &[FUNCTIONS], types: &[], init: None };

static FUNCTIONS: &[Def] = &[
    Def::function("publish", "(data, metadata, transient, update, /)", publish, "Sends a MIME bundle (three dicts) to the front end."),
    Def::function("clear_output", "(wait, /)", clear_output, "Clears the output of the running cell."),
    Def::function("comm", "(kind, content, metadata, buffers, /)", comm, "Sends a comm's message (two dicts, a list of bytes) to the front end."),
    Def::function("stopwatch", "(number, text, loops, /)", stopwatch, "Starts a stopwatch of the host (text None), or has it write the text and its time."),
    Def::function("request_id", "()", request_id, "The front end's name of the request that is being answered; it is another at every run."),
    Def::function("as_python", "(source, /)", |vm, a| { let text = crate::code::segments::as_python(&vm.lossy(a[0])); Ok(vm.str(text)) }, "A cell's text with its commands as calls."),
    Def::function("to_json", "(value, /)", |vm, a| { let text = json(vm, a[0], 0).to_string(); Ok(vm.str(text)) }, "JSON text of plain data; bytes become base64, other objects null."),
    Def::function("base64", "(data, /)", base64_text, "Base64 text of bytes."),
    Def::function("run_cell", "(source, filename, namespace, /)", run_cell, "Runs a cell's text; its last expression's value, or a coroutine."),
    Def::function("is_complete", "(source, /)", is_complete, "How complete a cell is: 'complete', 'incomplete', 'invalid'."),
    Def::function("nearest", "(names, name, /)", nearest, "The name of a list that is spelled most like another, or None."),
];

/// How deep nested data may be; deeper is null.
const DEPTH: usize = 200;

fn publish(vm: &mut Vm, a: Args) -> Step {
    let text = |vm: &Vm, r: Ref| match json(vm, r, 0) {
        v @ Value::Object(_) => v.to_string(),
        _ => "{}".to_owned(),
    };
    let (data, metadata, transient) = (text(vm, a[0]), text(vm, a[1]), text(vm, a[2]));
    let update = a[3] == fixed::TRUE;
    vm.syscall(Syscall::Display { data, metadata, transient, update })?;
    Ok(vm.none())
}
fn clear_output(vm: &mut Vm, a: Args) -> Step {
    vm.syscall(Syscall::ClearOutput { wait: a[0] == fixed::TRUE })?;
    Ok(vm.none())
}
fn comm(vm: &mut Vm, a: Args) -> Step {
    let kind = vm.lossy(a[0]);
    let (content, metadata) = (json(vm, a[1], 0).to_string(), json(vm, a[2], 0).to_string());
    let bytes = |r: &Ref| vm.bytes_of(*r).unwrap_or_default().to_vec();
    let buffers = vm.list_items(a[3]).map(|l| l.iter().map(bytes).collect()).unwrap_or_default();
    vm.syscall(Syscall::Comm { kind, content, metadata, buffers })?;
    Ok(vm.none())
}
fn stopwatch(vm: &mut Vm, a: Args) -> Step {
    let number = |r: Ref| vm.i64_of(r).unwrap_or_default().unsigned_abs();
    let say = vm.str_of(a[1]).is_some().then(|| (vm.lossy(a[1]), number(a[2])));
    let number = number(a[0]);
    vm.syscall(Syscall::Stopwatch { number, say })?;
    Ok(vm.none())
}
fn request_id(vm: &mut Vm, _: Args) -> Step {
    match vm.syscall(Syscall::RequestId)? {
        SysResult::Text(id) => Ok(vm.str(id)),
        _ => Ok(vm.str("")),
    }
}
fn base64_text(vm: &mut Vm, a: Args) -> Step {
    let text = base64(vm.bytes_of(a[0]).unwrap_or_default());
    Ok(vm.str(text))
}

/// Plain data as JSON. Keys that are not strings become their text if they are numbers, and are left out otherwise.
fn json(vm: &Vm, r: Ref, depth: usize) -> Value {
    if depth > DEPTH || r == fixed::NONE {
        return Value::Null;
    }
    if r == fixed::TRUE || r == fixed::FALSE {
        return Value::Bool(r == fixed::TRUE);
    }
    if let Some(items) = vm.tuple_items(r) {
        return Value::Array(items.iter().map(|x| json(vm, *x, depth + 1)).collect());
    }
    if let Some(items) = vm.list_items(r) {
        return Value::Array(items.iter().map(|x| json(vm, *x, depth + 1)).collect());
    }
    match vm.heap.get(r) {
        Payload::Int(i) => Value::from(*i),
        Payload::BigInt(b) => b.to_string().parse().map_or(Value::Null, Value::Number),
        Payload::Float(x) => serde_json::Number::from_f64(*x).map_or(Value::Null, Value::Number),
        Payload::Str(_) => Value::String(vm.lossy(r)),
        Payload::Bytes(b) => Value::String(base64(b)),
        Payload::Dict(d) => {
            let key = |k: Ref| match vm.heap.get(k) {
                Payload::Str(_) => Some(vm.lossy(k)),
                Payload::Int(i) => Some(i.to_string()),
                _ => None,
            };
            let pairs = d.iter().filter_map(|(k, v)| Some((key(k)?, json(vm, v, depth + 1))));
            Value::Object(pairs.collect())
        }
        _ => Value::Null,
    }
}

/// RFC 4648, with padding.
fn base64(data: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let bits = (0..3).fold(0u32, |n, i| n << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

fn run_cell(vm: &mut Vm, a: Args) -> Step {
    let (source, filename) = (crate::code::segments::as_python(&vm.lossy(a[0])), vm.lossy(a[1]));
    let options = CompileOptions { top_level_await: true, ..CompileOptions::default() };
    let compiled = match crate::code::compile(&source, &filename, CompileMode::Cell, &options) {
        Ok(c) => c,
        Err(problem) => return Err(vm.syntax_error(&problem)),
    };
    crate::natives::errors::render::remember(vm, &filename, &source);
    crate::natives::errors::warnings::warn_of_source(vm, &compiled.warnings, &filename)?;
    let code = vm.load_code(&compiled.code, false);
    let code = vm.keep(code);
    let func = vm.function_in(code, a[2])?;
    let func = vm.keep(func);
    vm.run_body(func, a[2])
}

fn is_complete(vm: &mut Vm, a: Args) -> Step {
    use crate::code::complete::Completeness::*;
    let word = match crate::code::complete::is_complete(&vm.lossy(a[0])) {
        Complete => "complete",
        Incomplete(_) => "incomplete",
        Invalid => "invalid",
    };
    Ok(vm.str(word))
}

fn nearest(vm: &mut Vm, a: Args) -> Step {
    let names: Vec<String> = vm.list_items(a[0]).map(|l| l.iter().map(|r| vm.lossy(*r)).collect()).unwrap_or_default();
    let name = vm.lossy(a[1]);
    match crate::natives::errors::render::suggest::nearest(&names, &name) {
        Some(s) => Ok(vm.str(s)),
        None => Ok(vm.none()),
    }
}
