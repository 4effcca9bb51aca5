//! `%loop`: an event loop's ready queue, timer heap and selector, and its tasks with what each awaits.
use super::futures::{Future, attr, behind, has_class, read, task_of_callback};
use super::slots::{Way, slots};
use super::suspended::{frame_of, outcome, place, source_line};
use super::{Subjects, common};
use crate::heap::Ref;
use crate::natives::containers::collections::deque::Deque;
use crate::objects::Payload;
use crate::snapshot::suspended::*;
use crate::vm::{Ask, Vm, fixed};

/// Handles, timers and tasks that are told.
const MOST: usize = 24;
/// Frames of a task that are told.
const FRAMES: usize = 6;

/// # Errors
/// There is no event loop, or the value is none.
pub fn snapshot(vm: &mut Vm, s: &Subjects) -> Result<LoopSnapshot, Ask> {
    let found = match s.values.first() {
        Some(r) if is_loop(vm, *r) => *r,
        Some(r) => {
            let what = common::type_name(vm, *r);
            return Err(vm.type_error(format!("%loop takes an event loop; `{}` is an object of type {what}", s.texts[0])));
        }
        None => match last_loop(vm) {
            Some(r) => r,
            None => {
                let message = "there is no event loop: none has been made, or asyncio.run() has closed and dropped it; inside of it pellucid.loop() shows it";
                return Err(vm.runtime_error(message));
            }
        },
    };
    let mut snapshot = Reader::new(vm, found).read();
    for frame in snapshot.tasks.iter_mut().flat_map(|t| t.frames.iter_mut()) {
        frame.source = source_line(vm, &frame.file, frame.line);
    }
    Ok(snapshot)
}

fn is_loop(vm: &Vm, r: Ref) -> bool {
    matches!(vm.heap.get(r), Payload::Instance(_)) && has_class(vm, r, "asyncio.base_events", "BaseEventLoop")
}
/// The running loop, or that of the cells with a top-level `await`, or another that is alive: open ones first.
fn last_loop(vm: &Vm) -> Option<Ref> {
    let running = std::iter::once(&vm.cur).chain(&vm.parked).find_map(|t| t.event_loop);
    let kept = vm.registry.get("session.loop").copied();
    if let Some(r) = running.or(kept).filter(|r| is_loop(vm, *r)) {
        return Some(r);
    }
    let all: Vec<Ref> = vm.heap.iter().filter(|r| is_loop(vm, *r)).collect();
    all.iter().rev().copied().find(|r| !closed(vm, *r)).or(all.last().copied())
}
/// Whether an object is one of an instance's attributes.
fn has_attribute(vm: &Vm, holder: Ref, r: Ref) -> bool {
    let Payload::Instance(i) = vm.heap.get(holder) else { return false };
    let in_dict = || i.dict.and_then(|d| vm.dict_of(d)).is_some_and(|d| d.iter().any(|(_, v)| v == r));
    i.values.contains(&Some(r)) || i.slots.contains(&Some(r)) || in_dict()
}
/// The attribute of an instance that is this object: `Queue._getters`.
fn attribute_of(vm: &Vm, holder: Ref, r: Ref) -> Option<String> {
    let found = slots(vm, holder).into_iter().find_map(|(way, value)| match way {
        Way::Attr(name) if value == r => Some(name),
        _ => None,
    })?;
    Some(format!("{}.{found}", common::type_name(vm, holder)))
}
fn closed(vm: &Vm, r: Ref) -> bool {
    attr(vm, r, "_closed") == Some(fixed::TRUE)
}

struct Reader<'a> {
    vm: &'a Vm,
    event_loop: Ref,
    tasks: Vec<Future>,
    /// Futures that are no tasks, in the order in which they were found.
    futures: Vec<Ref>,
}

impl<'a> Reader<'a> {
    fn new(vm: &'a Vm, event_loop: Ref) -> Reader<'a> {
        let ours = |f: &Future| f.is_task && f.event_loop == Some(event_loop);
        let mut tasks: Vec<Future> = vm.heap.iter().filter(|r| !vm.heap.pending.contains(r)).filter_map(|r| read(vm, r)).filter(ours).collect();
        let pending = |f: &Future| f.state == LinkState::Pending;
        tasks.sort_by_key(|f| (!pending(f), if f.number > 0 { f.number } else { u64::MAX }, f.object.raw()));
        let mut reader = Reader { vm, event_loop, tasks, futures: vec![] };
        // What tasks wait for, then what that gathers.
        let waits = |r: &Ref| read(vm, *r).is_none_or(|f| f.state == LinkState::Pending);
        let waited: Vec<Ref> = reader.tasks.iter().filter(|f| pending(f)).filter_map(|f| f.waiter).filter(waits).collect();
        waited.into_iter().for_each(|r| reader.note(r));
        let mut at = 0;
        while at < reader.futures.len() {
            reader.children(reader.futures[at]).into_iter().for_each(|r| reader.note(r));
            at += 1;
        }
        reader
    }
    fn note(&mut self, r: Ref) {
        if self.target(r).is_none() {
            self.futures.push(r);
        }
    }
    fn target(&self, r: Ref) -> Option<Target> {
        let task = self.tasks.iter().position(|f| f.object == r).map(Target::Task);
        task.or_else(|| self.futures.iter().position(|f| *f == r).map(Target::Future))
    }
    /// What a gathering future gathers; the tasks of the group whose end a future is.
    fn children(&self, r: Ref) -> Vec<Ref> {
        let vm = self.vm;
        let list = attr(vm, r, "_children").and_then(|l| vm.items_of(l)).unwrap_or_default().to_vec();
        let group = self.keeper(r).filter(|(holder, _)| has_class(vm, *holder, "asyncio.taskgroups", "TaskGroup"));
        let set = group.and_then(|(g, _)| attr(vm, g, "_tasks")).and_then(|s| vm.set_of(s));
        let mut own: Vec<Ref> = set.map_or(vec![], |s| s.iter().map(|(k, _)| k).collect());
        own.sort_by_key(|r| self.tasks.iter().position(|f| f.object == *r));
        list.into_iter().chain(own).filter(|r| read(vm, *r).is_some()).collect()
    }
    /// The instance that keeps a future in an attribute, or in a container that is one of its attributes, and which it is.
    fn keeper(&self, r: Ref) -> Option<(Ref, String)> {
        let vm = self.vm;
        let named = |value: Ref| {
            let instances = vm.heap.iter().filter(|h| has_attribute(vm, *h, value) && !has_class(vm, *h, "asyncio.events", "Handle"));
            instances.filter(|h| read(vm, *h).is_none()).find_map(|h| Some((h, attribute_of(vm, h, value)?)))
        };
        let contains = |h: &Ref| match vm.heap.get(*h) {
            Payload::List(l) => l.items.contains(&r),
            Payload::Set(s) => s.iter().any(|(k, _)| k == r),
            _ => vm.state::<Deque>(*h).is_some_and(|d| d.items.contains(&r)),
        };
        named(r).or_else(|| vm.heap.iter().filter(contains).find_map(named))
    }
    /// How a future or task is called in this picture.
    fn label(&self, r: Ref) -> Option<String> {
        Some(match self.target(r)? {
            Target::Task(i) => self.tasks[i].name.clone(),
            Target::Future(i) => self.future_name(i),
        })
    }
    fn future_name(&self, i: usize) -> String {
        let word = if attr(self.vm, self.futures[i], "_children").is_some() { "gather" } else { "future" };
        format!("{word} {}", i + 1)
    }

    fn read(&self) -> LoopSnapshot {
        let vm = self.vm;
        let get = |name: &str| attr(vm, self.event_loop, name);
        let ready: Vec<Ref> = get("_ready").and_then(|d| vm.state::<Deque>(d)).map_or(vec![], |d| d.items.iter().copied().collect());
        let timers: Vec<Ref> = get("_scheduled").and_then(|l| vm.items_of(l)).unwrap_or_default().to_vec();
        let state = match () {
            _ if closed(vm, self.event_loop) => LoopState::Closed,
            _ if get("_thread_id").is_some_and(|r| r != fixed::NONE) => LoopState::Running,
            _ => LoopState::Stopped,
        };
        let done = self.tasks.iter().filter(|f| f.state != LinkState::Pending).count() as u64;
        let left = |n: usize| n.saturating_sub(MOST) as u64;
        LoopSnapshot {
            class_name: common::type_name(vm, self.event_loop),
            state,
            more: [left(ready.len()), left(timers.len()), left(self.tasks.len())],
            ready: ready.iter().take(MOST).map(|h| self.handle(*h)).collect(),
            timers: timers.iter().take(MOST).map(|h| self.timer(*h)).collect(),
            keys: self.keys(),
            tasks: self.tasks.iter().take(MOST).map(|f| self.task(f)).collect(),
            futures: (0..self.futures.len()).map(|i| self.future(i, &ready, &timers)).collect(),
            done,
        }
    }
    fn handle(&self, h: Ref) -> Handle {
        Handle { what: self.callback_of(h), cancelled: attr(self.vm, h, "_cancelled") == Some(fixed::TRUE) }
    }
    fn timer(&self, h: Ref) -> Timer {
        let when = attr(self.vm, h, "_when").and_then(|r| self.vm.f64_of(r)).unwrap_or(0.0);
        let Handle { what, cancelled } = self.handle(h);
        Timer { when, what, cancelled }
    }
    /// What a handle calls, in words.
    fn callback_of(&self, h: Ref) -> String {
        let Some(f) = attr(self.vm, h, "_callback").filter(|f| *f != fixed::NONE) else { return "—".to_owned() };
        if let Some(label) = task_of_callback(self.vm, f).and_then(|task| self.label(task)) {
            return label;
        }
        let vm = self.vm;
        let name = match vm.heap.get(f) {
            Payload::Function(x) => vm.lossy(x.qualname),
            Payload::Method(g, _) => match vm.heap.get(*g) {
                Payload::Function(x) => vm.lossy(x.qualname),
                _ => common::repr(vm, f).shown(),
            },
            Payload::Native(x) => vm.natives[x.native as usize].title.to_string(),
            _ => common::repr(vm, f).shown(),
        };
        let args = attr(vm, h, "_args").and_then(|a| vm.items_of(a)).unwrap_or_default();
        let args: Vec<String> = args.iter().map(|a| self.label(*a).unwrap_or_else(|| common::repr(vm, *a).shown())).collect();
        format!("{name}({})", args.join(", "))
    }
    fn keys(&self) -> Vec<Key> {
        let vm = self.vm;
        let selector = attr(vm, self.event_loop, "_selector").filter(|r| *r != fixed::NONE);
        let Some(map) = selector.and_then(|s| attr(vm, s, "_fd_to_key")).and_then(|d| vm.dict_of(d)) else { return vec![] };
        let key = |key: Ref| {
            let items = vm.items_of(key)?;
            let &[object, fd, _, data, ..] = items else { return None };
            let handles = vm.items_of(data).unwrap_or_default();
            let side = |i: usize| handles.get(i).filter(|h| **h != fixed::NONE).map(|h| self.callback_of(*h));
            let object = if vm.is_int(object) { "int".to_owned() } else { common::type_name(vm, object) };
            Some(Key { fd: vm.i64_of(fd)?, object, reader: side(0), writer: side(1) })
        };
        map.iter().filter_map(|(_, v)| key(v)).collect()
    }
    fn task(&self, f: &Future) -> TaskRow {
        let vm = self.vm;
        let running = std::iter::once(&vm.cur).chain(&vm.parked).any(|t| t.task == Some(f.object));
        let waiting = f.waiter.and_then(|w| read(vm, w)).is_none_or(|w| w.state == LinkState::Pending) && f.waiter.is_some();
        let state = match f.state {
            LinkState::Finished => TaskState::Finished,
            LinkState::Failed => TaskState::Failed,
            LinkState::Cancelled => TaskState::Cancelled,
            _ if running => TaskState::Running,
            _ if waiting => TaskState::Waiting,
            _ => TaskState::Ready,
        };
        let coroutine = match f.coroutine.map(|c| (c, vm.heap.get(c))) {
            Some((_, Payload::Generator(g))) => vm.lossy(g.qualname),
            Some((c, _)) => common::repr(vm, c).shown(),
            None => String::new(),
        };
        let pending = f.state == LinkState::Pending;
        TaskRow {
            name: f.name.clone(),
            coroutine,
            state,
            frames: if pending { self.frames(f) } else { vec![] },
            waits_for: f.waiter.filter(|_| waiting && pending).and_then(|w| self.target(w)),
            value: f.value.map(|v| outcome(vm, v, f.state)),
            cancel_requests: f.cancel_requests,
        }
    }
    fn frames(&self, f: &Future) -> Vec<TaskFrame> {
        let vm = self.vm;
        let (mut out, mut at) = (Vec::new(), f.coroutine);
        while let Some(r) = at.filter(|_| out.len() < FRAMES) {
            let Payload::Generator(g) = vm.heap.get(r) else {
                at = behind(vm, r).filter(|r| matches!(vm.heap.get(*r), Payload::Generator(_)));
                continue;
            };
            if behind(vm, r).is_some() {
                break;
            }
            if let Some((frame, _)) = frame_of(vm, r).filter(|(f, _)| !f.hidden) {
                let place = place(vm, frame, g.state);
                out.push(TaskFrame { name: vm.lossy(g.qualname), file: place.file, line: place.line, source: place.source });
            }
            at = vm.delegate_of(r);
        }
        out
    }
    fn future(&self, i: usize, ready: &[Ref], timers: &[Ref]) -> FutureRow {
        let (vm, r) = (self.vm, self.futures[i]);
        let names = |h: &&Ref| attr(vm, **h, "_args").and_then(|a| vm.items_of(a)).is_some_and(|a| a.contains(&r));
        let by = match (timers.iter().position(|h| names(&h)), ready.iter().position(|h| names(&h))) {
            (Some(i), _) => Some(By::Timer(i)),
            (None, Some(i)) => Some(By::Ready(i)),
            _ => self.keeper(r).map(|(_, place)| By::Holder(place)),
        };
        FutureRow {
            name: self.future_name(i),
            state: read(vm, r).map_or(LinkState::Unknown, |f| f.state),
            children: self.children(r).into_iter().filter_map(|c| self.target(c)).collect(),
            by,
        }
    }
}
