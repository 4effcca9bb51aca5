//! Snapshots written by hand, for the tests and for the gallery: the cases that a picture must get right.
pub mod heaps;
pub mod searches;

use pellucid::lens::view;
use pellucid::render::{Lang, View};

/// Every sample by name, as views in a language.
pub fn all(lang: Lang) -> Vec<(&'static str, View)> {
    vec![
        ("object-int", view::object::view(&searches::object_int(), lang)),
        ("object-list", view::object::view(&searches::object_list(), lang)),
        ("object-two", view::object::view(&searches::object_two(), lang)),
        ("types-basic", view::types::view(&searches::types_basic(), lang)),
        ("types-meta", view::types::view(&searches::types_meta(), lang)),
        ("mro-diamond", view::mro::view(&searches::mro_diamond(), lang)),
        ("mro-conflict", view::mro::view(&searches::mro_conflict(), lang)),
        ("lookup-property", view::lookup::view(&searches::lookup_property(), lang)),
        ("lookup-method", view::lookup::view(&searches::lookup_method(), lang)),
        ("lookup-set", view::lookup::view(&searches::lookup_set(), lang)),
        ("dispatch-reflected", view::dispatch::view(&searches::dispatch_reflected(), lang)),
        ("dispatch-in", view::dispatch::view(&searches::dispatch_in(), lang)),
        ("build-hooks", view::build::view(&searches::build_hooks(), lang)),
        ("step-two", view::step::view(&searches::step_two(), 5_000, lang).0),
        ("heap-alias", view::heap::view(&heaps::alias(), lang)),
        ("heap-cycle", view::heap::view(&heaps::cycle(), lang)),
        ("heap-shapes", view::heap::view(&heaps::shapes(), lang)),
        ("heap-forty", view::heap::view(&heaps::forty(), lang)),
    ]
}
