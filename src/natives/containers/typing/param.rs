//! What a type variable knows.
use crate::heap::Ref;
use crate::objects::State;

/// State of TypeVar, ParamSpec and TypeVarTuple. A part that is None while its evaluator is there has not been evaluated yet.
#[derive(Clone)]
pub struct TypeParam {
    pub name: Ref,
    pub bound: Option<Ref>,
    pub evaluate_bound: Option<Ref>,
    pub constraints: Option<Ref>,
    pub evaluate_constraints: Option<Ref>,
    pub default: Option<Ref>,
    pub evaluate_default: Option<Ref>,
    pub covariant: bool,
    pub contravariant: bool,
    pub infer_variance: bool,
}

impl State for TypeParam {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let TypeParam { name, bound, evaluate_bound, constraints, evaluate_constraints, default, evaluate_default, .. } = self;
        f(*name);
        [bound, evaluate_bound, constraints, evaluate_constraints, default, evaluate_default]
            .into_iter()
            .flatten()
            .for_each(|r| f(*r));
    }
}

/// State of `P.args` and `P.kwargs`: the ParamSpec.
#[derive(Clone)]
pub struct ParamSpecPart(pub Ref);

impl State for ParamSpecPart {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        f(self.0)
    }
}

/// State of a TypeAliasType.
#[derive(Clone)]
pub struct TypeAlias {
    pub name: Ref,
    pub type_params: Option<Ref>,
    pub value: Option<Ref>,
    pub evaluate: Option<Ref>,
}

impl State for TypeAlias {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let TypeAlias { name, type_params, value, evaluate } = self;
        f(*name);
        [type_params, value, evaluate].into_iter().flatten().for_each(|r| f(*r));
    }
}
