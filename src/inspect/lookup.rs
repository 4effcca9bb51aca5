//! `%lookup`: every place that an attribute access searches, in order, and the rule that decides.
//!
//! Source: CPython `Objects/object.c` (generic access), `Objects/typeobject.c` (`type` and `super`), PEP 562.
use super::{Subjects, common};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::snapshot::lookup::{Action, Found, FoundKind, LookupSnapshot, Outcome, Place, PlaceKind, Receiver, Rule, Verdict};
use crate::vm::{Ask, Vm, n, t};

/// What is done with the attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Get,
    /// To this value; not carried out.
    Set(Ref),
    /// Not carried out.
    Delete,
}

struct Search<'a> {
    vm: &'a mut Vm,
    obj: Ref,
    name: Ref,
    places: Vec<Place>,
}

/// The trace of one access. Reading an attribute is carried out, once, since its value is shown.
pub fn snapshot(vm: &mut Vm, s: &Subjects, attr: &str, access: Access) -> Result<LookupSnapshot, Ask> {
    let obj = s.values[0];
    let name = vm.intern(attr).into_raw();
    let mut read = None;
    if access == Access::Get {
        let f = vm.dict_get_str(vm.builtins, "getattr").expect("a built-in function");
        read = Some(vm.try_call(f, &[obj, name])?);
    }
    let receiver_is = match vm.heap.get(obj) {
        Payload::Type(_) => Receiver::Class,
        Payload::Module(_) => Receiver::Module,
        Payload::Super(_) => Receiver::Super,
        _ => Receiver::Instance,
    };
    let mut search = Search { vm, obj, name, places: Vec::new() };
    let rule = match access {
        Access::Get => search.get(receiver_is, matches!(read, Some(Ok(_)))),
        Access::Set(_) => search.change(n::__SETATTR__),
        Access::Delete => search.change(n::__DELATTR__),
    };
    let places = search.places;
    let outcome = match read {
        Some(Ok(value)) => Outcome::Value(common::repr(vm, value)),
        Some(Err(e)) => {
            let (exception, message) = super::dispatch::exception(vm, e);
            Outcome::Raised { exception, message }
        }
        None => predicted(vm, obj, attr, rule, access),
    };
    let action = match access {
        Access::Get => Action::Get,
        Access::Set(v) => Action::Set { value: common::repr(vm, v) },
        Access::Delete => Action::Delete,
    };
    let receiver_type = common::type_name(vm, obj);
    Ok(LookupSnapshot { receiver: s.texts[0].clone(), receiver_type, receiver_is, attr: attr.to_owned(), action, places, rule, outcome })
}

/// How an assignment or deletion would end.
fn predicted(vm: &Vm, obj: Ref, attr: &str, rule: Rule, access: Access) -> Outcome {
    let raised = |exception: &str, message: String| Outcome::Raised { exception: exception.to_owned(), message };
    let ty = common::type_name(vm, obj);
    match rule {
        Rule::ReadOnly if vm.is_type(obj) => raised("TypeError", format!("cannot set '{attr}' attribute of immutable type '{}'", common::class_name(vm, obj))),
        Rule::ReadOnly => {
            let what = if access == Access::Delete { "deleter" } else { "setter" };
            raised("AttributeError", format!("property '{attr}' of '{ty}' object has no {what}"))
        }
        Rule::NoNamespace if vm.interned.get(attr).is_some_and(|n| common::defined(vm, vm.ty(obj), n).is_some()) => raised("AttributeError", format!("'{ty}' object attribute '{attr}' is read-only")),
        Rule::NotFound if vm.is_type(obj) => raised("AttributeError", format!("type object '{}' has no attribute '{attr}'", common::class_name(vm, obj))),
        Rule::NoNamespace => raised("AttributeError", format!("'{ty}' object has no attribute '{attr}' and no __dict__ for setting new attributes")),
        Rule::NotFound => raised("AttributeError", format!("'{ty}' object has no attribute '{attr}'")),
        _ => Outcome::Done,
    }
}

impl Search<'_> {
    fn defines(&self, r: Ref, special: Ref) -> bool {
        let found = common::defined(self.vm, self.vm.ty(r), special);
        found.is_some()
    }
    fn found(&self, value: Ref) -> Found {
        let [has_get, has_set, has_delete] = [n::__GET__, n::__SET__, n::__DELETE__].map(|s| self.defines(value, s));
        let by_layout = matches!(self.vm.heap.get(value), Payload::Property(_) | Payload::Member(_) | Payload::GetSet(_));
        let kind = match (has_set || has_delete || by_layout, has_get) {
            (true, _) => FoundKind::DataDescriptor,
            (false, true) => FoundKind::NonDataDescriptor,
            (false, false) => FoundKind::Plain,
        };
        Found { value: common::repr(self.vm, value), type_name: common::type_name(self.vm, value), kind, has_get, has_set, has_delete }
    }
    fn push(&mut self, kind: PlaceKind, found: Option<Found>, verdict: Verdict) {
        self.places.push(Place { kind, found, verdict });
    }
    /// Searches classes in order; the places up to the one that has the name. Index of that place.
    fn classes(&mut self, mro: &[Ref], make: fn(usize, String) -> PlaceKind) -> Option<usize> {
        for (index, class) in mro.iter().enumerate() {
            let kind = make(index, common::class_name(self.vm, *class));
            let value = self.vm.dict_get_name(self.vm.type_obj(*class).dict, self.name);
            let found = value.map(|v| self.found(v));
            let has = found.is_some();
            self.push(kind, found, if has { Verdict::Kept } else { Verdict::Absent });
            if has {
                return Some(self.places.len() - 1);
            }
        }
        None
    }
    fn type_mro(&mut self) -> Option<usize> {
        let mro = self.vm.type_obj(self.vm.ty(self.obj)).mro.clone();
        self.classes(&mro, |index, class| PlaceKind::TypeMro { index, class })
    }
    fn kind_at(&self, at: Option<usize>) -> Option<FoundKind> {
        at.and_then(|i| self.places[i].found.as_ref()).map(|f| f.kind)
    }
    fn decide(&mut self, at: usize, rule: Rule) -> Rule {
        self.places[at].verdict = Verdict::Decides;
        rule
    }
    /// A hook of the object's type that is written in Python, and the class that defines it.
    fn hook(&self, name: Ref) -> Option<(String, Found)> {
        let (class, f) = common::defined(self.vm, self.vm.ty(self.obj), name)?;
        let hook = Found { kind: FoundKind::Hook, ..self.found(f) };
        (self.vm.ty(f) != t::SLOT_WRAPPER).then(|| (common::class_name(self.vm, class), hook))
    }

    fn get(&mut self, receiver: Receiver, answered: bool) -> Rule {
        if let Some((class, hook)) = self.hook(n::__GETATTRIBUTE__) {
            self.push(PlaceKind::GetattributeHook { class }, Some(hook), Verdict::Decides);
            return Rule::GetattributeHook;
        }
        let rule = match receiver {
            Receiver::Class => self.get_of_class(),
            Receiver::Module => self.get_of_module(),
            Receiver::Super => self.get_of_super(),
            Receiver::Instance => self.get_of_instance(),
        };
        if let Some((class, hook)) = self.hook(n::__GETATTR__) {
            let asked = rule == Rule::NotFound;
            self.push(PlaceKind::GetattrHook { class }, Some(hook), if asked { Verdict::Decides } else { Verdict::NotReached });
            if asked && answered {
                return Rule::GetattrHook;
            }
        }
        rule
    }
    fn get_of_instance(&mut self) -> Rule {
        let kept = self.type_mro();
        let kind = self.kind_at(kept);
        let data = kind == Some(FoundKind::DataDescriptor);
        let own = self.vm.instance_attr(self.obj, self.name);
        let has_dict = self.vm.type_obj(self.vm.ty(self.obj)).has_dict;
        let place = if has_dict { PlaceKind::InstanceDict } else { PlaceKind::NoInstanceDict };
        let found = own.map(|v| self.found(v));
        let verdict = match (data, own) {
            (true, _) => Verdict::NotReached,
            (false, Some(_)) => Verdict::Decides,
            (false, None) => Verdict::Absent,
        };
        self.push(place, found, verdict);
        match (kept, own, kind) {
            (Some(at), _, Some(FoundKind::DataDescriptor)) => self.decide(at, Rule::DataDescriptor),
            (Some(at), Some(_), _) => {
                self.places[at].verdict = Verdict::Shadowed;
                Rule::InstanceDict
            }
            (None, Some(_), _) => Rule::InstanceDict,
            (Some(at), None, Some(FoundKind::NonDataDescriptor)) => self.decide(at, Rule::NonDataDescriptor),
            (Some(at), None, _) => self.decide(at, Rule::ClassAttribute),
            (None, None, _) => Rule::NotFound,
        }
    }
    fn get_of_class(&mut self) -> Rule {
        let kept = self.type_mro();
        if let (Some(at), Some(FoundKind::DataDescriptor)) = (kept, self.kind_at(kept)) {
            return self.decide(at, Rule::MetaclassDataDescriptor);
        }
        let mro = self.vm.type_obj(self.obj).mro.clone();
        match (self.classes(&mro, |index, class| PlaceKind::OwnMro { index, class }), kept) {
            (Some(at), kept) => {
                if let Some(k) = kept {
                    self.places[k].verdict = Verdict::Shadowed;
                }
                self.decide(at, Rule::OwnMro)
            }
            (None, Some(at)) => self.decide(at, Rule::MetaclassAttribute),
            (None, None) => Rule::NotFound,
        }
    }
    fn get_of_module(&mut self) -> Rule {
        let kept = self.type_mro();
        if let (Some(at), Some(FoundKind::DataDescriptor)) = (kept, self.kind_at(kept)) {
            return self.decide(at, Rule::DataDescriptor);
        }
        let own = self.vm.instance_attr(self.obj, self.name).map(|v| self.found(v));
        let has = own.is_some();
        self.push(PlaceKind::ModuleDict, own, if has { Verdict::Decides } else { Verdict::Absent });
        if let (true, Some(at)) = (has, kept) {
            self.places[at].verdict = Verdict::Shadowed;
        }
        match (has, kept, self.vm.instance_attr(self.obj, n::__GETATTR__)) {
            (true, ..) => Rule::ModuleDict,
            (false, Some(at), _) => self.decide(at, Rule::ClassAttribute),
            (false, None, Some(f)) => {
                let hook = Found { kind: FoundKind::Hook, ..self.found(f) };
                self.push(PlaceKind::ModuleGetattr, Some(hook), Verdict::Decides);
                Rule::ModuleGetattr
            }
            (false, None, None) => Rule::NotFound,
        }
    }
    fn get_of_super(&mut self) -> Rule {
        let (this, ty) = match self.vm.heap.get(self.obj) {
            Payload::Super(s) => (s.this, s.obj_type),
            _ => (None, None),
        };
        if let (Some(this), Some(ty)) = (this, ty) {
            let mro = self.vm.type_obj(ty).mro.clone();
            let behind = mro.iter().position(|k| *k == this).map_or(mro.len(), |i| i + 1);
            if let Some(at) = self.classes(&mro[behind..], |index, class| PlaceKind::TypeMro { index, class }) {
                let plain = self.kind_at(Some(at)) == Some(FoundKind::Plain);
                return self.decide(at, if plain { Rule::ClassAttribute } else { Rule::NonDataDescriptor });
            }
        }
        self.get_of_instance()
    }

    /// Assignment and deletion share their rules; `special` is the hook's name.
    fn change(&mut self, special: Ref) -> Rule {
        let delete = special == n::__DELATTR__;
        if let Some((class, hook)) = self.hook(special) {
            let kind = if delete { PlaceKind::DelattrHook { class } } else { PlaceKind::SetattrHook { class } };
            self.push(kind, Some(hook), Verdict::Decides);
            return if delete { Rule::DelattrHook } else { Rule::SetattrHook };
        }
        if self.vm.is_type(self.obj) && !self.vm.type_obj(self.obj).has(crate::objects::class::type_flags::HEAP) {
            return Rule::ReadOnly;
        }
        let kept = self.type_mro();
        if let (Some(at), Some(FoundKind::DataDescriptor)) = (kept, self.kind_at(kept)) {
            let rule = match (self.accepts(at, delete), delete) {
                (false, _) => Rule::ReadOnly,
                (true, false) => Rule::DescriptorSet,
                (true, true) => Rule::DescriptorDelete,
            };
            return self.decide(at, rule);
        }
        if let Some(at) = kept {
            self.places[at].verdict = Verdict::Shadowed;
        }
        let (own, has_dict) = match self.vm.is_type(self.obj) {
            true => (self.vm.dict_get_name(self.vm.type_obj(self.obj).dict, self.name), true),
            false => (self.vm.instance_attr(self.obj, self.name), self.has_namespace()),
        };
        let place = if has_dict { PlaceKind::InstanceDict } else { PlaceKind::NoInstanceDict };
        let works = has_dict && (!delete || own.is_some());
        let found = own.map(|v| self.found(v));
        self.push(place, found, if works { Verdict::Decides } else { Verdict::Absent });
        match (works, has_dict, delete) {
            (true, _, false) => Rule::InstanceSet,
            (true, _, true) => Rule::InstanceDelete,
            (false, true, _) => Rule::NotFound,
            (false, false, _) => Rule::NoNamespace,
        }
    }
    fn has_namespace(&self) -> bool {
        let layout = matches!(self.vm.heap.get(self.obj), Payload::Module(_) | Payload::Function(_));
        layout || self.vm.type_obj(self.vm.ty(self.obj)).has_dict
    }
    /// Whether the data descriptor of a place has what the change needs.
    fn accepts(&self, at: usize, delete: bool) -> bool {
        let mro = &self.vm.type_obj(self.vm.ty(self.obj)).mro;
        let value = mro.iter().find_map(|k| self.vm.dict_get_name(self.vm.type_obj(*k).dict, self.name));
        match value.map(|v| self.vm.heap.get(v)) {
            Some(Payload::Property(p)) => if delete { p.fdel.is_some() } else { p.fset.is_some() },
            Some(Payload::GetSet(g)) => self.vm.natives[g.native as usize].def.set.is_some(),
            Some(Payload::Member(_)) => true,
            _ => self.places[at].found.as_ref().is_some_and(|f| if delete { f.has_delete } else { f.has_set }),
        }
    }
}
