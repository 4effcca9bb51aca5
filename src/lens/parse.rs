//! The arguments of cell commands: expressions split, and the operation of `%dispatch`.
use ruff_python_ast::{CmpOp, Expr, ExprCall, Operator, Stmt, UnaryOp};
use ruff_python_parser::{parse_expression, parse_module};
use ruff_text_size::Ranged;

fn is_expression(text: &str) -> bool {
    parse_expression(text).is_ok()
}

/// The expressions of a line, separated by commas or spaces.
pub fn expressions(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = line.trim();
    if let Ok(parsed) = parse_expression(rest)
        && let Expr::Tuple(t) = parsed.expr()
        && !t.parenthesized
    {
        return t.elts.iter().map(|e| rest[e.range()].to_owned()).collect();
    }
    while !rest.is_empty() {
        let ends = rest.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(i, _)| i).chain([rest.len()]);
        let end = ends.filter(|i| is_expression(rest[..*i].trim_end_matches(','))).last().unwrap_or(rest.len());
        out.push(rest[..end].trim_end_matches(',').to_owned());
        rest = rest[end..].trim_start();
    }
    out
}

/// Receiver and attribute of `EXPR.attr`.
pub fn attribute(text: &str) -> Option<(String, String)> {
    let parsed = parse_expression(text).ok()?;
    match parsed.expr() {
        Expr::Attribute(a) => Some((text[a.value.range()].to_owned(), a.attr.to_string())),
        _ => None,
    }
}

/// The symbol of the outermost operation of an expression or statement (`a += b`, `a[i] = x`, `del a[i]`), and its
/// operands. None: it has no operands to dispatch on.
pub fn operation(text: &str) -> Option<(&'static str, Vec<String>)> {
    let Ok(parsed) = parse_expression(text) else { return statement(text) };
    let source = |e: &Expr| text[e.range()].to_owned();
    match parsed.expr() {
        Expr::BinOp(b) => Some((operator(b.op), vec![source(&b.left), source(&b.right)])),
        Expr::Compare(c) if c.ops.len() == 1 => Some((comparison(c.ops[0])?, vec![source(&c.left), source(&c.comparators[0])])),
        Expr::UnaryOp(u) => {
            let symbol = match u.op {
                UnaryOp::Invert => "~",
                UnaryOp::Not => "not",
                UnaryOp::UAdd => "unary +",
                UnaryOp::USub => "unary -",
            };
            Some((symbol, vec![source(&u.operand)]))
        }
        Expr::Subscript(s) => Some(("[]", vec![source(&s.value), key(text, &s.slice)])),
        Expr::Call(c) if !c.arguments.keywords.is_empty() || c.arguments.args.iter().any(|a| a.is_starred_expr()) => Some(("call", call(text, c))),
        Expr::Call(c) => {
            let args: Vec<String> = c.arguments.args.iter().map(source).collect();
            let builtin = ["bool()", "len()", "iter()", "abs()", "repr()", "str()", "hash()", "next()", "reversed()"];
            let named = builtin.into_iter().find(|b| args.len() == 1 && b.strip_suffix("()") == Some(source(&c.func).as_str()));
            Some(match named {
                Some(symbol) => (symbol, args),
                None => ("()", [source(&c.func)].into_iter().chain(args).collect()),
            })
        }
        _ => None,
    }
}

fn statement(text: &str) -> Option<(&'static str, Vec<String>)> {
    let parsed = parse_module(text).ok()?;
    let [only] = &parsed.syntax().body[..] else { return None };
    let source = |e: &Expr| text[e.range()].to_owned();
    match only {
        Stmt::AugAssign(a) => Some((in_place(a.op), vec![source(&a.target), source(&a.value)])),
        Stmt::Assign(a) if a.targets.len() == 1 => match &a.targets[0] {
            Expr::Subscript(s) => Some(("[]=", vec![source(&s.value), key(text, &s.slice), source(&a.value)])),
            _ => None,
        },
        Stmt::Delete(d) if d.targets.len() == 1 => match &d.targets[0] {
            Expr::Subscript(s) => Some(("del []", vec![source(&s.value), key(text, &s.slice)])),
            _ => None,
        },
        _ => None,
    }
}

/// What stands in brackets as an expression of its own: `1:2` is `slice(1, 2, None)`.
fn key(text: &str, e: &Expr) -> String {
    match e {
        Expr::Slice(s) => {
            let part = |e: &Option<Box<Expr>>| e.as_ref().map_or("None", |e| &text[e.range()]).to_owned();
            format!("slice({}, {}, {})", part(&s.lower), part(&s.upper), part(&s.step))
        }
        Expr::Tuple(t) if t.elts.iter().any(Expr::is_slice_expr) => {
            let all: String = t.elts.iter().map(|e| key(text, e) + ", ").collect();
            format!("({})", all.trim_end())
        }
        other => text[other.range()].to_owned(),
    }
}

/// The callable, its arguments as the text of a tuple, its keyword arguments as the text of a dict.
fn call(text: &str, c: &ExprCall) -> Vec<String> {
    let source = |e: &Expr| text[e.range()].to_owned();
    let args: String = c.arguments.args.iter().map(|a| source(a) + ", ").collect();
    let keyword = |k: &ruff_python_ast::Keyword| match &k.arg {
        Some(name) => format!("'{name}': {}, ", source(&k.value)),
        None => format!("**{}, ", source(&k.value)),
    };
    let named: String = c.arguments.keywords.iter().map(keyword).collect();
    vec![source(&c.func), format!("({args})"), format!("{{{named}}}")]
}

fn in_place(op: Operator) -> &'static str {
    match op {
        Operator::Add => "+=",
        Operator::Sub => "-=",
        Operator::Mult => "*=",
        Operator::MatMult => "@=",
        Operator::Div => "/=",
        Operator::Mod => "%=",
        Operator::Pow => "**=",
        Operator::LShift => "<<=",
        Operator::RShift => ">>=",
        Operator::BitOr => "|=",
        Operator::BitXor => "^=",
        Operator::BitAnd => "&=",
        Operator::FloorDiv => "//=",
    }
}

fn operator(op: Operator) -> &'static str {
    op.as_str()
}
fn comparison(op: CmpOp) -> Option<&'static str> {
    match op {
        CmpOp::Is | CmpOp::IsNot => None,
        other => Some(other.as_str()),
    }
}
