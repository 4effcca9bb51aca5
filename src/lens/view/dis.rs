//! The view of `%dis`: bytecode beside the source, with the stack's depth and the places where the GIL can switch.
use super::kit::sheet::{self, Band, LineRow, Lines};
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::memory::DisSnapshot;

pub fn view(snapshot: &DisSnapshot, lang: Lang) -> View {
    let bands = vec![Band::Lines(lines(snapshot, lang))];
    let headline = headline(snapshot, lang);
    let outline = sheet::outline(&bands);
    let note = lang.pick("⇄: CPython can give the GIL to another thread here (function starts, calls, backward jumps).", "⇄：CPython 可在此处把 GIL 交给别的线程（函数开始、调用、向后跳转）。");
    View { lens: "dis", lang, alt: headline.clone(), headline, notes: vec![note.to_owned()], scene: sheet::draw(&bands), outline, tables: vec![], data: super::data(snapshot) }
}

fn headline(s: &DisSnapshot, lang: Lang) -> String {
    let all: Vec<_> = s.lines.iter().flat_map(|l| &l.instructions).collect();
    let switches = all.iter().filter(|i| i.switch).count();
    let count = all.len() as u64 + s.more;
    lang.pick(
        format!("`{}`: {} instructions; lines: {}. Its stack holds at most {}, and the GIL can switch at {switches} of the instructions.", s.name, thousands(count), lines_of(s), s.stacksize),
        format!("`{}` 有 {} 条指令，{} 行；栈最多 {} 个值，GIL 可在其中 {switches} 处切换。", s.name, thousands(count), lines_of(s), s.stacksize),
    )
}

fn lines_of(s: &DisSnapshot) -> usize {
    let mut lines: Vec<u32> = s.lines.iter().filter_map(|l| l.line).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.len()
}

fn lines(s: &DisSnapshot, lang: Lang) -> Lines {
    let mut rows = Vec::new();
    for line in &s.lines {
        for (n, i) in line.instructions.iter().enumerate() {
            let number = if n == 0 { line.line.map_or("--".to_owned(), |l| l.to_string()) } else { String::new() };
            let effect = if i.effect == 0 { "0".to_owned() } else { format!("{:+}", i.effect).replace('-', "−") };
            let source = if n == 0 { line.source.trim_start().to_owned() } else { String::new() };
            let cells = vec![number, source, i.offset.to_string(), i.name.clone(), i.arg.clone(), effect, if i.switch { "⇄".to_owned() } else { String::new() }];
            rows.push(LineRow { cells, role: i.switch.then_some(Role::Note) });
        }
    }
    let columns = [("line", "行"), ("source", "源代码"), ("offset", "偏移"), ("instruction", "指令"), ("argument", "参数"), ("stack", "栈"), ("", "")];
    let rest = (s.more > 0).then(|| lang.pick(format!("… {} more instructions", thousands(s.more)), format!("… 另有 {} 条指令", thousands(s.more))));
    Lines { title: lang.pick(format!("Bytecode of {}", s.name), format!("{} 的字节码", s.name)), columns: columns.map(|(en, zh)| lang.pick(en, zh).to_owned()).to_vec(), rows, rest }
}
