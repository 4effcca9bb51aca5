//! The view of `%layout`: the blocks of an object's memory, cell by cell.
use super::kit::sheet::{self, Band, Grid, Look, Square};
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, Table, View};
use crate::snapshot::layout::{Block, Cell, CellState, Fact, LayoutSnapshot, Part};

pub fn view(snapshot: &LayoutSnapshot, lang: Lang) -> View {
    let bands: Vec<Band> = snapshot.blocks.iter().map(|b| Band::Grid(grid(b, lang))).collect();
    let outline = sheet::outline(&bands);
    let facts: Vec<String> = snapshot.facts.iter().map(|f| fact(f, lang)).collect();
    let headline = headline(snapshot, lang);
    View {
        lens: "layout",
        lang,
        alt: format!("{headline} {}", facts.join(" ")),
        headline,
        notes: facts,
        scene: sheet::draw(&bands),
        outline,
        tables: vec![blocks(snapshot, lang)],
        data: super::data(snapshot),
    }
}

fn headline(s: &LayoutSnapshot, lang: Lang) -> String {
    let size = thousands(s.size);
    let room = match (s.used, s.room) {
        (Some(used), Some(room)) => lang.pick(format!(": {} used of room for {}", thousands(used), thousands(room)), format!("：已用 {}，容量 {}", thousands(used), thousands(room))),
        (Some(used), None) => lang.pick(format!(": {} in use", thousands(used)), format!("：已用 {}", thousands(used))),
        _ => String::new(),
    };
    lang.pick(format!("`{}`, of type {}, takes {size} bytes{room}.", s.expr, s.type_name), format!("`{}`（类型 {}）占 {size} 字节{room}。", s.expr, s.type_name))
}

fn part(p: Part, lang: Lang) -> &'static str {
    let (en, zh) = match p {
        Part::GcHeader => ("in front: the collector's header", "前置：回收器头"),
        Part::InFront => ("in front: pointers of an instance", "前置：实例指针"),
        Part::Header => ("the object's own fields", "对象自身的字段"),
        Part::Items => ("pointers to items", "元素指针"),
        Part::KeysHeader => ("the table: its header", "表：头部"),
        Part::Index => ("the table: index slots (a slot leads to an entry)", "表：索引槽（指向条目）"),
        Part::Entries => ("the table: entries in order of insertion", "表：按插入顺序的条目"),
        Part::SetTable => ("the table: a hash and a key in each slot", "表：每槽一个哈希和一个键"),
        Part::Characters => ("characters, and the zero at the end", "字符，末尾为 0"),
        Part::Bytes => ("bytes", "字节"),
        Part::Digits => ("digits of 30 bits, the least first", "30 位一节，低位在前"),
        Part::Slots => ("values of __slots__", "__slots__ 的值"),
        Part::InlineValues => ("attribute values, inline (not counted by getsizeof)", "内联属性值（getsizeof 不计）"),
        Part::SharedValues => ("places for values; the keys are kept by the class", "值的位置；键由类保存"),
        Part::PackedItems => ("items side by side, packed", "紧密排列的元素"),
        Part::DequeBlock => ("blocks of 64 items, linked both ways", "64 项一块，双向链接"),
        Part::Rest => ("other fields of the type", "类型的其他字段"),
    };
    lang.pick(en, zh)
}

fn look(part: Part, state: CellState) -> Look {
    match state {
        CellState::Header => Look::Header,
        CellState::Free => Look::Free,
        CellState::Dummy => Look::Dummy,
        CellState::Step(n) => Look::Step(n),
        CellState::Last(n) => Look::Last(n),
        CellState::Used => Look::Used(match part {
            Part::Index | Part::Entries | Part::KeysHeader | Part::SharedValues => Role::Mapping,
            Part::SetTable => Role::Set,
            Part::Slots | Part::InlineValues => Role::Instance,
            Part::Characters | Part::Bytes | Part::Digits | Part::PackedItems => Role::Scalar,
            _ => Role::Sequence,
        }),
    }
}

/// Cells of a table as squares.
pub(super) fn squares(part: Part, cells: &[Cell]) -> Vec<Square> {
    cells.iter().map(|c| Square::new(c.over.clone(), c.text.clone(), look(part, c.state))).collect()
}

fn grid(b: &Block, lang: Lang) -> Grid {
    let bytes = lang.pick("bytes", "字节");
    let each = if b.count > 0 && b.bytes.is_multiple_of(b.count) { b.bytes / b.count } else { 0 };
    let sum = match (b.count, each) {
        (0 | 1, _) | (_, 0) => format!("{} {bytes}", thousands(b.bytes)),
        (n, e) => format!("{} × {e} = {} {bytes}", thousands(n), thousands(b.bytes)),
    };
    let left = b.count.saturating_sub(b.cells.len() as u64);
    let rest = (left > 0).then(|| lang.pick(format!("… {} more of {}", thousands(left), thousands(b.count)), format!("… 另有 {} 个，共 {} 个", thousands(left), thousands(b.count))));
    Grid { title: format!("{}: {sum}", part(b.part, lang)), cells: squares(b.part, &b.cells), rest: if b.cells.is_empty() { None } else { rest } }
}

fn fact(f: &Fact, lang: Lang) -> String {
    match f {
        Fact::GrowsTo { room } => lang.pick(format!("It is full: the next append moves it to room for {}.", thousands(*room)), format!("已满：下一次 append 会扩到容量 {}。", thousands(*room))),
        Fact::GrowsAfter { more: 0 } => lang.pick("The table is full: the next new key rebuilds it.".to_owned(), "表已满：下一个新键会触发重建。".to_owned()),
        Fact::GrowsAfter { more } => lang.pick(format!("The table is rebuilt after {} more new keys.", thousands(*more)), format!("再加入 {} 个新键后重建表。", thousands(*more))),
        Fact::CharWidth { bytes } => lang.pick(
            format!("The widest character decides: {bytes} byte{} for each one.", if *bytes == 1 { "" } else { "s" }),
            format!("由最宽的字符决定：每个字符 {bytes} 字节。"),
        ),
        Fact::DigitSum { text } => lang.pick(format!("Absolute value = {text}."), format!("绝对值 = {text}。")),
        Fact::StrKeys => lang.pick("All keys are str: an entry is a key and a value (16 bytes).", "键全是 str：条目为键和值（16 字节）。").to_owned(),
        Fact::MixedKeys => lang.pick("Not all keys are str: an entry holds the hash too (24 bytes).", "键不全是 str：条目还含哈希（24 字节）。").to_owned(),
        Fact::SharedKeys { names } => lang.pick(format!("Attribute names are kept once, by the class, for all instances: {names}."), format!("{names} 个属性名由类保存一份，实例共享。")),
        Fact::HasDict => lang.pick("Instances of this class have a __dict__: any attribute can be added.", "该类的实例有 __dict__：可以添加任意属性。").to_owned(),
        Fact::NoDict => lang.pick("Instances of this class have no __dict__: only what __slots__ names.", "该类的实例没有 __dict__：只有 __slots__ 列出的属性。").to_owned(),
    }
}

fn blocks(s: &LayoutSnapshot, lang: Lang) -> Table {
    let mut table = Table::new("", &[lang.pick("block", "块"), lang.pick("cells", "格"), lang.pick("bytes", "字节")]).numbers(&[1, 2]).html_only();
    for b in &s.blocks {
        table.rows.push(vec![part(b.part, lang).to_owned(), thousands(b.count), thousands(b.bytes)]);
    }
    table.rows.push(vec!["sys.getsizeof".to_owned(), String::new(), thousands(s.size)]);
    table
}
