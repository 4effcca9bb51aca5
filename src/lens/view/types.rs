//! The view of `%types`: objects at the left, classes as a staircase below `object`, metaclasses as one below `type`.
//!
//! One row holds one class, so that the instance-of lines run level to the right; each class stands further right than
//! the ones above it, so that the subclass-of lines go up without meeting a box.
use super::kit::board::merge;
use super::kit::boxes::{Body, NodeBox, Row};
use super::labels;
use crate::render::measure::{pixels, thousands};
use crate::render::scene::{Head, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::text;
use crate::render::theme::{MARGIN, ROW};
use crate::render::view::{Lang, Table, View};
use crate::snapshot::types::{Relation, TypeNode, TypeRole, TypesSnapshot};
use std::collections::BTreeMap;

/// From one stair to the next.
const STAIR: i32 = 32;
/// Height of a box and of a row of the picture.
const BOX: i32 = 2 * ROW;
const LEVEL: i32 = BOX + 24;
/// Space for the headings above the boxes.
const HEADINGS: i32 = 30;
/// Where lines touch a box, from its top: the subclass lines above, the instance lines below.
const UPPER: i32 = 14;
const LOWER: i32 = 34;

pub fn view(snapshot: &TypesSnapshot, lang: Lang) -> View {
    let notes = match snapshot.hidden {
        0 => Vec::new(),
        n => vec![lang.pick(format!("{} more classes are not shown.", thousands(n)), format!("另有 {} 个类未显示。", thousands(n)))],
    };
    View {
        lens: "types",
        lang,
        headline: headline(snapshot, lang),
        notes,
        scene: Picture::new(snapshot).draw(lang),
        alt: alt(snapshot, lang),
        outline: outline(snapshot, lang),
        tables: vec![table(snapshot, lang)],
        data: super::data(snapshot),
    }
}

fn name(snapshot: &TypesSnapshot, id: u64) -> &str {
    snapshot.nodes.iter().find(|node| node.id == id).map_or("…", |node| node.name.as_str())
}

fn targets(snapshot: &TypesSnapshot, from: u64, relation: Relation) -> Vec<u64> {
    snapshot.edges.iter().filter(|edge| edge.from == from && edge.relation == relation).map(|edge| edge.to).collect()
}

fn headline(snapshot: &TypesSnapshot, lang: Lang) -> String {
    let first = snapshot.nodes.iter().find(|node| node.role == TypeRole::Object).or_else(|| snapshot.nodes.iter().find(|node| !is_root(node)));
    let Some(first) = first else {
        return lang
            .pick("type is an instance of itself and a subclass of object; object is an instance of type.", "type 是自身的实例，也是 object 的子类；object 是 type 的实例。")
            .to_string();
    };
    let mut chain = vec![first.name.clone()];
    let mut at = first.id;
    while let Some(&class) = targets(snapshot, at, Relation::InstanceOf).first()
        && class != at
        && chain.len() < 6
    {
        chain.push(name(snapshot, class).to_string());
        at = class;
    }
    let en: Vec<String> = chain.windows(2).map(|pair| format!("{} is an instance of {}", pair[0], pair[1])).collect();
    let zh: Vec<String> = chain.windows(2).map(|pair| format!("{} 是 {} 的实例", pair[0], pair[1])).collect();
    lang.pick(format!("{}; every class goes back to object.", en.join(", ")), format!("{}；所有的类最终都是 object 的子类。", zh.join("，")))
}

fn is_root(node: &TypeNode) -> bool {
    node.name == "type" || node.name == "object"
}

/// Where everything stands.
struct Picture<'a> {
    snapshot: &'a TypesSnapshot,
    rects: BTreeMap<u64, Rect>,
    /// The middle of the channel at the left of the metaclasses, and of the one at their right.
    bus: i32,
    loop_x: i32,
    left_of_classes: i32,
    right: i32,
}

impl<'a> Picture<'a> {
    fn new(snapshot: &'a TypesSnapshot) -> Picture<'a> {
        let mut picture = Picture { snapshot, rects: BTreeMap::new(), bus: 0, loop_x: 0, left_of_classes: 0, right: 0 };
        picture.place();
        picture
    }

    fn of(&self, role: TypeRole) -> Vec<&'a TypeNode> {
        self.snapshot.nodes.iter().filter(|node| node.role == role).collect()
    }

    /// Classes with every base above its subclasses, roots first, otherwise in the snapshot's order.
    fn ordered(&self, role: TypeRole) -> Vec<&'a TypeNode> {
        let mut waiting = self.of(role);
        let inside: Vec<u64> = waiting.iter().map(|node| node.id).collect();
        let mut done: Vec<u64> = Vec::new();
        let mut out = Vec::new();
        while !waiting.is_empty() {
            let ready = |node: &&TypeNode| {
                targets(self.snapshot, node.id, Relation::SubclassOf).iter().all(|base| !inside.contains(base) || done.contains(base))
            };
            // A class whose bases are not all here cannot hold up the rest.
            let next = waiting.iter().position(ready).unwrap_or(0);
            let node = waiting.remove(next);
            done.push(node.id);
            out.push(node);
        }
        out
    }

    fn place(&mut self) {
        let (objects, classes, metas) = (self.of(TypeRole::Object), self.ordered(TypeRole::Class), self.ordered(TypeRole::Metaclass));
        let width = |node: &TypeNode| node_box(node).size().0;
        let objects_width = objects.iter().map(|node| width(node)).max().unwrap_or(0);
        let top = MARGIN + HEADINGS;
        self.left_of_classes = MARGIN + if objects.is_empty() { 0 } else { objects_width + 56 };
        let mut right = self.left_of_classes;
        let mut level = 0;
        for (stair, class) in classes.iter().enumerate() {
            let instances: Vec<&&TypeNode> = objects.iter().filter(|object| targets(self.snapshot, object.id, Relation::InstanceOf).contains(&class.id)).collect();
            let rect = Rect::new(self.left_of_classes + STAIR * stair as i32, top + LEVEL * level, width(class), BOX);
            right = right.max(rect.right());
            self.rects.insert(class.id, rect);
            for (row, object) in instances.iter().enumerate() {
                let y = top + LEVEL * (level + row as i32);
                self.rects.insert(object.id, Rect::new(MARGIN, y, objects_width, BOX));
            }
            level += instances.len().max(1) as i32;
        }
        self.place_metas(&metas, right, top);
        for object in objects.iter().filter(|object| !self.rects.contains_key(&object.id)).collect::<Vec<_>>() {
            self.rects.insert(object.id, Rect::new(MARGIN, top + LEVEL * level, objects_width, BOX));
            level += 1;
        }
    }

    /// A metaclass stands in the row of the first class that it makes, or below the one before.
    fn place_metas(&mut self, metas: &[&TypeNode], classes_right: i32, top: i32) {
        self.bus = classes_right + 92;
        let mut y = top;
        self.right = self.bus;
        for (stair, meta) in metas.iter().enumerate() {
            let made = self.snapshot.edges.iter().filter(|edge| edge.to == meta.id && edge.relation == Relation::InstanceOf);
            let first = made.filter_map(|edge| self.rects.get(&edge.from)).map(|rect| rect.y).min();
            if stair > 0 {
                y = first.unwrap_or(y).max(y);
            }
            let rect = Rect::new(self.bus + 40 + STAIR * stair as i32, y, node_box(meta).size().0, BOX);
            self.right = self.right.max(rect.right());
            self.rects.insert(meta.id, rect);
            y += LEVEL;
        }
        self.loop_x = self.right + 26;
    }

    fn draw(&self, lang: Lang) -> Scene {
        let mut scene = Scene::default();
        for (relation, stroke, head) in [(Relation::SubclassOf, solid(), Head::Hollow), (Relation::InstanceOf, dashed(), Head::Arrow)] {
            // Lines that end in one point are one net.
            let mut nets: BTreeMap<(i32, i32), Vec<Vec<(i32, i32)>>> = BTreeMap::new();
            for edge in self.snapshot.edges.iter().filter(|edge| edge.relation == relation) {
                let points = match relation {
                    Relation::SubclassOf => self.subclass(edge.from, edge.to),
                    Relation::InstanceOf => self.instance(edge.from, edge.to),
                };
                if let Some(points) = points
                    && let Some(&end) = points.last()
                {
                    nets.entry(end).or_default().push(points);
                }
            }
            for paths in nets.into_values() {
                scene.wires(merge(paths), stroke, head, true);
            }
        }
        for node in &self.snapshot.nodes {
            if let Some(rect) = self.rects.get(&node.id) {
                node_box(node).draw(&mut scene, rect.x, rect.y, rect.w);
            }
        }
        self.headings(&mut scene, lang);
        let lowest = self.rects.values().map(|rect| rect.bottom()).max().unwrap_or(MARGIN);
        let right = self.legend(&mut scene, lowest + 24, lang).max(self.loop_x + 6);
        super::close(scene, right, lowest + 40)
    }

    fn role(&self, id: u64) -> Option<TypeRole> {
        self.snapshot.nodes.iter().find(|node| node.id == id).map(|node| node.role)
    }

    /// Left from the subclass, then up to the base; `type` to `object` straight to the left.
    fn subclass(&self, from_id: u64, to_id: u64) -> Option<Vec<(i32, i32)>> {
        let (from, to) = (*self.rects.get(&from_id)?, *self.rects.get(&to_id)?);
        if to.bottom() > from.y {
            return Some(vec![(from.x, from.y + UPPER), (to.right(), to.y + UPPER)]);
        }
        // The further base takes the lower line, which passes below the nearer base's.
        let bases = targets(self.snapshot, from_id, Relation::SubclassOf);
        let rank = bases.iter().filter_map(|base| self.rects.get(base)).filter(|rect| rect.x > to.x).count() as i32;
        let (x, y) = (to.x + STAIR / 2 - 2, from.y + 8 + 6 * rank.min(5));
        Some(vec![(from.x, y), (x, y), (x, to.bottom())])
    }

    /// To the right, through the channel of that class's instances.
    fn instance(&self, from_id: u64, to_id: u64) -> Option<Vec<(i32, i32)>> {
        let (from, to) = (*self.rects.get(&from_id)?, *self.rects.get(&to_id)?);
        let (y, entry) = (from.y + LOWER, to.y + LOWER);
        if from_id == to_id {
            let (x, over) = (self.loop_x, to.y - 12);
            return Some(vec![(to.right(), y), (x, y), (x, over), (to.mid_x() + 8, over), (to.mid_x() + 8, to.y)]);
        }
        Some(match self.role(from_id)? {
            TypeRole::Object => {
                let x = self.left_of_classes - 30;
                vec![(from.right(), y), (x, y), (x, entry), (to.x, entry)]
            }
            TypeRole::Class => {
                let x = self.bus + 10 * self.lane(to_id);
                vec![(from.right(), y), (x, y), (x, entry), (to.x, entry)]
            }
            TypeRole::Metaclass => {
                let x = self.right + 14;
                vec![(from.right(), y), (x, y), (x, entry - 10), (to.right(), entry - 10)]
            }
        })
    }

    /// Each metaclass has a lane of its own, as far as there is room: the upper ones further left.
    fn lane(&self, meta: u64) -> i32 {
        let metas = self.ordered(TypeRole::Metaclass);
        metas.iter().position(|node| node.id == meta).unwrap_or(0).min(2) as i32
    }

    fn headings(&self, scene: &mut Scene, lang: Lang) {
        let y = MARGIN + 10;
        let mut heading = |x: i32, label: labels::Label| scene.text(Text::new(x, y, label.get(lang)).small().bold().paint(Paint::Muted));
        if self.snapshot.nodes.iter().any(|node| node.role == TypeRole::Object) {
            heading(MARGIN, labels::OBJECTS);
        }
        heading(self.left_of_classes, labels::CLASSES);
        heading(self.bus + 40, labels::METACLASSES);
    }

    /// What the two kinds of line mean; returns the right edge.
    fn legend(&self, scene: &mut Scene, y: i32, lang: Lang) -> i32 {
        let mut x = MARGIN;
        for (stroke, head, label) in [(dashed(), Head::Arrow, labels::INSTANCE_OF), (solid(), Head::Hollow, labels::SUBCLASS_OF)] {
            scene.arrow(vec![(x, y), (x + 44, y)], stroke, head);
            scene.text(Text::new(x + 54, y + 4, label.get(lang)).small().paint(Paint::Muted));
            x += 54 + pixels(label.get(lang), Size::Small) + 28;
        }
        x - 28
    }
}

/// A subclass line.
fn solid() -> Stroke {
    Stroke::new(Paint::Line)
}

/// An instance line.
fn dashed() -> Stroke {
    Stroke::new(Paint::Edge(Role::Metaclass)).dashed()
}

fn node_box(node: &TypeNode) -> NodeBox {
    let role = match node.role {
        TypeRole::Object => Role::Instance,
        TypeRole::Class => Role::Class,
        TypeRole::Metaclass => Role::Metaclass,
    };
    let rows = vec![Row::text("", node.detail.clone())];
    NodeBox { role, title: node.name.clone(), tag: String::new(), body: Body::Rows(rows), tab: None, tab_role: role, strong: false }
}

fn role_word(role: TypeRole, lang: Lang) -> &'static str {
    match role {
        TypeRole::Object => labels::OBJECT.get(lang),
        TypeRole::Class => labels::CLASS.get(lang),
        TypeRole::Metaclass => lang.pick("metaclass", "元类"),
    }
}

fn names(snapshot: &TypesSnapshot, ids: &[u64]) -> String {
    ids.iter().map(|id| name(snapshot, *id)).collect::<Vec<_>>().join(", ")
}

fn relation_cells(snapshot: &TypesSnapshot, node: &TypeNode) -> [String; 2] {
    [Relation::InstanceOf, Relation::SubclassOf].map(|relation| names(snapshot, &targets(snapshot, node.id, relation)))
}

fn outline(snapshot: &TypesSnapshot, lang: Lang) -> Vec<String> {
    let header = [labels::NAME, labels::ROLE, labels::INSTANCE_OF, labels::SUBCLASS_OF].map(|label| label.get(lang).to_string());
    let mut rows = vec![header.to_vec()];
    for node in &snapshot.nodes {
        let [instance, subclass] = relation_cells(snapshot, node);
        let or_dash = |text: String| if text.is_empty() { "-".to_string() } else { text };
        rows.push(vec![node.name.clone(), role_word(node.role, lang).to_string(), or_dash(instance), or_dash(subclass)]);
    }
    text::columns(&rows)
}

fn table(snapshot: &TypesSnapshot, lang: Lang) -> Table {
    let columns = [labels::NAME, labels::ROLE, labels::INSTANCE_OF, labels::SUBCLASS_OF, labels::DETAIL, labels::IDENTITY].map(|label| label.get(lang));
    let mut table = Table::new("", &columns).numbers(&[5]).html_only();
    for node in &snapshot.nodes {
        let [instance, subclass] = relation_cells(snapshot, node);
        let role = role_word(node.role, lang).to_string();
        table.rows.push(vec![node.name.clone(), role, instance, subclass, node.detail.clone(), node.id.to_string()]);
    }
    table
}

fn alt(snapshot: &TypesSnapshot, lang: Lang) -> String {
    let relation = |node: &TypeNode| {
        let [instance, subclass] = relation_cells(snapshot, node);
        let is = format!("{} {} {instance}", node.name, labels::INSTANCE_OF.get(lang));
        if subclass.is_empty() { is } else { format!("{is}, {} {subclass}", labels::SUBCLASS_OF.get(lang)) }
    };
    let all: Vec<String> = snapshot.nodes.iter().map(relation).collect();
    format!("{} {}.", headline(snapshot, lang), all.join("; "))
}
