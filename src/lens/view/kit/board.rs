//! The board: boxes in columns, wires between them. Wires run in the channels between columns and in gaps kept free for
//! them within a column, so that none crosses a text.
//!
//! The method is that of layered drawing (Sugiyama et al. 1981) with channel routing: a wire that passes a column gets a
//! place of its own there; wires to one target share it. Everything is decided by position and order, so the same input
//! gives the same picture.
use super::lanes::{self, Crossing};
use crate::render::scene::{Head, Scene, Stroke};
use crate::render::theme::GRID;
use std::collections::BTreeMap;

/// Free space below each box.
const GAP: i32 = 2 * GRID;
/// From a box's top to where wires enter: odd multiples of half a grid step, where no wire leaves.
const ENTRY: i32 = GRID / 2;
/// Wires on a cycle enter a little lower, by themselves.
const SOLO_ENTRY: i32 = GRID + GRID / 2;

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
    /// Drawn by itself, not merged with others to the same target.
    pub solo: bool,
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

/// Wires that are drawn as one: same target, same side.
#[derive(Clone, Debug)]
struct Net {
    to: usize,
    /// It comes from the target's column or from the right of it, and enters on the right.
    back: bool,
    solo: bool,
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
            let known = nets.iter_mut().find(|net| net.to == wire.to && net.back == back && !net.solo && !wire.solo);
            match known {
                Some(net) => net.wires.push(index),
                None => nets.push(Net { to: wire.to, back, solo: wire.solo, wires: vec![index], passes: BTreeMap::new() }),
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

    fn entry(&self, net: &Net) -> i32 {
        self.nodes[net.to].y + if net.solo { SOLO_ENTRY } else { ENTRY }
    }

    fn leave(&self, wire: &Wire) -> i32 {
        self.nodes[wire.from].y + wire.port
    }

    /// The height at which a net comes to a column from the left, if it does.
    fn arrival(&self, net: &Net, column: usize) -> Option<i32> {
        let before = column.checked_sub(1)?;
        if let Some(y) = net.passes.get(&before) {
            return Some(*y);
        }
        let from_there = |wire: &&usize| self.nodes[self.wires[**wire].from].column == before;
        net.wires.iter().filter(from_there).map(|&wire| self.leave(&self.wires[wire])).min()
    }

    /// Where an item would best stand, so that its wires run straight.
    fn wish(&self, item: Item, column: usize) -> i32 {
        match item {
            Item::Box(index) => {
                let node = &self.nodes[index];
                let from_left = |net: &&Net| net.to == index && !net.back;
                let arrivals = self.nets.iter().filter(from_left).filter_map(|net| self.arrival(net, column));
                node.wish.or_else(|| arrivals.min().map(|y| y - GRID)).unwrap_or(0)
            }
            Item::Pass(index) => {
                let net = &self.nets[index];
                if net.back { self.entry(net) } else { self.arrival(net, column).unwrap_or(0) }
            }
        }
    }

    /// Stacks one column: items in the order of their wishes, none above its wish if that can be, none upon another.
    fn stack(&mut self, column: usize, top: i32) {
        let boxes = (0..self.nodes.len()).filter(|&index| self.nodes[index].column == column).map(Item::Box);
        let passes = (0..self.nets.len()).filter(|&index| self.passed_columns(&self.nets[index]).contains(&column)).map(Item::Pass);
        let mut items: Vec<(i32, Item)> = boxes.chain(passes).map(|item| (self.wish(item, column), item)).collect();
        items.sort_by_key(|(wish, _)| *wish);
        let mut cursor = top;
        for (wish, item) in items {
            let steps = (wish - top).max(0) / GRID;
            let at = cursor.max(top + steps * GRID);
            match item {
                Item::Box(index) => {
                    let node = &mut self.nodes[index];
                    node.y = if at - cursor >= node.head_room { at } else { cursor + node.head_room };
                    cursor = node.y + node.h + GAP;
                }
                Item::Pass(index) => {
                    // Neighbouring columns use different fractions of the grid: no two wires run on one line.
                    let fraction = if column.is_multiple_of(2) { GRID / 4 } else { GRID * 3 / 4 };
                    self.nets[index].passes.insert(column, at + fraction);
                    cursor = at + GRID;
                }
            }
        }
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
        for (index, net) in self.nets.iter().enumerate() {
            let paths = net.wires.iter().map(|&wire| self.points(index, net, &self.wires[wire])).collect();
            scene.arrows(paths, self.wires[net.wires[0]].stroke, Head::Arrow);
        }
    }
}
