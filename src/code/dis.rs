//! A disassembler in plain text, in the format of CPython 3.14's `dis.dis(…)`: for tests and for reading.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rustpython_literal::escape::{AsciiEscape, UnicodeEscape};

use super::exception_table::{self, Handler};
use super::linetable;
use super::opcode::{self, Arg, op};
use super::operand::{
    BINARY_OPS, COMMON_CONSTANTS, COMPARE_TO_BOOL, COMPARISONS, CONVERSIONS, FUNCTION_ATTRIBUTES, INTRINSICS_1, INTRINSICS_2, SPECIAL_METHODS,
};
use super::tree::{CodeTree, Const};

/// One instruction, its EXTENDED_ARG prefixes counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Byte offset of the instruction itself, behind its prefixes.
    pub offset: u32,
    pub opcode: u8,
    /// Name in CPython's spelling.
    pub name: String,
    /// The whole argument, None where the instruction takes none.
    pub arg: Option<u32>,
    /// What the argument means, as `dis` shows it in parentheses; empty if there is nothing to say.
    pub repr: String,
    /// Byte offset that a jump goes to.
    pub target: Option<u32>,
}

/// The instructions of a code object, prefixes as instructions of their own, caches left out.
pub fn instructions(code: &CodeTree) -> Vec<Instruction> {
    let labels = labels(code);
    let mut found = Vec::new();
    for (offset, opcode, arg) in units(&code.code) {
        let row = opcode::row(opcode.into());
        let has_arg = row.is_some_and(opcode::Opcode::has_arg);
        let target = jump_target(offset, opcode, arg);
        let repr = match row {
            Some(row) if has_arg => describe(code, row.arg, opcode, arg, target.and_then(|target| labels.get(&target))),
            _ => String::new(),
        };
        found.push(Instruction { offset, opcode, name: opcode::name(opcode.into()), arg: has_arg.then_some(arg), repr, target });
    }
    found
}

/// Text of one code object, without those inside it: `dis.dis(code, depth=0)`.
pub fn disassemble(code: &CodeTree) -> String {
    let labels = labels(code);
    let starts = line_starts(code);
    let widest = starts.values().flatten().max();
    let has_none = starts.values().any(Option::is_none);
    // No column at all when no instruction has a line; room for `--` when one has none.
    let line_width = widest.map_or(0, |line| line.to_string().len().max(if has_none { 4 } else { 3 }));
    let label_width = 4 + labels.len().to_string().len();
    let mut text = String::new();
    for (index, instruction) in instructions(code).iter().enumerate() {
        let starts_line = starts.get(&instruction.offset);
        if starts_line.is_some() && index > 0 && line_width > 0 {
            text.push('\n');
        }
        let mut fields = Vec::new();
        if line_width > 0 {
            fields.push(match starts_line {
                Some(Some(line)) => format!("{line:>line_width$}"),
                Some(None) => format!("{:>line_width$}", "--"),
                None => " ".repeat(line_width),
            });
        }
        let label = labels.get(&instruction.offset).map_or_else(String::new, |label| format!("L{label}:"));
        fields.push(format!("{label:>label_width$}"));
        // Where the debugger would mark the current instruction.
        fields.push("   ".to_owned());
        fields.push(format!("{:<20}", instruction.name));
        if let Some(arg) = instruction.arg {
            // A long name takes of the argument's room.
            let room = 5usize.saturating_sub(instruction.name.len().saturating_sub(20));
            fields.push(format!("{arg:>room$}"));
            if !instruction.repr.is_empty() {
                fields.push(format!("({})", instruction.repr));
            }
        }
        text.push_str(fields.join(" ").trim_end());
        text.push('\n');
    }
    write_handlers(&mut text, code, &labels);
    text
}

/// Text of a code object and, after it, of all inside it. A header line says the name and first line of each (`dis` writes
/// an address there, which no two machines share).
pub fn disassemble_all(code: &CodeTree) -> String {
    let mut text = disassemble(code);
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            let _ = write!(text, "\nDisassembly of {}:\n{}", repr(constant), disassemble_all(inner));
        }
    }
    text
}

fn write_handlers(text: &mut String, code: &CodeTree, labels: &BTreeMap<u32, u32>) {
    let handlers = exception_table::parse(&code.exceptiontable);
    if handlers.is_empty() {
        return;
    }
    text.push_str("ExceptionTable:\n");
    for Handler { start, end, target, depth, lasti } in handlers {
        let label = |unit: u32| labels.get(&(2 * unit)).copied().unwrap_or(0);
        let lasti = if lasti { " lasti" } else { "" };
        let _ = writeln!(text, "  L{} to L{} -> L{} [{depth}]{lasti}", label(start), label(end), label(target));
    }
}

/// Offset, opcode and whole argument of each instruction; prefixes too, as `dis` lists them.
fn units(code: &[u8]) -> Vec<(u32, u8, u32)> {
    let (mut found, mut at, mut prefix) = (Vec::new(), 0, 0u32);
    while at + 1 < code.len() {
        let (opcode, arg) = (code[at], prefix | u32::from(code[at + 1]));
        found.push((at as u32, opcode, arg));
        prefix = if opcode == op::EXTENDED_ARG { arg << 8 } else { 0 };
        at += 2 + 2 * usize::from(opcode::CACHES[usize::from(opcode::base(opcode))]);
    }
    found
}

fn jump_target(offset: u32, opcode: u8, arg: u32) -> Option<u32> {
    let row = opcode::row(opcode.into())?;
    let next = offset + 2 + 2 * u32::from(row.caches);
    match row.arg {
        Arg::Forward => Some(next + 2 * arg),
        Arg::Backward => next.checked_sub(2 * arg),
        _ => None,
    }
}

/// Numbers of the labels, from 1 in order of offsets: jump targets, and the ends of protected ranges.
fn labels(code: &CodeTree) -> BTreeMap<u32, u32> {
    let jumps = units(&code.code).into_iter().filter_map(|(offset, opcode, arg)| jump_target(offset, opcode, arg));
    let handlers = exception_table::parse(&code.exceptiontable);
    let ranges = handlers.iter().flat_map(|handler| [2 * handler.start, 2 * handler.end, 2 * handler.target]);
    let offsets: BTreeSet<u32> = jumps.chain(ranges).collect();
    offsets.into_iter().zip(1..).collect()
}

/// Where a new line starts: `dis.findlinestarts`.
fn line_starts(code: &CodeTree) -> BTreeMap<u32, Option<u32>> {
    let mut starts = BTreeMap::new();
    // Different from any line, None included.
    let mut last = Some(0);
    for (start, _, line) in linetable::lines(&code.linetable, code.firstlineno) {
        if line != last {
            last = line;
            starts.insert(start, line);
        }
    }
    starts
}

fn describe(code: &CodeTree, kind: Arg, opcode: u8, arg: u32, label: Option<&u32>) -> String {
    let index = arg as usize;
    let name = |index: usize| code.names.get(index).cloned().unwrap_or_default();
    let local = |index: usize| code.localsplusnames.get(index).cloned().unwrap_or_default();
    let entry = |table: &[&str]| table.get(index).map_or_else(String::new, |text| (*text).to_owned());
    match kind {
        Arg::None | Arg::Number => String::new(),
        Arg::Const => code.consts.get(index).map_or_else(String::new, repr),
        Arg::Name => name(index),
        Arg::NameAndFlag => {
            let suffix = match (arg & 1, opcode::base(opcode)) {
                (0, _) => "",
                (_, op::LOAD_GLOBAL) => " + NULL",
                _ => " + NULL|self",
            };
            name(index / 2) + suffix
        }
        Arg::NameAndTwoFlags => name(index / 4) + if arg & 1 == 0 { "" } else { " + NULL|self" },
        Arg::Local | Arg::Cell => local(index),
        Arg::LocalPair => format!("{}, {}", local(index >> 4), local(index & 15)),
        Arg::Forward | Arg::Backward => {
            let preposition = if opcode == op::END_ASYNC_FOR { "from" } else { "to" };
            label.map_or_else(String::new, |label| format!("{preposition} L{label}"))
        }
        Arg::Compare => {
            let operator = COMPARISONS.get(index >> 5).copied().unwrap_or("?");
            if arg & COMPARE_TO_BOOL == 0 { operator.to_owned() } else { format!("bool({operator})") }
        }
        Arg::Binary => BINARY_OPS.get(index).map_or_else(String::new, |(_, operator)| (*operator).to_owned()),
        Arg::Intrinsic1 => entry(&INTRINSICS_1),
        Arg::Intrinsic2 => entry(&INTRINSICS_2),
        Arg::Conversion => entry(&CONVERSIONS),
        Arg::FunctionAttribute => {
            let set = FUNCTION_ATTRIBUTES.iter().enumerate().filter(|(bit, _)| arg & 1 << bit != 0);
            set.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
        }
        // Types are shown by name, functions by their repr.
        Arg::CommonConstant if index >= 3 => format!("<built-in function {}>", entry(&COMMON_CONSTANTS)),
        Arg::CommonConstant => entry(&COMMON_CONSTANTS),
        Arg::SpecialMethod => entry(&SPECIAL_METHODS),
        Arg::Is => if arg == 0 { "is" } else { "is not" }.to_owned(),
        Arg::Contains => if arg == 0 { "in" } else { "not in" }.to_owned(),
    }
}

/// Python's `repr` of a constant. A code object is shown without an address.
pub fn repr(constant: &Const) -> String {
    let joined = |items: &[Const]| items.iter().map(repr).collect::<Vec<_>>().join(", ");
    match constant {
        Const::None => "None".to_owned(),
        Const::True => "True".to_owned(),
        Const::False => "False".to_owned(),
        Const::Ellipsis => "Ellipsis".to_owned(),
        Const::StopIteration => "<class 'StopIteration'>".to_owned(),
        Const::Int(number) => number.to_string(),
        Const::BigInt(number) => number.to_string(),
        Const::Float(number) => rustpython_literal::float::to_string(*number),
        Const::Complex(real, imaginary) => rustpython_literal::complex::to_string(*real, *imaginary),
        Const::Str(text, _) => UnicodeEscape::new_repr(text).str_repr().to_string().unwrap_or_default(),
        Const::Bytes(bytes) => AsciiEscape::new_repr(bytes).bytes_repr().to_string().unwrap_or_default(),
        Const::Tuple(items) if items.len() == 1 => format!("({},)", repr(&items[0])),
        Const::Tuple(items) => format!("({})", joined(items)),
        Const::List(items) => format!("[{}]", joined(items)),
        Const::Set(items) => format!("{{{}}}", joined(items)),
        Const::FrozenSet(items) if items.is_empty() => "frozenset()".to_owned(),
        Const::FrozenSet(items) => format!("frozenset({{{}}})", joined(items)),
        Const::Dict(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{}: {}", repr(key), repr(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Const::Slice(parts) => format!("slice({})", joined(&**parts)),
        Const::Code(code) => format!("<code object {}, file \"{}\", line {}>", code.name, code.filename, code.firstlineno),
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::{CompileMode, CompileOptions, compile};
    use super::*;

    fn function(source: &str) -> std::sync::Arc<CodeTree> {
        let module = compile(source, "<s>", CompileMode::Exec, &CompileOptions::default()).expect("the test's source is right").code;
        let inner = module.consts.iter().find_map(|constant| match constant {
            Const::Code(code) => Some(code.clone()),
            _ => None,
        });
        inner.unwrap_or(module)
    }

    /// `dis.dis` of CPython 3.14 for the same function.
    #[test]
    fn prints_what_dis_prints() {
        let code = function("def f(x):\n    try:\n        return g(x) + 1\n    except KeyError as e:\n        pass\n");
        let expected = [
            "   1           RESUME                   0",
            "",
            "   2           NOP",
            "",
            "   3   L1:     LOAD_GLOBAL              1 (g + NULL)",
            "               LOAD_FAST_BORROW         0 (x)",
            "               CALL                     1",
            "               LOAD_SMALL_INT           1",
            "               BINARY_OP                0 (+)",
            "       L2:     RETURN_VALUE",
            "",
            "  --   L3:     PUSH_EXC_INFO",
        ];
        let text = disassemble(&code);
        let got: Vec<&str> = text.lines().take(expected.len()).collect();
        assert_eq!(got, expected, "{text}");
        let table = "ExceptionTable:\n  L1 to L2 -> L3 [0]\n  L3 to L4 -> L7 [1] lasti\n  L5 to L7 -> L7 [1] lasti\n";
        assert!(text.ends_with(table), "{text}");
    }

    #[test]
    fn describes_jumps_comparisons_and_locals() {
        let code = function("def f(a, b):\n    while a < b and a is not None:\n        a = a[1:] ; b = a.x.y(b=1)\n    return -b\n");
        let found: Vec<String> = instructions(&code).iter().map(|i| format!("{} {}", i.name, i.repr).trim().to_owned()).collect();
        for expected in ["LOAD_FAST_BORROW_LOAD_FAST_BORROW a, b", "COMPARE_OP bool(<)", "LOAD_ATTR y + NULL|self", "LOAD_CONST ('b',)", "LOAD_CONST slice(1, None, None)", "UNARY_NEGATIVE"] {
            assert!(found.iter().any(|text| text == expected), "{expected} in {found:#?}");
        }
        let jump = instructions(&code).into_iter().find(|i| i.name == "JUMP_BACKWARD").expect("a loop jumps back");
        assert!(jump.repr.starts_with("to L") && jump.target.is_some_and(|target| target < jump.offset));
    }

    #[test]
    fn long_arguments_have_prefixes() {
        let source: String = (0..300).map(|n| format!("x{n} = {n}.5\n")).collect();
        let code = function(&source);
        let found = instructions(&code);
        let last = found.iter().rfind(|i| i.name == "STORE_NAME").expect("a module stores names");
        assert_eq!((last.arg, last.repr.as_str()), (Some(299), "x299"));
        assert!(found.iter().any(|i| i.name == "EXTENDED_ARG"));
    }

    /// Every instruction of a third of the library: known, and every argument within its table.
    #[test]
    fn disassembles_the_whole_library() {
        for module in pellucid_stdlib::modules().step_by(3) {
            let code = super::super::marshal::read_code(module.code).expect("the blob holds code objects");
            code.walk(&mut |code| {
                for i in instructions(code) {
                    let row = opcode::row(i.opcode.into()).unwrap_or_else(|| panic!("{} {}: {}", module.name, code.qualname, i.name));
                    let silent = matches!(row.arg, Arg::None | Arg::Number);
                    // `from . import x` imports the empty name.
                    let empty_name = i.opcode == op::IMPORT_NAME;
                    assert!(silent || empty_name || !i.repr.is_empty(), "{} {} {i:?}", module.name, code.qualname);
                    assert!(i.target.is_none_or(|target| (target as usize) < code.code.len()), "{} {} {i:?}", module.name, code.qualname);
                }
                assert_eq!(linetable::positions(&code.linetable, code.firstlineno).count(), code.units(), "{} {}", module.name, code.qualname);
            });
        }
    }
}
