//! The picture as data: shapes, polylines and texts with roles in place of colours. Units are CSS pixels; y goes down.

/// A picture. Items are painted in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    pub width: i32,
    pub height: i32,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Shape(Shape),
    Line(Line),
    Dot(Dot),
    Dots(Dots),
    Text(Text),
}

/// What a coloured thing stands for. The theme gives each role a tint, an edge and an ink in both palettes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Scalar,
    Sequence,
    Mapping,
    Set,
    Instance,
    Class,
    Metaclass,
    Function,
    Other,
    /// A name: a sticky note.
    Note,
    /// Taken, found, decides, returned.
    Good,
    /// Refused, raised, conflict.
    Bad,
    /// Passed over, not reached.
    Idle,
    /// What the eye should go to first: what is on a cycle, a switch.
    Accent,
}

/// A colour by its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Paint {
    /// The picture's ground.
    Canvas,
    /// The inside of a box.
    Card,
    Ink,
    Muted,
    /// References and other lines that carry meaning.
    Line,
    /// Hairlines between rows.
    Hair,
    /// A role's light ground.
    Tint(Role),
    /// A role's border.
    Edge(Role),
    /// A role's text, readable on its tint and on a card.
    On(Role),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

impl Rect {
    pub fn new(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rect { x, y, w, h }
    }
    pub fn right(self) -> i32 {
        self.x + self.w
    }
    pub fn bottom(self) -> i32 {
        self.y + self.h
    }
    pub fn mid_x(self) -> i32 {
        self.x + self.w / 2
    }
    pub fn mid_y(self) -> i32 {
        self.y + self.h / 2
    }
}

/// How a rectangle's corners are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corners {
    All(i32),
    /// Only the upper two: a header band.
    Top(i32),
    /// A folded lower right corner of this size: a sticky note.
    Fold(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub rect: Rect,
    pub corners: Corners,
    pub fill: Option<Paint>,
    pub stroke: Option<Stroke>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// Hairlines.
    Thin,
    Normal,
    /// What stands out without colour.
    Strong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dash {
    Solid,
    Dashed,
    Dotted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    pub paint: Paint,
    pub weight: Weight,
    pub dash: Dash,
}

impl Stroke {
    pub fn new(paint: Paint) -> Stroke {
        Stroke { paint, weight: Weight::Normal, dash: Dash::Solid }
    }
    pub fn thin(paint: Paint) -> Stroke {
        Stroke { weight: Weight::Thin, ..Stroke::new(paint) }
    }
    pub fn strong(paint: Paint) -> Stroke {
        Stroke { weight: Weight::Strong, ..Stroke::new(paint) }
    }
    pub fn dashed(self) -> Stroke {
        Stroke { dash: Dash::Dashed, ..self }
    }
    pub fn dotted(self) -> Stroke {
        Stroke { dash: Dash::Dotted, ..self }
    }
}

/// What a line ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Head {
    None,
    /// A filled arrow: a reference.
    Arrow,
    /// A hollow triangle: a subclass (as in UML).
    Hollow,
}

/// Polylines with rounded bends that are one thing: several that lead to one target share its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// All end in the same point when there is a head.
    pub paths: Vec<Vec<(i32, i32)>>,
    pub bend: i32,
    pub stroke: Stroke,
    pub head: Head,
    /// Painted on a ground-coloured band, so that it passes over other lines like a bridge.
    pub bridge: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    pub x: i32,
    pub y: i32,
    pub r: i32,
    pub fill: Paint,
    pub stroke: Option<Stroke>,
}

/// Small dots of one colour, where wires begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dots {
    pub at: Vec<(i32, i32)>,
    pub paint: Paint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Size {
    Small,
    Body,
    Head,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; `y` is its baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub x: i32,
    pub y: i32,
    pub text: String,
    pub size: Size,
    pub bold: bool,
    pub struck: bool,
    pub anchor: Anchor,
    pub paint: Paint,
}

impl Text {
    pub fn new(x: i32, y: i32, text: impl Into<String>) -> Text {
        Text { x, y, text: text.into(), size: Size::Body, bold: false, struck: false, anchor: Anchor::Start, paint: Paint::Ink }
    }
    pub fn small(self) -> Text {
        Text { size: Size::Small, ..self }
    }
    pub fn head(self) -> Text {
        Text { size: Size::Head, ..self }
    }
    pub fn bold(self) -> Text {
        Text { bold: true, ..self }
    }
    pub fn struck(self) -> Text {
        Text { struck: true, ..self }
    }
    pub fn paint(self, paint: Paint) -> Text {
        Text { paint, ..self }
    }
    pub fn end(self) -> Text {
        Text { anchor: Anchor::End, ..self }
    }
    pub fn middle(self) -> Text {
        Text { anchor: Anchor::Middle, ..self }
    }
}

impl Scene {
    pub fn shape(&mut self, rect: Rect, corners: Corners, fill: impl Into<Option<Paint>>, stroke: impl Into<Option<Stroke>>) {
        self.items.push(Item::Shape(Shape { rect, corners, fill: fill.into(), stroke: stroke.into() }));
    }
    pub fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.items.push(Item::Text(text));
        }
    }
    /// A straight line without a head.
    pub fn rule(&mut self, from: (i32, i32), to: (i32, i32), stroke: Stroke) {
        self.rules(vec![vec![from, to]], stroke);
    }
    /// Lines without heads, of one style.
    pub fn rules(&mut self, paths: Vec<Vec<(i32, i32)>>, stroke: Stroke) {
        if !paths.is_empty() {
            self.items.push(Item::Line(Line { paths, bend: 0, stroke, head: Head::None, bridge: false }));
        }
    }
    /// A polyline with an arrow head.
    pub fn arrow(&mut self, points: Vec<(i32, i32)>, stroke: Stroke, head: Head) {
        self.wires(vec![points], stroke, head, true);
    }
    /// Polylines that share one arrow head, which the last of them bears.
    pub fn wires(&mut self, paths: Vec<Vec<(i32, i32)>>, stroke: Stroke, head: Head, bridge: bool) {
        self.items.push(Item::Line(Line { paths, bend: 7, stroke, head, bridge }));
    }
    pub fn dots(&mut self, at: Vec<(i32, i32)>, paint: Paint) {
        if !at.is_empty() {
            self.items.push(Item::Dots(Dots { at, paint }));
        }
    }
    pub fn ring(&mut self, x: i32, y: i32, r: i32, fill: Paint, stroke: Stroke) {
        self.items.push(Item::Dot(Dot { x, y, r, fill, stroke: Some(stroke) }));
    }
    /// The same picture further down, with empty space above.
    pub fn lowered(self, by: i32) -> Scene {
        self.moved(0, by)
    }
    /// The same picture further right and down, with empty space before it.
    pub fn moved(mut self, right: i32, down: i32) -> Scene {
        self.width += right;
        self.height += down;
        let point = |p: &mut (i32, i32)| *p = (p.0 + right, p.1 + down);
        for item in &mut self.items {
            match item {
                Item::Shape(shape) => (shape.rect.x, shape.rect.y) = (shape.rect.x + right, shape.rect.y + down),
                Item::Line(line) => line.paths.iter_mut().flatten().for_each(point),
                Item::Dot(dot) => (dot.x, dot.y) = (dot.x + right, dot.y + down),
                Item::Dots(dots) => dots.at.iter_mut().for_each(point),
                Item::Text(text) => (text.x, text.y) = (text.x + right, text.y + down),
            }
        }
        self
    }
}
