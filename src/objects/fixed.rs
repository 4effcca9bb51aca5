//! Objects that every machine has at the same place: built-in types, singletons, small ints, one-letter strings, names.
//!
//! The order here is the order in which a starting machine allocates them, so that a handle is a constant.
use crate::heap::Ref;

macro_rules! fixed_list {
    ($module:ident, $all:ident, $start:expr, $($name:ident = $text:expr),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum $module { $($name),* }
        /// Handles of this list.
        pub mod $all {
            use super::*;
            $(pub const $name: Ref = Ref::fixed($start + super::$module::$name as u32);)*
            /// Their texts, in order.
            pub const ALL: &[&str] = &[$($text),*];
        }
    };
}

fixed_list! { TypeList, t, 1,
    TYPE = "type", OBJECT = "object", INT = "int", BOOL = "bool", FLOAT = "float", COMPLEX = "complex", STR = "str",
    BYTES = "bytes", BYTEARRAY = "bytearray", TUPLE = "tuple", LIST = "list", DICT = "dict", SET = "set",
    FROZENSET = "frozenset", NONE = "NoneType", ELLIPSIS = "ellipsis", NOTIMPLEMENTED = "NotImplementedType",
    SLICE = "slice", RANGE = "range", FUNCTION = "function", BUILTIN = "builtin_function_or_method",
    METHOD_DESCRIPTOR = "method_descriptor", SLOT_WRAPPER = "wrapper_descriptor", METHOD_WRAPPER = "method-wrapper",
    CLASSMETHOD_DESCRIPTOR = "classmethod_descriptor", GETSET = "getset_descriptor", MEMBER = "member_descriptor",
    METHOD = "method", CELL = "cell", CODE = "code", FRAME = "frame", TRACEBACK = "traceback", GENERATOR = "generator",
    COROUTINE = "coroutine", ASYNC_GENERATOR = "async_generator", MODULE = "module", PROPERTY = "property",
    STATICMETHOD = "staticmethod", CLASSMETHOD = "classmethod", SUPER = "super", PROXY = "mappingproxy",
    DICT_KEYS = "dict_keys", DICT_VALUES = "dict_values", DICT_ITEMS = "dict_items", WEAKREF = "ReferenceType",
    LIST_ITER = "list_iterator", LIST_REVERSE_ITER = "list_reverseiterator", TUPLE_ITER = "tuple_iterator",
    STR_ITER = "str_iterator", STR_ASCII_ITER = "str_ascii_iterator", BYTES_ITER = "bytes_iterator",
    BYTEARRAY_ITER = "bytearray_iterator", RANGE_ITER = "range_iterator", LONGRANGE_ITER = "longrange_iterator",
    DICT_KEY_ITER = "dict_keyiterator", DICT_VALUE_ITER = "dict_valueiterator", DICT_ITEM_ITER = "dict_itemiterator",
    DICT_REVERSE_KEY_ITER = "dict_reversekeyiterator", DICT_REVERSE_VALUE_ITER = "dict_reversevalueiterator",
    DICT_REVERSE_ITEM_ITER = "dict_reverseitemiterator", SET_ITER = "set_iterator", SEQ_ITER = "iterator",
    CALLABLE_ITER = "callable_iterator", REVERSED = "reversed", ENUMERATE = "enumerate", ZIP = "zip", MAP = "map",
    FILTER = "filter", MEMORYVIEW = "memoryview", NAMESPACE = "SimpleNamespace", GENERIC_ALIAS = "GenericAlias",
    UNION = "Union", COROUTINE_WRAPPER = "coroutine_wrapper", ASYNC_GEN_ASEND = "async_generator_asend",
    ASYNC_GEN_ATHROW = "async_generator_athrow", ASYNC_GEN_WRAPPED = "async_generator_wrapped_value",
    ANEXT_AWAITABLE = "anext_awaitable", TEMPLATE = "Template", INTERPOLATION = "Interpolation",
    TEMPLATE_ITER = "TemplateIter", FRAME_LOCALS = "FrameLocalsProxy", CALLABLE_PROXY = "CallableProxyType",
    WEAK_PROXY = "ProxyType", TYPEVAR = "TypeVar", PARAMSPEC = "ParamSpec", PARAMSPEC_ARGS = "ParamSpecArgs",
    PARAMSPEC_KWARGS = "ParamSpecKwargs", TYPEVARTUPLE = "TypeVarTuple", TYPEALIAS = "TypeAliasType", GENERIC = "Generic",
    BASE_EXCEPTION = "BaseException", EXCEPTION = "Exception", BASE_EXCEPTION_GROUP = "BaseExceptionGroup",
    EXCEPTION_GROUP = "ExceptionGroup", TYPE_ERROR = "TypeError", VALUE_ERROR = "ValueError",
    ATTRIBUTE_ERROR = "AttributeError", NAME_ERROR = "NameError", UNBOUND_LOCAL_ERROR = "UnboundLocalError",
    INDEX_ERROR = "IndexError", KEY_ERROR = "KeyError", LOOKUP_ERROR = "LookupError",
    ARITHMETIC_ERROR = "ArithmeticError", ZERO_DIVISION_ERROR = "ZeroDivisionError", OVERFLOW_ERROR = "OverflowError",
    FLOATING_POINT_ERROR = "FloatingPointError", RUNTIME_ERROR = "RuntimeError", RECURSION_ERROR = "RecursionError",
    NOT_IMPLEMENTED_ERROR = "NotImplementedError", PYTHON_FINALIZATION_ERROR = "PythonFinalizationError",
    STOP_ITERATION = "StopIteration", STOP_ASYNC_ITERATION = "StopAsyncIteration", GENERATOR_EXIT = "GeneratorExit",
    KEYBOARD_INTERRUPT = "KeyboardInterrupt", SYSTEM_EXIT = "SystemExit", IMPORT_ERROR = "ImportError",
    MODULE_NOT_FOUND_ERROR = "ModuleNotFoundError", OS_ERROR = "OSError", BLOCKING_IO_ERROR = "BlockingIOError",
    CHILD_PROCESS_ERROR = "ChildProcessError", CONNECTION_ERROR = "ConnectionError", BROKEN_PIPE_ERROR = "BrokenPipeError",
    CONNECTION_ABORTED_ERROR = "ConnectionAbortedError", CONNECTION_REFUSED_ERROR = "ConnectionRefusedError",
    CONNECTION_RESET_ERROR = "ConnectionResetError", FILE_EXISTS_ERROR = "FileExistsError",
    FILE_NOT_FOUND_ERROR = "FileNotFoundError", INTERRUPTED_ERROR = "InterruptedError",
    IS_A_DIRECTORY_ERROR = "IsADirectoryError", NOT_A_DIRECTORY_ERROR = "NotADirectoryError",
    PERMISSION_ERROR = "PermissionError", PROCESS_LOOKUP_ERROR = "ProcessLookupError", TIMEOUT_ERROR = "TimeoutError",
    MEMORY_ERROR = "MemoryError", BUFFER_ERROR = "BufferError", REFERENCE_ERROR = "ReferenceError",
    SYSTEM_ERROR = "SystemError", ASSERTION_ERROR = "AssertionError", EOF_ERROR = "EOFError",
    SYNTAX_ERROR = "SyntaxError", INDENTATION_ERROR = "IndentationError", TAB_ERROR = "TabError",
    INCOMPLETE_INPUT_ERROR = "_IncompleteInputError", UNICODE_ERROR = "UnicodeError",
    UNICODE_ENCODE_ERROR = "UnicodeEncodeError", UNICODE_DECODE_ERROR = "UnicodeDecodeError",
    UNICODE_TRANSLATE_ERROR = "UnicodeTranslateError", WARNING = "Warning", USER_WARNING = "UserWarning",
    DEPRECATION_WARNING = "DeprecationWarning", PENDING_DEPRECATION_WARNING = "PendingDeprecationWarning",
    SYNTAX_WARNING = "SyntaxWarning", RUNTIME_WARNING = "RuntimeWarning", FUTURE_WARNING = "FutureWarning",
    IMPORT_WARNING = "ImportWarning", UNICODE_WARNING = "UnicodeWarning", BYTES_WARNING = "BytesWarning",
    RESOURCE_WARNING = "ResourceWarning", ENCODING_WARNING = "EncodingWarning", UNSUPPORTED = "Unsupported",
}

const SINGLETONS: u32 = 1 + t::ALL.len() as u32;
pub const NONE: Ref = Ref::fixed(SINGLETONS);
pub const FALSE: Ref = Ref::fixed(SINGLETONS + 1);
pub const TRUE: Ref = Ref::fixed(SINGLETONS + 2);
pub const ELLIPSIS: Ref = Ref::fixed(SINGLETONS + 3);
pub const NOT_IMPLEMENTED: Ref = Ref::fixed(SINGLETONS + 4);
pub const EMPTY_TUPLE: Ref = Ref::fixed(SINGLETONS + 5);
pub const EMPTY_BYTES: Ref = Ref::fixed(SINGLETONS + 6);
pub const EMPTY_STR: Ref = Ref::fixed(SINGLETONS + 7);

const INTS: u32 = SINGLETONS + 8;
pub const SMALL_INT_MIN: i64 = -5;
/// Largest cached int (CPython 3.14 `_PY_NSMALLPOSINTS`).
pub const SMALL_INT_MAX: i64 = 256;
const INT_COUNT: u32 = (SMALL_INT_MAX - SMALL_INT_MIN + 1) as u32;

/// The cached int.
#[inline(always)]
pub const fn small_int(i: i64) -> Option<Ref> {
    if i >= SMALL_INT_MIN && i <= SMALL_INT_MAX { Some(Ref::fixed(INTS + (i - SMALL_INT_MIN) as u32)) } else { None }
}
/// The bool object.
#[inline(always)]
pub const fn bool_ref(b: bool) -> Ref {
    if b { TRUE } else { FALSE }
}

const LETTERS: u32 = INTS + INT_COUNT;
/// The one-letter string of a Latin-1 character.
#[inline]
pub const fn latin1_char(c: u8) -> Ref {
    Ref::fixed(LETTERS + c as u32)
}
const BYTE_STRINGS: u32 = LETTERS + 256;
/// The one-byte bytes object.
pub const fn byte_string(c: u8) -> Ref {
    Ref::fixed(BYTE_STRINGS + c as u32)
}
const NAMES: u32 = BYTE_STRINGS + 256;

fixed_list! { NameList, n, super::NAMES,
    __NAME__ = "__name__", __QUALNAME__ = "__qualname__", __MODULE__ = "__module__", __DICT__ = "__dict__",
    __CLASS__ = "__class__", __DOC__ = "__doc__", __BASES__ = "__bases__", __BASE__ = "__base__", __MRO__ = "__mro__", __WEAKREF__ = "__weakref__",
    __SLOTS__ = "__slots__", __INIT__ = "__init__", __NEW__ = "__new__", __DEL__ = "__del__", __CALL__ = "__call__",
    __REPR__ = "__repr__", __STR__ = "__str__", __BYTES__ = "__bytes__", __FORMAT__ = "__format__", __HASH__ = "__hash__",
    __BOOL__ = "__bool__", __LEN__ = "__len__", __LENGTH_HINT__ = "__length_hint__", __GETITEM__ = "__getitem__",
    __SETITEM__ = "__setitem__", __DELITEM__ = "__delitem__", __CONTAINS__ = "__contains__", __ITER__ = "__iter__",
    __NEXT__ = "__next__", __REVERSED__ = "__reversed__", __MISSING__ = "__missing__", __GETATTR__ = "__getattr__",
    __GETATTRIBUTE__ = "__getattribute__", __SETATTR__ = "__setattr__", __DELATTR__ = "__delattr__", __DIR__ = "__dir__",
    __GET__ = "__get__", __SET__ = "__set__", __DELETE__ = "__delete__", __SET_NAME__ = "__set_name__",
    __INIT_SUBCLASS__ = "__init_subclass__", __CLASS_GETITEM__ = "__class_getitem__", __PREPARE__ = "__prepare__",
    __MRO_ENTRIES__ = "__mro_entries__", __INSTANCECHECK__ = "__instancecheck__", __SUBCLASSCHECK__ = "__subclasscheck__",
    __SUBCLASSHOOK__ = "__subclasshook__", __ABSTRACTMETHODS__ = "__abstractmethods__", __CLASSCELL__ = "__classcell__",
    __CLASSDICTCELL__ = "__classdictcell__", __STATIC_ATTRIBUTES__ = "__static_attributes__",
    __FIRSTLINENO__ = "__firstlineno__", __ENTER__ = "__enter__", __EXIT__ = "__exit__", __AENTER__ = "__aenter__",
    __AEXIT__ = "__aexit__", __AITER__ = "__aiter__", __ANEXT__ = "__anext__", __AWAIT__ = "__await__",
    __LT__ = "__lt__", __LE__ = "__le__", __EQ__ = "__eq__", __NE__ = "__ne__", __GT__ = "__gt__", __GE__ = "__ge__",
    __ADD__ = "__add__", __RADD__ = "__radd__", __IADD__ = "__iadd__", __SUB__ = "__sub__", __RSUB__ = "__rsub__",
    __ISUB__ = "__isub__", __MUL__ = "__mul__", __RMUL__ = "__rmul__", __IMUL__ = "__imul__", __MATMUL__ = "__matmul__",
    __RMATMUL__ = "__rmatmul__", __IMATMUL__ = "__imatmul__", __TRUEDIV__ = "__truediv__", __RTRUEDIV__ = "__rtruediv__",
    __ITRUEDIV__ = "__itruediv__", __FLOORDIV__ = "__floordiv__", __RFLOORDIV__ = "__rfloordiv__",
    __IFLOORDIV__ = "__ifloordiv__", __MOD__ = "__mod__", __RMOD__ = "__rmod__", __IMOD__ = "__imod__",
    __DIVMOD__ = "__divmod__", __RDIVMOD__ = "__rdivmod__", __POW__ = "__pow__", __RPOW__ = "__rpow__",
    __IPOW__ = "__ipow__", __LSHIFT__ = "__lshift__", __RLSHIFT__ = "__rlshift__", __ILSHIFT__ = "__ilshift__",
    __RSHIFT__ = "__rshift__", __RRSHIFT__ = "__rrshift__", __IRSHIFT__ = "__irshift__", __AND__ = "__and__",
    __RAND__ = "__rand__", __IAND__ = "__iand__", __OR__ = "__or__", __ROR__ = "__ror__", __IOR__ = "__ior__",
    __XOR__ = "__xor__", __RXOR__ = "__rxor__", __IXOR__ = "__ixor__", __NEG__ = "__neg__", __POS__ = "__pos__",
    __ABS__ = "__abs__", __INVERT__ = "__invert__", __INT__ = "__int__", __FLOAT__ = "__float__",
    __COMPLEX__ = "__complex__", __INDEX__ = "__index__", __ROUND__ = "__round__", __TRUNC__ = "__trunc__",
    __FLOOR__ = "__floor__", __CEIL__ = "__ceil__", __REDUCE__ = "__reduce__", __REDUCE_EX__ = "__reduce_ex__",
    __GETSTATE__ = "__getstate__", __SETSTATE__ = "__setstate__", __GETNEWARGS__ = "__getnewargs__",
    __GETNEWARGS_EX__ = "__getnewargs_ex__", __COPY__ = "__copy__", __DEEPCOPY__ = "__deepcopy__", __SIZEOF__ = "__sizeof__",
    __ANNOTATIONS__ = "__annotations__", __ANNOTATE__ = "__annotate__", __ANNOTATE_FUNC__ = "__annotate_func__",
    __ANNOTATIONS_CACHE__ = "__annotations_cache__", __TYPE_PARAMS__ = "__type_params__", __DEFAULTS__ = "__defaults__",
    __KWDEFAULTS__ = "__kwdefaults__", __CODE__ = "__code__", __GLOBALS__ = "__globals__", __CLOSURE__ = "__closure__",
    __BUILTINS__ = "__builtins__", __SELF__ = "__self__", __FUNC__ = "__func__", __WRAPPED__ = "__wrapped__",
    __OBJCLASS__ = "__objclass__", __TEXT_SIGNATURE__ = "__text_signature__", __FILE__ = "__file__", __PATH__ = "__path__",
    __PACKAGE__ = "__package__", __SPEC__ = "__spec__", __LOADER__ = "__loader__", __ALL__ = "__all__", __CACHED__ = "__cached__",
    __IMPORT__ = "__import__", __BUILD_CLASS__ = "__build_class__", __DEBUG__ = "__debug__", __MATCH_ARGS__ = "__match_args__",
    __ISABSTRACTMETHOD__ = "__isabstractmethod__", __CAUSE__ = "__cause__", __CONTEXT__ = "__context__",
    __TRACEBACK__ = "__traceback__", __SUPPRESS_CONTEXT__ = "__suppress_context__", __NOTES__ = "__notes__",
    __FSPATH__ = "__fspath__", __ORIG_BASES__ = "__orig_bases__", __ORIG_CLASS__ = "__orig_class__", __ARGS__ = "__args__", __ORIGIN__ = "__origin__",
    __PARAMETERS__ = "__parameters__", __TYPING_SUBST__ = "__typing_subst__", __BUFFER__ = "__buffer__",
    _INITIALIZING = "_initializing", METACLASS = "metaclass", MRO = "mro", KEYS = "keys", ITEMS = "items", VALUES = "values",
    GET = "get", UPDATE = "update", APPEND = "append", SEND = "send", THROW = "throw", CLOSE = "close", WRITE = "write",
    FLUSH = "flush", READ = "read", READLINE = "readline", STDOUT = "stdout", STDERR = "stderr", STDIN = "stdin", MODULES = "modules", PATH = "path", NAME = "name", OBJ = "obj", ARGS = "args", SELF = "self", SEP = "sep", END = "end", FILE = "file", KEY = "key", REVERSE = "reverse", DEFAULT = "default", LAMBDA = "<lambda>", MODULE_NAME = "<module>", MAIN = "__main__", BUILTINS = "builtins", SYS = "sys", ENCODING = "encoding", ERRORS = "errors", STRICT = "strict", FILENAME = "filename", LINENO = "lineno", OFFSET = "offset", TEXT = "text", MSG = "msg", CODE = "code", VALUE = "value", ERRNO = "errno", STRERROR = "strerror", EXCEPTIONS = "exceptions", MESSAGE = "message", INDEX = "index", COUNT = "count", LAST_EXC = "last_exc", DISPLAYHOOK = "displayhook", EXCEPTHOOK = "excepthook", CALL_ANNOTATE = "__conditional_annotations__",
}
/// The first index after the fixed objects.
pub const END: u32 = NAMES + n::ALL.len() as u32;
