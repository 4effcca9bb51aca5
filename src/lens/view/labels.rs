//! The words of the pictures and tables, in both languages. Whole sentences live with the views that say them.
use crate::render::view::Lang;
use crate::snapshot::{Kind, Refcount};

/// A label in English and in Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub &'static str, pub &'static str);

impl Label {
    pub fn get(self, lang: Lang) -> &'static str {
        lang.pick(self.0, self.1)
    }
}

pub const TYPE: Label = Label("type", "类型");
pub const VALUE: Label = Label("value", "值");
pub const IDENTITY: Label = Label("id", "标识 id");
pub const REFCOUNT: Label = Label("refcount", "引用计数");
pub const REFS: Label = Label("refs", "引用");
pub const IMMORTAL: Label = Label("immortal", "永生");
pub const SIZE: Label = Label("size", "大小");
pub const BYTES: Label = Label("bytes", "字节");
pub const NAMES: Label = Label("names", "名字");
pub const NAME: Label = Label("name", "名字");
pub const WHERE: Label = Label("where", "所在");
pub const OBJECT: Label = Label("object", "对象");
pub const OBJECTS: Label = Label("objects", "对象");
pub const CLASS: Label = Label("class", "类");
pub const CLASSES: Label = Label("classes", "类");
pub const METACLASSES: Label = Label("metaclasses", "元类");
pub const ROLE: Label = Label("role", "角色");
pub const DETAIL: Label = Label("detail", "说明");
pub const INSTANCE_OF: Label = Label("instance of", "是…的实例");
pub const SUBCLASS_OF: Label = Label("subclass of", "是…的子类");
pub const REASON: Label = Label("why", "原因");
pub const FRAME: Label = Label("frame", "帧");
pub const LINE: Label = Label("line", "行");
pub const UNBOUND: Label = Label("unbound", "未绑定");
pub const SHARED: Label = Label("shared", "共享");
pub const IN_CYCLE: Label = Label("in a cycle", "在环中");
pub const STEP: Label = Label("step", "步");
pub const LISTS: Label = Label("lists", "各列表");
pub const TRIED: Label = Label("tried", "尝试");
pub const VERDICT: Label = Label("verdict", "结论");
pub const RESULT: Label = Label("RESULT", "结果");
pub const CONFLICT: Label = Label("CONFLICT", "冲突");
pub const EMPTY: Label = Label("empty", "空");
pub const BASES: Label = Label("bases", "基类");
pub const PLACE: Label = Label("place", "查找位置");
pub const FOUND: Label = Label("found", "找到");
pub const NOTHING: Label = Label("nothing", "无");
pub const RULE: Label = Label("rule", "规则");
pub const CALL: Label = Label("call", "调用");
pub const DEFINED_IN: Label = Label("defined in", "定义于");
pub const OUTCOME: Label = Label("outcome", "结果");
pub const OPERANDS: Label = Label("operands", "操作数");
pub const OPERAND: Label = Label("operand", "操作数");
pub const CONTENTS: Label = Label("holds", "内容");
pub const RAISES: Label = Label("raises", "抛出");

/// `2`, or the word for a count that is not kept.
pub fn refcount(count: Refcount, lang: Lang) -> String {
    match count {
        Refcount::Counted(n) => n.to_string(),
        Refcount::Immortal => IMMORTAL.get(lang).to_string(),
    }
}

/// A kind in words, for the alternative text.
pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    let (en, zh) = match kind {
        Kind::Scalar => ("value", "标量"),
        Kind::List => ("list", "列表"),
        Kind::Tuple => ("tuple", "元组"),
        Kind::Sequence => ("sequence", "序列"),
        Kind::Dict => ("dict", "字典"),
        Kind::Set => ("set", "集合"),
        Kind::Instance => ("instance", "实例"),
        Kind::Class => ("class", "类"),
        Kind::Function => ("function", "函数"),
        Kind::Cell => ("closure cell", "闭包单元"),
        Kind::Generator => ("generator", "生成器"),
        Kind::Module => ("module", "模块"),
        Kind::Other => ("object", "对象"),
    };
    lang.pick(en, zh)
}

/// Items joined as in a sentence: `a, b and c`, `a、b 和 c`.
pub fn and(items: &[String], lang: Lang) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => {
            let joined = most.join(lang.pick(", ", "、"));
            format!("{joined}{}{last}", lang.pick(" and ", " 和 "))
        }
    }
}
