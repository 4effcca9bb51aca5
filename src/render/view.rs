//! The view model: what a lens wants shown, as plain data. The renderer reads nothing else.
use super::scene::Scene;

/// The language of labels and sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lang {
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// The one of two texts that is in this language.
    pub fn pick<T>(self, en: T, zh: T) -> T {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// The BCP 47 tag, for HTML's `lang`.
    pub fn tag(self) -> &'static str {
        self.pick("en", "zh-CN")
    }
}

/// One output: everything that HTML, text, JSON, PNG and PDF are made from.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The command's name without `%`.
    pub lens: &'static str,
    pub lang: Lang,
    /// One sentence that says what is seen.
    pub headline: String,
    /// What must be said beside the picture: limits, exceptions.
    pub notes: Vec<String>,
    pub scene: Scene,
    /// The picture in words, for those who don't see it.
    pub alt: String,
    /// The picture's content as lines of the text form, aligned already (see [`super::text::columns`]).
    pub outline: Vec<String>,
    /// Folded away in HTML; printed below the outline in the text form if `in_text`.
    pub tables: Vec<Table>,
    /// The snapshot itself, for the JSON form.
    pub data: serde_json::Value,
}

/// A table of the details.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    /// False when the outline says the same already.
    pub in_text: bool,
}

/// A column's heading and how its cells are set.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub align: Align,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Left,
    /// Numbers.
    Right,
}

impl Table {
    /// A table with left-aligned columns, and no rows yet.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Table {
        let columns = columns.iter().map(|name| Column { name: name.to_string(), align: Align::Left }).collect();
        Table { title: title.into(), columns, rows: Vec::new(), in_text: true }
    }

    /// Aligns the columns with these indices as numbers.
    pub fn numbers(mut self, columns: &[usize]) -> Table {
        for &index in columns {
            self.columns[index].align = Align::Right;
        }
        self
    }

    /// The same table, left out of the text form.
    pub fn html_only(mut self) -> Table {
        self.in_text = false;
        self
    }
}
