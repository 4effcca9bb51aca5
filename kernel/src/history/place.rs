//! Where the history is kept: a file per user, or nowhere.
use std::ffi::OsString;
use std::path::PathBuf;

/// Where the history goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// For as long as the kernel runs.
    #[default]
    Nothing,
    File(PathBuf),
}

/// What `--history` said, else `PELLUCID_HISTORY`, else the user's file: in `$XDG_STATE_HOME/pellucid` or
/// `~/.local/state/pellucid`, on macOS in `~/Library/Application Support/pellucid`.
pub fn place(option: Option<&str>) -> Keep {
    place_in(option, |name| std::env::var_os(name).filter(|v| !v.is_empty()))
}

fn place_in(option: Option<&str>, variable: impl Fn(&str) -> Option<OsString>) -> Keep {
    if let Some(said) = option.map(OsString::from).or_else(|| variable("PELLUCID_HISTORY")) {
        return if said == "none" { Keep::Nothing } else { Keep::File(said.into()) };
    }
    let home = variable("HOME").map(PathBuf::from);
    let folder = match (cfg!(target_os = "macos"), variable("XDG_STATE_HOME")) {
        (false, Some(state)) => Some(PathBuf::from(state)),
        (false, None) => home.map(|h| h.join(".local/state")),
        (true, _) => home.map(|h| h.join("Library/Application Support")),
    };
    folder.map_or(Keep::Nothing, |f| Keep::File(f.join("pellucid/history.sqlite")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_the_variable_the_users_file() {
        let with = |names: &'static [(&str, &str)], option| {
            place_in(option, |n| names.iter().find(|(name, _)| *name == n).map(|(_, v)| v.into()))
        };
        assert_eq!(with(&[("HOME", "/h")], Some("none")), Keep::Nothing);
        assert_eq!(with(&[("PELLUCID_HISTORY", "none")], Some("/f")), Keep::File("/f".into()));
        assert_eq!(with(&[("PELLUCID_HISTORY", "none"), ("HOME", "/h")], None), Keep::Nothing);
        assert_eq!(with(&[], None), Keep::Nothing);
        if cfg!(target_os = "linux") {
            assert_eq!(with(&[("HOME", "/h")], None), Keep::File("/h/.local/state/pellucid/history.sqlite".into()));
            assert_eq!(with(&[("HOME", "/h"), ("XDG_STATE_HOME", "/s")], None), Keep::File("/s/pellucid/history.sqlite".into()));
        }
    }
}
