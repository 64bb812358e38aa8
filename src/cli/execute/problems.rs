//! What can go wrong with a run as a whole.

use strat::diag::{ProblemKind, Severity, Text};

const NO_LABEL: Text = Text { en: "", zh: "" };

pub static RUN_FAILED: ProblemKind = ProblemKind {
    slug: "run-failed",
    severity: Severity::Error,
    title: Text { en: "the run stopped: {reason}", zh: "运行中止：{reason}" },
    help: Some(Text { en: "nothing was written; the previous outputs and the ledger are as they were", zh: "没有写入任何内容；之前的输出和台账保持不变" }),
    label: NO_LABEL,
};

pub static COUNTS_DO_NOT_TIE: ProblemKind = ProblemKind {
    slug: "counts-do-not-tie",
    severity: Severity::Error,
    title: Text {
        en: "strategy `{strategy}` considered {candidates} subjects but {found} of them are in its lists",
        zh: "策略 `{strategy}` 考虑了 {candidates} 个对象，但清单中只有 {found} 个",
    },
    help: Some(Text {
        en: "every candidate must have an action, an exclusion or an arm; nothing was written; please report this",
        zh: "每个候选对象都应有动作、排除原因或分组；没有写入任何内容，请报告此问题",
    }),
    label: NO_LABEL,
};
