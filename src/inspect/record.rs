//! The tracer that writes a log: events at the system's door with their place and the names of what they concern, and (if
//! asked) the reads and writes of variables that other threads can see.
use super::threads::{names_of_things, own_attribute, own_frames, process_name, spoken, thread_name};
use super::sites::Sites;
use super::tasks::Tasks;
use super::timeline::{Window, snapshot};
use super::common;
use super::deadlock::main_namespace;
use crate::code::opcode::{decode, op};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::snapshot::timeline::TimelineSnapshot;
use crate::sim::clock::NS_PER_TICK;
use crate::trace::{Lane, Log, Place, Thing, Waiting, What};
use crate::vm::thread::Activation;
use crate::vm::{Tracer, Vm};
use rustc_hash::FxHashMap as HashMap;

/// `a[k]` among the binary operations.
const SUBSCRIPT: usize = 26;
/// Searches for the names of locks while the program runs.
const SEARCHES: usize = 60;

/// A log in the making.
pub struct Recorder {
    pub log: Log,
    namespace: Ref,
    /// The process whose variables `namespace` holds.
    pid: i32,
    /// Reads and writes are told.
    variables: bool,
    accesses: u64,
    searches: usize,
    /// The lane that runs, and the time it had when it was last told of.
    current: Lane,
    moment: u64,
    /// Ticks that its slice had left at that time, and at the last look.
    slice: Option<(u64, u64)>,
    tasks: Tasks,
    /// Names told of variables: process, name and address of what has the variable, to the name with a number if another
    /// variable had the name first.
    told: HashMap<(i32, String, u64), String>,
    /// How many variables have a name.
    named: HashMap<String, u32>,
    sites: Sites,
}

/// Accesses that are told: a long loop is not followed to its end.
const ACCESSES: u64 = 20_000;

impl Recorder {
    pub fn new(namespace: Ref, pid: i32, variables: bool) -> Recorder {
        Recorder { log: Log::default(), namespace, pid, variables, accesses: 0, searches: 0, current: Lane { pid, ..Lane::default() }, moment: 0, slice: None, tasks: Tasks::default(), told: HashMap::default(), named: HashMap::default(), sites: Sites::default() }
    }
    /// What was seen, or the part of it that is asked for.
    pub fn snapshot(&self, window: &Window) -> TimelineSnapshot {
        TimelineSnapshot { accesses_cut: self.accesses >= ACCESSES, ..snapshot(&self.log, window) }
    }
    /// The run is over: what is still without a name gets one if it is there.
    pub fn finish(&mut self, vm: &Vm) {
        self.name_things(vm, self.pid);
    }
    fn name_things(&mut self, vm: &Vm, pid: i32) {
        let namespace = if pid == self.pid { self.namespace } else { main_namespace(vm).unwrap_or(self.namespace) };
        for (thing, path) in names_of_things(vm, pid, namespace) {
            self.log.things.entry(thing).or_insert_with(|| spoken(&path));
        }
    }
    fn name_lane(&mut self, vm: &Vm, lane: Lane) {
        // A child process gets its own name only after it has begun.
        if lane.pid == self.pid && self.log.lanes.contains_key(&lane) {
            return;
        }
        let thread = thread_name(vm, lane.thread);
        let first = lane.thread == vm.main_thread;
        let name = match process_name(vm).filter(|_| lane.pid != self.pid) {
            Some(process) if first => Some(process),
            Some(process) => thread.map(|t| format!("{process}/{t}")),
            None if lane.pid != self.pid => Some(format!("process {}", lane.pid)),
            None if first => Some(thread.unwrap_or_else(|| "MainThread".to_owned())),
            None => thread,
        };
        if let Some(name) = name {
            self.log.lanes.insert(lane, name);
        }
    }
    /// The time of the instruction that is about to run: that of the last event, and the ticks since.
    fn now(&mut self, vm: &Vm) -> u64 {
        let left = vm.ticks_left;
        let (first, last) = self.slice.unwrap_or((left, left));
        if left > last {
            // Another slice has begun, without an event.
            self.moment += (first - last) * NS_PER_TICK;
            self.slice = Some((left, left));
            return self.moment;
        }
        self.slice = Some((first, left));
        self.moment + (first - left) * NS_PER_TICK
    }
    /// Tells what tasks and event loops have done since the last instruction.
    fn tasks(&mut self, vm: &Vm, pc: usize) {
        let now = self.now(vm);
        let thread = Lane { pid: self.current.pid, thread: vm.cur.id, task: 0 };
        let mut names = Vec::new();
        let told = self.tasks.look(vm, thread, pc, &mut names, &mut self.sites);
        self.log.lanes.extend(names);
        for (lane, what, at) in told {
            self.log.note(now, lane, what, at.or_else(|| place(self.current.pid, vm, &mut self.sites)));
        }
    }
    /// Notes the access of one instruction to what others can see.
    fn access(&mut self, vm: &Vm, frame: &Frame, pc: usize) {
        let Some((name, owner, value, writes)) = access(vm, frame, pc) else { return };
        self.accesses += 1;
        let named = &mut self.named;
        let name = self.told.entry((self.current.pid, name.clone(), owner)).or_insert_with(|| {
            let n = named.entry(name.clone()).or_default();
            *n += 1;
            if *n == 1 { name } else { format!("{name} #{n}") }
        }).clone();
        let value = common::repr(vm, value).shown();
        let what = if writes { What::Writes { name, value } } else { What::Reads { name, value } };
        let lane = Lane { pid: self.current.pid, thread: vm.cur.id, task: 0 };
        let place = place(self.current.pid, vm, &mut self.sites);
        // Accesses have the time of the event before: they cost none of their own.
        self.log.note(self.moment, lane, what, place);
    }
}

/// Where the running thread is in the program.
fn place(pid: i32, vm: &Vm, sites: &mut Sites) -> Option<Place> {
    let mut frames = own_frames(vm, &vm.cur);
    let top = frames.next()?;
    Some(sites.place(pid, vm, top, frames.count()))
}

impl Tracer for Recorder {
    const ON: bool = true;
    fn instruction(&mut self, vm: &Vm, pc: usize) -> bool {
        self.tasks(vm, pc);
        if self.variables && self.accesses < ACCESSES && !vm.parked.is_empty() {
            if let Some(Activation::Py(frame)) = vm.cur.activations.last() {
                if vm.is_own_code(frame) {
                    self.access(vm, frame, pc);
                }
            }
        }
        false
    }
    fn goes_on(&mut self, at: u64, lane: Lane) {
        (self.current, self.moment, self.slice) = (lane, at, None);
    }
    fn event(&mut self, vm: &Vm, at: u64, lane: Lane, what: What) {
        self.name_lane(vm, lane);
        (self.current, self.moment, self.slice) = (lane, at, None);
        if let What::Waits(Waiting::For(thing)) | What::Takes(thing) | What::Misses(thing) = &what {
            let unknown = !self.log.things.contains_key(thing);
            let waits = matches!(what, What::Waits(_));
            if unknown && (waits || matches!(thing, Thing::Semaphore(_))) && self.searches < SEARCHES {
                self.searches += 1;
                self.name_things(vm, lane.pid);
            }
        }
        let place = place(self.current.pid, vm, &mut self.sites);
        self.log.note(at, lane, what, place);
    }
}

/// The variable that an instruction reads or writes: its name, the address of the object that has it (0: the module), its
/// value, and whether it writes.
fn access(vm: &Vm, frame: &Frame, pc: usize) -> Option<(String, u64, Ref, bool)> {
    let code = vm.code_obj(frame.code_ref);
    let (o, arg) = decode(&code.units, pc)?;
    // The operand so far from the top of the stack.
    let operand = |down: usize| vm.cur.stack.get((frame.sp as usize).checked_sub(down)?).and_then(|w| w.opt());
    let name = |index: usize| vm.lossy(code.names[index]);
    match o {
        op::LOAD_GLOBAL => {
            let value = vm.dict_get_name(frame.globals, code.names[arg >> 1]).filter(|v| is_data(vm, *v))?;
            Some((name(arg >> 1), 0, value, false))
        }
        op::LOAD_NAME => {
            let value = vm.dict_get_name(frame.globals, code.names[arg]).filter(|v| is_data(vm, *v))?;
            Some((name(arg), 0, value, false))
        }
        op::STORE_GLOBAL | op::STORE_NAME => Some((name(arg), 0, operand(1).filter(|v| is_data(vm, *v))?, true)),
        op::LOAD_DEREF | op::STORE_DEREF => {
            let variable = vm.lossy(code.localsplus[arg]);
            let cell = vm.cur.stack.get(frame.base as usize + arg).and_then(|w| w.opt())?;
            let Payload::Cell(inside) = vm.heap.get(cell) else { return None };
            let value = if o == op::STORE_DEREF { operand(1)? } else { (*inside)? };
            is_data(vm, value).then_some((variable, cell.address(), value, o == op::STORE_DEREF))
        }
        op::LOAD_ATTR => {
            let attr = name(arg >> 1);
            let obj = operand(1).filter(|r| matches!(vm.heap.get(*r), Payload::Instance(_)))?;
            let value = own_attribute(vm, obj, &attr).filter(|v| is_data(vm, *v))?;
            Some((format!("{}.{attr}", called(vm, frame, obj)), obj.address(), value, false))
        }
        op::STORE_ATTR => {
            let obj = operand(1).filter(|r| matches!(vm.heap.get(*r), Payload::Instance(_)))?;
            Some((format!("{}.{}", called(vm, frame, obj), name(arg)), obj.address(), operand(2).filter(|v| is_data(vm, *v))?, true))
        }
        op::BINARY_OP if arg == SUBSCRIPT => {
            let (obj, key) = (operand(2)?, operand(1)?);
            let value = item(vm, obj, key)?;
            Some((format!("{}[{}]", called(vm, frame, obj), common::repr(vm, key).shown()), obj.address(), value, false))
        }
        op::STORE_SUBSCR => {
            let (key, obj, value) = (operand(1)?, operand(2)?, operand(3)?);
            Some((format!("{}[{}]", called(vm, frame, obj), common::repr(vm, key).shown()), obj.address(), value, true))
        }
        _ => None,
    }
}

/// Whether a value is the program's data: functions, classes, modules, and what threads wait at, are named in the events
/// about them.
fn is_data(vm: &Vm, r: Ref) -> bool {
    use crate::snapshot::Kind::*;
    matches!(common::kind(vm, r), Scalar | List | Tuple | Sequence | Dict | Set)
}

/// An item of a plain container, without running code.
fn item(vm: &Vm, obj: Ref, key: Ref) -> Option<Ref> {
    match vm.heap.get(obj) {
        Payload::List(_) | Payload::Tuple(_) => {
            let items = vm.items_of(obj)?;
            let Payload::Int(i) = vm.heap.get(key) else { return None };
            let at = if *i < 0 { *i + items.len() as i64 } else { *i };
            items.get(usize::try_from(at).ok()?).copied()
        }
        Payload::Dict(d) => {
            let same = |k: Ref| k == key || common::repr(vm, k).text == common::repr(vm, key).text;
            d.iter().take(1_000).find(|(k, _)| same(*k)).map(|(_, v)| v)
        }
        _ => None,
    }
}

/// A global's name for an object, or its type's.
fn called(vm: &Vm, frame: &Frame, r: Ref) -> String {
    let globals = vm.dict_of(frame.globals).into_iter().flat_map(|d| d.iter());
    let name = globals.filter(|(_, v)| *v == r).map(|(k, _)| vm.lossy(k)).find(|k| !k.starts_with('_'));
    name.unwrap_or_else(|| format!("<{}>", common::type_name(vm, r)))
}
