//! The bridge as a whole: positions and tables of compiled functions, syntax errors beside CPython's.
use super::compile::{CompileMode, CompileOptions, compile};
use super::exception_table;
use super::linetable::{self, Position};
use super::{CodeTree, Const, flags, marshal, write};

fn module(source: &str) -> std::sync::Arc<CodeTree> {
    compile(source, "<s>", CompileMode::Exec, &CompileOptions::default()).expect("the test's source is right").code
}

fn first_function(code: &CodeTree) -> &CodeTree {
    let inner = code.consts.iter().find_map(|constant| match constant {
        Const::Code(code) => Some(code),
        _ => None,
    });
    inner.expect("the test's source has a function")
}

#[test]
fn the_bridge_gives_what_marshal_gives() {
    for name in ["typing", "asyncio.base_events", "dataclasses", "_pydecimal"] {
        let found = pellucid_stdlib::find(name).expect("a module of the library");
        let here = compile(&found.source(), &found.filename(), CompileMode::Exec, &CompileOptions::default()).expect("it compiled once");
        let there = marshal::read_code(found.code).expect("the blob holds code objects");
        assert_eq!(write::write(&Const::Code(here.code), 5, true), write::write(&Const::Code(there), 5, true), "{name}");
    }
}

/// `list(f.__code__.co_positions())` of CPython 3.13 for the same call, which 3.14 did not change.
#[test]
fn positions_point_at_the_expression() {
    let code = module("def f(x):\n    return (x +\n            g(x))\n");
    let f = first_function(&code);
    let places: Vec<Position> = linetable::positions(&f.linetable, f.firstlineno).collect();
    let at = |line, end_line, col, end_col| Position { line: Some(line), end_line: Some(end_line), col: Some(col), end_col: Some(end_col) };
    assert_eq!(places[0], at(1, 1, 0, 0));
    assert!(places.contains(&at(2, 2, 12, 13)), "x in {places:?}");
    assert!(places.contains(&at(3, 3, 12, 16)), "g(x) in {places:?}");
    assert!(places.contains(&at(2, 3, 12, 16)), "x + g(x) in {places:?}");
    let lines: Vec<Option<u32>> = linetable::lines(&f.linetable, f.firstlineno).iter().map(|run| run.2).collect();
    assert_eq!(lines, [Some(1), Some(2), Some(3), Some(2)]);
}

#[test]
fn handlers_protect_their_blocks() {
    let code = module("def f():\n    try:\n        a()\n    finally:\n        b()\n");
    let f = first_function(&code);
    let handlers = exception_table::parse(&f.exceptiontable);
    let line_of = |unit| linetable::line_at(&f.linetable, f.firstlineno, unit);
    assert_eq!(line_of(handlers[0].start), Some(3));
    assert!(!handlers[0].lasti && handlers[0].depth == 0);
    assert!(handlers[1].lasti, "the handler's own handler remembers the instruction to blame");
    let protecting = exception_table::find(&handlers, handlers[0].start).expect("the first unit of a range is in it");
    assert_eq!(protecting.target, handlers[0].target);
    assert!(exception_table::find(&handlers, 0).is_none());
}

#[test]
fn modes_and_options_do_what_they_say() {
    let run = |source: &str, mode, options: &CompileOptions| compile(source, "<s>", mode, options).map(|found| found.code);
    let plain = CompileOptions::default();
    let cell = run("x = 1\nx + 1\n", CompileMode::Cell, &plain).expect("a cell");
    let exec = run("x = 1\nx + 1\n", CompileMode::Exec, &plain).expect("a module");
    assert_ne!(cell.code, exec.code, "a cell returns its last value");
    assert!(run("  1 + 2", CompileMode::Eval, &plain).is_ok() && run("x = 1", CompileMode::Eval, &plain).is_err());
    let awaiting = CompileOptions { top_level_await: true, ..plain };
    assert!(run("await f()", CompileMode::Cell, &plain).is_err());
    let coroutine = run("await f()", CompileMode::Cell, &awaiting).expect("await at the top level");
    assert_ne!(coroutine.flags & flags::COROUTINE, 0);
    let optimized = CompileOptions { optimize: 2, ..plain };
    let documented = "def f():\n    'doc'\n    assert x\n    return 1\n";
    assert!(first_function(&module(documented)).docstring().is_some());
    let code = run(documented, CompileMode::Exec, &optimized).expect("a module");
    assert!(first_function(&code).docstring().is_none() && first_function(&code).names.is_empty());
    let future = CompileOptions { future: flags::FUTURE_ANNOTATIONS, ..plain };
    assert_ne!(run("x = 1", CompileMode::Exec, &future).expect("a module").flags & flags::FUTURE_ANNOTATIONS, 0);
    let crlf = run("x = '''a\r\nb'''\r\n", CompileMode::Exec, &plain).expect("a module");
    assert!(crlf.consts.iter().any(|constant| matches!(constant, Const::Str(text, _) if text.as_bytes() == b"a\nb")));
}

#[test]
fn warnings_come_in_order() {
    let source = "x = '\\d'\nif x is 1: pass\ndef f():\n    try: pass\n    finally: return 1\nassert (x, 'y')\n";
    let warnings = compile(source, "<s>", CompileMode::Exec, &CompileOptions::default()).expect("it only warns").warnings;
    let found: Vec<(u32, &str)> = warnings.iter().map(|warning| (warning.lineno, warning.msg.split('.').next().unwrap_or(""))).collect();
    let expected = [
        (1, "\"\\d\" is an invalid escape sequence"),
        (2, "\"is\" with 'int' literal"),
        (5, "'return' in a 'finally' block"),
        (6, "assertion is always true, perhaps remove parentheses?"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn depth_is_refused_not_overflowed() {
    for (deep, kind) in [("(", "SyntaxError"), ("-", "RecursionError"), ("a.", "RecursionError"), ("a+", "RecursionError"), ("lambda: ", "RecursionError")] {
        let problem = compile(&format!("{}a", deep.repeat(30_000)), "<s>", CompileMode::Exec, &CompileOptions::default()).expect_err("far too deep");
        assert_eq!(problem.kind.name(), kind, "{deep} {}", problem.msg);
    }
    let long = format!("x = [{}]", "a.b(c) + 1, ".repeat(20_000));
    assert!(compile(&long, "<s>", CompileMode::Exec, &CompileOptions::default()).is_ok());
}

/// Class, message, line, column, as CPython 3.13 gives them; what 3.14 says differently is not here.
#[test]
fn errors_are_cpythons() {
    let table = [
        ("x = = 1", "SyntaxError", "invalid syntax", 1, 5),
        ("if x:\npass", "IndentationError", "expected an indented block after 'if' statement on line 1", 2, 1),
        ("if x:\n    y\n  z\n", "IndentationError", "unindent does not match any outer indentation level", 3, 4),
        ("def f():\n\tx\n        y\n", "TabError", "inconsistent use of tabs and spaces in indentation", 3, 1),
        ("  x", "IndentationError", "unexpected indent", 1, 2),
        ("x = (1,\n", "SyntaxError", "'(' was never closed", 1, 5),
        ("x = [1,2)", "SyntaxError", "closing parenthesis ')' does not match opening parenthesis '['", 1, 9),
        ("print(1))", "SyntaxError", "unmatched ')'", 1, 9),
        ("def f(:\n pass", "SyntaxError", "invalid syntax", 1, 7),
        ("'abc", "SyntaxError", "unterminated string literal (detected at line 1)", 1, 1),
        ("'''abc\n", "SyntaxError", "unterminated triple-quoted string literal (detected at line 1)", 1, 1),
        ("return", "SyntaxError", "'return' outside function", 1, 1),
        ("print 'a'", "SyntaxError", "Missing parentheses in call to 'print'. Did you mean print(...)?", 1, 1),
        ("class A\n", "SyntaxError", "expected ':'", 1, 8),
        ("é = = 2", "SyntaxError", "invalid syntax", 1, 5),
        ("1 = x", "SyntaxError", "cannot assign to literal here. Maybe you meant '==' instead of '='?", 1, 1),
        ("if 1:\n  x() = 1\n", "SyntaxError", "cannot assign to function call here. Maybe you meant '==' instead of '='?", 2, 3),
        ("x = {1:2, 3}", "SyntaxError", "':' expected after dictionary key", 1, 11),
        ("def f(a=1, b): pass", "SyntaxError", "parameter without a default follows parameter with a default", 1, 12),
        ("f(a=1, 2)", "SyntaxError", "positional argument follows keyword argument", 1, 9),
        ("if x = 3: pass", "SyntaxError", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", 1, 4),
        ("[1, 2 3]", "SyntaxError", "invalid syntax. Perhaps you forgot a comma?", 1, 5),
        ("a = 1 if 2", "SyntaxError", "expected 'else' after 'if' expression", 1, 5),
        ("x = 'C:\\Users'", "SyntaxError", "(unicode error) 'unicodeescape' codec can't decode bytes in position 2-3: truncated \\UXXXXXXXX escape", 1, 5),
        ("'\\N{foo}'", "SyntaxError", "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-6: unknown Unicode character name", 1, 1),
        ("b'\\x0'", "SyntaxError", "(value error) invalid \\x escape at position 0", 1, 1),
        ("f'}'", "SyntaxError", "f-string: single '}' is not allowed", 1, 3),
        ("x = “hello”", "SyntaxError", "invalid character '“' (U+201C)", 1, 5),
        ("if x：\n    print(1)\nf(x, lambda _: print(2)", "SyntaxError", "invalid character '：' (U+FF1A)", 1, 5),
        ("\u{a0}", "SyntaxError", "invalid non-printable character U+00A0", 1, 1),
        ("5a", "SyntaxError", "invalid decimal literal", 1, 1),
        ("def f(*, a, /): pass", "SyntaxError", "/ must be ahead of *", 1, 13),
        ("3 + not 3", "SyntaxError", "'not' after an operator must be parenthesized", 1, 5),
        ("f(x, *)", "SyntaxError", "Invalid star expression", 1, 7),
        ("def f(x, (y, z)): pass", "SyntaxError", "Function parameters cannot be parenthesized", 1, 10),
        ("raise X, Y", "SyntaxError", "invalid syntax", 1, 8),
    ];
    let mut wrong = Vec::new();
    for (source, kind, msg, line, column) in table {
        match compile(source, "<s>", CompileMode::Exec, &CompileOptions::default()) {
            Ok(_) => wrong.push(format!("{source:?} compiles")),
            Err(found) => {
                let got = (found.kind.name(), found.msg.as_str(), found.lineno, found.offset);
                if got != (kind, msg, Some(line), Some(column)) {
                    wrong.push(format!("{source:?}: {got:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let null = compile("a\0b", "<s>", CompileMode::Exec, &CompileOptions::default()).expect_err("a null byte");
    assert_eq!((null.msg.as_str(), null.lineno), ("source code string cannot contain null bytes", None));
}
