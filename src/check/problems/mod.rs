//! Every problem the checker can find, grouped by what it is about.

pub mod declarations;
pub mod facts;
pub mod ladders;
pub mod names;
pub mod outcomes;
pub mod overlays;
pub mod policy;
pub mod strategy;
pub mod types;

use crate::diag::ProblemKind;

/// Declares problems and the list of all of them; texts come as English, Chinese.
macro_rules! problems {
    ($( $name:ident: $severity:ident, slug: $slug:literal,
        title: [$title_en:literal, $title_zh:literal],
        help: [$help_en:literal, $help_zh:literal],
        label: [$label_en:literal, $label_zh:literal]; )*) => {
        $(
            pub static $name: $crate::diag::ProblemKind = $crate::diag::ProblemKind {
                slug: $slug,
                severity: $crate::diag::Severity::$severity,
                title: $crate::diag::Text { en: $title_en, zh: $title_zh },
                help: Some($crate::diag::Text { en: $help_en, zh: $help_zh }),
                label: $crate::diag::Text { en: $label_en, zh: $label_zh },
            };
        )*
        pub static ALL: &[&$crate::diag::ProblemKind] = &[$(&$name),*];
    };
}
pub(crate) use problems;

/// All problems of the checker.
#[must_use]
pub fn all() -> Vec<&'static ProblemKind> {
    [names::ALL, types::ALL, declarations::ALL, facts::ALL, ladders::ALL, outcomes::ALL, overlays::ALL, policy::ALL, strategy::ALL].concat()
}
