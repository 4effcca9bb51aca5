//! The renderer kit and the first six views: every form of every sample, and what a picture must never do.
mod samples;

use pellucid::lens::view::heap::{self, Places};
use pellucid::render::scene::{Item, Paint, Rect, Scene};
use pellucid::render::{self, Figures, Lang, View, measure};
use pellucid::snapshot::heap::{HeapFrame, HeapName, HeapObject, HeapSlot, HeapSnapshot, HeapValue, SlotKey};
use pellucid::snapshot::{Kind, Refcount};

fn each(mut check: impl FnMut(&str, &View)) {
    for lang in [Lang::En, Lang::Zh] {
        for (name, view) in samples::all(lang) {
            check(&format!("{name} ({})", lang.tag()), &view);
        }
    }
}

#[cfg(feature = "figures")]
#[test]
fn every_view_has_every_form() {
    each(|name, view| {
        // Painting a large picture takes a second in a debug build.
        let small = view.scene.height < 700;
        let bundle = render::bundle(view, &Figures { png: small, pdf: true, lang: view.lang });
        let kinds: Vec<&str> = bundle.keys().map(String::as_str).filter(|kind| *kind != "image/png").collect();
        assert_eq!(kinds, ["application/pdf", JSON_TYPE, "text/html", "text/plain"], "{name}");
        assert_eq!(bundle.contains_key("image/png"), small, "{name}");
        assert!(!view.alt.is_empty() && !view.headline.is_empty(), "{name} has words");
        assert!(view.scene.width <= 1440, "{name} is {} wide", view.scene.width);
    });
}

#[test]
fn the_same_view_gives_the_same_bytes() {
    for ((name, one), (_, two)) in samples::all(Lang::Zh).into_iter().zip(samples::all(Lang::Zh)) {
        let opts = Figures { png: one.scene.height < 300, pdf: true, lang: Lang::Zh };
        assert_eq!(render::bundle(&one, &opts), render::bundle(&two, &opts), "{name}");
    }
}

#[test]
fn forty_objects_stay_under_forty_kilobytes_of_html() {
    each(|name, view| {
        let html = render::html::page(view, view.lang);
        assert!(html.len() < 40_000, "{name}: {} bytes", html.len());
    });
}

#[test]
fn html_survives_an_untrusted_notebook() {
    each(|name, view| {
        let html = render::html::page(view, view.lang);
        for banned in ["<style", "<script", "<svg", " class=", "onclick"] {
            assert!(!html.contains(banned), "{name} has {banned}");
        }
        assert!(html.contains("<img alt=\"") && html.contains("data:image/svg+xml;base64,"), "{name}");
    });
}

#[test]
fn the_picture_is_opaque_and_knows_dark() {
    each(|name, view| {
        let svg = render::to_svg(view);
        assert!(svg.contains("prefers-color-scheme:dark"), "{name}");
        assert!(svg.contains("<rect class=\"a\" x=\"-1\" y=\"-1\""), "{name} has a ground");
    });
}

/// No text element mixes wide characters with others.
#[test]
fn one_text_element_per_script_run() {
    each(|name, view| {
        let svg = render::to_svg(view);
        for piece in svg.split("<text ").skip(1) {
            let text = piece.split_once('>').and_then(|(_, rest)| rest.split_once("</text>")).map_or("", |(text, _)| text);
            assert_eq!(measure::runs(text).len(), 1, "{name}: {text}");
        }
    });
}

#[test]
fn the_text_form_has_no_box_drawing() {
    each(|name, view| {
        let text = render::text::page(view);
        assert!(!text.chars().any(|c| ('\u{2500}'..='\u{259f}').contains(&c)), "{name}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{name} has trailing spaces");
    });
}

#[test]
fn the_words_of_the_heap() {
    let text = |snapshot| render::text::page(&heap::view(&snapshot, Lang::En));
    assert!(text(samples::heaps::alias()).starts_with("`a`, `b` and `append_to.items` are 3 names for one object, list #1."));
    assert!(text(samples::heaps::cycle()).starts_with("Node #1 and Node #2 form a reference cycle; list #3 refers to itself."));
    assert!(text(samples::heaps::forty()).ends_with("Showing 40 of 1,200 objects."));
}

#[test]
fn objects_keep_their_place() {
    let mut places = Places::default();
    let mut snapshot = samples::heaps::cycle();
    heap::view_in(&snapshot, Lang::En, &mut places);
    let before = places.clone();
    let mut new = snapshot.objects[3].clone();
    new.id += 0x3000;
    new.tag = 50;
    snapshot.frames[0].names.insert(0, HeapName { name: "new".into(), value: HeapValue::Ref(new.id) });
    snapshot.objects.insert(0, new);
    heap::view_in(&snapshot, Lang::En, &mut places);
    for (id, place) in &before.0 {
        assert_eq!(places.0.get(id).map(|(column, _)| *column), Some(place.0), "object {id:#x} keeps its column");
    }
    assert_eq!(places.0.len(), before.0.len() + 1);
}

/// The boxes of a scene: what has a card's inside.
fn cards(scene: &Scene) -> Vec<Rect> {
    let card = |item: &Item| match item {
        Item::Shape(shape) if shape.fill == Some(Paint::Card) => Some(shape.rect),
        _ => None,
    };
    scene.items.iter().filter_map(card).collect()
}

type Segment = ((i32, i32), (i32, i32));

/// The segments of each wire, as `Board` draws them.
fn wires(scene: &Scene) -> Vec<Vec<Segment>> {
    let wire = |item: &Item| match item {
        Item::Line(line) if line.head != render::scene::Head::None => {
            Some(line.paths.iter().flat_map(|path| path.windows(2).map(|pair| (pair[0], pair[1]))).collect())
        }
        _ => None,
    };
    scene.items.iter().filter_map(wire).collect()
}

fn runs_through(segment: &Segment, rect: &Rect) -> bool {
    let ((ax, ay), (bx, by)) = *segment;
    let overlap = |a: i32, b: i32, low: i32, high: i32| a.min(b) < high && a.max(b) > low;
    overlap(ax, bx, rect.x, rect.right()) && overlap(ay, by, rect.y, rect.bottom())
}

/// Two wires share a piece of more than a bend's length.
fn run_together(a: &Segment, b: &Segment) -> bool {
    let shared = |a0: i32, a1: i32, b0: i32, b1: i32| a0.max(a1).min(b0.max(b1)) - a0.min(a1).max(b0.min(b1));
    let upright = a.0.0 == a.1.0 && b.0.0 == b.1.0 && a.0.0 == b.0.0;
    let level = a.0.1 == a.1.1 && b.0.1 == b.1.1 && a.0.1 == b.0.1;
    (upright && shared(a.0.1, a.1.1, b.0.1, b.1.1) > 4) || (level && shared(a.0.0, a.1.0, b.0.0, b.1.0) > 4)
}

fn check_wires(name: &str, scene: &Scene) {
    let (cards, wires) = (cards(scene), wires(scene));
    for segment in wires.iter().flatten() {
        assert!(!cards.iter().any(|card| runs_through(segment, card)), "{name}: a wire runs through a box at {segment:?}");
    }
    for (index, one) in wires.iter().enumerate() {
        for other in &wires[index + 1..] {
            let together = one.iter().flat_map(|a| other.iter().map(move |b| (a, b))).find(|(a, b)| run_together(a, b));
            assert!(together.is_none(), "{name}: two wires read as one at {together:?}");
        }
    }
}

#[test]
fn wires_meet_no_box_and_no_other_wire() {
    for (name, view) in samples::all(Lang::En).into_iter().filter(|(name, _)| name.starts_with("heap") || name.starts_with("object")) {
        check_wires(name, &view.scene);
    }
}

/// A heap made from a number: same number, same heap.
fn made(seed: u64) -> HeapSnapshot {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let count = 2 + next(18);
    let mut objects = Vec::new();
    for id in 0..count {
        let slots = (0..next(5)).map(|index| HeapSlot { key: SlotKey::Index(index), value: HeapValue::Ref(next(count)) }).collect();
        let kind = if next(2) == 0 { Kind::List } else { Kind::Instance };
        objects.push(HeapObject {
            id,
            tag: id as u32,
            type_name: "list".into(),
            kind,
            value: None,
            refcount: Refcount::Counted(1),
            size: 56,
            len: None,
            slots,
            more_slots: 0,
        });
    }
    let names = (0..1 + next(5)).map(|n| HeapName { name: format!("n{n}"), value: HeapValue::Ref(next(count)) }).collect();
    HeapSnapshot { frames: vec![HeapFrame { title: "<module>".into(), line: None, names }], objects, total_objects: count }
}

#[test]
fn wires_of_three_hundred_made_heaps() {
    for seed in 0..300 {
        check_wires(&format!("made({seed})"), &heap::view(&made(seed), Lang::En).scene);
    }
}

/// `render/` reads the view model, `snapshot/` nothing, and only `raster.rs` knows the figure crates.
#[test]
fn layers() {
    let root = env!("CARGO_MANIFEST_DIR");
    let files = |folder: &str| -> Vec<(String, String)> {
        let mut open = vec![std::path::PathBuf::from(root).join("src").join(folder)];
        let mut out = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|ext| ext == "rs") {
                    out.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        out
    };
    let imports = |text: &str| -> Vec<String> {
        text.split("crate::").skip(1).map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
    };
    for (folder, allowed) in [("snapshot", &["snapshot"][..]), ("render", &["render", "face"]), ("lens/view", &["render", "snapshot", "lens"])] {
        for (path, text) in files(folder) {
            for import in imports(&text) {
                assert!(allowed.contains(&import.as_str()), "{path} imports crate::{import}");
            }
            let figures = ["resvg::", "usvg::", "krilla::"].iter().any(|name| text.contains(name));
            assert!(!figures || path.ends_with("raster.rs"), "{path} knows a figure crate");
            assert!(text.starts_with("//! "), "{path} does not say what lives there");
        }
    }
}
