//! Expressions.
use super::build::{Builder, Fields};
use crate::heap::Owned;
use num_bigint::BigInt;
use ruff_python_ast::{BoolOp, CmpOp, Comprehension, Expr, ExprCall, ExprContext, Keyword, Number, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

impl Builder<'_> {
    pub fn exprs(&mut self, list: &[Expr]) -> Owned {
        self.list(list, |b, e| b.expr(e))
    }
    pub fn opt(&mut self, e: Option<&Expr>) -> Owned {
        match e {
            Some(e) => self.expr(e),
            None => self.none(),
        }
    }
    pub fn expr(&mut self, e: &Expr) -> Owned {
        let at = e.range();
        let (class, fields): (&'static str, Fields) = match e {
            Expr::BoolOp(x) => {
                let op = self.single(if x.op == BoolOp::And { "And" } else { "Or" });
                ("BoolOp", vec![("op", op), ("values", self.exprs(&x.values))])
            }
            Expr::Named(x) => ("NamedExpr", vec![("target", self.expr(&x.target)), ("value", self.expr(&x.value))]),
            Expr::BinOp(x) => {
                let op = self.operator(x.op);
                ("BinOp", vec![("left", self.expr(&x.left)), ("op", op), ("right", self.expr(&x.right))])
            }
            Expr::UnaryOp(x) => {
                let op = self.single(match x.op {
                    UnaryOp::Invert => "Invert",
                    UnaryOp::Not => "Not",
                    UnaryOp::UAdd => "UAdd",
                    UnaryOp::USub => "USub",
                });
                ("UnaryOp", vec![("op", op), ("operand", self.expr(&x.operand))])
            }
            Expr::Lambda(x) => ("Lambda", vec![("args", self.parameters(x.parameters.as_deref())), ("body", self.expr(&x.body))]),
            Expr::If(x) => ("IfExp", vec![("test", self.expr(&x.test)), ("body", self.expr(&x.body)), ("orelse", self.expr(&x.orelse))]),
            Expr::Dict(x) => {
                let keys = self.list(&x.items, |b, i| b.opt(i.key.as_ref()));
                ("Dict", vec![("keys", keys), ("values", self.list(&x.items, |b, i| b.expr(&i.value)))])
            }
            Expr::Compare(x) => {
                let ops = self.list(x.ops.iter(), |b, op| b.comparison(*op));
                ("Compare", vec![("left", self.expr(&x.left)), ("ops", ops), ("comparators", self.exprs(&x.comparators))])
            }
            Expr::Call(x) => return self.call(x),
            Expr::FString(x) => return self.joined(x),
            Expr::TString(x) => return self.template(x),
            Expr::Attribute(x) => {
                let fields = vec![("value", self.expr(&x.value)), ("attr", self.name(&x.attr.id)), ("ctx", self.context(x.ctx))];
                ("Attribute", fields)
            }
            Expr::Subscript(x) => {
                ("Subscript", vec![("value", self.expr(&x.value)), ("slice", self.expr(&x.slice)), ("ctx", self.context(x.ctx))])
            }
            Expr::Starred(x) => ("Starred", vec![("value", self.expr(&x.value)), ("ctx", self.context(x.ctx))]),
            Expr::Name(x) => ("Name", vec![("id", self.name(&x.id)), ("ctx", self.context(x.ctx))]),
            Expr::List(x) => ("List", vec![("elts", self.exprs(&x.elts)), ("ctx", self.context(x.ctx))]),
            Expr::Tuple(x) => ("Tuple", vec![("elts", self.exprs(&x.elts)), ("ctx", self.context(x.ctx))]),
            Expr::Set(x) => ("Set", vec![("elts", self.exprs(&x.elts))]),
            _ => self.other_expr(e),
        };
        self.node_at(class, at, fields)
    }
    /// Constants, comprehensions, what suspends, slices.
    fn other_expr<'f>(&mut self, e: &Expr) -> (&'static str, Fields<'f>) {
        match e {
            Expr::ListComp(x) => ("ListComp", vec![("elt", self.expr(&x.elt)), ("generators", self.generators(&x.generators))]),
            Expr::SetComp(x) => ("SetComp", vec![("elt", self.expr(&x.elt)), ("generators", self.generators(&x.generators))]),
            Expr::Generator(x) => ("GeneratorExp", vec![("elt", self.expr(&x.elt)), ("generators", self.generators(&x.generators))]),
            Expr::DictComp(x) => {
                let mut fields = vec![("key", self.opt(x.key.as_deref())), ("value", self.expr(&x.value))];
                fields.push(("generators", self.generators(&x.generators)));
                ("DictComp", fields)
            }
            Expr::Await(x) => ("Await", vec![("value", self.expr(&x.value))]),
            Expr::Yield(x) => ("Yield", vec![("value", self.opt(x.value.as_deref()))]),
            Expr::YieldFrom(x) => ("YieldFrom", vec![("value", self.expr(&x.value))]),
            Expr::Slice(x) => {
                let fields = vec![
                    ("lower", self.opt(x.lower.as_deref())),
                    ("upper", self.opt(x.upper.as_deref())),
                    ("step", self.opt(x.step.as_deref())),
                ];
                ("Slice", fields)
            }
            Expr::StringLiteral(x) => {
                let value = self.text_literal(&x.value);
                let kind = if x.value.is_unicode() { self.vm.intern("u") } else { self.none() };
                ("Constant", vec![("value", value), ("kind", kind)])
            }
            Expr::BytesLiteral(x) => {
                let bytes: Vec<u8> = x.value.as_slice().iter().flat_map(|p| p.value.iter().copied()).collect();
                self.constant(|b| b.vm.bytes(bytes))
            }
            Expr::NumberLiteral(x) => {
                let range = x.range;
                self.constant(|b| b.number(&x.value, range))
            }
            Expr::BooleanLiteral(x) => self.constant(|b| b.vm.bool(x.value)),
            Expr::NoneLiteral(_) => self.constant(|b| b.none()),
            Expr::EllipsisLiteral(_) => self.constant(|_| Owned::adopt(crate::vm::fixed::ELLIPSIS)),
            other => panic!("the parser makes no {other:?} of a text"),
        }
    }
    fn constant<'f>(&mut self, value: impl FnOnce(&mut Self) -> Owned) -> (&'static str, Fields<'f>) {
        let value = value(self);
        ("Constant", vec![("value", value), ("kind", self.none())])
    }
    fn number(&mut self, n: &Number, range: TextRange) -> Owned {
        match n {
            Number::Float(x) => self.vm.float(*x),
            Number::Complex { real, imag } => self.vm.complex(*real, *imag),
            Number::Int(i) => match i.as_i64() {
                Some(i) => self.vm.int(i),
                None => {
                    let text: String = self.source[range].chars().filter(|c| *c != '_').collect();
                    let (radix, digits) = match text.get(..2) {
                        Some("0x" | "0X") => (16, &text[2..]),
                        Some("0o" | "0O") => (8, &text[2..]),
                        Some("0b" | "0B") => (2, &text[2..]),
                        _ => (10, &text[..]),
                    };
                    let big = BigInt::parse_bytes(digits.as_bytes(), radix).expect("the parser read it as an int");
                    self.vm.bigint(big)
                }
            },
        }
    }
    fn generators(&mut self, list: &[Comprehension]) -> Owned {
        self.list(list, |b, c| {
            let mut fields = vec![("target", b.expr(&c.target)), ("iter", b.expr(&c.iter)), ("ifs", b.exprs(&c.ifs))];
            fields.push(("is_async", b.vm.int(c.is_async as i64)));
            b.node("comprehension", fields)
        })
    }
    fn call(&mut self, x: &ExprCall) -> Owned {
        let parentheses = x.arguments.range;
        let func = self.expr(&x.func);
        let args = self.list(x.arguments.args.iter(), |b, e| match e {
            // The only argument: the call's parentheses are the generator's too.
            Expr::Generator(g) if !g.parenthesized => {
                let fields = vec![("elt", b.expr(&g.elt)), ("generators", b.generators(&g.generators))];
                b.node_at("GeneratorExp", parentheses, fields)
            }
            e => b.expr(e),
        });
        let keywords = self.list(&x.arguments.keywords, |b, k| b.keyword(k));
        self.node_at("Call", x.range(), vec![("func", func), ("args", args), ("keywords", keywords)])
    }
    pub fn keyword(&mut self, k: &Keyword) -> Owned {
        let fields = vec![("arg", self.opt_name(k.arg.as_ref())), ("value", self.expr(&k.value))];
        self.node_at("keyword", k.range, fields)
    }
    fn context(&mut self, ctx: ExprContext) -> Owned {
        self.single(match ctx {
            ExprContext::Store => "Store",
            ExprContext::Del => "Del",
            ExprContext::Load | ExprContext::Invalid => "Load",
        })
    }
    pub fn operator(&mut self, op: Operator) -> Owned {
        self.single(match op {
            Operator::Add => "Add",
            Operator::Sub => "Sub",
            Operator::Mult => "Mult",
            Operator::MatMult => "MatMult",
            Operator::Div => "Div",
            Operator::Mod => "Mod",
            Operator::Pow => "Pow",
            Operator::LShift => "LShift",
            Operator::RShift => "RShift",
            Operator::BitOr => "BitOr",
            Operator::BitXor => "BitXor",
            Operator::BitAnd => "BitAnd",
            Operator::FloorDiv => "FloorDiv",
        })
    }
    fn comparison(&mut self, op: CmpOp) -> Owned {
        self.single(match op {
            CmpOp::Eq => "Eq",
            CmpOp::NotEq => "NotEq",
            CmpOp::Lt => "Lt",
            CmpOp::LtE => "LtE",
            CmpOp::Gt => "Gt",
            CmpOp::GtE => "GtE",
            CmpOp::Is => "Is",
            CmpOp::IsNot => "IsNot",
            CmpOp::In => "In",
            CmpOp::NotIn => "NotIn",
        })
    }
}
