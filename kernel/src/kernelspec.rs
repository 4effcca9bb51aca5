//! The kernelspec: the folder by which Jupyter knows this kernel (`kernel.json` and three logos).
use pellucid::face::Mount;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

const LOGO_SVG: &[u8] = include_bytes!("../assets/logo-svg.svg");
const LOGO_32: &[u8] = include_bytes!("../assets/logo-32x32.png");
const LOGO_64: &[u8] = include_bytes!("../assets/logo-64x64.png");

/// Whose Jupyter gets the kernel.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// The user's, in every environment.
    User,
    /// The active Python environment's only.
    SysPrefix,
    Prefix(PathBuf),
}

/// Jupyter's rule for names of kernels, and one of ours: nbclient takes names that start with `python` for IPython's
/// and adds an option to the command that only IPython knows.
pub fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(format!("{name:?} is no name for a kernel: letters, digits, '-', '.' and '_' only"));
    }
    if name.to_ascii_lowercase().starts_with("python") {
        return Err(format!("{name:?} begins with \"python\"; nbclient would take the kernel for IPython's"));
    }
    Ok(())
}

/// Writes the kernelspec, over an earlier one of that name, and returns its folder. The command in it is the absolute
/// path of this executable: a bare name fails where the environment's `bin` is not on PATH.
pub fn install(place: &Place, name: &str, mounts: &[Mount], history: Option<&str>) -> Result<PathBuf, String> {
    let exe = std::env::current_exe().and_then(|e| e.canonicalize());
    let exe = exe.map_err(|e| format!("cannot find this executable's own path: {e}"))?;
    let exe = exe.to_str().ok_or_else(|| format!("{} is not valid UTF-8", exe.display()))?;
    let folder = data_dir(place)?.join("kernels").join(name);
    let spec = serde_json::to_vec_pretty(&spec(exe, name, mounts, history)).map_err(|e| e.to_string())?;
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let files = [
        ("kernel.json", &spec[..]),
        ("logo-svg.svg", LOGO_SVG),
        ("logo-32x32.png", LOGO_32),
        ("logo-64x64.png", LOGO_64),
    ];
    for (file, bytes) in files {
        let file = folder.join(file);
        std::fs::write(&file, bytes).map_err(|e| format!("cannot write {}: {e}", file.display()))?;
    }
    Ok(folder)
}

/// `kernel.json` (Jupyter client: "Kernel specs").
fn spec(exe: &str, name: &str, mounts: &[Mount], history: Option<&str>) -> serde_json::Value {
    let mut argv = vec![exe.to_owned(), "kernel".into(), "-f".into(), "{connection_file}".into()];
    for m in mounts {
        argv.extend(["--mount".into(), format!("{}:{}", m.path, if m.writable { "rw" } else { "ro" })]);
    }
    if let Some(history) = history {
        argv.extend(["--history".into(), history.to_owned()]);
    }
    let called = if name == "pellucid" { String::new() } else { format!(" [{name}]") };
    json!({
        "argv": argv,
        "display_name": format!("Pellucid (Python 3.14){called}"),
        "language": "python",
        "interrupt_mode": "message",
        "metadata": {"debugger": false},
    })
}

/// Jupyter's data folder of that place.
fn data_dir(place: &Place) -> Result<PathBuf, String> {
    match place {
        Place::Prefix(prefix) => Ok(prefix.join("share/jupyter")),
        Place::SysPrefix => Ok(sys_prefix()?.join("share/jupyter")),
        Place::User => {
            if let Some(dir) = non_empty("JUPYTER_DATA_DIR") {
                return Ok(dir);
            }
            let home = non_empty("HOME").ok_or("HOME is not set; use --prefix PATH")?;
            if cfg!(target_os = "macos") {
                return Ok(home.join("Library/Jupyter"));
            }
            Ok(non_empty("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share")).join("jupyter"))
        }
    }
}

fn non_empty(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|v| !v.is_empty()).map(PathBuf::from)
}

/// `sys.prefix` of the active environment, or of the first `python3` on PATH.
fn sys_prefix() -> Result<PathBuf, String> {
    if let Some(active) = non_empty("VIRTUAL_ENV").or_else(|| non_empty("CONDA_PREFIX")) {
        return Ok(active);
    }
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.prefix)"]).output();
    let asked = asked.map_err(|e| format!("--sys-prefix: cannot ask python3: {e}; use --prefix PATH"))?;
    let answer = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    match Path::new(&answer).is_absolute() {
        true => Ok(answer.into()),
        false => Err("--sys-prefix: python3 did not say its prefix; use --prefix PATH".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(check_name("pellucid-3.14_a").is_ok());
        for bad in ["", "a b", "python3", "Python", "é", "a/b"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn writes_a_spec_twice() {
        let top = std::env::temp_dir().join(format!("pellucid-spec-{}", std::process::id()));
        let mounts = [Mount { path: "/data".into(), writable: true }];
        for _ in 0..2 {
            let folder = install(&Place::Prefix(top.clone()), "x", &mounts, Some("none")).unwrap();
            assert_eq!(folder, top.join("share/jupyter/kernels/x"));
            let spec: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("kernel.json")).unwrap()).unwrap();
            assert!(Path::new(spec["argv"][0].as_str().unwrap()).is_absolute());
            assert_eq!(spec["argv"][5], "/data:rw");
            assert_eq!((&spec["argv"][6], &spec["argv"][7]), (&"--history".into(), &"none".into()));
            assert_eq!(spec["interrupt_mode"], "message");
        }
        std::fs::remove_dir_all(top).unwrap();
    }
}
