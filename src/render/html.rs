//! View → HTML that JupyterLab shows in a notebook that is not trusted: the picture as images, all style inline.
//!
//! Left out: `<style>`, scripts, inline SVG; the sanitizer takes them away. Lab's own table style stripes rows and aligns
//! to the right, so each cell sets what matters.
use super::sheets;
use super::view::{Align, Lang, Table, View};
use std::fmt::Write;

/// An output's beginning: its language, and the sentence above the picture, with which it stays on paper.
pub(super) fn head(view: &View, lang: Lang) -> String {
    let mut out = format!("<div lang=\"{}\" style=\"margin:4px 0 8px;line-height:1.5\">", lang.tag());
    let _ = write!(out, "<p style=\"margin:0 0 8px;font-size:15px;font-weight:600;break-after:avoid;break-inside:avoid\">{}</p>", sentence(&view.headline));
    out
}

/// The sentences below the picture.
pub(super) fn notes(out: &mut String, view: &View) {
    for note in &view.notes {
        let _ = write!(out, "<p style=\"margin:6px 0 0;font-size:13px;font-style:italic\">{}</p>", escape(note));
    }
}

/// The whole output as one `<div>`.
pub fn page(view: &View, lang: Lang) -> String {
    let mut out = head(view, lang);
    if view.scene.width > 0 {
        sheets::images(&mut out, &view.scene, &view.alt);
    }
    notes(&mut out, view);
    if !view.tables.is_empty() {
        let summary = lang.pick("Details", "详情");
        let _ = write!(out, "<details style=\"margin-top:6px;font-size:13px\"><summary style=\"cursor:pointer\">{summary}</summary>");
        for each in &view.tables {
            table(&mut out, each);
        }
        out.push_str("</details>");
    }
    out.push_str("</div>");
    out
}

/// A long table is set as text, a tenth of the size.
const LONG: usize = 24;

fn table(out: &mut String, table: &Table) {
    if table.rows.len() > LONG {
        let lines = super::text::table(table).iter().map(|line| escape(line)).collect::<Vec<_>>().join("\n");
        let _ = write!(out, "<pre style=\"margin:8px 0;font-size:12px;line-height:1.4;background:none;overflow-x:auto\">{lines}</pre>");
        return;
    }
    const TABLE: &str = "border-collapse:collapse;border:0;margin:8px 0;font-size:13px;table-layout:auto";
    let _ = write!(out, "<table style=\"{TABLE}\">");
    if !table.title.is_empty() {
        let style = "text-align:left;font-weight:600;padding:2px 0;caption-side:top";
        let _ = write!(out, "<caption style=\"{style}\">{}</caption>", escape(&table.title));
    }
    out.push_str("<thead><tr style=\"background:none\">");
    for column in &table.columns {
        let style = "padding:2px 16px 2px 0;font-weight:600;vertical-align:top;border:0;border-bottom:1px solid #8a929b";
        let _ = write!(out, "<th style=\"text-align:{};{style}\">{}</th>", side(column.align), escape(&column.name));
    }
    out.push_str("</tr></thead><tbody>");
    for row in &table.rows {
        out.push_str("<tr style=\"background:none\">");
        for (cell, column) in row.iter().zip(&table.columns) {
            let _ = write!(out, "<td style=\"text-align:{};padding:2px 16px 2px 0\">{}</td>", side(column.align), escape(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
}

fn side(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Right => "right",
    }
}

/// A sentence whose `names` in backquotes are set as code.
pub(super) fn sentence(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in escape(text).split('`').enumerate() {
        match index % 2 {
            0 => out.push_str(part),
            _ => {
                let _ = write!(out, "<code style=\"font-size:inherit;background:none;color:inherit;padding:0\">{part}</code>");
            }
        }
    }
    out
}

/// Text or attribute value; control characters are made visible.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::measure::one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
