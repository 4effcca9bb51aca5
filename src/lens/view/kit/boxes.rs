//! Boxes: an object with a header band and rows, and the sticky note that is a name.
use crate::render::measure::{fit, pixels};
use crate::render::scene::{Corners, Dash, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::{BASELINE, GRID, PAD, RADIUS, ROW};

/// The most cells that a key or value takes in a row.
const KEY_CELLS: usize = 26;
const VALUE_CELLS: usize = 30;
/// Width of a strip's line of cells before it goes on below.
const STRIP_WIDTH: i32 = 260;
/// Hairlines keep off the border by this much.
const INSET: i32 = 2;
/// Height of one line of a strip: an index above, a value below.
const STRIP_ROW: i32 = 3 * GRID;

/// An object's box.
#[derive(Clone, Debug)]
pub struct NodeBox {
    pub role: Role,
    /// The type's name, bold in the header.
    pub title: String,
    /// Small, at the header's right.
    pub tag: String,
    pub body: Body,
    /// A word above the box: shared, on a cycle.
    pub tab: Option<String>,
    /// The tab's colour.
    pub tab_role: Role,
    /// A thicker border: what the tab speaks of can be seen without colour.
    pub strong: bool,
}

#[derive(Clone, Debug)]
pub enum Body {
    Rows(Vec<Row>),
    /// Values side by side, each under its index; then what is left out, in words.
    Strip(Vec<(String, String)>, Option<String>),
}

/// A row: a key and what it holds.
#[derive(Clone, Debug)]
pub struct Row {
    pub key: String,
    pub value: Cell,
}

#[derive(Clone, Debug)]
pub enum Cell {
    Text(String),
    /// Said in grey: "unbound", "992 more".
    Words(String),
    /// A reference: a dot where a wire begins; marked when the reference is on a cycle.
    Port { cycle: bool },
}

impl Row {
    pub fn text(key: impl Into<String>, value: impl Into<String>) -> Row {
        Row { key: key.into(), value: Cell::Text(value.into()) }
    }
}

impl NodeBox {
    /// Width and height, without the tab.
    pub fn size(&self) -> (i32, i32) {
        let title = pixels(&fit(&self.title, VALUE_CELLS), Size::Body);
        let tag = if self.tag.is_empty() { 0 } else { pixels(&self.tag, Size::Small) + 16 };
        let header = title + tag + 2 * PAD;
        let (body_w, body_h) = match &self.body {
            Body::Rows(rows) => (self.key_width(rows) + self.value_width(rows), ROW * rows.len() as i32),
            Body::Strip(cells, rest) => strip_size(cells, rest.as_deref()),
        };
        (header.max(body_w).max(72), ROW + body_h)
    }

    /// Room that the tab takes above the box.
    pub fn head_room(&self) -> i32 {
        if self.tab.is_some() { GRID } else { 0 }
    }

    /// From the box's top to where the wire of row `index` leaves.
    pub fn port(index: usize) -> i32 {
        ROW + ROW * index as i32 + ROW / 2
    }

    fn key_width(&self, rows: &[Row]) -> i32 {
        let widest = rows.iter().map(|row| pixels(&fit(&row.key, KEY_CELLS), Size::Body)).max().unwrap_or(0);
        if widest == 0 { 0 } else { widest + 2 * PAD - 2 }
    }

    fn value_width(&self, rows: &[Row]) -> i32 {
        let width = |row: &Row| match &row.value {
            Cell::Text(text) | Cell::Words(text) => pixels(&fit(text, VALUE_CELLS), Size::Body) + 2 * PAD,
            Cell::Port { cycle: true } => 52,
            Cell::Port { cycle: false } => 36,
        };
        rows.iter().map(width).max().unwrap_or(0)
    }

    fn stroke(&self) -> Stroke {
        let edge = Paint::Edge(self.role);
        if self.strong { Stroke::strong(edge) } else { Stroke::new(edge) }
    }

    /// Draws the box with its upper left corner at (x, y), `w` wide.
    pub fn draw(&self, scene: &mut Scene, x: i32, y: i32, w: i32) {
        draw_boxes(scene, &[(self, x, y, w)]);
    }

    fn draw_header(&self, scene: &mut Scene, rect: Rect) {
        let (x, y) = (rect.x, rect.y);
        let header = Rect { h: ROW, ..rect };
        scene.shape(header, Corners::Top(RADIUS), Paint::Tint(self.role), self.stroke());
        scene.text(Text::new(x + PAD, y + BASELINE, fit(&self.title, VALUE_CELLS)).bold().paint(Paint::On(self.role)));
        scene.text(Text::new(rect.right() - PAD, y + BASELINE, self.tag.clone()).small().end().paint(Paint::On(self.role)));
        if let Some(tab) = &self.tab {
            scene.text(Text::new(x + 2, y - 4, tab.clone()).small().bold().paint(Paint::On(self.tab_role)));
        }
    }

    /// Draws keys and values; gives back the hairlines between them.
    fn draw_rows(&self, scene: &mut Scene, rect: Rect, rows: &[Row]) -> Vec<Vec<(i32, i32)>> {
        let key = self.key_width(rows);
        let mut hairs = Vec::new();
        if key > 0 && !rows.is_empty() {
            hairs.push(vec![(rect.x + key, rect.y + ROW + 1), (rect.x + key, rect.bottom() - INSET)]);
        }
        for (index, row) in rows.iter().enumerate() {
            let top = rect.y + ROW + ROW * index as i32;
            if index > 0 {
                hairs.push(vec![(rect.x + INSET, top), (rect.right() - INSET, top)]);
            }
            scene.text(Text::new(rect.x + PAD, top + BASELINE, fit(&row.key, KEY_CELLS)).paint(Paint::Muted));
            let value_x = rect.x + key + PAD;
            match &row.value {
                Cell::Text(text) => scene.text(Text::new(value_x, top + BASELINE, fit(text, VALUE_CELLS))),
                Cell::Words(text) => scene.text(Text::new(value_x, top + BASELINE, text.clone()).small().paint(Paint::Muted)),
                Cell::Port { cycle: true } => {
                    scene.text(Text::new(rect.right() - 24, top + BASELINE, "↺").bold().end().paint(Paint::On(Role::Accent)));
                }
                Cell::Port { cycle: false } => {}
            }
        }
        hairs
    }
}

/// Draws boxes that don't overlap, each at (x, y) with a width: layer by layer, so that what looks alike is one path.
pub fn draw_boxes(scene: &mut Scene, boxes: &[(&NodeBox, i32, i32, i32)]) {
    let rect = |(each, x, y, w): &(&NodeBox, i32, i32, i32)| Rect::new(*x, *y, *w, each.size().1);
    let mut hairs = Vec::new();
    for at in boxes {
        scene.shape(rect(at), Corners::All(RADIUS), Paint::Card, at.0.stroke());
        hairs.extend(match &at.0.body {
            Body::Rows(rows) => at.0.draw_rows(scene, rect(at), rows),
            Body::Strip(cells, rest) => draw_strip(scene, rect(at), cells, rest.as_deref()),
        });
    }
    scene.rules(hairs, Stroke::thin(Paint::Hair));
    for at in boxes {
        at.0.draw_header(scene, rect(at));
    }
}

/// The dots at which wires begin, each with its lead to the box's right edge. `ports`: right edge and height.
pub fn draw_ports(scene: &mut Scene, ports: &[(i32, i32)], stroke: Stroke) {
    let leads = ports.iter().map(|&(right, y)| vec![(right - 14, y), (right, y)]).collect();
    scene.rules(leads, Stroke { dash: Dash::Solid, ..stroke });
    scene.dots(ports.iter().map(|&(right, y)| (right - 14, y)).collect(), stroke.paint);
}

fn cell_width(cell: &(String, String)) -> i32 {
    (pixels(&fit(&cell.1, VALUE_CELLS), Size::Body) + 14).max(pixels(&cell.0, Size::Small) + 10).max(28)
}

/// The cells in lines of about the same number, each with its left edge.
fn strip_lines(cells: &[(String, String)]) -> Vec<Vec<(i32, &(String, String))>> {
    let total: i32 = cells.iter().map(cell_width).sum();
    let wanted = (total + STRIP_WIDTH - 1) / STRIP_WIDTH;
    let per_line = cells.len().div_ceil(wanted.max(1) as usize).max(1);
    let line = |chunk: &'_ [(String, String)]| -> Vec<i32> {
        chunk.iter().scan(0, |x, cell| Some(std::mem::replace(x, *x + cell_width(cell)))).collect()
    };
    cells.chunks(per_line).map(|chunk| line(chunk).into_iter().zip(chunk).collect()).collect()
}

/// Height of a line of the strip: values alone where there are no indices.
fn strip_row(cells: &[(String, String)]) -> i32 {
    if cells.iter().all(|(index, _)| index.is_empty()) { ROW } else { STRIP_ROW }
}

fn strip_size(cells: &[(String, String)], rest: Option<&str>) -> (i32, i32) {
    let lines = strip_lines(cells);
    let right = lines.iter().filter_map(|line| line.last()).map(|(x, cell)| x + cell_width(cell)).max().unwrap_or(0);
    let rest_width = rest.map_or(0, |text| pixels(text, Size::Small) + 2 * PAD);
    let height = strip_row(cells) * lines.len() as i32 + if rest.is_some() { ROW } else { 0 };
    (right.max(rest_width), height)
}

/// Draws indices and values; gives back the hairlines between them.
fn draw_strip(scene: &mut Scene, rect: Rect, cells: &[(String, String)], rest: Option<&str>) -> Vec<Vec<(i32, i32)>> {
    let (height, lines) = (strip_row(cells), strip_lines(cells));
    let count = lines.len();
    let mut hairs = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        let top = rect.y + ROW + height * number as i32;
        if number > 0 {
            hairs.push(vec![(rect.x + INSET, top), (rect.right() - INSET, top)]);
        }
        for (x, cell) in line {
            let (left, middle) = (rect.x + x, rect.x + x + cell_width(cell) / 2);
            if x > 0 {
                hairs.push(vec![(left, top + 1), (left, top + height - INSET)]);
            }
            scene.text(Text::new(middle, top + 13, cell.0.clone()).small().middle().paint(Paint::Muted));
            scene.text(Text::new(middle, top + height - 8, fit(&cell.1, VALUE_CELLS)).middle());
        }
    }
    if let Some(text) = rest {
        let top = rect.y + ROW + height * count as i32;
        hairs.push(vec![(rect.x + INSET, top), (rect.right() - INSET, top)]);
        scene.text(Text::new(rect.x + PAD, top + BASELINE, text).small().paint(Paint::Muted));
    }
    hairs
}

/// Height of a sticky note.
pub const NOTE: i32 = 26;

/// Width of a sticky note with this text.
pub fn note_width(text: &str) -> i32 {
    (pixels(&fit(text, VALUE_CELLS), Size::Body) + 2 * PAD + 4).max(44)
}

/// A sticky note with its upper left corner at (x, y).
pub fn draw_note(scene: &mut Scene, x: i32, y: i32, text: &str) -> Rect {
    let rect = Rect::new(x, y, note_width(text), NOTE);
    scene.shape(rect, Corners::Fold(8), Paint::Tint(Role::Note), Stroke::new(Paint::Edge(Role::Note)));
    scene.text(Text::new(x + PAD, y + 17, fit(text, VALUE_CELLS)).bold().paint(Paint::On(Role::Note)));
    rect
}

/// An expression that is no name: a plain label in the place of a note.
pub fn draw_expression(scene: &mut Scene, x: i32, y: i32, text: &str) -> Rect {
    let rect = Rect::new(x, y, note_width(text), NOTE);
    scene.shape(rect, Corners::All(NOTE / 2), Paint::Card, Stroke::new(Paint::Edge(Role::Idle)).dotted());
    scene.text(Text::new(rect.mid_x(), y + 17, fit(text, VALUE_CELLS)).middle());
    rect
}
