//! `%frames`: a generator, coroutine, async generator or task, and down from it what each waits for.
use super::futures::{behind, read};
use super::{Subjects, common, local_words};
use crate::heap::Ref;
use crate::natives::errors::render::known_source;
use crate::objects::Payload;
use crate::objects::frame::{Frame, Word};
use crate::objects::generator::GenState;
use crate::snapshot::suspended::*;
use crate::vm::thread::Activation;
use crate::vm::{Ask, Vm, t};

/// Links of a chain that are told.
const MOST: usize = 24;
/// Locals of a frame that are told.
const LOCALS: usize = 10;

/// # Errors
/// The value is nothing that can be suspended.
pub fn snapshot(vm: &mut Vm, s: &Subjects) -> Result<FramesSnapshot, Ask> {
    let r = s.values[0];
    let start = behind(vm, r).unwrap_or(r);
    if !matches!(vm.heap.get(start), Payload::Generator(_)) && read(vm, start).is_none() {
        let what = common::type_name(vm, r);
        let message = format!("%frames takes a generator, a coroutine, an async generator, a task or a future; `{}` is an object of type {what}", s.texts[0]);
        return Err(vm.type_error(message));
    }
    let (mut links, circular) = chain(vm, start);
    for place in links.iter_mut().filter_map(|l| l.at.as_mut()) {
        place.source = source_line(vm, &place.file, place.line);
    }
    Ok(FramesSnapshot { expr: s.texts[0].clone(), links, circular })
}

fn chain(vm: &Vm, start: Ref) -> (Vec<Link>, bool) {
    let (mut links, mut seen) = (Vec::new(), Vec::new());
    let mut at = Some(start);
    while let Some(r) = at {
        if seen.contains(&r) {
            return (links, true);
        }
        if links.len() == MOST {
            break;
        }
        seen.push(r);
        if let Some(inner) = behind(vm, r) {
            at = Some(inner);
            continue;
        }
        let (link, next) = link(vm, r);
        links.extend(link);
        at = next;
    }
    (links, false)
}

/// An object's link (none for the machine's own generators), and what it waits for.
fn link(vm: &Vm, r: Ref) -> (Option<Link>, Option<Ref>) {
    if let Payload::Generator(_) = vm.heap.get(r) {
        let hidden = vm.generator(r).frame.as_ref().is_some_and(|f| f.hidden);
        return ((!hidden).then(|| generator(vm, r)), vm.delegate_of(r));
    }
    let blank = |kind, name, state| Link { kind, name, state, at: None, locals: vec![], more: 0, stack: vec![], value: None, callbacks: 0 };
    let Some(f) = read(vm, r) else {
        return (Some(blank(LinkKind::Other, common::repr(vm, r).shown(), LinkState::Unknown)), None);
    };
    let kind = if f.is_task { LinkKind::Task } else { LinkKind::Future };
    let name = if f.is_task { f.name.clone() } else { common::type_name(vm, r) };
    let mut link = blank(kind, name, f.state);
    link.value = f.value.map(|v| outcome(vm, v, f.state));
    link.callbacks = f.callbacks;
    let next = f.coroutine.filter(|c| f.state == LinkState::Pending && matches!(vm.heap.get(*c), Payload::Generator(_)));
    (Some(link), next)
}

/// A generator's frame with its part of a data stack, wherever they lie.
pub fn frame_of(vm: &Vm, r: Ref) -> Option<(&Frame, &[Word])> {
    let g = vm.generator(r);
    if let Some(f) = &g.frame {
        return Some((f, &g.stack));
    }
    for thread in std::iter::once(&vm.cur).chain(&vm.parked) {
        for a in &thread.activations {
            if let Activation::Py(f) = a
                && f.generator == Some(r)
            {
                return Some((f, thread.stack.get(f.base as usize..f.sp as usize).unwrap_or_default()));
            }
        }
    }
    None
}

fn generator(vm: &Vm, r: Ref) -> Link {
    let g = vm.generator(r);
    let kind = match vm.ty(r) {
        t::COROUTINE => LinkKind::Coroutine,
        t::ASYNC_GENERATOR => LinkKind::AsyncGenerator,
        _ => LinkKind::Generator,
    };
    let state = match g.state {
        GenState::Created => LinkState::Created,
        GenState::Suspended => LinkState::Suspended,
        GenState::Running => LinkState::Running,
        GenState::Closed => LinkState::Closed,
    };
    let name = vm.lossy(g.qualname);
    let Some((frame, words)) = frame_of(vm, r) else {
        return Link { kind, name, state, at: None, locals: vec![], more: 0, stack: vec![], value: None, callbacks: 0 };
    };
    let mut locals: Vec<(String, Option<crate::snapshot::Repr>)> =
        local_words(vm, frame, words).into_iter().map(|(name, v)| (name, v.map(|v| common::repr(vm, v)))).collect();
    let more = locals.len().saturating_sub(LOCALS) as u64;
    locals.truncate(LOCALS);
    let operands = words.get(vm.code_obj(frame.code_ref).localsplus.len()..).unwrap_or_default();
    let stack = operands.iter().filter_map(|w| w.opt()).map(|v| common::repr(vm, v)).collect();
    Link { kind, name, state, at: Some(place(vm, frame, g.state)), locals, more, stack, value: None, callbacks: 0 }
}

/// Where a frame stands; the line's text is for [`source_line`] to find.
pub fn place(vm: &Vm, frame: &Frame, state: GenState) -> Place {
    let code = vm.code_obj(frame.code_ref);
    let file = vm.lossy(code.filename);
    let line = crate::vm::load::line_of(code, frame.last).max(0) as u32;
    let how = match state {
        GenState::Running | GenState::Closed => How::Runs,
        GenState::Created => How::Start,
        // The instruction behind a yield says what kind it is: RESUME with 2 for `yield from`, 3 for `await`.
        GenState::Suspended => match code.units.get(frame.pc as usize).map_or(0, |u| (u >> 8) & 3) {
            2 => How::YieldFrom,
            3 => How::Await,
            _ => How::Yield,
        },
    };
    Place { file, line, source: String::new(), how }
}

/// The text of a line of a cell, of the library or of a file that has been read.
pub fn source_line(vm: &mut Vm, file: &str, line: u32) -> String {
    let source = known_source(vm, file).unwrap_or_default();
    source.lines().nth((line as usize).saturating_sub(1)).unwrap_or_default().trim().to_owned()
}
/// The result of a future; an exception with its message.
pub fn outcome(vm: &Vm, r: Ref, state: LinkState) -> crate::snapshot::Repr {
    if state != LinkState::Failed {
        return common::repr(vm, r);
    }
    crate::snapshot::Repr::whole(super::dispatch::exception_line(vm, r))
}
