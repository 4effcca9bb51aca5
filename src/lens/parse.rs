//! The arguments of cell commands: expressions split, and the operation of `%dispatch`.
use ruff_python_ast::{CmpOp, Expr, Operator, UnaryOp};
use ruff_python_parser::parse_expression;
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

/// The symbol of an expression's outermost operation, and its operands. None: it has no operands to dispatch on.
pub fn operation(text: &str) -> Option<(&'static str, Vec<String>)> {
    let parsed = parse_expression(text).ok()?;
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
        Expr::Subscript(s) => Some(("[]", vec![source(&s.value), source(&s.slice)])),
        Expr::Call(c) if c.arguments.keywords.is_empty() && !c.arguments.args.iter().any(|a| a.is_starred_expr()) => {
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

fn operator(op: Operator) -> &'static str {
    op.as_str()
}
fn comparison(op: CmpOp) -> Option<&'static str> {
    match op {
        CmpOp::Is | CmpOp::IsNot => None,
        other => Some(other.as_str()),
    }
}
