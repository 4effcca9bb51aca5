//! Statements.
use super::build::{Builder, Fields};
use crate::heap::Owned;
use ruff_python_ast::{Alias, Decorator, ElifElseClause, ExceptHandler, Identifier, Stmt, StmtClassDef, StmtFunctionDef, StmtIf, TypeParam, TypeParams};
use ruff_text_size::{Ranged, TextRange, TextSize};

impl Builder<'_> {
    pub fn body(&mut self, body: &[Stmt]) -> Owned {
        self.list(body, |b, s| b.stmt(s))
    }
    fn stmt(&mut self, s: &Stmt) -> Owned {
        let at = s.range();
        let (class, fields): (&'static str, Fields) = match s {
            Stmt::FunctionDef(f) => return self.function(f),
            Stmt::ClassDef(c) => return self.class_def(c),
            Stmt::If(i) => return self.if_stmt(i),
            Stmt::Return(r) => ("Return", vec![("value", self.opt(r.value.as_deref()))]),
            Stmt::Delete(d) => ("Delete", vec![("targets", self.exprs(&d.targets))]),
            Stmt::TypeAlias(x) => {
                let params = self.type_params(x.type_params.as_deref());
                ("TypeAlias", vec![("name", self.expr(&x.name)), ("type_params", params), ("value", self.expr(&x.value))])
            }
            Stmt::Assign(x) => {
                ("Assign", vec![("targets", self.exprs(&x.targets)), ("value", self.expr(&x.value)), ("type_comment", self.none())])
            }
            Stmt::AugAssign(x) => {
                let op = self.operator(x.op);
                ("AugAssign", vec![("target", self.expr(&x.target)), ("op", op), ("value", self.expr(&x.value))])
            }
            Stmt::AnnAssign(x) => {
                let mut fields = vec![("target", self.expr(&x.target)), ("annotation", self.expr(&x.annotation))];
                fields.extend([("value", self.opt(x.value.as_deref())), ("simple", self.vm.int(x.simple as i64))]);
                ("AnnAssign", fields)
            }
            Stmt::For(x) => {
                let mut fields = vec![("target", self.expr(&x.target)), ("iter", self.expr(&x.iter)), ("body", self.body(&x.body))];
                fields.extend([("orelse", self.body(&x.orelse)), ("type_comment", self.none())]);
                (if x.is_async { "AsyncFor" } else { "For" }, fields)
            }
            Stmt::While(x) => {
                ("While", vec![("test", self.expr(&x.test)), ("body", self.body(&x.body)), ("orelse", self.body(&x.orelse))])
            }
            Stmt::With(x) => {
                let items = self.list(&x.items, |b, i| {
                    let fields = vec![("context_expr", b.expr(&i.context_expr)), ("optional_vars", b.opt(i.optional_vars.as_deref()))];
                    b.node("withitem", fields)
                });
                let fields = vec![("items", items), ("body", self.body(&x.body)), ("type_comment", self.none())];
                (if x.is_async { "AsyncWith" } else { "With" }, fields)
            }
            Stmt::Match(x) => {
                let cases = self.list(&x.cases, |b, c| {
                    let fields =
                        vec![("pattern", b.pattern(&c.pattern)), ("guard", b.opt(c.guard.as_deref())), ("body", b.body(&c.body))];
                    b.node("match_case", fields)
                });
                ("Match", vec![("subject", self.expr(&x.subject)), ("cases", cases)])
            }
            Stmt::Raise(x) => ("Raise", vec![("exc", self.opt(x.exc.as_deref())), ("cause", self.opt(x.cause.as_deref()))]),
            Stmt::Try(x) => {
                let handlers = self.list(&x.handlers, |b, h| b.handler(h));
                let mut fields = vec![("body", self.body(&x.body)), ("handlers", handlers)];
                fields.extend([("orelse", self.body(&x.orelse)), ("finalbody", self.body(&x.finalbody))]);
                (if x.is_star { "TryStar" } else { "Try" }, fields)
            }
            Stmt::Assert(x) => ("Assert", vec![("test", self.expr(&x.test)), ("msg", self.opt(x.msg.as_deref()))]),
            Stmt::Import(x) => ("Import", vec![("names", self.list(&x.names, |b, n| b.alias(n)))]),
            Stmt::ImportFrom(x) => {
                let names = self.list(&x.names, |b, n| b.alias(n));
                let level = self.vm.int(x.level as i64);
                ("ImportFrom", vec![("module", self.opt_name(x.module.as_ref())), ("names", names), ("level", level)])
            }
            Stmt::Global(x) => ("Global", vec![("names", self.identifiers(&x.names))]),
            Stmt::Nonlocal(x) => ("Nonlocal", vec![("names", self.identifiers(&x.names))]),
            Stmt::Expr(x) => ("Expr", vec![("value", self.expr(&x.value))]),
            Stmt::Pass(_) => ("Pass", vec![]),
            Stmt::Break(_) => ("Break", vec![]),
            Stmt::Continue(_) => ("Continue", vec![]),
            Stmt::IpyEscapeCommand(_) => panic!("the parser takes no IPython commands"),
        };
        self.node_at(class, at, fields)
    }
    fn identifiers(&mut self, names: &[Identifier]) -> Owned {
        self.list(names, |b, n| b.name(&n.id))
    }
    fn alias(&mut self, a: &Alias) -> Owned {
        let fields = vec![("name", self.name(&a.name.id)), ("asname", self.opt_name(a.asname.as_ref()))];
        self.node_at("alias", a.range, fields)
    }
    fn handler(&mut self, h: &ExceptHandler) -> Owned {
        let ExceptHandler::ExceptHandler(h) = h;
        let fields = vec![("type", self.opt(h.type_.as_deref())), ("name", self.opt_name(h.name.as_ref())), ("body", self.body(&h.body))];
        self.node_at("ExceptHandler", h.range, fields)
    }
    /// Where the statement itself begins, behind its decorators.
    fn behind_decorators(&self, decorators: &[Decorator], range: TextRange) -> TextRange {
        let Some(last) = decorators.last() else { return range };
        let mut at = last.range.end().to_usize();
        while let Some(rest) = self.source.get(at..) {
            match rest.chars().next() {
                Some('#') => at += rest.find('\n').unwrap_or(rest.len()),
                Some(c) if c.is_whitespace() => at += c.len_utf8(),
                _ => break,
            }
        }
        TextRange::new(TextSize::try_from(at).unwrap_or(range.start()), range.end())
    }
    fn function(&mut self, f: &StmtFunctionDef) -> Owned {
        let decorators = self.list(&f.decorator_list, |b, d| b.expr(&d.expression));
        let mut fields = vec![("name", self.name(&f.name.id)), ("args", self.parameters(Some(&f.parameters)))];
        fields.extend([("body", self.body(&f.body)), ("decorator_list", decorators)]);
        fields.extend([("returns", self.opt(f.returns.as_deref())), ("type_comment", self.none())]);
        fields.push(("type_params", self.type_params(f.type_params.as_deref())));
        let at = self.behind_decorators(&f.decorator_list, f.range);
        self.node_at(if f.is_async { "AsyncFunctionDef" } else { "FunctionDef" }, at, fields)
    }
    fn class_def(&mut self, c: &StmtClassDef) -> Owned {
        let decorators = self.list(&c.decorator_list, |b, d| b.expr(&d.expression));
        let (bases, keywords) = match c.arguments.as_deref() {
            Some(a) => (self.exprs(&a.args), self.list(&a.keywords, |b, k| b.keyword(k))),
            None => (self.vm.list(vec![]), self.vm.list(vec![])),
        };
        let mut fields = vec![("name", self.name(&c.name.id)), ("bases", bases), ("keywords", keywords)];
        fields.extend([("body", self.body(&c.body)), ("decorator_list", decorators)]);
        fields.push(("type_params", self.type_params(c.type_params.as_deref())));
        let at = self.behind_decorators(&c.decorator_list, c.range);
        self.node_at("ClassDef", at, fields)
    }
    /// `elif` is an If in the `orelse` of the one before.
    fn if_stmt(&mut self, s: &StmtIf) -> Owned {
        let orelse = self.clauses(&s.elif_else_clauses, s.range.end());
        let fields = vec![("test", self.expr(&s.test)), ("body", self.body(&s.body)), ("orelse", orelse)];
        self.node_at("If", s.range, fields)
    }
    fn clauses(&mut self, clauses: &[ElifElseClause], end: TextSize) -> Owned {
        let mut orelse = self.vm.list(vec![]);
        for c in clauses.iter().rev() {
            let body = self.body(&c.body);
            match &c.test {
                None => {
                    self.vm.release(orelse);
                    orelse = body;
                }
                Some(test) => {
                    let fields = vec![("test", self.expr(test)), ("body", body), ("orelse", orelse)];
                    let node = self.node_at("If", TextRange::new(c.range.start(), end), fields);
                    orelse = self.vm.list(vec![node]);
                }
            }
        }
        orelse
    }
    fn type_params(&mut self, params: Option<&TypeParams>) -> Owned {
        self.list(params.map_or(&[][..], |p| &p.type_params), |b, p| b.type_param(p))
    }
    fn type_param(&mut self, p: &TypeParam) -> Owned {
        let (class, name, default) = match p {
            TypeParam::TypeVar(x) => ("TypeVar", &x.name, &x.default),
            TypeParam::TypeVarTuple(x) => ("TypeVarTuple", &x.name, &x.default),
            TypeParam::ParamSpec(x) => ("ParamSpec", &x.name, &x.default),
        };
        let mut fields = vec![("name", self.name(&name.id))];
        if let TypeParam::TypeVar(x) = p {
            fields.push(("bound", self.opt(x.bound.as_deref())));
        }
        fields.push(("default_value", self.opt(default.as_deref())));
        self.node_at(class, p.range(), fields)
    }
}
