//! The reference census: counts every reference that is really held and compares with the stored counts.
//!
//! A test's tool, to be used between cells or between instructions: in the middle of a native, owned handles lie in
//! Rust variables that nobody can count.
use super::Vm;
use super::step::Answer;
use crate::heap::{IMMORTAL, Ref, flag};
use crate::objects::Payload;

/// An object whose stored count is not the number of references to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miscount {
    pub object: Ref,
    pub type_name: String,
    pub stored: u32,
    pub held: u32,
    /// A short account of the value, for the reader of the failing test.
    pub about: String,
}

impl std::fmt::Display for Miscount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Miscount { object, type_name, stored, held, about } = self;
        let what = if stored > held { "leaked" } else { "too few" };
        write!(f, "{object:?} {type_name}: stored {stored}, held {held} ({what}) {about}")
    }
}

impl Vm {
    /// Every mortal object whose stored count differs from what is held by objects, threads, the machine's own tables
    /// and `held_outside` (references that the caller keeps), in address order.
    pub fn census(&self, held_outside: &[Ref]) -> Vec<Miscount> {
        let mut held: std::collections::BTreeMap<Ref, u32> = Default::default();
        let mut count = |r: Ref| *held.entry(r).or_default() += 1;
        self.heap.iter().for_each(|r| self.heap.visit_children(r, &mut count));
        self.visit_roots(&mut count);
        held_outside.iter().for_each(|r| count(*r));
        let all = self.heap.iter().filter(|r| self.heap.count(*r) < IMMORTAL);
        let wrong = all.filter_map(|r| {
            let (stored, held) = (self.heap.count(r), held.get(&r).copied().unwrap_or(0));
            (stored != held).then(|| self.miscount(r, stored, held))
        });
        wrong.collect()
    }

    /// Every reference that the machine itself owns: threads, tables, what is under way.
    pub fn visit_roots(&self, f: &mut dyn FnMut(Ref)) {
        self.cur.visit(f);
        self.parked.iter().for_each(|t| t.visit(f));
        self.native_types.values().for_each(|r| f(*r));
        self.interned.each(f);
        // `builtins` is lent by its module, which `sys.modules` holds.
        f(self.modules);
        // The machine keeps the prelude's module, which lends its dict.
        let prelude = |r: &Ref| matches!(self.heap.get(*r), Payload::Module(m) if Some(m.dict) == self.prelude);
        self.heap.iter().filter(prelude).for_each(|r| f(r));
        self.registry.values().for_each(|r| f(*r));
        self.monitoring.iter().for_each(|m| m.visit(f));
        self.raising.iter().for_each(|r| f(*r));
        self.temps.iter().for_each(|r| f(*r));
        let queues = self.held.iter().map(|(_, hidden)| hidden).chain([&self.hidden]);
        queues.flatten().for_each(|(_, args)| args.iter().flatten().for_each(|r| f(*r)));
        for a in &self.answers {
            match a {
                Answer::Value(r) | Answer::Raised(r) => f(*r),
                Answer::Sys(_) => {}
            }
        }
        // Each object in the queue is held by the queue, with a count of one.
        let dead = self.held.iter().map(|(pending, _)| pending).chain([&self.heap.pending]).flatten();
        dead.filter(|r| self.heap.flags(**r) & flag::PENDING != 0).for_each(|r| f(*r));
    }

    fn miscount(&self, object: Ref, stored: u32, held: u32) -> Miscount {
        let type_name = self.type_name(object).to_owned();
        let mut about = match type_name.as_str() {
            "str" => format!("{:?}", self.lossy(object)),
            _ => {
                let mut by = Vec::new();
                for r in self.heap.iter() {
                    self.heap.visit_children(r, &mut |c| {
                        if c == object {
                            by.push(format!("{r:?} {}", self.type_name(r)));
                        }
                    });
                }
                by.truncate(4);
                format!("held by [{}]", by.join(", "))
            }
        };
        about.truncate(about.char_indices().nth(160).map_or(about.len(), |x| x.0));
        Miscount { object, type_name, stored, held, about }
    }
}
