//! `%mro`: the C3 merge of a class, or of bases that a class might have, with every head tried.
use super::{Subjects, common};
use crate::heap::Ref;
use crate::natives::object::refusal;
use crate::snapshot::mro::{Candidate, ListSource, MergeList, MergeStep, MroOutcome, MroSnapshot, Verdict};
use crate::vm::Vm;

/// One class, or several as the bases of a class to be.
///
/// # Errors
/// A sentence, when one of the objects is no class.
pub fn snapshot(vm: &Vm, s: &Subjects) -> Result<MroSnapshot, String> {
    for (text, r) in s.texts.iter().zip(&s.values) {
        if !vm.is_type(*r) {
            return Err(format!("%mro takes a class; `{text}` is an object of type {0}: try %mro type({text})", common::type_name(vm, *r)));
        }
    }
    let existing = (s.values.len() == 1).then(|| s.values[0]);
    let bases = existing.map_or(s.values.clone(), |c| vm.type_obj(c).bases.clone());
    let names = |list: &[Ref]| list.iter().map(|r| common::class_name(vm, *r)).collect::<Vec<_>>();
    let class = existing.map_or("C".to_owned(), |c| common::class_name(vm, c));
    let (steps, merged) = merge(vm, &bases);
    let mut overridden_by = None;
    let outcome = match merged {
        Ok(rest) => {
            let mut all = vec![class.clone()];
            all.extend(names(&rest));
            if let Some(c) = existing
                && vm.type_obj(c).mro.get(1..) != Some(&rest[..])
            {
                overridden_by = Some(common::type_name(vm, c));
                all = names(&vm.type_obj(c).mro);
            }
            MroOutcome::Linearised(all)
        }
        Err(heads) => {
            let heads = names(&heads);
            let message = format!("Cannot create a consistent method resolution order (MRO) for bases {}", heads.join(", "));
            MroOutcome::Conflict { heads, message }
        }
    };
    let outcome = match (outcome, existing) {
        (MroOutcome::Linearised(order), None) => match refusal(vm, &bases) {
            Some(message) => MroOutcome::Refused { order, message },
            None => MroOutcome::Linearised(order),
        },
        (MroOutcome::Conflict { heads, message }, None) => MroOutcome::Conflict { heads, message: refusal(vm, &bases).unwrap_or(message) },
        (outcome, _) => outcome,
    };
    Ok(MroSnapshot { hypothetical: existing.is_none(), class, bases: names(&bases), steps, outcome, overridden_by })
}

/// The steps, and the merged list or the heads that block each other.
fn merge(vm: &Vm, bases: &[Ref]) -> (Vec<MergeStep>, Result<Vec<Ref>, Vec<Ref>>) {
    let mut lists: Vec<Vec<Ref>> = bases.iter().map(|b| vm.type_obj(*b).mro.clone()).collect();
    lists.push(bases.to_vec());
    let (mut steps, mut out) = (Vec::new(), Vec::new());
    while lists.iter().any(|l| !l.is_empty()) {
        let shown = lists.iter().enumerate().map(|(i, l)| MergeList {
            source: match bases.get(i) {
                Some(b) => ListSource::Linearisation(common::class_name(vm, *b)),
                None => ListSource::Bases,
            },
            items: l.iter().map(|r| common::class_name(vm, *r)).collect(),
        });
        let shown = shown.collect();
        let (mut tried, mut chosen, mut heads) = (Vec::new(), None, Vec::new());
        for (list, items) in lists.iter().enumerate() {
            let Some(&head) = items.first() else { continue };
            if heads.contains(&head) {
                continue;
            }
            heads.push(head);
            let behind: Vec<usize> = (0..lists.len()).filter(|i| lists[*i].iter().skip(1).any(|r| *r == head)).collect();
            let free = behind.is_empty();
            let verdict = if free { Verdict::Taken } else { Verdict::Refused { in_tail_of: behind } };
            tried.push(Candidate { class: common::class_name(vm, head), list, verdict });
            if free {
                chosen = Some(head);
                break;
            }
        }
        steps.push(MergeStep { lists: shown, tried });
        let Some(head) = chosen else { return (steps, Err(heads)) };
        out.push(head);
        lists.iter_mut().filter(|l| l.first() == Some(&head)).for_each(|l| {
            l.remove(0);
        });
    }
    (steps, Ok(out))
}
