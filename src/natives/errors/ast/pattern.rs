//! Patterns of `match`, and parameters of functions.
use super::build::{Builder, Fields};
use crate::heap::Owned;
use ruff_python_ast::{Parameter, ParameterWithDefault, Parameters, Pattern, Singleton};
use ruff_text_size::{Ranged, TextRange};

impl Builder<'_> {
    pub fn pattern(&mut self, p: &Pattern) -> Owned {
        let (class, fields): (&'static str, Fields) = match p {
            Pattern::MatchValue(x) => ("MatchValue", vec![("value", self.expr(&x.value))]),
            Pattern::MatchSingleton(x) => {
                let value = match x.value {
                    Singleton::None => self.none(),
                    Singleton::True => self.vm.bool(true),
                    Singleton::False => self.vm.bool(false),
                };
                ("MatchSingleton", vec![("value", value)])
            }
            Pattern::MatchSequence(x) => ("MatchSequence", vec![("patterns", self.patterns(&x.patterns))]),
            Pattern::MatchMapping(x) => {
                let mut fields = vec![("keys", self.exprs(&x.keys)), ("patterns", self.patterns(&x.patterns))];
                fields.push(("rest", self.opt_name(x.rest.as_ref())));
                ("MatchMapping", fields)
            }
            Pattern::MatchClass(x) => {
                let keywords = &x.arguments.keywords;
                let mut fields = vec![("cls", self.expr(&x.cls)), ("patterns", self.patterns(&x.arguments.patterns))];
                fields.push(("kwd_attrs", self.list(keywords, |b, k| b.name(&k.attr.id))));
                fields.push(("kwd_patterns", self.list(keywords, |b, k| b.pattern(&k.pattern))));
                ("MatchClass", fields)
            }
            Pattern::MatchStar(x) => ("MatchStar", vec![("name", self.opt_name(x.name.as_ref()))]),
            Pattern::MatchAs(x) => {
                let pattern = match &x.pattern {
                    Some(p) => self.pattern(p),
                    None => self.none(),
                };
                ("MatchAs", vec![("pattern", pattern), ("name", self.opt_name(x.name.as_ref()))])
            }
            Pattern::MatchOr(x) => ("MatchOr", vec![("patterns", self.patterns(&x.patterns))]),
        };
        self.node_at(class, p.range(), fields)
    }
    fn patterns(&mut self, patterns: &[Pattern]) -> Owned {
        self.list(patterns, |b, p| b.pattern(p))
    }

    /// The `arguments` node; None for a lambda without parameters.
    pub fn parameters(&mut self, p: Option<&Parameters>) -> Owned {
        let empty = Parameters::default();
        let p = p.unwrap_or(&empty);
        let params = |b: &mut Self, list: &[ParameterWithDefault]| b.list(list, |b, x| b.parameter(&x.parameter));
        let mut fields = vec![("posonlyargs", params(self, &p.posonlyargs)), ("args", params(self, &p.args))];
        fields.push(("vararg", self.opt_parameter(p.vararg.as_deref())));
        fields.push(("kwonlyargs", params(self, &p.kwonlyargs)));
        fields.push(("kw_defaults", self.list(&p.kwonlyargs, |b, x| b.opt(x.default.as_deref()))));
        fields.push(("kwarg", self.opt_parameter(p.kwarg.as_deref())));
        let defaults = p.posonlyargs.iter().chain(&p.args).filter_map(|x| x.default.as_deref());
        fields.push(("defaults", self.list(defaults, |b, e| b.expr(e))));
        self.node("arguments", fields)
    }
    fn opt_parameter(&mut self, p: Option<&Parameter>) -> Owned {
        match p {
            Some(p) => self.parameter(p),
            None => self.none(),
        }
    }
    /// The parameter without its stars and default.
    fn parameter(&mut self, p: &Parameter) -> Owned {
        let end = p.annotation.as_ref().map_or(p.name.range.end(), |_| p.range.end());
        let fields = vec![("arg", self.name(&p.name.id)), ("annotation", self.opt(p.annotation.as_deref())), ("type_comment", self.none())];
        self.node_at("arg", TextRange::new(p.name.range.start(), end), fields)
    }
}
