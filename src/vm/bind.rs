//! Binding the arguments of a call to a Python function's parameters, with CPython's messages.
use super::call::Words;
use super::step::Ask;
use super::Vm;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::code::{CodeObj, flags};
use crate::objects::frame::Word;
use smallvec::SmallVec;

/// Most parameters of a function whose arguments are put in their places at once, and most arguments given by name.
const MOST_PLACED: usize = 63;
const MOST_NAMED: usize = 8;
/// The place of an argument that goes into the dict of `**kw`.
const COLLECTED: usize = usize::MAX;

impl Vm {
    /// The `given` words from `base` on, the last ones by the names of `kwnames`, become the locals of a frame of `func` that
    /// begins there: each goes to its parameter or is collected, what is missing gets its default. False: something is wrong
    /// or unusual; nothing has changed, and [`Vm::bind_python`] finds out what it is.
    pub(super) fn place_arguments(&mut self, func: Ref, base: usize, given: usize, kwnames: Option<Ref>) -> bool {
        let Payload::Function(f) = self.heap.get(func) else { return false };
        let (defaults, kwdefaults) = (f.defaults, f.kwdefaults);
        let code = self.code_obj(f.code);
        if kwnames.is_none() && code.simple_args as usize == given {
            let end = base + code.localsplus.len();
            let room = end + code.stacksize as usize + 8;
            self.reserve_stack(room);
            self.cur.stack[base + given..end].fill(Word::NULL);
            return true;
        }
        let names = kwnames.and_then(|k| self.tuple_items(k)).unwrap_or(&[]);
        let (argcount, total) = (code.argcount as usize, (code.argcount + code.kwonly) as usize);
        let positional = given - names.len();
        let (has_args, has_kw) = (code.flags & flags::VARARGS != 0, code.flags & flags::VARKEYWORDS != 0);
        let taken = positional.min(argcount);
        if taken < positional && !has_args || total > MOST_PLACED || names.len() > MOST_NAMED {
            return false;
        }
        let mut filled: u64 = (1 << taken) - 1;
        let Some(places) = self.places_of(code, names, &mut filled) else { return false };
        let Some(missing) = self.defaults_for(code, defaults, kwdefaults, filled) else { return false };
        let count = code.localsplus.len();
        let room = base + given.max(count) + code.stacksize as usize + 8;
        let names: SmallVec<[Ref; MOST_NAMED]> = SmallVec::from_slice(names);
        self.reserve_stack(room);
        let words: SmallVec<[Word; MOST_NAMED]> = SmallVec::from_slice(&self.cur.stack[base + positional..base + given]);
        let extra: SmallVec<[Ref; 8]> = (base + taken..base + positional).map(|i| self.own_word(self.cur.stack[i])).collect();
        self.cur.stack[base + taken..base + count].fill(Word::NULL);
        if has_args {
            let rest = self.tuple_raw(&extra[..]);
            self.cur.stack[base + total] = Word::owned(rest.into_raw());
        }
        let others = has_kw.then(|| self.dict().into_raw());
        if let Some(d) = others {
            self.cur.stack[base + total + has_args as usize] = Word::owned(d);
        }
        for ((place, name), w) in places.into_iter().zip(names).zip(words) {
            match others {
                Some(d) if place == COLLECTED => {
                    self.dict_set_name(d, name, w.get());
                    self.drop_word(w);
                }
                _ => self.cur.stack[base + place] = w,
            }
        }
        for (i, d) in missing {
            self.heap.incref_raw(d);
            self.cur.stack[base + i] = Word::owned(d);
        }
        true
    }
    /// The parameter of each argument given by name, or that it is collected; notes them in `filled`, a bit for each parameter.
    fn places_of(&self, code: &CodeObj, names: &[Ref], filled: &mut u64) -> Option<[usize; MOST_NAMED]> {
        let (posonly, total) = (code.posonly as usize, (code.argcount + code.kwonly) as usize);
        let params = &code.localsplus[posonly..total];
        let mut places = [COLLECTED; MOST_NAMED];
        for (place, name) in places.iter_mut().zip(names) {
            match params.iter().position(|p| p == name) {
                Some(i) if *filled >> (posonly + i) & 1 == 0 => {
                    *filled |= 1 << (posonly + i);
                    *place = posonly + i;
                }
                None if code.flags & flags::VARKEYWORDS != 0 && self.is_other_name(*name, params) => {}
                _ => return None,
            }
        }
        Some(places)
    }
    /// The defaults (borrowed) of the parameters that are not filled; None when one has none.
    fn defaults_for(&self, code: &CodeObj, defaults: Option<Ref>, kwdefaults: Option<Ref>, filled: u64) -> Option<SmallVec<[(usize, Ref); 8]>> {
        let (argcount, total) = (code.argcount as usize, (code.argcount + code.kwonly) as usize);
        let mut missing = SmallVec::new();
        if filled != (1 << total) - 1 {
            let defaults = defaults.and_then(|d| self.tuple_items(d)).unwrap_or(&[]);
            for i in (0..total).filter(|i| filled >> i & 1 == 0) {
                let default = if i < argcount {
                    (i + defaults.len()).checked_sub(argcount).map(|at| defaults[at])
                } else {
                    kwdefaults.and_then(|d| self.dict_get_name(d, code.localsplus[i]))
                };
                missing.push((i, default?));
            }
        }
        Some(missing)
    }
    /// Whether a name, which is none of the parameters' own strings, does not read like one of them either.
    fn is_other_name(&self, name: Ref, params: &[Ref]) -> bool {
        self.str_of(name).is_some_and(|text| params.iter().all(|p| self.str_of(*p).is_none_or(|p| p != text)))
    }
    /// Puts every word into `locals`, or drops it and says what is wrong (CPython `initialize_locals`).
    pub(super) fn bind_python(&mut self, func: Ref, code: &CodeObj, words: &Words, kwnames: Option<Ref>, locals: &mut [Word]) -> Result<(), Ask> {
        let names: SmallVec<[Ref; 8]> = kwnames.and_then(|k| self.tuple_items(k)).unwrap_or(&[]).into();
        let positional = words.len() - names.len();
        let (argcount, kwonly) = (code.argcount as usize, code.kwonly as usize);
        let total = argcount + kwonly;
        let (has_args, has_kw) = (code.flags & flags::VARARGS != 0, code.flags & flags::VARKEYWORDS != 0);
        let taken = positional.min(argcount);
        locals[..taken].copy_from_slice(&words[..taken]);
        let extra: Vec<Ref> = words[taken..positional].iter().map(|w| self.own_word(*w)).collect();
        let surplus = extra.len();
        if has_args {
            locals[total] = Word::owned(self.tuple_raw(extra).into_raw());
        } else {
            extra.into_iter().for_each(|r| self.heap.decref_raw(r));
        }
        let kwdict = if has_kw {
            let d = self.dict().into_raw();
            locals[total + has_args as usize] = Word::owned(d);
            Some(d)
        } else {
            None
        };
        let mut problem = None;
        for (name, w) in names.iter().zip(&words[positional..]) {
            let result = if problem.is_none() { self.bind_keyword(func, code, (*name, &names), *w, locals, kwdict) } else { Err(None) };
            if let Err(e) = result {
                self.drop_word(*w);
                problem = problem.or(e);
            }
        }
        if let Some(e) = problem {
            return Err(e);
        }
        if surplus > 0 && !has_args {
            return Err(self.too_many_positional(func, code, positional, locals));
        }
        self.fill_defaults(func, code, taken, locals)
    }
    /// On Err the word is still the caller's.
    fn bind_keyword(
        &mut self, func: Ref, code: &CodeObj, (name, names): (Ref, &[Ref]), w: Word, locals: &mut [Word], kwdict: Option<Ref>,
    ) -> Result<(), Option<Ask>> {
        let (posonly, total) = (code.posonly as usize, (code.argcount + code.kwonly) as usize);
        let params = &code.localsplus[..total];
        let same = |vm: &Vm, a: Ref| a == name || matches!((vm.str_of(a), vm.str_of(name)), (Some(x), Some(y)) if x == y);
        match (posonly..total).find(|i| same(self, params[*i])) {
            Some(i) if locals[i].is_null() => {
                locals[i] = w;
                Ok(())
            }
            Some(_) => {
                let message = format!("{}() got multiple values for argument '{}'", self.qualname_of(func), self.lossy(name));
                Err(Some(self.type_error(message)))
            }
            None => match kwdict {
                Some(d) => {
                    self.dict_set_name(d, name, w.get());
                    self.drop_word(w);
                    Ok(())
                }
                None => Err(Some(self.unexpected_keyword(func, code, name, names))),
            },
        }
    }
    fn unexpected_keyword(&mut self, func: Ref, code: &CodeObj, name: Ref, names: &[Ref]) -> Ask {
        let (qual, text) = (self.qualname_of(func), self.lossy(name));
        let posonly: Vec<String> = code.localsplus[..code.posonly as usize].iter().map(|r| self.lossy(*r)).collect();
        let given: Vec<String> = names.iter().map(|r| self.lossy(*r)).collect();
        let wrong: Vec<String> = posonly.into_iter().filter(|p| given.contains(p)).collect();
        if !wrong.is_empty() {
            let wrong = wrong.join(", ");
            return self.type_error(format!("{qual}() got some positional-only arguments passed as keyword arguments: '{wrong}'"));
        }
        let known: Vec<String> = code.localsplus[code.posonly as usize..(code.argcount + code.kwonly) as usize].iter().map(|r| self.lossy(*r)).collect();
        let hint = super::slow::nearest(&text, &known).map_or(String::new(), |s| format!(". Did you mean '{s}'?"));
        self.type_error(format!("{qual}() got an unexpected keyword argument '{text}'{hint}"))
    }
    pub fn qualname_of(&self, func: Ref) -> String {
        match self.heap.get(func) {
            Payload::Function(f) => self.lossy(f.qualname),
            _ => String::new(),
        }
    }
    fn too_many_positional(&mut self, func: Ref, code: &CodeObj, given: usize, locals: &[Word]) -> Ask {
        let qual = self.qualname_of(func);
        let argcount = code.argcount as usize;
        let defaults = self.defaults_of(func).len();
        let takes = if defaults > 0 { format!("from {} to {argcount}", argcount as i64 - defaults as i64) } else { argcount.to_string() };
        let kwonly_given = (argcount..argcount + code.kwonly as usize).filter(|i| !locals[*i].is_null()).count();
        let plural = if argcount == 1 && defaults == 0 { "" } else { "s" };
        let were = if given == 1 && kwonly_given == 0 { "was" } else { "were" };
        let kw = if kwonly_given > 0 {
            let s = if given == 1 { "" } else { "s" };
            let ks = if kwonly_given == 1 { "" } else { "s" };
            format!(" positional argument{s} (and {kwonly_given} keyword-only argument{ks})")
        } else {
            String::new()
        };
        self.type_error(format!("{qual}() takes {takes} positional argument{plural} but {given}{kw} {were} given"))
    }
    fn defaults_of(&self, func: Ref) -> &[Ref] {
        match self.heap.get(func) {
            Payload::Function(f) => f.defaults.and_then(|d| self.tuple_items(d)).unwrap_or(&[]),
            _ => &[],
        }
    }
    fn fill_defaults(&mut self, func: Ref, code: &CodeObj, given: usize, locals: &mut [Word]) -> Result<(), Ask> {
        let argcount = code.argcount as usize;
        let defaults: SmallVec<[Ref; 8]> = self.defaults_of(func).iter().copied().collect();
        let first_default = argcount.saturating_sub(defaults.len());
        let missing: Vec<usize> = (given.min(first_default)..first_default).filter(|i| locals[*i].is_null()).collect();
        if !missing.is_empty() {
            return Err(self.missing_arguments(func, code, &missing, "positional"));
        }
        for i in first_default..argcount {
            if locals[i].is_null() {
                let d = defaults[i + defaults.len() - argcount];
                self.heap.incref_raw(d);
                locals[i] = Word::owned(d);
            }
        }
        if code.kwonly == 0 {
            return Ok(());
        }
        let kwdefaults = match self.heap.get(func) {
            Payload::Function(f) => f.kwdefaults,
            _ => None,
        };
        let mut missing = Vec::new();
        for i in argcount..argcount + code.kwonly as usize {
            if locals[i].is_null() {
                match kwdefaults.and_then(|d| self.dict_get_name(d, code.localsplus[i])) {
                    Some(d) => {
                        self.heap.incref_raw(d);
                        locals[i] = Word::owned(d);
                    }
                    None => missing.push(i),
                }
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(self.missing_arguments(func, code, &missing, "keyword-only")) }
    }
    fn missing_arguments(&mut self, func: Ref, code: &CodeObj, missing: &[usize], kind: &str) -> Ask {
        let names: Vec<String> = missing.iter().map(|i| format!("'{}'", self.lossy(code.localsplus[*i]))).collect();
        let list = match names.len() {
            1 => names[0].clone(),
            2 => format!("{} and {}", names[0], names[1]),
            k => format!("{}, and {}", names[..k - 1].join(", "), names[k - 1]),
        };
        let s = if names.len() == 1 { "" } else { "s" };
        let message = format!("{}() missing {} required {kind} argument{s}: {list}", self.qualname_of(func), names.len());
        self.type_error(message)
    }
}
