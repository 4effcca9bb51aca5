//! An exception as plain data: all that a renderer needs, with nothing of the machine in it.

/// The exception itself (`nodes[0]`) and every one reachable by cause, context or membership in a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub nodes: Vec<Node>,
}

/// One exception. Other exceptions are named by their index in [`Report::nodes`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// `__module__` of the class, None when it is not shown (`builtins`, `__main__`).
    pub module: Option<String>,
    pub qualname: String,
    pub name: String,
    /// `str(exception)` with suggestions ("Did you mean …") at its end.
    pub text: String,
    /// `str(exception)` alone.
    pub bare_text: String,
    /// Lines of `__notes__`.
    pub notes: Vec<String>,
    /// The traceback, outermost frame first.
    pub frames: Vec<FrameLine>,
    pub syntax: Option<SyntaxPlace>,
    pub cause: Option<usize>,
    pub context: Option<usize>,
    pub suppress_context: bool,
    /// Members of an exception group.
    pub members: Option<Vec<usize>>,
}

/// One entry of a traceback.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameLine {
    pub filename: String,
    pub lineno: i64,
    /// Last line of the instruction.
    pub end_lineno: i64,
    /// UTF-8 byte offsets in the first and in the last line.
    pub columns: Option<(usize, usize)>,
    /// `co_name`.
    pub name: String,
    pub qualname: String,
    /// Names of the parameters, stars included.
    pub parameters: Vec<String>,
}

/// Where a `SyntaxError` is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyntaxPlace {
    pub filename: Option<String>,
    pub msg: String,
    pub lineno: Option<i64>,
    /// From 1, in characters.
    pub offset: Option<i64>,
    pub end_lineno: Option<i64>,
    pub end_offset: Option<i64>,
    pub text: Option<String>,
}

impl Node {
    /// The class as the last line of a traceback shows it.
    pub fn type_text(&self) -> String {
        match &self.module {
            Some(m) => format!("{m}.{}", self.qualname),
            None => self.qualname.clone(),
        }
    }
    /// The exception to be shown before this one, and whether it is the cause.
    pub fn chained(&self) -> Option<(usize, bool)> {
        match (self.cause, self.context) {
            (Some(c), _) => Some((c, true)),
            (None, Some(c)) if !self.suppress_context => Some((c, false)),
            _ => None,
        }
    }
}
