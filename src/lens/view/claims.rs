//! The view of `%claims`: the notes' statements with a badge each, and what their checks gave.
use super::kit::sheet::{self, Band, LineRow, Lines};
use crate::render::measure::{fit, pixels, wrap};
use crate::render::scene::{Corners, Paint, Rect, Role, Scene, Size, Stroke, Text};
use crate::render::theme::{MARGIN, RADIUS};
use crate::render::view::{Lang, View};
use crate::snapshot::claims::{Asked, Chapter, Claim, ClaimsSnapshot, Run, Verdict};

const LINE: i32 = 19;
const BADGE: i32 = 122;
/// Cells of text in a line.
const CELLS: usize = 88;

pub fn view(s: &ClaimsSnapshot, lang: Lang) -> View {
    let (scene, outline) = match s.asked {
        Asked::Chapters => {
            let bands = [Band::Lines(chapters(s, lang))];
            (sheet::draw(&bands), sheet::outline(&bands))
        }
        Asked::Chapter => (list(s, lang), s.chapters.iter().flat_map(|c| &c.claims).flat_map(|c| words(c, lang)).collect()),
        Asked::Claim => (one(s, lang), one_words(s, lang)),
    };
    let headline = headline(s, lang);
    let notes = match (s.interrupted, s.asked) {
        (true, _) => vec![lang.pick("Interrupted: the claims without a result were not run.", "已中断：没有结果的断言未运行。").to_owned()],
        (false, Asked::Chapters) => vec![lang.pick("%claims 3 lists a chapter, %claims 3 --run tries it, %claims ID tries one claim and shows its check.", "%claims 3 列出一章，%claims 3 --run 逐条检验，%claims ID 检验一条并显示其检验代码。").to_owned()],
        (false, Asked::Chapter) if !s.ran => vec![lang.pick("%claims ID runs the check of one; --run behind the chapter runs all.", "%claims ID 运行其中一条的检验；章号后加 --run 运行全部。").to_owned()],
        _ => vec![],
    };
    let alt = [headline.clone()].into_iter().chain(outline.iter().take(12).cloned()).collect::<Vec<_>>().join(" ");
    View { lens: "claims", lang, headline, notes, scene, alt, outline, tables: vec![], data: super::data(s) }
}

fn title(chapter: &Chapter, lang: Lang) -> String {
    lang.pick(format!("Chapter {} · {}", chapter.number, chapter.title.0), format!("第 {} 章 · {}", chapter.number, chapter.title.1))
}

/// Holds, corrected, dated; passed, failed.
fn counts<'a>(claims: impl Iterator<Item = &'a Claim>) -> [usize; 5] {
    let mut out = [0; 5];
    for claim in claims {
        out[claim.verdict as usize] += 1;
        if let Some(run) = &claim.run {
            out[if run.error.is_none() { 3 } else { 4 }] += 1;
        }
    }
    out
}

fn headline(s: &ClaimsSnapshot, lang: Lang) -> String {
    let all = || s.chapters.iter().flat_map(|c| &c.claims);
    let [holds, corrected, dated, passed, failed] = counts(all());
    if let (Asked::Claim, Some(claim)) = (s.asked, all().next()) {
        let passed = claim.run.as_ref().is_some_and(|r| r.error.is_none());
        return match (claim.verdict, passed) {
            (_, false) if claim.run.is_none() => lang.pick(format!("`{}`: interrupted.", claim.id), format!("`{}`：已中断。", claim.id)),
            (Verdict::Holds, true) => lang.pick(format!("`{}` holds: its check passed on a fresh machine.", claim.id), format!("`{}` 成立：检验在全新的机器上通过。", claim.id)),
            (_, true) => lang.pick(format!("`{}` does not hold as it stands; the check of its correction passed on a fresh machine.", claim.id), format!("`{}` 照原文不成立；更正后的检验在全新的机器上通过。", claim.id)),
            (_, false) => lang.pick(format!("The check of `{}` failed on a fresh machine.", claim.id), format!("`{}` 的检验在全新的机器上失败。", claim.id)),
        };
    }
    let what = match (s.asked, s.chapters.first()) {
        (Asked::Chapter, Some(chapter)) => lang.pick(format!("{}: ", title(chapter, lang)), format!("{}：", title(chapter, lang))),
        _ => lang.pick(format!("{} chapters: ", s.chapters.len()), format!("{} 章：", s.chapters.len())),
    };
    let total = holds + corrected + dated;
    let verdicts = lang.pick(format!("{total} claims; {holds} hold, {corrected} corrected, {dated} dated"), format!("{total} 条断言；{holds} 条成立，{corrected} 条更正，{dated} 条过时"));
    match s.ran {
        true => lang.pick(format!("{what}{verdicts}. Run on fresh machines: {passed} passed, {failed} failed."), format!("{what}{verdicts}。在全新的机器上运行：{passed} 条通过，{failed} 条失败。")),
        false => lang.pick(format!("{what}{verdicts}."), format!("{what}{verdicts}。")),
    }
}

fn chapters(s: &ClaimsSnapshot, lang: Lang) -> Lines {
    let names = lang.pick(["chapter", "claims", "hold", "corrected", "dated"], ["章", "断言", "成立", "更正", "过时"]);
    let mut columns = names.map(str::to_owned).to_vec();
    if s.ran {
        columns.extend(lang.pick(["passed", "failed"], ["通过", "失败"]).map(str::to_owned));
    }
    columns.push(lang.pick("about", "主题").to_owned());
    let rows = s.chapters.iter().map(|c| {
        let [holds, corrected, dated, passed, failed] = counts(c.claims.iter());
        let mut cells = vec![c.number.to_string()];
        cells.extend([c.claims.len(), holds, corrected, dated].map(|n| n.to_string()));
        if s.ran {
            cells.extend([passed, failed].map(|n| n.to_string()));
        }
        cells.push(lang.pick(&c.title.0, &c.title.1).clone());
        let role = match (s.ran, failed) {
            (true, 0) => Some(Role::Good),
            (true, _) => Some(Role::Bad),
            _ => None,
        };
        LineRow { cells, role }
    });
    Lines { title: lang.pick("The notes' chapters", "笔记各章").to_owned(), columns, rows: rows.collect(), rest: None }
}

fn badge(verdict: Verdict, lang: Lang) -> (&'static str, Role) {
    match verdict {
        Verdict::Holds => (lang.pick("✓ holds", "✓ 成立"), Role::Good),
        Verdict::Corrected => (lang.pick("≠ corrected", "≠ 已更正"), Role::Accent),
        Verdict::Dated => (lang.pick("† dated", "† 已过时"), Role::Instance),
    }
}

fn result(run: &Run, lang: Lang) -> (&'static str, Role) {
    match run.error {
        None => (lang.pick("✓ check passed", "✓ 检验通过"), Role::Good),
        Some(_) => (lang.pick("✗ check failed", "✗ 检验失败"), Role::Bad),
    }
}

/// A claim's lines: text, and how each is set.
fn lines(claim: &Claim, lang: Lang) -> Vec<(String, Paint, Size)> {
    let (own, other) = lang.pick((&claim.says, &claim.zh), (&claim.zh, &claim.says));
    let mut out: Vec<(String, Paint, Size)> = wrap(own, CELLS).into_iter().map(|l| (l, Paint::Ink, Size::Body)).collect();
    out.extend(wrap(other, CELLS + 12).into_iter().map(|l| (l, Paint::Muted, Size::Small)));
    if let Some(truth) = &claim.truth {
        let role = badge(claim.verdict, lang).1;
        out.extend(wrap(&format!("→ {truth}"), CELLS).into_iter().map(|l| (l, Paint::On(role), Size::Body)));
    }
    if let Some(error) = claim.run.as_ref().and_then(|r| r.error.as_ref()) {
        out.extend(wrap(&format!("✗ {error}"), CELLS).into_iter().map(|l| (l, Paint::On(Role::Bad), Size::Body)));
    }
    out
}

fn pill(scene: &mut Scene, y: i32, (text, role): (&str, Role)) {
    scene.shape(Rect::new(MARGIN, y, BADGE, 20), Corners::All(10), Paint::Tint(role), Stroke::thin(Paint::Edge(role)));
    scene.text(Text::new(MARGIN + BADGE / 2, y + 14, text).small().bold().middle().paint(Paint::On(role)));
}

/// Draws one claim from `top` on; gives its right and lower end.
fn draw(scene: &mut Scene, top: i32, claim: &Claim, lang: Lang) -> (i32, i32) {
    let left = MARGIN + BADGE + 16;
    pill(scene, top, badge(claim.verdict, lang));
    if let Some(run) = &claim.run {
        pill(scene, top + 25, result(run, lang));
    }
    scene.text(Text::new(left, top + 13, claim.id.clone()).small().bold().paint(Paint::Muted));
    let mut right = left + pixels(&claim.id, Size::Small);
    let mut y = top + LINE;
    for (text, paint, size) in lines(claim, lang) {
        right = right.max(left + pixels(&text, size));
        let words = Text::new(left, y + 14, text).paint(paint);
        scene.text(if size == Size::Small { words.small() } else { words });
        y += LINE;
    }
    let least = if claim.run.is_some() { 47 } else { 22 };
    (right, y.max(top + least))
}

fn list(s: &ClaimsSnapshot, lang: Lang) -> Scene {
    let mut scene = Scene::default();
    let (mut right, mut y) = (0, MARGIN);
    let mut hairs = Vec::new();
    for (number, claim) in s.chapters.iter().flat_map(|c| &c.claims).enumerate() {
        if number > 0 {
            hairs.push(y + 7);
            y += 16;
        }
        let (end, bottom) = draw(&mut scene, y, claim, lang);
        right = right.max(end);
        y = bottom;
    }
    scene.rules(hairs.into_iter().map(|y| vec![(MARGIN, y), (right, y)]).collect(), Stroke::thin(Paint::Hair));
    super::close(scene, right, y)
}

/// A claim with its check.
fn one(s: &ClaimsSnapshot, lang: Lang) -> Scene {
    let mut scene = Scene::default();
    let Some(claim) = s.chapters.first().and_then(|c| c.claims.first()) else { return scene };
    let (right, bottom) = draw(&mut scene, MARGIN, claim, lang);
    let code: Vec<String> = claim.check.lines().map(|l| fit(l, 130)).collect();
    let widest = code.iter().map(|l| pixels(l, Size::Body)).max().unwrap_or(0);
    let top = bottom + 14;
    let frame = Rect::new(MARGIN, top, widest + 64, 18 * code.len() as i32 + 14);
    scene.shape(frame, Corners::All(RADIUS), Paint::Card, Stroke::thin(Paint::Edge(Role::Idle)));
    let failed = claim.run.as_ref().and_then(|r| r.line);
    for (at, text) in code.into_iter().enumerate() {
        let y = top + 7 + 18 * at as i32;
        if failed == Some(at as u32 + 1) {
            scene.shape(Rect::new(frame.x + 2, y, frame.w - 4, 18), Corners::All(2), Paint::Tint(Role::Bad), None);
        }
        scene.text(Text::new(frame.x + 30, y + 13, (at + 1).to_string()).small().end().paint(Paint::Muted));
        scene.text(Text::new(frame.x + 42, y + 13, text));
    }
    let mut y = frame.bottom();
    let printed = claim.run.iter().flat_map(|r| r.output.lines()).take(20);
    for (at, text) in printed.enumerate() {
        if at == 0 {
            y += 10;
            scene.text(Text::new(MARGIN, y + 13, lang.pick("It printed:", "输出：")).small().paint(Paint::Muted));
        }
        scene.text(Text::new(MARGIN + 90, y + 13, fit(text, 100)));
        y += 18;
    }
    super::close(scene, right.max(frame.right()), y)
}

/// The text form of a claim.
fn words(claim: &Claim, lang: Lang) -> Vec<String> {
    let mut first = format!("[{}]", badge(claim.verdict, lang).0);
    if let Some(run) = &claim.run {
        first += &format!(" [{}]", result(run, lang).0);
    }
    let mut out = vec![format!("{first} {}", claim.id)];
    out.extend(lines(claim, lang).into_iter().map(|(text, ..)| format!("    {text}")));
    out
}

fn one_words(s: &ClaimsSnapshot, lang: Lang) -> Vec<String> {
    let Some(claim) = s.chapters.first().and_then(|c| c.claims.first()) else { return vec![] };
    let mut out = words(claim, lang);
    out.push(String::new());
    let failed = claim.run.as_ref().and_then(|r| r.line);
    out.extend(claim.check.lines().enumerate().map(|(at, l)| format!("{} {:>3}  {l}", if failed == Some(at as u32 + 1) { "->" } else { "  " }, at + 1)));
    let mut printed = claim.run.iter().flat_map(|r| r.output.lines()).peekable();
    if printed.peek().is_some() {
        out.extend([String::new(), lang.pick("It printed:", "输出：").to_owned()]);
        out.extend(printed.map(|l| format!("    {l}")));
    }
    out
}
