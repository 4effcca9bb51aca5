//! The view of `%%step`: the player's shots, the table of the text form, and the strip that is printed.
use super::heap::{Places, view_in};
use super::heap_picture::stacked;
use super::labels;
use crate::render::measure::{fit, thousands};
use crate::render::player::{Player, Shot, page};
use crate::render::scene::Scene;
use crate::render::text::columns;
use crate::render::view::{Lang, View};
use crate::snapshot::step::{End, Step, StepsSnapshot};
use std::collections::BTreeMap;

/// The most that the HTML may have, in bytes.
const BYTES: usize = 190_000;
/// Steps of a player.
const MOST: usize = 120;
/// Steps of the printed strip.
const STRIP: usize = 6;

/// The view and its HTML, which is no page as others are. `looks`: steps that were looked at, at most.
pub fn view(s: &StepsSnapshot, looks: u64, lang: Lang) -> (View, String) {
    let mut wanted: Vec<Option<u64>> = vec![None; s.steps.len()];
    let mut made = None;
    for (keep, most) in [(u64::MAX, MOST), (3, MOST), (2, MOST), (1, MOST), (1, 60), (1, 30), (1, 15), (1, 8)] {
        wanted = chosen(s, keep, most);
        let html_of = attempt(s, &wanted, looks, lang);
        let fits = html_of.1.len() <= BYTES && wanted.iter().flatten().count() <= MOST;
        // Loops are folded before steps are cut off.
        let cut = keep > 1 && wanted.iter().flatten().count() == most;
        made = Some(html_of);
        if fits && !cut {
            break;
        }
    }
    made.unwrap_or_else(|| attempt(s, &wanted, looks, lang))
}

/// By step: None if it is left out, or how many were left out just before it. `keep`: turns of a loop that stay at each end.
fn chosen(s: &StepsSnapshot, keep: u64, most: usize) -> Vec<Option<u64>> {
    let mut last: BTreeMap<u32, u64> = BTreeMap::new();
    for (number, turn) in s.steps.iter().flat_map(|step| &step.loops) {
        let known = last.entry(*number).or_default();
        *known = (*known).max(*turn);
    }
    let middle = |(number, turn): &(u32, u64)| *turn >= keep && *turn < last[number].saturating_sub(keep.min(1_000_000));
    let stays: Vec<bool> = s.steps.iter().map(|step| matches!(step.end, End::Raises(..)) || !step.loops.iter().any(middle)).collect();
    let count = stays.iter().filter(|b| **b).count();
    let (head, tail) = if count > most { (most * 2 / 3, most - most * 2 / 3) } else { (count, 0) };
    let (mut nth, mut left) = (0, 0);
    let mut out = Vec::new();
    for stay in stays {
        let inside = stay && (nth < head || nth >= count - tail);
        nth += usize::from(stay);
        out.push(inside.then_some(left));
        left = if inside { 0 } else { left + 1 };
    }
    out
}

fn attempt(s: &StepsSnapshot, wanted: &[Option<u64>], looks: u64, lang: Lang) -> (View, String) {
    let (mut player, mut rows) = (Player { source: s.source.clone(), ..Player::default() }, vec![lang.pick(["step", "line", "source", "what happened", "output"], ["步", "行", "源代码", "发生了什么", "输出"]).map(str::to_owned).to_vec()]);
    rows.push(rows[0].iter().map(|c| "-".repeat(crate::render::measure::cells(c))).collect());
    let (mut places, mut pictures, mut output) = (Places::default(), BTreeMap::new(), String::new());
    for (step, want) in s.steps.iter().zip(wanted) {
        output += &step.printed;
        let Some(folded) = want else { continue };
        let fold = (*folded > 0).then(|| lang.pick(format!("… {} steps left out", thousands(*folded)), format!("… 略去 {} 步", thousands(*folded))));
        if let Some(fold) = &fold {
            rows.push(vec![String::new(), String::new(), fold.clone()]);
        }
        let picture = *pictures.entry(step.state).or_insert_with(|| {
            let view = view_in(&s.states[step.state], lang, &mut places);
            player.pictures.push((view.scene, view.alt));
            player.pictures.len() - 1
        });
        let source = s.source.get(step.line as usize - 1).map(|l| l.trim()).unwrap_or_default();
        let words = words(step, lang);
        rows.push(vec![step.number.to_string(), step.line.to_string(), format!("{}{}", "  ".repeat(step.depth as usize), fit(source, 60)), words.join("; "), fit(step.printed.trim_end(), 40)]);
        player.shots.push(Shot { line: step.line, title: title(step, source, s.total, lang), words, output: output.clone(), picture, key: false, fold, number: step.number });
    }
    let keys = strip(&mut player);
    let headline = headline(s, lang);
    let mut notes = Vec::new();
    if s.total > looks {
        notes.push(lang.pick(format!("The run had {} steps; the first {} were looked at, the others only counted; the last one shows the end.", thousands(s.total), thousands(looks)), format!("运行共 {} 步；只观察了前 {} 步，其余仅计数；最后一步显示结束时的状态。", thousands(s.total), thousands(looks))));
    }
    let left: usize = wanted.iter().filter(|w| w.is_none()).count();
    if left > 0 {
        notes.push(lang.pick(format!("{} steps are left out (turns in the middle of loops first); --from N --to N shows any of them, --only NAME those of a function.", thousands(left as u64)), format!("略去了 {} 步（先略去循环中间的轮次）；--from N --to N 可查看任意一段，--only NAME 只看某个函数。", thousands(left as u64))));
    }
    let alt = player.shots.iter().take(30).map(|shot| shot.title.replace('`', "")).collect::<Vec<_>>().join("; ");
    let outline = if player.shots.is_empty() { vec![] } else { columns(&rows) };
    let view = View { lens: "step", lang, headline, notes, scene: keys, alt, outline, tables: vec![], data: super::data(&StepsSnapshot { steps: s.steps.iter().zip(wanted).filter(|(_, w)| w.is_some()).map(|(step, _)| step.clone()).collect(), ..s.clone_head() }) };
    let html = page(&view, &player, lang);
    (view, html)
}

fn title(step: &Step, source: &str, total: u64, lang: Lang) -> String {
    let place = match &step.thread {
        Some(thread) => lang.pick(format!("{}, thread {thread}", step.function), format!("{}，线程 {thread}", step.function)),
        None => step.function.clone(),
    };
    let code = fit(&source.replace('`', "'"), 80);
    lang.pick(format!("Step {} of {} · line {} in {place}: `{code}`", thousands(step.number), thousands(total), step.line), format!("第 {} 步，共 {} 步 · {place} 第 {} 行：`{code}`", thousands(step.number), thousands(total), step.line))
}

/// What a step did, one sentence or sign each.
fn words(step: &Step, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    if let Some((text, value)) = &step.expression {
        out.push(format!("{text}  ⇒  {value}"));
    }
    if step.resumes {
        out.push(lang.pick(format!("resumes {}", step.function), format!("恢复 {}", step.function)));
    } else if step.enters {
        out.push(lang.pick(format!("enters {}", step.function), format!("进入 {}", step.function)));
    }
    out.extend(step.changes.iter().cloned());
    match &step.end {
        End::Next => {}
        End::Returns(value) => out.push(lang.pick(format!("returns {value}"), format!("返回 {value}"))),
        End::Yields(value) => out.push(lang.pick(format!("yields {value}"), format!("产出 {value}"))),
        End::Raises(text, unwound) => {
            out.push(lang.pick(format!("✗ raises {text}"), format!("✗ 抛出 {text}")));
            if !unwound.is_empty() {
                let names = labels::and(unwound, lang);
                out.push(lang.pick(format!("ends the frame of {names}"), format!("结束 {names} 的帧")));
            }
        }
    }
    out
}

fn headline(s: &StepsSnapshot, lang: Lang) -> String {
    let deepest = s.steps.iter().map(|step| step.depth).max().unwrap_or(0) + 1;
    let raised = s.steps.iter().rev().find_map(|step| match &step.end {
        End::Raises(text, _) => Some((step.number, text.clone())),
        _ => None,
    });
    let steps = lang.pick(format!("{} step{}", thousands(s.total), if s.total == 1 { "" } else { "s" }), format!("{} 步", thousands(s.total)));
    let deep = if deepest > 1 { lang.pick(format!(", {deepest} frames deep"), format!("，最深 {deepest} 帧")) } else { String::new() };
    let tail = match raised {
        Some((number, text)) => lang.pick(format!("; step {number} raises {text}"), format!("；第 {number} 步抛出 {text}")),
        None => String::new(),
    };
    lang.pick(format!("{steps}{deep}{tail}."), format!("{steps}{deep}{tail}。"))
}

/// Chooses the steps that are printed, spread over the run, with raises and the end; their pictures one below the other.
fn strip(player: &mut Player) -> Scene {
    let count = player.shots.len();
    let mut keys: Vec<usize> = (0..STRIP.min(count)).map(|n| n * count.saturating_sub(1) / (STRIP.min(count) - 1).max(1)).collect();
    keys.extend(player.shots.iter().position(|s| s.words.iter().any(|w| w.starts_with('✗'))));
    keys.sort_unstable();
    keys.dedup();
    keys.iter().for_each(|at| player.shots[*at].key = true);
    let shown: Vec<(String, Scene)> = keys.iter().map(|at| {
        let shot = &player.shots[*at];
        (fit(&format!("{}  {}", shot.title.replace('`', ""), shot.words.join("; ")), 110), player.pictures[shot.picture].0.clone())
    }).collect();
    let parts: Vec<(&str, Scene)> = shown.iter().map(|(title, scene)| (title.as_str(), scene.clone())).collect();
    let mut scene = stacked(&parts);
    let widest = shown.iter().map(|(title, _)| crate::render::measure::pixels(title, crate::render::scene::Size::Body)).max().unwrap_or(0);
    if scene.height > 0 {
        scene.width = scene.width.max(widest + 2 * crate::render::theme::MARGIN);
    }
    scene
}
