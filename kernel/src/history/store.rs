//! The history's file: SQLite, shared by all kernels of a user, readable by that user only.
//!
//! Left out: a lock of our own. SQLite's is enough: each cell is one short transaction, in write-ahead mode where the
//! file system has it.
use super::Entry;
use crate::wire::history::HistoryRequest;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

/// What `tail` gives when a request names no `n` (the protocol leaves that open; IPython gives 10).
const TAIL: usize = 10;
/// How long another kernel may hold the file.
const BUSY: Duration = Duration::from_secs(2);
/// Bytes of a cell's text and of its value's that are kept; a longer cell is not kept, a longer value is cut.
const LONGEST_INPUT: usize = 1 << 20;
const LONGEST_OUTPUT: usize = 64 << 10;
/// When the file has more cells than this, the oldest go, down to [`KEPT`].
const MOST: i64 = 200_000;
const KEPT: i64 = 150_000;
/// In the file's `user_version`; a file with a higher one was made by a later Pellucid.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS session (id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE IF NOT EXISTS cell (
        session INTEGER NOT NULL, line INTEGER NOT NULL, input TEXT NOT NULL, output TEXT, PRIMARY KEY (session, line)
    ) WITHOUT ROWID;
    PRAGMA user_version = 1;
";

pub struct Store {
    file: Connection,
    /// This process's session, numbered with its first cell.
    session: Option<i64>,
}

type Found = (i64, i64, String, Option<String>);

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

/// Makes the file, for its user's eyes only, if it is not there.
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

/// The front of a text, at most so many bytes.
fn front(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Store {
    pub fn in_memory() -> Result<Store, String> {
        Connection::open_in_memory().and_then(Store::with).map_err(|e| e.to_string())
    }

    /// Errors: a sentence that names the file and says what to do.
    pub fn open(path: &Path) -> Result<Store, String> {
        let fail = |why: String| {
            format!("the history file {} cannot be used ({why}): this session's history is not kept", path.display())
        };
        make(path).map_err(|e| fail(e.to_string()))?;
        let file = Connection::open(path).map_err(|e| fail(e.to_string()))?;
        let version: rusqlite::Result<i64> = file.query_row("PRAGMA user_version", [], |r| r.get(0));
        match version {
            Ok(v) if v > VERSION => Err(fail("a later version of Pellucid made it".into())),
            Ok(_) => Store::with(file).map_err(|e| fail(e.to_string())),
            Err(e) => Err(fail(format!("{e}; move it away and a new one is made"))),
        }
    }

    fn with(file: Connection) -> rusqlite::Result<Store> {
        file.busy_timeout(BUSY)?;
        // Where write-ahead is impossible (some network file systems), SQLite stays with its usual journal.
        let _: String = file.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
        file.pragma_update(None, "synchronous", "NORMAL")?;
        file.execute_batch(TABLES)?;
        Ok(Store { file, session: None })
    }

    pub fn add(&mut self, entry: &Entry) -> rusqlite::Result<()> {
        let session = match self.session {
            Some(session) => session,
            None => self.begin()?,
        };
        if entry.input.len() > LONGEST_INPUT {
            return Ok(());
        }
        let output = entry.output.as_deref().map(|text| front(text, LONGEST_OUTPUT));
        let mut put = self.file.prepare_cached("INSERT OR REPLACE INTO cell VALUES (?1, ?2, ?3, ?4)")?;
        put.execute(params![session, entry.line, entry.input, output]).map(drop)
    }

    /// A number for this session; makes room in a full file.
    fn begin(&mut self) -> rusqlite::Result<i64> {
        self.file.execute("INSERT INTO session DEFAULT VALUES", [])?;
        let session = self.file.last_insert_rowid();
        self.session = Some(session);
        let cells: i64 = self.file.query_row("SELECT count(*) FROM cell", [], |r| r.get(0))?;
        if cells > MOST {
            self.prune(KEPT)?;
        }
        Ok(session)
    }

    /// Drops the sessions before the one that has the `kept`-th last cell.
    fn prune(&self, kept: i64) -> rusqlite::Result<()> {
        let oldest = "SELECT session FROM cell ORDER BY session DESC, line DESC LIMIT 1 OFFSET ?1";
        self.file.execute(&format!("DELETE FROM cell WHERE session < ({oldest})"), [kept])?;
        self.file.execute("DELETE FROM session WHERE id < (SELECT min(session) FROM cell)", []).map(drop)
    }

    /// Entries in the order of execution, in the protocol's form.
    pub fn answer(&self, r: &HistoryRequest) -> rusqlite::Result<Vec<Value>> {
        let found = match r.hist_access_type.as_str() {
            "range" => self.range(r)?,
            "search" => self.last(&r.pattern, r.n.unwrap_or(usize::MAX), r.unique)?,
            _ => self.last("*", r.n.unwrap_or(TAIL), false)?,
        };
        let shown = |(session, line, input, output): Found| match r.output {
            true => json!([session, line, [input, output]]),
            false => json!([session, line, input]),
        };
        Ok(found.into_iter().map(shown).collect())
    }

    /// The last `n` cells whose text matches a glob; with `unique`, the last of equal texts only.
    fn last(&self, pattern: &str, n: usize, unique: bool) -> rusqlite::Result<Vec<Found>> {
        let query = "SELECT session, line, input, output FROM cell WHERE input GLOB ?1 ORDER BY session DESC, line DESC";
        let mut cells = self.file.prepare_cached(query)?;
        let (mut seen, mut out) = (HashSet::new(), vec![]);
        for cell in cells.query_map([pattern], found)? {
            if out.len() >= n {
                break;
            }
            let cell = cell?;
            if !unique || seen.insert(cell.2.clone()) {
                out.push(cell);
            }
        }
        out.reverse();
        Ok(out)
    }

    /// Lines `start` to `stop`, exclusive, of a session; 0 is this one, −1 the one before it.
    fn range(&self, r: &HistoryRequest) -> rusqlite::Result<Vec<Found>> {
        let Some(session) = self.named(r.session)? else { return Ok(vec![]) };
        let (start, stop) = (r.start.unwrap_or(0), r.stop.unwrap_or(i64::MAX));
        let query = "SELECT session, line, input, output FROM cell WHERE session = ?1 AND line >= ?2 AND line < ?3 ORDER BY line";
        self.file.prepare_cached(query)?.query_map(params![session, start, stop], found)?.collect()
    }

    /// The number of the session that a request means.
    fn named(&self, asked: i64) -> rusqlite::Result<Option<i64>> {
        match asked {
            1.. => Ok(Some(asked)),
            0 => Ok(self.session),
            _ => {
                let query = "SELECT id FROM session WHERE id < ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2";
                let now = self.session.unwrap_or(i64::MAX);
                self.file.query_row(query, params![now, asked.unsigned_abs().saturating_sub(1) as i64], |r| r.get(0)).optional()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn ask(s: &Store, json: &str) -> Vec<Value> {
        s.answer(&serde_json::from_str(json).unwrap()).unwrap()
    }

    fn add(s: &mut Store, line: u32, input: &str, output: Option<&str>) {
        s.add(&Entry { line, input: input.into(), output: output.map(str::to_owned) }).unwrap();
    }

    struct Folder(PathBuf);
    impl Folder {
        fn new(name: &str) -> Folder {
            Folder(std::env::temp_dir().join(format!("pellucid-history-{}-{name}", std::process::id())))
        }
    }
    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn tail_range_search() {
        let mut s = Store::in_memory().unwrap();
        assert_eq!(ask(&s, r#"{"hist_access_type":"range"}"#), [] as [Value; 0]);
        for (i, (code, out)) in [("a", Some("1")), ("b", None), ("a", None)].into_iter().enumerate() {
            add(&mut s, i as u32 + 1, code, out);
        }
        assert_eq!(ask(&s, r#"{"hist_access_type":"tail","n":2}"#), [json!([1, 2, "b"]), json!([1, 3, "a"])]);
        let first = ask(&s, r#"{"hist_access_type":"range","session":1,"start":1,"stop":2,"output":true}"#);
        assert_eq!(first, [json!([1, 1, ["a", "1"]])]);
        assert_eq!(ask(&s, r#"{"hist_access_type":"range","session":7,"start":1,"stop":2}"#), [] as [Value; 0]);
        assert_eq!(ask(&s, r#"{"hist_access_type":"search","pattern":"a*"}"#).len(), 2);
        assert_eq!(ask(&s, r#"{"hist_access_type":"search","pattern":"a*","unique":true}"#), [json!([1, 3, "a"])]);
        assert_eq!(ask(&s, r#"{"hist_access_type":"search","n":1}"#), [json!([1, 3, "a"])]);
        assert_eq!(ask(&s, r#"{"hist_access_type":"search","pattern":"?"}"#).len(), 3);
        assert_eq!(ask(&s, r#"{"hist_access_type":"tail","n":0}"#), [] as [Value; 0]);
    }

    #[test]
    fn sessions_share_a_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("shared");
        let path = folder.0.join("deep/history.sqlite");
        let mut one = Store::open(&path).unwrap();
        add(&mut one, 1, "x = '𨭎\n'", Some("é"));
        let mut two = Store::open(&path).unwrap();
        add(&mut two, 1, "y", None);
        add(&mut one, 2, "z", None);
        assert_eq!(ask(&two, r#"{"hist_access_type":"tail","n":9}"#).len(), 3);
        assert_eq!(ask(&two, r#"{"hist_access_type":"range","session":-1,"start":1,"stop":2,"output":true}"#), [json!([1, 1, ["x = '𨭎\n'", "é"]])]);
        assert_eq!(ask(&two, r#"{"hist_access_type":"range","session":0}"#), [json!([2, 1, "y"])]);
        assert_eq!(ask(&two, r#"{"hist_access_type":"range","session":-2}"#), [] as [Value; 0]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn old_sessions_go_when_the_file_is_full() {
        let folder = Folder::new("full");
        let path = folder.0.join("h.sqlite");
        for session in 0..5 {
            let mut s = Store::open(&path).unwrap();
            (1..=10).for_each(|line| add(&mut s, line, &format!("{session}.{line}"), None));
        }
        let s = Store::open(&path).unwrap();
        s.prune(15).unwrap();
        let left = ask(&s, r#"{"hist_access_type":"search"}"#);
        assert_eq!((left.len(), &left[0]), (20, &json!([4, 1, "3.1"])));
    }

    #[test]
    fn refusals_name_the_file() {
        let folder = Folder::new("bad");
        std::fs::create_dir_all(&folder.0).unwrap();
        let path = folder.0.join("h.sqlite");
        std::fs::write(&path, "this is no database, and long enough to be seen as none".repeat(40)).unwrap();
        let why = Store::open(&path).err().unwrap();
        assert!(why.contains("h.sqlite") && why.contains("move it away"), "{why}");
        let why = Store::open(&folder.0).err().unwrap();
        assert!(why.contains("is not kept"), "{why}");
        let path = folder.0.join("later.sqlite");
        Store::open(&path).unwrap().file.pragma_update(None, "user_version", 9).unwrap();
        assert!(Store::open(&path).err().unwrap().contains("later version"));
    }

    #[test]
    fn long_texts() {
        let mut s = Store::in_memory().unwrap();
        add(&mut s, 1, &"x".repeat(LONGEST_INPUT + 1), None);
        add(&mut s, 2, "v", Some(&"é".repeat(LONGEST_OUTPUT)));
        let all = ask(&s, r#"{"hist_access_type":"tail","output":true}"#);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0][2][1].as_str().unwrap().len(), LONGEST_OUTPUT);
    }
}
