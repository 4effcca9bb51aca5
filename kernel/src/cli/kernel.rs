//! `pellucid kernel -f CONNECTION_FILE`: what Jupyter starts.
use super::args::{Common, absolute, text_of, value};
use super::{failed, wrong};
use crate::connection::Connection;
use crate::history::place;
use crate::server;
use pellucid::face::SessionOptions;
use std::process::ExitCode;

pub fn main(mut args: &[String]) -> ExitCode {
    let (mut common, mut file, mut history) = (Common::default(), None, None);
    while let Some(first) = args.first() {
        let taken = match first.split('=').next().unwrap_or_default() {
            "-f" => value(&mut args).map(|v| file = Some(v)).map(|()| true),
            "--history" => value(&mut args).map(|v| history = Some(v)).map(|()| true),
            _ => common.take(&mut args),
        };
        match taken {
            Ok(true) => {}
            Ok(false) => return wrong(&format!("kernel does not take {first:?}")),
            Err(why) => return wrong(&why),
        }
    }
    let Some(file) = file else { return wrong("kernel needs -f CONNECTION_FILE") };
    match Connection::read(&file).and_then(|c| server::serve(&c, options(common), place(history.as_deref()))) {
        Ok(()) => {
            // Without waiting for the session's thread: a cell may still be running in it.
            std::process::exit(0)
        }
        Err(why) => failed(&why),
    }
}

/// A notebook's program sees the host's folders that were mounted at `install` and no others. If the notebook's folder
/// is in one of them, it starts there.
fn options(common: Common) -> SessionOptions {
    let Common { mounts, seed } = common;
    let here = text_of(&absolute(".")).unwrap_or_default();
    let visible = mounts.iter().any(|m| std::path::Path::new(&here).starts_with(&m.path));
    SessionOptions {
        argv: vec![String::new()],
        path: vec![String::new()],
        cwd: if visible { here } else { String::new() },
        mounts,
        seed,
        options: vec![],
    }
}
