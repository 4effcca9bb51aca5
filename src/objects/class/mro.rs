//! C3 linearisation (Python 2.3's MRO): merge the bases' linearisations and the list of bases.
use crate::heap::Ref;

/// One candidate head of a merge step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// Refused: it stands in the tail of this list.
    InTailOf(usize),
}

/// One step of the merge: the lists before it, and each candidate tried.
#[derive(Clone, Debug)]
pub struct MergeStep {
    pub lists: Vec<Vec<Ref>>,
    pub tried: Vec<(Ref, Verdict)>,
}

/// Merges; Err holds the heads of the lists that could not be ordered. `log` receives the steps when wanted.
pub fn merge(mut lists: Vec<Vec<Ref>>, mut log: Option<&mut Vec<MergeStep>>) -> Result<Vec<Ref>, Vec<Ref>> {
    let mut out = Vec::new();
    loop {
        lists.retain(|l| !l.is_empty());
        if lists.is_empty() {
            return Ok(out);
        }
        let mut tried = Vec::new();
        let mut chosen = None;
        for list in &lists {
            let head = list[0];
            match lists.iter().position(|l| l[1..].contains(&head)) {
                Some(i) => tried.push((head, Verdict::InTailOf(i))),
                None => {
                    tried.push((head, Verdict::Taken));
                    chosen = Some(head);
                    break;
                }
            }
        }
        if let Some(log) = log.as_deref_mut() {
            log.push(MergeStep { lists: lists.clone(), tried });
        }
        let Some(head) = chosen else {
            let mut heads: Vec<Ref> = Vec::new();
            lists.iter().for_each(|l| if !heads.contains(&l[0]) { heads.push(l[0]) });
            return Err(heads);
        };
        out.push(head);
        for l in &mut lists {
            if l[0] == head {
                l.remove(0);
            }
        }
    }
}
