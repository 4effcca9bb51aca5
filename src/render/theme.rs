//! The theme: both palettes, the fonts and the sizes. Every colour of every picture comes from here.
//!
//! Ink on tint, ink on card and muted text keep a contrast of 4.5 (WCAG 2 AA), edges and lines of 3; a test holds that.
use super::scene::{Paint, Role, Size};

/// Screen palettes. Paper, PNG and PDF use `Light`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Light,
    Dark,
}

/// Fonts for everything but wide characters.
pub const FONT: &str = "'DejaVu Sans Mono',Menlo,Consolas,monospace";
/// Fonts for wide characters.
pub const FONT_WIDE: &str = "'Noto Sans Mono CJK SC','Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Zen Hei',sans-serif";

/// Font size in tenths of a pixel.
pub fn font_tenths(size: Size) -> i32 {
    match size {
        Size::Small => 110,
        Size::Body => 130,
        Size::Head => 150,
    }
}

/// Corner radius of boxes.
pub const RADIUS: i32 = 6;
/// Space between the picture's edge and its content.
pub const MARGIN: i32 = 16;
/// Space between a box's border and its text.
pub const PAD: i32 = 10;
/// Height of a box's header and of each of its rows. Boxes start at multiples of [`GRID`].
pub const ROW: i32 = 24;
/// The grid of all vertical positions; lines leave and enter boxes at different fractions of it, so that they never run into each other.
pub const GRID: i32 = 12;
/// From a row's top to its baseline.
pub const BASELINE: i32 = 16;

/// A role's three colours.
struct Trio {
    tint: &'static str,
    edge: &'static str,
    on: &'static str,
}

/// The colour of a paint, as `#rrggbb` or `#rgb`.
pub fn colour(paint: Paint, mode: Mode) -> &'static str {
    let light = mode == Mode::Light;
    let pick = |a, b| if light { a } else { b };
    match paint {
        Paint::Canvas => pick("#fff", "#14171c"),
        Paint::Card => pick("#fff", "#1b1f26"),
        Paint::Ink => pick("#1b2128", "#e6eaf0"),
        Paint::Muted => pick("#5a6570", "#9faab6"),
        Paint::Line => pick("#4b5763", "#a9b4c0"),
        Paint::Hair => pick("#dfe3e8", "#323945"),
        Paint::Tint(role) => trio(role, light).tint,
        Paint::Edge(role) => trio(role, light).edge,
        Paint::On(role) => trio(role, light).on,
    }
}

fn trio(role: Role, light: bool) -> Trio {
    let (tint, edge, on) = if light { light_trio(role) } else { dark_trio(role) };
    Trio { tint, edge, on }
}

fn light_trio(role: Role) -> (&'static str, &'static str, &'static str) {
    match role {
        Role::Scalar => ("#eef1f4", "#76828f", "#38424d"),
        Role::Sequence => ("#e2eefc", "#3b7fd1", "#0b4a92"),
        Role::Mapping => ("#efe7fb", "#8f66cf", "#56289b"),
        Role::Set => ("#dcf3f0", "#2c8c81", "#09544c"),
        Role::Instance => ("#fdeeda", "#b9731c", "#753d00"),
        Role::Class => ("#e4f3e1", "#4a9145", "#1f5a1b"),
        Role::Metaclass => ("#e3e6fa", "#6370c9", "#333f9c"),
        Role::Function => ("#fbe7ef", "#c2557f", "#86204f"),
        Role::Other => ("#ededed", "#828282", "#404040"),
        Role::Note => ("#fff4be", "#a58a1c", "#4a3d00"),
        Role::Good => ("#e0f4e4", "#2f8a4b", "#12552a"),
        Role::Bad => ("#fce8e6", "#cc5247", "#8c1c13"),
        Role::Idle => ("#f4f5f7", "#87919c", "#5a6570"),
        Role::Accent => ("#fde6f3", "#b3246f", "#94135a"),
    }
}

fn dark_trio(role: Role) -> (&'static str, &'static str, &'static str) {
    match role {
        Role::Scalar => ("#2a313a", "#7d8996", "#d5dce4"),
        Role::Sequence => ("#17304f", "#4b8fdf", "#a9d0ff"),
        Role::Mapping => ("#33234f", "#9a75da", "#d8c3ff"),
        Role::Set => ("#0f3a36", "#37a194", "#9be3d9"),
        Role::Instance => ("#46300f", "#c98a35", "#ffd79c"),
        Role::Class => ("#1f3a1d", "#58a552", "#b4e3ae"),
        Role::Metaclass => ("#262c55", "#7682de", "#c3caff"),
        Role::Function => ("#4a1c32", "#d06a92", "#ffbfd6"),
        Role::Other => ("#303030", "#8c8c8c", "#dcdcdc"),
        Role::Note => ("#4a4010", "#c0a437", "#fbe791"),
        Role::Good => ("#163a22", "#3ea45f", "#a5e6b9"),
        Role::Bad => ("#4b1d19", "#e0685c", "#ffbeb7"),
        Role::Idle => ("#22272e", "#75808c", "#9faab6"),
        Role::Accent => ("#4a1535", "#e863a8", "#ffb3d9"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 14] = [
        Role::Scalar,
        Role::Sequence,
        Role::Mapping,
        Role::Set,
        Role::Instance,
        Role::Class,
        Role::Metaclass,
        Role::Function,
        Role::Other,
        Role::Note,
        Role::Good,
        Role::Bad,
        Role::Idle,
        Role::Accent,
    ];

    /// Relative luminance, WCAG 2.
    fn luminance(hex: &str) -> f64 {
        let hex = if hex.len() == 4 { "#ffffff" } else { hex };
        let part = |i: usize| {
            let v = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn both_palettes_meet_aa() {
        for mode in [Mode::Light, Mode::Dark] {
            let check = |fg: Paint, bg: Paint, least: f64| {
                let got = contrast(colour(fg, mode), colour(bg, mode));
                assert!(got >= least, "{mode:?}: {fg:?} on {bg:?} is {got:.2}, less than {least}");
            };
            for ground in [Paint::Canvas, Paint::Card] {
                check(Paint::Ink, ground, 7.0);
                check(Paint::Muted, ground, 4.5);
                check(Paint::Line, ground, 3.0);
                for role in ROLES {
                    check(Paint::On(role), ground, 4.5);
                    check(Paint::Edge(role), ground, 3.0);
                }
            }
            for role in ROLES {
                check(Paint::On(role), Paint::Tint(role), 4.5);
                check(Paint::Ink, Paint::Tint(role), 4.5);
            }
        }
    }
}
