//! Options that several commands share: `--mount`, `--seed`.
use pellucid::face::Mount;
use std::path::{Path, PathBuf};

/// The options in front of a command's own arguments.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Common {
    pub mounts: Vec<Mount>,
    pub seed: u64,
}

impl Common {
    /// Takes one shared option and its value from the front of `args`; false when another argument is there.
    /// `--mount=PATH` and `--mount PATH` are the same.
    pub fn take(&mut self, args: &mut &[String]) -> Result<bool, String> {
        let Some(first) = args.first() else { return Ok(false) };
        let name = first.split('=').next().unwrap_or_default();
        if !matches!(name, "--mount" | "--seed") {
            return Ok(false);
        }
        let value = value(args)?;
        match name {
            "--mount" => self.mounts.push(mount(&value)?),
            _ => self.seed = value.parse().map_err(|_| format!("--seed needs a number, not {value:?}"))?,
        }
        Ok(true)
    }
}

/// Takes an option and gives its value.
pub fn value(args: &mut &[String]) -> Result<String, String> {
    let rest: &[String] = args;
    let (option, rest) = rest.split_first().ok_or("an option is missing")?;
    *args = rest;
    if let Some((_, value)) = option.split_once('=') {
        return Ok(value.to_owned());
    }
    let (value, rest) = rest.split_first().ok_or_else(|| format!("{option} needs a value"))?;
    *args = rest;
    Ok(value.clone())
}

/// `PATH`, `PATH:ro` or `PATH:rw`; the folder must exist.
pub fn mount(text: &str) -> Result<Mount, String> {
    let (path, writable) = match text.rsplit_once(':') {
        Some((path, "rw")) => (path, true),
        Some((path, "ro")) => (path, false),
        _ => (text, false),
    };
    let path = absolute(path);
    if !path.is_dir() {
        return Err(format!("--mount {text}: {} is not a folder", path.display()));
    }
    Ok(Mount { path: text_of(&path)?, writable })
}

/// Absolute by its text: symlinks stay as the user wrote them, so that the program sees the same path.
pub fn absolute(path: &str) -> PathBuf {
    let base = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    crate::host_fs::normalise(&base.join(Path::new(path)))
}

/// A path as text; the machine's paths are UTF-8.
pub fn text_of(path: &Path) -> Result<String, String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("{} is not valid UTF-8", path.display()))
}

/// Adds a read-only mount unless a mount shows that path already (a folder inside a writable one stays writable).
pub fn show(mounts: &mut Vec<Mount>, path: String) {
    if !mounts.iter().any(|m| Path::new(&path).starts_with(&m.path) && m.path != "/") {
        mounts.push(Mount { path, writable: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_what_follows() {
        let typed: Vec<String> =
            ["--mount", "/:rw", "--mount=/tmp", "--seed", "7", "f.py", "--mount"].map(str::to_owned).to_vec();
        let (mut common, mut args) = (Common::default(), &typed[..]);
        while common.take(&mut args).unwrap() {}
        assert_eq!(args, ["f.py", "--mount"]);
        assert_eq!(common.seed, 7);
        assert_eq!(common.mounts[0], Mount { path: "/".into(), writable: true });
        assert_eq!(common.mounts[1], Mount { path: "/tmp".into(), writable: false });
        assert!(mount("/no/such/folder").is_err());
        let lonely = ["--seed".to_owned()];
        assert!(common.take(&mut &lonely[..]).is_err());
    }
}
