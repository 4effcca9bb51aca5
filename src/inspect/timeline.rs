//! From a log to lanes: states over time, holders of locks, messages matched, and the steps worth telling.
use super::threads::is_inner;
use crate::snapshot::timeline::*;
use crate::trace::{self, Channel, Ending, Event, Lane, Log, Thing, Turn, Waiting, What, Why};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The part that is asked for: virtual nanoseconds, and lanes by (part of) their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Option<u64>,
    pub to: Option<u64>,
    pub lanes: Vec<String>,
}

pub fn snapshot(log: &Log, window: &Window) -> TimelineSnapshot {
    let mut b = Builder::new(log, window);
    log.events.iter().for_each(|e| b.event(e));
    b.finish()
}

struct Builder<'a> {
    log: &'a Log,
    window: &'a Window,
    out: TimelineSnapshot,
    order: BTreeMap<Lane, usize>,
    /// The state each lane is in, since when, and its label.
    open: HashMap<usize, (u64, LaneState, String)>,
    /// Things that somebody waited for, or that have a name of the program.
    told: BTreeSet<Thing>,
    rows: BTreeMap<Thing, usize>,
    holding: BTreeMap<Thing, (u64, usize)>,
    /// Lanes that wait for each.
    queues: HashMap<Thing, BTreeSet<usize>>,
    /// Lanes of which another process is catching up.
    aside: BTreeSet<usize>,
    /// Bytes under way: sender, time, bytes left.
    sent: HashMap<Channel, VecDeque<(usize, u64, usize)>>,
    shared: BTreeSet<String>,
    /// By name: the last read of each lane (its number among the accesses, value), the last write.
    reads: HashMap<(usize, String), (u64, String)>,
    writes: HashMap<String, (u64, usize)>,
    accesses: u64,
    /// By lane of a thread: the lane of the task that it runs.
    stepping: HashMap<usize, usize>,
    /// By lane of a thread: since when its task keeps the loop from going on, and at which line.
    stands: HashMap<usize, (u64, u32)>,
}

impl<'a> Builder<'a> {
    fn new(log: &'a Log, window: &'a Window) -> Builder<'a> {
        let base = log.events.first().map_or(0, |e| e.at);
        let end = log.events.iter().map(|e| e.at).max().unwrap_or(base);
        let out = TimelineSnapshot { from: window.from.unwrap_or(0), to: window.to.map_or(end - base, |t| t.min(end - base)), lost: log.lost, ..Default::default() };
        let mut order = BTreeMap::new();
        let mut b_lanes = Vec::new();
        let mut see = |lane: Lane| {
            order.entry(lane).or_insert_with(|| {
                b_lanes.push(lane);
                b_lanes.len() - 1
            });
        };
        for e in &log.events {
            see(e.lane);
            if let What::Starts(lane, _) | What::Wakes(lane, _) = e.what {
                see(lane);
            }
        }
        // Threads first, then the tasks that run on them.
        b_lanes.sort_by_key(|l| l.task != 0);
        order.extend(b_lanes.iter().enumerate().map(|(at, lane)| (*lane, at)));
        let mut out = out;
        out.lanes = b_lanes.iter().map(|l| TimelineLane { name: lane_name(log, *l), pid: l.pid, task: (l.task != 0).then(TaskEnd::default), ..Default::default() }).collect();
        let (told, shared) = (told(log), shared(log));
        Builder {
            log, window, out, order, open: HashMap::new(), told, rows: BTreeMap::new(), holding: BTreeMap::new(), queues: HashMap::new(), aside: BTreeSet::new(),
            sent: HashMap::new(), shared, reads: HashMap::new(), writes: HashMap::new(), accesses: 0, stepping: HashMap::new(), stands: HashMap::new(),
        }
    }
    fn base(&self) -> u64 {
        self.log.events.first().map_or(0, |e| e.at)
    }
    fn thing(&self, thing: &Thing) -> String {
        self.log.things.get(thing).cloned().unwrap_or_else(|| match thing {
            Thing::Lock(..) => "an inner lock".to_owned(),
            Thing::Semaphore(_) => "an inner semaphore".to_owned(),
        })
    }
    fn enter(&mut self, lane: usize, at: u64, state: LaneState, label: String) {
        self.leave(lane, at);
        self.open.insert(lane, (at, state, label));
    }
    fn leave(&mut self, lane: usize, at: u64) {
        let Some((from, state, label)) = self.open.remove(&lane) else { return };
        if at <= from {
            return;
        }
        let segments = &mut self.out.lanes[lane].segments;
        match segments.last_mut() {
            Some(last) if last.state == state && last.to == from && last.label == label => last.to = at,
            _ => segments.push(TimelineSegment { from, to: at, state, label }),
        }
    }
    fn step(&mut self, e: &Event, what: StepKind) {
        let at = e.at - self.base();
        let place = e.place.and_then(|p| self.log.places.get(p as usize));
        let (line, depth) = place.map_or((0, 0), |p| (p.line, p.depth));
        self.out.steps.push(TimelineStep { at, lane: self.order[&e.lane], line, depth, what });
    }
    fn switch(&mut self, e: &Event, reason: SwitchReason, label: String) {
        match self.out.switches.iter_mut().find(|s| s.0 == reason) {
            Some(s) => s.1 += 1,
            None => self.out.switches.push((reason, 1)),
        }
        self.step(e, StepKind::Switches(reason, label));
    }
    fn event(&mut self, e: &Event) {
        let (at, lane) = (e.at - self.base(), self.order[&e.lane]);
        match &e.what {
            What::Starts(new, _) => {
                let new = self.order[new];
                self.enter(new, at, LaneState::Ready, String::new());
                self.out.arrows.push(TimelineArrow { from: (lane, at), to: (new, at), label: "start".to_owned() });
                let name = self.out.lanes[new].name.clone();
                self.step(e, StepKind::Starts(name));
            }
            // Processes run side by side: whoever lets another catch up has not stopped, in its own time.
            What::Stops(Why::Aside) => {
                self.aside.insert(lane);
            }
            What::Runs { .. } if self.aside.remove(&lane) && self.open.get(&lane).is_some_and(|o| o.1 == LaneState::Runs) => {}
            What::Runs { ready } => {
                self.queues.values_mut().for_each(|q| _ = q.remove(&lane));
                let ready = ready.saturating_sub(self.base()).min(at);
                // The time between being able to run and running is spent waiting for the GIL.
                if self.open.get(&lane).is_some_and(|(from, state, _)| *state != LaneState::Ready && ready >= *from) && ready < at {
                    self.enter(lane, ready, LaneState::Ready, String::new());
                }
                if self.open.get(&lane).is_some_and(|o| o.1 == LaneState::Runs) {
                    return;
                }
                let waited = self.open.get(&lane).filter(|o| o.1 == LaneState::Ready).map_or(0, |o| at.saturating_sub(o.0));
                self.enter(lane, at, LaneState::Runs, String::new());
                self.out.lanes[lane].runs += 1;
                self.moves_again(lane, at);
                self.step(e, StepKind::Runs(waited));
            }
            What::Stops(why) => {
                self.enter(lane, at, LaneState::Ready, String::new());
                let reason = match why {
                    Why::Interval => SwitchReason::Interval,
                    Why::Policy => SwitchReason::Policy,
                    Why::Processor => SwitchReason::Processor,
                    Why::Aside => unreachable!("the arm above took it"),
                };
                self.switch(e, reason, String::new());
            }
            What::Waits(waiting) => self.waits(e, lane, at, waiting),
            What::Ends => {
                self.leave(lane, at);
                self.out.lanes[lane].ended = true;
                self.step(e, StepKind::Ends);
            }
            What::Takes(thing) | What::Misses(thing) | What::Releases(thing) => self.lock(e, lane, at, thing),
            What::Sends(channel, bytes) => {
                self.sent.entry(*channel).or_default().push_back((lane, at, *bytes));
                self.step(e, StepKind::Sends(*bytes as u64, channel_name(channel)));
            }
            What::Receives(channel, bytes) => {
                self.receive(*channel, *bytes, lane, at);
                self.step(e, StepKind::Receives(*bytes as u64, channel_name(channel)));
            }
            What::Prints(text) => self.step(e, StepKind::Prints(text.trim_end_matches('\n').to_owned())),
            What::Reads { name, value } | What::Writes { name, value } => self.access(e, lane, name, value),
            What::TurnBegins(number) => {
                self.end_turn(lane, at);
                self.out.turns.push(TimelineTurn { lane, number: *number, from: at, ran: at, to: at, ..TimelineTurn::default() });
            }
            What::Turns(turn) => self.turn(e, lane, at, turn),
            _ => self.task(e, lane, at),
        }
    }
    fn waits(&mut self, e: &Event, lane: usize, at: u64, waiting: &Waiting) {
        let (state, reason, label) = match waiting {
            Waiting::Sleep => (LaneState::Asleep, SwitchReason::Sleep, String::new()),
            Waiting::For(thing) => {
                let queue = self.queues.entry(*thing).or_default();
                queue.insert(lane);
                let most = queue.len() as u32;
                if self.told.contains(thing) {
                    let row = self.row(thing);
                    self.out.things[row].most_waiting = self.out.things[row].most_waiting.max(most);
                }
                (LaneState::Blocked, SwitchReason::Lock, self.thing(thing))
            }
            Waiting::Thread(t) => {
                let who = self.order.get(&Lane { pid: e.lane.pid, thread: *t, task: 0 }).map(|i| self.out.lanes[*i].name.clone());
                (LaneState::Joins, SwitchReason::Join, who.unwrap_or_else(|| format!("thread {t}")))
            }
            Waiting::Io => (LaneState::Io, SwitchReason::Io, String::new()),
            Waiting::Child => (LaneState::Joins, SwitchReason::Join, "a child process".to_owned()),
            Waiting::Interpreter(id) => (LaneState::Joins, SwitchReason::Join, format!("interpreter {id}")),
            Waiting::Queue(id) => (LaneState::Io, SwitchReason::Io, format!("queue {id}")),
            Waiting::Turn => (LaneState::Ready, SwitchReason::Turn, String::new()),
        };
        self.enter(lane, at, state, label.clone());
        if let Some(task) = self.stepping.get(&lane).copied() {
            // What stops the thread stops its event loop.
            let line = e.place.and_then(|p| self.log.places.get(p as usize)).map_or(0, |p| p.line);
            self.stands.insert(lane, (at, line));
            self.enter(task, at, LaneState::Blocked, "blocks the loop".to_owned());
        }
        self.switch(e, reason, label);
    }
    /// A thread that waited in the middle of a task goes on.
    fn moves_again(&mut self, lane: usize, at: u64) {
        let (Some(task), Some((from, line))) = (self.stepping.get(&lane).copied(), self.stands.remove(&lane)) else { return };
        self.enter(task, at, LaneState::Runs, String::new());
        self.out.frozen.push((task, line, from, at));
    }
    fn end_turn(&mut self, lane: usize, at: u64) {
        if let Some(t) = self.out.turns.iter_mut().rfind(|t| t.lane == lane) {
            t.to = t.to.max(at);
        }
    }
    fn turn(&mut self, e: &Event, lane: usize, at: u64, turn: &Turn) {
        if let Some(t) = self.out.turns.iter_mut().rfind(|t| t.lane == lane && t.number == turn.number) {
            (t.ran, t.to, t.timeout, t.events, t.callbacks) = (at, at, turn.timeout, turn.events, turn.callbacks);
        }
        self.step(e, StepKind::Turns(turn.number, turn.timeout, turn.events, turn.callbacks));
    }
    /// What a task does; `lane` is the task's, but where another wakes it.
    fn task(&mut self, e: &Event, lane: usize, at: u64) {
        let thread = self.order.get(&Lane { task: 0, ..e.lane }).copied();
        match &e.what {
            What::Steps => {
                let waited = self.open.get(&lane).filter(|o| o.1 == LaneState::Ready).map_or(0, |o| at.saturating_sub(o.0));
                self.enter(lane, at, LaneState::Runs, String::new());
                self.out.lanes[lane].runs += 1;
                self.stepping.extend(thread.map(|t| (t, lane)));
                self.step(e, StepKind::Runs(waited));
            }
            What::Awaits(kind, label) => {
                self.stepping.retain(|_, l| *l != lane);
                let (state, kind) = match kind {
                    trace::Awaited::Sleep => (LaneState::Asleep, Awaited::Sleep),
                    trace::Awaited::Io => (LaneState::Io, Awaited::Io),
                    trace::Awaited::Task => (LaneState::Joins, Awaited::Task),
                    trace::Awaited::Future => (LaneState::Blocked, Awaited::Future),
                    trace::Awaited::Turn => (LaneState::Ready, Awaited::Turn),
                };
                self.enter(lane, at, state, label.clone());
                self.step(e, StepKind::Awaits(kind, label.clone()));
            }
            What::Wakes(task, by) => {
                let task = self.order[task];
                if self.open.get(&task).is_some_and(|o| o.1 == LaneState::Ready) {
                    return;
                }
                self.enter(task, at, LaneState::Ready, String::new());
                self.out.arrows.push(TimelineArrow { from: (lane, at), to: (task, at), label: by.clone() });
                let name = self.out.lanes[task].name.clone();
                self.step(e, StepKind::Wakes(name, by.clone()));
            }
            What::Settles(ending, text) => {
                self.stepping.retain(|_, l| *l != lane);
                self.leave(lane, at);
                let end = match ending {
                    Ending::Finished => TaskEnd::Finished(text.clone()),
                    Ending::Failed => TaskEnd::Failed(text.clone()),
                    Ending::Cancelled => TaskEnd::Cancelled,
                };
                self.out.lanes[lane].ended = true;
                self.out.lanes[lane].task = Some(end.clone());
                self.step(e, StepKind::Settles(end));
            }
            _ => unreachable!("the caller tells the others"),
        }
    }
    fn row(&mut self, thing: &Thing) -> usize {
        if let Some(row) = self.rows.get(thing) {
            return *row;
        }
        let name = self.thing(thing);
        self.out.things.push(TimelineThing { name, ..Default::default() });
        self.rows.insert(*thing, self.out.things.len() - 1);
        self.out.things.len() - 1
    }
    fn lock(&mut self, e: &Event, lane: usize, at: u64, thing: &Thing) {
        if !self.told.contains(thing) {
            return;
        }
        let name = self.thing(thing);
        match &e.what {
            What::Takes(_) => {
                self.holding.insert(*thing, (at, lane));
                self.step(e, StepKind::Takes(name));
            }
            What::Releases(_) => {
                if let Some((from, holder)) = self.holding.remove(thing) {
                    let row = self.row(thing);
                    self.out.things[row].held.push((from, at, holder));
                }
                self.step(e, StepKind::Releases(name));
            }
            _ => self.step(e, StepKind::Misses(name)),
        }
    }
    fn receive(&mut self, channel: Channel, mut bytes: usize, lane: usize, at: u64) {
        let queue = self.sent.entry(channel).or_default();
        while bytes > 0 {
            let Some((from, sent_at, left)) = queue.front_mut() else { return };
            let now = bytes.min(*left);
            bytes -= now;
            *left -= now;
            let arrow = TimelineArrow { from: (*from, *sent_at), to: (lane, at), label: format!("{now} B") };
            if *left == 0 {
                queue.pop_front();
            }
            if arrow.from.0 != lane {
                self.out.arrows.push(arrow);
            }
        }
    }
    fn access(&mut self, e: &Event, lane: usize, name: &str, value: &str) {
        if !self.shared.contains(name) {
            return;
        }
        self.accesses += 1;
        let key = (lane, name.to_owned());
        if matches!(e.what, What::Reads { .. }) {
            self.reads.insert(key, (self.accesses, value.to_owned()));
            return self.step(e, StepKind::Reads(name.to_owned(), value.to_owned()));
        }
        if let (Some((read_at, read)), Some((written_at, over))) = (self.reads.get(&key), self.writes.get(name)) {
            if written_at > read_at && *over != lane {
                let lost = LostUpdate { name: name.to_owned(), writer: lane, over: *over, read: read.clone() };
                self.out.lost_updates.push(lost);
            }
        }
        self.writes.insert(name.to_owned(), (self.accesses, lane));
        self.step(e, StepKind::Writes(name.to_owned(), value.to_owned()));
    }
    fn finish(mut self) -> TimelineSnapshot {
        let end = self.log.events.iter().map(|e| e.at).max().unwrap_or(0).saturating_sub(self.base());
        for lane in 0..self.out.lanes.len() {
            self.leave(lane, end);
            self.end_turn(lane, self.out.turns.iter().rfind(|t| t.lane == lane).map_or(0, |t| t.ran));
        }
        for (thing, (from, lane)) in std::mem::take(&mut self.holding) {
            let row = self.row(&thing);
            self.out.things[row].held.push((from, end, lane));
        }
        self.out.things.iter_mut().for_each(|t| t.held.sort());
        self.out.things.sort_by(|a, b| a.name.cmp(&b.name));
        cut(self.out, self.window)
    }
}

fn lane_name(log: &Log, lane: Lane) -> String {
    log.lanes.get(&lane).cloned().unwrap_or_else(|| format!("thread {}", lane.thread))
}

fn channel_name(channel: &Channel) -> String {
    match channel {
        Channel::Pipe(n) => format!("pipe {n}"),
        Channel::Socket(n) => format!("socket {n}"),
    }
}

/// Locks that have a row and steps of their own: those that the program has a name for.
fn told(log: &Log) -> BTreeSet<Thing> {
    log.things.iter().filter(|(_, name)| !is_inner(name)).map(|(t, _)| *t).collect()
}

/// Variables that two lanes touch and at least one writes.
fn shared(log: &Log) -> BTreeSet<String> {
    let mut touched: HashMap<&str, (Lane, bool, bool)> = HashMap::new();
    for e in &log.events {
        let (name, writes) = match &e.what {
            What::Reads { name, .. } => (name, false),
            What::Writes { name, .. } => (name, true),
            _ => continue,
        };
        let entry = touched.entry(name).or_insert((e.lane, false, false));
        entry.1 |= entry.0 != e.lane;
        entry.2 |= writes;
    }
    touched.into_iter().filter(|(_, (_, two, written))| *two && *written).map(|(name, _)| name.to_owned()).collect()
}

/// Leaves the part that was asked for.
fn cut(mut s: TimelineSnapshot, window: &Window) -> TimelineSnapshot {
    let (from, to) = (s.from, s.to);
    let wanted = |name: &str| window.lanes.is_empty() || window.lanes.iter().any(|w| name.contains(w.as_str()));
    let kept: Vec<usize> = (0..s.lanes.len()).filter(|i| wanted(&s.lanes[*i].name)).collect();
    let place: HashMap<usize, usize> = kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    s.lanes = kept.iter().map(|i| s.lanes[*i].clone()).collect();
    for lane in &mut s.lanes {
        lane.segments.retain(|x| x.to > from && x.from < to);
        lane.segments.iter_mut().for_each(|x| (x.from, x.to) = (x.from.max(from), x.to.min(to)));
    }
    let inside = |at: u64| from <= at && at <= to;
    for thing in &mut s.things {
        thing.held.retain_mut(|h| match place.get(&h.2) {
            Some(new) if h.1 >= from && h.0 <= to => {
                *h = (h.0.max(from), h.1.min(to), *new);
                true
            }
            _ => false,
        });
    }
    s.things.retain(|t| !t.held.is_empty() || t.most_waiting > 0);
    s.arrows.retain_mut(|a| match (place.get(&a.from.0), place.get(&a.to.0)) {
        (Some(f), Some(t)) if inside(a.from.1) && inside(a.to.1) => {
            (a.from.0, a.to.0) = (*f, *t);
            true
        }
        _ => false,
    });
    s.steps.retain_mut(|x| match place.get(&x.lane) {
        Some(new) if inside(x.at) => {
            x.lane = *new;
            true
        }
        _ => false,
    });
    s.turns.retain_mut(|t| match place.get(&t.lane) {
        Some(new) if t.to >= from && t.from <= to => {
            t.lane = *new;
            (t.from, t.ran, t.to) = (t.from.max(from), t.ran.clamp(from, to), t.to.min(to));
            true
        }
        _ => false,
    });
    s.frozen.retain_mut(|f| match place.get(&f.0) {
        Some(new) if f.3 >= from && f.2 <= to => {
            f.0 = *new;
            true
        }
        _ => false,
    });
    s.lost_updates.retain_mut(|l| match (place.get(&l.writer), place.get(&l.over)) {
        (Some(w), Some(o)) => {
            (l.writer, l.over) = (*w, *o);
            true
        }
        _ => false,
    });
    s
}
