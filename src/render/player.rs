//! A player in HTML without scripts: the source, and step by step what happened, with back and forth.
//!
//! Where `<style>` is kept (a trusted notebook, an exported page) radio buttons choose the step (`:has`, `:checked`), and the
//! line is marked in the source. Where it is taken away, or not understood, all steps stand in a pane that scrolls, each
//! with its line. On paper the chosen steps (`Shot::key`) stand one below the other.
//! Radio buttons of one page keep apart since each player is a `<form>`; its class is a digest of what it shows.
use super::html::{self, escape, sentence};
use super::scene::Scene;
use super::sheets;
use super::view::{Lang, View};
use sha2::{Digest, Sha256};
use std::fmt::Write;

#[derive(Clone, Debug, Default)]
pub struct Player {
    /// Lines of the program; the first is line 1.
    pub source: Vec<String>,
    pub shots: Vec<Shot>,
    /// Each with its alternative text.
    pub pictures: Vec<(Scene, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Shot {
    pub line: u32,
    pub title: String,
    /// What happened, one line each.
    pub words: Vec<String>,
    /// Output so far.
    pub output: String,
    /// Index into [`Player::pictures`].
    pub picture: usize,
    /// Printed on paper.
    pub key: bool,
    /// What is left out before it.
    pub fold: Option<String>,
    /// The number that its button bears.
    pub number: u64,
}

const MONO: &str = "font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:13px;line-height:1.45";
const BUTTON: &str = "cursor:pointer;border:1px solid #8a929b;border-radius:4px;padding:0 7px;font-size:12px;line-height:20px";

/// The whole output as one `<div>`.
pub fn page(view: &View, player: &Player, lang: Lang) -> String {
    let body = body(player, lang);
    let digest = Sha256::digest(body.as_bytes());
    let class = digest.iter().take(4).fold("step-".to_owned(), |out, b| out + &format!("{b:02x}"));
    let mut out = html::head(view, lang);
    let _ = write!(out, "<style>{}</style><form class=\"{class}\">{body}</form>", sheet(player, &class));
    html::notes(&mut out, view);
    out.push_str("</div>");
    out
}

/// The rules: which step is seen, and which line is marked.
fn sheet(player: &Player, class: &str) -> String {
    let mut out = format!("@supports selector(:has(*)){{@media screen{{.{class} .p{{display:none!important}}.{class} .c{{display:flex!important}}.{class} .v{{max-height:none!important}}");
    for (at, shot) in player.shots.iter().enumerate() {
        let chosen = format!(".{class}:has(input[value=\"{at}\"]:checked)");
        let _ = write!(out, "{chosen} .s{at}{{display:block!important}}{chosen} .b{at}{{background:#d9a40066!important;font-weight:700}}{chosen} .l{}{{background:#d9a40055}}", shot.line);
    }
    let _ = write!(out, "}}}}@media print{{.{class} .p{{display:none!important}}.{class} .k{{display:block!important;break-inside:avoid}}.{class} .v{{max-height:none!important}}.{class} .c{{display:none!important}}}}");
    out
}

fn radio(at: usize, text: &str, checked: bool) -> String {
    let checked = if checked { " checked" } else { "" };
    format!("<label class=\"b{at}\" style=\"{BUTTON}\"><input type=\"radio\" name=\"step\" value=\"{at}\"{checked} style=\"position:absolute;opacity:0;width:1px;height:1px\">{text}</label>")
}

fn body(player: &Player, lang: Lang) -> String {
    let mut out = String::from("<div class=\"c\" style=\"display:none;flex-wrap:wrap;gap:3px;margin:0 0 8px\">");
    for (at, shot) in player.shots.iter().enumerate() {
        if shot.fold.is_some() {
            out.push_str("<span>…</span>");
        }
        out += &radio(at, &shot.number.to_string(), at == 0);
    }
    let _ = write!(out, "</div><div style=\"display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start\"><pre style=\"{MONO};margin:0;padding:6px 0;flex:0 1 auto;max-width:100%;overflow-x:auto;background:none;border:1px solid #8a929b;border-radius:6px\">");
    for (at, text) in player.source.iter().enumerate().skip_while(|(_, l)| l.trim().is_empty()) {
        let _ = write!(out, "<span class=\"l{0}\" style=\"display:block;padding:0 12px 0 4px\">{0:>3}  {1}</span>", at + 1, escape(text));
    }
    out.push_str("</pre><div class=\"v\" style=\"display:flex;flex-direction:column;flex:1 1 420px;min-width:0;max-height:640px;overflow:auto\">");
    let mut at = 0;
    while at < player.shots.len() {
        // Steps with the same picture share it.
        let picture = player.shots[at].picture;
        let end = at + player.shots[at..].iter().take_while(|s| s.picture == picture).count();
        for number in at..end {
            step(&mut out, player, number, lang);
        }
        let classes: String = (at..end).map(|n| format!(" s{n}")).collect();
        let key = if player.shots[at..end].iter().any(|s| s.key) { " k" } else { "" };
        if let Some((scene, alt)) = player.pictures.get(picture).filter(|(scene, _)| scene.width > 0) {
            let _ = write!(out, "<div class=\"p{classes}{key}\" style=\"order:{}\">", 2 * at + 1);
            sheets::images(&mut out, scene, alt);
            out.push_str("</div>");
        }
        at = end;
    }
    out.push_str("</div></div>");
    out
}

fn step(out: &mut String, player: &Player, at: usize, lang: Lang) {
    let shot = &player.shots[at];
    let key = if shot.key { " k" } else { "" };
    // Before the picture that it shares with its neighbours, wherever that stands.
    let order = 2 * player.shots[..at].iter().rposition(|s| s.picture != shot.picture).map_or(0, |n| n + 1);
    let _ = write!(out, "<div class=\"p s{at}{key}\" style=\"order:{order};margin:0 0 6px\">");
    if let Some(fold) = &shot.fold {
        let _ = write!(out, "<div style=\"font-size:12px;font-style:italic\">{}</div>", escape(fold));
    }
    out.push_str("<div class=\"c\" style=\"display:none;gap:6px;margin:0 0 4px\">");
    if at > 0 {
        out.push_str(&radio(at - 1, lang.pick("◂ back", "◂ 上一步"), false).replace(&format!("class=\"b{}\" ", at - 1), ""));
    }
    if at + 1 < player.shots.len() {
        out.push_str(&radio(at + 1, lang.pick("next ▸", "下一步 ▸"), false).replace(&format!("class=\"b{}\" ", at + 1), ""));
    }
    let _ = write!(out, "</div><div style=\"font-size:13px;font-weight:600;break-after:avoid\">{}</div>", sentence(&shot.title));
    for words in &shot.words {
        let _ = write!(out, "<div style=\"{MONO}\">{}</div>", escape(words));
    }
    if !shot.output.is_empty() {
        let lines: Vec<String> = shot.output.trim_end().lines().map(escape).collect();
        let (word, from) = (lang.pick("output", "输出"), lines.len().saturating_sub(12));
        let _ = write!(out, "<pre style=\"{MONO};margin:4px 0;padding:2px 8px;background:none;border-left:3px solid #8a929b\"><span style=\"font-size:11px;opacity:.75\">{word}</span>\n{}{}</pre>", if from > 0 { "…\n" } else { "" }, lines[from..].join("\n"));
    }
    out.push_str("</div>");
}
