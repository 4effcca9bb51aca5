//! Scene → SVG. One class for each style that occurs, named in order of first use: small, and the same bytes every time.
use super::measure::{self, Script};
use super::scene::{Anchor, Corners, Dash, Dot, Dots, Head, Item, Line, Paint, Scene, Shape, Size, Stroke, Text, Weight};
use super::theme::{self, Mode};
use std::fmt::Write;

/// A second class, of texts in wide characters; no style is named so, since numbered names begin at 1.
const WIDE: &str = " w0";

/// Light by itself, dark where the reader prefers it.
pub fn adaptive(scene: &Scene) -> String {
    write_svg(scene, Mode::Light, true)
}

/// One palette only: for PNG and PDF.
pub fn fixed(scene: &Scene, mode: Mode) -> String {
    write_svg(scene, mode, false)
}

/// Everything that CSS sets for an element.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    Area { fill: Option<Paint>, stroke: Option<Stroke> },
    Path { stroke: Stroke, head: Head },
    /// Round ends on lines of no length.
    Dots { paint: Paint },
    Words { size: Size, bold: bool, struck: bool, paint: Paint, anchor: Anchor, wide: bool },
    /// The ground-coloured band under a line that passes over others.
    Bridge,
}

#[derive(Default)]
struct Writer {
    styles: Vec<Style>,
    heads: Vec<(Paint, Head)>,
    body: String,
    /// The class of the path that `body` ends with, while more may be added to it.
    open: Option<String>,
    /// Texts by class, painted above everything else.
    words: Vec<Words>,
}

/// The texts of one class.
#[derive(Default)]
struct Words {
    class: String,
    texts: String,
    /// Those of one character, in one element with a place for each: pictures are full of them.
    xs: String,
    ys: String,
    characters: String,
}

impl Words {
    fn write(&self) -> String {
        let single = if self.characters.is_empty() { String::new() } else { format!("<text x=\"{}\" y=\"{}\">{}</text>", self.xs.trim_start(), self.ys.trim_start(), self.characters) };
        format!("<g class=\"{}\">{}{single}</g>", self.class, self.texts)
    }
}

fn write_svg(scene: &Scene, mode: Mode, adaptive: bool) -> String {
    let mut writer = Writer::default();
    let ground = writer.class(Style::Area { fill: Some(Paint::Canvas), stroke: None });
    let (w, h) = (scene.width, scene.height);
    let _ = write!(writer.body, "<rect class=\"{ground}\" x=\"-1\" y=\"-1\" width=\"{}\" height=\"{}\"/>", w + 2, h + 2);
    for item in &scene.items {
        match item {
            Item::Shape(shape) => writer.shape(shape),
            Item::Line(line) => writer.line(line),
            Item::Dot(dot) => writer.dot(dot),
            Item::Dots(dots) => writer.dots(dots),
            Item::Text(text) => writer.text(text),
        }
    }
    let markers = writer.markers();
    let style = writer.sheet(mode, adaptive);
    let words: String = writer.words.iter().map(Words::write).collect();
    // Half a pixel of offset puts the middle of one-pixel strokes on the middle of the screen's pixels.
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"-.5 -.5 {w} {h}\"><style>{style}</style>{markers}{}{words}</svg>",
        writer.body
    )
}

impl Writer {
    /// The class name of a style.
    fn class(&mut self, style: Style) -> String {
        let index = self.styles.iter().position(|known| *known == style).unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        class_name(index)
    }

    /// Adds a path; one of the same class that was added last is made longer.
    fn path(&mut self, class: String, data: &str) {
        const END: &str = "\"/>";
        if self.open.as_ref() == Some(&class) && self.body.ends_with(END) {
            self.body.truncate(self.body.len() - END.len());
            let _ = write!(self.body, "{data}{END}");
        } else {
            let _ = write!(self.body, "<path class=\"{class}\" d=\"{data}{END}");
        }
        self.open = Some(class);
    }

    /// Adds a path that stays by itself, since its end bears a marker.
    fn lone_path(&mut self, class: &str, data: &str) {
        self.open = None;
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{data}\"/>");
    }

    fn shape(&mut self, shape: &Shape) {
        let class = self.class(Style::Area { fill: shape.fill, stroke: shape.stroke });
        let r = shape.rect;
        match shape.corners {
            Corners::All(n) => {
                // A box narrower than its corners has smaller ones.
                let n = n.min(r.w / 2).min(r.h / 2);
                let (across, down) = (r.w - 2 * n, r.h - 2 * n);
                if n > 8 {
                    // A pill wants true arcs; a small corner looks the same in the shorter form.
                    let (arc, half) = (format!("a{n} {n} 0 0 1 "), format!("M{} {}h{across}", r.x + n, r.y));
                    let right = format!("{arc}{n} {n}v{down}{arc}-{n} {n}h-{across}");
                    return self.path(class, &format!("{half}{right}{arc}-{n}-{n}v-{down}{arc}{n}-{n}z"));
                }
                let top = format!("M{} {}q0-{n} {n}-{n}h{across}q{n} 0 {n} {n}v{down}", r.x, r.y + n);
                self.path(class, &format!("{top}q0 {n}-{n} {n}h-{across}q-{n} 0-{n}-{n}z"));
            }
            Corners::Top(n) => {
                let (up, across, down) = (n - r.h, r.w - 2 * n, r.h - n);
                self.path(class, &format!("M{} {}v{up}q0-{n} {n}-{n}h{across}q{n} 0 {n} {n}v{down}z", r.x, r.bottom()));
            }
            Corners::Fold(n) => {
                let (down, back, fold) = (r.h - n, n - r.w, r.bottom() - n);
                self.path(class, &format!("M{} {}h{}v{down}l-{n} {n}h{back}zM{} {fold}h-{n}v{n}", r.x, r.y, r.w, r.right()));
            }
        }
    }

    fn line(&mut self, line: &Line) {
        let path: String = line.paths.iter().map(|points| polyline(points, line.bend)).collect();
        if line.bridge {
            let class = self.class(Style::Bridge);
            self.lone_path(&class, &path);
        }
        let class = self.class(Style::Path { stroke: line.stroke, head: line.head });
        if line.head != Head::None && !self.heads.contains(&(line.stroke.paint, line.head)) {
            self.heads.push((line.stroke.paint, line.head));
        }
        match line.head {
            Head::None => self.path(class, &path),
            Head::Arrow | Head::Hollow => self.lone_path(&class, &path),
        }
    }

    fn dot(&mut self, dot: &Dot) {
        let class = self.class(Style::Area { fill: Some(dot.fill), stroke: dot.stroke });
        self.open = None;
        let _ = write!(self.body, "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", dot.x, dot.y, dot.r);
    }

    /// One element per script run: a font that lacks one glyph would otherwise change the whole line.
    fn text(&mut self, text: &Text) {
        let shown = measure::one_line(&text.text);
        let runs = measure::runs(&shown);
        let several = runs.len() > 1;
        let anchor = if several { Anchor::Start } else { text.anchor };
        let mut x = match (several, text.anchor) {
            (true, Anchor::Middle) => text.x - measure::pixels(&shown, text.size) / 2,
            (true, Anchor::End) => text.x - measure::pixels(&shown, text.size),
            _ => text.x,
        };
        for (script, run) in runs {
            let mut class = self.class(Style::Words {
                size: text.size,
                bold: text.bold,
                struck: text.struck,
                paint: text.paint,
                anchor,
                wide: script == Script::Wide,
            });
            if script == Script::Wide {
                class.push_str(WIDE);
            }
            let out = self.words(class);
            if is_single(run) {
                let _ = (write!(out.xs, " {x}"), write!(out.ys, " {}", text.y));
                escape_into(&mut out.characters, run);
            } else {
                let _ = write!(out.texts, "<text x=\"{x}\" y=\"{}\">", text.y);
                escape_into(&mut out.texts, run);
                out.texts.push_str("</text>");
            }
            x += measure::pixels(run, text.size);
        }
    }

    /// Where texts of this class are gathered.
    fn words(&mut self, class: String) -> &mut Words {
        let index = self.words.iter().position(|known| known.class == class).unwrap_or_else(|| {
            self.words.push(Words { class, ..Words::default() });
            self.words.len() - 1
        });
        &mut self.words[index]
    }

    fn dots(&mut self, dots: &Dots) {
        let class = self.class(Style::Dots { paint: dots.paint });
        let path: String = dots.at.iter().map(|(x, y)| format!("M{x} {y}h.01")).collect();
        self.path(class, &path);
    }

    /// Arrow heads, one per colour and form.
    fn markers(&mut self) -> String {
        let mut out = String::new();
        for (index, (paint, head)) in self.heads.clone().into_iter().enumerate() {
            let (style, size, path) = match head {
                Head::Hollow => {
                    let style = Style::Area { fill: Some(Paint::Canvas), stroke: Some(Stroke::new(paint)) };
                    (style, 14, "M1 2 13 7 1 12z")
                }
                _ => (Style::Area { fill: Some(paint), stroke: None }, 9, "M0 1 9 4.5 0 8 2 4.5z"),
            };
            let (class, reach, half) = (self.class(style), size - i32::from(head == Head::Hollow), f64::from(size) / 2.0);
            let _ = write!(
                out,
                "<marker id=\"m{index}\" markerUnits=\"userSpaceOnUse\" markerWidth=\"{size}\" markerHeight=\"{size}\" refX=\"{reach}\" refY=\"{half}\" orient=\"auto\"><path class=\"{class}\" d=\"{path}\"/></marker>"
            );
        }
        out
    }

    fn sheet(&self, mode: Mode, adaptive: bool) -> String {
        let mut out = format!("svg{{font:13px {}}}path{{fill:none}}", theme::FONT);
        if self.styles.iter().any(|style| matches!(style, Style::Words { wide: true, .. })) {
            let _ = write!(out, ".w0{{font-family:{}}}", theme::FONT_WIDE);
        }
        for (index, style) in self.styles.iter().enumerate() {
            rule(&mut out, index, &(colours(*style, mode) + &self.form(*style)));
        }
        if adaptive {
            out.push_str("@media(prefers-color-scheme:dark){");
            let mut dark: Vec<(String, String)> = Vec::new();
            for (index, style) in self.styles.iter().enumerate() {
                let (class, declarations) = (format!(".{}", class_name(index)), colours(*style, Mode::Dark));
                match dark.iter_mut().find(|(_, known)| *known == declarations) {
                    Some((classes, _)) => *classes += &format!(",{class}"),
                    None => dark.push((class, declarations)),
                }
            }
            for (classes, declarations) in dark {
                let _ = write!(out, "{classes}{{{}}}", declarations.trim_end_matches(';'));
            }
            out.push('}');
        }
        out
    }

    /// What both palettes share.
    fn form(&self, style: Style) -> String {
        match style {
            Style::Area { stroke: Some(stroke), .. } => stroke_form(stroke),
            Style::Area { stroke: None, .. } => String::new(),
            Style::Bridge => "stroke-width:5".to_string(),
            Style::Dots { .. } => "stroke-width:7;stroke-linecap:round".to_string(),
            Style::Path { stroke, head } => {
                let marker = self.heads.iter().position(|known| *known == (stroke.paint, head));
                let marker = marker.map(|index| format!("marker-end:url(#m{index});")).unwrap_or_default();
                format!("{marker}{}", stroke_form(stroke))
            }
            Style::Words { size, bold, struck, anchor, .. } => {
                let mut out = String::new();
                if size != Size::Body {
                    let _ = write!(out, "font-size:{}px;", theme::font_tenths(size) / 10);
                }
                out.push_str(if bold { "font-weight:700;" } else { "" });
                out.push_str(if struck { "text-decoration:line-through;" } else { "" });
                out.push_str(match anchor {
                    Anchor::Start => "",
                    Anchor::Middle => "text-anchor:middle;",
                    Anchor::End => "text-anchor:end;",
                });
                out
            }
        }
    }
}

fn rule(out: &mut String, index: usize, declarations: &str) {
    let _ = write!(out, ".{}{{{}}}", class_name(index), declarations.trim_end_matches(';'));
}

/// One character that stands where a list of places puts it: no blank, which would be collapsed, and none of two UTF-16 units.
fn is_single(run: &str) -> bool {
    let mut chars = run.chars();
    chars.next().is_some_and(|c| !c.is_whitespace() && c.len_utf16() == 1) && chars.next().is_none()
}

fn stroke_form(stroke: Stroke) -> String {
    let width = match stroke.weight {
        // One pixel is what SVG takes by itself.
        Weight::Thin => "",
        Weight::Normal => "stroke-width:1.3;",
        Weight::Strong => "stroke-width:2.4;",
    };
    let dash = match stroke.dash {
        Dash::Solid => "",
        Dash::Dashed => "stroke-dasharray:6 4",
        Dash::Dotted => "stroke-dasharray:2 3",
    };
    format!("{width}{dash}")
}

/// Fill and stroke, which is all that the palettes differ in.
fn colours(style: Style, mode: Mode) -> String {
    match style {
        Style::Area { fill, stroke } => {
            let fill = fill.map(|paint| format!("fill:{};", theme::colour(paint, mode)));
            let stroke = stroke.map(|stroke| format!("stroke:{};", theme::colour(stroke.paint, mode)));
            fill.unwrap_or_default() + &stroke.unwrap_or_default()
        }
        Style::Path { stroke, .. } => format!("stroke:{};", theme::colour(stroke.paint, mode)),
        Style::Bridge => format!("stroke:{};", theme::colour(Paint::Canvas, mode)),
        Style::Dots { paint } => format!("stroke:{};", theme::colour(paint, mode)),
        Style::Words { paint, .. } => format!("fill:{};", theme::colour(paint, mode)),
    }
}

/// `a` … `z`, `A` … `Z`, then `a1`, `b1` …
fn class_name(index: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let letter = char::from(LETTERS[index % 52]);
    match index / 52 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// Path data of a polyline whose bends are quarter curves; points on a straight line are dropped.
fn polyline(points: &[(i32, i32)], bend: i32) -> String {
    let points = corners_only(points);
    let Some(&first) = points.first() else { return String::new() };
    let mut out = format!("M{} {}", first.0, first.1);
    let mut at = first;
    for index in 1..points.len() {
        let here = points[index];
        let Some(&next) = points.get(index + 1) else {
            push_step(&mut out, at, here);
            break;
        };
        let before = toward(here, points[index - 1], bend);
        let after = toward(here, next, bend);
        push_step(&mut out, at, before);
        let (dx, dy) = (here.0 - before.0, here.1 - before.1);
        let _ = write!(out, "q{dx} {dy} {} {}", after.0 - before.0, after.1 - before.1);
        at = after;
    }
    out
}

/// `h`, `v` or `L`, whichever is shortest.
fn push_step(out: &mut String, from: (i32, i32), to: (i32, i32)) {
    let _ = match (to.0 - from.0, to.1 - from.1) {
        (0, 0) => Ok(()),
        (dx, 0) => write!(out, "h{dx}"),
        (0, dy) => write!(out, "v{dy}"),
        (dx, dy) => write!(out, "l{dx} {dy}"),
    };
}

/// The point `bend` away from `from` in the direction of `to`, or half-way when that is nearer.
fn toward(from: (i32, i32), to: (i32, i32), bend: i32) -> (i32, i32) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.abs().max(dy.abs()).max(1);
    let step = bend.min(length / 2);
    (from.0 + dx * step / length, from.1 + dy * step / length)
}

fn corners_only(points: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut out: Vec<(i32, i32)> = Vec::new();
    for &point in points {
        if out.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = out[..] {
            let straight = (a.0 == b.0 && b.0 == point.0) || (a.1 == b.1 && b.1 == point.1);
            if straight {
                out.pop();
            }
        }
        out.push(point);
    }
    out
}

/// XML text. A space after a space is kept by making it a no-break space.
fn escape_into(out: &mut String, text: &str) {
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            ' ' if last == ' ' => out.push('\u{a0}'),
            c => out.push(c),
        }
        last = c;
    }
}
