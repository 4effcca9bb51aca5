//! Writes every sample picture in all forms into a folder: `cargo run --example gallery -- FOLDER`.
//!
//! `en.html` and `zh.html` show them one below the other as a notebook would.
#[path = "../tests/samples/mod.rs"]
mod samples;

use pellucid::render::{self, Figures, Lang};
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    fs::create_dir_all(&folder)?;
    for lang in [Lang::En, Lang::Zh] {
        let word = lang.pick("en", "zh");
        let mut page = String::from(
            "<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><style>body{font-family:system-ui,sans-serif;max-width:1000px;margin:24px auto}details{}</style>",
        );
        for (name, view) in samples::all(lang) {
            let bundle = render::bundle(&view, &Figures { lang, ..Figures::default() });
            let html = bundle["text/html"].as_str().unwrap_or_default();
            let json = bundle[render::JSON_TYPE].to_string();
            println!("{word} {name}: html {} B, svg {} B, json {} B", html.len(), render::to_svg(&view).len(), json.len());
            page.push_str(&format!("{html}<hr style=\"margin:24px 0;border:0\">"));
            fs::write(folder.join(format!("{name}-{word}.svg")), render::to_svg(&view))?;
            fs::write(folder.join(format!("{name}-{word}.txt")), bundle["text/plain"].as_str().unwrap_or_default())?;
            fs::write(folder.join(format!("{name}-{word}.png")), render::to_png(&view)?)?;
            fs::write(folder.join(format!("{name}-{word}.pdf")), render::to_pdf(&view)?)?;
        }
        fs::write(folder.join(format!("{word}.html")), page)?;
    }
    Ok(())
}
