//! Boxes: an object with a header band and rows, and the sticky note that is a name.
use crate::render::measure::{fit, pixels};
use crate::render::scene::{Corners, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::{BASELINE, GRID, PAD, RADIUS, ROW};

/// The most cells that a key or value takes in a row.
const KEY_CELLS: usize = 18;
const VALUE_CELLS: usize = 30;
/// Width of a strip's line of cells before it goes on below.
const STRIP_WIDTH: i32 = 260;
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

    /// Draws the box with its upper left corner at (x, y), `w` wide.
    pub fn draw(&self, scene: &mut Scene, x: i32, y: i32, w: i32) {
        let (_, h) = self.size();
        let rect = Rect::new(x, y, w, h);
        let stroke = if self.strong { Stroke::strong(Paint::Edge(self.role)) } else { Stroke::new(Paint::Edge(self.role)) };
        scene.shape(rect, Corners::All(RADIUS), Paint::Card, None);
        if let Body::Rows(rows) = &self.body {
            self.draw_rows(scene, rect, rows);
        }
        let header = Rect { h: ROW, ..rect };
        scene.shape(header, Corners::Top(RADIUS), Paint::Tint(self.role), Stroke::thin(Paint::Edge(self.role)));
        scene.shape(rect, Corners::All(RADIUS), None, stroke);
        scene.text(Text::new(x + PAD, y + BASELINE, fit(&self.title, VALUE_CELLS)).bold().paint(Paint::On(self.role)));
        scene.text(Text::new(rect.right() - PAD, y + BASELINE, self.tag.clone()).small().end().paint(Paint::On(self.role)));
        if let Some(tab) = &self.tab {
            scene.text(Text::new(x + 2, y - 4, tab.clone()).small().bold().paint(Paint::On(Role::Accent)));
        }
        if let Body::Strip(cells, rest) = &self.body {
            draw_strip(scene, rect, cells, rest.as_deref());
        }
    }

    fn draw_rows(&self, scene: &mut Scene, rect: Rect, rows: &[Row]) {
        let key = self.key_width(rows);
        let hair = Stroke::thin(Paint::Hair);
        if key > 0 && !rows.is_empty() {
            scene.rule((rect.x + key, rect.y + ROW), (rect.x + key, rect.bottom()), hair);
        }
        for (index, row) in rows.iter().enumerate() {
            let top = rect.y + ROW + ROW * index as i32;
            if index > 0 {
                scene.rule((rect.x, top), (rect.right(), top), hair);
            }
            scene.text(Text::new(rect.x + PAD, top + BASELINE, fit(&row.key, KEY_CELLS)).paint(Paint::Muted));
            let value_x = rect.x + key + PAD;
            match &row.value {
                Cell::Text(text) => scene.text(Text::new(value_x, top + BASELINE, fit(text, VALUE_CELLS))),
                Cell::Words(text) => scene.text(Text::new(value_x, top + BASELINE, text.clone()).small().paint(Paint::Muted)),
                Cell::Port { cycle } => {
                    if *cycle {
                        scene.text(Text::new(rect.right() - 24, top + BASELINE, "↺").bold().end().paint(Paint::On(Role::Accent)));
                    }
                }
            }
        }
    }
}

/// The dot at which a wire begins: painted after the wires.
pub fn draw_port(scene: &mut Scene, right: i32, y: i32, cycle: bool) {
    let paint = if cycle { Paint::Edge(Role::Accent) } else { Paint::Line };
    scene.dot(right - 14, y, 3, paint);
}

fn cell_width(cell: &(String, String)) -> i32 {
    (pixels(&fit(&cell.1, VALUE_CELLS), Size::Body) + 14).max(pixels(&cell.0, Size::Small) + 10).max(28)
}

/// The cells in lines, each with its left edge.
fn strip_lines(cells: &[(String, String)]) -> Vec<Vec<(i32, &(String, String))>> {
    let mut lines: Vec<Vec<(i32, &(String, String))>> = vec![Vec::new()];
    let mut x = 0;
    for cell in cells {
        let w = cell_width(cell);
        if x > 0 && x + w > STRIP_WIDTH {
            lines.push(Vec::new());
            x = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push((x, cell));
        }
        x += w;
    }
    lines
}

fn strip_size(cells: &[(String, String)], rest: Option<&str>) -> (i32, i32) {
    let lines = strip_lines(cells);
    let right = lines.iter().filter_map(|line| line.last()).map(|(x, cell)| x + cell_width(cell)).max().unwrap_or(0);
    let rest_width = rest.map_or(0, |text| pixels(text, Size::Small) + 2 * PAD);
    let height = STRIP_ROW * lines.len() as i32 + if rest.is_some() { ROW } else { 0 };
    (right.max(rest_width), height)
}

fn draw_strip(scene: &mut Scene, rect: Rect, cells: &[(String, String)], rest: Option<&str>) {
    let hair = Stroke::thin(Paint::Hair);
    let lines = strip_lines(cells);
    let count = lines.len();
    for (number, line) in lines.into_iter().enumerate() {
        let top = rect.y + ROW + STRIP_ROW * number as i32;
        if number > 0 {
            scene.rule((rect.x, top), (rect.right(), top), hair);
        }
        for (x, cell) in line {
            let (left, middle) = (rect.x + x, rect.x + x + cell_width(cell) / 2);
            if x > 0 {
                scene.rule((left, top), (left, top + STRIP_ROW), hair);
            }
            scene.text(Text::new(middle, top + 13, cell.0.clone()).small().middle().paint(Paint::Muted));
            scene.text(Text::new(middle, top + 29, fit(&cell.1, VALUE_CELLS)).middle());
        }
    }
    if let Some(text) = rest {
        let top = rect.y + ROW + STRIP_ROW * count as i32;
        scene.rule((rect.x, top), (rect.right(), top), hair);
        scene.text(Text::new(rect.x + PAD, top + BASELINE, text).small().paint(Paint::Muted));
    }
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
