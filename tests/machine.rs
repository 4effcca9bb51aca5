//! What holds for every program: the same bytes each time, and no reference that nobody holds.
mod support;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{Collector, Page, Shown, cell_results, guarded, session};

/// Small programs that touch many parts of the machine, by name.
const PROGRAMS: &[(&str, &str)] = &[
    ("nothing", "pass"),
    ("containers", "a = [1, 'x', (2, 3), {4: 5}, {6}]\nb = a[:] + a * 2\ndel a[1:3]\nd = dict.fromkeys('abc', b)\nd.pop('a')\nprint(len(b), d['b'] is b)"),
    ("sorting", "print(sorted([(3, 'c'), (1, 'a')], key=lambda p: p[0], reverse=True), max('ab', 'ba', key=len))"),
    ("functions", "def outer(n):\n    def inner(x, *a, k=3, **kw):\n        nonlocal n\n        n += x\n        return n, a, k, kw\n    return inner\nf = outer(1)\nprint(f(2, 5, z=1), f(1))"),
    ("classes", "class A:\n    n = 1\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n    def __hash__(self): return hash(self.x)\nclass B(A):\n    __slots__ = ('y',)\n    def __init__(self, x): super().__init__(x); self.y = [self.x]\nprint({A(1), A(1)} == {A(1)}, B(2).y, B.__mro__[1].__name__)"),
    ("properties", "class P:\n    @property\n    def v(self): return self.__dict__.get('_v', 0)\n    @v.setter\n    def v(self, x): self._v = x\np = P()\np.v += 5\nprint(p.v, vars(p))"),
    ("generators", "def g(n):\n    try:\n        while n: n -= (yield n) or 1\n    finally:\n        print('closed')\nx = g(5)\nprint(next(x), x.send(2))\nx.close()\nprint(list(y for y in g(2)))"),
    ("exceptions", "def f():\n    try:\n        {}['k']\n    except KeyError as e:\n        raise ValueError('no') from e\ntry:\n    f()\nexcept ValueError as e:\n    print(repr(e), repr(e.__cause__), e.__traceback__.tb_lineno)"),
    ("groups", "try:\n    raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\nexcept* ValueError as e:\n    print(e.exceptions)\nexcept* TypeError as e:\n    print(e.exceptions)"),
    ("an error", "x = [1, 2]\ndef f(y): return y[5]\nf(x)"),
    ("with", "class C:\n    def __enter__(self): return self\n    def __exit__(self, *e): return True\nwith C() as c, C():\n    1 / 0\nprint('on')"),
    ("match", "def m(x):\n    match x:\n        case [a, *rest] if rest: return a, rest\n        case {'k': v, **o}: return v, o\n        case str() | int(): return 'plain'\n    return None\nprint(m([1, 2, 3]), m({'k': 1, 'j': 2}), m('s'), m(None))"),
    ("text", "s = f'{3.14159:.2f} {\"x\":>4} {[1]!r}' + 'a,b'.split(',')[1].upper()\nprint(s, s.encode(), '%s %d' % ('a', 3), 'é'.join('ab'))"),
    ("big numbers", "x = 3 ** 200 // 7 ** 20\nprint(x, x % 10 ** 9, divmod(-x, 3)[1], float(x), 2 ** -1, 1j * 1j)"),
    ("a cycle", "import gc\nclass N: pass\na, b = N(), N()\na.o, b.o = b, a\ndel a, b\nprint(gc.collect() > 0)"),
    ("finalizers", "class D:\n    def __del__(self): print('gone')\nd = D()\nd = None\nimport weakref\nclass W: pass\nw = W()\nr = weakref.ref(w, lambda r: print('dead'))\ndel w\nprint(r() is None)"),
    ("imports", "import functools, collections, itertools\nprint(functools.reduce(lambda a, b: a + b, itertools.chain([1], [2])), collections.Counter('aab')['a'])"),
    ("coroutines", "async def c(x): return x + 1\nk = c(1)\ntry: k.send(None)\nexcept StopIteration as e: print(e.value)"),
    ("metaclass", "class M(type):\n    def __new__(m, n, b, ns, **kw): return super().__new__(m, n, b, ns | kw)\n    def __init__(c, n, b, ns, **kw): super().__init__(n, b, ns)\nclass A(metaclass=M, z=1): pass\nprint(A.z, type(A).__name__)"),
];

fn source(name: &str) -> String {
    PROGRAMS.iter().find(|p| p.0 == name).map(|p| p.1.to_owned()).expect("a program")
}

#[test]
fn the_same_program_prints_the_same_bytes() {
    let extra = "print([object(), lambda: 0], id(object()), {str(i) for i in range(20)}, hash('a'))\nimport random\nprint(random.random(), random.choice('abc'))";
    let programs = PROGRAMS.iter().map(|p| p.1).chain([extra]);
    for p in programs {
        let cells = [p.to_owned()];
        let first: Vec<Shown> = cell_results(&cells, Collector::Auto);
        assert_eq!(first, cell_results(&cells, Collector::Auto), "{p}");
    }
}

#[test]
fn the_collector_changes_nothing_that_is_printed() {
    for name in ["containers", "generators", "finalizers", "exceptions", "classes"] {
        let cells = [source(name)];
        let auto = cell_results(&cells, Collector::Auto);
        assert_eq!(auto, cell_results(&cells, Collector::Never), "{name}");
        assert_eq!(auto, cell_results(&cells, Collector::Eager), "{name}");
    }
}

/// What the census says after a program, or why it could not be taken.
fn census_after(program: String) -> Vec<String> {
    let taken = guarded(move || {
        let mut page = Page::default();
        let mut s = session(&mut page, Collector::Auto);
        s.run_cell(&program, &Default::default(), &mut page);
        s.census()
    });
    taken.unwrap_or_else(|e| vec![e])
}

#[test]
fn every_reference_is_held_by_somebody() {
    let mut wrong = Vec::new();
    let before = census_after(source("nothing"));
    for (name, program) in PROGRAMS {
        let mut found = census_after((*program).to_owned());
        if *name != "nothing" {
            found.retain(|x| !before.contains(x));
        }
        wrong.extend(found.into_iter().take(12).map(|x| format!("{name}: {x}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Cells whose logs hang on every decision of the scheduler: threads with a GIL, without one, under a random policy, processes.
const SCHEDULED: &[&str] = &[
    "%%timeline\nimport threading, queue\nq, total = queue.Queue(2), 0\ndef make():\n    for i in range(5): q.put(i)\n    q.put(None)\ndef take():\n    global total\n    while (x := q.get()) is not None: total += x\nts = [threading.Thread(target=f) for f in (make, take)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nprint(total)",
    "%sched random 7 points bytecode",
    "%%timeline\nn = 0\ndef add():\n    global n\n    for _ in range(20): n += 1\nts = [threading.Thread(target=add) for _ in range(3)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nprint(n)",
    "%sched cpython points gil gil off cpus 3",
    "%%timeline\nn = 0\nts = [threading.Thread(target=add) for _ in range(4)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nprint(n)",
    "%sched gil on",
    "%%timeline\nimport os\nr, w = os.pipe()\nfor i in range(3):\n    if os.fork() == 0:\n        os.write(w, b'%d' % i)\n        os._exit(0)\nprint(sorted(os.read(r, 1) for _ in range(3)))\nfor _ in range(3): os.wait()",
];

/// All that the cells print and show, the logs of their runs included.
fn shown_by(cells: &'static [&'static str]) -> Result<String, String> {
    guarded(move || {
        let mut page = Page::default();
        let mut s = session(&mut page, Collector::Auto);
        let values: Vec<String> = cells.iter().map(|c| format!("{:?}", s.run_cell(c, &Default::default(), &mut page))).collect();
        format!("{}\n{}\n{}", page.out, page.err, values.join("\n"))
    })
}

#[test]
fn the_same_seed_gives_the_same_log_also_on_a_busy_computer() {
    let alone = shown_by(SCHEDULED).expect("an end");
    assert!(alone.contains("0, 1, 2") || alone.contains("[b'0', b'1', b'2']"), "{alone}");
    let busy = Arc::new(AtomicBool::new(true));
    let load: Vec<_> = (0..6)
        .map(|_| {
            let busy = busy.clone();
            let spin = move || while busy.load(Ordering::Relaxed) { std::hint::spin_loop() };
            std::thread::Builder::new().spawn(spin).expect("a thread")
        })
        .collect();
    let loaded = shown_by(SCHEDULED);
    busy.store(false, Ordering::Relaxed);
    load.into_iter().for_each(|t| t.join().expect("spins only"));
    assert!(loaded.as_ref() == Ok(&alone), "another log under load");
}
