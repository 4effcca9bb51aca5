//! Lanes of a channel: which vertical line each net takes, so that few wires cross and none runs upon another.

/// Distance from the channel's left edge to its first lane.
pub const FIRST: i32 = 18;
/// Distance between lanes.
pub const STEP: i32 = 10;
/// Room for an arrow head before the next column.
const AFTER: i32 = 24;

/// One net in one channel: the heights at which it touches the channel's two sides.
#[derive(Clone, Debug)]
pub struct Crossing {
    pub net: usize,
    pub left: Vec<i32>,
    pub right: Vec<i32>,
}

impl Crossing {
    fn span(&self) -> (i32, i32) {
        let all = || self.left.iter().chain(&self.right);
        (all().min().copied().unwrap_or(0), all().max().copied().unwrap_or(0))
    }

    fn is_straight(&self) -> bool {
        let (top, bottom) = self.span();
        top == bottom
    }

    fn covers(&self, y: i32) -> bool {
        let (top, bottom) = self.span();
        top < y && y < bottom
    }
}

/// Width of a channel with this many lanes; the one behind the last column is empty or has no room for heads.
pub fn channel_width(lanes: usize, last: bool, unused: bool) -> i32 {
    let used = if lanes == 0 { 0 } else { STEP * (lanes as i32 - 1) };
    match (last, unused) {
        (true, true) => 0,
        (true, false) => FIRST + used + 6,
        (false, true) => 40,
        (false, false) => FIRST + used + AFTER,
    }
}

/// The lane of each crossing, 0 at the left.
pub fn assign(crossings: &[Crossing]) -> Vec<usize> {
    let order = best_order(crossings);
    let mut lanes = vec![0; crossings.len()];
    for (position, &index) in order.iter().enumerate() {
        let (top, bottom) = crossings[index].span();
        let near = |other: &&usize| {
            let (a, b) = crossings[**other].span();
            !crossings[**other].is_straight() && a <= bottom + 8 && top <= b + 8
        };
        let before = order[..position].iter().filter(near).map(|&other| lanes[other] + 1).max();
        lanes[index] = if crossings[index].is_straight() { 0 } else { before.unwrap_or(0) };
    }
    lanes
}

/// How many crossings arise when `a` has the lane left of `b`.
fn cost(a: &Crossing, b: &Crossing) -> usize {
    let over = a.right.iter().filter(|y| b.covers(**y)).count() + b.left.iter().filter(|y| a.covers(**y)).count();
    // Two level pieces on one line would read as one wire: worse than any crossing.
    let upon = a.right.iter().filter(|y| b.left.contains(y)).count();
    over + 100 * upon
}

/// An order of few crossings: neighbours change places as long as that helps.
fn best_order(crossings: &[Crossing]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..crossings.len()).collect();
    for _ in 0..crossings.len() {
        let mut changed = false;
        for i in 1..order.len() {
            let (a, b) = (&crossings[order[i - 1]], &crossings[order[i]]);
            if cost(b, a) < cost(a, b) {
                order.swap(i - 1, i);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    apart(order, crossings)
}

/// The order changed where it must be: a net that touches the left side keeps left of one that touches the right side at
/// the same height, or the two would run upon each other. Of nets that want each other's place, the first goes first.
fn apart(order: Vec<usize>, crossings: &[Crossing]) -> Vec<usize> {
    let must_precede = |a: usize, b: usize| a != b && crossings[a].left.iter().any(|y| crossings[b].right.contains(y));
    let mut waiting = order;
    let mut out = Vec::new();
    while !waiting.is_empty() {
        let free = |&index: &usize| !waiting.iter().any(|&other| must_precede(other, index));
        let next = waiting.iter().position(free).unwrap_or(0);
        out.push(waiting.remove(next));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_downward_nets_do_not_cross() {
        let upper = Crossing { net: 0, left: vec![12], right: vec![66] };
        let lower = Crossing { net: 1, left: vec![36], right: vec![102] };
        let lanes = assign(&[upper, lower]);
        assert!(lanes[1] < lanes[0], "the lower source takes the left lane: {lanes:?}");
    }

    #[test]
    fn nets_far_apart_share_a_lane() {
        let upper = Crossing { net: 0, left: vec![12], right: vec![30] };
        let lower = Crossing { net: 1, left: vec![100], right: vec![150] };
        assert_eq!(assign(&[upper, lower]), vec![0, 0]);
    }
}
