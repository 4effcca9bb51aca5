//! `_locale`: the locales C, POSIX and C.UTF-8, which differ in name only.
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_locale",
    doc: "Locales: the machine has C only.",
    functions: &[&[
        Def::function("setlocale", "(category, locale=None, /)", setlocale, "Set or ask for the locale."),
        Def::function("localeconv", "()", localeconv, "Numeric and monetary conventions."),
        Def::function("strcoll", "(os1, os2, /)", strcoll, "Compare two strings by the locale."),
        Def::function("strxfrm", "(string, /)", |vm, a| Ok(vm.incref(a[0])), "A string that compares as the locale says."),
        Def::function("nl_langinfo", "(key, /)", nl_langinfo, "Information of the locale."),
        Def::function("getencoding", "()", |vm, _| Ok(vm.str("utf-8")), "The locale's encoding."),
        Def::function("gettext", "(msg, /)", |vm, a| Ok(vm.incref(a[0])), "A message's translation: itself."),
    ]],
    types: &[],
    init: Some(init),
};

const NUMBERS: &[(&str, i64)] = &[
    ("LC_CTYPE", 0), ("LC_NUMERIC", 1), ("LC_TIME", 2), ("LC_COLLATE", 3), ("LC_MONETARY", 4), ("LC_MESSAGES", 5),
    ("LC_ALL", 6), ("CHAR_MAX", 127), ("CODESET", 14), ("RADIXCHAR", 65536), ("THOUSEP", 65537), ("YESEXPR", 327680),
    ("NOEXPR", 327681), ("CRNCYSTR", 262159), ("D_T_FMT", 131112), ("D_FMT", 131113), ("T_FMT", 131114),
    ("T_FMT_AMPM", 131115), ("AM_STR", 131110), ("PM_STR", 131111), ("DAY_1", 131079), ("DAY_2", 131080), ("DAY_3", 131081),
    ("DAY_4", 131082), ("DAY_5", 131083), ("DAY_6", 131084), ("DAY_7", 131085), ("ABDAY_1", 131072), ("ABDAY_2", 131073),
    ("ABDAY_3", 131074), ("ABDAY_4", 131075), ("ABDAY_5", 131076), ("ABDAY_6", 131077), ("ABDAY_7", 131078),
];
/// Texts of `nl_langinfo` by number.
const TEXTS: &[(i64, &str)] = &[
    (14, "UTF-8"), (65536, "."), (65537, ""), (327680, "^[yY]"), (327681, "^[nN]"), (262159, "-"),
    (131112, "%a %b %e %H:%M:%S %Y"), (131113, "%m/%d/%y"), (131114, "%H:%M:%S"), (131115, "%I:%M:%S %p"), (131110, "AM"),
    (131111, "PM"), (131079, "Sunday"), (131080, "Monday"), (131081, "Tuesday"), (131082, "Wednesday"), (131083, "Thursday"),
    (131084, "Friday"), (131085, "Saturday"), (131072, "Sun"), (131073, "Mon"), (131074, "Tue"), (131075, "Wed"),
    (131076, "Thu"), (131077, "Fri"), (131078, "Sat"),
];

fn error_type(vm: &mut Vm) -> Ref {
    vm.make_exception_class("locale.Error", "locale", "Error", &[t::EXCEPTION])
}
fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    vm.set_ints(module, NUMBERS);
    let error = error_type(vm);
    vm.set_borrowed(module, "Error", error);
    Ok(())
}
/// All categories share one locale here.
fn setlocale(vm: &mut Vm, a: Args) -> Step {
    let category = vm.index_i32(a[0])?;
    let unsupported = |vm: &mut Vm| {
        let ty = error_type(vm);
        let text = vm.str("unsupported locale setting");
        let text = vm.keep(text);
        vm.raise_call(ty, &[text])
    };
    if !(0..=12).contains(&category) {
        return Err(unsupported(vm));
    }
    let Some(r) = a.not_none(1) else {
        return match vm.registry.get("locale") {
            Some(r) => { let r = *r; Ok(vm.incref(r)) }
            None => Ok(vm.str("C.UTF-8")),
        };
    };
    let name = vm.expect_str(r, "setlocale() argument 2")?;
    let name = match name.as_str() {
        "" | "C.UTF-8" | "C.utf8" => "C.UTF-8",
        "C" | "POSIX" => "C",
        _ => return Err(unsupported(vm)),
    };
    let text = vm.intern(name);
    let kept = vm.incref(text.get()).into_raw();
    let old = vm.registry.insert("locale", kept);
    vm.replace_raw(old);
    Ok(text)
}
fn localeconv(vm: &mut Vm, _: Args) -> Step {
    let d = vm.dict();
    let texts = [
        ("decimal_point", "."), ("thousands_sep", ""), ("int_curr_symbol", ""), ("currency_symbol", ""), ("mon_decimal_point", ""),
        ("mon_thousands_sep", ""), ("positive_sign", ""), ("negative_sign", ""),
    ];
    for (key, text) in texts {
        let v = vm.str(text);
        vm.dict_set_str(d.get(), key, v);
    }
    let numbers = [
        "int_frac_digits", "frac_digits", "p_cs_precedes", "p_sep_by_space", "n_cs_precedes", "n_sep_by_space", "p_sign_posn",
        "n_sign_posn",
    ];
    for key in numbers {
        let v = vm.int(127);
        vm.dict_set_str(d.get(), key, v);
    }
    for key in ["grouping", "mon_grouping"] {
        let v = vm.list(vec![]);
        vm.dict_set_str(d.get(), key, v);
    }
    Ok(d)
}
fn strcoll(vm: &mut Vm, a: Args) -> Step {
    let (Some(x), Some(y)) = (vm.str_of(a[0]), vm.str_of(a[1])) else {
        return Err(vm.type_error("strcoll() arguments must be str"));
    };
    let order = x.wtf8().cmp(y.wtf8()) as i64;
    Ok(vm.int(order))
}
fn nl_langinfo(vm: &mut Vm, a: Args) -> Step {
    let key = vm.index_i64(a[0])?;
    match TEXTS.iter().find(|x| x.0 == key) {
        Some(x) => Ok(vm.str(x.1)),
        None if NUMBERS.iter().any(|n| n.1 == key) => Ok(vm.incref(fixed::EMPTY_STR)),
        None => Err(vm.value_error("unsupported langinfo constant")),
    }
}
