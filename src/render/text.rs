//! View → plain text for a terminal: complete, aligned by East-Asian width, no box drawing, no colour.
use super::measure;
use super::view::{Align, Column, Table, View};

/// Headline, outline, tables, notes. Ends without a line break, as a repr does.
pub fn page(view: &View) -> String {
    let mut lines = vec![view.headline.clone()];
    if !view.outline.is_empty() {
        lines.push(String::new());
        lines.extend(view.outline.iter().cloned());
    }
    for each in view.tables.iter().filter(|table| table.in_text) {
        lines.push(String::new());
        lines.extend(table(each));
    }
    if !view.notes.is_empty() {
        lines.push(String::new());
        lines.extend(view.notes.iter().cloned());
    }
    let lines: Vec<String> = lines.iter().map(|line| measure::one_line(line).trim_end().to_string()).collect();
    lines.join("\n")
}

/// Rows set in columns two cells apart; the last column is not padded.
pub fn columns(rows: &[Vec<String>]) -> Vec<String> {
    aligned(rows, &[])
}

/// A table as aligned lines: title, headings, a rule, rows.
pub fn table(table: &Table) -> Vec<String> {
    let header: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let mut rows = vec![header];
    rows.extend(table.rows.iter().cloned());
    let widths = widths(&rows);
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect();
    rows.insert(1, rule);
    let mut lines = Vec::new();
    if !table.title.is_empty() {
        lines.push(table.title.clone());
    }
    lines.extend(aligned(&rows, &table.columns));
    lines
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |index: usize| rows.iter().filter_map(|row| row.get(index)).map(|cell| measure::cells(&measure::one_line(cell))).max();
    (0..count).map(|index| width(index).unwrap_or(0)).collect()
}

fn aligned(rows: &[Vec<String>], columns: &[Column]) -> Vec<String> {
    let widths = widths(rows);
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (index, cell) in row.iter().enumerate() {
                let cell = measure::one_line(cell);
                let gap = " ".repeat(widths[index].saturating_sub(measure::cells(&cell)));
                let right = columns.get(index).is_some_and(|column| column.align == Align::Right);
                line.push_str(if index > 0 { "  " } else { "" });
                line.push_str(&if right { format!("{gap}{cell}") } else { format!("{cell}{gap}") });
            }
            line.trim_end().to_string()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_ascii_cells_line_up() {
        let rows = vec![vec!["名字".to_string(), "x".to_string()], vec!["ab".to_string(), "y".to_string()]];
        assert_eq!(columns(&rows), vec!["名字  x", "ab    y"]);
    }
}
