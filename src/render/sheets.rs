//! A picture taller than a page, cut into sheets between its parts: an image is never broken, so one that fits on no page would be.
//!
//! On the screen the sheets stand without a gap, one below the other, and look like one picture.
use super::html::escape;
use super::scene::{Head, Item, Line, Scene, Size};
use super::svg;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;
use std::ops::Range;

/// A page's room for pictures, in pixels: wider ones are made smaller to fit.
const PAGE: (i32, i32) = (690, 860);
/// Empty rows beside a cut.
const BESIDE: i32 = 3;
/// What a bend, an arrow head or a stroke takes beside its line.
const MARGIN: i32 = 8;
/// A text that is cut through cannot be read; a box goes on overleaf.
const HARM_OF_TEXT: u32 = 100;
const HARM_OF_SHAPE: u32 = 10;
const HARM_OF_LINE: u32 = 1;
/// Rows that a sheet may be off for each row that the gap is wider, up to so many.
const WIDE: i32 = 16;
const WIDEST: i32 = 40;

/// Bytes that sheets together may take; they repeat styles and the lines that go through. A picture that would need more stays whole.
const MOST_BYTES: usize = 32_000;

/// Writes a picture as `<img>` elements: one, or as many as it takes sheets. The first bears the description.
pub(super) fn images(out: &mut String, scene: &Scene, alt: &str) {
    let mut sheets: Vec<(Range<i32>, String)> = cut(scene).into_iter().map(|rows| (rows.clone(), encoded(&part(scene, &rows)))).collect();
    if sheets.len() == 1 || sheets.iter().map(|(_, picture)| picture.len()).sum::<usize>() > MOST_BYTES {
        sheets = vec![(0..scene.height, encoded(scene))];
    }
    for (at, (rows, picture)) in sheets.iter().enumerate() {
        let alt = if at == 0 { escape(alt) } else { String::new() };
        let corners = match (at == 0, at + 1 == sheets.len()) {
            (true, true) => "6px",
            (true, false) => "6px 6px 0 0",
            (false, true) => "0 0 6px 6px",
            (false, false) => "0",
        };
        let (w, h) = (scene.width, rows.end - rows.start);
        let _ = write!(
            out,
            "<img alt=\"{alt}\" width=\"{w}\" height=\"{h}\" style=\"display:block;max-width:100%;height:auto;margin:0;border-radius:{corners}\" src=\"data:image/svg+xml;base64,{picture}\">"
        );
    }
}

fn encoded(scene: &Scene) -> String {
    STANDARD.encode(svg::adaptive(scene))
}

/// The sheets' rows, from the top down: of about equal height, cut where least is cut through.
fn cut(scene: &Scene) -> Vec<Range<i32>> {
    let most = PAGE.1 * scene.width.max(PAGE.0) / PAGE.0;
    let mut out = Vec::new();
    let mut from = 0;
    if scene.height > most {
        let (harm, free) = harm(scene, most);
        while scene.height - from > most {
            let left = scene.height - from;
            let wish = from + left / ((left + most - 1) / most);
            // Between two chapters of a picture rather than between two boxes.
            let far = |y: i32| (y - wish).abs() - WIDE * free[y as usize].min(WIDEST);
            let to = (from + most / 4..=from + most).min_by_key(|y| (harm[*y as usize], far(*y))).unwrap_or(from + most);
            out.push(from..to);
            from = to;
        }
    }
    out.push(from..scene.height);
    out
}

/// For each row: the harm done by cutting there or right beside it, and how many rows there are together where it does none.
fn harm(scene: &Scene, most: i32) -> (Vec<u32>, Vec<i32>) {
    let height = scene.height as usize;
    let mut rows = vec![0; height + 1];
    let mut add = |extent: Range<i32>, harm: u32| {
        let (from, to) = ((extent.start - BESIDE).max(0) as usize, (extent.end + BESIDE).max(0) as usize);
        rows[from.min(height)..to.min(height)].iter_mut().for_each(|row| *row += harm);
    };
    for item in &scene.items {
        match item {
            // What is too tall for a sheet is the ground of other parts.
            Item::Shape(s) if s.rect.h > most / 2 => {}
            // Upright lines may be cut, bends and heads rather not.
            Item::Line(line) => {
                for pair in line.paths.iter().flat_map(|p| p.windows(2)).filter(|pair| pair[0].0 != pair[1].0) {
                    add(pair[0].1.min(pair[1].1)..pair[0].1.max(pair[1].1), HARM_OF_LINE);
                }
            }
            Item::Text(_) => add(extent(item), HARM_OF_TEXT),
            other => add(extent(other), HARM_OF_SHAPE),
        }
    }
    let mut free = vec![0; height + 1];
    let mut at = 0;
    for run in rows.chunk_by(|a, b| (*a == 0) == (*b == 0)) {
        if run[0] == 0 {
            free[at..at + run.len()].fill(run.len() as i32);
        }
        at += run.len();
    }
    (rows, free)
}

/// The rows that an item paints.
fn extent(item: &Item) -> Range<i32> {
    match item {
        Item::Shape(s) => s.rect.y - 1..s.rect.bottom() + 1,
        Item::Line(line) => {
            let rows = || line.paths.iter().flatten().map(|p| p.1);
            rows().min().unwrap_or(0) - MARGIN..rows().max().unwrap_or(0) + MARGIN
        }
        Item::Dot(dot) => dot.y - dot.r - 1..dot.y + dot.r + 1,
        Item::Dots(dots) => {
            let rows = || dots.at.iter().map(|p| p.1);
            rows().min().unwrap_or(0) - 3..rows().max().unwrap_or(0) + 3
        }
        Item::Text(text) => {
            let (above, below) = match text.size {
                Size::Head => (14, 5),
                _ => (12, 4),
            };
            text.y - above..text.y + below
        }
    }
}

/// One sheet as a picture of its own.
fn part(scene: &Scene, rows: &Range<i32>) -> Scene {
    let seen = |has: Range<i32>| has.start < rows.end && rows.start < has.end;
    let items = scene.items.iter().filter(|item| seen(extent(item))).map(|item| match item {
        Item::Line(line) => Item::Line(stretch(line, seen)),
        other => other.clone(),
    });
    let whole = Scene { width: scene.width, height: scene.height, items: items.collect() };
    Scene { height: rows.end - rows.start, ..whole.moved(0, -rows.start) }
}

/// What is seen of a line: the stretches of its paths, and its head if they come that far.
fn stretch(line: &Line, seen: impl Fn(Range<i32>) -> bool) -> Line {
    let segment = |a: (i32, i32), b: (i32, i32)| seen(a.1.min(b.1) - MARGIN..a.1.max(b.1) + MARGIN);
    let mut paths: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut whole_to_end = false;
    for path in &line.paths {
        let mut open = false;
        for pair in path.windows(2) {
            let kept = segment(pair[0], pair[1]);
            match (kept, open, paths.last_mut()) {
                (true, true, Some(last)) => last.push(pair[1]),
                (true, ..) => paths.push(pair.to_vec()),
                _ => {}
            }
            open = kept;
        }
        whole_to_end = open;
    }
    // What only goes up and down needs no bridge: it passes over nothing here that it does not pass over elsewhere.
    let upright = paths.iter().all(|path| path.iter().all(|p| p.0 == path[0].0));
    let bridge = line.bridge && !upright;
    Line { paths, bridge, head: if whole_to_end { line.head } else { Head::None }, ..line.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Corners, Paint, Rect, Stroke};
    use super::*;

    fn boxes(count: i32) -> Scene {
        let mut scene = Scene { width: 300, height: count * 100, ..Scene::default() };
        for i in 0..count {
            scene.shape(Rect::new(10, i * 100 + 10, 200, 80), Corners::All(4), None, Stroke::new(Paint::Ink));
        }
        scene
    }

    #[test]
    fn a_picture_that_fits_on_a_page_is_one_sheet() {
        assert_eq!(cut(&boxes(8)), [0..800]);
    }

    #[test]
    fn sheets_meet_between_boxes_and_leave_no_row_out() {
        let scene = boxes(20);
        let sheets = cut(&scene);
        assert_eq!(sheets.len(), 3);
        assert_eq!((sheets[0].start, sheets[2].end), (0, 2000));
        for pair in sheets.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
            assert!((92..108).contains(&((pair[0].end + 50) % 100 + 50)), "between two boxes");
        }
        let parts: usize = sheets.iter().map(|rows| part(&scene, rows).items.len()).sum();
        assert_eq!(parts, 20, "no box is on two sheets");
    }

    #[test]
    fn an_arrow_over_two_sheets_has_one_head() {
        let mut scene = boxes(20);
        scene.arrow(vec![(10, 50), (250, 50), (250, 1950), (210, 1950)], Stroke::new(Paint::Ink), Head::Arrow);
        let sheets = cut(&scene);
        let lines: Vec<Line> = sheets
            .iter()
            .flat_map(|rows| part(&scene, rows).items)
            .filter_map(|item| if let Item::Line(line) = item { Some(line) } else { None })
            .collect();
        let points: Vec<usize> = lines.iter().map(|line| line.paths[0].len()).collect();
        assert_eq!(points, [3, 2, 3], "only what is seen");
        assert_eq!(lines.iter().map(|line| line.head).collect::<Vec<_>>(), [Head::None, Head::None, Head::Arrow]);
    }

    #[test]
    fn upright_lines_go_through_and_boxes_without_a_gap_are_cut_all_the_same() {
        let mut scene = boxes(20);
        scene.rule((250, 0), (250, 2000), Stroke::new(Paint::Ink));
        assert_eq!(cut(&scene), cut(&boxes(20)));
        let mut solid = Scene { width: 300, height: 2000, ..Scene::default() };
        for y in (0..2000).step_by(10) {
            solid.shape(Rect::new(0, y, 300, 12), Corners::All(0), Paint::Ink, None);
        }
        assert!(cut(&solid).iter().all(|rows| rows.end - rows.start <= PAGE.1));
    }
}
