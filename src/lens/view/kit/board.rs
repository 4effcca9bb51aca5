//! The board: boxes in columns, wires between them. Wires run in the channels between columns and in gaps kept free for
//! them within a column, so that none crosses a text.
//!
//! The method is that of layered drawing (Sugiyama et al. 1981) with channel routing: a wire that passes a column gets a
//! place of its own there; wires to one target share it. Everything is decided by position and order, so the same input
//! gives the same picture.
use super::lanes::{self, Crossing};
use crate::render::scene::{Dash, Head, Scene, Stroke};
use crate::render::theme::GRID;
use std::collections::BTreeMap;

/// Free space below each box.
const GAP: i32 = 2 * GRID;
/// From a box's top to where wires enter that cannot come straight: odd multiples of half a grid step, where no wire leaves.
/// The second is for dashed nets.
const ENTRIES: [i32; 2] = [GRID / 2, GRID + GRID / 2];
/// The same for nets that enter on the right: at heights that nothing else has.
const RIGHT_ENTRIES: [i32; 2] = [GRID - 2, GRID + 2];
/// A column is moved up only if that saves this much: straight wires are worth more.
const LEAST_LIFT: i32 = 12 * GRID;
/// A bend's length along the line that a wire joins.
const JOIN: i32 = 7;

/// A box to be placed.
#[derive(Clone, Debug)]
pub struct Node {
    pub column: usize,
    pub w: i32,
    pub h: i32,
    /// Room above the box that belongs to it.
    pub head_room: i32,
    /// Where it stood before, to keep its place.
    pub wish: Option<i32>,
    /// Its upper left corner; set by [`Board::arrange`].
    pub x: i32,
    pub y: i32,
}

/// A wire from a row of one box to another box.
#[derive(Clone, Debug)]
pub struct Wire {
    pub from: usize,
    /// From the box's top to the row's middle: a multiple of [`GRID`].
    pub port: i32,
    pub to: usize,
    pub stroke: Stroke,
}

/// Boxes and wires.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub nodes: Vec<Node>,
    pub wires: Vec<Wire>,
    /// Right edge of the last channel and lower edge of the lowest box; set by [`Board::arrange`].
    pub width: i32,
    pub height: i32,
    nets: Vec<Net>,
    /// The middle of each net's lane, by channel and net.
    lane_x: BTreeMap<(usize, usize), i32>,
}

/// Wires that are drawn as one: same target, same side, same style.
#[derive(Clone, Debug)]
struct Net {
    to: usize,
    /// It comes from the target's column or from the right of it, and enters on the right.
    back: bool,
    stroke: Stroke,
    wires: Vec<usize>,
    /// Its height where it passes a column.
    passes: BTreeMap<usize, i32>,
}

/// What is stacked in a column.
#[derive(Clone, Copy)]
enum Item {
    Box(usize),
    Pass(usize),
}

impl Board {
    /// Sets every position. Columns start at (`left`, `top`).
    pub fn arrange(&mut self, left: i32, top: i32) {
        self.nets = self.gather_nets();
        let columns = self.nodes.iter().map(|node| node.column + 1).max().unwrap_or(0);
        for column in 0..columns {
            self.stack(column, top);
        }
        self.place_columns(columns, left);
        self.height = self.nodes.iter().map(|node| node.y + node.h).max().unwrap_or(top);
        let lowest = self.nets.iter().flat_map(|net| net.passes.values()).max().copied().unwrap_or(0);
        self.height = self.height.max(lowest + GRID);
    }

    fn gather_nets(&self) -> Vec<Net> {
        let mut nets: Vec<Net> = Vec::new();
        for (index, wire) in self.wires.iter().enumerate() {
            let back = self.nodes[wire.from].column >= self.nodes[wire.to].column;
            match nets.iter_mut().find(|net| net.to == wire.to && net.back == back && net.stroke == wire.stroke) {
                Some(net) => net.wires.push(index),
                None => nets.push(Net { to: wire.to, back, stroke: wire.stroke, wires: vec![index], passes: BTreeMap::new() }),
            }
        }
        nets
    }

    /// The columns in which a net needs a gap.
    fn passed_columns(&self, net: &Net) -> std::ops::Range<usize> {
        let target = self.nodes[net.to].column;
        let sources = net.wires.iter().map(|&wire| self.nodes[self.wires[wire].from].column);
        if net.back {
            target + 1..sources.max().unwrap_or(target) + 1
        } else {
            sources.min().unwrap_or(target) + 1..target
        }
    }

    /// Where a net enters its target: straight on if it arrives at the header's height.
    fn entry(&self, net: &Net) -> i32 {
        let node = &self.nodes[net.to];
        let level = |y: &i32| (node.y + ENTRIES[0]..=node.y + ENTRIES[1]).contains(y);
        let straight = if net.back { None } else { self.arrivals(net, node.column).into_iter().find(level) };
        let entries = if net.back { RIGHT_ENTRIES } else { ENTRIES };
        straight.unwrap_or(node.y + entries[usize::from(net.stroke.dash != Dash::Solid)])
    }

    fn leave(&self, wire: &Wire) -> i32 {
        self.nodes[wire.from].y + wire.port
    }

    /// The heights at which a net comes to a column from the left.
    fn arrivals(&self, net: &Net, column: usize) -> Vec<i32> {
        let Some(before) = column.checked_sub(1) else { return Vec::new() };
        let from_there = |wire: &&Wire| self.nodes[wire.from].column == before;
        let leaving = net.wires.iter().map(|&wire| &self.wires[wire]).filter(from_there).map(|wire| self.leave(wire));
        net.passes.get(&before).copied().into_iter().chain(leaving).collect()
    }

    /// Where a box would best stand, so that its wires run straight; `None` when nothing comes to it from the left.
    fn box_wish(&self, index: usize) -> Option<i32> {
        let node = &self.nodes[index];
        let from_left = |net: &&Net| net.to == index && !net.back;
        let arrivals = self.nets.iter().filter(from_left).flat_map(|net| self.arrivals(net, node.column));
        node.wish.or_else(|| arrivals.min().map(|y| y - GRID))
    }

    /// The wishes of a column's boxes. One that is reached only from its own column stands behind the one that leads to it.
    fn box_wishes(&self, column: usize, top: i32) -> Vec<(i32, Item)> {
        let inside: Vec<usize> = (0..self.nodes.len()).filter(|&index| self.nodes[index].column == column).collect();
        let mut wishes: BTreeMap<usize, i32> = inside.iter().filter_map(|&index| Some((index, self.box_wish(index)?))).collect();
        let mut found = true;
        while found {
            found = false;
            for wire in &self.wires {
                if self.nodes[wire.to].column == column && !wishes.contains_key(&wire.to) && self.nodes[wire.from].column == column
                    && let Some(&wish) = wishes.get(&wire.from)
                {
                    wishes.insert(wire.to, wish);
                    found = true;
                }
            }
        }
        // What nothing here leads to comes last.
        let last = if column == 0 { top } else { wishes.values().max().copied().unwrap_or(top) };
        inside.into_iter().map(|index| (wishes.get(&index).copied().unwrap_or(last), Item::Box(index))).collect()
    }

    fn pass_wish(&self, net: &Net, column: usize) -> i32 {
        if net.back { self.entry(net) } else { self.arrivals(net, column).into_iter().min().unwrap_or(0) }
    }

    /// Stacks one column: items in the order of their wishes, none above its wish if that can be, none upon another.
    fn stack(&mut self, column: usize, top: i32) {
        let passes = (0..self.nets.len()).filter(|&index| self.passed_columns(&self.nets[index]).contains(&column));
        let mut items: Vec<(i32, Item)> = self.box_wishes(column, top);
        items.extend(passes.map(|index| (self.pass_wish(&self.nets[index], column), Item::Pass(index))));
        items.sort_by_key(|(wish, _)| *wish);
        let first = items.first().map_or(top, |(wish, _)| (*wish).max(top));
        let bottom = self.put(&items, column, top, 0);
        // A long column that began far down moves up, so that the picture does not grow for it.
        let reach = self.nodes.iter().filter(|node| node.column < column).map(|node| node.y + node.h).max();
        let excess = bottom - reach.unwrap_or(bottom);
        let kept = self.nodes.iter().any(|node| node.column == column && node.wish.is_some());
        let lift = excess.min(first - top);
        if lift >= LEAST_LIFT && !kept {
            self.put(&items, column, top, lift);
        }
    }

    /// Puts a column's items below each other, `lift` above their wishes; returns the lower edge.
    fn put(&mut self, items: &[(i32, Item)], column: usize, top: i32, lift: i32) -> i32 {
        let (mut cursor, mut bottom) = (top, top);
        for &(wish, item) in items {
            let wish = wish - lift;
            let level = top + (wish - top).max(0) / GRID * GRID;
            let at = cursor.max(level);
            match item {
                Item::Box(index) => {
                    let node = &mut self.nodes[index];
                    node.y = at.max(cursor + node.head_room);
                    bottom = node.y + node.h;
                    cursor = bottom + GAP;
                }
                Item::Pass(index) => {
                    // Where it cannot run straight, neighbouring columns use different fractions of the grid: no two on one line.
                    let fraction = if column.is_multiple_of(2) { GRID / 4 } else { GRID * 3 / 4 };
                    let straight = at == level && lift == 0 && wish >= top;
                    self.nets[index].passes.insert(column, if straight { wish } else { at + fraction });
                    cursor = at + GRID;
                }
            }
        }
        bottom
    }

    /// Gives each channel its lanes, then each column its x.
    fn place_columns(&mut self, columns: usize, left: i32) {
        let mut x = left;
        for column in 0..columns {
            let inside = self.nodes.iter_mut().filter(|node| node.column == column);
            let mut widest = 0;
            for node in inside {
                node.x = x;
                widest = widest.max(node.w);
            }
            x += widest;
            let crossings = self.crossings(column);
            let assigned = lanes::assign(&crossings);
            let count = assigned.iter().copied().max().map_or(0, |last| last + 1);
            for (crossing, lane) in crossings.iter().zip(&assigned) {
                self.lane_x.insert((column, crossing.net), x + lanes::FIRST + lanes::STEP * *lane as i32);
            }
            let last = column + 1 == columns;
            x += lanes::channel_width(count, last, crossings.is_empty());
        }
        self.width = x;
    }

    /// What runs through the channel at the right of a column.
    fn crossings(&self, channel: usize) -> Vec<Crossing> {
        let mut out = Vec::new();
        for (index, net) in self.nets.iter().enumerate() {
            let mut crossing = Crossing { net: index, left: Vec::new(), right: Vec::new() };
            for &wire in &net.wires {
                if let Some((from, to)) = self.ends(net, &self.wires[wire], channel) {
                    let source_here = self.nodes[self.wires[wire].from].column == channel;
                    if !net.back || source_here { crossing.left.push(from) } else { crossing.right.push(from) }
                    if net.back { crossing.left.push(to) } else { crossing.right.push(to) }
                }
            }
            if !crossing.left.is_empty() || !crossing.right.is_empty() {
                out.push(crossing);
            }
        }
        out
    }

    /// The heights at which a wire comes into a channel and goes out of it, if it runs there.
    fn ends(&self, net: &Net, wire: &Wire, channel: usize) -> Option<(i32, i32)> {
        let (source, target) = (self.nodes[wire.from].column, self.nodes[wire.to].column);
        let pass = |column: usize| net.passes.get(&column).copied();
        if net.back {
            if channel < target || channel > source {
                return None;
            }
            let from = if channel == source { self.leave(wire) } else { pass(channel + 1)? };
            let to = if channel == target { self.entry(net) } else { pass(channel)? };
            Some((from, to))
        } else {
            if channel < source || channel >= target {
                return None;
            }
            let from = if channel == source { self.leave(wire) } else { pass(channel)? };
            let to = if channel + 1 == target { self.entry(net) } else { pass(channel + 1)? };
            Some((from, to))
        }
    }

    /// The points of one wire.
    fn points(&self, index: usize, net: &Net, wire: &Wire) -> Vec<(i32, i32)> {
        let (from, to) = (&self.nodes[wire.from], &self.nodes[wire.to]);
        let channels: Vec<usize> =
            if net.back { (to.column..=from.column).rev().collect() } else { (from.column..to.column).collect() };
        let mut out = vec![(from.x + from.w, self.leave(wire))];
        for channel in channels {
            if let (Some((a, b)), Some(&x)) = (self.ends(net, wire, channel), self.lane_x.get(&(channel, index))) {
                out.push((x, a));
                out.push((x, b));
            }
        }
        out.push((if net.back { to.x + to.w } else { to.x }, self.entry(net)));
        out
    }

    /// Draws every wire.
    pub fn draw_wires(&self, scene: &mut Scene) {
        let mut earlier: Vec<((i32, i32), (i32, i32))> = Vec::new();
        for (index, net) in self.nets.iter().enumerate() {
            let drawn = merge(net.wires.iter().map(|&wire| self.points(index, net, &self.wires[wire])).collect());
            let own: Vec<_> = drawn.iter().flat_map(|path| path.windows(2)).map(|pair| (pair[0], pair[1])).collect();
            let bridge = own.iter().any(|a| earlier.iter().any(|b| cross(*a, *b)));
            earlier.extend(own);
            scene.wires(drawn, net.stroke, Head::Arrow, bridge);
        }
    }
}

/// The paths of one net, which all end in one point: one that joins another ends there. The one that goes on to the target
/// comes last, since the end of a path bears the arrow head.
pub fn merge(mut paths: Vec<Vec<(i32, i32)>>) -> Vec<Vec<(i32, i32)>> {
    paths.sort_by_key(|points| std::cmp::Reverse(length(points)));
    let mut drawn: Vec<Vec<(i32, i32)>> = Vec::new();
    for points in paths {
        let cut = joined(&points, &drawn);
        drawn.push(cut.unwrap_or(points));
    }
    drawn.reverse();
    drawn
}

/// An upright and a level segment that meet.
fn cross(a: ((i32, i32), (i32, i32)), b: ((i32, i32), (i32, i32))) -> bool {
    let (upright, level) = if a.0.0 == a.1.0 { (a, b) } else { (b, a) };
    let between = |v: i32, x: i32, y: i32| (x.min(y)..=x.max(y)).contains(&v);
    upright.0.0 == upright.1.0
        && level.0.1 == level.1.1
        && between(upright.0.0, level.0.0, level.1.0)
        && between(level.0.1, upright.0.1, upright.1.1)
}

fn length(points: &[(i32, i32)]) -> i32 {
    points.windows(2).map(|pair| (pair[1].0 - pair[0].0).abs() + (pair[1].1 - pair[0].1).abs()).sum()
}

/// The path up to where it meets one that is drawn already, and a bend further; `None` when it meets none.
fn joined(points: &[(i32, i32)], drawn: &[Vec<(i32, i32)>]) -> Option<Vec<(i32, i32)>> {
    for at in 0..points.len() - 1 {
        let (p, q) = (points[at], points[at + 1]);
        if p == q {
            continue;
        }
        let segments = drawn.iter().flat_map(|path| path.windows(2));
        let meets = segments.filter_map(|pair| meeting(p, q, pair[0], pair[1]));
        let Some(meet) = meets.min_by_key(|meet| (meet.0 - p.0).abs() + (meet.1 - p.1).abs()) else { continue };
        let mut out = points[..=at].to_vec();
        out.push(meet);
        // Where it meets at a corner, the bend goes on into the next segment.
        let ahead = if meet == q { points[at + 1..].iter().find(|point| **point != q).copied().unwrap_or(q) } else { q };
        let step = |from: i32, to: i32| from + (to - from).clamp(-2 * JOIN, 2 * JOIN);
        out.push((step(meet.0, ahead.0), step(meet.1, ahead.1)));
        return Some(out);
    }
    None
}

/// Where p→q comes upon the segment a–b on the same line, if b–a holds q: from there on both are one.
fn meeting(p: (i32, i32), q: (i32, i32), a: (i32, i32), b: (i32, i32)) -> Option<(i32, i32)> {
    let within = |v: i32, x: i32, y: i32| (x.min(y)..=x.max(y)).contains(&v);
    let clamp = |v: i32, x: i32, y: i32| v.clamp(x.min(y), x.max(y));
    let upright = p.0 == q.0 && a.0 == b.0 && a.0 == p.0 && a.1 != b.1;
    let level = p.1 == q.1 && a.1 == b.1 && a.1 == p.1 && a.0 != b.0;
    if upright && within(q.1, a.1, b.1) {
        Some((p.0, clamp(p.1, a.1, b.1)))
    } else if level && within(q.0, a.0, b.0) {
        Some((clamp(p.0, a.0, b.0), p.1))
    } else {
        None
    }
}
