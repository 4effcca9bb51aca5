//! `display_data`, `update_display_data`, `clear_output`.
use super::Content;
use pellucid::face::{Bundle, Display};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct DisplayData<'a> {
    data: &'a Bundle,
    metadata: &'a Bundle,
    transient: &'a Bundle,
}

impl Content for DisplayData<'_> {
    const TYPE: &'static str = "display_data";
}

impl<'a> From<&'a Display> for DisplayData<'a> {
    fn from(d: &'a Display) -> Self {
        let Display { data, metadata, transient } = d;
        DisplayData { data, metadata, transient }
    }
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct UpdateDisplayData<'a>(pub DisplayData<'a>);

impl Content for UpdateDisplayData<'_> {
    const TYPE: &'static str = "update_display_data";
}

#[derive(Debug, Serialize)]
pub struct ClearOutput {
    pub wait: bool,
}

impl Content for ClearOutput {
    const TYPE: &'static str = "clear_output";
}
