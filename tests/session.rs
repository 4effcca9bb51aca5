//! Sessions as a front end uses them: cells, displays, errors, questions.
use pellucid::face::*;
use pellucid::session::Session;

/// Keeps all that the machine shows; interrupts after a number of looks.
#[derive(Default)]
struct Recorder {
    text: String,
    displays: Vec<Display>,
    updates: Vec<Display>,
    cleared: usize,
    looks_until_interrupt: Option<usize>,
}
impl Host for Recorder {
    fn write(&mut self, _: Stream, text: &str) {
        self.text += text;
    }
    fn display(&mut self, display: Display) {
        self.displays.push(display);
    }
    fn update_display(&mut self, display: Display) {
        self.updates.push(display);
    }
    fn clear_output(&mut self, _: bool) {
        self.cleared += 1;
    }
    fn interrupted(&mut self) -> bool {
        match &mut self.looks_until_interrupt {
            Some(0) => {
                self.looks_until_interrupt = None;
                true
            }
            Some(n) => {
                *n -= 1;
                false
            }
            None => false,
        }
    }
}

struct Book {
    session: Session,
    host: Recorder,
    count: u32,
}
impl Book {
    fn new() -> Book {
        Book { session: Session::new(SessionOptions::default()), host: Recorder::default(), count: 0 }
    }
    fn cell(&mut self, code: &str) -> CellResult {
        self.count += 1;
        let options = CellOptions { execution_count: self.count, ..CellOptions::default() };
        self.session.run_cell(code, &options, &mut self.host)
    }
    fn complete(&mut self, code: &str, cursor: usize) -> Completions {
        self.session.complete(code, cursor, &mut self.host)
    }
    /// The text/plain of a cell's value; "" for none, the error's text if it failed.
    fn value(&mut self, code: &str) -> String {
        let result = self.cell(code);
        match (result.error, result.value) {
            (Some(e), _) => format!("{}: {}", e.ename, e.evalue),
            (None, Some(v)) => v.data["text/plain"].as_str().unwrap_or_default().to_owned(),
            (None, None) => String::new(),
        }
    }
}

#[test]
fn values_and_history() {
    let mut b = Book::new();
    assert_eq!(b.value("1 + 2"), "3");
    assert_eq!(b.value("_ * 2"), "6");
    assert_eq!(b.value("(_, __, _1, Out[2], In[1])"), "(6, 3, 3, 6, '1 + 2')");
    assert_eq!(b.value("x = 5; x;"), "");
    assert_eq!(b.value("None"), "");
    assert_eq!(b.value("x"), "5");
    let wide = b.value("list(range(30))");
    assert_eq!(wide.lines().count(), 30);
    assert!(wide.starts_with("[0,\n 1,\n"), "{wide}");
    assert_eq!(b.value("{'a': 1, 'b': {3, 1, 2}}"), "{'a': 1, 'b': {1, 2, 3}}");
}

#[test]
fn errors_and_after() {
    let mut b = Book::new();
    let error = b.cell("a = 1\n1/0").error.expect("fails");
    assert_eq!((error.ename.as_str(), error.evalue.as_str()), ("ZeroDivisionError", "division by zero"));
    assert!(error.traceback.iter().any(|l| l.contains("In[1]")), "{:?}", error.traceback);
    assert_eq!(b.cell("1 +* 2").error.expect("fails").ename, "SyntaxError");
    assert_eq!(b.cell("def f(): f()\nf()").error.expect("fails").ename, "RecursionError");
    assert_eq!(b.value("a"), "1");
    let exit = b.cell("raise SystemExit(3)").error.expect("fails");
    assert_eq!((exit.ename.as_str(), exit.exit_code), ("SystemExit", Some(3)));
}

#[test]
fn an_endless_cell_is_interrupted() {
    let mut b = Book::new();
    b.cell("1");
    b.host.looks_until_interrupt = Some(20);
    assert_eq!(b.cell("while True: pass").error.expect("ends").ename, "KeyboardInterrupt");
    assert_eq!(b.value("2"), "2");
}

#[test]
fn displays() {
    let mut b = Book::new();
    assert_eq!(b.value("from IPython.display import HTML, display, clear_output\ndisplay(HTML('<b>x</b>'))"), "");
    assert_eq!(b.host.displays[0].data["text/html"], "<b>x</b>");
    assert_eq!(b.value("h = display(1, display_id=True); h.update(2); clear_output()"), "");
    assert_eq!(b.host.displays[1].transient["display_id"], b.host.updates[0].transient["display_id"]);
    assert_eq!(b.host.updates[0].data["text/plain"], "2");
    assert_eq!(b.host.cleared, 1);
    let code = "class P:\n    def _repr_html_(self): return '<i>'\n    def _repr_png_(self): return b'png'\nP()";
    let value = b.cell(code).value.expect("shown");
    assert_eq!((&value.data["text/html"], &value.data["image/png"]), (&"<i>".into(), &"cG5n".into()));
}

#[test]
fn a_cell_may_await() {
    let mut b = Book::new();
    assert_eq!(b.value("import asyncio\nasync def f():\n    await asyncio.sleep(0.1)\n    return 7\nawait f()"), "7");
    let error = b.cell("async def g():\n    1/0\nawait g()").error.expect("fails");
    assert!(!error.plain.contains("asyncio"), "{}", error.plain);
}

#[test]
fn magics() {
    let mut b = Book::new();
    assert_eq!(b.value("x = 1\n%who\n"), "");
    assert_eq!(b.host.text, "x\t \n");
    let error = b.cell("%tim 1").error.expect("refused");
    assert_eq!(error.evalue, "Line magic function `%tim` not found. Did you mean `%time`?");
    assert_eq!(b.cell("!ls").error.expect("refused").ename, "UsageError");
    assert_eq!(b.value("%%capture out\nprint(5)"), "");
    assert_eq!(b.value("out.stdout"), r"'5\n'");
    assert_eq!(b.value("%time 6 * 7"), "42");
    let page = b.cell("len?").payload;
    assert!(page[0]["data"]["text/plain"].as_str().is_some_and(|s| s.contains("len(obj, /)")), "{page:?}");
}

#[test]
fn questions() {
    let mut b = Book::new();
    b.cell("class A:\n    @property\n    def p(self): print('ran')\na = A(); a.name = 1");
    let texts = |c: Completions| c.matches.into_iter().map(|m| m.text).collect::<Vec<_>>();
    assert_eq!(texts(b.complete("zi", 2)), ["zip"]);
    assert_eq!(texts(b.complete("é = a.", 6)), ["name", "p"]);
    assert_eq!(b.complete("é = a.n", 7).start, 6);
    assert_eq!(texts(b.complete("import jso", 10)), ["json"]);
    assert!(!b.host.text.contains("ran"));
    let zip = b.session.inspect("zip", 3, 0, &mut b.host).expect("found");
    assert!(zip["text/plain"].as_str().is_some_and(|s| s.contains("Docstring")));
    assert!(b.session.inspect("no_such_name", 3, 0, &mut b.host).is_none());
    // What a question imports stays out of the session, and what a cell changes is seen by the next question.
    b.cell("import sys; print('json' in sys.modules); a.later = zippy = 2");
    assert!(b.host.text.ends_with("False\n"));
    assert_eq!(texts(b.complete("a.", 2)), ["later", "name", "p"]);
    assert_eq!(texts(b.complete("zi", 2)), ["zippy", "zip"]);
    assert_eq!(b.session.is_complete("def f():"), Completeness::Incomplete("    ".into()));
    assert_eq!(b.session.is_complete("import = 7q"), Completeness::Invalid);
}

#[test]
fn expressions_beside_a_cell() {
    let mut b = Book::new();
    let mut options = CellOptions::default();
    options.user_expressions.insert("good".into(), "x + 1".into());
    options.user_expressions.insert("bad".into(), "1/0".into());
    let result = b.session.run_cell("x = 1", &options, &mut b.host);
    assert_eq!(result.user_expressions["good"].as_ref().expect("a value").data["text/plain"], "2");
    assert_eq!(result.user_expressions["bad"].as_ref().expect_err("fails").ename, "ZeroDivisionError");
}

#[test]
fn a_programs_end() {
    let mut b = Book::new();
    let source = b"import atexit, sys\natexit.register(print, 'last')\nprint(__name__, __file__, __spec__)\nsys.exit('sorry')\n";
    let error = b.session.run_file("p.py", source, &mut b.host).error.expect("exits");
    assert_eq!(b.host.text, "__main__ p.py None\nlast\n");
    assert_eq!((error.plain.as_str(), error.exit_code), ("sorry\n", Some(1)));
}

/// A crawl of a thousand virtual pages is the same, byte for byte, whenever and wherever it runs: order, times and contents.
#[test]
fn a_crawl_is_the_same_again() {
    let source = r#"
import asyncio, hashlib, re, time, urllib.parse
from pellucid import network, web
big = web.site("big.test", 1000)
network.latency(0.02, "big.test"); network.drop(0.05, "big.test"); network.delay(0.03, "big.test")
async def fetch(url):
    parts = urllib.parse.urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, 80)
    writer.write(f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.hostname}\r\nConnection: close\r\n\r\n".encode())
    data = await reader.read()
    writer.close()
    return data
async def crawl(start, limit):
    seen, room, log = {start}, asyncio.Semaphore(limit), []
    async def visit(url):
        async with room:
            data = await fetch(url)
        log.append(f"{time.monotonic():.9f} {url} {len(data)} {hashlib.sha256(data).hexdigest()}")
        for link in re.findall(rb'href="([^"]+)"', data):
            link = urllib.parse.urljoin(url, link.decode())
            if link not in seen:
                seen.add(link)
                group.create_task(visit(link))
    async with asyncio.TaskGroup() as group:
        group.create_task(visit(start))
    return log
log = asyncio.run(crawl(big.url, 50))
print("\n".join(log))
print(len(log), "pages")
"#;
    let run = || {
        let mut b = Book::new();
        let error = b.cell(source).error;
        assert!(error.is_none(), "{:?}", error.map(|e| e.plain));
        b.host.text
    };
    let (one, two) = (run(), run());
    assert!(one.ends_with("1000 pages\n"), "{}", &one[one.len().saturating_sub(200)..]);
    assert!(one == two, "the second crawl differs from the first");
}
