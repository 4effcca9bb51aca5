//! A sheet: bands one below the other, each a grid of memory cells, a table of code, or a chart. Bands know their text form.
//!
//! What a cell is can be read without colour: free cells are dotted and hold `·`, deleted ones `×`, steps bear a number.
use crate::render::measure::{cells, fit, pixels, thousands, wrap};
use crate::render::scene::{Corners, Dash, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::text::columns;
use crate::render::theme::{MARGIN, PAD, ROW};

/// The widest that a sheet gets.
pub const WIDTH: i32 = 900;
const SQUARE: i32 = 44;
const GAP: i32 = 22;

#[derive(Clone, Debug)]
pub enum Band {
    Grid(Grid),
    Lines(Lines),
    Chart(Chart),
}

/// A cell of memory.
#[derive(Clone, Debug)]
pub struct Square {
    /// Above the value: an index.
    pub over: String,
    pub text: String,
    pub look: Look,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Used(Role),
    /// Bookkeeping: a header's field.
    Header,
    Free,
    /// A deleted entry's mark.
    Dummy,
    /// Looked at in this step of a search, and passed.
    Step(u32),
    /// The last step of a search.
    Last(u32),
}

impl Square {
    pub fn new(over: impl Into<String>, text: impl Into<String>, look: Look) -> Square {
        Square { over: over.into(), text: text.into(), look }
    }
}

/// Cells side by side, in as many lines as they need.
#[derive(Clone, Debug)]
pub struct Grid {
    pub title: String,
    pub cells: Vec<Square>,
    /// What is left out, in words.
    pub rest: Option<String>,
}

/// A table set in the picture: columns of text, a mark in front of each row.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<LineRow>,
    pub rest: Option<String>,
}

#[derive(Clone, Debug)]
pub struct LineRow {
    pub cells: Vec<String>,
    /// A bar of this role in front of the row; None: a plain row.
    pub role: Option<Role>,
}

/// A quantity in steps over another, with a second, plain line below it.
#[derive(Clone, Debug)]
pub struct Chart {
    pub title: String,
    pub across: String,
    /// (x, upper line, lower line).
    pub points: Vec<(u64, u64, u64)>,
    pub upper: String,
    pub lower: String,
}

/// Draws the bands and sets the picture's size.
pub fn draw(bands: &[Band]) -> Scene {
    let mut scene = Scene::default();
    if bands.is_empty() {
        return scene;
    }
    let (mut y, mut right) = (MARGIN, MARGIN + 200);
    for band in bands {
        let (r, bottom) = match band {
            Band::Grid(grid) => draw_grid(&mut scene, y, grid),
            Band::Lines(lines) => draw_lines(&mut scene, y, lines),
            Band::Chart(chart) => draw_chart(&mut scene, y, chart),
        };
        right = right.max(r);
        y = bottom + GAP;
    }
    scene.width = right + MARGIN;
    scene.height = y - GAP + MARGIN;
    scene
}

fn draw_title(scene: &mut Scene, y: i32, title: &str) -> (i32, i32) {
    let mut top = y;
    let mut right = MARGIN;
    for line in wrap(title, 110) {
        scene.text(Text::new(MARGIN, top + 13, line.clone()).bold());
        right = right.max(MARGIN + pixels(&line, Size::Body));
        top += 20;
    }
    (right, top + 4)
}

fn square_width(cells: &[Square]) -> i32 {
    let widest = |s: &Square| pixels(&fit(&s.text, 14), Size::Body).max(pixels(&over(s), Size::Small)) + 12;
    cells.iter().map(widest).max().unwrap_or(SQUARE).clamp(34, 130)
}

/// The index, with the number of the step that looked here.
fn over(square: &Square) -> String {
    match square.look {
        Look::Step(n) | Look::Last(n) => format!("{} ◂{n}", square.over),
        _ => square.over.clone(),
    }
}

fn draw_grid(scene: &mut Scene, y: i32, grid: &Grid) -> (i32, i32) {
    let (mut right, top) = draw_title(scene, y, &grid.title);
    let w = square_width(&grid.cells);
    let per_line = ((WIDTH - MARGIN) / w).max(1) as usize;
    let mut bottom = top;
    for (index, square) in grid.cells.iter().enumerate() {
        let (column, line) = ((index % per_line) as i32, (index / per_line) as i32);
        let rect = Rect::new(MARGIN + column * w, top + line * (SQUARE + 6), w, SQUARE);
        draw_square(scene, rect, square);
        right = right.max(rect.right());
        bottom = rect.bottom();
    }
    if let Some(rest) = &grid.rest {
        scene.text(Text::new(MARGIN, bottom + 16, rest.clone()).small().paint(Paint::Muted));
        right = right.max(MARGIN + pixels(rest, Size::Small));
        bottom += 20;
    }
    (right, bottom)
}

fn draw_square(scene: &mut Scene, rect: Rect, square: &Square) {
    let (fill, stroke, ink) = match square.look {
        Look::Used(role) => (Paint::Tint(role), Stroke::new(Paint::Edge(role)), Paint::Ink),
        Look::Header => (Paint::Tint(Role::Idle), Stroke::new(Paint::Edge(Role::Idle)), Paint::Ink),
        Look::Free => (Paint::Card, Stroke::new(Paint::Edge(Role::Idle)).dotted(), Paint::Muted),
        Look::Dummy => (Paint::Tint(Role::Bad), Stroke::new(Paint::Edge(Role::Bad)).dashed(), Paint::On(Role::Bad)),
        Look::Step(_) => (Paint::Tint(Role::Accent), Stroke::strong(Paint::Edge(Role::Accent)).dashed(), Paint::Ink),
        // A search that ends at a free place has found nothing.
        Look::Last(_) if square.text == "·" => (Paint::Card, Stroke::strong(Paint::Edge(Role::Idle)).dashed(), Paint::Muted),
        Look::Last(_) => (Paint::Tint(Role::Good), Stroke::strong(Paint::Edge(Role::Good)), Paint::Ink),
    };
    let inner = Rect::new(rect.x + 1, rect.y, rect.w - 3, rect.h);
    scene.shape(inner, Corners::All(3), fill, stroke);
    scene.text(Text::new(rect.mid_x(), rect.y + 14, over(square)).small().middle().paint(Paint::Muted));
    scene.text(Text::new(rect.mid_x(), rect.y + 34, fit(&square.text, 14)).middle().paint(ink));
}

fn draw_lines(scene: &mut Scene, y: i32, lines: &Lines) -> (i32, i32) {
    let (mut right, mut top) = draw_title(scene, y, &lines.title);
    let count = lines.columns.len();
    let most = |index: usize| if index + 1 == count { 60 } else { 40 };
    let widest = |index: usize| {
        let all = lines.rows.iter().filter_map(|row| row.cells.get(index)).chain(lines.columns.get(index));
        all.map(|text| pixels(&fit(text, most(index)), Size::Body)).max().unwrap_or(0)
    };
    let mut lefts = vec![MARGIN + PAD + 4];
    for index in 0..count {
        lefts.push(lefts[index] + widest(index) + 2 * PAD);
    }
    let end = lefts.last().copied().unwrap_or(MARGIN);
    if lines.columns.iter().any(|c| !c.is_empty()) {
        for (name, x) in lines.columns.iter().zip(&lefts) {
            scene.text(Text::new(*x, top + 12, name.clone()).small().paint(Paint::Muted));
        }
        top += 20;
    }
    let frame = Rect::new(MARGIN, top, end - MARGIN, ROW * lines.rows.len() as i32);
    scene.shape(frame, Corners::All(5), Paint::Card, Stroke::thin(Paint::Edge(Role::Idle)));
    let mut hairs = Vec::new();
    for (number, row) in lines.rows.iter().enumerate() {
        let at = top + ROW * number as i32;
        if let Some(role) = row.role {
            scene.shape(Rect::new(MARGIN + 1, at + 1, end - MARGIN - 2, ROW - 2), Corners::All(2), Paint::Tint(role), None);
            scene.shape(Rect::new(MARGIN + 1, at + 1, 5, ROW - 2), Corners::All(2), Paint::Edge(role), None);
        }
        if number > 0 {
            hairs.push(vec![(MARGIN + 2, at), (end - 2, at)]);
        }
        for (index, (text, x)) in row.cells.iter().zip(&lefts).enumerate() {
            scene.text(Text::new(*x, at + 16, fit(text, most(index))));
        }
    }
    scene.rules(hairs, Stroke::thin(Paint::Hair));
    let mut bottom = frame.bottom();
    if let Some(rest) = &lines.rest {
        scene.text(Text::new(MARGIN, bottom + 16, rest.clone()).small().paint(Paint::Muted));
        right = right.max(MARGIN + pixels(rest, Size::Small));
        bottom += 20;
    }
    (right.max(end), bottom)
}

fn draw_chart(scene: &mut Scene, y: i32, chart: &Chart) -> (i32, i32) {
    const W: i32 = 640;
    const H: i32 = 220;
    let (_, top) = draw_title(scene, y, &chart.title);
    let left = MARGIN + 64;
    let (most_x, most_y) = chart.points.iter().fold((1, 1), |(x, y), p| (x.max(p.0), y.max(p.1).max(p.2)));
    let at = |x: u64, v: u64| (left + (x as i64 * i64::from(W) / most_x as i64) as i32, top + H - (v as i64 * i64::from(H) / most_y as i64) as i32);
    let axes = vec![vec![(left, top), (left, top + H), (left + W, top + H)]];
    scene.rules(axes, Stroke::new(Paint::Muted));
    for part in [most_y / 2, most_y] {
        let (_, py) = at(0, part);
        scene.rule((left, py), (left + W, py), Stroke::thin(Paint::Hair));
        scene.text(Text::new(left - 6, py + 4, thousands(part)).small().end().paint(Paint::Muted));
    }
    for part in [most_x / 2, most_x] {
        scene.text(Text::new(at(part, 0).0, top + H + 16, thousands(part)).small().middle().paint(Paint::Muted));
    }
    scene.text(Text::new(left, top + H + 16, chart.across.clone()).small().paint(Paint::Muted));
    let (mut steps, mut plain): (Vec<(i32, i32)>, Vec<(i32, i32)>) = (vec![], vec![]);
    for p in &chart.points {
        let (x, up) = at(p.0, p.1);
        if let Some((_, last)) = steps.last().copied() {
            steps.push((x, last));
        }
        steps.push((x, up));
        plain.push(at(p.0, p.2));
    }
    scene.rules(vec![plain], Stroke { dash: Dash::Dashed, ..Stroke::new(Paint::Edge(Role::Idle)) });
    scene.rules(vec![steps], Stroke::strong(Paint::Edge(Role::Sequence)));
    let key = top + H + 36;
    scene.rule((left, key), (left + 28, key), Stroke::strong(Paint::Edge(Role::Sequence)));
    scene.text(Text::new(left + 34, key + 4, chart.upper.clone()).small());
    let second = left + 60 + pixels(&chart.upper, Size::Small);
    scene.rule((second, key), (second + 28, key), Stroke { dash: Dash::Dashed, ..Stroke::new(Paint::Edge(Role::Idle)) });
    scene.text(Text::new(second + 34, key + 4, chart.lower.clone()).small());
    (left + W + 20, key + 6)
}

/// The bands as lines of text.
pub fn outline(bands: &[Band]) -> Vec<String> {
    let mut out = Vec::new();
    for band in bands {
        if !out.is_empty() {
            out.push(String::new());
        }
        match band {
            Band::Grid(grid) => {
                out.push(grid.title.clone());
                out.extend(grid_text(grid));
                out.extend(grid.rest.clone());
            }
            Band::Lines(lines) => {
                out.push(lines.title.clone());
                let mut rows = vec![];
                if lines.columns.iter().any(|c| !c.is_empty()) {
                    rows.push(lines.columns.clone());
                    rows.push(lines.columns.iter().enumerate().map(|(i, c)| "-".repeat(lines.rows.iter().filter_map(|r| r.cells.get(i)).chain([c]).map(|t| cells(t)).max().unwrap_or(0))).collect());
                }
                rows.extend(lines.rows.iter().map(|row| row.cells.clone()));
                out.extend(columns(&rows));
                out.extend(lines.rest.clone());
            }
            // A chart's numbers stand in a table beside it.
            Band::Chart(_) => {}
        }
    }
    while out.first().is_some_and(String::is_empty) {
        out.remove(0);
    }
    out
}

fn grid_text(grid: &Grid) -> Vec<String> {
    let one = |s: &Square| {
        let step = match s.look {
            Look::Step(n) | Look::Last(n) => format!(" <{n}>"),
            _ => String::new(),
        };
        if s.over.is_empty() { format!("{}{step}", s.text) } else { format!("{}: {}{step}", s.over, s.text) }
    };
    let all: Vec<String> = grid.cells.iter().map(|s| fit(&one(s), 40)).collect();
    let widest = all.iter().map(|t| cells(t)).max().unwrap_or(1);
    let per_line = (100 / (widest + 2)).max(1);
    let rows: Vec<Vec<String>> = all.chunks(per_line).map(|c| c.iter().enumerate().map(|(i, t)| if i == 0 { format!("  {t}") } else { t.clone() }).collect()).collect();
    columns(&rows)
}
