//! The one table of CPython 3.14's opcodes. Numbers, names, inline caches, kinds of argument and stack effects all come from here.
//!
//! Source of the facts: CPython's `Python/bytecodes.c` and `Include/opcode_ids.h`; a test holds the table against the compiler's own.
//! An instruction is a code unit of two bytes, opcode and argument, followed by its inline caches (code units too, all
//! zero in compiled code). The machine writes the
//! caches of its own running copy (`vm/exec.rs`).

/// What the argument of an instruction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    /// There is none; the byte is 0.
    None,
    /// A number: how many, how deep, which flag bits.
    Number,
    /// Index into `co_consts`.
    Const,
    /// Index into `co_names`.
    Name,
    /// Index into `co_names` times 2; bit 0 asks for a NULL (LOAD_GLOBAL) or for a method's unbound form (LOAD_ATTR).
    NameAndFlag,
    /// Index into `co_names` times 4; bit 0 asks for a method, bit 1 says that `super` had two arguments.
    NameAndTwoFlags,
    /// Index of a local among the "fast locals" (`co_localsplusnames`).
    Local,
    /// Two such indices in a byte: the first in the high half.
    LocalPair,
    /// Index among the fast locals of a variable that lives in a cell.
    Cell,
    /// Code units to jump forward, counted from the instruction's end, caches included.
    Forward,
    /// Code units to jump backward, counted from the same place.
    Backward,
    /// Comparison in the bits from 5; bit 4 asks for a bool; bits 0–3 are the outcomes that make it true.
    Compare,
    /// Index into [`BINARY_OPS`](super::operand::BINARY_OPS).
    Binary,
    /// Index into [`INTRINSICS_1`](super::operand::INTRINSICS_1).
    Intrinsic1,
    /// Index into [`INTRINSICS_2`](super::operand::INTRINSICS_2).
    Intrinsic2,
    /// 1 for `str`, 2 for `repr`, 3 for `ascii`.
    Conversion,
    /// One bit of [`FUNCTION_ATTRIBUTES`](super::operand::FUNCTION_ATTRIBUTES).
    FunctionAttribute,
    /// Index into [`COMMON_CONSTANTS`](super::operand::COMMON_CONSTANTS).
    CommonConstant,
    /// Index into [`SPECIAL_METHODS`](super::operand::SPECIAL_METHODS).
    SpecialMethod,
    /// 1 for `is not`.
    Is,
    /// 1 for `not in`.
    Contains,
}

/// How many values an instruction takes from the stack, or puts there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Exactly(u8),
    /// The argument and so many more.
    ArgPlus(u8),
    /// Twice the argument.
    TwiceArg,
    /// So many, and one more when bit 0 of the argument is set.
    PlusLowBit(u8),
    /// UNPACK_EX: low byte of the argument, the rest of it, and one list.
    Unpack,
}

impl Count {
    /// The number for an argument.
    pub const fn of(self, arg: u32) -> u32 {
        match self {
            Count::Exactly(n) => n as u32,
            Count::ArgPlus(n) => arg + n as u32,
            Count::TwiceArg => 2 * arg,
            Count::PlusLowBit(n) => n as u32 + (arg & 1),
            Count::Unpack => 1 + (arg & 0xFF) + (arg >> 8),
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Opcode {
    /// Above 255: a pseudo-instruction, which only the compiler's inside sees.
    pub number: u16,
    pub name: &'static str,
    /// Code units of inline cache after the instruction.
    pub caches: u8,
    pub arg: Arg,
    /// Values taken from the stack. What is only looked at, or put back, is not counted.
    pub pops: Count,
    /// Values put on the stack when the instruction falls through.
    pub pushes: Count,
    pub doc: &'static str,
}

macro_rules! opcodes {
    ($($number:literal $name:ident $caches:literal $arg:ident [$($pops:tt)*] [$($pushes:tt)*] $doc:literal)*) => {
        /// Numbers of the opcodes, under CPython's names.
        pub mod op {
            $(#[doc = $doc] pub const $name: u8 = $number;)*
        }
        /// The instructions that the compiler writes, in order of their numbers.
        pub static OPCODES: &[Opcode] = ROWS;
        const ROWS: &[Opcode] = &[$(Opcode {
            number: $number, name: stringify!($name), caches: $caches, arg: Arg::$arg,
            pops: count!($($pops)*), pushes: count!($($pushes)*), doc: $doc,
        }),*];
    };
}

/// `[2]` two, `[n+2]` argument and two, `[2n]` twice the argument, `[1+bit]` one and the low bit, `[unpack]` UNPACK_EX.
macro_rules! count {
    (n) => { Count::ArgPlus(0) };
    (n + $more:literal) => { Count::ArgPlus($more) };
    (n twice) => { Count::TwiceArg };
    (unpack) => { Count::Unpack };
    ($base:literal + bit) => { Count::PlusLowBit($base) };
    ($exactly:literal) => { Count::Exactly($exactly) };
}

// number name caches argument [pops] [pushes] sentence
opcodes! {
    0 CACHE 0 None [0] [0] "Room for an inline cache; never executed."
    1 BINARY_SLICE 0 None [3] [1] "Pops stop, start and a container, pushes `container[start:stop]`."
    2 BUILD_TEMPLATE 0 None [2] [1] "Pops the interpolations and the strings of a t-string, pushes the Template (PEP 750)."
    4 CALL_FUNCTION_EX 0 None [4] [1] "Calls with `*args` and `**kwargs`: pops the dict or NULL, the tuple, self or NULL, and the callable."
    5 CHECK_EG_MATCH 0 None [2] [2] "`except*`: splits the exception group by the popped type into the rest and the match, or None."
    6 CHECK_EXC_MATCH 0 None [1] [1] "`except T`: pops T, pushes whether the exception below is an instance of it."
    7 CLEANUP_THROW 0 None [3] [2] "An exception thrown into a delegate: a StopIteration gives its value, any other is raised again."
    8 DELETE_SUBSCR 0 None [2] [0] "Pops a key and a container and runs `del container[key]`."
    9 END_FOR 0 None [1] [0] "Pops the value that an exhausted `for` loop left."
    10 END_SEND 0 None [2] [1] "End of `yield from` or `await`: keeps the result and pops the delegate under it."
    11 EXIT_INIT_CHECK 0 None [1] [0] "After `__init__` called for a class: a result other than None is a TypeError."
    12 FORMAT_SIMPLE 0 None [1] [1] "Formats the top with an empty specification; an exact str stays as it is."
    13 FORMAT_WITH_SPEC 0 None [2] [1] "Pops a specification and a value, pushes `format(value, spec)`."
    14 GET_AITER 0 None [1] [1] "Replaces the top by its `__aiter__()`."
    15 GET_ANEXT 0 None [0] [1] "Pushes the awaitable of the asynchronous iterator's `__anext__()`, keeping the iterator."
    16 GET_ITER 0 None [1] [1] "Replaces the top by `iter(top)`."
    17 RESERVED 0 None [0] [0] "Not an instruction: executing it is an error of the machine."
    18 GET_LEN 0 None [0] [1] "Pushes `len(top)`, keeping the top (sequence patterns)."
    19 GET_YIELD_FROM_ITER 0 None [1] [1] "Replaces the top by its iterator, unless it is a generator or coroutine already."
    20 INTERPRETER_EXIT 0 None [1] [0] "Leaves the interpreter with the popped value."
    21 LOAD_BUILD_CLASS 0 None [0] [1] "Pushes `builtins.__build_class__`."
    22 LOAD_LOCALS 0 None [0] [1] "Pushes the frame's locals mapping."
    23 MAKE_FUNCTION 0 None [1] [1] "Replaces a code object by a function over it and the current globals."
    24 MATCH_KEYS 0 None [0] [1] "Mapping pattern: pushes a tuple of the values of the keys on top, or None when one is missing."
    25 MATCH_MAPPING 0 None [0] [1] "Pushes whether the top is a mapping for `match`."
    26 MATCH_SEQUENCE 0 None [0] [1] "Pushes whether the top is a sequence for `match`."
    27 NOP 0 None [0] [0] "Does nothing; carries a line number for tracing."
    28 NOT_TAKEN 0 None [0] [0] "Does nothing; marks the path of a branch that was not taken, for monitoring (PEP 669)."
    29 POP_EXCEPT 0 None [1] [0] "Pops the previously handled exception and makes it the handled one again."
    30 POP_ITER 0 None [1] [0] "Pops the iterator at the end of a `for` loop."
    31 POP_TOP 0 None [1] [0] "Pops a value and drops it."
    32 PUSH_EXC_INFO 0 None [1] [2] "Start of a handler: the exception becomes the handled one, the one before goes below it on the stack."
    33 PUSH_NULL 0 None [0] [1] "Pushes a NULL, the place of a missing `self`."
    34 RETURN_GENERATOR 0 None [0] [1] "Makes a generator or coroutine of the current frame and returns it to the caller."
    35 RETURN_VALUE 0 None [1] [1] "Returns the top to the caller, on whose stack it is pushed."
    36 SETUP_ANNOTATIONS 0 None [0] [0] "Makes sure that the locals have a dict named `__annotations__`."
    37 STORE_SLICE 0 None [4] [0] "Pops stop, start, a container and a value and runs `container[start:stop] = value`."
    38 STORE_SUBSCR 1 None [3] [0] "Pops a key, a container and a value and runs `container[key] = value`."
    39 TO_BOOL 3 None [1] [1] "Replaces the top by its truth value, True or False."
    40 UNARY_INVERT 0 None [1] [1] "Replaces the top by `~top`."
    41 UNARY_NEGATIVE 0 None [1] [1] "Replaces the top by `-top`."
    42 UNARY_NOT 0 None [1] [1] "Replaces the top, which is a bool, by the other one."
    43 WITH_EXCEPT_START 0 None [0] [1] "An exception in a `with` block: calls `__exit__` from deeper in the stack with it and pushes the result."
    44 BINARY_OP 5 Binary [2] [1] "Pops right and left, pushes the result of the operator, which may be in-place or a subscript."
    45 BUILD_INTERPOLATION 0 Number [2+bit] [1] "Pops a t-string field's format (if bit 0), source text and value, pushes the Interpolation."
    46 BUILD_LIST 0 Number [n] [1] "Pops so many values, pushes a list of them."
    47 BUILD_MAP 0 Number [n twice] [1] "Pops so many pairs of key and value, pushes a dict of them."
    48 BUILD_SET 0 Number [n] [1] "Pops so many values, pushes a set of them."
    49 BUILD_SLICE 0 Number [n] [1] "Pops two or three values, pushes a slice of them."
    50 BUILD_STRING 0 Number [n] [1] "Pops so many strings, pushes them joined."
    51 BUILD_TUPLE 0 Number [n] [1] "Pops so many values, pushes a tuple of them."
    52 CALL 3 Number [n+2] [1] "Calls with so many positional arguments: pops them, self or NULL, and the callable."
    53 CALL_INTRINSIC_1 0 Intrinsic1 [1] [1] "Replaces the top by the result of a rare built-in operation on it."
    54 CALL_INTRINSIC_2 0 Intrinsic2 [2] [1] "Replaces the two values on top by the result of a rare built-in operation on them."
    55 CALL_KW 3 Number [n+3] [1] "Like CALL, under a tuple with the names of the last arguments, which are keyword arguments."
    56 COMPARE_OP 1 Compare [2] [1] "Pops right and left, pushes the result of comparing them."
    57 CONTAINS_OP 1 Contains [2] [1] "Pops a container and a value, pushes whether the value is in it, or is not."
    58 CONVERT_VALUE 0 Conversion [1] [1] "`!s`, `!r` or `!a` of an f-string: replaces the top by its str, repr or ascii."
    59 COPY 0 Number [0] [1] "Pushes again the value that is so deep in the stack, 1 being the top."
    60 COPY_FREE_VARS 0 Number [0] [0] "Copies so many cells from the function's closure into the frame."
    61 DELETE_ATTR 0 Name [1] [0] "Pops an object and deletes its attribute."
    62 DELETE_DEREF 0 Cell [0] [0] "Empties a cell."
    63 DELETE_FAST 0 Local [0] [0] "Unbinds a local; an UnboundLocalError if it is not bound."
    64 DELETE_GLOBAL 0 Name [0] [0] "Deletes a global; a NameError if there is none."
    65 DELETE_NAME 0 Name [0] [0] "Deletes a name from the locals mapping; a NameError if it is not there."
    66 DICT_MERGE 0 Number [1] [0] "`**mapping` in a call: merges the top into the dict so deep; a repeated key is a TypeError."
    67 DICT_UPDATE 0 Number [1] [0] "`**mapping` in a display: updates the dict so deep from the top."
    68 END_ASYNC_FOR 0 Backward [2] [0] "Ends `async for` on StopAsyncIteration and raises any other exception again; the argument points at the SEND."
    69 EXTENDED_ARG 0 Number [0] [0] "Prefix: the argument becomes the higher bits of the next instruction's."
    70 FOR_ITER 1 Forward [0] [1] "Pushes the iterator's next value; when exhausted, jumps past the loop's END_FOR."
    71 GET_AWAITABLE 0 Number [1] [1] "Replaces the top by its awaitable iterator; the argument is 1 or 2 in `async with`, for the error's text."
    72 IMPORT_FROM 0 Name [0] [1] "Pushes the attribute of the module on top, or its submodule of that name."
    73 IMPORT_NAME 0 Name [2] [1] "Pops the from-list and the level, pushes the result of `__import__`."
    74 IS_OP 0 Is [2] [1] "Pops two values, pushes whether they are the same object, or are not."
    75 JUMP_BACKWARD 1 Backward [0] [0] "Jumps backward, and lets the scheduler and signals have their turn."
    76 JUMP_BACKWARD_NO_INTERRUPT 0 Backward [0] [0] "Jumps backward without letting anything in (inside `await` and `yield from`)."
    77 JUMP_FORWARD 0 Forward [0] [0] "Jumps forward."
    78 LIST_APPEND 0 Number [1] [0] "Pops a value and appends it to the list so deep (comprehensions)."
    79 LIST_EXTEND 0 Number [1] [0] "Pops an iterable and extends the list so deep."
    80 LOAD_ATTR 9 NameAndFlag [1] [1+bit] "Replaces an object by its attribute; with bit 0, by an unbound method and self, or by the attribute and NULL."
    81 LOAD_COMMON_CONSTANT 0 CommonConstant [0] [1] "Pushes a built-in that compiled code needs whatever the name is bound to."
    82 LOAD_CONST 0 Const [0] [1] "Pushes a constant."
    83 LOAD_DEREF 0 Local [0] [1] "Pushes the content of a cell; a NameError if it is empty."
    84 LOAD_FAST 0 Local [0] [1] "Pushes a local that is known to be bound."
    85 LOAD_FAST_AND_CLEAR 0 Local [0] [1] "Pushes a local, or NULL, and unbinds it (inlined comprehensions)."
    86 LOAD_FAST_BORROW 0 Local [0] [1] "Pushes a local without counting a reference: the local outlives the value on the stack."
    87 LOAD_FAST_BORROW_LOAD_FAST_BORROW 0 LocalPair [0] [2] "Two LOAD_FAST_BORROW in one."
    88 LOAD_FAST_CHECK 0 Local [0] [1] "Pushes a local; an UnboundLocalError if it is not bound."
    89 LOAD_FAST_LOAD_FAST 0 LocalPair [0] [2] "Two LOAD_FAST in one."
    90 LOAD_FROM_DICT_OR_DEREF 0 Cell [1] [1] "Pops a mapping and pushes a name's value in it, or else the content of the cell (class bodies)."
    91 LOAD_FROM_DICT_OR_GLOBALS 0 Name [1] [1] "Pops a mapping and pushes a name's value in it, or else the global or built-in."
    92 LOAD_GLOBAL 4 NameAndFlag [0] [1+bit] "Pushes a global or built-in, and a NULL above it with bit 0."
    93 LOAD_NAME 0 Name [0] [1] "Pushes a name's value from locals, globals or built-ins, the first that has it."
    94 LOAD_SMALL_INT 0 Number [0] [1] "Pushes the argument as an int, 0 to 255."
    95 LOAD_SPECIAL 0 SpecialMethod [1] [2] "Replaces an object by its type's special method and self (or NULL), for `with`."
    96 LOAD_SUPER_ATTR 1 NameAndTwoFlags [3] [1+bit] "Pops self, the class and `super`, pushes the attribute found behind the class in the MRO."
    97 MAKE_CELL 0 Cell [0] [0] "Makes a cell for a variable, with the argument's value in it if it is a parameter."
    98 MAP_ADD 0 Number [2] [0] "Pops a value and a key and stores them in the dict so deep (comprehensions)."
    99 MATCH_CLASS 0 Number [3] [1] "Class pattern: pops keyword names, a class and a subject, pushes a tuple of attributes, or None."
    100 POP_JUMP_IF_FALSE 1 Forward [1] [0] "Pops a bool and jumps forward if it is False."
    101 POP_JUMP_IF_NONE 1 Forward [1] [0] "Pops a value and jumps forward if it is None."
    102 POP_JUMP_IF_NOT_NONE 1 Forward [1] [0] "Pops a value and jumps forward if it is not None."
    103 POP_JUMP_IF_TRUE 1 Forward [1] [0] "Pops a bool and jumps forward if it is True."
    104 RAISE_VARARGS 0 Number [n] [0] "`raise`: again (0), an exception (1), or an exception from a cause (2)."
    105 RERAISE 0 Number [1] [0] "Raises the exception on top again; a nonzero argument says how deep the instruction to blame is kept."
    106 SEND 1 Forward [1] [1] "Sends the top to the delegate below and pushes what it yields; when it returns, jumps forward."
    107 SET_ADD 0 Number [1] [0] "Pops a value and adds it to the set so deep (comprehensions)."
    108 SET_FUNCTION_ATTRIBUTE 0 FunctionAttribute [2] [1] "Pops a function and a value, sets defaults, annotations or closure, pushes the function."
    109 SET_UPDATE 0 Number [1] [0] "Pops an iterable and updates the set so deep."
    110 STORE_ATTR 4 Name [2] [0] "Pops an object and a value and sets the object's attribute."
    111 STORE_DEREF 0 Cell [1] [0] "Pops a value and stores it in a cell."
    112 STORE_FAST 0 Local [1] [0] "Pops a value and binds a local to it."
    113 STORE_FAST_LOAD_FAST 0 LocalPair [1] [1] "STORE_FAST and LOAD_FAST in one."
    114 STORE_FAST_STORE_FAST 0 LocalPair [2] [0] "Two STORE_FAST in one; the first index takes the top."
    115 STORE_GLOBAL 0 Name [1] [0] "Pops a value and binds a global to it."
    116 STORE_NAME 0 Name [1] [0] "Pops a value and binds a name in the locals mapping to it."
    117 SWAP 0 Number [0] [0] "Exchanges the top with the value that is so deep, 1 being the top."
    118 UNPACK_EX 0 Number [1] [unpack] "Unpacks an iterable for a target with a star: low byte before it, the rest after it."
    119 UNPACK_SEQUENCE 1 Number [1] [n] "Unpacks an iterable into exactly so many values, the first on top."
    120 YIELD_VALUE 0 Number [1] [1] "Suspends the generator with the top as its value; what is sent in is pushed later."
    128 RESUME 0 Number [0] [0] "Start of a function (0), or after a yield (1), `yield from` (2), `await` (3); lets the scheduler and signals in."
}

macro_rules! forms {
    ($table:ident $forms:ident $module:ident: $doc:literal; $($number:literal $name:ident of $base:ident)*) => {
        /// The numbers by name.
        pub mod $module {
            $(pub const $name: u8 = $number;)*
        }
        #[doc = $doc]
        pub static $table: &[(u8, &str, u8)] = $forms;
        const $forms: &[(u8, &str, u8)] = &[$(($number, stringify!($name), op::$base)),*];
    };
}

forms! { SPECIALIZED SPECIALIZED_FORMS special: "CPython's specialised forms: number, name, the opcode they stand for. Compiled code has none of them; the machine's running copy has.";
    3 BINARY_OP_INPLACE_ADD_UNICODE of BINARY_OP
    129 BINARY_OP_ADD_FLOAT of BINARY_OP
    130 BINARY_OP_ADD_INT of BINARY_OP
    131 BINARY_OP_ADD_UNICODE of BINARY_OP
    132 BINARY_OP_EXTEND of BINARY_OP
    133 BINARY_OP_MULTIPLY_FLOAT of BINARY_OP
    134 BINARY_OP_MULTIPLY_INT of BINARY_OP
    135 BINARY_OP_SUBSCR_DICT of BINARY_OP
    136 BINARY_OP_SUBSCR_GETITEM of BINARY_OP
    137 BINARY_OP_SUBSCR_LIST_INT of BINARY_OP
    138 BINARY_OP_SUBSCR_LIST_SLICE of BINARY_OP
    139 BINARY_OP_SUBSCR_STR_INT of BINARY_OP
    140 BINARY_OP_SUBSCR_TUPLE_INT of BINARY_OP
    141 BINARY_OP_SUBTRACT_FLOAT of BINARY_OP
    142 BINARY_OP_SUBTRACT_INT of BINARY_OP
    143 CALL_ALLOC_AND_ENTER_INIT of CALL
    144 CALL_BOUND_METHOD_EXACT_ARGS of CALL
    145 CALL_BOUND_METHOD_GENERAL of CALL
    146 CALL_BUILTIN_CLASS of CALL
    147 CALL_BUILTIN_FAST of CALL
    148 CALL_BUILTIN_FAST_WITH_KEYWORDS of CALL
    149 CALL_BUILTIN_O of CALL
    150 CALL_ISINSTANCE of CALL
    151 CALL_KW_BOUND_METHOD of CALL_KW
    152 CALL_KW_NON_PY of CALL_KW
    153 CALL_KW_PY of CALL_KW
    154 CALL_LEN of CALL
    155 CALL_LIST_APPEND of CALL
    156 CALL_METHOD_DESCRIPTOR_FAST of CALL
    157 CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS of CALL
    158 CALL_METHOD_DESCRIPTOR_NOARGS of CALL
    159 CALL_METHOD_DESCRIPTOR_O of CALL
    160 CALL_NON_PY_GENERAL of CALL
    161 CALL_PY_EXACT_ARGS of CALL
    162 CALL_PY_GENERAL of CALL
    163 CALL_STR_1 of CALL
    164 CALL_TUPLE_1 of CALL
    165 CALL_TYPE_1 of CALL
    166 COMPARE_OP_FLOAT of COMPARE_OP
    167 COMPARE_OP_INT of COMPARE_OP
    168 COMPARE_OP_STR of COMPARE_OP
    169 CONTAINS_OP_DICT of CONTAINS_OP
    170 CONTAINS_OP_SET of CONTAINS_OP
    171 FOR_ITER_GEN of FOR_ITER
    172 FOR_ITER_LIST of FOR_ITER
    173 FOR_ITER_RANGE of FOR_ITER
    174 FOR_ITER_TUPLE of FOR_ITER
    175 JUMP_BACKWARD_JIT of JUMP_BACKWARD
    176 JUMP_BACKWARD_NO_JIT of JUMP_BACKWARD
    177 LOAD_ATTR_CLASS of LOAD_ATTR
    178 LOAD_ATTR_CLASS_WITH_METACLASS_CHECK of LOAD_ATTR
    179 LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN of LOAD_ATTR
    180 LOAD_ATTR_INSTANCE_VALUE of LOAD_ATTR
    181 LOAD_ATTR_METHOD_LAZY_DICT of LOAD_ATTR
    182 LOAD_ATTR_METHOD_NO_DICT of LOAD_ATTR
    183 LOAD_ATTR_METHOD_WITH_VALUES of LOAD_ATTR
    184 LOAD_ATTR_MODULE of LOAD_ATTR
    185 LOAD_ATTR_NONDESCRIPTOR_NO_DICT of LOAD_ATTR
    186 LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES of LOAD_ATTR
    187 LOAD_ATTR_PROPERTY of LOAD_ATTR
    188 LOAD_ATTR_SLOT of LOAD_ATTR
    189 LOAD_ATTR_WITH_HINT of LOAD_ATTR
    190 LOAD_CONST_IMMORTAL of LOAD_CONST
    191 LOAD_CONST_MORTAL of LOAD_CONST
    192 LOAD_GLOBAL_BUILTIN of LOAD_GLOBAL
    193 LOAD_GLOBAL_MODULE of LOAD_GLOBAL
    194 LOAD_SUPER_ATTR_ATTR of LOAD_SUPER_ATTR
    195 LOAD_SUPER_ATTR_METHOD of LOAD_SUPER_ATTR
    196 RESUME_CHECK of RESUME
    197 SEND_GEN of SEND
    198 STORE_ATTR_INSTANCE_VALUE of STORE_ATTR
    199 STORE_ATTR_SLOT of STORE_ATTR
    200 STORE_ATTR_WITH_HINT of STORE_ATTR
    201 STORE_SUBSCR_DICT of STORE_SUBSCR
    202 STORE_SUBSCR_LIST_INT of STORE_SUBSCR
    203 TO_BOOL_ALWAYS_TRUE of TO_BOOL
    204 TO_BOOL_BOOL of TO_BOOL
    205 TO_BOOL_INT of TO_BOOL
    206 TO_BOOL_LIST of TO_BOOL
    207 TO_BOOL_NONE of TO_BOOL
    208 TO_BOOL_STR of TO_BOOL
    209 UNPACK_SEQUENCE_LIST of UNPACK_SEQUENCE
    210 UNPACK_SEQUENCE_TUPLE of UNPACK_SEQUENCE
    211 UNPACK_SEQUENCE_TWO_TUPLE of UNPACK_SEQUENCE
}

forms! { INSTRUMENTED INSTRUMENTED_FORMS instrumented: "CPython's forms for monitoring (PEP 669): number, name, the opcode they stand for (NOP where it varies). Reserved.";
    234 INSTRUMENTED_END_FOR of END_FOR
    235 INSTRUMENTED_POP_ITER of POP_ITER
    236 INSTRUMENTED_END_SEND of END_SEND
    237 INSTRUMENTED_FOR_ITER of FOR_ITER
    238 INSTRUMENTED_INSTRUCTION of NOP
    239 INSTRUMENTED_JUMP_FORWARD of JUMP_FORWARD
    240 INSTRUMENTED_NOT_TAKEN of NOT_TAKEN
    241 INSTRUMENTED_POP_JUMP_IF_TRUE of POP_JUMP_IF_TRUE
    242 INSTRUMENTED_POP_JUMP_IF_FALSE of POP_JUMP_IF_FALSE
    243 INSTRUMENTED_POP_JUMP_IF_NONE of POP_JUMP_IF_NONE
    244 INSTRUMENTED_POP_JUMP_IF_NOT_NONE of POP_JUMP_IF_NOT_NONE
    245 INSTRUMENTED_RESUME of RESUME
    246 INSTRUMENTED_RETURN_VALUE of RETURN_VALUE
    247 INSTRUMENTED_YIELD_VALUE of YIELD_VALUE
    248 INSTRUMENTED_END_ASYNC_FOR of END_ASYNC_FOR
    249 INSTRUMENTED_LOAD_SUPER_ATTR of LOAD_SUPER_ATTR
    250 INSTRUMENTED_CALL of CALL
    251 INSTRUMENTED_CALL_KW of CALL_KW
    252 INSTRUMENTED_CALL_FUNCTION_EX of CALL_FUNCTION_EX
    253 INSTRUMENTED_JUMP_BACKWARD of JUMP_BACKWARD
    254 INSTRUMENTED_LINE of NOP
    255 ENTER_EXECUTOR of NOP
}

/// Pseudo-instructions: only `dis.opmap` and `dis.stack_effect` know them; compiled code has none.
pub static PSEUDO: &[Opcode] = &[
    pseudo(256, "ANNOTATIONS_PLACEHOLDER", Arg::None, 0, 0, "Where the code for annotations goes."),
    pseudo(257, "JUMP", Arg::Forward, 0, 0, "A jump whose direction is not yet known."),
    pseudo(258, "JUMP_IF_FALSE", Arg::Forward, 0, 0, "Jumps if the top is false, keeping it."),
    pseudo(259, "JUMP_IF_TRUE", Arg::Forward, 0, 0, "Jumps if the top is true, keeping it."),
    pseudo(260, "JUMP_NO_INTERRUPT", Arg::Forward, 0, 0, "A jump that lets nothing in."),
    pseudo(261, "LOAD_CLOSURE", Arg::Local, 0, 1, "Pushes a cell."),
    pseudo(262, "POP_BLOCK", Arg::None, 0, 0, "End of a protected range."),
    pseudo(263, "SETUP_CLEANUP", Arg::Number, 0, 2, "Start of a range whose handler finds the instruction to blame and the exception."),
    pseudo(264, "SETUP_FINALLY", Arg::Number, 0, 1, "Start of a range whose handler finds the exception."),
    pseudo(265, "SETUP_WITH", Arg::Number, 0, 1, "Start of the range of a `with` block."),
    pseudo(266, "STORE_FAST_MAYBE_NULL", Arg::Local, 1, 0, "STORE_FAST of a value that may be NULL."),
];

const fn pseudo(number: u16, name: &'static str, arg: Arg, pops: u8, pushes: u8, doc: &'static str) -> Opcode {
    Opcode { number, name, caches: 0, arg, pops: Count::Exactly(pops), pushes: Count::Exactly(pushes), doc }
}

/// `dis.HAVE_ARGUMENT`: opcodes above it take an argument.
pub const HAVE_ARGUMENT: u8 = op::WITH_EXCEPT_START;
/// First of the opcodes for monitoring.
pub const MIN_INSTRUMENTED: u8 = 234;

/// The row of an opcode number, specialised and instrumented ones giving their base's row; None for a number without meaning.
pub fn row(number: u16) -> Option<&'static Opcode> {
    if number > 255 {
        return PSEUDO.iter().find(|row| row.number == number);
    }
    let base = u16::from(base(number as u8));
    OPCODES.binary_search_by_key(&base, |row| row.number).ok().map(|index| &OPCODES[index])
}

/// The opcode that a specialised or instrumented one stands for; any other stands for itself.
pub fn base(opcode: u8) -> u8 {
    BASES[usize::from(opcode)]
}

static BASES: [u8; 256] = {
    let mut table = [0; 256];
    let mut number = 0;
    while number < 256 {
        table[number] = number as u8;
        number += 1;
    }
    let mut index = 0;
    while index < SPECIALIZED.len() {
        table[SPECIALIZED[index].0 as usize] = SPECIALIZED[index].2;
        index += 1;
    }
    index = 0;
    while index < INSTRUMENTED.len() {
        table[INSTRUMENTED[index].0 as usize] = INSTRUMENTED[index].2;
        index += 1;
    }
    table
};

/// CPython's name of an opcode number, `<n>` for one without meaning (as `dis.opname` has it).
pub fn name(number: u16) -> String {
    if u8::try_from(number).is_ok_and(|opcode| base(opcode) != opcode) {
        let form = SPECIALIZED.iter().chain(INSTRUMENTED).find(|form| u16::from(form.0) == number);
        return form.map(|form| form.1.to_owned()).expect("what has a base is in one of the two tables");
    }
    row(number).map_or_else(|| format!("<{number}>"), |row| row.name.to_owned())
}

/// The number of a name of any kind, None if there is no such opcode.
pub fn number(name: &str) -> Option<u16> {
    let rows = OPCODES.iter().chain(PSEUDO).map(|row| (row.name, row.number));
    let forms = SPECIALIZED.iter().chain(INSTRUMENTED).map(|form| (form.1, u16::from(form.0)));
    rows.chain(forms).find(|(candidate, _)| *candidate == name).map(|(_, number)| number)
}

/// Code units of inline cache after an opcode, for all 256, so that stepping costs one load.
pub static CACHES: [u8; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        table[index] = caches_of(index as u8) as u8;
        index += 1;
    }
    table
};

/// Code units of inline cache after an opcode; a specialised form has those of the opcode it stands for.
pub const fn caches_of(opcode: u8) -> usize {
    let mut number = opcode;
    let mut index = 0;
    while index < SPECIALIZED_FORMS.len() {
        if SPECIALIZED_FORMS[index].0 == opcode {
            number = SPECIALIZED_FORMS[index].2;
        }
        index += 1;
    }
    index = 0;
    while index < ROWS.len() {
        if ROWS[index].number == number as u16 {
            return ROWS[index].caches as usize;
        }
        index += 1;
    }
    0
}

impl Opcode {
    /// Change of the stack's depth: CPython's `dis.stack_effect(opcode, arg)`.
    pub const fn stack_effect(&self, arg: u32) -> i32 {
        self.pushes.of(arg) as i32 - self.pops.of(arg) as i32
    }

    pub fn has_arg(&self) -> bool {
        self.arg != Arg::None
    }

    pub fn has_const(&self) -> bool {
        self.arg == Arg::Const
    }

    pub fn has_name(&self) -> bool {
        matches!(self.arg, Arg::Name | Arg::NameAndFlag | Arg::NameAndTwoFlags)
    }

    pub fn has_jump(&self) -> bool {
        matches!(self.arg, Arg::Forward | Arg::Backward)
    }

    /// `dis.haslocal`. It has LOAD_DEREF, as CPython's list does.
    pub fn has_local(&self) -> bool {
        matches!(self.arg, Arg::Local | Arg::LocalPair)
    }

    /// `dis.hasfree`.
    pub fn has_free(&self) -> bool {
        self.arg == Arg::Cell
    }

    /// `dis.hasexc`: the pseudo-instructions that set a handler up.
    pub fn has_exc(&self) -> bool {
        matches!(self.number, 263..=265)
    }
}

/// The instruction that begins at a code unit, with the argument that its EXTENDED_ARG prefixes make.
pub fn decode(units: &[u16], mut at: usize) -> Option<(u8, usize)> {
    let mut arg = 0;
    loop {
        let unit = *units.get(at)?;
        let o = (unit & 0xFF) as u8;
        arg = arg << 8 | (unit >> 8) as usize;
        if o != op::EXTENDED_ARG {
            return Some((o, arg));
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython_compiler_core::bytecode::Opcode as Theirs;

    #[test]
    fn agrees_with_the_compiler() {
        let mut rows = 0;
        for number in 0..=255u8 {
            let Ok(theirs) = Theirs::try_from_u8(number) else {
                assert!(row(number.into()).is_none(), "{number}");
                continue;
            };
            assert_eq!(name(number.into()).replace('_', "").to_lowercase(), format!("{theirs:?}").to_lowercase());
            assert_eq!(super::number(&name(number.into())), Some(number.into()));
            if base(number) != number {
                assert!(matches!(number, 238 | 254 | 255) || theirs.deoptimize() as u8 == base(number), "{theirs:?}");
                continue;
            }
            let ours = row(number.into()).expect("an opcode of the compiler is in the table");
            rows += 1;
            assert_eq!(usize::from(ours.caches), theirs.cache_entries(), "{}", ours.name);
            assert_eq!(CACHES[usize::from(number)], ours.caches);
            let kinds = [ours.has_arg(), ours.has_const(), ours.has_name(), ours.has_jump(), ours.has_local(), ours.has_free()];
            let others =
                [theirs.has_arg(), theirs.has_const(), theirs.has_name(), theirs.has_jump(), theirs.has_local(), theirs.has_free()];
            assert_eq!(kinds, others, "{}", ours.name);
            for arg in [0, 1, 2, 3, 7, 258] {
                // SWAP and COPY below their least argument mean nothing.
                if arg >= 2 || !ours.has_arg() || matches!(ours.pops, Count::PlusLowBit(_)) {
                    assert_eq!(ours.stack_effect(arg), theirs.stack_effect(arg), "{} {arg}", ours.name);
                }
            }
        }
        assert_eq!(rows, OPCODES.len());
    }

    #[test]
    fn every_row_is_told_in_a_sentence() {
        for row in OPCODES.iter().chain(PSEUDO) {
            assert!(row.doc.ends_with('.') && row.doc.len() > 10, "{}", row.name);
        }
    }
}
